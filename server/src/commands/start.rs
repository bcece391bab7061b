//! `tallymark start`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Mark tasks as in progress
#[derive(Args)]
pub struct Start {
    #[command(flatten)]
    marker: Marker,
}

impl Start {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish::to(Word::InProgress))
    }
}
