//! `tallymark sidecar`.

use std::path::PathBuf;

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Watch files and print what changes, one JSON object a line
#[derive(Args)]
#[command(
    after_help = "The lines are documented in docs/formats.md. The language server runs one of these for itself."
)]
pub struct Sidecar {
    /// The files to watch at first; they, and their folders, need not exist yet
    #[arg(required_unless_present = "parent", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Take commands from standard input, and end when it ends
    #[arg(long)]
    parent: bool,
}

impl Sidecar {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let options = tallymark_sidecar::Options {
            files: self.files.iter().map(|file| session.absolute(file)).collect(),
            parent: self.parent,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        tallymark_sidecar::run(options)
            .map(|()| Exit::Done)
            .map_err(|error| Failure::could_not(format!("the sidecar could not be started: {error}")))
    }
}
