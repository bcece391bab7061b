//! TM103: the box is ticked, status.json says otherwise.

use tallymark_plan::{Meaning, TaskForm, TaskIndex};
use tallymark_status::{Change, Word};

use super::{Context, Needs, Reporter, Rule};
use crate::marks::mark_edit;
use crate::{File, Finding, Fix, FixAction, MatchKind, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM103",
    name: "ticked-not-completed",
    severity: Severity::Warning,
    summary: "the box is ticked, status.json says otherwise",
    page: include_str!("../../../../../docs/rules/TM103.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Mark all {count} ticked tasks complete in status.json")),
};

/// Ticked tasks with an entry.
const TICKED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    // Of an entry that shares only the id TM106 says that it is another task's.
    let found = context.joined.matches[index.get()].filter(|found| found.kind != MatchKind::IdOnly);
    let (Some(status), Some(found)) = (context.status, found) else { return };
    let task = context.plan.task(index);
    if context.plan.meaning(index) != Meaning::Done {
        return;
    }
    reporter.count(TICKED);
    let word = status.word(found.entry);
    if word.is_empty() || State::of_entry(status, found.entry) == State::Completed {
        return;
    }
    let done = if task.form == TaskForm::Box { "ticked" } else { "marked done" };
    let message = format!("{} is {done}, but status.json says \"{word}\"", context.name(index));
    let related = vec![context.related_word(status, found.entry)];
    reporter.report(context.mark_place(index), Subject::Task(index), message, related);
}

fn check(_: &Context<'_>, reporter: &mut Reporter<'_>) {
    let ticked = reporter.counted(TICKED);
    reporter.once(File::Plan, ticked, move |count| {
        format!("{count} of the {ticked} ticked tasks are not completed in status.json")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Task(task), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    let Some(entry) = context.joined.entry(task) else { return Vec::new() };
    let name = context.name(task);
    let mut fixes = Vec::new();
    let may_complete =
        Word::from_exact(status.word(entry)).is_some_and(|word| word.successors().contains(&Word::Completed));
    if may_complete {
        let change = Change::Transition { to: Word::Completed, reason: None, notes: None, reopen: false };
        fixes.push(Fix {
            title: format!("Mark {name} complete in status.json"),
            safe: false,
            preferred: true,
            ask: None,
            action: FixAction::Status(vec![context.request(status, entry, change)]),
        });
    }
    if let Some(edit) = mark_edit(context.plan, task, Meaning::Open) {
        fixes.push(Fix {
            title: format!("Untick {name}"),
            safe: false,
            preferred: false,
            ask: None,
            action: FixAction::Plan(vec![edit]),
        });
    }
    fixes
}

#[cfg(test)]
mod tests {
    use tallymark_status::{Change, Word};

    use crate::rules::Boxes;
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [x] 1.2 Parse\n- [ ] 1.3 Join\n";
    const ENTRIES: [(&str, &str, &str); 3] =
        [("1.1", "Read", "completed"), ("1.2", "Parse", "pending"), ("1.3", "Join", "pending")];

    #[test]
    fn a_ticked_box_that_status_json_does_not_know_of_is_reported() {
        let case = plan(PLAN).entries(&ENTRIES);
        assert_eq!(
            case.findings("TM103"),
            [
                "plan:6 \"[x]\": 1.2 is ticked, but status.json says \"pending\" | status:3 \"\\\"pending\\\"\": status.json says \"pending\""
            ]
        );
        assert_eq!(case.fixes("TM103"), ["Mark 1.2 complete in status.json*", "Untick 1.2"]);
        assert_eq!(case.fixed("TM103", "Untick 1.2"), PLAN.replace("[x] 1.2", "[ ] 1.2"));
        let requests = case.requests("TM103", "Mark 1.2 complete in status.json");
        assert_eq!(requests[0].entry, "1.2");
        assert_eq!(requests[0].expected.status.as_deref(), Some("pending"));
        assert!(requests[0].expected.revision.is_some());
        assert!(matches!(requests[0].change, Change::Transition { to: Word::Completed, .. }));
    }

    #[test]
    fn it_speaks_also_where_boxes_are_reference() {
        assert_eq!(plan(PLAN).entries(&ENTRIES).boxes(Boxes::Reference).findings("TM103").len(), 1);
    }

    #[test]
    fn a_skipped_task_can_only_be_unticked() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "completed"), ("1.2", "Parse", "skipped")]);
        assert_eq!(case.fixes("TM103"), ["Untick 1.2"]);
    }

    #[test]
    fn other_words_for_done_are_done() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "completed"), ("1.2", "Parse", "done")]);
        assert_eq!(case.findings("TM103"), [] as [&str; 0]);
    }

    #[test]
    fn a_file_full_of_it_is_told_once() {
        let mut text = String::from("# Plan\n\n## Phase 1: Work\n\n");
        let mut entries = Vec::new();
        for number in 1..=7 {
            text.push_str(&format!("- [x] 1.{number} Part {number}\n"));
            entries.push((format!("1.{number}"), format!("Part {number}"), "pending"));
        }
        let entries: Vec<_> =
            entries.iter().map(|(id, text, word)| (id.as_str(), text.as_str(), *word)).collect();
        let case = plan(&text).entries(&entries);
        let findings = case.findings("TM103");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with(
            "plan:1 \"Plan\": 7 of the 7 ticked tasks are not completed in status.json | plan:5"
        ));
        assert_eq!(case.fixes("TM103"), ["Mark all 7 ticked tasks complete in status.json"]);
    }
}
