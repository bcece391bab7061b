//! `orchestration-<date>-<time>_status.json`: how an orchestration goes. Its breakdown counts the whole registry, runs of
//! earlier days too, so it tells nothing of how this one ended.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{Monitored, Orchestration, RunStatus};

use super::Process;
use crate::{
    fields::{Moment, Number, Text},
    object::{self, Take},
    runs::Runs,
};

#[derive(Debug, Default)]
pub(crate) struct Report {
    id: Option<String>,
    started: Moment,
    timestamp: Moment,
    total: Number,
    working: bool,
    runs: Runs,
}

/// How many processes there are of the kinds that have not ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Breakdown {
    running: Number,
    queued: Number,
}

impl Take for Report {
    fn has_entries(&self, key: &str) -> bool {
        key == "active_processes"
    }

    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        match key {
            "orchestration_id" => {
                let id: Text = serde_json::from_str(value.get())?;
                self.started = id.get().map(start).unwrap_or_default();
                self.id = id.kept();
            }
            "timestamp" => self.timestamp = serde_json::from_str(value.get())?,
            "total_processes" => self.total = serde_json::from_str(value.get())?,
            "status_breakdown" => {
                let breakdown: Breakdown = serde_json::from_str(value.get())?;
                self.working |= breakdown.running.count() + breakdown.queued.count() > 0;
            }
            _ => {}
        }
        Ok(())
    }

    fn entry(&mut self, _: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error> {
        let process: Process = object::of_entry(value)?;
        if let Some((run, heartbeat)) = process.run(name, self.timestamp.0) {
            self.working = true;
            self.runs.push(run, heartbeat);
        }
        Ok(())
    }
}

impl Report {
    pub(crate) fn finish(self, into: &mut Monitored) {
        into.written = self.timestamp.0;
        self.runs.finish(into);
        let Some(id) = self.id else { return };
        into.orchestrations.push(Orchestration {
            id,
            status: if self.working { RunStatus::Running } else { RunStatus::Unknown },
            word: None,
            plan: None,
            worktree: None,
            pid: None,
            started: self.started.0,
            ended: None,
            total: self.total.whole().and_then(|total| u64::try_from(total).ok()),
        });
    }
}

/// The time that an id has in it, `orchestration-20250807-190534`: the wall's, in no zone.
fn start(id: &str) -> Moment {
    let Some((date, time)) = id.strip_prefix("orchestration-").and_then(|stamp| stamp.split_once('-')) else {
        return Moment(None);
    };
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(date, 8) || !digits(time, 6) {
        return Moment(None);
    }
    let text = format!(
        "\"{}-{}-{}T{}:{}:{}\"",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    );
    serde_json::from_str(&text).unwrap_or_default()
}
