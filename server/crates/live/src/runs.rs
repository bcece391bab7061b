//! The runs of a file, the latest thousand, with their signs of life.

use tallymark_events::{Heartbeat, Monitored, Run};

use crate::{keep::Keep, words};

/// How many runs, and how many agents, of a file are kept.
pub(crate) const MOST: usize = 1_000;

/// Those that have not ended first, then by the last that is known of them.
type Rank = (bool, Option<i64>);

/// The runs of a file.
#[derive(Debug)]
pub(crate) struct Runs(Keep<(Run, Option<Heartbeat>), Rank>);

impl Default for Runs {
    fn default() -> Self {
        Self(Keep::new(MOST))
    }
}

impl Runs {
    pub(crate) fn push(&mut self, run: Run, heartbeat: Option<Heartbeat>) {
        let last = run.ended.max(run.started).max(run.created).max(heartbeat.as_ref().map(|beat| beat.at));
        self.0.push((words::is_open(run.status), last), (run, heartbeat));
    }

    pub(crate) fn finish(self, into: &mut Monitored) {
        let (runs, left_out) = self.0.finish();
        into.left_out += left_out;
        for (run, heartbeat) in runs {
            into.runs.push(run);
            into.heartbeats.extend(heartbeat);
        }
    }
}
