//! `tallymark runs begin|end`, `start-run`, `complete-run`.

use clap::{Args, Subcommand};
use serde::Serialize;
use tallymark_status::{Change, Expected, Request};

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::marking::Writer;
use crate::output::{STRONG, harmless};
use crate::report::SCHEMA_VERSION;
use crate::session::Session;

/// Note when an orchestrator works on a plan
#[derive(Args)]
pub struct Runs {
    #[command(subcommand)]
    command: RunsCommand,
}

/// What can be done with runs.
#[derive(Subcommand)]
enum RunsCommand {
    Begin(BeginRun),
    End(EndRun),
}

/// Begin a run, and print its id (also: start-run)
#[derive(Args)]
pub struct BeginRun {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

/// End a run (also: complete-run)
#[derive(Args)]
pub struct EndRun {
    /// The run's id
    run: String,
    /// How many tasks it completed
    #[arg(long, value_name = "N", default_value = "0")]
    completed: u32,
    /// How many tasks failed in it
    #[arg(long, value_name = "N", default_value = "0")]
    failed: u32,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

/// What became of a run.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    schema_version: u32,
    /// Always true.
    ok: bool,
    /// The run's id.
    run: String,
    /// Whether anything is different now.
    changed: bool,
    /// Nothing was written.
    dry_run: bool,
    /// The revision of status.json afterwards.
    revision: String,
}

impl Runs {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        match self.command {
            RunsCommand::Begin(begin) => begin.run(session),
            RunsCommand::End(end) => end.run(session),
        }
    }
}

impl BeginRun {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = change(session, &self.choice, &self.writer, Change::BeginRun);
        // The id alone, so that a shell can keep it.
        session.answer(self.writer.json, result, |_, run| format!("{}\n", run.run))
    }
}

impl EndRun {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let (completed, failed) = (self.completed, self.failed);
        let change_of_run = Change::EndRun { run: self.run.trim().to_owned(), completed, failed };
        let result = change(session, &self.choice, &self.writer, change_of_run);
        session.answer(self.writer.json, result, |output, run| {
            let ended = match (run.changed, run.dry_run) {
                (false, _) => "is ended already",
                (true, true) => "would be ended",
                (true, false) => "is ended",
            };
            let id = output.styled(STRONG, &harmless(&run.run));
            format!("{id} {ended}: {completed} completed, {failed} failed\n")
        })
    }
}

fn change(session: &Session, choice: &Choice, writer: &Writer, change: Change) -> Result<Run, Failure> {
    let current = choice.load(session)?;
    current.status(session)?;
    let ended = match &change {
        Change::EndRun { run, .. } => Some(run.clone()),
        _ => None,
    };
    let request = Request { entry: String::new(), expected: Expected::default(), change };
    let applied = writer.apply(session, &current, &[request])?;
    let outcome = &applied.outcomes[0];
    Ok(Run {
        schema_version: SCHEMA_VERSION,
        ok: true,
        run: ended.unwrap_or_else(|| outcome.to.clone()),
        changed: outcome.changed,
        dry_run: writer.dry_run,
        revision: applied.after.to_string(),
    })
}
