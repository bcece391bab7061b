//! What can be done about a task whose agent is not at work any more.

use tallymark_plan::TaskIndex;
use tallymark_status::Word;

use super::Context;
use crate::{Fix, State};

/// Marks it failed, or sets it back, so that somebody tries it again. Only what is in progress is given up.
pub(super) fn give_up(context: &Context<'_>, task: TaskIndex, reason: String) -> Vec<Fix> {
    if context.joined.state(task) != State::InProgress {
        return Vec::new();
    }
    let name = context.name(task);
    let fail =
        context.transition(task, format!("Mark {name} failed in status.json"), Word::Failed, Some(reason));
    let fail = fail.map(|fix| Fix { preferred: true, ..fix });
    let back = context.transition(
        task,
        format!("Set {name} back to pending, to be tried again"),
        Word::Pending,
        None,
    );
    fail.into_iter().chain(back).collect()
}
