//! What the lines have told so far: the plans, the monitoring files, the processes.

use std::collections::BTreeMap;

use tallymark_events::{Event, Monitored, PlanState, Process, VERSION};

/// So many problems are kept; older ones are forgotten.
const PROBLEMS: usize = 20;

/// All that was told.
#[derive(Debug, Default)]
pub struct Picture {
    /// The plans, by path.
    pub plans: BTreeMap<String, PlanState>,
    /// The monitoring files, by path.
    pub monitoring: BTreeMap<String, Monitored>,
    /// The processes that they name, by id.
    pub processes: BTreeMap<u32, Process>,
    /// The machine that they are on.
    pub host: String,
    /// What cannot be watched or read, the newest last.
    pub problems: Vec<String>,
    /// The first snapshot has come.
    pub complete: bool,
    /// Why no more lines come.
    pub ended: Option<String>,
    /// How far the clock over there is ahead of ours, in milliseconds.
    ahead: i64,
}

impl Picture {
    /// Takes a line. `now`: our clock, in milliseconds since 1970-01-01 UTC.
    pub fn take(&mut self, event: Event, now: i64) {
        match event {
            Event::Hello { version, .. } if version > VERSION => {
                self.ended =
                    Some(format!("the lines are of version {version}, and this program knows {VERSION}"));
            }
            Event::Hello { host, .. } => self.host = host,
            Event::Changed { .. } => {}
            Event::Snapshot { monitoring, processes, plans, .. } => {
                self.plans = plans.into_iter().map(|plan| (plan.path.clone(), plan)).collect();
                self.monitoring = monitoring.into_iter().map(|file| (file.path.clone(), file)).collect();
                self.processes = processes.into_iter().map(|process| (process.pid, process)).collect();
                self.complete = true;
            }
            Event::Monitored { file } => {
                self.monitoring.insert(file.path.clone(), *file);
            }
            Event::Gone { path } => {
                self.monitoring.remove(&path);
                self.plans.remove(&path);
            }
            Event::Process { process } => {
                self.processes.insert(process.pid, process);
            }
            Event::Plan { plan } => {
                self.plans.insert(plan.path.clone(), *plan);
            }
            Event::Problem { path, message } => {
                let place = path.map_or_else(String::new, |path| format!("{path}: "));
                self.note(place + &message);
            }
            Event::Tick { now: there } => self.ahead = there - now,
            Event::Bye { reason } => self.ended = Some(format!("the watcher ended: {reason}")),
        }
    }

    /// Something that a person should know.
    pub fn note(&mut self, problem: String) {
        self.problems.push(problem);
        let surplus = self.problems.len().saturating_sub(PROBLEMS);
        self.problems.drain(..surplus);
    }

    /// The time over there, when it is `now` here.
    pub fn time(&self, now: i64) -> i64 {
        now.saturating_add(self.ahead)
    }
}
