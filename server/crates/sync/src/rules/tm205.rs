//! TM205: a task depends on an id that is nowhere.

use tallymark_plan::{Dependency, PhaseIndex, Plan, Target, TaskIndex};
use tallymark_text::{Edit, Span};

use super::renumber::Number;
use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM205",
    name: "unknown-dependency",
    severity: Severity::Warning,
    summary: "a task depends on an id that is nowhere",
    page: include_str!("../../../../../docs/rules/TM205.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

fn each_task(context: &Context<'_>, task: TaskIndex, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    for span in named(plan, task) {
        let id = plan.slice(span);
        if !is_nowhere(context, id) {
            continue;
        }
        let message = format!("{} depends on {id}, which is nowhere in this plan", context.name(task));
        reporter.report(Place::plan(span), Subject::Task(task), message, Vec::new());
    }
    for dependency in plan.dependencies(task) {
        let Some(number) = phase_nowhere(context, dependency) else { continue };
        let message =
            format!("{} depends on phase {number}, which is nowhere in this plan", context.name(task));
        reporter.report(Place::plan(dependency.span), Subject::Task(task), message, Vec::new());
    }
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let title = |phase: PhaseIndex| quoted(plan.slice(plan.phases[phase.get()].title));
    for (phase, dependency) in &plan.phase_dependencies {
        for span in ids(dependency) {
            let id = plan.slice(span);
            if !is_nowhere(context, id) {
                continue;
            }
            let message = format!("{} waits for {id}, which is nowhere in this plan", title(*phase));
            reporter.report(Place::plan(span), Subject::Phase(*phase), message, Vec::new());
        }
        let Some(number) = phase_nowhere(context, dependency) else { continue };
        let message = format!("{} waits for phase {number}, which is nowhere in this plan", title(*phase));
        reporter.report(Place::plan(dependency.span), Subject::Phase(*phase), message, Vec::new());
    }
    let concerned = plan.dependencies.len() + plan.phase_dependencies.len();
    reporter.once(File::Plan, concerned, |count| {
        format!("{count} dependencies name ids that are nowhere in this plan")
    });
}

/// Whether an id that is depended on is nowhere. One of a kind that no task of the plan has (a ticket, a pull request) names
/// something elsewhere.
fn is_nowhere(context: &Context<'_>, id: &str) -> bool {
    !is_somewhere(context, id) && context.joined.has_id_of_kind(id)
}

/// The number of a phase that is depended on and is nowhere. A plan without numbered phases speaks of those of another.
fn phase_nowhere<'a>(context: &Context<'a>, dependency: &Dependency) -> Option<&'a str> {
    let Target::Phase(number) = dependency.target else { return None };
    let number = context.plan.slice(number);
    let joined = context.joined;
    (joined.has_numbered_phases() && !joined.has_phase_with_number(number)).then_some(number)
}

/// The ids that the dependencies of a task name.
fn named(plan: &Plan, task: TaskIndex) -> impl Iterator<Item = Span> {
    plan.dependencies(task).iter().flat_map(ids)
}

/// The ids that a dependency names.
fn ids(dependency: &Dependency) -> impl Iterator<Item = Span> {
    let ids = match dependency.target {
        Target::Task => [Some(dependency.span), None],
        Target::Range(first, last) => [Some(first), Some(last)],
        Target::Phase(_) => [None, None],
    };
    ids.into_iter().flatten()
}

/// Whether a task bears the id, or an entry of status.json does (then the task is what is missing, and told as that).
fn is_somewhere(context: &Context<'_>, id: &str) -> bool {
    let joined = context.joined;
    joined.tasks_with_id(id).next().is_some()
        || joined.task_with_key(id).is_some()
        || joined.entries_with_id(id).next().is_some()
}

/// The nearest ids of the same series.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    const MOST: usize = 3;
    let plan = context.plan;
    let span = finding.place.span;
    let Some(wanted) = Number::of(plan.slice(span)) else { return Vec::new() };
    let mut near: Vec<(u32, TaskIndex)> = plan
        .tasks()
        .filter(|&(task, _)| finding.subject != Subject::Task(task))
        .filter_map(|(task, _)| {
            let number = Number::of(plan.id(task)?)?;
            (number.prefix == wanted.prefix).then(|| (number.value().abs_diff(wanted.value()), task))
        })
        .collect();
    near.sort_unstable();
    near.dedup_by(|one, other| plan.id(one.1) == plan.id(other.1));
    near.into_iter()
        .take(MOST)
        .map(|(_, task)| Fix {
            title: format!("Depend on {}", plan.name(task)),
            safe: false,
            preferred: false,
            ask: None,
            action: FixAction::Plan(vec![Edit::replace(span, plan.name(task))]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn offers_the_nearest_ids() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n- [ ] 1.3 Write (depends: 1.2, 1.7)\n- [ ] 1.5 Send\n",
        );
        assert_eq!(
            case.findings("TM205"),
            [r#"plan:7 "1.7": 1.3 depends on 1.7, which is nowhere in this plan"#]
        );
        assert_eq!(case.fixes("TM205"), ["Depend on 1.5", "Depend on 1.2", "Depend on 1.1"]);
        assert!(case.fixed("TM205", "Depend on 1.5").contains("(depends: 1.2, 1.5)"));
    }

    #[test]
    fn ends_of_ranges_and_phases_are_looked_for_too() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort (depends: 1.1-99999.9)\n- [ ] 1.3 Send (depends: Phase 1, Phase 7)\n",
        );
        assert_eq!(
            case.findings("TM205"),
            [
                r#"plan:6 "99999.9": 1.2 depends on 99999.9, which is nowhere in this plan"#,
                r#"plan:7 "Phase 7": 1.3 depends on phase 7, which is nowhere in this plan"#
            ]
        );
    }

    #[test]
    fn what_a_whole_phase_waits_for_is_looked_for() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n**pipeline-start:** when 1.8 completes\n\n- [ ] 2.1 Sleep\n",
        );
        assert_eq!(
            case.findings("TM205"),
            [r#"plan:8 "1.8": “Phase 2: Rest” waits for 1.8, which is nowhere in this plan"#]
        );
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n\n- [ ] 2.1 Sleep\n\n## Dependencies\n\n- **Phase 2** depends on Phase 1\n- Phases 1 and 2 depend on Phases 1, 7\n- Phase 2 does not depend on Phase 8\n",
        );
        assert_eq!(
            case.findings("TM205"),
            [
                r#"plan:14 "7": “Phase 1: Work” waits for phase 7, which is nowhere in this plan"#,
                r#"plan:14 "7": “Phase 2: Rest” waits for phase 7, which is nowhere in this plan"#
            ]
        );
    }

    #[test]
    fn ids_of_another_kind_name_something_elsewhere() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read (depends: PR-12)\n- [ ] 1.2 Sort (depends: T004)\n",
        );
        assert_eq!(case.findings("TM205"), [""; 0]);
    }

    #[test]
    fn an_entry_of_status_json_is_somewhere() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort (depends: 1.7)\n")
            .entries(&[("1.7", "Send", "pending")]);
        assert_eq!(case.findings("TM205"), [""; 0]);
    }
}
