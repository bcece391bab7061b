//! TM207: the parent is done, a child is not.

use tallymark_plan::TaskIndex;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::count;
use crate::{File, Place, Related, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM207",
    name: "parent-done-child-open",
    severity: Severity::Warning,
    summary: "a task is done, and one below it is not",
    page: include_str!("../../../../../docs/rules/TM207.md"),
    needs: Needs::Plan,
    trusts_boxes: true,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Names],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    // For each done parent: its first child that is not done, and how many more there are.
    let mut open: Vec<Option<(TaskIndex, usize)>> = vec![None; plan.tasks.len()];
    let mut concerned = 0;
    for (index, task) in plan.tasks() {
        let Some(parent) = task.parent.filter(|&parent| context.joined.state(parent) == State::Completed)
        else {
            continue;
        };
        concerned += usize::from(index.get() == parent.get() + 1);
        if task.optional || !is_open(context, index) {
            continue;
        }
        match &mut open[parent.get()] {
            Some((_, more)) => *more += 1,
            none => *none = Some((index, 0)),
        }
    }
    for (parent, _) in plan.tasks() {
        let Some((child, more)) = open[parent.get()] else { continue };
        let name = context.name(child);
        let state = context.joined.state(child).label();
        let message = match more {
            0 => format!("{} is done, but {name} below it is {state}", context.name(parent)),
            more => format!(
                "{} is done, but {} below it are not: {name} is {state}",
                context.name(parent),
                count(more + 1, "task"),
            ),
        };
        let related =
            Related { place: Place::plan(plan.task(child).line), message: format!("{name} is {state}") };
        reporter.report(context.mark_place(parent), Subject::Task(parent), message, vec![related]);
    }
    reporter.once(File::Plan, concerned, move |count| {
        format!("{count} of the {concerned} done tasks with tasks below them have some that are not done")
    });
}

/// Whether a task's mark or entry says that it is not done. A step without a box says nothing.
fn is_open(context: &Context<'_>, task: TaskIndex) -> bool {
    let speaks = context.plan.task(task).mark.is_some() || context.joined.entry(task).is_some();
    speaks
        && matches!(
            context.joined.state(task),
            State::Pending | State::Ready | State::InProgress | State::Blocked | State::Failed
        )
}

#[cfg(test)]
mod tests {
    use super::super::Boxes;
    use super::super::testing::plan;

    const PLAN: &str = "# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n  - [x] 1.1.1 Open\n  - [ ] 1.1.2 Close\n  - [ ] 1.1.3 Lock\n";

    #[test]
    fn names_the_first_and_counts_them() {
        assert_eq!(
            plan(PLAN).findings("TM207"),
            [
                r#"plan:5 "[x]": 1.1 is done, but 2 tasks below it are not: 1.1.2 is pending | plan:7 "- [ ] 1.1.2 Close": 1.1.2 is pending"#
            ]
        );
    }

    #[test]
    fn status_json_decides_and_boxes_that_nobody_ticks_say_nothing() {
        let entries = [
            ("1.1", "Read", "completed"),
            ("1.1.1", "Open", "completed"),
            ("1.1.2", "Close", "completed"),
            ("1.1.3", "Lock", "in_progress"),
        ];
        let case = plan(PLAN).entries(&entries).boxes(Boxes::Mirror);
        let findings = case.findings("TM207");
        assert!(findings[0].contains("1.1 is done, but 1.1.3 below it is in progress"), "{findings:?}");
        assert_eq!(plan(PLAN).entries(&entries).boxes(Boxes::Reference).findings("TM207"), [""; 0]);
        assert_eq!(plan(PLAN).boxes(Boxes::Reference).findings("TM207").len(), 1);
    }

    #[test]
    fn skipped_children_may_stay() {
        let entries = [
            ("1.1", "Read", "completed"),
            ("1.1.1", "Open", "completed"),
            ("1.1.2", "Close", "skipped"),
            ("1.1.3", "Lock", "skipped"),
        ];
        assert_eq!(plan(PLAN).entries(&entries).boxes(Boxes::Mirror).findings("TM207"), [""; 0]);
    }

    #[test]
    fn optional_children_may_stay() {
        let text = "# P\n\n- [x] 1. Read\n  - [x] 1.1 Open\n  - [ ]* 1.2 Close\n";
        let case = plan(text).dialect(tallymark_plan::Dialect::Kiro);
        assert_eq!(case.analysis().joined.plan.tasks.len(), 3);
        assert_eq!(case.findings("TM207"), [""; 0]);
    }
}
