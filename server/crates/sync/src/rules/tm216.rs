//! TM216: all children are done, the parent is not.

use tallymark_plan::TaskIndex;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM216",
    name: "children-done-parent-open",
    severity: Severity::Hint,
    summary: "all tasks below a task are done, it is not",
    page: include_str!("../../../../../docs/rules/TM216.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Names],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// What is known of the children of one task.
#[derive(Clone, Copy, Default)]
struct Children {
    done: usize,
    left_out: usize,
    open: bool,
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut children = vec![Children::default(); plan.tasks.len()];
    for (index, task) in plan.tasks() {
        let Some(parent) = task.parent else { continue };
        let children = &mut children[parent.get()];
        match context.joined.state(index) {
            State::Completed => children.done += 1,
            State::Skipped | State::Cancelled => children.left_out += 1,
            _ => children.open |= !task.optional,
        }
    }
    let mut concerned = 0;
    for (task, _) in plan.tasks() {
        let Children { done, left_out, open } = children[task.get()];
        if done == 0 || open {
            continue;
        }
        concerned += 1;
        if is_open(context, task) {
            let state = context.joined.state(task).label();
            let below = match (done, left_out) {
                (1, 0) => "the task below it is done",
                (_, 0) => "all tasks below it are done",
                _ => "all tasks below it are done or left out",
            };
            let message = format!("{} is {state}, but {below}", context.name(task));
            reporter.report(context.mark_place(task), Subject::Task(task), message, Vec::new());
        }
    }
    reporter.once(File::Plan, concerned, |count| {
        format!("{count} tasks are not done, though all tasks below them are")
    });
}

/// Whether a task's mark or entry says that it is not done. A heading without a mark says nothing.
fn is_open(context: &Context<'_>, task: TaskIndex) -> bool {
    let speaks = context.plan.task(task).mark.is_some() || context.joined.entry(task).is_some();
    speaks && matches!(context.joined.state(task), State::Pending | State::Ready | State::InProgress)
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    const PLAN: &str = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [x] 1.1.1 Open\n  - [x] 1.1.2 Close\n- [ ] 1.2 Sort\n";

    #[test]
    fn tells_of_the_open_parent() {
        assert_eq!(
            plan(PLAN).findings("TM216"),
            [r#"plan:5 "[ ]": 1.1 is pending, but all tasks below it are done"#]
        );
    }

    #[test]
    fn status_json_decides() {
        let entries =
            |parent| [("1.1", "Read", parent), ("1.1.1", "Open", "completed"), ("1.1.2", "Close", "skipped")];
        assert_eq!(plan(PLAN).entries(&entries("completed")).findings("TM216"), [""; 0]);
        let findings = plan(PLAN).entries(&entries("in_progress")).findings("TM216");
        assert!(
            findings[0].contains("1.1 is in progress, but all tasks below it are done or left out"),
            "{findings:?}"
        );
    }

    #[test]
    fn skipped_children_alone_say_nothing() {
        let entries =
            [("1.1", "Read", "pending"), ("1.1.1", "Open", "skipped"), ("1.1.2", "Close", "skipped")];
        assert_eq!(plan(PLAN).entries(&entries).findings("TM216"), [""; 0]);
    }
}
