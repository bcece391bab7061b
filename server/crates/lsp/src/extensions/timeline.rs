//! `tallymark/timeline`: when each task began and ended, and who changed it, from status.json and its history.

use serde::Serialize;
use tallymark_status::{HistoryLine, Store};
use tower_lsp::ls_types::Uri;

use super::Subject;

/// What happened when.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answered {
    uri: Uri,
    /// The tasks that status.json has a time for, in the order of the plan.
    tasks: Vec<Task>,
    /// What the history tells of status.json, oldest first.
    changes: Vec<Change>,
    /// How many older changes are left out.
    changes_left_out: usize,
    /// When this was answered, in milliseconds since 1970-01-01 UTC: how far the tasks in progress have come.
    now: i64,
}

/// A task and its times, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    key: String,
    id: Option<String>,
    title: String,
    phase: Option<String>,
    state: &'static str,
    started_at: Option<i64>,
    completed_at: Option<i64>,
    /// In milliseconds, as status.json has it.
    duration: Option<i64>,
}

/// One change that the history tells of.
#[derive(Debug, Serialize)]
struct Change {
    /// When, as the history has it: `2025-12-23T03:00:00.000Z`.
    time: String,
    /// Who: `unknown` for a program that keeps no history.
    actor: String,
    /// The id of the entry; null for changes of the whole file.
    task: Option<String>,
    /// What kind of change: `transition`, `undo`, …
    change: String,
    /// What it was.
    from: String,
    /// What it became.
    to: String,
    reason: Option<String>,
}

/// More changes than this are not told; the newest are.
const MOST_CHANGES: usize = 10_000;

/// The timeline of a plan. `now`: milliseconds since 1970-01-01 UTC.
pub(crate) fn answer(subject: &Subject, now: i64) -> Answered {
    let joined = &subject.analysis().joined;
    let plan = &*joined.plan;
    let mut tasks = Vec::new();
    if let Some(status) = joined.status() {
        for (index, _) in plan.tasks() {
            let Some(entry) = joined.entry(index).map(|entry| status.entry(entry)) else { continue };
            let started_at = entry.started_at.as_ref().and_then(|time| time.milliseconds);
            let completed_at = entry.completed_at.as_ref().and_then(|time| time.milliseconds);
            if started_at.is_none() && completed_at.is_none() {
                continue;
            }
            tasks.push(Task {
                key: plan.key(index).to_owned(),
                id: plan.id(index).map(str::to_owned),
                title: plan.title(index).to_owned(),
                phase: plan.phase_title(index).map(str::to_owned),
                state: joined.state(index).label(),
                started_at,
                completed_at,
                duration: entry.duration.map(|(milliseconds, _)| milliseconds),
            });
        }
    }
    let mut lines = history(subject);
    let changes_left_out = lines.len().saturating_sub(MOST_CHANGES);
    lines.drain(..changes_left_out);
    Answered {
        uri: subject.uri().clone(),
        tasks,
        changes: lines.into_iter().map(change).collect(),
        changes_left_out,
        now,
    }
}

/// The history of the status.json; none where there is none, or it cannot be read.
fn history(subject: &Subject) -> Vec<HistoryLine> {
    let Some(located) = subject.located().filter(|located| located.exists) else { return Vec::new() };
    let lines = Store::open(&located.path).and_then(|store| store.history());
    lines.unwrap_or_else(|error| {
        tracing::info!("the history of {} is not told: {error}", located.path.display());
        Vec::new()
    })
}

fn change(line: HistoryLine) -> Change {
    Change {
        time: line.time,
        actor: line.actor,
        task: line.task,
        change: line.change,
        from: line.from,
        to: line.to,
        reason: line.reason,
    }
}
