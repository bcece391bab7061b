//! Bringing a status file back: from the newest whole generation and the history, or from the plan.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tallymark_text::Source;

use crate::{
    Applied, Context, FieldChange, HistoryLine, NewFile, Outcome, ProblemKind, Revision, Status, Store,
    StoreError, aside, draft,
    edit::Object,
    fields,
    history::History,
    lock::{Folder, StoreLock},
    replay,
    store::{check, check_revision, lost_lock, put, read, refuse_foreign},
    write,
};

/// What to bring back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreFrom {
    /// The newest whole generation and what the history tells of since; without a generation the plan and all of the history.
    /// Only where there is no file that can be read.
    Best,
    /// This generation as it is, 1 being the newest.
    Generation(u32),
    /// The plan, and all that the history tells.
    History,
    /// The plan alone: what its marks say.
    Plan,
}

/// A generation that is kept.
#[derive(Clone, Debug)]
pub struct Generation {
    /// 1 is the newest.
    pub number: u32,
    /// Where it is.
    pub path: PathBuf,
    /// The file, or why it cannot be used.
    pub status: Result<Arc<Status>, String>,
}

/// What the file was built on.
#[derive(Clone, Debug)]
pub enum Base {
    /// A generation.
    Generation(Generation),
    /// The marks of the plan.
    Plan,
}

/// A task that is not now as the file that was replaced has it, as far as that can be read.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The entry's id.
    pub id: String,
    /// It is not in the file any more, or was not in the one before.
    pub whole: Option<&'static str>,
    /// The members that differ: what the replaced file says, and what the file says now.
    pub fields: Vec<FieldChange>,
}

/// What was brought back, and what was not.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The file now.
    pub applied: Applied,
    /// What it was built on.
    pub base: Base,
    /// The changes that were done again.
    pub replayed: Vec<HistoryLine>,
    /// The changes since that could not be done again.
    pub missed: Vec<HistoryLine>,
    /// The history does not know the generation: what was changed since then cannot be told from it.
    pub unanchored: bool,
    /// What was wrong with the file that was there; `None` if it was whole, or there was none.
    pub broken: Option<String>,
    /// How the tasks differ from what can be read of the replaced file.
    pub differences: Vec<Difference>,
    /// Of how many tasks of the replaced file that can be said.
    pub compared: usize,
    /// Where the replaced file is kept.
    pub kept: Option<PathBuf>,
}

impl Status {
    /// The command that puts a kept file in the place of this one, which cannot be read. JSON that is no status file may be
    /// another program's: it goes only when `--from` says so.
    pub fn restore_command(&self) -> &'static str {
        match self.problems.first().map(|problem| &problem.kind) {
            Some(ProblemKind::Unreadable(why)) if why.starts_with(NOT_OURS) => "tallymark restore --from 1",
            _ => "tallymark restore",
        }
    }
}

/// How the reason begins why a file is JSON, but none of ours.
const NOT_OURS: &str = "JSON, but";

/// The file that is there.
enum Found {
    Nothing,
    Whole(Box<Status>),
    Broken(String, String),
}

/// Refuses to replace the file of another program, be it broken or whole.
fn refuse_foreign_file(path: &Path) -> Result<(), StoreError> {
    let text = read(path).unwrap_or_default();
    refuse_foreign(path, &String::from_utf8_lossy(&text))
}

impl Store {
    /// The generations of the file at `path` that are kept, the newest first. The file itself need not be there.
    ///
    /// # Errors
    /// Its folder is not there.
    pub fn generations(path: &Path) -> Result<Vec<Generation>, StoreError> {
        let path = real(path)?;
        Ok(generations(&path, &Folder::beside(&path)))
    }

    /// Brings the file at `path` back; `plan` is what [`Store::create`] would write. The file that is there is kept aside.
    ///
    /// # Errors
    /// There is nothing to build on, or a file that can be read and was not asked to be replaced; and whatever the system does
    /// not allow. Nothing is written then.
    pub fn restore(
        path: &Path,
        from: RestoreFrom,
        plan: &NewFile,
        context: &Context<'_>,
    ) -> Result<Restored, StoreError> {
        let path = real(path)?;
        refuse_foreign_file(&path)?;
        let folder = Folder::beside(&path);
        // As in `apply`.
        for _ in 0..2 {
            let mut lock = StoreLock::acquire(&path, &folder, context.waiting())?;
            let mut restored = prepare(&path, &folder, from, plan, context)?;
            restored.kept = aside::keep(&path, &folder, context.now_milliseconds)?;
            if put(&path, &restored.applied, &folder, &mut lock, context)? {
                return Ok(restored);
            }
        }
        Err(lost_lock(&path, context))
    }

    /// What [`Store::restore`] would do: takes no lock and writes nothing.
    ///
    /// # Errors
    /// As those of [`Store::restore`], without those of the lock and of writing.
    pub fn restore_dry_run(
        path: &Path,
        from: RestoreFrom,
        plan: &NewFile,
        context: &Context<'_>,
    ) -> Result<Restored, StoreError> {
        let path = real(path)?;
        refuse_foreign_file(&path)?;
        prepare(&path, &Folder::beside(&path), from, plan, context)
    }
}

/// The path of the file without symbolic links, be it there or not.
fn real(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = |error| StoreError::Io { doing: "find its folder", path: path.to_owned(), error };
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent =
                path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = fs::canonicalize(parent).map_err(failed)?;
            Ok(folder.join(path.file_name().unwrap_or_default()))
        }
        found => found.map_err(failed),
    }
}

fn generations(path: &Path, folder: &Folder) -> Vec<Generation> {
    let mut found = Vec::new();
    for number in 1..=write::GENERATIONS {
        let kept = write::backup_path(path, folder, number);
        let bytes = match fs::read(&kept) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read.map_err(|error| error.to_string()),
        };
        let status = bytes.and_then(|bytes| usable(&kept, &bytes));
        found.push(Generation { number, path: kept, status: status.map(Arc::new) });
    }
    found
}

/// A file that the store would write, or why it would not.
fn usable(path: &Path, bytes: &[u8]) -> Result<Status, String> {
    let status = Status::from_bytes(bytes);
    match check(path, &status) {
        Ok(()) => Ok(status),
        Err(StoreError::Refused { reason, .. }) => {
            // What helps with the file itself is no help with a generation of it.
            Err(reason.split("; ").next().unwrap_or_default().to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Looks at the file that is there, and whether it may be replaced unasked.
fn look(
    path: &Path,
    from: RestoreFrom,
    kept: &[Generation],
    context: &Context<'_>,
) -> Result<(Found, Revision), StoreError> {
    let refused = |reason: String| Err(StoreError::Refused { path: path.to_owned(), reason });
    let bytes = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Found::Nothing, Revision::of(b"")));
        }
        Ok(metadata) if !metadata.is_file() => return refused("not a regular file".to_owned()),
        Ok(metadata) if metadata.len() > crate::MAXIMUM_BYTES => {
            return Ok((Found::Broken("larger than 200 MB".to_owned(), String::new()), Revision::of(b"")));
        }
        found => found.and_then(|_| fs::read(path)).map_err(|error| StoreError::Io {
            doing: "read the file",
            path: path.to_owned(),
            error,
        })?,
    };
    let revision = Revision::of(&bytes);
    check_revision(path, revision, context)?;
    let status = Status::from_bytes(&bytes);
    let asked = from != RestoreFrom::Best;
    Ok(match (check(path, &status), status.readable) {
        (Ok(()), _) if !asked => {
            return refused(
                "whole; name with `--from` what shall take its place: a generation, `history` or `plan`"
                    .to_owned(),
            );
        }
        (Err(StoreError::Refused { reason, .. }), true) if !asked => return refused(reason),
        (Err(StoreError::Refused { reason, .. }), false) if !asked && reason.starts_with(NOT_OURS) => {
            let reason = reason.split("; ").next().unwrap_or_default();
            let whole = kept.iter().find(|generation| generation.status.is_ok());
            let way = match whole {
                Some(Generation { number, .. }) => {
                    format!("`tallymark restore --from {number}` puts generation {number} in its place")
                }
                None => "`tallymark restore --from plan` makes one from the plan in its place".to_owned(),
            };
            return refused(format!("{reason}; if it may go, {way}"));
        }
        (_, true) => (Found::Whole(Box::new(status)), revision),
        (Err(error), false) => {
            let reason = match error {
                StoreError::Refused { reason, .. } => {
                    reason.split("; ").next().unwrap_or_default().to_owned()
                }
                error => error.to_string(),
            };
            (Found::Broken(reason, status.source.text().to_owned()), revision)
        }
        (Ok(()), false) => (Found::Nothing, revision),
    })
}

fn prepare(
    path: &Path,
    folder: &Folder,
    from: RestoreFrom,
    plan: &NewFile,
    context: &Context<'_>,
) -> Result<Restored, StoreError> {
    let refused =
        |reason: &str| Err(StoreError::Refused { path: path.to_owned(), reason: reason.to_owned() });
    let kept = generations(path, folder);
    let (found, before) = look(path, from, &kept, context)?;
    let history = History::in_folder(folder);
    let lines = History::read(history.path()).map_err(|error| StoreError::Io {
        doing: "read the history",
        path: history.path().to_owned(),
        error,
    })?;
    let mut kept = kept.into_iter();
    let generation = match from {
        RestoreFrom::Best => kept.find(|generation| generation.status.is_ok()),
        RestoreFrom::Generation(number) => match kept.find(|generation| generation.number == number) {
            Some(generation) => Some(generation),
            None => {
                return refused(&format!(
                    "not kept in a generation {number}; `tallymark restore --list` shows those that are"
                ));
            }
        },
        RestoreFrom::History if lines.is_empty() => return refused("without a history"),
        RestoreFrom::History | RestoreFrom::Plan => None,
    };
    let base = generation.map_or(Base::Plan, Base::Generation);
    if let (RestoreFrom::Best, Found::Nothing, Base::Plan, []) = (from, &found, &base, lines.as_slice()) {
        return refused("not there, and nothing tells that it ever was; `tallymark init` makes one");
    }
    let status = match &base {
        Base::Generation(Generation { status: Ok(status), .. }) => Status::clone(status),
        Base::Generation(Generation { status: Err(why), number, .. }) => {
            return refused(&format!("not to be had from generation {number}, which is {why}"));
        }
        Base::Plan => Status::parse(Arc::new(Source::new(&plan.render(context.now_milliseconds)))),
    };
    let since = match (from, &base) {
        (RestoreFrom::Best, Base::Generation(_)) => since(&lines, &status.revision().to_string()),
        (RestoreFrom::Best | RestoreFrom::History, Base::Plan) => Some(lines.as_slice()),
        _ => Some(&[][..]),
    };
    let unanchored = since.is_none() && !lines.is_empty();
    let mut done = replay_all(status, since.unwrap_or_default(), context.now_milliseconds);
    if matches!(base, Base::Plan) {
        // That the file was made is what we begin with.
        done.missed.retain(|line| line.change != "create");
    }
    check(path, &done.status)?;
    let after = done.status.revision();
    let (broken, (differences, compared)) = match &found {
        Found::Nothing => (None, (Vec::new(), 0)),
        Found::Whole(old) => (None, differences(&entries(old), &done.status)),
        Found::Broken(why, text) => (Some(why.clone()), differences(&salvaged(text), &done.status)),
    };
    let outcome = Outcome {
        change: "restore",
        to: match &base {
            Base::Generation(generation) => {
                format!("generation {} and {} changes", generation.number, done.replayed.len())
            }
            Base::Plan => format!("the plan and {} changes", done.replayed.len()),
        },
        changed: true,
        ..Outcome::default()
    };
    Ok(Restored {
        applied: Applied { outcomes: vec![outcome], status: done.status, before, after },
        base,
        replayed: done.replayed,
        missed: done.missed,
        unanchored,
        broken,
        differences,
        compared,
        kept: None,
    })
}

/// The lines that tell of what came after a revision; `None` if the history does not know it.
fn since<'a>(lines: &'a [HistoryLine], revision: &str) -> Option<&'a [HistoryLine]> {
    if let Some(last) = lines.iter().rposition(|line| line.after == revision) {
        return Some(&lines[last + 1..]);
    }
    lines.iter().position(|line| line.before == revision).map(|first| &lines[first..])
}

/// A file, and which changes led to it.
struct Replayed {
    status: Status,
    replayed: Vec<HistoryLine>,
    missed: Vec<HistoryLine>,
}

fn replay_all(mut status: Status, lines: &[HistoryLine], now: i64) -> Replayed {
    let again = |status: &Status, requests: &[_]| {
        let (text, _) = draft::apply(status, requests, now, true).ok()?;
        Some(Status::parse(Arc::new(status.source.with_text(&text))))
    };
    let (told, mut missed): (Vec<_>, Vec<_>) =
        lines.iter().map(|line| (line, replay::requests(line))).partition(|(_, requests)| requests.is_some());
    let mut missed: Vec<HistoryLine> = missed.drain(..).map(|(line, _)| line.clone()).collect();
    let all: Vec<_> = told.iter().flat_map(|(_, requests)| requests.iter().flatten().cloned()).collect();
    let mut replayed = Vec::with_capacity(told.len());
    if let Some(whole) = again(&status, &all) {
        replayed.extend(told.iter().map(|(line, _)| (*line).clone()));
        return Replayed { status: whole, replayed, missed };
    }
    // One of them does not fit: which, only one after the other tells.
    for (line, requests) in told {
        match again(&status, &requests.unwrap_or_default()) {
            Some(next) => {
                status = next;
                replayed.push(line.clone());
            }
            None => missed.push(line.clone()),
        }
    }
    missed.sort_by_key(|line| line.seq);
    Replayed { status, replayed, missed }
}

/// The entries of a file, by their ids.
fn entries(status: &Status) -> Vec<(String, String)> {
    let text = |(index, entry): (_, &crate::Entry)| {
        (status.id(index).to_owned(), status.source.slice(entry.span).to_owned())
    };
    status.entries().map(text).collect()
}

/// The entries that can be read in a file that cannot: from its `tasks` on to where it breaks off.
fn salvaged(text: &str) -> Vec<(String, String)> {
    let Some(list) = text.find("\"tasks\"").and_then(|at| Some(at + text[at..].find('[')? + 1)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut rest = text[list..].trim_start();
    while rest.starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&serde_json::value::RawValue>();
        let Some(Ok(value)) = values.next() else { break };
        let object = Object::new(value.get());
        let id = object.get("id").map(|id| crate::json::text_of(id).into_owned());
        found.push((id.unwrap_or_default(), value.get().to_owned()));
        rest = rest[values.byte_offset()..].trim_start().trim_start_matches(',').trim_start();
    }
    found
}

/// How the tasks of a file differ from those of the one before it, and how many of that there were to compare.
fn differences(before: &[(String, String)], now: &Status) -> (Vec<Difference>, usize) {
    let mut found = Vec::new();
    for (id, text) in before {
        let old = Object::new(text);
        match now.find_all(id) {
            [] => found.push(Difference {
                id: id.clone(),
                whole: Some("is not in it any more"),
                fields: fields::changed(Some(&old), None),
            }),
            [index, ..] => {
                let new = Object::new(now.source.slice(now.entry(*index).span));
                let fields = fields::changed(Some(&old), Some(&new));
                if !fields.is_empty() {
                    found.push(Difference { id: id.clone(), whole: None, fields });
                }
            }
        }
    }
    (found, before.len())
}
