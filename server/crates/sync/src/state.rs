//! Whether a task is done: one answer for all surfaces.

use tallymark_plan::Meaning;
use tallymark_status::{EntryIndex, Status, Word};

/// The canonical states.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// Not begun.
    Pending,
    /// Not begun, and nothing stands in its way.
    Ready,
    /// Being worked on.
    InProgress,
    /// Cannot go on.
    Blocked,
    /// Done.
    Completed,
    /// Tried, and failed.
    Failed,
    /// Left out on purpose.
    Skipped,
    /// Given up.
    Cancelled,
    /// A word or mark that nobody knows: counts in the total, and is not done.
    Unknown,
}

impl State {
    /// The state that a status word means, in any spelling that the wild has (`done`, `in-progress`, `running`, …).
    pub fn of_word(word: &str) -> Self {
        match Word::from_exact(word) {
            Some(Word::Pending) => State::Pending,
            Some(Word::InProgress) => State::InProgress,
            Some(Word::Completed) => State::Completed,
            Some(Word::Failed) => State::Failed,
            Some(Word::Skipped) => State::Skipped,
            None => Self::of_foreign_word(word),
        }
    }

    /// The state that an entry's status word means, in the words of the program that keeps it.
    pub fn of_entry(status: &Status, entry: EntryIndex) -> Self {
        Self::of_word(status.known_word(entry))
    }

    fn of_foreign_word(word: &str) -> Self {
        let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        match word.as_str() {
            "pending" | "queued" | "assigned" | "todo" | "to_do" | "not_started" => State::Pending,
            "ready" => State::Ready,
            "in_progress" | "running" | "working" | "retrying" => State::InProgress,
            "blocked" => State::Blocked,
            "completed" | "complete" | "done" | "finished" => State::Completed,
            "failed" | "error" | "timeout" | "timed_out" => State::Failed,
            "skipped" => State::Skipped,
            "cancelled" | "canceled" => State::Cancelled,
            _ => State::Unknown,
        }
    }

    /// Whether nothing waits for it any more: completed, or left out on purpose.
    pub fn is_settled(self) -> bool {
        matches!(self, State::Completed | State::Skipped | State::Cancelled)
    }

    /// The state that a mark means.
    pub fn of_meaning(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Open | Meaning::Queued => State::Pending,
            Meaning::InProgress => State::InProgress,
            Meaning::Blocked => State::Blocked,
            Meaning::Done => State::Completed,
            Meaning::Failed => State::Failed,
            Meaning::Skipped => State::Skipped,
            Meaning::Cancelled => State::Cancelled,
            Meaning::Unknown => State::Unknown,
        }
    }

    /// The word that status.json is written with for this state; `None` for [`State::Unknown`].
    pub fn word(self) -> Option<Word> {
        match self {
            State::Pending | State::Ready | State::Blocked => Some(Word::Pending),
            State::InProgress => Some(Word::InProgress),
            State::Completed => Some(Word::Completed),
            State::Failed => Some(Word::Failed),
            State::Skipped | State::Cancelled => Some(Word::Skipped),
            State::Unknown => None,
        }
    }

    /// As a person reads it: `in progress`.
    pub fn label(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Ready => "ready",
            State::InProgress => "in progress",
            State::Blocked => "blocked",
            State::Completed => "completed",
            State::Failed => "failed",
            State::Skipped => "skipped",
            State::Cancelled => "cancelled",
            State::Unknown => "unknown",
        }
    }
}
