//! What tasks wait for.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use tallymark_plan::{Dependency, Plan, Target, TaskIndex};
use tallymark_sync::{Joined, State};

use crate::words::quoted_name;

/// Finds the tasks that dependencies name. The ids are gone through only when the first dependency is looked up.
pub(crate) struct Waiting<'a> {
    joined: &'a Joined,
    ids: OnceCell<HashMap<&'a str, TaskIndex>>,
}

/// The open tasks that a task waits for.
pub(crate) struct Blockers {
    /// The first few, by name.
    names: Vec<String>,
    /// How many there are.
    count: usize,
}

impl Blockers {
    /// `blocked by 1.2, 1.3 and 4 more`.
    pub(crate) fn sentence(&self) -> String {
        let more = self.count - self.names.len();
        match (self.names.split_last(), more) {
            (Some((last, [])), 0) => format!("blocked by {last}"),
            (Some((last, others)), 0) => format!("blocked by {} and {last}", others.join(", ")),
            _ => format!("blocked by {} and {more} more", self.names.join(", ")),
        }
    }
}

/// How many blockers are named.
const NAMED: usize = 3;

impl<'a> Waiting<'a> {
    /// For a plan.
    pub(crate) fn new(joined: &'a Joined) -> Self {
        Self { joined, ids: OnceCell::new() }
    }

    /// The tasks that a dependency names, as a stretch of the plan; empty if there is none of that name.
    pub(crate) fn targets(&self, dependency: &Dependency) -> Range<u32> {
        let plan = &*self.joined.plan;
        match dependency.target {
            Target::Task => self.find(plan.slice(dependency.span)).map_or(0..0, |task| task.0..task.0 + 1),
            Target::Range(first, last) => match (self.find(plan.slice(first)), self.find(plan.slice(last))) {
                (Some(first), Some(last)) if first <= last => first.0..last.0 + 1,
                _ => 0..0,
            },
            Target::Phase(number) => phase_tasks(plan, plan.slice(number)),
        }
    }

    /// What stands between a task and its start; `None` if nothing does.
    pub(crate) fn blocked_by(&self, task: TaskIndex) -> Option<Blockers> {
        let plan = &*self.joined.plan;
        let mut blockers = Blockers { names: Vec::new(), count: 0 };
        for dependency in plan.dependencies(task) {
            for index in self.targets(dependency) {
                let other = TaskIndex(index);
                if other != task && !settled(self.joined.state(other)) {
                    blockers.count += 1;
                    if blockers.names.len() < NAMED {
                        blockers.names.push(quoted_name(plan, other));
                    }
                }
            }
        }
        (blockers.count > 0).then_some(blockers)
    }

    fn find(&self, id: &str) -> Option<TaskIndex> {
        let ids = self.ids.get_or_init(|| {
            let plan: &'a Plan = &self.joined.plan;
            let mut ids = HashMap::with_capacity(plan.tasks.len());
            for (task, _) in plan.tasks() {
                if let Some(id) = plan.id(task) {
                    ids.entry(id).or_insert(task);
                }
            }
            ids
        });
        ids.get(id).copied()
    }
}

/// Whether a task in this state holds nobody up any more.
pub(crate) fn settled(state: State) -> bool {
    matches!(state, State::Completed | State::Skipped | State::Cancelled)
}

/// The tasks that stand in the phase of a number.
fn phase_tasks(plan: &Plan, number: &str) -> Range<u32> {
    let phase = plan.phases.iter().find(|phase| phase.number.is_some_and(|own| plan.slice(own) == number));
    phase.map_or(0..0, |phase| tasks_in(plan, phase.block))
}

/// The tasks whose lines begin in `span`.
pub(crate) fn tasks_in(plan: &Plan, span: tallymark_text::Span) -> Range<u32> {
    let first = plan.tasks.partition_point(|task| task.line.start < span.start);
    let last = plan.tasks.partition_point(|task| task.line.start < span.end);
    first as u32..last.max(first) as u32
}
