//! Why the store did not do what it was asked.

use std::{fmt, io, path::PathBuf, time::Duration};

use crate::{Word, holder::Holder};

/// Why it was not done as asked. But for [`StoreError::Unsynced`] nothing was written. Each says in one sentence what is wrong and, where there is a way out, which.
#[derive(Debug)]
pub enum StoreError {
    /// There is no such file.
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a file already, and one was to be made.
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The file is not one that the store writes: it cannot be read, is another program's, has something behind its end,
    /// is too large or too new.
    Refused {
        /// The file.
        path: PathBuf,
        /// Completes "PATH is …", and says what helps.
        reason: String,
    },
    /// No entry has this id.
    UnknownId {
        /// The id asked for.
        id: String,
        /// The ids most like it, best first; at most three.
        nearest: Vec<String>,
    },
    /// No run has this id.
    UnknownRun {
        /// The id asked for.
        id: String,
        /// The ids most like it, best first; at most three.
        nearest: Vec<String>,
    },
    /// The run was ended before, with other numbers.
    RunEnded {
        /// Its id.
        id: String,
        /// When, as status.json has it.
        at: String,
    },
    /// `runs` is there, and no list.
    NoListOfRuns {
        /// What it is: "a string".
        found: &'static str,
    },
    /// A new id that another entry has, or would have.
    IdTaken {
        /// The id.
        id: String,
    },
    /// An id that more than one entry has.
    DuplicateId {
        /// The id.
        id: String,
        /// How many entries have it.
        count: usize,
    },
    /// An entry whose id is a number.
    NumericId {
        /// The id as it stands in the file.
        id: String,
    },
    /// The task may not go there from where it is.
    Illegal {
        /// The task.
        id: String,
        /// Its status word.
        from: String,
        /// Where it was to go.
        to: Word,
        /// Where it may go; with `reopen`, if only that opens a way.
        legal: Vec<Word>,
        /// The ways in `legal` are open by reopening only.
        by_reopening: bool,
    },
    /// The task is not as the caller saw it.
    Conflict {
        /// The task; empty for the head of the file.
        id: String,
        /// What the caller expected, in words.
        expected: String,
        /// What it is now, in words.
        actual: String,
        /// Who changed it last and when, as the history has it.
        changed_by: Option<Box<(String, String)>>,
    },
    /// The last change cannot be taken back.
    CannotUndo {
        /// The file.
        path: PathBuf,
        /// Why, and what helps, in one sentence.
        reason: String,
        /// Somebody else changed the file since.
        overtaken: bool,
    },
    /// Somebody else held the lock for longer than we wait.
    LockTimeout {
        /// What is locked.
        path: PathBuf,
        /// How long we waited.
        waited: Duration,
        /// Who holds it, as far as it can be told.
        holder: Option<Box<Holder>>,
        /// It is the lock directory of another program, such as a Node writer.
        foreign: bool,
    },
    /// The change is in the file, but the system would not say that it is on the disk: a power failure could take it back.
    Unsynced {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The system refused something. The old file is whole.
    Io {
        /// What we were doing: "write the new text beside it".
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl StoreError {
    /// The exit code of a command that ends with it: 1 an unknown id or a change that is not allowed, 2 it could not be done,
    /// 3 somebody else changed it, 4 the lock was not obtained.
    pub fn exit_code(&self) -> u8 {
        match self {
            StoreError::UnknownId { .. }
            | StoreError::UnknownRun { .. }
            | StoreError::RunEnded { .. }
            | StoreError::IdTaken { .. }
            | StoreError::DuplicateId { .. }
            | StoreError::Illegal { .. }
            | StoreError::CannotUndo { overtaken: false, .. } => 1,
            StoreError::Missing { .. }
            | StoreError::Exists { .. }
            | StoreError::Refused { .. }
            | StoreError::NumericId { .. }
            | StoreError::NoListOfRuns { .. }
            | StoreError::Unsynced { .. }
            | StoreError::Io { .. } => 2,
            StoreError::Conflict { .. } | StoreError::CannotUndo { .. } => 3,
            StoreError::LockTimeout { .. } => 4,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Missing { path } => {
                write!(f, "there is no {}; `tallymark init` makes one from the plan", path.display())
            }
            StoreError::Exists { path } => write!(f, "{} is there already", path.display()),
            StoreError::Refused { path, reason } => write!(f, "{} is {reason}", path.display()),
            StoreError::UnknownId { id, nearest } => {
                write!(f, "no task in status.json has the id `{id}`")?;
                match nearest.is_empty() {
                    true => Ok(()),
                    false => write!(f, "; the nearest: `{}`", nearest.join("`, `")),
                }
            }
            StoreError::UnknownRun { id, nearest } => {
                write!(f, "no run in status.json has the id `{id}`")?;
                match nearest.is_empty() {
                    true => Ok(()),
                    false => write!(f, "; the nearest: `{}`", nearest.join("`, `")),
                }
            }
            StoreError::NoListOfRuns { found } => {
                write!(f, "`runs` in status.json is {found}, not a list; nothing was written")
            }
            StoreError::RunEnded { id, at } => {
                write!(f, "the run `{id}` was ended {at} already, with other numbers")
            }
            StoreError::IdTaken { id } => {
                write!(
                    f,
                    "the id `{id}` would belong to more than one task in status.json; nothing was written"
                )
            }
            StoreError::DuplicateId { id, count } => write!(
                f,
                "{count} tasks in status.json have the id `{id}`, so it is not clear which is meant; \
                 `tallymark validate` shows them (TM303)"
            ),
            StoreError::NumericId { id } => write!(
                f,
                "the id of task {id} is a number in status.json, which other programs read differently; \
                 `tallymark validate --repair` puts it in quotes, where it can be read in one way only"
            ),
            StoreError::Illegal { id, from, to, legal, by_reopening } => {
                let from = if from.is_empty() { "without a status" } else { from };
                write!(f, "task {id} is {from} and cannot become {}", to.as_str())?;
                let ways: Vec<&str> = legal.iter().map(|word| word.as_str()).collect();
                match (ways.is_empty(), by_reopening) {
                    (true, _) => Ok(()),
                    (false, true) => {
                        write!(f, "; `tallymark reopen {id}` makes it {} again", ways.join(" or "))
                    }
                    (false, false) => write!(f, "; it can become {}", ways.join(", ")),
                }
            }
            StoreError::Conflict { id, expected, actual, changed_by } => {
                let what = if id.is_empty() { "status.json".to_owned() } else { format!("task {id}") };
                write!(f, "{what} was changed meanwhile: expected {expected}, and it is {actual}")?;
                match changed_by {
                    Some(by) => write!(f, " (by {}, {}); nothing was written", by.0, by.1),
                    None => f.write_str("; nothing was written"),
                }
            }
            StoreError::CannotUndo { path, reason, .. } => {
                write!(f, "nothing of {} was taken back: {reason}", path.display())
            }
            StoreError::LockTimeout { path, waited, holder, foreign } => {
                write!(f, "{} is locked", path.display())?;
                match (holder, foreign) {
                    (Some(holder), _) => write!(f, " by {holder}")?,
                    (None, true) => {
                        f.write_str(" by another program, through the folder beside it that ends in `.lock`")?
                    }
                    (None, false) => f.write_str(" by another program")?,
                }
                write!(f, "; gave up after {:.0} s, try again", waited.as_secs_f64())
            }
            StoreError::Unsynced { path, error } => write!(
                f,
                "the change is in status.json, but the system does not say that it would outlive a power failure ({}): {error}",
                path.display()
            ),
            StoreError::Io { doing, path, error } => {
                write!(f, "could not {doing} ({}): {error}", path.display())?;
                match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        f.write_str("; status.json is as it was: make room and try again")
                    }
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => f.write_str(
                        "; status.json is as it was: its folder must be writable, as a lock and a new file are made in it",
                    ),
                    _ => f.write_str("; status.json is as it was"),
                }
            }
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Io { error, .. } | StoreError::Unsynced { error, .. } => Some(error),
            _ => None,
        }
    }
}
