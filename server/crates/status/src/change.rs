//! What can be asked of the store, as data: rules put it into their fixes, commands build it from arguments.

use crate::{FieldChange, Revision, Word};

/// One change of one task, with what the caller saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The entry's id as it stands in status.json; empty for changes of the file's head.
    pub entry: String,
    /// What the caller saw of the entry; a difference is a conflict (exit 3). Also tells entries of one id apart.
    pub expected: Expected,
    /// What to do.
    pub change: Change,
}

/// What a caller saw of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The status word it must have now.
    pub status: Option<String>,
    /// The hash of its bytes.
    pub revision: Option<Revision>,
}

/// The changes that the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another status, with what follows from it: times, duration, summary, currentPhase, lastUpdatedAt.
    Transition {
        /// The status it gets.
        to: Word,
        /// Stored as `error` (failed) or `skipReason` (skipped).
        reason: Option<String>,
        /// Stored as `notes`.
        notes: Option<String>,
        /// Allows completed and skipped to become pending again.
        reopen: bool,
    },
    /// A new entry. `after` is the id of the entry it stands behind; at the end if `None`.
    Add {
        /// What it holds.
        entry: NewEntry,
        /// The entry before it.
        after: Option<String>,
    },
    /// Takes the entry out.
    Remove,
    /// Another id, also in dependencies and dependents of the others.
    SetId(String),
    /// Another description.
    SetDescription(String),
    /// Another phase.
    SetPhase(String),
    /// A status word that is none of the five is replaced by one that is.
    MendWord(Word),
    /// Takes `error` out.
    ClearError,
    /// Gives members of the entry the values that `now` says, whatever they are: takes a recorded change back, or does it
    /// again. Members that it does not name stay.
    SetFields(Vec<FieldChange>),
    /// Gives a field one of the values that a merge found for it, and takes the mark out.
    Settle {
        /// The field's key.
        field: String,
        /// One of [`crate::Unsettled::values`].
        value: String,
    },
    /// Computes `summary` from the entries.
    RecomputeSummary,
    /// Sets `currentPhase`.
    SetCurrentPhase(String),
    /// Sets `planPath`.
    SetPlanPath(String),
    /// Sets the entry's `findingsPath`.
    SetFindingsPath(String),
    /// Counts a retry that was made without us: `retryCount` goes up by one, `lastErrorAt` is now. The status stays.
    CountRetry {
        /// Stored as `lastError`; what stands there stays without.
        error: Option<String>,
    },
    /// A new run in `runs`; the outcome's `to` is its id.
    BeginRun,
    /// The run of this id is over.
    EndRun {
        /// Its id.
        run: String,
        /// How many tasks it completed.
        completed: u32,
        /// How many failed in it.
        failed: u32,
    },
}

/// A new entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The plan's key of the task.
    pub id: String,
    /// The title of its phase.
    pub phase: String,
    /// Its title.
    pub description: String,
    /// Its status.
    pub status: Word,
}
