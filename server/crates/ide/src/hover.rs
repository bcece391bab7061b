//! Everything known about a task, from both sides.

mod cards;

use tallymark_plan::Plan;
use tallymark_sync::{Analysis, Counterpart, Subject};
use tallymark_text::Span;

use self::cards::{criterion_card, entry_fields, finding_fields, phase_card, plan_card, task_card};
use crate::markup::Card;
use crate::target::{entry_at, phase_at_line};
use crate::words::one_line;

/// What is shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about, in the file that was asked for.
    pub span: Span,
    /// For clients that show markdown. Texts from the two files are escaped: nothing in them is a link or a picture.
    pub markdown: String,
    /// For all others.
    pub plain: String,
}

/// What is known about the task, criterion or phase at `offset` of the plan. `now`: milliseconds since 1970-01-01 UTC.
pub fn hover(analysis: &Analysis, offset: usize, now: Option<i64>) -> Option<Hover> {
    let plan = &*analysis.joined.plan;
    if !plan.is_plan() {
        return None;
    }
    if let Some(task) = plan.task_at_line(offset) {
        return Some(task_card(analysis, task, now).hover(plan.task(task).line));
    }
    if let Some(criterion) = criterion_at_line(plan, offset) {
        return Some(criterion_card(analysis, criterion).hover(plan.criteria[criterion as usize].line));
    }
    if let Some(phase) = phase_at_line(plan, offset) {
        return Some(phase_card(analysis, phase).hover(plan.phases[phase.get()].heading));
    }
    let title = plan.title.filter(|title| title.touches(offset))?;
    Some(plan_card(analysis).hover(title))
}

/// What is known about what the entry at `offset` of status.json stands for; or that the plan has nothing of the kind.
pub fn hover_status(analysis: &Analysis, offset: usize, now: Option<i64>) -> Option<Hover> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let status = joined.status()?;
    let entry = entry_at(status, offset)?;
    let (mut card, in_plan) = match joined.counterparts[entry.get()] {
        Some(Counterpart::Task(task)) => (task_card(analysis, task, now), Some(plan.task(task).line)),
        Some(Counterpart::Criterion(index)) => {
            (criterion_card(analysis, index), Some(plan.criteria[index as usize].line))
        }
        Some(Counterpart::CriteriaOf(phase) | Counterpart::Phase(phase)) => {
            (phase_card(analysis, phase), Some(plan.phases[phase.get()].heading))
        }
        None => {
            let mut card = Card::new(&one_line(status.id(entry), 80));
            card.sentence(&one_line(status.description(entry), 200));
            card.gap();
            card.field("status", &one_line(status.word(entry), 40));
            entry_fields(status, status.entry(entry), now, &mut card);
            (card, None)
        }
    };
    let path = &analysis.facts.plan_path;
    match in_plan {
        Some(line) => {
            let line = plan.source.line_of(line.start as usize) + 1;
            card.field("in the plan", &format!("{path}, line {line}"));
        }
        None => card.field("in the plan", &format!("{path} has no such task")),
    }
    finding_fields(analysis, Subject::Entry(entry), &mut card);
    // The whole object may be long: what is marked is its id, or its brace.
    let span = status.entry(entry).span;
    let shown = status.entry(entry).id.as_ref().map_or(Span { end: span.start + 1, ..span }, |id| id.span);
    Some(card.hover(shown))
}

impl Card {
    fn hover(self, span: Span) -> Hover {
        let (markdown, plain) = self.finish();
        Hover { span, markdown, plain }
    }
}

fn criterion_at_line(plan: &Plan, offset: usize) -> Option<u32> {
    let line = plan.source.line_span(plan.source.line_of(offset));
    let index = plan.criteria.partition_point(|criterion| criterion.line.start < line.start);
    (plan.criteria.get(index)?.line.start <= line.end).then_some(index as u32)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use tallymark_sync::File;

    use super::*;
    use crate::fixture::{BILLING, Fixture, NOON, billing_at, billing_without_status};

    fn shown(fixture: &Fixture) -> Hover {
        let offset = fixture.span.start as usize;
        let hover = match fixture.file {
            File::Plan => hover(&fixture.analysis, offset, Some(NOON)),
            File::Status => hover_status(&fixture.analysis, offset, Some(NOON)),
        };
        hover.expect("there is something to say here")
    }

    fn markdown(at: &str) -> String {
        shown(&billing_at(at)).markdown
    }

    #[test]
    fn a_task_is_told_from_both_sides() {
        assert_snapshot!(markdown("Write postings"), @r"
        **1.2 Write postings**

        In progress for 12 m, says status.json; its box is open.

        - phase: Phase 1: Ledger
        - started: 12 m ago (2026-01-01T11:48:00.000Z)
        - in status.json: line 6
        - subtasks: 1/2 · 50%, 1 in progress
        - depends on: 1 of 1 task done
          - 1.1 Create the ledger table: completed
        - needed by: 1.3
        ");
    }

    #[test]
    fn a_blocked_task_says_by_what() {
        assert_snapshot!(markdown("Send them"), @r"
        **2.2 Send them by mail**

        Pending, says status.json; its box is open. It is blocked by 2.1 and 1.3.

        - phase: Phase 2: Invoices
        - in status.json: line 11
        - depends on: 0 of 2 tasks done
          - 1.3 Reconcile nightly: pending
          - 2.1 Number invoices: failed
        ");
    }

    #[test]
    fn a_failed_task_tells_its_error() {
        assert_snapshot!(markdown("Number invoices"), @r#"
        **2.1 Number invoices**

        Failed, says status.json; its box is open.

        - phase: Phase 2: Invoices
        - retries: 2
        - error: duplicate key value violates unique constraint "invoice_number"
        - in status.json: line 10
        - depends on: 1 of 1 task done
          - 1.1 Create the ledger table: completed
        - needed by: 2.2
        "#);
    }

    #[test]
    fn texts_from_the_files_are_no_markup() {
        assert_snapshot!(markdown("Create the"), @r"
        **1.1 Create the ledger table**

        Completed, says status.json; its box is ticked.

        - phase: Phase 1: Ledger
        - started: 2 d ago (2025-12-30T12:00:00.000Z)
        - completed: 1 d ago (2025-12-30T12:07:44.137Z)
        - took: 7 m 44 s
        - notes: see \<b\>ddl\</b\> and https\://example.org
        - in status.json: line 4
        - needed by: 1.2, 2.1
        ");
        assert_snapshot!(markdown("Archive"), @r"
        **2.3 Archive \[old\](command:erase) ones**

        Skipped, says status.json; its box is open.

        - phase: Phase 2: Invoices
        - reason: nobody reads them
        - in status.json: line 12
        ");
    }

    #[test]
    fn an_unknown_word_is_shown_as_it_stands() {
        assert_snapshot!(markdown("Print"), @r"
        **2.4 Print**

        status.json says “rolled_back”, which is no status; its box is open.

        - phase: Phase 2: Invoices
        - in status.json: line 13
        ");
    }

    #[test]
    fn a_task_that_status_json_lacks_says_so() {
        assert_snapshot!(markdown("Sort"), @r"
    **2.5 Sort**

    Pending: its box is open, and status.json does not have this task. Nothing stands in its way.

    - phase: Phase 2: Invoices
    - findings: 1
      - warning TM101: 2.5 is not in status.json
    ");
    }

    #[test]
    fn clients_without_markdown_get_plain_text() {
        assert_snapshot!(shown(&billing_at("Create the")).plain, @r"
        1.1 Create the ledger table

        Completed, says status.json; its box is ticked.

        phase: Phase 1: Ledger
        started: 2 d ago (2025-12-30T12:00:00.000Z)
        completed: 1 d ago (2025-12-30T12:07:44.137Z)
        took: 7 m 44 s
        notes: see <b>ddl</b> and https://example.org
        in status.json: line 4
        needed by: 1.2, 2.1
        ");
    }

    #[test]
    fn a_phase_tells_its_progress() {
        assert_snapshot!(markdown("Phase 1: Ledger"), @r"
        **Phase 1: Ledger**

        2/5 · 40%, 2 in progress

        - in progress: 1.2, 1.2.2
        - criteria: 1 of 2 met
          - ✓ The sums agree
          - ○ No posting is an orphan
        ");
    }

    #[test]
    fn a_criterion_is_told_apart_from_tasks() {
        assert_snapshot!(markdown("The sums agree"), @r"
        **V1.1 The sums agree**

        A criterion, met. Criteria are not counted as tasks.

        - phase: Phase 1: Ledger
        ");
    }

    #[test]
    fn the_title_tells_of_the_whole_plan() {
        assert_snapshot!(markdown("Billing"), @r"
        **Billing**

        2/9 · 22%, 2 in progress, 1 failed; 1 skipped, not counted

        - status.json: docs/plan-outputs/billing/status.json
        - read as: phased
        - criteria: 1 of 2 met
        ");
    }

    #[test]
    fn without_a_status_file_the_box_speaks() {
        let text = billing_without_status().replace("1.1 Create", "1.1 $0Create");
        assert_snapshot!(shown(&Fixture::new(&text)).markdown, @r"
        **1.1 Create the ledger table**

        Completed: its box is ticked; there is no status.json.

        - phase: Phase 1: Ledger
        - needed by: 1.2, 2.1
        ");
    }

    #[test]
    fn an_unreadable_status_file_is_said() {
        let text = billing_without_status().replace("2.5 Sort", "2.5 $0Sort");
        assert_snapshot!(shown(&Fixture::new(&format!("{text}//- status.json\n{{"))).markdown, @r"
        **2.5 Sort**

        Pending: its box is open; status.json cannot be read. Nothing stands in its way.

        - phase: Phase 2: Invoices
        - cannot be marked: status.json cannot be read, so nothing is written to it; \`tallymark validate\` says why, \`tallymark restore\` brings it back
        ");
    }

    #[test]
    fn inside_status_json_the_plan_is_told() {
        assert_snapshot!(markdown("\"id\": \"1.3\""), @r"
        **1.3 Reconcile nightly**

        Pending, says status.json; its box is open. It is blocked by 1.2.

        - phase: Phase 1: Ledger
        - in status.json: line 9
        - depends on: 0 of 1 task done
          - 1.2 Write postings: in progress
        - needed by: 2.2
        - in the plan: docs/plans/billing.md, line 11
        ");
        assert_snapshot!(markdown("\"id\": \"9.9\""), @r#"
        **9.9**

        Dream

        - status: done
        - in the plan: docs/plans/billing.md has no such task
        - findings: 2
          - warning TM102 (status.json): status.json has “9.9 Dream”, which is not in the plan
          - warning TM302 (status.json): "done" is no status word: it is taken for completed
        "#);
    }

    #[test]
    fn what_is_marked_is_the_line_or_the_id() {
        let fixture = billing_at("Write postings");
        assert_eq!(fixture.line(shown(&fixture).span.start), " 8 - [ ] 1.2 Write postings (depends: 1.1)");
        let fixture = billing_at("\"description\": \"Print\"");
        let source = &fixture.analysis.joined.status().expect("it is readable").source;
        assert_eq!(source.slice(shown(&fixture).span), "\"2.4\"");
    }

    #[test]
    fn elsewhere_nothing_is_said() {
        let fixture = Fixture::new(BILLING);
        let output = fixture.analysis.joined.plan.source.text().find("**Output").expect("it has one");
        assert_eq!(hover(&fixture.analysis, output, Some(NOON)), None);
        assert_eq!(hover_status(&fixture.analysis, 0, Some(NOON)), None);
        assert_eq!(hover(&fixture.analysis, usize::MAX, Some(NOON)), None);
    }
}
