//! TM215: a gap or a step back in the numbering.

use std::cell::LazyCell;

use hashbrown::{HashMap, HashSet};
use tallymark_plan::{PhaseIndex, Plan, TaskIndex};
use tallymark_text::Span;

use super::renumber::{self, Number};
use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM215",
    name: "numbering-gap",
    severity: Severity::Hint,
    summary: "the numbering has a gap, or steps back",
    page: include_str!("../../../../../docs/rules/TM215.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Sections],
    check,
    fixes,
    fix_all: None,
};

/// What is counted through together: the ids of one beginning, below one parent and one heading. `T001` and its like are
/// counted through the whole plan.
type Series<'a> = (Option<TaskIndex>, Option<Below>, &'a str);

/// The heading that a series stands below.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Below {
    Phase(PhaseIndex),
    Section(u32),
}

/// A place where the numbering does not go on by one.
enum Step {
    /// These numbers are nowhere in the plan.
    Gap { from: u32, to: u32 },
    /// The number before is larger.
    Back,
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let series = all_series(plan);
    let ids = LazyCell::new(|| all_ids(plan));
    let mut concerned = 0;
    for members in &series {
        concerned += members.len();
        let (steps, read) = steps(plan, members, |id| ids.contains(id));
        read.into_iter().for_each(|span| reporter.has_read(span));
        // Ids that mostly do not count on (ticket numbers, tens) are not a numbering.
        if members.len() < 3 || steps.len() * 2 >= members.len() {
            continue;
        }
        for (before, task, step) in steps {
            let (name, before_name) = (plan.name(task), plan.name(before));
            let message = match step {
                Step::Gap { from, to } => {
                    let number = plan.id(before).and_then(Number::of);
                    let id = |value| number.map_or_else(String::new, |number| number.with(value));
                    let missing = if from == to {
                        format!("{} is missing", id(from))
                    } else {
                        let and = if to == from + 1 { "and" } else { "to" };
                        format!("{} {and} {} are missing", id(from), id(to))
                    };
                    format!("{name} follows {before_name}: {missing}")
                }
                Step::Back => format!("{name} stands behind {before_name}"),
            };
            let related = Related {
                place: Place::plan(plan.task(before).line),
                message: "the number before".to_owned(),
            };
            reporter.report(context.id_place(task), Subject::Task(task), message, vec![related]);
        }
    }
    reporter.once(File::Plan, concerned, |count| format!("the numbering has {count} gaps and steps back"));
}

/// The series of a plan, each in the order of the text.
fn all_series(plan: &Plan) -> Vec<Vec<(TaskIndex, u32)>> {
    let mut places: HashMap<Series<'_>, usize> = HashMap::new();
    let mut all: Vec<Vec<(TaskIndex, u32)>> = Vec::new();
    let sections = LazyCell::new(|| renumber::sections(plan));
    // Most tasks go on with the series of the task before.
    let mut last: Option<(Series<'_>, usize)> = None;
    for (index, task) in plan.tasks() {
        let Some(number) = plan.id(index).and_then(Number::of) else { continue };
        let below = if number.restarts() {
            Some(Below::Section(sections[index.get()]))
        } else if number.prefix.ends_with('.') {
            task.phase.map(Below::Phase)
        } else {
            None
        };
        let series = (task.parent, below, number.prefix);
        let place = match last {
            Some((before, place)) if before == series => place,
            _ => *places.entry(series).or_insert_with(|| {
                all.push(Vec::new());
                all.len() - 1
            }),
        };
        last = Some((series, place));
        all[place].push((index, number.value()));
    }
    all
}

fn all_ids(plan: &Plan) -> HashSet<&str> {
    plan.tasks().filter_map(|(task, _)| plan.id(task)).collect()
}

/// Where a series does not go on by one, each with the task before. A letter (`3.6a` after `3.6`) goes on.
/// `is_id` tells whether any task bears an id. Also the bytes of the plan that were read for a word about a gap.
fn steps(
    plan: &Plan,
    members: &[(TaskIndex, u32)],
    is_id: impl Fn(&str) -> bool,
) -> (Vec<(TaskIndex, TaskIndex, Step)>, Vec<Span>) {
    let mut steps = Vec::new();
    let mut read = Vec::new();
    // How often the number before was borne already: TM201 tells of those, and they are what is missing behind them.
    let mut twins = 0;
    for pair in members.windows(2) {
        let &[(before, old), (task, new)] = pair else { continue };
        if new == old {
            twins += u32::from(plan.id(task) == plan.id(before));
            continue;
        }
        let explained = std::mem::take(&mut twins);
        if new < old {
            steps.push((before, task, Step::Back));
        } else if new > old + 1 + explained {
            // What is missing here and stands elsewhere is told there, if it is out of order there.
            let Some(number) = plan.id(before).and_then(Number::of) else { continue };
            let missing = |&value: &u32| !is_id(&number.with(value));
            let from = (old + 1..new).find(missing);
            let to = (old + 1..new).rev().find(missing);
            if let (Some(from), Some(to)) = (from, to) {
                let between = between(plan, before, task);
                // Where the line before ends was looked at too.
                read.push(Span { start: plan.task(before).line.start.min(between.start), end: between.end });
                if !is_told(plan, before, between, from) {
                    steps.push((before, task, Step::Gap { from, to }));
                }
            }
        }
    }
    (steps, read)
}

/// What stands between the lines of two tasks.
fn between(plan: &Plan, before: TaskIndex, task: TaskIndex) -> Span {
    let (start, end) = (plan.task(before).line.end, plan.task(task).line.start);
    Span { start, end: end.max(start) }
}

/// Whether the text between two tasks names the missing id: a line that is no task, a comment that says why it is gone.
fn is_told(plan: &Plan, before: TaskIndex, between: Span, missing: u32) -> bool {
    let id = plan.id(before).and_then(Number::of).map(|number| number.with(missing));
    id.is_some_and(|id| plan.slice(between).contains(&id))
}

/// Closes a gap: the tasks after it in the series move up. Only where it is sure what else has to change.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let plan = context.plan;
    // status.json knows the tasks by these ids; there, closing a gap would be many changes for a hint.
    if context.joined.status_file.is_some() {
        return Vec::new();
    }
    let all = all_series(plan);
    let Some(members) = all.iter().find(|members| members.iter().any(|&(member, _)| member == task)) else {
        return Vec::new();
    };
    let ids = all_ids(plan);
    let (steps, _) = steps(plan, members, |id| ids.contains(id));
    let [(before, _, Step::Gap { from, .. })] = steps.as_slice() else { return Vec::new() };
    let moved = members.iter().skip_while(|&&(member, _)| member != task);
    let first = plan.id(task).and_then(Number::of).map_or(0, |number| number.value());
    let changes: Option<Vec<(TaskIndex, String)>> = moved
        .map(|&(member, value)| {
            let number = Number::of(plan.id(member)?)?;
            let new = Number::of(plan.id(*before)?)?.with(value - (first - from));
            let new = format!("{new}{}", number.letter);
            Some((member, new))
        })
        .collect();
    let Some(changes) = changes else { return Vec::new() };
    let Some(edits) = renumber::edits(plan, &changes) else { return Vec::new() };
    let title = match changes.as_slice() {
        [(_, new)] => format!("Renumber to {new}"),
        [(_, first), .., (_, last)] => format!("Renumber this and the following to {first}–{last}"),
        [] => return Vec::new(),
    };
    vec![Fix { title, safe: false, preferred: true, ask: None, action: FixAction::Plan(edits) }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};

    fn case(tasks: &str) -> Case {
        plan(&format!("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n{tasks}"))
    }

    #[test]
    fn closes_a_gap_with_everything_that_names_the_ids() {
        let case = case("- [ ] 1.4 Write\n- [ ] 1.5 Send (depends: 1.4)\n");
        assert_eq!(
            case.findings("TM215"),
            [r#"plan:7 "1.4": 1.4 follows 1.2: 1.3 is missing | plan:6 "- [ ] 1.2 Sort": the number before"#]
        );
        assert_eq!(case.fixes("TM215"), ["Renumber this and the following to 1.3–1.4*"]);
        let fixed = case.fixed("TM215", "Renumber this and the following to 1.3–1.4");
        assert!(fixed.ends_with("- [ ] 1.3 Write\n- [ ] 1.4 Send (depends: 1.3)\n"), "{fixed}");
    }

    #[test]
    fn numbers_are_written_as_the_one_before() {
        let tasks: String = (1..=12).filter(|n| *n != 9).map(|n| format!("- [ ] 2.{n} Work\n")).collect();
        let case = plan(&format!("# P\n\n## Phase 2: Work\n\n{tasks}"));
        assert!(case.findings("TM215")[0].contains("2.10 follows 2.8: 2.9 is missing"));
        let fixed = case.fixed("TM215", "Renumber this and the following to 2.9–2.11");
        assert!(fixed.ends_with("- [ ] 2.9 Work\n- [ ] 2.10 Work\n- [ ] 2.11 Work\n"), "{fixed}");
        let tasks: String =
            (97..=101).filter(|n| *n != 99).map(|n| format!("- [ ] T{n:03} Work\n")).collect();
        let case = plan(&format!("# P\n\n## Phase 1: Work\n\n{tasks}"));
        assert!(case.findings("TM215")[0].contains("T100 follows T098: T099 is missing"));
    }

    #[test]
    fn offers_no_fix_beside_a_status_file() {
        let case = case("- [ ] 1.4 Write\n").entries(&[("1.4", "Write", "pending")]);
        assert_eq!(case.findings("TM215").len(), 1);
        assert_eq!(case.fixes("TM215"), [""; 0]);
    }

    #[test]
    fn tells_a_step_back_once() {
        assert_eq!(
            case("- [ ] 1.4 Write\n- [ ] 1.3 Send\n- [ ] 1.5 File\n").findings("TM215"),
            [r#"plan:8 "1.3": 1.3 stands behind 1.4 | plan:7 "- [ ] 1.4 Write": the number before"#]
        );
    }

    #[test]
    fn a_gap_that_is_spoken_of_is_no_news() {
        assert_eq!(case("<!-- 1.3 was dropped -->\n- [ ] 1.4 Write\n").findings("TM215"), [""; 0]);
    }

    #[test]
    fn letters_and_ticket_numbers_are_in_order() {
        assert_eq!(case("- [ ] 1.2a Write\n- [ ] 1.3 Send\n").findings("TM215"), [""; 0]);
        let text = "# P\n\n## Phase 1: Work\n\n- [ ] T010 Read\n- [ ] T020 Sort\n- [ ] T030 Write\n- [ ] T031 Send\n";
        assert_eq!(plan(text).findings("TM215"), [""; 0]);
    }
}
