//! What is shown of agents, their activities, and what is wrong: rows of plain text.

use serde::Serialize;

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AgentRow {
    /// Its name, or its id.
    pub name: String,
    /// What it does.
    pub doing: Doing,
    /// What it does in words: `Bash · 0:42`, `waits for the model`.
    pub words: String,
    /// Since when, in milliseconds since 1970-01-01 UTC.
    pub since: Option<i64>,
    /// When it was last heard of.
    pub heard: Option<i64>,
    /// The task it works on, by the key of the plan that is shown, or as it names it.
    pub task: Option<String>,
    /// Why it is taken to do that.
    pub why: String,
}

/// What an agent does, as far as a sign can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It waits for a person: the first to be seen.
    WaitsForPerson,
    /// It works.
    Works,
    /// It waits for the model or a tool.
    Waits,
    /// Nobody hears of it.
    Silent,
    /// It is not there.
    Gone,
    /// It met an error.
    Error,
    /// It has nothing to do.
    Idle,
}

/// A use of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRow {
    /// When it was begun.
    pub at: Option<i64>,
    /// The agent's name.
    pub agent: String,
    /// The tool, and what it is used on.
    pub what: String,
    /// How long it took, or has taken so far, in milliseconds.
    pub took: Option<i64>,
    /// It has ended.
    pub ended: bool,
    /// It ended badly.
    pub failed: bool,
}
