//! TM204: an id that begins with another phase's number, `3.1` under Phase 2.

use tallymark_plan::{PhaseIndex, Plan, TaskIndex};

use super::renumber::{self, Number};
use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{Finding, Fix, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM204",
    name: "id-out-of-phase",
    severity: Severity::Warning,
    summary: "an id begins with another phase's number",
    page: include_str!("../../../../../docs/rules/TM204.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let parents = parent_phases(plan);
    let mut agreeing = 0_usize;
    // By phase: the tasks that agree with it, and those that do not.
    let mut by_phase: Vec<(usize, Vec<TaskIndex>)> = vec![(0, Vec::new()); plan.phases.len()];
    for (index, task) in plan.tasks() {
        let (Some(id), Some(phase), None) = (plan.id(index), task.phase, task.parent) else { continue };
        match agrees(plan, &parents, phase.get(), id) {
            Some(true) => {
                agreeing += 1;
                by_phase[phase.get()].0 += 1;
            }
            Some(false) => by_phase[phase.get()].1.push(index),
            None => {}
        }
    }
    let strangers: usize = by_phase.iter().map(|(_, strangers)| strangers.len()).sum();
    // Where most ids do not begin with their phase's number, the plan numbers its tasks in another way.
    if agreeing < strangers {
        return;
    }
    for (phase, (agreeing, strangers)) in by_phase.iter().enumerate() {
        let title = quoted(plan.slice(plan.phases[phase].title));
        let heading = Place::plan(plan.phases[phase].heading);
        // A whole phase of strangers: the heading may be as wrong as the tasks are, and it is one thing to say.
        if let ([first, .., last], 0) = (strangers.as_slice(), *agreeing) {
            let (first, last) = (plan.name(*first), plan.name(*last));
            let message =
                format!("all tasks of {title} bear another phase's numbers, from {first} to {last}");
            reporter.report(heading, Subject::Phase(PhaseIndex(phase as u32)), message, Vec::new());
            continue;
        }
        for &task in strangers {
            let message = format!("{} stands under {title}", plan.name(task));
            let related = Related { place: heading, message: "the phase it stands in".to_owned() };
            reporter.report(context.id_place(task), Subject::Task(task), message, vec![related]);
        }
    }
}

/// Whether an id begins with the number of its phase or of one around it; `None` where the two cannot be compared.
fn agrees(plan: &Plan, parents: &[Option<usize>], phase: usize, id: &str) -> Option<bool> {
    if !id.contains('.') || !id.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let mut compared = None;
    let mut next = Some(phase);
    while let Some(phase) = next {
        if let Some(number) = plan.phases[phase].number {
            let number = plan.slice(number);
            if number.starts_with(|first: char| first.is_ascii_digit()) {
                if begins_with(id, number) {
                    return Some(true);
                }
                compared = Some(false);
            }
        }
        next = parents[phase];
    }
    compared
}

/// Whether the parts of `id` begin with the parts of `number`, zeros in front aside.
fn begins_with(id: &str, number: &str) -> bool {
    let mut parts = id.split('.');
    number.split('.').all(|wanted| {
        parts.next().is_some_and(|part| {
            part.trim_start_matches('0').eq_ignore_ascii_case(wanted.trim_start_matches('0'))
        })
    })
}

/// For each phase, the phase around it.
fn parent_phases(plan: &Plan) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(plan.phases.len());
    for (index, phase) in plan.phases.iter().enumerate() {
        while open.last().is_some_and(|&around| plan.phases[around].block.end <= phase.heading.start) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(index);
    }
    parents
}

/// The number after the task before it, where that is free and it is sure what else has to change.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let plan = context.plan;
    let phase = plan.task(task).phase;
    let before = plan.tasks[..task.get()]
        .iter()
        .rev()
        .take_while(|before| before.phase == phase)
        .find(|before| before.parent.is_none());
    let number = phase.and_then(|phase| plan.phases[phase.get()].number).map(|number| plan.slice(number));
    let next = match (before.and_then(|before| before.id), number) {
        (Some(id), Some(number)) if begins_with(plan.slice(id), number) => {
            Number::of(plan.slice(id)).map(|number| number.with(number.value() + 1))
        }
        (None, Some(number)) if before.is_none() => Some(format!("{number}.1")),
        _ => None,
    };
    let Some(next) = next else { return Vec::new() };
    let Some(edits) = renumber::edits(plan, &[(task, next.clone())]) else { return Vec::new() };
    vec![Fix {
        title: format!("Renumber to {next}"),
        safe: false,
        preferred: true,
        ask: None,
        action: renumber::action(context, vec![(task, next)], edits),
    }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    const STRANGER: &str = "# P

## Phase 1: Work

- [ ] 1.1 Read
- [ ] 1.2 Sort (depends: 3.2)

## Phase 2: Rest

- [ ] 2.1 Write
- [ ] 3.2 Send
  - [ ] 3.2.1 Seal
";

    #[test]
    fn renumbers_with_everything_that_names_the_id() {
        let case = plan(STRANGER);
        assert_eq!(
            case.findings("TM204"),
            [
                r###"plan:11 "3.2": 3.2 stands under “Phase 2: Rest” | plan:8 "## Phase 2: Rest": the phase it stands in"###
            ]
        );
        assert_eq!(case.fixes("TM204"), ["Renumber to 2.2*"]);
        let fixed = case.fixed("TM204", "Renumber to 2.2");
        assert!(fixed.contains("Sort (depends: 2.2)"), "{fixed}");
        assert!(fixed.ends_with("- [ ] 2.1 Write\n- [ ] 2.2 Send\n  - [ ] 2.2.1 Seal\n"), "{fixed}");
    }

    #[test]
    fn renumbers_status_json_too_where_that_knows_the_task() {
        let known = plan(STRANGER).entries(&[("3.2", "Send", "pending")]);
        let task = tallymark_plan::TaskIndex(3);
        let both = crate::FixAction::Renumber(vec![(task, "2.2".to_owned())]);
        assert_eq!(known.action("TM204", "Renumber to 2.2"), both);
        let other = plan(STRANGER).entries(&[("7", "Send", "pending")]);
        assert!(matches!(other.action("TM204", "Renumber to 2.2"), crate::FixAction::Plan(_)));
    }

    #[test]
    fn offers_nothing_when_the_text_names_the_id_elsewhere() {
        let case = plan(&format!("{STRANGER}\nDo not begin 3.2 on a Friday.\n"));
        assert_eq!(case.fixes("TM204"), [""; 0]);
    }

    #[test]
    fn a_whole_phase_of_strangers_is_one_finding() {
        let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n\n## Phase 2: Rest\n\n- [ ] 3.1 Write\n- [ ] 3.2 Send\n";
        assert_eq!(
            plan(text).findings("TM204"),
            [
                r###"plan:8 "## Phase 2: Rest": all tasks of “Phase 2: Rest” bear another phase's numbers, from 3.1 to 3.2"###
            ]
        );
    }

    #[test]
    fn a_plan_that_numbers_otherwise_is_left_alone() {
        let text = "# P\n\n## Phase 0: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n\n## Phase 1: Rest\n\n- [ ] 2.1 Write\n- [ ] 2.2 Send\n";
        assert_eq!(plan(text).findings("TM204"), [""; 0]);
    }

    #[test]
    fn the_number_of_any_heading_around_it_will_do() {
        let text = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n\n### Step 1: Letters\n\n- [ ] 2.1 Write\n- [ ] 02.2 Send\n";
        assert_eq!(plan(text).findings("TM204"), [""; 0]);
    }
}
