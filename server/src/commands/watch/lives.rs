//! The agents as rows: what the monitoring files say, judged at a time.

use std::cmp::Reverse;

use tallymark_events::{Activity, AgentState, TaskState};
use tallymark_live::{Live, LiveAgent, LiveRun, Liveness, Standing};

use super::draw::Moment;
use super::rows::{ActivityRow, AgentRow, Doing};
use super::view::View;

/// So many activities are kept, the newest.
const ACTIVITIES: usize = 50;

/// Who ended is shown for so long: a minute.
const ENDED_SHOWN: i64 = 60_000;

/// The agents, judged.
#[derive(Debug, Default)]
pub struct Lives {
    /// The agents: who waits for a person first, then who works, then the others.
    pub agents: Vec<AgentRow>,
    /// What they did last, the newest first.
    pub activities: Vec<ActivityRow>,
    /// What is wrong.
    pub alerts: Vec<String>,
}

impl Lives {
    /// Judges what was told. `now`: where the plans are, in milliseconds since 1970-01-01 UTC.
    pub fn of(view: &View, now: i64) -> Lives {
        let picture = &view.picture;
        let processes: Vec<_> = picture.processes.values().cloned().collect();
        let live = Live::new(picture.monitoring.values(), &processes, &picture.host, now, &view.limits);
        let tasks = view.plan().map(|plan| plan.tasks.as_slice()).unwrap_or_default();
        let mut lives = Lives { alerts: picture.problems.clone(), ..Lives::default() };
        for agent in live.agents.iter().filter(|agent| is_of_interest(&agent.standing, now)) {
            let run = agent.runs.iter().map(|&run| &live.runs[run]).next_back();
            lives.agents.push(row_of_agent(agent, run, tasks));
        }
        // A registry may tell of runs and of no agents.
        for run in live.runs.iter().filter(|run| run.agents.is_empty() && is_of_interest(&run.standing, now))
        {
            lives.agents.push(row_of_run(run, tasks));
        }
        lives.agents.sort_by_key(|agent| (agent.doing, Reverse(agent.since)));
        for agent in &lives.agents {
            if matches!(agent.doing, Doing::WaitsForPerson | Doing::Silent | Doing::Gone | Doing::Error) {
                let of = agent.task.as_deref().map(|task| format!(" ({task})")).unwrap_or_default();
                lives.alerts.push(format!("{}{of}: {}, {}", agent.name, agent.words, agent.why));
            }
        }
        let problems =
            live.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.problem.message));
        lives.alerts.extend(problems);
        for agent in &live.agents {
            let name = agent.name();
            lives
                .activities
                .extend(agent.activities.iter().map(|activity| row_of_activity(activity, name, now)));
        }
        lives.activities.sort_by_key(|activity| (activity.ended, Reverse(activity.at)));
        lives.activities.truncate(ACTIVITIES);
        lives
    }

    /// The keys of the tasks that an agent works on.
    pub fn tasks(&self) -> Vec<String> {
        let works = |agent: &&AgentRow| !matches!(agent.doing, Doing::Idle | Doing::Gone);
        self.agents.iter().filter(works).filter_map(|agent| agent.task.clone()).collect()
    }

    /// Whether something turns.
    pub fn turns(&self) -> bool {
        self.agents.iter().any(|agent| agent.doing == Doing::Works)
            || self.activities.first().is_some_and(|activity| !activity.ended)
    }

    /// What is drawn of it.
    pub fn moment(&self, now: i64, frame: usize, colour: bool) -> Moment<'_> {
        Moment {
            now,
            frame,
            colour,
            agents: &self.agents,
            activities: &self.activities,
            alerts: &self.alerts,
        }
    }
}

fn is_of_interest(standing: &Standing, now: i64) -> bool {
    standing.liveness != Liveness::Ended || now - standing.since < ENDED_SHOWN
}

fn row_of_agent(agent: &LiveAgent, run: Option<&LiveRun>, tasks: &[TaskState]) -> AgentRow {
    let tool = agent.activity().filter(|_| agent.standing.liveness.runs());
    let words = match (agent.standing.liveness, tool) {
        (Liveness::Working | Liveness::WaitingForTool, Some(tool)) => described(tool),
        (liveness, _) => liveness.word().to_owned(),
    };
    let since = tool.and_then(|tool| tool.started.or(tool.named)).unwrap_or(agent.standing.since);
    let named = run.map(|run| run.run.task.as_str()).or(agent.agent.task.as_deref());
    AgentRow {
        name: agent.name().to_owned(),
        doing: match (agent.agent.state, agent.standing.liveness.runs()) {
            (AgentState::Error, false) => Doing::Error,
            _ => doing(agent.standing.liveness, tool.is_some()),
        },
        words,
        since: Some(since),
        heard: agent.last_sign,
        task: named.map(|named| key(tasks, named, run.and_then(|run| run.run.name.as_deref()))),
        why: agent.standing.why.clone(),
    }
}

fn row_of_run(run: &LiveRun, tasks: &[TaskState]) -> AgentRow {
    AgentRow {
        name: run.run.agent.clone().unwrap_or_else(|| run.run.task.clone()),
        doing: doing(run.standing.liveness, false),
        words: run.standing.liveness.word().to_owned(),
        since: Some(run.standing.since),
        heard: run.last_sign,
        task: Some(key(tasks, &run.run.task, run.run.name.as_deref())),
        why: run.standing.why.clone(),
    }
}

fn row_of_activity(activity: &Activity, agent: &str, now: i64) -> ActivityRow {
    let started = activity.started.or(activity.named);
    let until = activity.ended.unwrap_or(now);
    ActivityRow {
        at: started,
        agent: agent.to_owned(),
        what: described(activity),
        took: started.map(|started| until - started),
        ended: activity.stage == tallymark_events::Stage::Ended,
        failed: activity.failed,
    }
}

fn described(activity: &Activity) -> String {
    match &activity.detail {
        Some(detail) => format!("{} {detail}", activity.tool),
        None => activity.tool.clone(),
    }
}

/// A tool that runs is work; only an agent that waits for something else turns no sign.
fn doing(liveness: Liveness, tool: bool) -> Doing {
    match liveness {
        Liveness::Working => Doing::Works,
        Liveness::WaitingForTool if tool => Doing::Works,
        Liveness::WaitingForTool | Liveness::WaitingForModel => Doing::Waits,
        Liveness::WaitingForPerson => Doing::WaitsForPerson,
        Liveness::Idle | Liveness::Ended => Doing::Idle,
        Liveness::Silent => Doing::Silent,
        Liveness::Gone => Doing::Gone,
    }
}

/// The key of the plan's task that a monitoring file means by an id or a name; what it says itself, if that is none or not
/// the only one.
fn key(tasks: &[TaskState], named: &str, title: Option<&str>) -> String {
    let only = |fits: &dyn Fn(&TaskState) -> bool| {
        let mut found = tasks.iter().filter(|task| fits(task));
        found.next().filter(|_| found.next().is_none())
    };
    let by_key = only(&|task| task.key == named);
    let by_id = || only(&|task| task.id.as_deref() == Some(named));
    let by_title = || only(&|task| Some(task.title.as_str()) == title || task.title == named);
    by_key.or_else(by_id).or_else(by_title).map_or_else(|| named.to_owned(), |task| task.key.clone())
}
