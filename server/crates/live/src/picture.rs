//! All monitoring files as one picture, at one time.

use std::collections::HashMap;

use tallymark_events::{
    Activity, Agent, AgentState, Format, Monitored, Orchestration, Process, Run, RunStatus, Unreadable, Usage,
};

use crate::fold::{Attempts, attempts};
use crate::links::Links;
use crate::liveness::{Evidence, Seen, StreamSign, judge, open_tool, seen};
use crate::{Limits, Liveness, Standing, is_stream, scope};

/// All that monitoring files say, at one time: who is at work, on what, and whether they are alive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// The time that all is judged by, in milliseconds since 1970-01-01 UTC.
    pub now: i64,
    /// The orchestrations, in the order of the files.
    pub orchestrations: Vec<LiveOrchestration>,
    /// The last attempt at each task, in the order of the files.
    pub runs: Vec<LiveRun>,
    /// The agents, in the order of the files.
    pub agents: Vec<LiveAgent>,
    /// What could not be read.
    pub problems: Vec<FileProblem>,
}

/// A run of an orchestrator over a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveOrchestration {
    /// What its file says.
    pub orchestration: Orchestration,
    /// The file.
    pub path: String,
    /// The file's format.
    pub format: Format,
    /// The last sign of life.
    pub last_sign: Option<i64>,
    /// How it stands.
    pub standing: Standing,
}

/// The last attempt at a task, as all files together tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRun {
    /// What they say: the newest file first, and where it is silent, the older ones.
    pub run: Run,
    /// The file that was written last.
    pub path: String,
    /// Its format.
    pub format: Format,
    /// When that file was written.
    pub told: i64,
    /// How many attempts there were, this one included.
    pub attempts: u32,
    /// The orchestration it belongs to: the only one of its file, else the only one of its folder.
    pub orchestration: Option<usize>,
    /// Who works on it: indices into [`Live::agents`].
    pub agents: Vec<usize>,
    /// The last sign of life.
    pub last_sign: Option<i64>,
    /// How it stands.
    pub standing: Standing,
}

/// Somebody who works.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveAgent {
    /// What the file says.
    pub agent: Agent,
    /// The file.
    pub path: String,
    /// The file's format.
    pub format: Format,
    /// The uses of tools, in the order they were begun.
    pub activities: Vec<Activity>,
    /// What it works on: indices into [`Live::runs`].
    pub runs: Vec<usize>,
    /// The last sign of life.
    pub last_sign: Option<i64>,
    /// How it stands.
    pub standing: Standing,
}

/// A monitoring file that could not be read, in whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub path: String,
    /// What is wrong, and what was still read.
    pub problem: Unreadable,
}

impl LiveAgent {
    /// The use of a tool that it is at: the last that has not ended.
    #[must_use]
    pub fn activity(&self) -> Option<&Activity> {
        open_tool(&self.activities)
    }

    /// What to call it: its name, else its id.
    #[must_use]
    pub fn name(&self) -> &str {
        self.agent.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.agent.id)
    }
}

impl LiveRun {
    /// What is known of its cost: what the run's own files say, else what its agents' do.
    #[must_use]
    pub fn usage(&self, live: &Live) -> Usage {
        if !self.run.usage.is_nothing() {
            return self.run.usage;
        }
        total(self.agents.iter().map(|&agent| live.agents[agent].agent.usage))
    }
}

/// The sum of tokens and cost. A cost is known if one of them is.
#[must_use]
pub fn total(usages: impl IntoIterator<Item = Usage>) -> Usage {
    usages.into_iter().fold(Usage::default(), |sum, usage| Usage {
        input_tokens: sum.input_tokens.saturating_add(usage.input_tokens),
        output_tokens: sum.output_tokens.saturating_add(usage.output_tokens),
        dollars: match (sum.dollars, usage.dollars) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        },
    })
}

impl Live {
    /// The picture that `files` make at `now`. `processes` are those of the machine called `host`: of a process of another
    /// machine nothing is known.
    #[must_use]
    pub fn new<'a>(
        files: impl IntoIterator<Item = &'a Monitored>,
        processes: &[Process],
        host: &str,
        now: i64,
        limits: &Limits,
    ) -> Live {
        let files: Vec<&Monitored> = files.into_iter().collect();
        let judging = Judging {
            now,
            limits,
            host,
            processes: processes.iter().map(|process| (process.pid, process.started)).collect(),
            beats: beats(&files, now),
        };
        let mut live = Live { now, ..Live::default() };
        for file in &files {
            let problems = file.problems.iter().cloned();
            live.problems.extend(problems.map(|problem| FileProblem { path: file.path.clone(), problem }));
            live.orchestrations.extend(
                file.orchestrations.iter().map(|orchestration| judging.orchestration(file, orchestration)),
            );
            live.agents.extend(judging.agents(file));
        }
        let attempts = attempts(&files);
        let links = Links::new(&live, &attempts);
        live.runs = attempts
            .into_iter()
            .enumerate()
            .map(|(at, attempts)| judging.run(&live.agents, attempts, &links, at))
            .collect();
        for (at, run) in live.runs.iter().enumerate() {
            for &agent in &run.agents {
                live.agents[agent].runs.push(at);
            }
        }
        live
    }

    /// Whether nothing is known of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orchestrations.is_empty() && self.runs.is_empty() && self.agents.is_empty()
    }
}

/// The last heartbeats: by the folder of the project, and whose they are.
type Beats<'a> = HashMap<(&'a str, &'a str), (i64, Format)>;

fn beats<'a>(files: &[&'a Monitored], now: i64) -> Beats<'a> {
    let mut beats = Beats::new();
    for file in files {
        for beat in file.heartbeats.iter().filter(|beat| is_possible(beat.at, now)) {
            let last = beats.entry((scope(&file.path), &beat.of)).or_insert((i64::MIN, file.format));
            *last = (*last).max((beat.at, file.format));
        }
    }
    beats
}

/// Clocks of two machines are no further apart than this.
const SKEW: i64 = 5 * 60_000;

/// Whether a time is not in the future. A heartbeat of the year 9999 is a mistake, and must keep nobody alive for ever.
fn is_possible(time: i64, now: i64) -> bool {
    time <= now.saturating_add(SKEW)
}

/// What judging is done with.
struct Judging<'a> {
    now: i64,
    limits: &'a Limits,
    host: &'a str,
    processes: HashMap<u32, Option<i64>>,
    beats: Beats<'a>,
}

impl Judging<'_> {
    fn beat(&self, path: &str, of: &str) -> Option<(i64, Format)> {
        self.beats.get(&(scope(path), of)).copied()
    }

    /// What the machine says of a process, if it is one of its own.
    fn process(&self, pid: Option<u32>, host: Option<&str>, evidence: &Evidence<'_>) -> Option<Seen> {
        let pid = pid?;
        if host.is_some_and(|host| !host.eq_ignore_ascii_case(self.host)) {
            return None;
        }
        let told = evidence.told.map(|(told, _)| told);
        Some(seen(pid, *self.processes.get(&pid)?, evidence.started, evidence.last_sign().or(told)))
    }

    fn orchestration(&self, file: &Monitored, orchestration: &Orchestration) -> LiveOrchestration {
        let told = file.written.unwrap_or(file.modified);
        let mut evidence = Evidence {
            started: orchestration.started,
            told: Some((told, Some(file.format))),
            beat: self.beat(&file.path, &orchestration.id),
            ..Evidence::default()
        };
        evidence.process = self.process(orchestration.pid, None, &evidence);
        let standing = match ended(orchestration.status) {
            Some(word) => over(word, orchestration.ended.unwrap_or(told)),
            None => judge(&evidence, self.limits, self.now),
        };
        LiveOrchestration {
            orchestration: orchestration.clone(),
            path: file.path.clone(),
            format: file.format,
            last_sign: evidence.last_sign(),
            standing,
        }
    }

    /// The agents of a file, each with its activities.
    fn agents(&self, file: &Monitored) -> Vec<LiveAgent> {
        let mut activities: HashMap<&str, Vec<Activity>> = HashMap::new();
        for activity in &file.activities {
            activities.entry(&activity.agent).or_default().push(activity.clone());
        }
        let agents = file.agents.iter().map(|agent| {
            let activities = activities.remove(agent.id.as_str()).unwrap_or_default();
            let (last_sign, standing) = self.agent(file, agent, &activities);
            LiveAgent {
                agent: agent.clone(),
                path: file.path.clone(),
                format: file.format,
                activities,
                runs: Vec::new(),
                last_sign,
                standing,
            }
        });
        agents.collect()
    }

    fn agent(&self, file: &Monitored, agent: &Agent, activities: &[Activity]) -> (Option<i64>, Standing) {
        let told = file.written.unwrap_or(file.modified);
        let own = self.beat(&file.path, &agent.id);
        let last_seen = agent.last_seen.filter(|&at| is_possible(at, self.now));
        let mut evidence =
            Evidence { started: agent.started, told: Some((told, Some(file.format))), ..Evidence::default() };
        if is_stream(file.format) {
            evidence.beat = own;
            evidence.stream = Some(StreamSign {
                last: last_seen.unwrap_or(file.modified),
                waits_for: agent.waits_for,
                waits_since: agent.waits_since,
                tool: open_tool(activities),
            });
        } else {
            evidence.beat = own.max(last_seen.map(|at| (at, file.format)));
        }
        evidence.process = self.process(agent.pid, agent.host.as_deref(), &evidence);
        let last = evidence.last_sign();
        let since = last.unwrap_or(told);
        let standing = match agent.state {
            AgentState::Offline => over("offline", since),
            AgentState::Idle => idle("it has nothing to do", since),
            AgentState::Error => idle("it met an error", since),
            AgentState::Working | AgentState::Unknown => judge(&evidence, self.limits, self.now),
        };
        (last, standing)
    }

    fn run(&self, agents: &[LiveAgent], attempts: Attempts<'_>, links: &Links, at: usize) -> LiveRun {
        let Attempts { run, file, told, count } = attempts;
        let own = links.agents_of(at);
        let mut evidence = Evidence {
            started: run.started,
            told: Some((told, Some(file.format))),
            beat: self.beat(&file.path, &run.task),
            ..Evidence::default()
        };
        let (mut pid, mut host) = (run.pid, None);
        for agent in own.iter().map(|&agent| &agents[agent]) {
            pid = pid.or(agent.agent.pid);
            host = host.or(agent.agent.host.as_deref());
            let Some(last) = agent.last_sign else { continue };
            if is_stream(agent.format) {
                // Of several who work on it, the one that was heard of last speaks for all.
                if evidence.stream.is_none_or(|stream| stream.last < last) {
                    evidence.stream = Some(StreamSign {
                        last,
                        waits_for: agent.agent.waits_for,
                        waits_since: agent.agent.waits_since,
                        tool: agent.activity(),
                    });
                }
            } else {
                evidence.beat = evidence.beat.max(Some((last, agent.format)));
            }
        }
        evidence.process = self.process(pid, host, &evidence);
        let standing = match (ended(run.status), run.status) {
            (Some(word), _) => over(word, run.ended.unwrap_or(told)),
            (None, RunStatus::Queued) => idle("it has not begun", run.created.unwrap_or(told)),
            (None, _) => judge(&evidence, self.limits, self.now),
        };
        LiveRun {
            path: file.path.clone(),
            format: file.format,
            told,
            attempts: count,
            orchestration: links.orchestration_of(at),
            agents: own.to_vec(),
            last_sign: evidence.last_sign(),
            standing,
            run,
        }
    }
}

/// The word for a status that nothing comes after.
fn ended(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Completed => Some("completed"),
        RunStatus::Failed => Some("failed"),
        RunStatus::TimedOut => Some("timed out"),
        RunStatus::Cancelled => Some("cancelled"),
        RunStatus::Queued | RunStatus::Running | RunStatus::Unknown => None,
    }
}

fn over(word: &str, since: i64) -> Standing {
    Standing { liveness: Liveness::Ended, since, why: format!("it says that it is {word}") }
}

fn idle(why: &str, since: i64) -> Standing {
    Standing { liveness: Liveness::Idle, since, why: why.to_owned() }
}
