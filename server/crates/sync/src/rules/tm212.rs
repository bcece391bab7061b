//! TM212: a phase without tasks.

use tallymark_plan::{PhaseIndex, Plan};
use tallymark_text::Span;

use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM212",
    name: "empty-phase",
    severity: Severity::Hint,
    summary: "a phase without tasks",
    page: include_str!("../../../../../docs/rules/TM212.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let empty: Vec<usize> = (0..plan.phases.len()).filter(|&phase| is_empty(plan, phase)).collect();
    // A plan in which most phases have no tasks tells its work in another way.
    if empty.len() * 2 > plan.phases.len() {
        return;
    }
    for phase in empty {
        let message = format!("{} has no tasks", quoted(plan.slice(plan.phases[phase].title)));
        let subject = Subject::Phase(PhaseIndex(phase as u32));
        reporter.report(Place::plan(plan.phases[phase].heading), subject, message, Vec::new());
    }
    reporter.once(File::Plan, plan.phases.len(), |count| format!("{count} phases have no tasks"));
}

/// Whether a numbered phase holds nothing that could be ticked, nothing that looks as if, and no list that names its work
/// in another way.
fn is_empty(plan: &Plan, phase: usize) -> bool {
    let phase = &plan.phases[phase];
    let inside = |offset: u32| phase.heading.end <= offset && offset < phase.block.end;
    let first_task = plan.tasks.partition_point(|task| task.line.start < phase.heading.end);
    let first_criterion = plan.criteria.partition_point(|criterion| criterion.line.start < phase.heading.end);
    let below = Span { start: phase.heading.end, end: phase.block.end.max(phase.heading.end) };
    let mut lines = plan.slice(below).lines();
    let is_item = |line: &str| {
        let line = line.trim_start();
        line.starts_with(['-', '*', '+', '|', '[']) && !line.starts_with("---") && !line.starts_with("**")
            || line.split_once(['.', ')']).is_some_and(|(number, rest)| {
                !number.is_empty()
                    && number.bytes().all(|byte| byte.is_ascii_digit())
                    && rest.starts_with(' ')
            })
    };
    phase.number.is_some()
        && phase.level > 0
        && !plan.tasks.get(first_task).is_some_and(|task| inside(task.line.start))
        && !plan.criteria.get(first_criterion).is_some_and(|criterion| inside(criterion.line.start))
        && !lines.any(is_item)
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    const FRONT: &str = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n\n## Phase 2: Rest\n\n- [ ] 2.1 Send\n\n## Phase 3: Later\n\n";

    #[test]
    fn tells_of_a_phase_with_nothing_to_do() {
        let case = plan(&format!("{FRONT}To be told.\n"));
        assert_eq!(
            case.findings("TM212"),
            [r###"plan:12 "## Phase 3: Later": “Phase 3: Later” has no tasks"###]
        );
    }

    #[test]
    fn a_phase_that_tells_its_work_otherwise_is_not_empty() {
        for inside in [
            "- Rest a while\n",
            "1. Rest a while\n",
            "### 3.1 Nights\n\n- [ ] 3.1.1 Sleep\n",
            "-[ ] 3.1 Sleep\n",
            "| task | state |\n|---|---|\n",
        ] {
            assert_eq!(plan(&format!("{FRONT}{inside}")).findings("TM212"), [""; 0], "{inside}");
        }
    }
}
