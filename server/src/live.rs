//! Who is at work in a workspace, looked at once.

use std::sync::Arc;

use tallymark_live::Live;
use tallymark_workspace::{LiveFacts, ReadError, has_only_one_plan, monitoring_places, read_monitoring};

use crate::session::{Session, Workspace};

/// Who is at work, and what of it could not be read.
pub struct Looked {
    /// What rules know of it.
    pub facts: LiveFacts,
    /// Monitoring files that cannot be read at all.
    pub unreadable: Vec<ReadError>,
}

/// Reads the monitoring files of a workspace, and looks whether the processes that they name are there.
pub fn look(session: &Session, workspace: &Workspace) -> Looked {
    let Workspace { root, settings, .. } = workspace;
    let read = read_monitoring(&monitoring_places(root, settings));
    let host = tallymark_status::host();
    let processes = tallymark_sidecar::processes(&read.files, host);
    let live = Live::new(&read.files, &processes, host, session.now, &settings.live_limits());
    let facts = LiveFacts { live: Arc::new(live), only_plan: has_only_one_plan(root, settings) };
    Looked { facts, unreadable: read.unreadable }
}
