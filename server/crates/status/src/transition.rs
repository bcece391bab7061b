//! What a change of status does to a task's entry.

use crate::{Word, edit::Object, json, time};

/// The five words' meaning of any word that a status file has been seen with; `None` if nobody can say.
pub(crate) fn meaning(word: &str) -> Option<Word> {
    if let Some(word) = Word::from_exact(word) {
        return Some(word);
    }
    let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    match word.as_str() {
        "pending" | "queued" | "assigned" | "ready" | "todo" | "to_do" | "not_started" => Some(Word::Pending),
        "in_progress" | "running" | "working" | "retrying" => Some(Word::InProgress),
        "completed" | "complete" | "done" | "finished" => Some(Word::Completed),
        "failed" | "error" | "timeout" | "timed_out" => Some(Word::Failed),
        "skipped" | "cancelled" | "canceled" => Some(Word::Skipped),
        _ => None,
    }
}

/// The states that a task with this word may go to; `reopen` opens the way back from completed and skipped.
/// From a word that nobody knows, every way is open: it has no place in the table.
pub(crate) fn legal(from: &str, reopen: bool) -> &'static [Word] {
    match meaning(from) {
        None => &Word::ALL,
        Some(Word::Completed | Word::Skipped) if !reopen => &[],
        Some(word) => word.successors(),
    }
}

/// The order in which the orchestrator writes an entry's members: a new one comes behind the nearest of those before it.
const ORDER: [&str; 14] = [
    "id",
    "phase",
    "description",
    "status",
    "startedAt",
    "completedAt",
    "duration",
    "error",
    "skipReason",
    "lastError",
    "lastErrorAt",
    "retryCount",
    "notes",
    "findingsPath",
];

/// Sets a member, and puts a new one where the orchestrator would.
pub(crate) fn set(entry: &mut Object<'_>, key: &str, value: String) {
    let place = ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    let mut before = ORDER[..place].to_vec();
    before.reverse();
    entry.set(key, value, &before);
}

/// A time of an entry, in milliseconds since 1970.
fn milliseconds(entry: &Object<'_>, key: &str) -> Option<i64> {
    match entry.get(key)? {
        value if value.starts_with('"') => time::milliseconds(&json::text_of(value)),
        value => value.parse().ok(),
    }
}

/// Now, unless the clock went back behind what the entry says already: then the latest of its times.
pub(crate) fn not_before(entry: &Object<'_>, now: i64) -> i64 {
    let times = ["startedAt", "completedAt", "lastErrorAt"];
    times.iter().filter_map(|key| milliseconds(entry, key)).fold(now, i64::max)
}

/// Sets the status and what follows from it; the caller has checked that it may. `now` is in milliseconds.
///
/// * *in_progress*: `startedAt` is now. A retry (from failed) counts in `retryCount`.
/// * *completed*: `completedAt` is now and never before `startedAt`; `duration` is the difference, and is absent, as
///   `startedAt` is, if the task was never started.
/// * *failed*: `error` is the reason, `lastErrorAt` is now.
/// * *skipped*: `skipReason` is the reason (or `reason`, where the entry has that).
/// * *pending*: it has not begun, so `startedAt`, `completedAt` and `duration` go.
///
/// A clock that went back writes no time before one that the entry has already.
///
/// An `error` is of the failed only: whatever leaves failed keeps it as `lastError`. A `skipReason` is of the skipped only.
pub(crate) fn apply(entry: &mut Object<'_>, to: Word, reason: Option<&str>, notes: Option<&str>, now: i64) {
    let from = entry.get("status").map(|word| meaning(&json::text_of(word)));
    set(entry, "status", json::quote(to.as_str()));
    let now = not_before(entry, now);
    if to != Word::Failed
        && let Some(error) = entry.remove("error")
        && error != "null"
    {
        set(entry, "lastError", error.into_owned());
    }
    if to != Word::Skipped && from == Some(Some(Word::Skipped)) {
        entry.remove("skipReason");
        entry.remove("reason");
    }
    if matches!(to, Word::Pending | Word::InProgress) {
        entry.remove("completedAt");
        entry.remove("duration");
    }
    match to {
        Word::Pending => drop(entry.remove("startedAt")),
        Word::InProgress => {
            set(entry, "startedAt", json::quote(&time::format(now)));
            if from == Some(Some(Word::Failed)) {
                count_retry(entry);
            }
        }
        Word::Completed => {
            let started = milliseconds(entry, "startedAt");
            set(entry, "completedAt", json::quote(&time::format(now)));
            match started {
                Some(started) => set(entry, "duration", (now - started).to_string()),
                None => drop(entry.remove("duration")),
            }
        }
        Word::Failed => {
            if let Some(reason) = reason {
                set(entry, "error", json::quote(reason));
            }
            set(entry, "lastErrorAt", json::quote(&time::format(now)));
        }
        Word::Skipped => {
            if let Some(reason) = reason {
                let own = entry.get("skipReason").is_none() && entry.get("reason").is_some();
                set(entry, if own { "reason" } else { "skipReason" }, json::quote(reason));
            }
        }
    }
    if let Some(notes) = notes {
        set(entry, "notes", json::quote(notes));
    }
}

/// Counts a retry; gives what `retryCount` was and is.
pub(crate) fn count_retry(entry: &mut Object<'_>) -> (i64, i64) {
    let retries: i64 = entry.get("retryCount").and_then(|count| count.parse().ok()).unwrap_or(0);
    let counted = retries.saturating_add(1);
    set(entry, "retryCount", counted.to_string());
    (retries, counted)
}

#[cfg(test)]
mod tests {
    use super::{apply, legal};
    use crate::{Word, edit::Object};

    const NOW: i64 = 1_766_458_801_500;

    fn after(entry: &str, to: Word, reason: Option<&str>) -> String {
        let mut object = Object::new(entry);
        apply(&mut object, to, reason, None, NOW);
        object.render()
    }

    #[test]
    fn a_task_goes_its_way() {
        let pending = r#"{"id":"1","status":"pending","x":1}"#;
        let started = after(pending, Word::InProgress, None);
        assert_eq!(
            started,
            r#"{"id":"1","status":"in_progress","startedAt":"2025-12-23T03:00:01.500Z","x":1}"#
        );
        let mut object = Object::new(&started);
        apply(&mut object, Word::Completed, None, Some("n\n"), NOW + 250);
        assert_eq!(
            object.render(),
            r#"{"id":"1","status":"completed","startedAt":"2025-12-23T03:00:01.500Z","completedAt":"2025-12-23T03:00:01.750Z","duration":250,"notes":"n\n","x":1}"#
        );
        let reopened = object.render();
        assert_eq!(
            after(&reopened, Word::Pending, None),
            r#"{"id":"1","status":"pending","notes":"n\n","x":1}"#
        );
    }

    #[test]
    fn completed_without_a_start_has_no_duration() {
        assert_eq!(
            after(r#"{"status":"pending","duration":7}"#, Word::Completed, None),
            r#"{"status":"completed","completedAt":"2025-12-23T03:00:01.500Z"}"#
        );
    }

    #[test]
    fn a_clock_that_went_back_gives_no_negative_duration() {
        assert_eq!(
            after(
                r#"{"status":"in_progress","startedAt":"2025-12-23T05:00:00.000Z"}"#,
                Word::Completed,
                None
            ),
            r#"{"status":"completed","startedAt":"2025-12-23T05:00:00.000Z","completedAt":"2025-12-23T05:00:00.000Z","duration":0}"#
        );
    }

    #[test]
    fn a_clock_that_went_back_starts_nothing_before_it_failed() {
        assert_eq!(
            after(r#"{"status":"failed","lastErrorAt":"2025-12-23T05:00:00.000Z"}"#, Word::InProgress, None),
            r#"{"status":"in_progress","startedAt":"2025-12-23T05:00:00.000Z","lastErrorAt":"2025-12-23T05:00:00.000Z","retryCount":1}"#
        );
    }

    #[test]
    fn an_error_becomes_the_last_error_when_it_is_tried_again() {
        let failed = after(r#"{"status":"pending"}"#, Word::Failed, Some("no \"disk\""));
        assert_eq!(
            failed,
            r#"{"status":"failed","error":"no \"disk\"","lastErrorAt":"2025-12-23T03:00:01.500Z"}"#
        );
        let retried = after(&failed, Word::InProgress, None);
        assert_eq!(
            retried,
            r#"{"status":"in_progress","startedAt":"2025-12-23T03:00:01.500Z","lastError":"no \"disk\"","lastErrorAt":"2025-12-23T03:00:01.500Z","retryCount":1}"#
        );
        assert!(
            after(&after(&retried, Word::Failed, None), Word::InProgress, None).contains(r#""retryCount":2"#)
        );
    }

    #[test]
    fn a_reason_to_skip_goes_when_it_is_reopened() {
        let skipped = after(r#"{"status":"pending"}"#, Word::Skipped, Some("later"));
        assert_eq!(skipped, r#"{"status":"skipped","skipReason":"later"}"#);
        assert_eq!(after(&skipped, Word::Pending, None), r#"{"status":"pending"}"#);
        let own = after(r#"{"status":"pending","reason":"x"}"#, Word::Skipped, Some("later"));
        assert_eq!(own, r#"{"status":"skipped","reason":"later"}"#);
    }

    #[test]
    fn the_way_back_from_completed_is_by_reopening_only() {
        assert_eq!(legal("completed", false), []);
        for word in ["done", "complete", "Finished"] {
            assert_eq!(legal(word, true), [Word::Pending], "{word}");
        }
        assert_eq!(
            legal("in-progress", false),
            [Word::Completed, Word::Failed, Word::Skipped, Word::Pending]
        );
        assert_eq!(legal("rolled_back", false), Word::ALL);
    }
}
