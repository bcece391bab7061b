//! `tallymark increment-retry`.

use clap::Args;
use serde::Serialize;
use tallymark_status::{Change, Expected, Request};
use tallymark_sync::State;

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::failed::retries_text;
use crate::marking::{Writer, resolve};
use crate::output::{STRONG, harmless};
use crate::report::SCHEMA_VERSION;
use crate::session::Session;

/// Count a retry of a task that was made without Tallymark
///
/// The task keeps its status. `retry`, and `start` of a failed task, count by themselves.
#[derive(Args)]
pub struct IncrementRetry {
    /// The task's id, or its key
    id: String,
    /// What went wrong
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

/// How often a task was tried again.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counted {
    schema_version: u32,
    /// Always true.
    ok: bool,
    /// The task's id in status.json.
    task: String,
    /// So often it was tried again, this time included.
    retry_count: u32,
    /// So often a task is tried again: `limits.retries` of tallymark.toml.
    retries: u32,
    /// Whether this retry was still within that.
    can_retry: bool,
    /// Nothing was written.
    dry_run: bool,
}

impl IncrementRetry {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.count(session);
        session.answer(self.writer.json, result, |output, told| {
            let name = output.styled(STRONG, &harmless(&told.task));
            let has = if told.dry_run { "would have" } else { "has" };
            let end = if told.can_retry { "" } else { "; no retry is left" };
            format!("{name} {has} {}{end}\n", retries_text(told.retry_count, told.retries))
        })
    }

    fn count(&self, session: &Session) -> Result<Counted, Failure> {
        let current = self.choice.load(session)?;
        let status = current.status(session)?;
        let joined = &current.loaded.analysis.joined;
        let task = resolve(joined, std::slice::from_ref(&self.id))?[0];
        let name = joined.plan.name(task);
        let Some(entry) = joined.entry(task) else {
            return Err(Failure::new(Exit::Found, format!("{name} is not in status.json"))
                .help("`tallymark explain TM101` tells what to do about it"));
        };
        let state = joined.state(task);
        if matches!(state, State::Completed | State::Skipped | State::Cancelled) {
            let message = format!("{name} is {}, and only what is not done is tried again", state.label());
            return Err(Failure::new(Exit::Found, message));
        }
        let request = Request {
            entry: status.id(entry).to_owned(),
            expected: Expected { status: Some(status.word(entry).to_owned()), revision: None },
            change: Change::CountRetry { error: self.error.clone() },
        };
        let applied = self.writer.apply(session, &current, &[request])?;
        let retries = current.workspace.settings.limits().retries;
        let retry_count = applied.outcomes[0].to.parse().unwrap_or(u32::MAX);
        Ok(Counted {
            schema_version: SCHEMA_VERSION,
            ok: true,
            task: status.id(entry).to_owned(),
            retry_count,
            retries,
            can_retry: retry_count <= retries,
            dry_run: self.writer.dry_run,
        })
    }
}
