//! What an undo of status.json alone must not do.

use tallymark_status::HistoryLine;

use crate::Joined;

/// Whether the last change of status.json is half of a renumbering: it gave a task the id that the plan has now, and without it
/// status.json would have an id that the plan has not. Gives that task's old and new id.
pub fn half_of_renumbering<'l>(joined: &Joined, lines: &'l [HistoryLine]) -> Option<(&'l str, &'l str)> {
    let has = |id: &str| joined.task_with_key(id).is_some() || joined.tasks_with_id(id).next().is_some();
    lines
        .iter()
        .filter(|line| line.change == "set-id" && line.undoes.is_none())
        .map(|line| (line.from.as_str(), line.to.as_str()))
        .find(|(from, to)| has(to) && !has(from))
}
