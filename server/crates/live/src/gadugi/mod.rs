//! Gadugi's files: its orchestrator keeps a registry of processes, a list of heartbeats and a report for each
//! orchestration, its workflow manager a state for each task and checkpoints of it. All are written by Python in place,
//! without a lock or a second file, so that a shorter text can end in the longer one's tail; most times have no zone.

mod checkpoint;
mod heartbeats;
mod registry;
mod report;
mod task_state;

use serde::Deserialize;
use tallymark_events::{Heartbeat, Run, RunStatus, Usage};

pub(crate) use checkpoint::Checkpoint;
pub(crate) use heartbeats::Heartbeats;
pub(crate) use registry::Registry;
pub(crate) use report::Report;
pub(crate) use task_state::TaskState;

use crate::{
    fields::{Moment, Number, Text},
    words,
};

/// A process, as the registry, the heartbeats and the report have it; each leaves out what it does not know.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Process<'a> {
    #[serde(borrow)]
    task_id: Text<'a>,
    #[serde(borrow)]
    task_name: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    working_directory: Text<'a>,
    #[serde(borrow)]
    prompt_file: Text<'a>,
    pid: Number,
    created_at: Moment,
    started_at: Moment,
    completed_at: Moment,
    last_heartbeat: Moment,
    exit_code: Number,
    #[serde(borrow)]
    error_message: Text<'a>,
    runtime_seconds: Number,
}

impl Process<'_> {
    /// The run, and its sign of life. `name` is the key that it stands under; `now` when the file was written.
    fn run(&self, name: Option<&str>, now: Option<i64>) -> Option<(Run, Option<Heartbeat>)> {
        let task = self.task_id.get().or(name).filter(|task| !task.is_empty()).map(crate::fields::cut)?;
        let status = self.status.get().map_or(RunStatus::Unknown, words::run_status);
        // The report counts the seconds of a queued process from when it was asked for.
        let ran = self.runtime_seconds.0.map(|seconds| (seconds * 1000.0) as i64);
        let first = ran.and_then(|ran| now?.checked_sub(ran));
        let (asked, began) = if status == RunStatus::Queued { (first, None) } else { (None, first) };
        let heartbeat = self.last_heartbeat.0.map(|at| Heartbeat { of: task.clone(), at });
        let run = Run {
            task,
            name: self.task_name.kept(),
            prompt_file: self.prompt_file.kept(),
            status,
            word: self.status.kept(),
            agent: None,
            pid: self.pid.pid(),
            worktree: self.working_directory.kept(),
            branch: None,
            attempt: None,
            created: self.created_at.0.or(asked),
            started: self.started_at.0.or(began),
            ended: self.completed_at.0,
            exit: self.exit_code.whole(),
            error: self.error_message.kept(),
            usage: Usage::default(),
        };
        Some((run, heartbeat))
    }
}
