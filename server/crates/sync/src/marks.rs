//! Setting the mark in a box.

use tallymark_plan::{Meaning, Plan, TaskForm, TaskIndex};
use tallymark_text::Edit;

/// The edit that makes the mark of a task say `meaning`. `None` if there is nothing to set: the task has no box, its
/// dialect has no mark for that, or it says so already.
pub(crate) fn mark_edit(plan: &Plan, task: TaskIndex, meaning: Meaning) -> Option<Edit> {
    let task = plan.task(task);
    let mark = task.mark.filter(|mark| task.form == TaskForm::Box && mark.meaning != meaning)?;
    let text = plan.dialect.mark_for(meaning)?;
    Some(Edit::replace(mark.span, text))
}
