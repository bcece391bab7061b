//! `tallymark progress`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tallymark_sync::{Effort, Joined, Progress as Counted, State};

use crate::bar;
use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::output::harmless;
use crate::report::{Counts, SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// Show how much of a plan is done, in one line
///
/// Where at least half of the tasks have an estimate (`(2h)` behind the title, `Estimate: 1 day` below it), it is told by hours
/// too; a day has eight of them.
#[derive(Args)]
pub struct Progress {
    #[command(flatten)]
    choice: Choice,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// How progress is written.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A bar for a person
    Text,
    /// One JSON object
    Json,
    /// Lines for a program that watches a log: [PROGRESS] task=1.1 status=started
    Markers,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object {
    schema_version: u32,
    plan: String,
    progress: Counts,
    /// The same by the hours that the plan estimates; absent where less than half of its tasks have an estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Hours {
    /// Of the completed tasks.
    completed: f64,
    /// Of all but the skipped ones.
    total: f64,
    /// Rounded down.
    percent: u32,
    /// So many tasks have no estimate, and count as nothing here.
    tasks_without: u32,
}

impl Progress {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let joined = &current.loaded.analysis.joined;
        let format = if self.json { Format::Json } else { self.format };
        let text = match format {
            Format::Text => {
                let hours = joined.effort().map_or_else(String::new, by_hours);
                bar::line(&session.output, joined.total) + &hours
            }
            Format::Json => {
                let plan = session.shown(&current.loaded.path);
                let progress = joined.total.into();
                let hours = joined.effort().map(|effort| Hours {
                    completed: effort.completed,
                    total: effort.total,
                    percent: effort.percent(),
                    tasks_without: effort.without_estimate,
                });
                json_text(&Object { schema_version: SCHEMA_VERSION, plan, progress, hours }) + "\n"
            }
            Format::Markers => markers(joined),
        };
        session.output.text(&text);
        current.shown(session)
    }
}

/// `by hours: 3/12 h · 25%`, and how many tasks say nothing.
fn by_hours(effort: Effort) -> String {
    let hours = |hours: f64| format!("{}", (hours * 10.0).round() / 10.0);
    let without = match effort.without_estimate {
        0 => String::new(),
        count => format!("  {} without an estimate", counted(count as usize, "task", "tasks")),
    };
    format!(
        "by hours: {}/{} h · {}%{without}\n",
        hours(effort.completed),
        hours(effort.total),
        effort.percent()
    )
}

/// A line for every task that was begun, one for the plan, and one with the counts.
fn markers(joined: &Joined) -> String {
    let mut text = String::new();
    for (task, _) in joined.plan.tasks() {
        if let Some(status) = task_status(joined.state(task)) {
            let id = joined.plan.key(task);
            _ = writeln!(text, "[PROGRESS] task={} status={status}", harmless(id));
        }
    }
    let total = joined.total;
    let percent = total.percent().map_or("–".to_owned(), |percent| percent.to_string());
    _ = writeln!(text, "[PROGRESS] plan status={} percent={percent}", plan_status(total));
    let pending = total.counted() - total.completed - total.in_progress - total.failed;
    _ = writeln!(
        text,
        "[PROGRESS] summary completed={} pending={pending} failed={}",
        total.completed, total.failed
    );
    text
}

/// The word for a task; none where nothing has happened to it.
fn task_status(state: State) -> Option<&'static str> {
    match state {
        State::InProgress => Some("started"),
        State::Completed => Some("completed"),
        State::Failed => Some("failed"),
        State::Skipped | State::Cancelled => Some("skipped"),
        State::Pending | State::Ready | State::Blocked | State::Unknown => None,
    }
}

/// The word for a plan. One without tasks is never completed.
fn plan_status(total: Counted) -> &'static str {
    match total.percent() {
        Some(100) => "completed",
        Some(_) if total.completed + total.in_progress + total.failed > 0 => "in_progress",
        _ => "pending",
    }
}
