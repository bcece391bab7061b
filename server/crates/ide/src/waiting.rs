//! What stands in a task's way, in words.

use tallymark_plan::TaskIndex;
use tallymark_sync::Joined;

use crate::words::quoted_name;

/// How many blockers are named.
const NAMED: usize = 3;

/// `blocked by 1.2, 1.3, 1.4 and 2 more`; `None` if nothing stands in the task's way.
pub(crate) fn blocked_by(joined: &Joined, task: TaskIndex) -> Option<String> {
    let blockers: Vec<TaskIndex> = joined.blockers(task).collect();
    let names: Vec<String> =
        blockers.iter().take(NAMED).map(|&blocker| quoted_name(&joined.plan, blocker)).collect();
    let more = blockers.len() - names.len();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("blocked by {one}")),
        [others @ .., last] if more == 0 => Some(format!("blocked by {} and {last}", others.join(", "))),
        _ => Some(format!("blocked by {} and {more} more", names.join(", "))),
    }
}
