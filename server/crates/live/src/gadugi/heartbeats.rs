//! `heartbeats.json`: the processes that are running, every 30 seconds.

use serde_json::value::RawValue;
use tallymark_events::Monitored;

use super::Process;
use crate::{
    fields::Moment,
    object::{self, Take},
    runs::Runs,
};

#[derive(Debug, Default)]
pub(crate) struct Heartbeats {
    timestamp: Moment,
    runs: Runs,
}

impl Take for Heartbeats {
    fn has_entries(&self, key: &str) -> bool {
        key == "active_processes"
    }

    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        if key == "timestamp" {
            self.timestamp = serde_json::from_str(value.get())?;
        }
        Ok(())
    }

    fn entry(&mut self, _: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error> {
        let process: Process = object::of_entry(value)?;
        if let Some((run, heartbeat)) = process.run(name, None) {
            self.runs.push(run, heartbeat);
        }
        Ok(())
    }
}

impl Heartbeats {
    pub(crate) fn finish(self, into: &mut Monitored) {
        into.written = self.timestamp.0;
        self.runs.finish(into);
    }
}
