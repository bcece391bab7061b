//! TM212: a phase without tasks.

use tallymark_plan::{PhaseIndex, Plan};
use tallymark_text::Span;

use super::{Context, Needs, Reads, Reporter, Rule};
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
    each_task: None,
    reads: &[Reads::Criteria],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut empty = Vec::new();
    for phase in (0..plan.phases.len()).filter(|&phase| is_untold(plan, phase)) {
        let below = below(plan, phase);
        reporter.has_read(below);
        if !plan.slice(below).lines().any(is_item) {
            empty.push(phase);
        }
    }
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

/// Whether a numbered phase holds nothing that could be ticked.
fn is_untold(plan: &Plan, phase: usize) -> bool {
    let fields = &plan.phases[phase];
    let below = below(plan, phase);
    let first_task = plan.tasks.partition_point(|task| task.line.start < below.start);
    let first_criterion = plan.criteria.partition_point(|criterion| criterion.line.start < below.start);
    fields.number.is_some()
        && fields.level > 0
        && plan.tasks.get(first_task).is_none_or(|task| task.line.start >= fields.block.end)
        && plan.criteria.get(first_criterion).is_none_or(|found| found.line.start >= fields.block.end)
}

/// What stands in a phase below its heading.
fn below(plan: &Plan, phase: usize) -> Span {
    let phase = &plan.phases[phase];
    Span { start: phase.heading.end, end: phase.block.end.max(phase.heading.end) }
}

/// Whether a line looks like a task, or like one of a list that names the work in another way.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['-', '*', '+', '|', '[']) && !line.starts_with("---") && !line.starts_with("**")
        || line.split_once(['.', ')']).is_some_and(|(number, rest)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with(' ')
        })
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
