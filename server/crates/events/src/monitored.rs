//! What a monitoring file says: the words of the sidecar's lines, and of everything that is told of running agents.
//!
//! Each file is told whole, every time it says something else: a reader that missed a line is right again after the next.
//! What would grow without end is cut where it is decoded: the activities of a stream to the last few, the runs of a
//! registry to the last thousand ([`Monitored::left_out`] counts the others).
//!
//! All times are milliseconds since 1970-01-01 UTC. A time that a file gives without a zone was compared with the file's
//! own time of change before it got here. Texts are as the file has them, control characters too: whoever shows them
//! escapes them.

use serde::{Deserialize, Serialize};

/// A monitoring file or an agent's stream, decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Monitored {
    /// The path, absolute.
    pub path: String,
    /// What kind of file it is.
    pub format: Format,
    /// When the file was last changed, as the file system says.
    pub modified: i64,
    /// When it was written, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<i64>,
    /// Orchestrations that it tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orchestrations: Vec<Orchestration>,
    /// Agents that it tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Agent>,
    /// Runs of tasks that it tells of, in the file's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Run>,
    /// Uses of tools, the last ones and all that have not ended, in the order they were begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<Activity>,
    /// Signs of life.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heartbeats: Vec<Heartbeat>,
    /// What could not be read, and what was made of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Unreadable>,
    /// How many runs, orchestrations, agents and activities were left out for their number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

/// The kinds of monitoring file. `docs/formats.md` describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Gadugi's `process_registry.json` and `orchestration-*_final.json`.
    GadugiRegistry,
    /// Gadugi's `heartbeats.json`.
    GadugiHeartbeats,
    /// Gadugi's `orchestration-*_status.json`.
    GadugiReport,
    /// Gadugi's `.github/workflow-states/<id>/state.json`.
    GadugiTaskState,
    /// Gadugi's `.github/workflow-checkpoints/<id>/<hash>.json`.
    GadugiCheckpoint,
    /// AI Agent Orchestra's `orchestrator-state.json`.
    Orchestra,
    /// dev_workflow's `.claude/orchestrator-registry.json`.
    DevWorkflow,
    /// `claude --output-format stream-json`.
    ClaudeStream,
    /// `codex exec --json`.
    CodexStream,
    /// `gemini --output-format stream-json`.
    GeminiStream,
    /// `opencode run --format json`.
    OpencodeStream,
}

impl Format {
    /// Whether it grows line by line, rather than being written anew.
    #[must_use]
    pub fn is_stream(self) -> bool {
        matches!(self, Self::ClaudeStream | Self::CodexStream | Self::GeminiStream | Self::OpencodeStream)
    }
}

/// A run of an orchestrator over a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Orchestration {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub status: RunStatus,
    /// The source's own word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The plan it works on, as the file names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The folder it works in, as the file names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<String>,
    /// The process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// How many runs it says there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// Somebody who works: a process of an orchestrator, a session of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Agent {
    /// Its id, unique in the file: a session's id, a registry's key.
    pub id: String,
    /// Its name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it says it does.
    pub state: AgentState,
    /// The source's own word for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// The process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When the process was started, as the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// The machine, where the file names it; else it is the one that the file is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The folder it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<String>,
    /// The branch it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The task it works on, as the file names it: an id, or a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The language model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// When it was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<i64>,
    /// What it waits for, where a stream tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<WaitsFor>,
    /// Since when it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<i64>,
    /// Tokens and cost so far.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

/// What an agent says it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// It has nothing to do.
    Idle,
    /// It works on something.
    Working,
    /// It is not there.
    Offline,
    /// It met an error.
    Error,
    /// The file says something that is none of these, or nothing.
    Unknown,
}

/// What an agent waits for, as its stream tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The language model's answer.
    Model,
    /// A tool that runs.
    Tool,
    /// A person: a permission, an answer.
    Person,
}

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// The task's id, as the file has it.
    pub task: String,
    /// The task's name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The file with the agent's instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_file: Option<String>,
    /// How it stands.
    pub status: RunStatus,
    /// The source's own word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Who runs it: an [`Agent::id`] of the same file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The folder it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worktree: Option<String>,
    /// The branch it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Which attempt it is, from 1, where the file counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// The process's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i64>,
    /// What it says went wrong. Not proof that it failed: real registries keep a timeout beside "completed".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Tokens and cost.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Not begun.
    Queued,
    /// Under way.
    Running,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Ended for its time.
    TimedOut,
    /// Ended by somebody.
    Cancelled,
    /// The file says something that is none of these.
    Unknown,
}

/// One use of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Activity {
    /// Its id in the stream.
    pub id: String,
    /// Who: an [`Agent::id`] of the same file.
    pub agent: String,
    /// The tool's name: `Bash`.
    pub tool: String,
    /// What it is used on, in one short line: a command, a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// When the tool was named. Absent, like all its times, if the line gives no time and nobody was looking when it was
    /// written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<i64>,
    /// When its input was complete: it runs from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// It ended badly.
    #[serde(default, skip_serializing_if = "is_false")]
    pub failed: bool,
}

/// How far a use of a tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The model has named the tool and writes its input.
    Named,
    /// The input is complete; the tool runs, or waits for a permission.
    InputComplete,
    /// It says that it runs.
    Running,
    /// It has given its result.
    Ended,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Heartbeat {
    /// Whose: the id of a run's task or of an agent or orchestration.
    pub of: String,
    /// When.
    pub at: i64,
}

/// Tokens and cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Usage {
    /// Tokens read, those from a cache included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub input_tokens: u64,
    /// Tokens written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub output_tokens: u64,
    /// Cost in US dollars, where the source gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dollars: Option<f64>,
}

impl Usage {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Usage::default()
    }
}

/// Something in a monitoring file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unreadable {
    /// Where, in bytes from the file's beginning.
    pub at: u64,
    /// What is wrong, and what was still read.
    pub message: String,
}

/// A process that a monitoring file names, on the sidecar's own machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// When the process that has this id now was started; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
