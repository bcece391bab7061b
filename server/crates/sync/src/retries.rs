//! Trying again what failed: how often, and not before when.

use tallymark_status::{EntryIndex, Status};

use crate::State;

/// How often failed tasks are tried again, how long is waited before, and when a task counts as stuck. Times are in
/// milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// So often a task that failed is tried again.
    pub retries: u32,
    /// The wait before the first retry; each later one waits twice as long as the one before, and none longer than
    /// [`Limits::LONGEST_WAIT`].
    pub backoff: i64,
    /// A task that is in progress is stuck after so long without a sign of life.
    pub stuck: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { retries: 2, backoff: 60_000, stuck: 30 * 60_000 }
    }
}

/// What is left to try of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retries {
    /// So often it was tried again.
    pub used: u32,
    /// So often it may be.
    pub limit: u32,
    /// It is not to be tried again before this time, in milliseconds since 1970-01-01 UTC. A time that has passed is one too;
    /// `None` if nothing says when it failed.
    pub not_before: Option<i64>,
}

impl Retries {
    /// Whether there is a retry left.
    pub fn left(&self) -> bool {
        self.used < self.limit
    }

    /// Whether it has to wait at `now`.
    pub fn waits(&self, now: i64) -> bool {
        self.not_before.is_some_and(|time| time > now)
    }
}

impl Limits {
    /// No retry waits longer than this: an hour.
    pub const LONGEST_WAIT: i64 = 60 * 60_000;

    /// How long to wait before the retry after `used` others.
    pub fn wait(&self, used: u32) -> i64 {
        let factor = 1_i64.checked_shl(used).filter(|factor| *factor > 0).unwrap_or(i64::MAX);
        self.backoff.saturating_mul(factor).min(Self::LONGEST_WAIT.max(self.backoff))
    }

    /// What is left to try of the task of an entry.
    ///
    /// A failed one waits for its next retry. One that was put back to pending after a failure, its retry counted, waits for
    /// the same retry no longer than it would have as failed. A failure in the future (`now`) is a clock that disagrees with
    /// ours, and nothing is waited for.
    pub fn retries(&self, status: &Status, entry: EntryIndex, now: i64) -> Retries {
        let fields = status.entry(entry);
        let used = fields.retry_count.map_or(0, |(count, _)| u32::try_from(count.max(0)).unwrap_or(u32::MAX));
        let waits_for = match State::of_entry(status, entry) {
            State::Failed => Some(used),
            State::Pending | State::Ready => used.checked_sub(1),
            _ => None,
        };
        let failed_at = fields.last_error_at.as_ref().and_then(|time| time.milliseconds);
        let not_before = waits_for
            .zip(failed_at.filter(|&failed_at| failed_at <= now))
            .map(|(used, failed_at)| failed_at.saturating_add(self.wait(used)));
        Retries { used, limit: self.retries, not_before }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::Source;

    use super::*;

    /// 2026-01-05T10:00:00Z.
    const FAILED_AT: i64 = 1_767_607_200_000;

    fn retries(members: &str, now: i64) -> Retries {
        let text = format!(r#"{{"tasks":[{{"id":"1.1",{members}}}]}}"#);
        let status = Status::parse(Arc::new(Source::new(&text)));
        assert!(status.readable, "{text}");
        Limits::default().retries(&status, EntryIndex(0), now)
    }

    #[test]
    fn each_retry_waits_twice_as_long_as_the_one_before_and_none_for_ever() {
        let limits = Limits::default();
        let waits: Vec<i64> = [0, 1, 2, 5, 6, 63, 64, u32::MAX].map(|used| limits.wait(used) / 60_000).into();
        assert_eq!(waits, [1, 2, 4, 32, 60, 60, 60, 60]);
        let patient = Limits { backoff: 2 * Limits::LONGEST_WAIT, ..limits };
        assert_eq!(patient.wait(3), 2 * Limits::LONGEST_WAIT);
    }

    #[test]
    fn a_failed_task_is_left_alone_for_a_while() {
        let failed = r#""status":"failed","lastErrorAt":"2026-01-05T10:00:00.000Z""#;
        let first = retries(failed, FAILED_AT + 1);
        assert_eq!(first, Retries { used: 0, limit: 2, not_before: Some(FAILED_AT + 60_000) });
        assert!(first.left() && first.waits(FAILED_AT + 59_999) && !first.waits(FAILED_AT + 60_000));
        let second = retries(&format!("{failed},\"retryCount\":1"), FAILED_AT);
        assert_eq!(second.not_before, Some(FAILED_AT + 120_000));
        assert!(!retries(&format!("{failed},\"retryCount\":2"), FAILED_AT).left());
    }

    #[test]
    fn a_task_that_was_put_back_waits_for_the_retry_that_was_counted() {
        let pending = r#""status":"pending","retryCount":1,"lastErrorAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(retries(pending, FAILED_AT).not_before, Some(FAILED_AT + 60_000));
    }

    #[test]
    fn what_never_failed_or_nobody_knows_when_waits_for_nothing() {
        assert_eq!(retries(r#""status":"pending""#, FAILED_AT).not_before, None);
        assert_eq!(retries(r#""status":"failed","retryCount":1"#, FAILED_AT).not_before, None);
        let done = r#""status":"completed","retryCount":1,"lastErrorAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(retries(done, FAILED_AT).not_before, None);
    }

    #[test]
    fn a_failure_in_the_future_is_waited_for_by_nobody() {
        let failed = r#""status":"failed","lastErrorAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(retries(failed, FAILED_AT - 1).not_before, None);
    }

    #[test]
    fn a_count_that_makes_no_sense_does_no_harm() {
        let failed = r#""status":"failed","lastErrorAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(retries(&format!("{failed},\"retryCount\":-3"), FAILED_AT).used, 0);
        let many = retries(&format!("{failed},\"retryCount\":99999999999"), FAILED_AT);
        assert!(!many.left());
    }
}
