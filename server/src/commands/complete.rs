//! `tallymark complete`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Mark tasks as completed
#[derive(Args)]
pub struct Complete {
    #[command(flatten)]
    marker: Marker,
}

impl Complete {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish::to(Word::Completed))
    }
}
