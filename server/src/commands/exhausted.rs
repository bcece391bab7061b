//! `tallymark exhausted`.

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::failed::Lister;
use crate::session::Session;

/// List the failed tasks that have no retry left: a person has to look at them
#[derive(Args)]
pub struct Exhausted {
    #[command(flatten)]
    lister: Lister,
}

impl Exhausted {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.lister.run(session, "no failed task has used up its retries", |retries| !retries.left())
    }
}
