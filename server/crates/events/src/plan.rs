//! How a plan stands: for those who show plans from the sidecar's lines alone, also from another machine.

use serde::{Deserialize, Serialize};

/// A plan and its status.json, joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanState {
    /// The plan's path, absolute.
    pub path: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The path of its status.json, absolute, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What cannot be read, and why; the rest is what could be read then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How many findings there are of severity warning or error: what `tallymark check` would tell.
    pub findings: u32,
    /// How far it is.
    pub progress: Count,
    /// Its phases, in the plan's order.
    pub phases: Vec<PhaseState>,
    /// Its tasks, in the plan's order.
    pub tasks: Vec<TaskState>,
}

/// How many tasks are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Count {
    /// Completed.
    pub completed: u32,
    /// In progress.
    pub in_progress: u32,
    /// Failed.
    pub failed: u32,
    /// Skipped and cancelled: they count neither as done nor in the total of the percentage.
    pub skipped: u32,
    /// All.
    pub total: u32,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhaseState {
    /// Its title, as the plan has it.
    pub title: String,
    /// How far its tasks are.
    pub progress: Count,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskState {
    /// Its key, unique in the plan: what commands take.
    pub key: String,
    /// Its id as written, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its title.
    pub title: String,
    /// Its phase, as an index into [`PlanState::phases`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<u32>,
    /// Its effective state: `pending`, `ready`, `in_progress`, `blocked`, `completed`, `failed`, `skipped`, `cancelled`, or
    /// `unknown`.
    pub state: String,
    /// When it was begun, in milliseconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it waits for, as keys: what is not yet done of its dependencies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// The line of the plan where it stands, from one.
    pub line: u32,
}
