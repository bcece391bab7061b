//! The join of plan and status.json.

use std::sync::Arc;

use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::{EntryIndex, Status};

use crate::{Progress, State};

/// A plan with its status.json, task by task.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its status.json, where there is one; see [`Joined::status`].
    pub status_file: Option<Arc<Status>>,
    /// For each task, its entry.
    pub matches: Vec<Option<Match>>,
    /// For each entry, its task.
    pub tasks_of_entries: Vec<Option<TaskIndex>>,
    /// For each task, its effective state.
    pub states: Vec<State>,
    /// For each task, the progress of its descendants.
    pub below: Vec<Progress>,
    /// For each phase, the progress of its tasks.
    pub phases: Vec<Progress>,
    /// The progress of all tasks.
    pub total: Progress,
}

/// A task's entry, and what the two have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// The entry.
    pub entry: EntryIndex,
    /// What they have in common.
    pub kind: MatchKind,
}

/// What a task and its entry have in common, in the order in which it is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchKind {
    /// Id and text.
    IdAndText,
    /// The task's id stands at the front of the entry's description.
    EmbeddedId,
    /// The text; the ids differ, or the task has none.
    Text,
    /// The id, and a text that was edited.
    IdAndCloseText,
    /// A close text; the ids differ.
    CloseText,
    /// The id alone: the text is another task's.
    IdOnly,
}

impl Joined {
    /// The status file, where there is one that could be read.
    pub fn status(&self) -> Option<&Status> {
        self.status_file.as_deref().filter(|status| status.readable)
    }

    /// The entry of a task.
    pub fn entry(&self, task: TaskIndex) -> Option<EntryIndex> {
        self.matches[task.get()].map(|found| found.entry)
    }

    /// The effective state of a task.
    pub fn state(&self, task: TaskIndex) -> State {
        self.states[task.get()]
    }
}

/// Joins a plan with its status.json.
pub fn join(plan: Arc<Plan>, status: Option<Arc<Status>>) -> Joined {
    let matches = vec![None; plan.tasks.len()];
    let tasks_of_entries = vec![None; status.as_ref().map_or(0, |status| status.entries.len())];
    let states = plan.tasks().map(|(task, _)| State::of_meaning(plan.meaning(task))).collect();
    Joined {
        below: vec![Progress::default(); plan.tasks.len()],
        phases: vec![Progress::default(); plan.phases.len()],
        total: Progress::default(),
        matches,
        tasks_of_entries,
        states,
        status_file: status,
        plan,
    }
}
