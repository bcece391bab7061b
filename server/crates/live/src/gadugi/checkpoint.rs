//! `.github/workflow-checkpoints/<id>/<hash>.json`: a workflow's state as it was at a moment.

use serde_json::value::RawValue;
use tallymark_events::Monitored;

use super::TaskState;
use crate::{fields::Moment, object::Take};

#[derive(Debug, Default)]
pub(crate) struct Checkpoint {
    created: Moment,
    state: TaskState,
}

impl Take for Checkpoint {
    fn has_entries(&self, key: &str) -> bool {
        key == "state"
    }

    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        if key == "created_at" {
            self.created = serde_json::from_str(value.get())?;
        }
        Ok(())
    }

    fn entry(&mut self, _: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error> {
        name.map_or(Ok(()), |name| self.state.value(name, value))
    }
}

impl Checkpoint {
    pub(crate) fn finish(self, into: &mut Monitored) {
        self.state.finish(into);
        into.written = self.created.0.or(into.written);
    }
}
