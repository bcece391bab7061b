//! `process_registry.json`, and `orchestration-<date>-<time>_final.json`, which is a registry of the same shape.

use serde_json::value::RawValue;
use tallymark_events::Monitored;

use super::Process;
use crate::{
    fields::Moment,
    object::{self, Take},
    runs::Runs,
};

#[derive(Debug, Default)]
pub(crate) struct Registry {
    timestamp: Moment,
    runs: Runs,
}

impl Take for Registry {
    fn has_entries(&self, key: &str) -> bool {
        key == "processes"
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

impl Registry {
    pub(crate) fn finish(self, into: &mut Monitored) {
        into.written = self.timestamp.0;
        self.runs.finish(into);
    }
}
