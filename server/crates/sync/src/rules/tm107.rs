//! TM107: the task stands under another phase than status.json says.

use hashbrown::HashMap;
use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_status::{Change, Status};
use tallymark_text::Span;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Finding, Fix, FixAction, MatchKind, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM107",
    name: "phase-drift",
    severity: Severity::Information,
    summary: "the task stands under another phase than status.json says",
    page: include_str!("../../../../../docs/rules/TM107.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Entries, Reads::Kinds, Reads::Names],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let mut named_in_plan: HashMap<&str, bool> = HashMap::new();
    let mut renamed: HashMap<(&str, PhaseIndex), usize> = HashMap::new();
    let mut matched = 0;
    for (index, task) in context.plan.tasks() {
        let Some(phase) = task.phase else { continue };
        let Some(named) = other_phase(context, status, index, &mut matched) else { continue };
        let plan = context.plan;
        let is_named = *named_in_plan.entry(named).or_insert_with(|| {
            context.joined.phase_named(named).is_some() || {
                reporter.has_read(Span::new(0, plan.source.len()));
                plan.source.text().contains(named)
            }
        });
        let title = plan.slice(plan.phases[phase.get()].title);
        if is_named {
            if context.joined.phase_named(named).is_none() {
                // A heading that is no phase: status.json names another level, and nothing has moved.
                continue;
            }
            let message = format!(
                "{} stands under {}, status.json has it under {}",
                context.name(index),
                quoted(title),
                quoted(named)
            );
            reporter.report(
                context.id_place(index),
                Subject::Task(index),
                message,
                related(context, status, index, named),
            );
        } else {
            // The plan knows no such phase: it was renamed, and that is one thing to say, on its heading.
            let count = renamed.entry((named, phase)).or_default();
            *count += 1;
            if *count == 1 {
                let message = format!("status.json calls {} {}", quoted(title), quoted(named));
                let place = Place::plan(plan.phases[phase.get()].title);
                reporter.report(
                    place,
                    Subject::Phase(phase),
                    message,
                    related(context, status, index, named),
                );
            }
        }
    }
    reporter.once(File::Plan, matched, move |count| {
        format!("{count} of {matched} tasks stand under other phases than status.json says")
    });
}

/// The phase that status.json names for a task, where it is not the task's; counts the tasks that have one.
fn other_phase<'s>(
    context: &Context<'_>,
    status: &'s Status,
    task: TaskIndex,
    matched: &mut usize,
) -> Option<&'s str> {
    let found = context.joined.matches[task.get()].filter(|found| found.kind != MatchKind::IdOnly)?;
    let named = status.entry(found.entry).phase.as_ref().map(|phase| status.str(phase))?;
    if named.trim().is_empty() {
        return None;
    }
    *matched += 1;
    (!context.joined.is_phase_of(task, named)).then_some(named)
}

fn related(context: &Context<'_>, status: &Status, task: TaskIndex, named: &str) -> Vec<Related> {
    let phase = context.joined.entry(task).and_then(|entry| status.entry(entry).phase.as_ref());
    let place = phase.map(|phase| Place::status(phase.span));
    place
        .map(|place| Related { place, message: format!("status.json says {}", quoted(named)) })
        .into_iter()
        .collect()
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(status) = context.status else { return Vec::new() };
    let drifted = |task: TaskIndex| other_phase(context, status, task, &mut 0).is_some();
    let (tasks, title): (Vec<TaskIndex>, String) = match finding.subject {
        Subject::Task(task) => {
            (vec![task], format!("Take the plan's phase of {} into status.json", context.name(task)))
        }
        Subject::Phase(phase) => {
            let of_phase = |task: &TaskIndex| context.plan.task(*task).phase == Some(phase);
            let tasks = context.plan.tasks().map(|(task, _)| task);
            let name = quoted(context.plan.slice(context.plan.phases[phase.get()].title));
            (
                tasks.filter(of_phase).filter(|&task| drifted(task)).collect(),
                format!("Take {name} into status.json, for all its tasks"),
            )
        }
        Subject::File => {
            let tasks = context.plan.tasks().filter(|(_, task)| task.phase.is_some()).map(|(task, _)| task);
            (
                tasks.filter(|&task| drifted(task)).collect(),
                "Take the plan's phases of all tasks into status.json".to_owned(),
            )
        }
        _ => return Vec::new(),
    };
    let requests = tasks
        .into_iter()
        .filter_map(|task| {
            let change = Change::SetPhase(context.plan.phase_title(task)?.to_owned());
            Some(context.request(status, context.joined.entry(task)?, change))
        })
        .collect();
    vec![Fix { title, safe: false, preferred: true, ask: None, action: FixAction::Status(requests) }]
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n\n- [ ] 2.1 Sleep\n- [ ] 2.2 Dream\n";

    #[test]
    fn a_task_that_moved_to_another_phase_is_reported() {
        // All entries say Phase 1.
        let case = plan(PLAN).entries(&[("1.1", "Read", "pending"), ("2.1", "Sleep", "pending")]);
        assert_eq!(
            case.findings("TM107"),
            [
                "plan:9 \"2.1\": 2.1 stands under “Phase 2: Rest”, status.json has it under “Phase 1: Work” | status:3 \"\\\"Phase 1: Work\\\"\": status.json says “Phase 1: Work”"
            ]
        );
        assert_eq!(case.fixes("TM107"), ["Take the plan's phase of 2.1 into status.json*"]);
    }

    #[test]
    fn a_renamed_phase_is_one_finding() {
        let text =
            PLAN.replace("Phase 2: Rest", "Phase 2: Sleep well").replace("Phase 1: Work", "Phase 1: Toil");
        let case = plan(&text).entries(&[("2.1", "Sleep", "pending"), ("2.2", "Dream", "pending")]);
        let findings = case.findings("TM107");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with(
            "plan:7 \"Phase 2: Sleep well\": status.json calls “Phase 2: Sleep well” “Phase 1: Work” | status:2"
        ));
        assert_eq!(
            case.requests("TM107", "Take “Phase 2: Sleep well” into status.json, for all its tasks").len(),
            2
        );
    }

    #[test]
    fn numbers_bare_titles_and_outer_phases_are_the_same_phase() {
        let text = "# Plan\n\n## Phase 1: Work\n\n### Phase 1.1: Inner\n\n- [ ] 1.1 Read\n";
        for named in ["1", "1.1", "Work", "Phase 1: Work", "Inner", "phase 1.1: inner"] {
            let status = format!(
                "{{\"tasks\": [{{\"id\": \"1.1\", \"phase\": \"{named}\", \"description\": \"Read\", \"status\": \"pending\"}}]}}"
            );
            assert_eq!(plan(text).status(&status).findings("TM107"), [] as [&str; 0], "{named}");
        }
    }
}
