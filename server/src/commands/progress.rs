//! `tallymark progress`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tallymark_sync::{Joined, Progress as Counted, State};

use crate::bar;
use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::output::harmless;
use crate::report::{Counts, SCHEMA_VERSION, json_text};
use crate::session::Session;

/// Show how much of a plan is done, in one line
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
}

impl Progress {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let joined = &current.loaded.analysis.joined;
        let format = if self.json { Format::Json } else { self.format };
        let text = match format {
            Format::Text => bar::line(&session.output, joined.total),
            Format::Json => {
                let plan = session.shown(&current.loaded.path);
                let progress = joined.total.into();
                json_text(&Object { schema_version: SCHEMA_VERSION, plan, progress }) + "\n"
            }
            Format::Markers => markers(joined),
        };
        session.output.text(&text);
        current.shown(session)
    }
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
