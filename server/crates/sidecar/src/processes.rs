//! The processes that monitoring files name: whether they are there, and since when.

use std::collections::{BTreeMap, BTreeSet};

use tallymark_events::{AgentState, Monitored, Process, RunStatus};

/// More processes are not looked at.
const PROCESSES: usize = 1_000;

/// The processes, and what was said about them.
#[derive(Debug)]
pub(crate) struct Processes {
    host: String,
    clock: Clock,
    told: BTreeMap<u32, Option<i64>>,
}

impl Processes {
    /// None are known yet. `host` is this machine's name.
    pub(crate) fn new(host: &str) -> Processes {
        Processes { host: host.to_owned(), clock: Clock::new(), told: BTreeMap::new() }
    }

    /// Looks at those that this file names too from now on. Gives what is new.
    pub(crate) fn add(&mut self, file: &Monitored) -> Vec<Process> {
        let mut pids = BTreeSet::new();
        named(file, &self.host, &mut pids);
        let mut new = Vec::new();
        for pid in pids {
            if self.told.len() < PROCESSES && !self.told.contains_key(&pid) {
                let started = self.clock.started(pid);
                self.told.insert(pid, started);
                new.push(Process { pid, started });
            }
        }
        new
    }

    /// Forgets those that none of these files names.
    pub(crate) fn keep<'file>(&mut self, files: impl Iterator<Item = &'file Monitored>) {
        if self.told.is_empty() {
            return;
        }
        let mut pids = BTreeSet::new();
        for file in files {
            named(file, &self.host, &mut pids);
        }
        self.told.retain(|pid, _| pids.contains(pid));
    }

    /// Looks at all. Gives those that have come, gone, or are others.
    pub(crate) fn look(&mut self) -> Vec<Process> {
        let mut news = Vec::new();
        for (&pid, told) in &mut self.told {
            let started = self.clock.started(pid);
            if started != *told {
                *told = started;
                news.push(Process { pid, started });
            }
        }
        news
    }

    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// All, as they were told.
    pub(crate) fn all(&self) -> Vec<Process> {
        self.told.iter().map(|(&pid, &started)| Process { pid, started }).collect()
    }
}

/// The processes of this machine, called `host`, that `files` say are at work, as they are now: for those who look once.
#[must_use]
pub fn processes(files: &[Monitored], host: &str) -> Vec<Process> {
    let mut processes = Processes::new(host);
    for file in files {
        processes.add(file);
    }
    processes.all()
}

/// The processes of this machine that a file says are at work: of those that have ended nobody asks.
fn named(file: &Monitored, host: &str, pids: &mut BTreeSet<u32>) {
    let is_open = |status| matches!(status, RunStatus::Queued | RunStatus::Running | RunStatus::Unknown);
    for orchestration in &file.orchestrations {
        pids.extend(orchestration.pid.filter(|_| is_open(orchestration.status)));
    }
    let is_elsewhere =
        |other: &Option<String>| other.as_deref().is_some_and(|other| !other.eq_ignore_ascii_case(host));
    for agent in &file.agents {
        pids.extend(agent.pid.filter(|_| agent.state != AgentState::Offline && !is_elsewhere(&agent.host)));
    }
    if file.runs.iter().any(|run| run.pid.is_some()) {
        let elsewhere: BTreeSet<&str> = file
            .agents
            .iter()
            .filter(|agent| is_elsewhere(&agent.host))
            .map(|agent| agent.id.as_str())
            .collect();
        for run in &file.runs {
            let runs_here = !run.agent.as_deref().is_some_and(|agent| elsewhere.contains(agent));
            pids.extend(run.pid.filter(|_| is_open(run.status) && runs_here));
        }
    }
}

/// Tells when a process was started.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Clock {
    /// When the machine was, in milliseconds since 1970-01-01 UTC. Asked for once: it moves whenever the clock is set, and
    /// no process is another for that.
    machine_started: Option<i64>,
    ticks_per_second: i64,
}

#[cfg(target_os = "linux")]
impl Clock {
    fn new() -> Clock {
        let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let seconds = stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<i64>().ok());
        let ticks_per_second = i64::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100).max(1);
        Clock { machine_started: seconds.map(|seconds| seconds * 1000), ticks_per_second }
    }

    /// When the process with this id was started, in milliseconds since 1970-01-01 UTC; `None` if there is none, or only a
    /// dead one whose parent has not asked for it.
    fn started(&mut self, pid: u32) -> Option<i64> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the program's name in brackets, and can hold blanks and brackets.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        if matches!(fields.next()?, "Z" | "X" | "x") {
            return None;
        }
        // Field 22, in clock ticks since the machine was started (proc_pid_stat(5)).
        let ticks: i64 = fields.nth(18)?.parse().ok()?;
        Some(self.machine_started? + ticks.saturating_mul(1000) / self.ticks_per_second)
    }
}

/// Tells when a process was started.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Clock {
    system: sysinfo::System,
}

#[cfg(not(target_os = "linux"))]
impl Clock {
    fn new() -> Clock {
        Clock { system: sysinfo::System::new() }
    }

    /// When the process with this id was started, in milliseconds since 1970-01-01 UTC, to the second; `None` if there is
    /// none.
    fn started(&mut self, pid: u32) -> Option<i64> {
        use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate};
        let pid = Pid::from_u32(pid);
        let wanted = [pid];
        self.system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&wanted),
            true,
            ProcessRefreshKind::nothing(),
        );
        let process = self.system.process(pid)?;
        let is_dead = matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
        (!is_dead).then(|| i64::try_from(process.start_time()).unwrap_or_default() * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_there_until_it_has_ended() {
        let mut clock = Clock::new();
        let now = crate::monitoring::milliseconds(std::time::SystemTime::now());
        let started = clock.started(std::process::id()).expect("we are there");
        assert!((now - 3_600_000..=now + 2_000).contains(&started), "{started} is not shortly before {now}");
        assert_eq!(clock.started(std::process::id()), Some(started));
        assert_eq!(clock.started(u32::MAX - 1), None);
    }
}
