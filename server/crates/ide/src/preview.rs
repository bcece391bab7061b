//! Texts that are read only: the plan as status.json sees it, and what a fix would change.

use tallymark_plan::{Meaning, TaskForm, TaskIndex};
use tallymark_status::{EntryIndex, Request};
use tallymark_sync::{Analysis, File, FixAction, State};
use tallymark_text::{Edit, apply_edits, unified_diff};

use crate::inlay_hints::state_label;
use crate::words::one_line;

/// The plan's text with the boxes as the states of the tasks are, whatever stands in them now. Behind a task whose state its
/// dialect has no mark for, or which has more to tell, that is told; entries that the plan has no task for are listed at the end. Beside
/// the plan this shows where the two disagree. `now`: milliseconds since 1970-01-01 UTC.
pub fn as_status_sees_it(analysis: &Analysis, now: Option<i64>) -> String {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let end = plan.source.line_end().as_str();
    let mut edits = Vec::new();
    for (task, own) in plan.tasks() {
        let state = joined.state(task);
        let wanted = meaning(state);
        let mark = plan.dialect.mark_for(wanted);
        if let Some(written) = own.mark.filter(|_| own.form == TaskForm::Box)
            && written.meaning != wanted
        {
            edits.push(Edit::replace(written.span, mark.unwrap_or(" ")));
        }
        if (mark.is_none() || state == State::Failed || state == State::InProgress)
            && let Some(label) = label(analysis, task, now)
        {
            edits.push(Edit::insert(own.line.end as usize, format!(" ({label})")));
        }
    }
    let mut text = apply_edits(plan.source.text(), &edits).unwrap_or_else(|_| plan.source.text().to_owned());
    let Some(status) = joined.status() else { return text };
    let mut heading = Some(format!("{end}## Only in {}{end}{end}", status.format.file_name()));
    for (index, counterpart) in joined.counterparts.iter().enumerate() {
        if counterpart.is_some() {
            continue;
        }
        let entry = EntryIndex(index as u32);
        if let Some(heading) = heading.take() {
            if !text.ends_with(['\n', '\r']) {
                text.push_str(end);
            }
            text.push_str(&heading);
        }
        let words = [status.id(entry), status.description(entry)].map(|words| one_line(words, 200)).join(" ");
        text.push_str(&format!("- {} ({}){end}", words.trim(), one_line(status.word(entry), 40)));
    }
    text
}

/// What a mark would have to mean to say a state.
fn meaning(state: State) -> Meaning {
    match state {
        State::Pending | State::Ready => Meaning::Open,
        State::InProgress => Meaning::InProgress,
        State::Blocked => Meaning::Blocked,
        State::Completed => Meaning::Done,
        State::Failed => Meaning::Failed,
        State::Skipped => Meaning::Skipped,
        State::Cancelled => Meaning::Cancelled,
        State::Unknown => Meaning::Unknown,
    }
}

fn label(analysis: &Analysis, task: TaskIndex, now: Option<i64>) -> Option<String> {
    let joined = &analysis.joined;
    match joined.status().zip(joined.entry(task)) {
        Some((status, entry)) => state_label(status, status.entry(entry), joined.state(task), now),
        None => Some(joined.state(task).label().to_owned()),
    }
}

/// What a fix would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixPreview {
    /// The plan: a unified diff.
    Plan(String),
    /// status.json, by these requests to its store.
    Status(Vec<Request>),
    /// No text, or more than a text: what it would do, in words.
    Words(String),
}

/// What the fix with the number `fix` (from zero) would change that mends the finding with this code which begins at the byte `start`
/// of `file`. `None` if there is no such fix any more.
pub fn fix_preview(
    analysis: &Analysis,
    code: &str,
    file: File,
    start: u32,
    fix: usize,
) -> Option<FixPreview> {
    let finding = analysis.findings.iter().find(|finding| {
        finding.code == code && finding.place.file == file && finding.place.span.start == start
    })?;
    let fix = analysis.own_fixes(finding).into_iter().nth(fix)?;
    Some(match fix.action {
        FixAction::Plan(edits) => FixPreview::Plan(diff(analysis, &edits)?),
        FixAction::Renumber(changes) => {
            FixPreview::Plan(diff(analysis, &analysis.renumbering(&changes).ok()?.edits)?)
        }
        FixAction::Status(requests) => FixPreview::Status(requests),
        FixAction::Show(text) => FixPreview::Words(text),
        FixAction::Init | FixAction::Restore => FixPreview::Words(fix.title),
    })
}

/// What all safe fixes of the plan would change, as a unified diff; empty if there are none.
pub fn safe_fixes_preview(analysis: &Analysis) -> String {
    diff(analysis, &analysis.safe_edits()).unwrap_or_default()
}

fn diff(analysis: &Analysis, edits: &[Edit]) -> Option<String> {
    let old = analysis.joined.plan.source.text();
    let new = apply_edits(old, edits).ok()?;
    Some(unified_diff(&analysis.facts.plan_path, old, &new))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture, NOON, billing_without_status};

    #[test]
    fn the_boxes_say_what_the_status_file_says() {
        let fixture = Fixture::new(BILLING);
        let text = as_status_sees_it(&fixture.analysis, Some(NOON));
        let lines: Vec<&str> =
            text.lines().filter(|line| line.contains("- ") || line.starts_with('#')).collect();
        assert_snapshot!(lines.join("\n"), @r#"
        # Billing
        ## Phase 1: Ledger
        - [x] 1.1 Create the `ledger` table
        - [~] 1.2 Write postings (depends: 1.1) (in progress 12 m)
          - [x] 1.2.1 Debit side
          - [~] 1.2.2 Credit side (in progress 40 s)
        - [ ] 1.3 Reconcile nightly (depends: 1.2)
        - [x] The sums agree
        - [ ] No posting is an orphan
        ## Phase 2: Invoices
        - [ ] 2.1 Number invoices (depends: 1.1) (failed: duplicate key value violates unique constraint…)
        - [ ] 2.2 Send them by mail (depends: 2.1, 1.3)
        - [ ] 2.3 Archive [old](command:erase) ones (skipped: nobody reads them)
        - [ ] 2.4 Print (unknown status: rolled_back)
        - [ ] 2.5 Sort
        ## Only in status.json
        - 9.9 Dream (done)
        "#);
    }

    #[test]
    fn without_a_status_file_it_is_the_plan() {
        let fixture = Fixture::new(billing_without_status());
        assert_eq!(as_status_sees_it(&fixture.analysis, None), fixture.analysis.joined.plan.source.text());
    }

    #[test]
    fn a_fix_is_shown_as_what_it_changes() {
        let fixture = Fixture::new("# P\n\n## Phase 1: A\n\n- [ ] 1.1 Ä\n-[ ] 1.2 B\n");
        let finding = &fixture.analysis.findings[0];
        let shown = fix_preview(&fixture.analysis, finding.code, File::Plan, finding.place.span.start, 0);
        let Some(FixPreview::Plan(diff)) = shown else { panic!("{shown:?}") };
        assert!(diff.contains("\n--[ ] 1.2 B\n+- [ ] 1.2 B\n"), "{diff}");
        assert_eq!(safe_fixes_preview(&fixture.analysis), diff);
        assert_eq!(fix_preview(&fixture.analysis, finding.code, File::Plan, 0, 0), None);
    }

    #[test]
    fn a_fix_of_the_status_file_is_what_the_store_is_asked_for() {
        let fixture = Fixture::new(BILLING);
        let kinds: Vec<&str> = fixture
            .analysis
            .findings
            .iter()
            .filter_map(|finding| {
                let place = finding.place;
                match fix_preview(&fixture.analysis, finding.code, place.file, place.span.start, 0)? {
                    FixPreview::Plan(diff) => diff.starts_with("---").then_some("plan"),
                    FixPreview::Status(requests) => (!requests.is_empty()).then_some("status"),
                    FixPreview::Words(words) => (!words.is_empty()).then_some("words"),
                }
            })
            .collect();
        assert!(kinds.contains(&"status"), "{kinds:?}");
    }
}
