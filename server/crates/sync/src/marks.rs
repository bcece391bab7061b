//! Setting the mark in a box.

use tallymark_plan::{Meaning, Plan, TaskForm, TaskIndex};
use tallymark_text::Edit;

/// The edit that makes the mark of a task say `meaning`: in its box, or in the front matter that it is. `None` if there is nothing to
/// set: the task has neither, its dialect has no mark for that, or it says so already.
pub(crate) fn mark_edit(plan: &Plan, task: TaskIndex, meaning: Meaning) -> Option<Edit> {
    let task = plan.task(task);
    let mark = task.mark.filter(|mark| mark.meaning != meaning)?;
    let text = match task.form {
        TaskForm::Box => plan.dialect.mark_for(meaning),
        TaskForm::FrontMatter => plan.dialect.word_for(meaning),
        TaskForm::Heading | TaskForm::Step => None,
    }?;
    Some(Edit::replace(mark.span, text))
}
