//! TM103: the box is ticked, status.json says otherwise.

use tallymark_plan::{Meaning, TaskForm};
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
    check,
    fixes,
    fix_all: Some(|count| format!("Mark all {count} ticked tasks complete in status.json")),
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let mut ticked = 0;
    for (index, task) in context.plan.tasks() {
        // Of an entry that shares only the id TM106 says that it is another task's.
        let Some(entry) = context.joined.matches[index.get()].filter(|found| found.kind != MatchKind::IdOnly)
        else {
            continue;
        };
        if context.plan.meaning(index) != Meaning::Done {
            continue;
        }
        ticked += 1;
        let word = status.word(entry.entry);
        if word.is_empty() || State::of_word(word) == State::Completed {
            continue;
        }
        let done = if task.form == TaskForm::Box { "ticked" } else { "marked done" };
        let message = format!("{} is {done}, but status.json says \"{word}\"", context.plan.name(index));
        let related = vec![context.related_word(status, entry.entry)];
        reporter.report(context.mark_place(index), Subject::Task(index), message, related);
    }
    reporter.once(File::Plan, ticked, move |count| {
        format!("{count} of the {ticked} ticked tasks are not completed in status.json")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Task(task), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    let Some(entry) = context.joined.entry(task) else { return Vec::new() };
    let name = context.plan.name(task);
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
