//! `tallymark skip`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Mark tasks as skipped
#[derive(Args)]
pub struct Skip {
    #[command(flatten)]
    marker: Marker,
    /// Why they are left out
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Skip {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish { reason: Some(self.reason), ..Wish::to(Word::Skipped) })
    }
}
