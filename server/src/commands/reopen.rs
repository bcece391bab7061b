//! `tallymark reopen`.

use clap::Args;
use tallymark_status::Word;

use crate::exit::{Exit, Failure};
use crate::marking::{Marker, Wish};
use crate::session::Session;

/// Make completed or skipped tasks pending again
#[derive(Args)]
pub struct Reopen {
    #[command(flatten)]
    marker: Marker,
}

impl Reopen {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        self.marker.run(session, &Wish { reopen: true, ..Wish::to(Word::Pending) })
    }
}
