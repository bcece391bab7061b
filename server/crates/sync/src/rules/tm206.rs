//! TM206: tasks that wait for each other in a circle.

use tallymark_plan::TaskIndex;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::digraph::Digraph;
use crate::graph::names_itself;
use crate::{Joined, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM206",
    name: "dependency-cycle",
    severity: Severity::Error,
    summary: "tasks wait for each other in a circle",
    page: include_str!("../../../../../docs/rules/TM206.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Dependencies, Reads::Names],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// So many tasks of a circle are named; the others are counted.
const NAMED: usize = 6;

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let has_status_dependencies = context
        .status
        .is_some_and(|status| status.entries.iter().any(|entry| !entry.dependencies.is_empty()));
    if plan.dependencies.is_empty() && plan.phase_dependencies.is_empty() && !has_status_dependencies {
        return;
    }
    let Some(arrows) = arrows(context.joined) else { return };
    for circle in arrows.circles(&arrows.groups()) {
        // What is over did begin, whatever the plan says.
        if circle.iter().all(|&task| context.joined.state(TaskIndex(task)).is_settled()) {
            continue;
        }
        let name = |&task: &u32| context.name(TaskIndex(task));
        let mut told: Vec<String> = circle.iter().take(NAMED).map(name).collect();
        let more = circle.len() - told.len();
        if more > 0 {
            told.push(format!("{more} more"));
        }
        told.push(name(&circle[0]));
        let message = match circle.as_slice() {
            [only] => format!("{} waits for itself", name(only)),
            _ => format!("{} can never begin: each waits for the next", told.join(" → ")),
        };
        let related = circle.iter().skip(1).take(NAMED).map(|task| Related {
            place: Place::plan(plan.tasks[*task as usize].line),
            message: format!("{} waits too", name(task)),
        });
        let first = TaskIndex(circle[0]);
        reporter.report(context.id_place(first), Subject::Task(first), message, related.collect());
    }
}

/// So many dependencies are looked at, ranges and phases taken apart. A plan with more was made by a machine, and a check at
/// each key press must end.
const MOST: usize = 1 << 20;

/// Who waits for whom; `None` for too many dependencies.
fn arrows(joined: &Joined) -> Option<Digraph> {
    let mut arrows = Digraph::new();
    for (task, _) in joined.plan.tasks() {
        if names_itself(joined, task) {
            arrows.push(task.0);
        }
        joined.dependencies(task).into_iter().for_each(|other| arrows.push(other.0));
        arrows.close();
        if arrows.arrows() > MOST {
            return None;
        }
    }
    Some(arrows)
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn tells_the_circle_task_by_task() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read (depends: 1.3)\n- [ ] 1.2 Sort (depends: 1.1)\n- [ ] 1.3 Write (depends: 1.2)\n- [ ] 1.4 Send (depends: 1.3)\n",
        );
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with(
                r#"plan:5 "1.1": 1.1 → 1.3 → 1.2 → 1.1 can never begin: each waits for the next"#
            ),
            "{findings:?}"
        );
    }

    #[test]
    fn a_circle_of_which_all_is_done_is_no_obstacle() {
        let text = "# P\n\n## Phase 1: Work\n\n- [x] 1.1 A (depends: 1.2)\n- [x] 1.2 B (depends: 1.1)\n";
        assert_eq!(plan(text).findings("TM206"), [""; 0]);
        assert_eq!(plan(&text.replacen("[x]", "[ ]", 1)).findings("TM206").len(), 1);
    }

    #[test]
    fn tells_each_circle_once_and_the_shortest_way_round() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A (depends: 1.2, 1.3)\n- [ ] 1.2 B (depends: 1.3)\n- [ ] 1.3 C (depends: 1.1)\n- [ ] 1.4 D (depends: 1.4)\n",
        );
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("1.1 → 1.3 → 1.1 can never begin"), "{findings:?}");
        assert!(findings[1].ends_with("1.4 waits for itself"), "{findings:?}");
    }

    #[test]
    fn a_long_chain_is_followed_without_recursion() {
        let count = 30_000;
        let tasks: String =
            (1..=count).map(|n| format!("- [ ] T{n:05} Work (depends on T{:05})\n", n % count + 1)).collect();
        let case = plan(&format!("# P\n\n## Phase 1: Work\n\n{tasks}"));
        let findings = case.findings("TM206");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("29994 more → T00001 can never begin"), "{}", &findings[0][..200]);
    }

    #[test]
    fn a_circle_through_a_range_or_a_phase_is_one() {
        for depends in ["2.1-2.2", "Phase 2", "**Dependencies**: 2.1 ✅"] {
            let case = plan(&format!(
                "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A (depends: {depends})\n\n## Phase 2: Rest\n\n- [ ] 2.1 B (depends on 1.1)\n- [ ] 2.2 C\n"
            ));
            let findings = case.findings("TM206");
            assert_eq!(findings.len(), 1, "{depends}: {findings:?}");
            assert!(findings[0].contains("1.1 → 2.1 → 1.1 can never begin"), "{findings:?}");
        }
    }

    #[test]
    fn phases_that_wait_for_each_other_are_a_circle() {
        let phases = |first: &str| {
            format!(
                "# P\n\n## Phase 1: Work\n\n{first}\n\n- [ ] 1.1 A\n\n## Phase 2: Rest\n\n**pipeline-start:** when 1.1 completes\n\n- [ ] 2.1 B\n"
            )
        };
        let findings = plan(&phases("**Depends on**: Phase 2")).findings("TM206");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("1.1 → 2.1 → 1.1 can never begin"), "{findings:?}");
        assert_eq!(plan(&phases("**Depends on**: nothing")).findings("TM206"), [""; 0]);
        assert_eq!(plan(&phases("**Depends on**: Phase 1")).findings("TM206"), [""; 0]);
    }

    #[test]
    fn a_chain_is_no_circle() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A\n- [ ] 1.2 B (depends: 1.1)\n- [ ] 1.3 C (depends: 1.1, 1.2)\n",
        );
        assert_eq!(case.findings("TM206"), [""; 0]);
    }
}
