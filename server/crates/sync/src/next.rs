//! What to do next.

use tallymark_plan::TaskIndex;

use crate::graph::Graph;
use crate::priority::{Priority, priorities};
use crate::{Joined, Limits, State};

/// A task that can be started now, and why it is offered before others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The task.
    pub task: TaskIndex,
    /// Its priority, where one is given.
    pub priority: Option<Priority>,
    /// How many tasks cannot begin before it is done; `None` where that was too much to count.
    pub unblocks: Option<u32>,
    /// Whether it was tried before, and failed.
    pub retry: bool,
}

/// The tasks that can be started, best first: by priority, then by how many others wait for them, then in the order of the plan.
///
/// A task that is pending or failed is offered where `not_before` gives the time from which on it may be started, in
/// milliseconds since 1970, and `now` is that late; `None` says that it is not to be tried again.
pub fn offers(graph: &Graph<'_>, now: i64, not_before: impl Fn(TaskIndex) -> Option<i64>) -> Vec<Offer> {
    let joined = graph.joined();
    let may_begin = |task: TaskIndex| match joined.state(task) {
        State::Pending | State::Ready | State::Failed => not_before(task).is_some_and(|time| time <= now),
        _ => false,
    };
    let ready: Vec<TaskIndex> = open_leaves(joined)
        .filter(|&task| may_begin(task) && graph.hold(task).is_none() && graph.is_shut(task).is_none())
        .collect();
    if ready.is_empty() {
        return Vec::new();
    }
    let priorities = priorities(joined);
    let waiting = graph.waiting_counts();
    let mut offers: Vec<Offer> = ready
        .into_iter()
        .map(|task| Offer {
            task,
            priority: priorities[task.get()],
            unblocks: waiting.as_ref().map(|waiting| waiting[task.get()]),
            retry: joined.state(task) == State::Failed,
        })
        .collect();
    // Stable: what is equal stays in the order of the plan.
    offers.sort_by_key(|offer| (offer.priority.unwrap_or_default(), std::cmp::Reverse(offer.unblocks)));
    offers
}

impl Joined {
    /// From when on a task may be started, in milliseconds since 1970, as [`offers`] wants it: what failed waits for its retry,
    /// and is not tried again where none is left.
    pub fn may_begin_from(&self, task: TaskIndex, limits: &Limits, now: i64) -> Option<i64> {
        let failed = self.state(task) == State::Failed;
        let Some((status, entry)) = self.status().zip(self.entry(task)) else {
            // Only a mark says that it failed: nobody counts how often.
            return (!failed).then_some(now);
        };
        let retries = limits.retries(status, entry, now);
        (!failed || retries.left()).then(|| retries.not_before.unwrap_or(now))
    }
}

/// The pending tasks in document order that cannot be started. One with open tasks below it is done by doing those.
pub fn waiting<'g>(graph: &'g Graph<'_>) -> impl Iterator<Item = TaskIndex> + 'g {
    let joined = graph.joined();
    open_leaves(joined).filter(move |&task| {
        matches!(joined.state(task), State::Pending | State::Ready)
            && (graph.hold(task).is_some() || graph.is_shut(task).is_some())
    })
}

/// The tasks that have nothing open below them.
fn open_leaves(joined: &Joined) -> impl Iterator<Item = TaskIndex> {
    joined.plan.tasks().map(|(task, _)| task).filter(|&task| {
        let below = joined.below[task.get()];
        below.completed == below.counted()
    })
}
