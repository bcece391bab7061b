//! What of a plan the cursor names, in the plan or in its status.json.

use tallymark_plan::{PhaseIndex, Target, TaskIndex};
use tallymark_status::{EntryIndex, Status};
use tallymark_sync::{Analysis, Counterpart, File};
use tallymark_text::Span;

use crate::target::{entry_at, phase_at_line};

/// What a place names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// A task.
    Task(TaskIndex),
    /// A phase.
    Phase(PhaseIndex),
    /// A criterion: index into the plan's criteria.
    Criterion(u32),
    /// An entry of status.json that stands for nothing in the plan.
    Entry(EntryIndex),
    /// The plan as a whole.
    Plan,
}

/// What is named at an offset, with the bytes that name it. On the line of a task, a phase or a criterion that is what stands
/// there, unless the cursor is on the name of another.
pub(crate) fn subject_at(analysis: &Analysis, file: File, offset: usize) -> Option<(Subject, Span)> {
    if !analysis.joined.plan.is_plan() {
        return None;
    }
    match file {
        File::Plan => named_at(analysis, offset).or_else(|| on_line(analysis, offset)),
        File::Status => in_status(analysis, analysis.joined.status()?, offset),
    }
}

/// The task or phase whose id or number stands at an offset of the plan.
pub(crate) fn named_at(analysis: &Analysis, offset: usize) -> Option<(Subject, Span)> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    if let Some((task, span)) = analysis.id_at(offset) {
        return Some((Subject::Task(task), span));
    }
    let all = plan.dependencies.iter().chain(plan.phase_dependencies.iter().map(|(_, by)| by));
    let dependency = all.filter(|dependency| dependency.span.touches(offset)).find_map(|dependency| {
        let Target::Phase(number) = dependency.target else { return None };
        let phase = plan
            .phases
            .iter()
            .position(|phase| phase.number.is_some_and(|own| plan.slice(own) == plan.slice(number)))?;
        Some((Subject::Phase(PhaseIndex(phase as u32)), dependency.span))
    });
    dependency.or_else(|| {
        let phase = phase_at_line(plan, offset)?;
        let own = &plan.phases[phase.get()];
        (plan.task_at_line(offset).is_none()).then_some((Subject::Phase(phase), own.title))
    })
}

/// What stands on the line of an offset of the plan.
fn on_line(analysis: &Analysis, offset: usize) -> Option<(Subject, Span)> {
    let plan = &*analysis.joined.plan;
    if let Some(task) = plan.task_at_line(offset) {
        return Some((Subject::Task(task), plan.task(task).line));
    }
    let line = plan.source.line_span(plan.source.line_of(offset));
    let at = plan.criteria.partition_point(|criterion| criterion.line.start < line.start);
    let criterion = plan.criteria.get(at).filter(|criterion| criterion.line.start <= line.end)?;
    Some((Subject::Criterion(at as u32), criterion.line))
}

/// What an offset of status.json names.
fn in_status(analysis: &Analysis, status: &Status, offset: usize) -> Option<(Subject, Span)> {
    let joined = &analysis.joined;
    let Some(entry) = entry_at(status, offset) else {
        if let Some(path) = status.plan_path.as_ref().filter(|path| path.span.touches(offset)) {
            return Some((Subject::Plan, path.span));
        }
        let phase = status.current_phase.as_ref().filter(|phase| phase.span.touches(offset))?;
        return Some((Subject::Phase(joined.phase_named(status.str(phase))?), phase.span));
    };
    let own = status.entry(entry);
    let named = own.dependencies.iter().chain(&own.dependents).find(|named| named.span.touches(offset));
    if let Some(named) = named {
        let task = joined.entries_with_id(status.str(named)).find_map(|other| task_of(analysis, other));
        return Some((Subject::Task(task?), named.span));
    }
    if let Some(phase) = own.phase.as_ref().filter(|phase| phase.span.touches(offset))
        && let Some(named) = joined.phase_named(status.str(phase))
    {
        return Some((Subject::Phase(named), phase.span));
    }
    // The whole object may be long: what is marked is its id, or its brace.
    let shown = own.id.as_ref().map_or(Span { end: own.span.start + 1, ..own.span }, |id| id.span);
    let subject = match joined.counterparts[entry.get()] {
        Some(Counterpart::Task(task)) => Subject::Task(task),
        Some(Counterpart::Criterion(criterion)) => Subject::Criterion(criterion),
        Some(Counterpart::CriteriaOf(phase) | Counterpart::Phase(phase)) => Subject::Phase(phase),
        None => Subject::Entry(entry),
    };
    Some((subject, shown))
}

/// The task that an entry stands for.
pub(crate) fn task_of(analysis: &Analysis, entry: EntryIndex) -> Option<TaskIndex> {
    analysis.joined.tasks_of_entries.get(entry.get()).copied().flatten()
}

/// The entry that stands for something, if there is one of its own.
pub(crate) fn entry_of(analysis: &Analysis, subject: Subject) -> Option<EntryIndex> {
    let joined = &analysis.joined;
    match subject {
        Subject::Task(task) => joined.entry(task),
        Subject::Criterion(criterion) => {
            joined.entries_of_criteria.get(criterion as usize).copied().flatten()
        }
        Subject::Phase(phase) => {
            let stands_for = Some(Counterpart::Phase(phase));
            let at = joined.counterparts.iter().position(|counterpart| *counterpart == stands_for)?;
            Some(EntryIndex(at as u32))
        }
        Subject::Entry(entry) => Some(entry),
        Subject::Plan => None,
    }
}
