//! `.github/workflow-states/<id>/state.json`: how far a workflow is with its task.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{Heartbeat, Monitored, Run, RunStatus, Usage};

use crate::{
    fields::{Moment, Text},
    object::Take,
    words,
};

#[derive(Debug, Default)]
pub(crate) struct TaskState {
    task: Option<String>,
    prompt_file: Option<String>,
    status: Option<String>,
    branch: Option<String>,
    created: Moment,
    updated: Moment,
    error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorInfo<'a> {
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    error: Text<'a>,
}

impl Take for TaskState {
    fn has_entries(&self, _: &str) -> bool {
        false
    }

    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        let text = || serde_json::from_str::<Text<'_>>(value.get()).map(|text| text.kept());
        match key {
            "task_id" => self.task = text()?,
            "prompt_file" => self.prompt_file = text()?,
            "status" => self.status = text()?,
            "branch" => self.branch = text()?,
            "created_at" => self.created = serde_json::from_str(value.get())?,
            "updated_at" => self.updated = serde_json::from_str(value.get())?,
            "error_info" if value.get().starts_with('{') => {
                let info: ErrorInfo = serde_json::from_str(value.get())?;
                self.error = info.message.kept().or_else(|| info.error.kept());
            }
            _ => {}
        }
        Ok(())
    }

    fn entry(&mut self, _: &str, _: Option<&str>, _: &RawValue) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

impl TaskState {
    pub(crate) fn finish(self, into: &mut Monitored) {
        into.written = self.updated.0;
        let Some(task) = self.task else { return };
        if let Some(at) = self.updated.0 {
            into.heartbeats.push(Heartbeat { of: task.clone(), at });
        }
        into.runs.push(Run {
            task,
            name: None,
            prompt_file: self.prompt_file,
            status: self.status.as_deref().map_or(RunStatus::Unknown, words::run_status),
            word: self.status,
            agent: None,
            pid: None,
            worktree: None,
            branch: self.branch,
            attempt: None,
            created: self.created.0,
            started: None,
            ended: None,
            exit: None,
            error: self.error,
            usage: Usage::default(),
        });
    }
}
