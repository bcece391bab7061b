//! The one door through which status.json is written.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tallymark_text::Source;

use crate::{
    Format, NewFile, Outcome, ProblemKind, Request, Revision, Status, StoreError, draft,
    history::{History, HistoryLine, MarkChange},
    interchange::{self, Head, Record},
    lock::{Folder, StoreLock, Waiting},
    write::{self, Replaced},
};

/// The largest file that is read and written.
pub const MAXIMUM_BYTES: u64 = 200 * 1024 * 1024;

/// The newest `schema_version` that we know. Files without one are of the first.
const SCHEMA_VERSION: i64 = 1;

/// A status file that can be changed.
///
/// It holds nothing open and nothing read: each change locks, reads, writes and unlocks.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// Who asks for a change, when, and with how much patience.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time to write down, in milliseconds since 1970.
    pub now_milliseconds: i64,
    /// Who, for the history: `user@host`, an editor, an agent.
    pub actor: &'a str,
    /// Allows transitions that the table does not; the history says so.
    pub force: bool,
    /// The revision that the whole file must have: who looked at all of it, and decided by what it saw, says so.
    pub expected_revision: Option<Revision>,
    /// What the caller has read of the file, if it has: while that is still what stands there, it is not read into fields anew.
    pub seen: Option<&'a Status>,
    /// What the caller will do to boxes in the plan, by the ids of the entries: for the history, so that it can be taken back.
    pub marks: &'a [(String, MarkChange)],
    /// How long to wait for somebody who holds the lock and lives.
    pub lock_wait: Duration,
    /// How long another program's lock directory goes unrefreshed before it counts as a dead one's.
    pub foreign_stale: Duration,
    /// Hears what the person should know: at most once, that it takes longer because another program's lock has to go stale; and
    /// on the first change of a file, that it lies on a network file system, and what that means.
    pub on_notice: &'a dyn Fn(&str),
}

impl<'a> Context<'a> {
    /// With the usual patience: 10 s for who lives, 60 s for who does not, as the orchestrator's own rule is.
    pub fn new(now_milliseconds: i64, actor: &'a str) -> Self {
        Self {
            now_milliseconds,
            actor,
            force: false,
            expected_revision: None,
            seen: None,
            marks: &[],
            lock_wait: Duration::from_secs(10),
            foreign_stale: Duration::from_secs(60),
            on_notice: &|_| {},
        }
    }

    pub(crate) fn waiting(&self) -> Waiting<'a> {
        Waiting { limit: self.lock_wait, foreign_stale: self.foreign_stale, on_notice: self.on_notice }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What became of each request, in their order. All are unchanged if the file was so already; then nothing is written.
    pub outcomes: Vec<Outcome>,
    /// The file as it is now, for who shows it: no need to read it again.
    pub status: Status,
    /// The revision before.
    pub before: Revision,
    /// The revision now.
    pub after: Revision,
}

impl Applied {
    /// Whether the file is different from before.
    pub fn changed(&self) -> bool {
        self.before != self.after
    }
}

impl Store {
    /// The store of the file at `path`. A symbolic link stays one: its target is what is locked and replaced.
    ///
    /// # Errors
    /// There is no such file, or it is no file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { path: path.into() };
        refuse_foreign(&store.path, "")?;
        store.real_path()?;
        Ok(store)
    }

    /// Makes a new file, with its folders.
    ///
    /// # Errors
    /// There is one already, or it cannot be made.
    pub fn create(
        path: impl Into<PathBuf>,
        file: &NewFile,
        context: &Context<'_>,
    ) -> Result<(Self, Applied), StoreError> {
        let text = file.render(context.now_milliseconds);
        Self::create_text(path.into(), &text, file.tasks.len(), "create", context)
    }

    /// Makes a new file of tasks that were kept elsewhere, with their times and notes, and its folders.
    ///
    /// # Errors
    /// There is one already, or it cannot be made.
    pub fn import(
        path: impl Into<PathBuf>,
        records: &[Record],
        head: &Head,
        context: &Context<'_>,
    ) -> Result<(Self, Applied), StoreError> {
        let text = interchange::status_json(records, head, context.now_milliseconds);
        Self::create_text(path.into(), &text, records.len(), "import", context)
    }

    fn create_text(
        path: PathBuf,
        text: &str,
        tasks: usize,
        change: &'static str,
        context: &Context<'_>,
    ) -> Result<(Self, Applied), StoreError> {
        let store = Self { path };
        let failed = |doing| {
            let path = store.path.clone();
            move |error| StoreError::Io { doing, path, error }
        };
        let parent =
            store.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed("make its folder"))?;
        let name =
            store.path.file_name().ok_or_else(|| failed("make it")(io::ErrorKind::InvalidInput.into()))?;
        let path = fs::canonicalize(parent).map_err(failed("find its folder"))?.join(name);
        let folder = Folder::beside(&path);
        let source = Arc::new(Source::new(text));
        let mut lock = StoreLock::acquire(&path, &folder, context.waiting())?;
        if fs::symlink_metadata(&path).is_ok() {
            return Err(StoreError::Exists { path });
        }
        let status = Status::parse(source);
        let (before, after) = (Revision::of(b""), status.revision());
        let outcome = Outcome { change, to: format!("{tasks} tasks"), changed: true, ..Outcome::default() };
        let applied = Applied { outcomes: vec![outcome], status, before, after };
        if put(&path, &applied, &folder, &mut lock, context)? {
            Ok((store, applied))
        } else {
            Err(lost_lock(&path, context))
        }
    }

    /// Does what the requests ask, all of them or none, in one read and one write under the lock.
    ///
    /// When it returns, the change is on the disk. What the requests do not concern keeps its bytes.
    ///
    /// # Errors
    /// Whatever one of the requests or the system does not allow; nothing is written then.
    pub fn apply(&self, requests: &[Request], context: &Context<'_>) -> Result<Applied, StoreError> {
        // Only a Node writer that believes us dead takes the lock away; twice in a row is no accident.
        for _ in 0..2 {
            let path = self.real_path()?;
            let folder = Folder::beside(&path);
            let mut lock = StoreLock::acquire(&path, &folder, context.waiting())?;
            let applied = draft(&path, requests, context)?;
            if !applied.changed() {
                return Ok(applied);
            }
            if put(&path, &applied, &folder, &mut lock, context)? {
                return Ok(applied);
            }
        }
        Err(lost_lock(&self.path, context))
    }

    /// What [`Store::apply`] would do: takes no lock and writes nothing.
    ///
    /// # Errors
    /// As those of [`Store::apply`], without those of the lock and of writing.
    pub fn dry_run(&self, requests: &[Request], context: &Context<'_>) -> Result<Applied, StoreError> {
        draft(&self.real_path()?, requests, context)
    }

    /// All that the history tells, oldest first. Lines that cannot be read are left out.
    ///
    /// # Errors
    /// The system refused.
    pub fn history(&self) -> Result<Vec<HistoryLine>, StoreError> {
        let history = History::in_folder(&Folder::beside(&self.real_path()?));
        History::read(history.path()).map_err(|error| StoreError::Io {
            doing: "read the history",
            path: history.path().to_owned(),
            error,
        })
    }

    /// The last change of an entry that the history knows.
    pub fn last_change(&self, entry: &str) -> Option<HistoryLine> {
        History::in_folder(&Folder::beside(&self.real_path().ok()?)).last_of(entry)
    }

    pub(crate) fn real_path(&self) -> Result<PathBuf, StoreError> {
        fs::canonicalize(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::Missing { path: self.path.clone() },
            _ => StoreError::Io { doing: "find the file", path: self.path.clone(), error },
        })
    }
}

/// Has the new file on the disk, and tells the history. The answer is whether the lock was still ours; if not, nothing is written.
pub(crate) fn put(
    path: &Path,
    applied: &Applied,
    folder: &Folder,
    lock: &mut StoreLock,
    context: &Context<'_>,
) -> Result<bool, StoreError> {
    let replaced = write::replace(path, &applied.status.source, folder, || lock.is_held());
    match replaced.inspect_err(|_| lock.leave_note())? {
        Replaced::NotAllowed => Ok(false),
        Replaced::Synced => {
            tell(folder, applied, context);
            Ok(true)
        }
        Replaced::Unsynced(error) => {
            tell(folder, applied, context);
            Err(StoreError::Unsynced { path: path.to_owned(), error })
        }
    }
}

/// Reads the file and works out the new one.
fn draft(path: &Path, requests: &[Request], context: &Context<'_>) -> Result<Applied, StoreError> {
    let bytes = read(path)?;
    let status = match context.seen.filter(|seen| seen.readable && is_text_of(&seen.source, &bytes)) {
        Some(seen) => Cow::Borrowed(seen),
        None => Cow::Owned(Status::from_bytes(&bytes)),
    };
    drop(bytes);
    check(path, &status)?;
    let before = status.revision();
    check_revision(path, before, context)?;
    let drafted = draft::apply(&status, requests, context.now_milliseconds, context.force);
    let (text, mut outcomes) = drafted.map_err(|error| with_history(error, path))?;
    let marks: HashMap<&str, &MarkChange> =
        context.marks.iter().map(|(entry, mark)| (entry.as_str(), mark)).collect();
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.changed) {
        outcome.mark = marks.get(outcome.entry.as_str()).copied().cloned();
    }
    if text == status.source.text() {
        return Ok(Applied { outcomes, status: status.into_owned(), before, after: before });
    }
    let source = Arc::new(status.source.with_text(&text));
    // Before the new one is read, which then takes its place in memory: for a large file most of the time goes into pages.
    drop((status, text));
    let status = Status::parse(source);
    // What we would refuse to read we do not write, whatever led to it.
    check(path, &status)?;
    let after = status.revision();
    Ok(Applied { outcomes, status, before, after })
}

/// Whether a file of these bytes is what the source was made from.
fn is_text_of(source: &Source, bytes: &[u8]) -> bool {
    let [mark, text] = source.pieces();
    bytes.strip_prefix(mark) == Some(text)
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let failed = |error| StoreError::Io { doing: "read the file", path: path.to_owned(), error };
    let refused = |reason: &str| StoreError::Refused { path: path.to_owned(), reason: reason.to_owned() };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(refused("a folder, not a file"));
    }
    if !metadata.is_file() {
        return Err(refused("not a regular file"));
    }
    if metadata.len() > MAXIMUM_BYTES {
        return Err(refused(
            "larger than 200 MB, which no status file is; look what has filled it, or `tallymark restore` brings the newest whole one back",
        ));
    }
    if metadata.permissions().readonly() {
        return Err(refused("write-protected; allow writing to it first"));
    }
    fs::read(path).map_err(failed)
}

/// Refuses the file of another program, told by its path and its text.
pub(crate) fn refuse_foreign(path: &Path, text: &str) -> Result<(), StoreError> {
    let format = Format::of(&path.to_string_lossy().replace('\\', "/"), text);
    if format.is_ours() {
        return Ok(());
    }
    let reason = format!("{}'s file, which tallymark only reads", format.owner());
    Err(StoreError::Refused { path: path.to_owned(), reason })
}

/// Refuses files that are not ours to write.
pub(crate) fn check(path: &Path, status: &Status) -> Result<(), StoreError> {
    refuse_foreign(path, status.source.text())?;
    let refused = |reason: String| Err(StoreError::Refused { path: path.to_owned(), reason });
    if !status.readable {
        let reason = status.problems.first().map_or("", |problem| match &problem.kind {
            ProblemKind::Unreadable(reason) => reason,
            _ => "",
        });
        return refused(format!(
            "{reason}; it was not touched: `tallymark validate` says what can be mended, `{}` brings the newest whole one back",
            status.restore_command()
        ));
    }
    if let Some(garbage) = status.problems.iter().find(|problem| problem.kind == ProblemKind::TrailingGarbage)
    {
        let line = status.source.line_of(garbage.span.start as usize) + 1;
        return refused(format!(
            "a whole status file with something behind its end, from line {line} on; `tallymark validate --repair` takes that away"
        ));
    }
    if let Some((version, _)) = status.schema_version.filter(|(version, _)| *version > SCHEMA_VERSION) {
        return refused(format!(
            "of schema version {version}, and this tallymark knows {SCHEMA_VERSION}; a newer one can write it"
        ));
    }
    Ok(())
}

/// Holds the whole file against what the caller saw.
pub(crate) fn check_revision(path: &Path, actual: Revision, context: &Context<'_>) -> Result<(), StoreError> {
    match context.expected_revision {
        Some(expected) if expected != actual => {
            let conflict = StoreError::Conflict {
                id: String::new(),
                expected: format!("revision {expected}"),
                actual: format!("revision {actual}"),
                changed_by: None,
            };
            Err(with_history(conflict, path))
        }
        _ => Ok(()),
    }
}

/// Tells a conflict's loser who changed the task and when.
fn with_history(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::Conflict { id, expected, actual, changed_by: None } => {
            let last = History::in_folder(&Folder::beside(path)).last_of(&id);
            StoreError::Conflict {
                id,
                expected,
                actual,
                changed_by: last.map(|line| Box::new((line.actor, line.time))),
            }
        }
        error => error,
    }
}

/// Appends to the history. The change is done and stays done if that fails: the next writer notes the gap.
fn tell(folder: &Folder, applied: &Applied, context: &Context<'_>) {
    let Applied { outcomes, before, after, .. } = applied;
    let history = History::in_folder(folder);
    let _ = history.append(outcomes, context.actor, context.now_milliseconds, *before, *after);
}

pub(crate) fn lost_lock(path: &Path, context: &Context<'_>) -> StoreError {
    StoreError::LockTimeout { path: path.to_owned(), waited: context.lock_wait, holder: None, foreign: true }
}
