//! TM201: two tasks bear one id.

use std::cell::LazyCell;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use tallymark_plan::TaskIndex;

use super::renumber::{self, Number};
use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Finding, Fix, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM201",
    name: "duplicate-id",
    severity: Severity::Warning,
    summary: "two tasks bear one id",
    page: include_str!("../../../../../docs/rules/TM201.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Twins, Reads::Sections],
    check,
    fixes,
    fix_all: None,
};

/// Where an id must be borne once: below one parent, and a plain count (`1`, `Step 1`) below one heading.
type Home = (Option<TaskIndex>, Option<u32>);

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut firsts: HashMap<(Home, &str), TaskIndex> = HashMap::with_capacity(plan.tasks.len());
    let sections = LazyCell::new(|| renumber::sections(plan));
    let mut concerned = 0;
    for (index, task) in plan.tasks() {
        let Some(id) = plan.id(index) else { continue };
        concerned += 1;
        let restarts = Number::of(id).is_some_and(|number| number.restarts());
        let home = (task.parent, restarts.then(|| sections[index.get()]));
        match firsts.entry((home, id)) {
            Entry::Vacant(free) => {
                free.insert(index);
            }
            Entry::Occupied(first) => {
                let first = *first.get();
                let same_text = plan.title(first) == plan.title(index);
                let message = if same_text {
                    format!("{id} stands here a second time, with the same text")
                } else {
                    format!("{id} is also the id of {}", quoted(plan.title(first)))
                };
                let related =
                    Related { place: Place::plan(plan.task(first).line), message: format!("the first {id}") };
                reporter.report(context.id_place(index), Subject::Task(index), message, vec![related]);
            }
        }
    }
    reporter.once(File::Plan, concerned, move |count| {
        format!("{count} of the {concerned} ids in this plan are borne by a task above as well")
    });
}

/// The next number, where that is free and nothing else speaks of the id.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let plan = context.plan;
    let Some(number) = plan.id(task).and_then(Number::of) else { return Vec::new() };
    let next = number.with(number.value() + 1);
    let Some(edits) = renumber::of_twin(plan, task, &next) else { return Vec::new() };
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

    #[test]
    fn tells_of_the_second_and_points_to_the_first() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n- [ ] 1.2 Write\n");
        assert_eq!(
            case.findings("TM201"),
            [r#"plan:7 "1.2": 1.2 is also the id of “Sort” | plan:6 "- [ ] 1.2 Sort": the first 1.2"#]
        );
        assert_eq!(case.fixes("TM201"), ["Renumber to 1.3*"]);
        assert!(case.fixed("TM201", "Renumber to 1.3").ends_with("- [ ] 1.2 Sort\n- [ ] 1.3 Write\n"));
    }

    #[test]
    fn offers_no_number_that_is_taken_and_none_when_the_id_is_named_elsewhere() {
        let taken = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.1 Sort\n- [ ] 1.2 Write\n");
        assert_eq!(taken.fixes("TM201"), [""; 0]);
        let named = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.1 Sort\n\nBegin with 1.1.\n");
        assert_eq!(named.fixes("TM201"), [""; 0]);
    }

    #[test]
    fn plain_numbers_begin_anew_below_each_heading() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1. Read\n- [ ] 2. Sort\n\n## Phase 2: Rest\n\n- [ ] 1. Write\n",
        );
        assert_eq!(case.findings("TM201"), [""; 0]);
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n\n- [ ] 1.1 Write\n");
        assert_eq!(case.findings("TM201").len(), 1);
    }

    #[test]
    fn steps_below_different_tasks_may_share_ids() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] a.1 Open\n- [ ] 1.2 Write\n  - [ ] a.1 Open\n",
        );
        assert_eq!(case.findings("TM201"), [""; 0]);
    }

    #[test]
    fn a_plan_full_of_them_says_it_once() {
        let tasks = "- [ ] 1.1 Read\n- [ ] 1.2 Sort\n- [ ] 1.3 Write\n";
        let text = format!(
            "# P\n\n## Phase 1: Work\n\n{tasks}\n## Phase 2: Again\n\n{tasks}\n## Phase 3: And again\n\n{tasks}"
        );
        let findings = plan(&text).findings("TM201");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with(r#"plan:1 "P": 6 of the 9 ids"#), "{}", findings[0]);
    }
}
