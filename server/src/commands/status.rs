//! `tallymark status`.

mod overview;

use clap::{Args, Subcommand};

use super::init::Init;
use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Show how far a plan is: its phases, what is going on, what failed
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Status {
    #[command(subcommand)]
    command: Option<StatusCommand>,
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object, with every task
    #[arg(long)]
    json: bool,
}

/// What can be done to a status file as a whole.
#[derive(Subcommand)]
enum StatusCommand {
    Init(Init),
}

impl Status {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        if let Some(StatusCommand::Init(init)) = self.command {
            return init.run(session);
        }
        let current = self.choice.load(session)?;
        let text = if self.json {
            overview::json(session, &current.loaded)
        } else {
            overview::text(session, &current.loaded)
        };
        session.output.text(&text);
        let unreadable =
            current.loaded.analysis.joined.status_file.as_deref().filter(|status| !status.readable);
        match unreadable.and_then(|status| status.problems.first()) {
            Some(problem) => Err(Failure::could_not(format!(
                "{} is {}; what is shown is what the marks in the plan say",
                session.shown(&current.loaded.located.path),
                why(&problem.kind)
            ))),
            None => Ok(Exit::Done),
        }
    }
}

/// Why a status.json cannot be read.
fn why(kind: &tallymark_status::ProblemKind) -> String {
    match kind {
        tallymark_status::ProblemKind::Unreadable(why) => why.clone(),
        _ => "not a status file".to_owned(),
    }
}
