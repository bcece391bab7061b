//! TM104: status.json says completed, the box is open.

use tallymark_plan::{Meaning, TaskForm, TaskIndex};

use super::{Context, Needs, Reporter, Rule};
use crate::marks::mark_edit;
use crate::{File, Finding, Fix, FixAction, MatchKind, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM104",
    name: "completed-not-ticked",
    severity: Severity::Warning,
    summary: "status.json says completed, the box is open",
    page: include_str!("../../../../../docs/rules/TM104.md"),
    needs: Needs::Status,
    trusts_boxes: true,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Tick all {count} completed tasks")),
};

/// Boxes of tasks that status.json says are completed.
const COMPLETED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    let task = context.plan.task(index);
    let found = context.joined.matches[index.get()].filter(|found| found.kind != MatchKind::IdOnly);
    let (Some(status), Some(found), Some(mark), TaskForm::Box) =
        (context.status, found, task.mark, task.form)
    else {
        return;
    };
    if State::of_entry(status, found.entry) != State::Completed {
        return;
    }
    reporter.count(COMPLETED);
    let says = match mark.meaning {
        Meaning::Done => return,
        // TM203 says that nobody knows what it means.
        Meaning::Unknown => return,
        Meaning::Open => "its box is open".to_owned(),
        _ => format!("its box says [{}]", context.plan.slice(mark.span)),
    };
    let message = format!("{} is completed in status.json, but {says}", context.name(index));
    let related = vec![context.related_word(status, found.entry)];
    reporter.report(context.mark_place(index), Subject::Task(index), message, related);
}

fn check(_: &Context<'_>, reporter: &mut Reporter<'_>) {
    let completed = reporter.counted(COMPLETED);
    reporter.once(File::Plan, completed, move |count| {
        format!("{count} of the {completed} tasks that status.json says are completed are not ticked")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let Some(edit) = mark_edit(context.plan, task, Meaning::Done) else { return Vec::new() };
    vec![Fix {
        title: format!("Tick {}", context.name(task)),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Plan(vec![edit]),
    }]
}

#[cfg(test)]
mod tests {
    use crate::rules::Boxes;
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [ ] 1.2 Parse\n- [ ] 1.3 Join\n";
    const ENTRIES: [(&str, &str, &str); 3] =
        [("1.1", "Read", "completed"), ("1.2", "Parse", "completed"), ("1.3", "Join", "pending")];

    #[test]
    fn an_open_box_of_a_completed_task_is_reported() {
        let case = plan(PLAN).entries(&ENTRIES);
        assert_eq!(
            case.findings("TM104"),
            [
                "plan:6 \"[ ]\": 1.2 is completed in status.json, but its box is open | status:3 \"\\\"completed\\\"\": status.json says \"completed\""
            ]
        );
        assert_eq!(case.fixes("TM104"), ["Tick 1.2*"]);
        assert_eq!(case.fixed("TM104", "Tick 1.2"), PLAN.replace("[ ] 1.2", "[x] 1.2"));
    }

    #[test]
    fn it_is_off_where_boxes_are_reference() {
        assert_eq!(plan(PLAN).entries(&ENTRIES).boxes(Boxes::Reference).findings("TM104"), [] as [&str; 0]);
        // Nobody ticks: one of three is not half.
        let entries = ENTRIES.map(|(id, text, _)| (id, text, "completed"));
        assert_eq!(plan(PLAN).entries(&entries).findings("TM104"), [] as [&str; 0]);
        assert_eq!(plan(PLAN).entries(&entries).boxes(Boxes::Mirror).findings("TM104").len(), 2);
    }

    #[test]
    fn all_are_ticked_at_once() {
        let entries = ENTRIES.map(|(id, text, _)| (id, text, "completed"));
        let case = plan(PLAN).entries(&entries).boxes(Boxes::Mirror);
        assert_eq!(case.fixes("TM104"), ["Tick 1.2*", "Tick all 2 completed tasks"]);
        assert_eq!(case.fixed("TM104", "Tick all 2 completed tasks"), PLAN.replace("[ ]", "[x]"));
    }
}
