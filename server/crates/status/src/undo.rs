//! Taking the last change back.

use std::{path::Path, sync::Arc};

use crate::{
    Applied, Context, HistoryLine, Outcome, Request, Revision, Status, Store, StoreError, draft,
    history::History,
    lock::{Folder, StoreLock},
    replay,
    store::{check, check_revision, lost_lock, put, read},
    write,
};

/// A change that was taken back.
#[derive(Clone, Debug)]
pub struct Undone {
    /// The file before and after; an outcome for each change that was taken back, the last of them first.
    pub applied: Applied,
    /// The lines of the history that tell what was taken back: all that one write did, oldest first.
    pub lines: Vec<HistoryLine>,
    /// It was an undo itself that was taken back: what that had taken back is done again.
    pub redo: bool,
    /// The file has the very bytes from before the change again. Else the change was reversed member by member, and
    /// the file's own `lastUpdatedAt` is now.
    pub exact: bool,
}

impl Store {
    /// Takes the last write back, all of it, if nothing came after. To take that back is to do the change again.
    ///
    /// # Errors
    /// Nothing is recorded, somebody else wrote since, or the way back is not known; and whatever the system does not allow.
    pub fn undo(&self, context: &Context<'_>) -> Result<Undone, StoreError> {
        // As in `apply`.
        for _ in 0..2 {
            let path = self.real_path()?;
            let folder = Folder::beside(&path);
            let mut lock = StoreLock::acquire(&path, &folder, context.waiting())?;
            let undone = prepare(&path, &folder, context)?;
            if put(&path, &undone.applied, &folder, &mut lock, context)? {
                return Ok(undone);
            }
        }
        Err(lost_lock(&self.real_path()?, context))
    }

    /// What [`Store::undo`] would do: takes no lock and writes nothing.
    ///
    /// # Errors
    /// As those of [`Store::undo`], without those of the lock and of writing.
    pub fn undo_dry_run(&self, context: &Context<'_>) -> Result<Undone, StoreError> {
        let path = self.real_path()?;
        prepare(&path, &Folder::beside(&path), context)
    }
}

fn prepare(path: &Path, folder: &Folder, context: &Context<'_>) -> Result<Undone, StoreError> {
    let cannot =
        |reason: String, overtaken| Err(StoreError::CannotUndo { path: path.to_owned(), reason, overtaken });
    let status = Status::from_bytes(&read(path)?);
    check(path, &status)?;
    let now = status.revision();
    check_revision(path, now, context)?;
    let history = History::in_folder(folder);
    let lines = history.last_write().map_err(|error| StoreError::Io {
        doing: "read the history",
        path: history.path().to_owned(),
        error,
    })?;
    let Some(last) = lines.last() else {
        return cannot("no change of it is recorded".to_owned(), false);
    };
    if last.after != now.to_string() {
        return cannot(
            format!(
                "after its last recorded change, by {} at {}, a program that keeps no history has written it; \
                 `tallymark restore` lists the generations that are kept",
                last.actor, last.time
            ),
            true,
        );
    }
    if last.change == "create" {
        return cannot("its only recorded change is that it was made".to_owned(), false);
    }
    let redo = last.change == "undo";
    let change = if redo { "redo" } else { "undo" };
    let undoes = lines.first().map(|line| line.seq);
    let outcomes: Vec<Outcome> = lines
        .iter()
        .rev()
        .map(|line| {
            let back = replay::reversed(line);
            Outcome {
                entry: back.task.unwrap_or_default(),
                change,
                from: back.from,
                to: back.to,
                changed: true,
                fields: back.fields,
                mark: back.mark,
                undoes,
                ..Outcome::default()
            }
        })
        .collect();
    let (exact, new) = match kept(path, folder, &last.before) {
        Some(kept) => (true, kept),
        None => match reverse(&status, &lines, context)? {
            Some(new) => (false, new),
            None => {
                let reason = "the file from before it is not kept any more, and the history does not tell enough of it; \
                              `tallymark restore` lists the generations that are kept";
                return cannot(reason.to_owned(), false);
            }
        },
    };
    check(path, &new)?;
    let after = new.revision();
    Ok(Undone { applied: Applied { outcomes, status: new, before: now, after }, lines, redo, exact })
}

/// The generation that has this revision, if one is kept and is whole.
fn kept(path: &Path, folder: &Folder, revision: &str) -> Option<Status> {
    let generations = (1..=write::GENERATIONS).map(|generation| write::backup_path(path, folder, generation));
    let mut kept = generations.filter_map(|path| {
        let status = Status::from_bytes(&std::fs::read(&path).ok()?);
        (Revision::of_source(&status.source).to_string() == revision).then_some((path, status))
    });
    let (kept_path, status) = kept.next()?;
    check(&kept_path, &status).is_ok().then_some(status)
}

/// The file with each change of the lines reversed, the last of them first.
fn reverse(
    status: &Status,
    lines: &[HistoryLine],
    context: &Context<'_>,
) -> Result<Option<Status>, StoreError> {
    let mut requests: Vec<Request> = Vec::with_capacity(lines.len());
    for line in lines.iter().rev() {
        // Where a removed entry stood is not in the history.
        let known = line.change != "remove" && line.change != "recompute-summary";
        let Some(reversed) = replay::requests(&replay::reversed(line)).filter(|_| known) else {
            return Ok(None);
        };
        requests.extend(reversed);
    }
    let (text, _) = draft::apply(status, &requests, context.now_milliseconds, true)?;
    Ok(Some(Status::parse(Arc::new(status.source.with_text(&text)))))
}
