//! `tallymark/activity`: who works on an open plan, at what, and what they did last.

use serde::Serialize;
use tallymark_events::{Activity, RunStatus, Stage, Usage};
use tallymark_live::{LiveAgent, Standing};
use tallymark_sync::LiveTasks;
use tower_lsp::ls_types::{Position, Uri};

use super::Subject;
use crate::convert::position;

/// So many uses of tools are told of each task.
const LISTED: usize = 50;

/// Who works on a plan. Texts are as agents wrote them: whoever shows them escapes them.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    uri: Uri,
    /// Whether a monitoring file was found; not where the settings want none looked at, nor for a plan that is not open.
    watched: bool,
    /// The tasks of which something is known, in the order of the plan.
    tasks: Vec<Task>,
    /// When all was judged, in milliseconds since 1970-01-01 UTC.
    now: i64,
}

/// What is known of a task.
#[derive(Debug, Serialize)]
struct Task {
    key: String,
    id: Option<String>,
    title: String,
    position: Position,
    /// Whether somebody works on it now.
    running: bool,
    standing: Option<Stands>,
    attempts: u32,
    runs: Vec<Run>,
    agents: Vec<Agent>,
    /// The last uses of tools, the newest first.
    activities: Vec<Use>,
    usage: Usage,
}

/// How somebody stands.
#[derive(Debug, Serialize)]
struct Stands {
    /// `working`, `waiting for the model`, `waiting for a tool`, `waiting for a person`, `idle`, `silent`, `gone`, `ended`.
    liveness: &'static str,
    since: i64,
    why: String,
}

/// A run.
#[derive(Debug, Serialize)]
struct Run {
    status: RunStatus,
    started: Option<i64>,
    ended: Option<i64>,
    error: Option<String>,
    /// The monitoring file.
    path: String,
}

/// An agent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Agent {
    id: String,
    name: String,
    standing: Stands,
    last_sign: Option<i64>,
    /// The monitoring file.
    path: String,
}

/// A use of a tool.
#[derive(Debug, Serialize)]
struct Use {
    agent: String,
    tool: String,
    detail: Option<String>,
    stage: Stage,
    started: Option<i64>,
    ended: Option<i64>,
    failed: bool,
}

/// Who works on a plan. `now`: milliseconds since 1970-01-01 UTC, for one of which nothing is known.
pub(crate) fn answer(subject: &Subject, encoding: tallymark_text::Encoding, now: i64) -> Answered {
    let live = subject.analysis().live.as_ref();
    Answered {
        uri: subject.uri().clone(),
        watched: live.is_some(),
        tasks: live.map(|live| tasks(subject, live, encoding)).unwrap_or_default(),
        now: live.map_or(now, |live| live.live.now),
    }
}

fn tasks(subject: &Subject, live: &LiveTasks, encoding: tallymark_text::Encoding) -> Vec<Task> {
    let plan = &subject.analysis().joined.plan;
    let tasks = live.tasks().map(|(task, known)| Task {
        key: plan.key(task).to_owned(),
        id: plan.id(task).map(str::to_owned),
        title: plan.title(task).to_owned(),
        position: position::position(&plan.source, plan.task(task).line.start as usize, encoding),
        running: known.is_running(),
        standing: known.standing().map(stands),
        attempts: known.attempts(),
        runs: known
            .runs
            .iter()
            .map(|run| Run {
                status: run.run.status,
                started: run.run.started,
                ended: run.run.ended,
                error: run.run.error.clone(),
                path: run.path.clone(),
            })
            .collect(),
        agents: known.agents.iter().map(|agent| told(agent)).collect(),
        activities: known.recent(LISTED).into_iter().map(used).collect(),
        usage: known.usage(),
    });
    tasks.collect()
}

fn stands(standing: &Standing) -> Stands {
    Stands { liveness: standing.liveness.word(), since: standing.since, why: standing.why.clone() }
}

fn told(agent: &LiveAgent) -> Agent {
    Agent {
        id: agent.agent.id.clone(),
        name: agent.name().to_owned(),
        standing: stands(&agent.standing),
        last_sign: agent.last_sign,
        path: agent.path.clone(),
    }
}

fn used(activity: &Activity) -> Use {
    Use {
        agent: activity.agent.clone(),
        tool: activity.tool.clone(),
        detail: activity.detail.clone(),
        stage: activity.stage,
        started: activity.started.or(activity.named),
        ended: activity.ended,
        failed: activity.failed,
    }
}
