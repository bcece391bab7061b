//! `tallymark status`.

pub mod overview;

use clap::{Args, Subcommand};

use super::all_plans;
use super::init::Init;
use crate::current::{Choice, is_lost, lost_sentence};
use crate::exit::{Exit, Failure};
use crate::output::warn;
use crate::session::Session;

/// Show how far a plan is: its phases, what is going on, what failed
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Status {
    #[command(subcommand)]
    command: Option<StatusCommand>,
    #[command(flatten)]
    choice: Choice,
    /// Show all plans of the workspace, a line each
    #[arg(long, conflicts_with = "plan")]
    all: bool,
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
        if self.all {
            return all_plans::show(session, self.json);
        }
        let current = self.choice.load(session)?;
        if is_lost(&current.loaded) {
            warn(&lost_sentence(session, &current.loaded));
        }
        let text = if self.json {
            overview::json(session, &current.loaded)
        } else {
            overview::text(session, &current.loaded)
        };
        session.output.text(&text);
        current.shown(session)
    }
}
