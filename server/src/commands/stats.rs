//! `tallymark stats`.

mod collect;
mod prometheus;
mod text;

use clap::Args;
use serde::Serialize;
use tallymark_sync::stats::{AgentStats, Spread, Stats as Counted, stats};

use crate::exit::{Exit, Failure};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// Tell how the work went: durations, failures, retries, how busy agents were, and what it cost
///
/// Counted are attempts at tasks: from the history of status.json, from its entries where no history was kept, and from agents'
/// monitoring files. What two of them tell of the same attempt counts once.
#[derive(Args)]
pub struct Stats {
    /// Only this plan, instead of all of the workspace
    #[arg(long, value_name = "FILE", env = "TALLYMARK_PLAN", hide_env_values = true)]
    plan: Option<std::path::PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
    /// Write metrics as Prometheus reads them
    #[arg(long, conflicts_with = "json")]
    prometheus: bool,
}

/// How the work went. Times are milliseconds, rates are parts of 1; what nobody knows is `null`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told {
    schema_version: u32,
    /// How many plans were looked at.
    plans: usize,
    /// Tasks that were tried.
    tasks: usize,
    /// Of those, the ones that were tried more than once.
    retried: usize,
    /// Attempts at them.
    attempts: usize,
    /// Attempts that ended well.
    completed: usize,
    /// Attempts that ended badly.
    failed: usize,
    /// Attempts that somebody ended.
    cancelled: usize,
    /// Attempts under way.
    open: usize,
    /// Of the attempts that ended well or badly, the part that ended well.
    completion_rate: Option<f64>,
    /// Of the attempts that ended well or badly, the part that ended badly.
    failure_rate: Option<f64>,
    /// Of the tasks that were tried, the part that was tried more than once.
    retry_rate: Option<f64>,
    /// From asked for to begun.
    assignment: Option<Times>,
    /// From begun to ended well.
    duration: Option<Times>,
    /// From begun to ended badly.
    failed_duration: Option<Times>,
    /// The time in which anybody worked.
    wall_ms: i64,
    /// The most that went on at once.
    at_once: usize,
    /// All time worked by the time in which anybody worked.
    speed_up: Option<f64>,
    /// US dollars.
    cost: Option<f64>,
    tokens: u64,
    /// The one with the most attempts first.
    agents: Vec<Agent>,
    /// Files that could not be read, and why.
    problems: Vec<Problem>,
}

/// How long something took.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Times {
    count: usize,
    median_ms: i64,
    p95_ms: i64,
    longest_ms: i64,
    sum_ms: i64,
}

/// What one agent did.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Agent {
    name: String,
    attempts: usize,
    completed: usize,
    failed: usize,
    busy_ms: i64,
    /// The part of the time from its first beginning to its last end in which it worked.
    utilisation: Option<f64>,
    /// US dollars.
    cost: Option<f64>,
}

/// A file that could not be read.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Problem {
    path: String,
    message: String,
}

impl Stats {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let collected = match collect::collect(session, self.plan.as_deref()) {
            Ok(collected) => collected,
            Err(failure) => return session.answer::<Told>(self.json, Err(failure), |_, _| String::new()),
        };
        let counted = stats(&collected.attempts);
        let told = Told::new(collected, counted);
        let broken = !told.problems.is_empty();
        let text = match (self.json, self.prometheus) {
            (true, _) => json_text(&told) + "\n",
            (_, true) => prometheus::text(&told),
            _ => text::text(&session.output, &told),
        };
        session.output.text(&text);
        for problem in told.problems.iter().filter(|_| !self.json) {
            crate::output::warn(&format!("{} {}", problem.path, problem.message));
        }
        // What was counted is not all there is.
        Ok(if broken { Exit::CouldNot } else { Exit::Done })
    }
}

impl Told {
    fn new(collected: collect::Collected, stats: Counted) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            plans: collected.plans,
            tasks: stats.tasks,
            retried: stats.retried,
            attempts: stats.attempts,
            completed: stats.completed,
            failed: stats.failed,
            cancelled: stats.cancelled,
            open: stats.open,
            completion_rate: stats.failure_rate().map(|rate| 1.0 - rate),
            failure_rate: stats.failure_rate(),
            retry_rate: stats.retry_rate(),
            assignment: stats.assignment.map(Times::from),
            duration: stats.duration.map(Times::from),
            failed_duration: stats.failed_duration.map(Times::from),
            wall_ms: stats.wall,
            at_once: stats.at_once,
            speed_up: stats.speed_up(),
            cost: stats.dollars,
            tokens: stats.tokens,
            agents: stats.agents.into_iter().map(Agent::from).collect(),
            problems: collected
                .problems
                .into_iter()
                .map(|(path, message)| Problem { path, message })
                .collect(),
        }
    }
}

impl From<Spread> for Times {
    fn from(spread: Spread) -> Self {
        Self {
            count: spread.count,
            median_ms: spread.median,
            p95_ms: spread.p95,
            longest_ms: spread.longest,
            sum_ms: spread.sum,
        }
    }
}

impl From<AgentStats> for Agent {
    fn from(agent: AgentStats) -> Self {
        Self {
            name: agent.agent,
            attempts: agent.attempts,
            completed: agent.completed,
            failed: agent.failed,
            busy_ms: agent.busy,
            utilisation: agent.utilisation,
            cost: agent.dollars,
        }
    }
}
