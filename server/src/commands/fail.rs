//! `tallymark fail`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Mark tasks as failed
#[derive(Args)]
pub struct Fail {
    #[command(flatten)]
    marker: Marker,
    /// What went wrong
    #[arg(long, visible_alias = "reason", value_name = "TEXT")]
    error: String,
}

impl Fail {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish { reason: Some(self.error), ..Wish::to(Word::Failed) })
    }
}
