//! TM113: all of a phase's tasks are completed, its criteria are open.

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Place, Related, Severity, State, Subject};
use tallymark_plan::PhaseIndex;

pub(super) static RULE: Rule = Rule {
    code: "TM113",
    name: "open-criteria",
    severity: Severity::Information,
    summary: "all of a phase's tasks are completed, its VERIFY boxes are open",
    page: include_str!("../../../../../docs/rules/TM113.md"),
    needs: Needs::Plan,
    trusts_boxes: true,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Criteria],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// The criteria of one phase.
#[derive(Clone, Copy, Default)]
struct Criteria {
    all: usize,
    open: usize,
    first_open: Option<u32>,
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut criteria = vec![Criteria::default(); plan.phases.len()];
    for (at, criterion) in plan.criteria.iter().enumerate() {
        let Some(phase) = criterion.phase else { continue };
        let criteria = &mut criteria[phase.get()];
        criteria.all += 1;
        if !matches!(context.joined.criterion_state(at as u32), state if state.is_settled() || state == State::Unknown)
        {
            criteria.open += 1;
            criteria.first_open.get_or_insert(at as u32);
        }
    }
    let mut done = 0;
    for (at, criteria) in criteria.iter().enumerate().filter(|(_, criteria)| criteria.all > 0) {
        let progress = context.joined.phases[at];
        if progress.percent() != Some(100) {
            continue;
        }
        done += 1;
        let Some(first) = criteria.first_open else { continue };
        let phase = &plan.phases[at];
        let open = match (criteria.open, criteria.all) {
            (1, 1) => "its criterion is open".to_owned(),
            (open, all) if open == all => format!("none of its {all} criteria is ticked"),
            (1, all) => format!("1 of its {all} criteria is open"),
            (open, all) => format!("{open} of its {all} criteria are open"),
        };
        let message = format!("all tasks of {} are completed, but {open}", quoted(plan.slice(phase.title)));
        let line = plan.criteria[first as usize].line;
        let related = Related { place: Place::plan(line), message: "the first that is open".to_owned() };
        let subject = Subject::Phase(PhaseIndex(at as u32));
        reporter.report(Place::plan(phase.title), subject, message, vec![related]);
    }
    reporter.once(File::Plan, done, move |count| {
        format!("{count} of the {done} phases whose tasks are all completed have open criteria")
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::Boxes;
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [x] 1.2 Parse\n\n**VERIFY Phase 1:**\n- [x] All is read\n- [ ] All is parsed\n";

    #[test]
    fn open_criteria_of_a_finished_phase_are_told_on_its_heading() {
        assert_eq!(
            plan(PLAN).findings("TM113"),
            [
                "plan:3 \"Phase 1: Work\": all tasks of “Phase 1: Work” are completed, but 1 of its 2 criteria is open | plan:10 \"- [ ] All is parsed\": the first that is open"
            ]
        );
    }

    #[test]
    fn an_unfinished_phase_may_have_open_criteria_and_so_may_a_plan_of_reference() {
        assert_eq!(plan(&PLAN.replace("[x] 1.2", "[ ] 1.2")).findings("TM113"), [] as [&str; 0]);
        let entries = [("1.1", "Read", "completed"), ("1.2", "Parse", "completed")];
        let case = plan(PLAN).entries(&entries);
        assert_eq!(case.findings("TM113").len(), 1);
        assert_eq!(plan(PLAN).entries(&entries).boxes(Boxes::Reference).findings("TM113"), [] as [&str; 0]);
    }

    #[test]
    fn a_criterion_that_status_json_has_completed_is_not_open() {
        let case = plan(PLAN).entries(&[
            ("1.1", "Read", "completed"),
            ("1.2", "Parse", "completed"),
            ("1.3", "All is parsed", "completed"),
        ]);
        assert_eq!(case.findings("TM113"), [] as [&str; 0]);
    }
}
