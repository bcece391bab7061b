//! TM114: in progress or completed while a task it depends on is not.

use tallymark_plan::TaskIndex;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Place, Related, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM114",
    name: "dependency-not-done",
    severity: Severity::Warning,
    summary: "in progress or completed while a task it depends on is not",
    page: include_str!("../../../../../docs/rules/TM114.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Dependencies, Reads::Names],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// How many of the tasks in the way are named.
const NAMED: usize = 3;

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let (plan, joined) = (context.plan, context.joined);
    let mut concerned = 0;
    for (index, _) in plan.tasks() {
        let state = joined.state(index);
        if !matches!(state, State::InProgress | State::Completed) || !has_dependencies(context, index) {
            continue;
        }
        concerned += 1;
        let mut blockers: Vec<TaskIndex> = joined
            .blockers(index)
            .filter(|&other| !is_above_or_below(context, index, other))
            .take(NAMED + 1)
            .collect();
        let names: Vec<String> = blockers.iter().take(NAMED).map(|&other| name(context, other)).collect();
        let on = match (&*names, blockers.len()) {
            ([], _) => continue,
            ([one], _) => format!("{one}, which is {}", joined.state(blockers[0]).label()),
            ([most @ .., last], count) if count <= NAMED => {
                format!("{} and {last}, which are not completed", most.join(", "))
            }
            (names, _) => format!("{} and others, which are not completed", names.join(", ")),
        };
        blockers.truncate(NAMED);
        let message = format!("{} is {}, but depends on {on}", name(context, index), state.label());
        let related = blockers.iter().map(|&other| Related {
            place: Place::plan(plan.task(other).line),
            message: format!("{} is {}", name(context, other), joined.state(other).label()),
        });
        reporter.report(context.id_place(index), Subject::Task(index), message, related.collect());
    }
    reporter.once(File::Plan, concerned, move |count| {
        format!("{count} tasks were begun or completed before those that they depend on")
    });
}

/// The task's key where its id is that of others too: which step 3 is meant is what matters here.
fn name(context: &Context<'_>, task: TaskIndex) -> String {
    let (id, key) = (context.plan.id(task), context.plan.key(task));
    if id.is_some_and(|id| id != key) { key.to_owned() } else { context.name(task) }
}

/// Whether plan or status.json names anything that a task waits for.
fn has_dependencies(context: &Context<'_>, task: TaskIndex) -> bool {
    let entry = context.status.zip(context.joined.entry(task));
    let of_phase =
        context.plan.task(task).phase.and_then(|phase| context.plan.dependencies_of_phase(phase).next());
    !context.plan.dependencies(task).is_empty()
        || of_phase.is_some()
        || entry.is_some_and(|(status, entry)| !status.entry(entry).dependencies.is_empty())
}

/// Whether one of two tasks is a part of the other: a whole waits for its parts, and is in progress with them.
fn is_above_or_below(context: &Context<'_>, one: TaskIndex, other: TaskIndex) -> bool {
    let (one, other) = (context.plan.task(one), context.plan.task(other));
    one.block.contains(other.line.start as usize) || other.block.contains(one.line.start as usize)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [x] 1.2 Parse\n- [x] 1.3 Join (depends: 1.1, 1.2)\n- [ ] 1.4 Ship (depends: 1.1)\n";

    #[test]
    fn a_task_that_was_done_before_its_time_is_reported() {
        assert_eq!(
            plan(PLAN).findings("TM114"),
            [
                "plan:7 \"1.3\": 1.3 is completed, but depends on 1.1, which is pending | plan:5 \"- [ ] 1.1 Read\": 1.1 is pending"
            ]
        );
    }

    #[test]
    fn status_json_decides_and_has_dependencies_of_its_own() {
        let status = r#"{"tasks": [
            {"id": "1.1", "description": "Read", "status": "skipped"},
            {"id": "1.2", "description": "Parse", "status": "failed"},
            {"id": "1.3", "description": "Join", "status": "pending"},
            {"id": "1.4", "description": "Ship", "status": "in_progress", "dependencies": ["1.2", "1.3"]}]}"#;
        let findings = plan(PLAN).status(status).findings("TM114");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with(
            "plan:8 \"1.4\": 1.4 is in progress, but depends on 1.2 and 1.3, which are not completed | plan:6"
        ), "{findings:?}");
    }

    #[test]
    fn a_part_does_not_wait_for_its_whole() {
        let text = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read (depends: 1.1.1)\n  - [x] 1.1.1 Open (depends: 1.1)\n";
        assert_eq!(plan(text).findings("TM114"), [] as [&str; 0]);
    }
}
