//! dev_workflow's `.claude/orchestrator-registry.json`: one entry for each orchestrator that runs over a plan.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{Heartbeat, Monitored, Orchestration, RunStatus};

use crate::{
    fields::{Moment, Number, Text},
    keep::Keep,
    object::{self, Take},
    runs::MOST,
    words,
};

#[derive(Debug)]
pub(crate) struct DevWorkflow {
    instances: Keep<(Orchestration, Option<Heartbeat>), (bool, Option<i64>)>,
}

impl Default for DevWorkflow {
    fn default() -> Self {
        Self { instances: Keep::new(MOST) }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Instance<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    pid: Number,
    #[serde(borrow)]
    plan_path: Text<'a>,
    #[serde(borrow)]
    worktree_path: Text<'a>,
    started_at: Moment,
    last_heartbeat: Moment,
    #[serde(borrow)]
    status: Text<'a>,
}

impl Take for DevWorkflow {
    fn has_entries(&self, key: &str) -> bool {
        key == "instances"
    }

    fn value(&mut self, _: &str, _: &RawValue) -> Result<(), serde_json::Error> {
        Ok(())
    }

    fn entry(&mut self, _: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error> {
        let instance: Instance = object::of_entry(value)?;
        let Some(id) = instance.id.get().or(name).map(crate::fields::cut) else { return Ok(()) };
        let heartbeat = instance.last_heartbeat.0.map(|at| Heartbeat { of: id.clone(), at });
        let status = instance.status.get().map_or(RunStatus::Unknown, words::run_status);
        let rank = (words::is_open(status), instance.last_heartbeat.0.max(instance.started_at.0));
        let orchestration = Orchestration {
            id,
            status,
            word: instance.status.kept(),
            plan: instance.plan_path.kept(),
            worktree: instance.worktree_path.kept(),
            pid: instance.pid.pid(),
            started: instance.started_at.0,
            ended: None,
            total: None,
        };
        self.instances.push(rank, (orchestration, heartbeat));
        Ok(())
    }
}

impl DevWorkflow {
    pub(crate) fn finish(self, into: &mut Monitored) {
        let (instances, left_out) = self.instances.finish();
        into.left_out += left_out;
        for (orchestration, heartbeat) in instances {
            into.orchestrations.push(orchestration);
            into.heartbeats.extend(heartbeat);
        }
    }
}
