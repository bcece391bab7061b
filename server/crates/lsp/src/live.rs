//! What the sidecar has told of monitoring files, and what it makes at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use tallymark_events::{Monitored, Process};
use tallymark_live::{Limits, Live};

/// The sidecar has told something of monitoring files.
#[derive(Clone, Debug)]
pub(crate) enum LiveChange {
    /// Everything: what was told before counts no more.
    Everything {
        /// The machine's name.
        host: String,
        /// The files.
        files: Vec<Monitored>,
        /// The processes that they name.
        processes: Vec<Process>,
    },
    /// A file says something else, or is there for the first time.
    File(Box<Monitored>),
    /// A file is no longer there.
    Gone(String),
    /// A process has come, gone, or is another.
    Process(Process),
    /// The sidecar cannot be had: what it told gets older, and nobody corrects it.
    Lost,
}

/// The monitoring files as they are.
#[derive(Debug, Default)]
pub(crate) struct LiveFiles {
    host: String,
    files: BTreeMap<String, Monitored>,
    processes: BTreeMap<u32, Process>,
    /// The picture that they made last, and within which limits.
    picture: Option<(Arc<Live>, Limits)>,
    /// How many plans the workspace has, if somebody counted them.
    plans: Option<usize>,
}

impl LiveFiles {
    /// Takes a change. Gives whether anything is different now.
    pub(crate) fn apply(&mut self, change: LiveChange) -> bool {
        let changed = match change {
            LiveChange::Everything { host, files, processes } => {
                let files: BTreeMap<_, _> = files.into_iter().map(|file| (file.path.clone(), file)).collect();
                let processes: BTreeMap<_, _> =
                    processes.into_iter().map(|process| (process.pid, process)).collect();
                // Without a file nothing is asked of the machine.
                let elsewhere = processes != self.processes || host != self.host;
                let changed = files != self.files || (elsewhere && !files.is_empty());
                (self.host, self.files, self.processes) = (host, files, processes);
                changed
            }
            LiveChange::File(file) => match self.files.get(&file.path) {
                Some(known) if *known == *file => false,
                _ => {
                    self.files.insert(file.path.clone(), *file);
                    true
                }
            },
            LiveChange::Gone(path) => self.files.remove(&path).is_some(),
            LiveChange::Process(process) => {
                let same = self.processes.get(&process.pid) == Some(&process);
                self.processes.insert(process.pid, process);
                !same
            }
            LiveChange::Lost => {
                self.processes.clear();
                !std::mem::take(&mut self.files).is_empty()
            }
        };
        if changed {
            self.picture = None;
        }
        changed
    }

    /// Whether nobody tells of anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Takes how many plans the workspace has. Gives whether that is something new.
    pub(crate) fn count_plans(&mut self, plans: usize) -> bool {
        self.plans.replace(plans) != Some(plans)
    }

    /// Whether the workspace is known to have no second plan: what names none is about that one. A file that was opened
    /// without a folder is not counted.
    pub(crate) fn has_one_plan(&self) -> bool {
        self.plans.is_some_and(|plans| plans <= 1)
    }

    /// The picture at a time, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn at(&mut self, now: i64, limits: &Limits) -> Arc<Live> {
        match &self.picture {
            Some((picture, within)) if picture.now == now && within == limits => Arc::clone(picture),
            _ => {
                let processes: Vec<Process> = self.processes.values().cloned().collect();
                let live = Arc::new(Live::new(self.files.values(), &processes, &self.host, now, limits));
                self.picture = Some((Arc::clone(&live), *limits));
                live
            }
        }
    }
}
