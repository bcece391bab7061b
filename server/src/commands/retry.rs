//! `tallymark retry`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Mark failed tasks as in progress again
#[derive(Args)]
pub struct Retry {
    #[command(flatten)]
    marker: Marker,
}

impl Retry {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish { only_failed: true, ..Wish::to(Word::InProgress) })
    }
}
