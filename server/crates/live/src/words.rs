//! The words that sources have for how a run stands.

use tallymark_events::RunStatus;

/// What a word means, in any case.
pub(crate) fn run_status(word: &str) -> RunStatus {
    const WORDS: &[(&str, RunStatus)] = &[
        ("queued", RunStatus::Queued),
        ("pending", RunStatus::Queued),
        ("assigned", RunStatus::Queued),
        ("running", RunStatus::Running),
        ("in_progress", RunStatus::Running),
        ("inprogress", RunStatus::Running),
        ("working", RunStatus::Running),
        ("retrying", RunStatus::Running),
        ("stopping", RunStatus::Running),
        ("completed", RunStatus::Completed),
        ("done", RunStatus::Completed),
        ("success", RunStatus::Completed),
        ("failed", RunStatus::Failed),
        ("error", RunStatus::Failed),
        ("crashed", RunStatus::Failed),
        ("timeout", RunStatus::TimedOut),
        ("timed_out", RunStatus::TimedOut),
        ("cancelled", RunStatus::Cancelled),
        ("canceled", RunStatus::Cancelled),
        ("stopped", RunStatus::Cancelled),
    ];
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word.trim()))
        .map_or(RunStatus::Unknown, |(_, status)| *status)
}

/// Whether a run of this status may still change.
pub(crate) fn is_open(status: RunStatus) -> bool {
    matches!(status, RunStatus::Queued | RunStatus::Running | RunStatus::Unknown)
}
