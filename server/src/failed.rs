//! The tasks that failed, with what is left to try of them: what `retryable` and `exhausted` show.

use clap::Args;
use serde::Serialize;
use tallymark_sync::{Retries, State};

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::output::{BAD, FAINT, Output, STRONG, harmless};
use crate::report::{SCHEMA_VERSION, counted};
use crate::session::Session;
use crate::times::{age, time_text};

/// What the commands take that list failed tasks.
#[derive(Args)]
pub struct Lister {
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// Failed tasks.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FailedTasks {
    schema_version: u32,
    plan: String,
    /// So often a task is tried again: `limits.retries` of tallymark.toml.
    retries: u32,
    count: usize,
    tasks: Vec<FailedTask>,
}

/// A task that failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FailedTask {
    key: String,
    id: Option<String>,
    title: String,
    phase: Option<String>,
    /// What went wrong last.
    error: Option<String>,
    /// When, in UTC, as far as status.json says.
    failed_at: Option<String>,
    /// So often it was tried again.
    retry_count: u32,
    retries_left: u32,
    /// The next retry is not to begin before, in UTC; null where it has to wait for nothing.
    not_before: Option<String>,
    /// Whether it can be tried again now.
    ready: bool,
    #[serde(skip)]
    wait: i64,
}

impl Lister {
    /// Lists the failed tasks that `wanted` wants.
    pub fn run(
        self,
        session: &mut Session,
        none: &str,
        wanted: impl Fn(&Retries) -> bool,
    ) -> Result<Exit, Failure> {
        let result = self.choice.load(session).and_then(|current| list(session, &current, wanted));
        session.answer(self.json, result, |output, told| match told.tasks.is_empty() {
            true => format!("{none}\n"),
            false => told.tasks.iter().map(|task| line(output, told.retries, task)).collect(),
        })
    }
}

fn list(
    session: &Session,
    current: &Current,
    wanted: impl Fn(&Retries) -> bool,
) -> Result<FailedTasks, Failure> {
    let status = current.status(session)?;
    let limits = current.workspace.settings.limits();
    let joined = &current.loaded.analysis.joined;
    let plan = &*joined.plan;
    let mut tasks = Vec::new();
    for (task, _) in plan.tasks().filter(|&(task, _)| joined.state(task) == State::Failed) {
        let Some(entry) = joined.entry(task) else { continue };
        let retries = limits.retries(status, entry, session.now);
        if !wanted(&retries) {
            continue;
        }
        let fields = status.entry(entry);
        let left = retries.limit.saturating_sub(retries.used);
        let wait = retries.not_before.map_or(0, |time| (time - session.now).max(0));
        tasks.push(FailedTask {
            key: plan.key(task).to_owned(),
            id: plan.id(task).map(str::to_owned),
            title: plan.title(task).to_owned(),
            phase: plan.phase_title(task).map(str::to_owned),
            error: fields.error.as_ref().map(|error| status.str(error).to_owned()),
            failed_at: fields.last_error_at.as_ref().map(|time| status.str(&time.text).to_owned()),
            retry_count: retries.used,
            retries_left: left,
            not_before: retries.not_before.filter(|_| left > 0).map(time_text),
            ready: left > 0 && wait == 0,
            wait,
        });
    }
    Ok(FailedTasks {
        schema_version: SCHEMA_VERSION,
        plan: session.shown(&current.loaded.path),
        retries: limits.retries,
        count: tasks.len(),
        tasks,
    })
}

/// `3 retries, limit 2`: more than the limit are possible, as nobody is kept from trying.
pub fn retries_text(count: u32, limit: u32) -> String {
    format!("{}, limit {limit}", counted(count as usize, "retry", "retries"))
}

/// `2.1  Write the printer  1 retry, limit 2, again in 45 s  out of paper`.
fn line(output: &Output, limit: u32, task: &FailedTask) -> String {
    let mut tried = retries_text(task.retry_count, limit);
    if task.retries_left > 0 && task.wait > 0 {
        tried.push_str(&format!(", again in {}", age(task.wait)));
    }
    let mut text = format!(
        "{}  {}  {}",
        output.styled(STRONG, &harmless(&task.key)),
        harmless(&task.title),
        output.styled(FAINT, &tried)
    );
    if let Some(error) = task.error.as_deref().and_then(|error| error.lines().next()) {
        text.push_str(&format!("  {}", output.styled(BAD, &harmless(error))));
    }
    text.push('\n');
    text
}
