//! What a cursor or a selection is about.

use std::ops::Range;

use tallymark_plan::{PhaseIndex, Plan, TaskIndex};
use tallymark_status::{EntryIndex, Status};
use tallymark_text::Span;

/// What a cursor or a selection in a plan is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// One task.
    Task(TaskIndex),
    /// Several tasks, in document order.
    Tasks(Vec<TaskIndex>),
    /// A phase: its heading is under the cursor.
    Phase(PhaseIndex),
}

/// What `span` is about: the tasks whose lines it touches; with none, the phase whose heading it touches; with neither,
/// the innermost task that the cursor's line is a detail of.
pub(crate) fn target_at(plan: &Plan, span: Span) -> Option<Target> {
    let first_line = plan.source.line_span(plan.source.line_of(span.start as usize));
    // A selection of whole lines ends at the start of the next line, which it does not mean.
    let last = if span.is_empty() { span.start } else { span.end - 1 };
    let last_line = plan.source.line_span(plan.source.line_of(last as usize));
    let lines = Span { start: first_line.start, end: last_line.end.max(first_line.start) + 1 };
    let tasks = tasks_in(plan, lines);
    match tasks.len() {
        0 => {}
        1 => return Some(Target::Task(TaskIndex(tasks.start))),
        _ => return Some(Target::Tasks(tasks.map(TaskIndex).collect())),
    }
    let phase = plan.phases.partition_point(|phase| phase.heading.start < lines.start);
    if plan.phases.get(phase).is_some_and(|phase| phase.heading.start < lines.end) {
        return Some(Target::Phase(PhaseIndex(phase as u32)));
    }
    task_around(plan, span.start as usize).map(Target::Task)
}

/// The innermost task whose block holds `offset`.
pub(crate) fn task_around(plan: &Plan, offset: usize) -> Option<TaskIndex> {
    let before = plan.tasks.partition_point(|task| task.line.start as usize <= offset);
    let mut task = TaskIndex(u32::try_from(before.checked_sub(1)?).ok()?);
    loop {
        if plan.task(task).block.touches(offset) {
            return Some(task);
        }
        task = plan.task(task).parent?;
    }
}

/// The phase whose heading's line holds `offset`.
pub(crate) fn phase_at_line(plan: &Plan, offset: usize) -> Option<PhaseIndex> {
    let line = plan.source.line_span(plan.source.line_of(offset));
    let index = plan.phases.partition_point(|phase| phase.heading.start < line.start);
    (plan.phases.get(index)?.heading.start <= line.end).then_some(PhaseIndex(index as u32))
}

/// The entry of status.json that holds `offset`.
pub(crate) fn entry_at(status: &Status, offset: usize) -> Option<EntryIndex> {
    let before = status.entries.partition_point(|entry| entry.span.start as usize <= offset);
    let index = before.checked_sub(1)?;
    status.entries[index].span.touches(offset).then_some(EntryIndex(index as u32))
}

/// The tasks whose lines begin in `span`.
pub(crate) fn tasks_in(plan: &Plan, span: Span) -> Range<u32> {
    let first = plan.tasks.partition_point(|task| task.line.start < span.start);
    let last = plan.tasks.partition_point(|task| task.line.start < span.end);
    first as u32..last.max(first) as u32
}
