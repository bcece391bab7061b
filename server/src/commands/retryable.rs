//! `tallymark retryable`.

use clap::Args;
use tallymark_sync::Retries;

use crate::exit::{Exit, Failure};
use crate::failed::Lister;
use crate::session::Session;

/// List the failed tasks that have retries left, and when each may be tried again
#[derive(Args)]
pub struct Retryable {
    #[command(flatten)]
    lister: Lister,
}

impl Retryable {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.lister.run(session, "no failed task has a retry left", Retries::left)
    }
}
