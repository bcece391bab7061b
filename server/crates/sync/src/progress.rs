//! Counting.

use crate::State;

/// How far a set of tasks is. Prints as `3/7 · 43%`; nothing to count prints as `–`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Completed tasks.
    pub completed: u32,
    /// Tasks in progress.
    pub in_progress: u32,
    /// Failed tasks.
    pub failed: u32,
    /// Skipped and cancelled tasks: they count neither as done nor in the total of the percentage.
    pub skipped: u32,
    /// All tasks.
    pub total: u32,
}

impl Progress {
    /// Counts one more task.
    pub fn add(&mut self, state: State) {
        self.total += 1;
        match state {
            State::Completed => self.completed += 1,
            State::InProgress => self.in_progress += 1,
            State::Failed => self.failed += 1,
            State::Skipped | State::Cancelled => self.skipped += 1,
            State::Pending | State::Ready | State::Blocked | State::Unknown => {}
        }
    }

    /// Counts one task as `new` that was counted as `old`.
    pub(crate) fn exchange(&mut self, old: State, new: State) {
        let mut without = Progress::default();
        without.add(old);
        self.completed -= without.completed;
        self.in_progress -= without.in_progress;
        self.failed -= without.failed;
        self.skipped -= without.skipped;
        self.total -= without.total;
        self.add(new);
    }

    /// Counts all of `other` too.
    pub fn merge(&mut self, other: Progress) {
        self.completed += other.completed;
        self.in_progress += other.in_progress;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.total += other.total;
    }

    /// The tasks that are to be done: all but the skipped and cancelled ones.
    pub fn counted(self) -> u32 {
        self.total - self.skipped
    }

    /// Whole percent, rounded down, so that 100 means all; `None` with nothing to count.
    pub fn percent(self) -> Option<u32> {
        let counted = u64::from(self.counted());
        (counted > 0).then(|| (u64::from(self.completed) * 100 / counted) as u32)
    }
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{}/{} · {percent}%", self.completed, self.counted()),
            None => f.write_str("–"),
        }
    }
}
