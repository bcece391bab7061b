//! TM304: the times of an entry do not agree.

use tallymark_status::{Entry, EntryIndex, Status, Time};
use tallymark_text::Span;

use super::{Context, Needs, Reporter, Rule};
use crate::{File, Place, Related, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM304",
    name: "inconsistent-times",
    severity: Severity::Information,
    summary: "the times of an entry do not agree",
    page: include_str!("../../../../../docs/rules/TM304.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// Clocks of two machines differ: a time is in the future from so many milliseconds ahead on.
const CLOCK_SLACK: i64 = 60_000;

/// A duration may have been taken a moment before or after its times: so many milliseconds are no difference.
const DURATION_SLACK: i64 = 1_000;

/// What does not agree, where, and the other place of it.
struct Disagreement {
    span: Span,
    message: String,
    related: Option<(Span, String)>,
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let (mut concerned, mut disagree) = (0, 0);
    for (index, entry) in status.entries() {
        let completed = State::of_entry(status, index) == State::Completed;
        concerned += usize::from(has_times(entry));
        let times = both(status, entry);
        let wrong = times
            .and_then(|times| order(status, index, times))
            .or_else(|| duration(status, entry, times?))
            .or_else(|| {
                let ahead = future(status, entry, context.facts.now)?;
                reporter.depends_on_time();
                Some(ahead)
            });
        disagree += usize::from(wrong.is_some());
        let found = wrong.or_else(|| missing(status, index, completed && status.format.keeps_times()));
        if let Some(Disagreement { span, message, related }) = found {
            let related = related.map(|(span, message)| Related { place: Place::status(span), message });
            reporter.report(
                Place::status(span),
                Subject::Entry(index),
                message,
                related.into_iter().collect(),
            );
        }
    }
    reporter.once(File::Status, concerned, move |count| match disagree {
        0 => format!("{count} entries are completed, but have no completedAt"),
        _ => format!(
            "the times of {count} of the {concerned} entries that have any are incomplete or do not agree"
        ),
    });
}

/// Whether anybody kept times for the entry. One made from a ticked box, by `init` or by hand, has none: nothing can disagree.
fn has_times(entry: &Entry) -> bool {
    entry.started_at.is_some() || entry.completed_at.is_some() || entry.duration.is_some()
}

fn times(entry: &Entry) -> impl Iterator<Item = (&'static str, &Time)> {
    [("startedAt", &entry.started_at), ("completedAt", &entry.completed_at)]
        .into_iter()
        .filter_map(|(name, time)| Some((name, time.as_ref()?)))
}

/// Both times in milliseconds, where they can be compared: both name their zone, or neither does.
fn both(status: &Status, entry: &Entry) -> Option<(i64, i64)> {
    let (started, completed) = (entry.started_at.as_ref()?, entry.completed_at.as_ref()?);
    let comparable = status.names_zone(started) == status.names_zone(completed);
    comparable.then_some((started.milliseconds?, completed.milliseconds?))
}

fn order(status: &Status, index: EntryIndex, (started, completed): (i64, i64)) -> Option<Disagreement> {
    let entry = status.entry(index);
    if completed >= started {
        return None;
    }
    let message = format!(
        "{} was completed {} before it was started",
        status.id(index),
        span_of_time(started - completed)
    );
    let started_at = entry.started_at.as_ref()?.text.span;
    Some(Disagreement {
        span: entry.completed_at.as_ref()?.text.span,
        message,
        related: Some((started_at, "started".to_owned())),
    })
}

fn duration(status: &Status, entry: &Entry, (started, completed): (i64, i64)) -> Option<Disagreement> {
    let (said, span) = entry.duration?;
    let real = completed.checked_sub(started)?;
    // A task that was tried again counts all its tries.
    let tried_again = entry.retry_count.is_some_and(|(count, _)| count > 0);
    if said.abs_diff(real) <= DURATION_SLACK.unsigned_abs() || (tried_again && said > real) {
        return None;
    }
    let written = status.source.slice(span);
    let message = format!("duration is {written} ms, but startedAt and completedAt lie {real} ms apart");
    let related = Some((entry.completed_at.as_ref()?.text.span, "completed".to_owned()));
    Some(Disagreement { span, message, related })
}

fn missing(status: &Status, index: EntryIndex, completed: bool) -> Option<Disagreement> {
    let entry = status.entry(index);
    let word =
        entry.status.as_ref().filter(|_| completed && has_times(entry) && entry.completed_at.is_none())?;
    let message = format!("{} is completed, but has no completedAt", status.id(index));
    Some(Disagreement { span: word.span, message, related: None })
}

fn future(status: &Status, entry: &Entry, now: Option<i64>) -> Option<Disagreement> {
    let now = now?;
    let ahead = |time: &Time| time.milliseconds.and_then(|at| at.checked_sub(now)).unwrap_or(0);
    let (name, time) = times(entry).find(|(_, time)| ahead(time) > CLOCK_SLACK && status.names_zone(time))?;
    let message = format!("{name} lies {} in the future", span_of_time(ahead(time)));
    Some(Disagreement { span: time.text.span, message, related: None })
}

/// A stretch of milliseconds for a person, in its largest unit: `2 h`, `90 s`.
fn span_of_time(milliseconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    UNITS.into_iter().find(|(unit, _)| milliseconds >= 2 * unit).map_or_else(
        || format!("{milliseconds} ms"),
        |(unit, name)| format!("{} {name}", milliseconds / unit),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};

    /// 1.1 with these fields, and an entry with nothing to say.
    fn case(fields: &str) -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n").status(&format!(
            "{{\"tasks\": [\n{{\"id\": \"1.1\", \"description\": \"Read\", {fields}}},\n{{\"id\": \"1.2\", \"description\": \"Sort\", \"status\": \"pending\"}}]}}"
        ))
    }

    fn message(fields: &str) -> Option<String> {
        let findings = case(fields).findings("TM304");
        let first = findings.into_iter().next()?;
        first.split(" | ").next()?.split_once("\": ").map(|(_, message)| message.to_owned())
    }

    #[test]
    fn completed_before_started() {
        let fields = r#""status": "completed", "startedAt": "2025-11-03T10:00:00.000Z", "completedAt": "2025-11-03T09:20:00.000Z""#;
        assert_eq!(message(fields).as_deref(), Some("1.1 was completed 40 min before it was started"));
    }

    #[test]
    fn times_of_unknown_zones_are_not_compared_with_others() {
        let fields = r#""status": "completed", "startedAt": "2025-11-03T10:00:00", "completedAt": "2025-11-03T09:20:00.000Z""#;
        assert_eq!(message(fields), None);
    }

    #[test]
    fn completed_without_a_time() {
        let told = Some("1.1 is completed, but has no completedAt");
        assert_eq!(
            message(r#""status": "completed", "startedAt": "2025-11-03T09:20:00.000Z""#).as_deref(),
            told
        );
        assert_eq!(message(r#""status": "completed", "duration": 12000"#).as_deref(), told);
        // Made from a ticked box: nobody kept times, and nothing disagrees.
        assert_eq!(message(r#""status": "completed""#), None);
        assert_eq!(message(r#""status": "completed", "completedAt": "2025-11-03T09:20:00.000Z""#), None);
    }

    #[test]
    fn a_duration_that_is_not_the_difference() {
        let times = r#""status": "completed", "startedAt": "2025-11-03T09:20:00.000Z", "completedAt": "2025-11-03T09:20:10.000Z""#;
        assert_eq!(
            message(&format!("{times}, \"duration\": 12000")).as_deref(),
            Some("duration is 12000 ms, but startedAt and completedAt lie 10000 ms apart")
        );
        assert_eq!(message(&format!("{times}, \"duration\": 10900")), None);
        assert_eq!(message(&format!("{times}, \"duration\": 12000, \"retryCount\": 1")), None);
    }

    #[test]
    fn the_future_is_told_only_with_a_clock() {
        let fields = r#""status": "in_progress", "startedAt": "2025-11-03T10:00:00.000Z""#;
        assert_eq!(message(fields), None);
        // 2025-11-03T09:00:00Z
        let case = case(fields).facts(|facts| facts.now = Some(1_762_160_400_000));
        assert_eq!(
            case.findings("TM304"),
            [r#"status:2 "\"2025-11-03T10:00:00.000Z\"": startedAt lies 60 min in the future"#]
        );
    }
}
