//! Progress and states at the ends of lines.

use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::{Entry, Status};
use tallymark_sync::{Analysis, Progress, State};
use tallymark_text::{Span, age, exact_age};

use crate::live::live_hint;
use crate::target::tasks_in;
use crate::words::{one_line, progress_in_words};

/// A short text behind a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// The byte it stands before: the end of a line. The label needs a blank in front.
    pub offset: u32,
    /// `3/7 · 43%`, `in progress 12 m`.
    pub label: String,
    /// More of it, plain text.
    pub tooltip: String,
    /// What it tells, for the display switches.
    pub kind: HintKind,
}

/// What a hint tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// How far the plan, a phase or the subtasks of a task are.
    Progress,
    /// The state of a task in status.json.
    State,
    /// Who works on a task.
    Live,
}

/// How many characters of an error or a reason a hint shows.
const REASON: usize = 48;

/// The hints of the lines that `span` touches. `now`: milliseconds since 1970-01-01 UTC, for ages.
///
/// The title and each phase bear their progress. A task bears its state in status.json, unless that is pending; a parent
/// bears the progress of its subtasks too, once any of them has moved. Who works on a task stands behind that, as a hint of its own. Without a readable status.json there is only progress.
pub fn inlay_hints(analysis: &Analysis, span: Span, now: Option<i64>) -> Vec<InlayHint> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let mut hints = Vec::new();
    if !plan.is_plan() || plan.tasks.is_empty() {
        return hints;
    }
    let lines = whole_lines(plan, span);
    title_hint(analysis, lines, &mut hints);
    let first = plan.phases.partition_point(|phase| phase.heading.start < lines.start);
    for (phase, progress) in plan.phases.iter().zip(&joined.phases).skip(first) {
        if phase.heading.start >= lines.end {
            break;
        }
        if progress.total > 0 {
            hints.push(progress_hint(phase.heading.end, *progress));
        }
    }
    for index in tasks_in(plan, lines) {
        hints.extend(task_hint(analysis, TaskIndex(index), now));
        hints.extend(live_hint(analysis, TaskIndex(index), now));
    }
    hints.sort_by_key(|hint| hint.offset);
    hints
}

/// `span`, widened to whole lines with the last line's end.
fn whole_lines(plan: &Plan, span: Span) -> Span {
    let first = plan.source.line_span(plan.source.line_of(span.start as usize));
    let last = plan.source.line_span(plan.source.line_of(span.end as usize));
    Span { start: first.start, end: last.end.saturating_add(1) }
}

fn title_hint(analysis: &Analysis, lines: Span, hints: &mut Vec<InlayHint>) {
    let plan = &*analysis.joined.plan;
    let Some(title) = plan.title else { return };
    let line = plan.source.line_span(plan.source.line_of(title.start as usize));
    // A title that is a phase or a task too bears that one's hint.
    let is_phase = plan.phases.iter().take(1).any(|phase| line.contains(phase.heading.start as usize));
    if lines.contains(line.start as usize) && !is_phase && tasks_in(plan, line).is_empty() {
        hints.push(progress_hint(line.end, analysis.joined.total));
    }
}

fn progress_hint(offset: u32, progress: Progress) -> InlayHint {
    InlayHint {
        offset,
        label: progress.to_string(),
        tooltip: progress_in_words(progress),
        kind: HintKind::Progress,
    }
}

fn task_hint(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> Option<InlayHint> {
    let joined = &analysis.joined;
    let offset = joined.plan.task(task).line.end;
    let below = joined.below[task.get()];
    let moved = below.completed + below.in_progress + below.failed + below.skipped > 0;
    let state = joined.status().zip(joined.entry(task)).and_then(|(status, entry)| {
        state_label(status, status.entry(entry), joined.state(task), now)
            .map(|label| (label, state_tooltip(status, status.entry(entry), now)))
    });
    let all_done = below.completed == below.counted();
    match state {
        // "completed" says it all where the subtasks are completed too.
        Some((label, tooltip)) if moved && !(all_done && joined.state(task) == State::Completed) => {
            Some(InlayHint {
                offset,
                label: format!("{label}, {below}"),
                tooltip: format!("{tooltip}\nSubtasks: {}", progress_in_words(below)),
                kind: HintKind::State,
            })
        }
        Some((label, tooltip)) => Some(InlayHint { offset, label, tooltip, kind: HintKind::State }),
        None if moved => Some(InlayHint {
            tooltip: format!("Subtasks: {}", progress_in_words(below)),
            ..progress_hint(offset, below)
        }),
        None => None,
    }
}

/// The state in a few words: `in progress 12 m`, `failed: the tests do not build`; `None` for a pending task.
pub(crate) fn state_label(status: &Status, entry: &Entry, state: State, now: Option<i64>) -> Option<String> {
    let with_reason = |label: &str, reason: Option<&tallymark_status::Text>| match reason
        .map(|reason| one_line(status.str(reason), REASON))
    {
        Some(reason) if !reason.is_empty() => format!("{label}: {reason}"),
        _ => label.to_owned(),
    };
    match state {
        State::Pending => None,
        State::InProgress => match (now, entry.started_at.as_ref().and_then(|time| time.milliseconds)) {
            (Some(now), Some(started)) => Some(format!("in progress {}", age(now - started))),
            _ => Some("in progress".to_owned()),
        },
        State::Failed => Some(with_reason("failed", entry.error.as_ref())),
        State::Skipped => Some(with_reason("skipped", entry.reason.as_ref())),
        State::Cancelled => Some(with_reason("cancelled", entry.reason.as_ref())),
        State::Unknown => {
            let word = entry.status.as_ref().map_or("", |word| status.str(word));
            Some(if word.is_empty() {
                "no status".to_owned()
            } else {
                format!("unknown status: {}", one_line(word, 24))
            })
        }
        State::Ready | State::Blocked | State::Completed => Some(state.label().to_owned()),
    }
}

/// The lines of a tooltip: what status.json says of the task.
fn state_tooltip(status: &Status, entry: &Entry, now: Option<i64>) -> String {
    let mut lines = Vec::new();
    let word = entry.status.as_ref().map_or("", |word| status.str(word));
    let place = status.place(entry.span);
    lines.push(format!(
        "{}, line {}: {}",
        place.file.unwrap_or(status.format.file_name()),
        place.source.line_of(place.span.start as usize) + 1,
        one_line(word, 40)
    ));
    for (label, time) in [("Started", &entry.started_at), ("Completed", &entry.completed_at)] {
        if let Some(time) = time {
            let written = one_line(status.str(&time.text), 40);
            match (now, time.milliseconds) {
                (Some(now), Some(at)) => lines.push(format!("{label} {} ago ({written})", age(now - at))),
                _ => lines.push(format!("{label} {written}")),
            }
        }
    }
    if let Some((duration, _)) = entry.duration {
        lines.push(format!("Took {}", exact_age(duration)));
    }
    for (label, text) in [("Error", &entry.error), ("Reason", &entry.reason), ("Notes", &entry.notes)] {
        if let Some(text) =
            text.as_ref().map(|text| one_line(status.str(text), 400)).filter(|text| !text.is_empty())
        {
            lines.push(format!("{label}: {text}"));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture, NOON, billing_without_status};

    /// Each line that bears a hint, with it; below the tooltip.
    fn hints(fixture: &Fixture, tooltips: bool) -> String {
        let mut shown = String::new();
        for hint in inlay_hints(&fixture.analysis, fixture.span, Some(NOON)) {
            shown.push_str(&format!("{}  ‹{}›\n", fixture.line(hint.offset), hint.label));
            if tooltips {
                shown.push_str(&format!("      {}\n", hint.tooltip.replace('\n', "\n      ")));
            }
        }
        shown
    }

    #[test]
    fn progress_and_states_stand_behind_the_lines() {
        assert_snapshot!(hints(&Fixture::new(BILLING), false), @r"
         1 # Billing  ‹2/9 · 22%›
         5 ## Phase 1: Ledger  ‹2/5 · 40%›
         7 - [x] 1.1 Create the `ledger` table  ‹completed›
         8 - [ ] 1.2 Write postings (depends: 1.1)  ‹in progress 12 m, 1/2 · 50%›
         9 - [x] 1.2.1 Debit side  ‹completed›
        10 - [ ] 1.2.2 Credit side  ‹in progress 40 s›
        17 ## Phase 2: Invoices  ‹0/4 · 0%›
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹failed: duplicate key value violates unique constraint…›
        21 - [ ] 2.3 Archive [old](command:erase) ones  ‹skipped: nobody reads them›
        22 - [ ] 2.4 Print  ‹unknown status: rolled_back›
        ");
    }

    #[test]
    fn tooltips_tell_more() {
        assert_snapshot!(hints(&Fixture::new(BILLING), true), @r#"
         1 # Billing  ‹2/9 · 22%›
              2 of 9 completed, 2 in progress, 1 failed; 1 skipped, not counted
         5 ## Phase 1: Ledger  ‹2/5 · 40%›
              2 of 5 completed, 2 in progress
         7 - [x] 1.1 Create the `ledger` table  ‹completed›
              status.json, line 4: completed
              Started 2 d ago (2025-12-30T12:00:00.000Z)
              Completed 1 d ago (2025-12-30T12:07:44.137Z)
              Took 7 m 44 s
              Notes: see <b>ddl</b> and https://example.org
         8 - [ ] 1.2 Write postings (depends: 1.1)  ‹in progress 12 m, 1/2 · 50%›
              status.json, line 6: in_progress
              Started 12 m ago (2026-01-01T11:48:00.000Z)
              Subtasks: 1 of 2 completed, 1 in progress
         9 - [x] 1.2.1 Debit side  ‹completed›
              status.json, line 7: completed
        10 - [ ] 1.2.2 Credit side  ‹in progress 40 s›
              status.json, line 8: in_progress
              Started 40 s ago (2026-01-01T11:59:20.000Z)
        17 ## Phase 2: Invoices  ‹0/4 · 0%›
              0 of 4 completed, 1 failed; 1 skipped, not counted
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹failed: duplicate key value violates unique constraint…›
              status.json, line 10: failed
              Error: duplicate key value violates unique constraint "invoice_number"
        21 - [ ] 2.3 Archive [old](command:erase) ones  ‹skipped: nobody reads them›
              status.json, line 12: skipped
              Reason: nobody reads them
        22 - [ ] 2.4 Print  ‹unknown status: rolled_back›
              status.json, line 13: rolled_back
        "#);
    }

    #[test]
    fn without_a_status_file_there_is_only_progress() {
        assert_snapshot!(hints(&Fixture::new(billing_without_status()), false), @r"
         1 # Billing  ‹2/10 · 20%›
         5 ## Phase 1: Ledger  ‹2/5 · 40%›
         8 - [ ] 1.2 Write postings (depends: 1.1)  ‹1/2 · 50%›
        17 ## Phase 2: Invoices  ‹0/5 · 0%›
        ");
    }

    #[test]
    fn without_a_readable_status_file_there_is_only_progress() {
        let broken = format!("{}//- status.json\n{{ \"tasks\": [", billing_without_status());
        let without = hints(&Fixture::new(billing_without_status()), true);
        assert!(!without.is_empty());
        assert_eq!(hints(&Fixture::new(&broken), true), without);
    }

    #[test]
    fn only_lines_that_the_span_touches_bear_hints() {
        let from_1_2_1 = BILLING.replace("  - [x] 1.2.1 Deb", "  - [x] 1.2.1 D$0eb");
        assert_snapshot!(hints(&Fixture::new(&from_1_2_1.replace("Credit side\n-", "Cr$0edit side\n-")), false), @r"
         9 - [x] 1.2.1 Debit side  ‹completed›
        10 - [ ] 1.2.2 Credit side  ‹in progress 40 s›
        ");
    }

    #[test]
    fn every_span_gives_the_hints_of_its_lines_and_no_others() {
        let fixture = Fixture::new(BILLING);
        let source = &fixture.analysis.joined.plan.source;
        let all = inlay_hints(&fixture.analysis, Span::new(0, source.len()), Some(NOON));
        let mut one_by_one = Vec::new();
        for line in 0..source.line_count() {
            one_by_one.extend(inlay_hints(&fixture.analysis, source.line_span(line), Some(NOON)));
        }
        assert_eq!(one_by_one, all);
    }

    #[test]
    fn a_file_that_is_no_plan_bears_none() {
        assert_eq!(hints(&Fixture::new("# Shopping\n\nSome words, and no box.\n"), false), "");
    }

    #[test]
    fn a_parent_bears_the_progress_of_its_subtasks_once_one_has_moved() {
        let plan = "//- .kiro/specs/a/tasks.md\n# Implementation Plan\n\n- [ ] 1. Set up\n  - [x] 1.1 Make folders\n  - [ ] 1.2 Write files\n- [ ] 2. Build\n  - [ ] 2.1 Compile\n";
        assert_snapshot!(hints(&Fixture::new(plan), false), @r"
        1 # Implementation Plan  ‹1/5 · 20%›
        3 - [ ] 1. Set up  ‹1/2 · 50%›
        ");
    }

    #[test]
    fn an_error_is_one_short_line() {
        let plan = "## Phase 1: A\n- [ ] 1.1 One\n- [ ] 1.2 Two\n//- status.json\n{\"tasks\":[{\"id\":\"1.1\",\"description\":\"One\",\"status\":\"failed\",\"error\":\"first line\\nsecond \\u202e line that goes on and on and on and on\"},{\"id\":\"1.2\",\"description\":\"Two\",\"status\":\"failed\"}]}";
        assert_snapshot!(hints(&Fixture::new(plan), false), @r"
        1 ## Phase 1: A  ‹0/2 · 0%›
        2 - [ ] 1.1 One  ‹failed: first line second line that goes on and on and…›
        3 - [ ] 1.2 Two  ‹failed›
        ");
    }
}
