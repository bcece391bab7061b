//! The process that watches files and prints what changed, one JSON object a line (`docs/formats.md`, "The sidecar's
//! lines").
//!
//! It watches the *folders* of the files, takes every event for "look again", and speaks only when what it sees is
//! another thing than what it said last. A lost or doubled event therefore costs a look, never a wrong line.
//!
//! ```text
//! notify ──► inbox ──► watch (one thread, owns everything) ──► outbox ──► stdout
//! stdin  ──►   ▲
//! signals ─────┘
//! ```
//!
//! Nothing in it grows with time: the inbox is a set of the touched paths that matter, the outbox drops its lines when
//! the reader stalls and a fresh snapshot follows when it reads again.

mod ends;
mod files;
mod folders;
mod globs;
mod inbox;
mod interest;
mod look;
mod monitoring;
mod outbox;
mod plans;
mod processes;
mod search;
mod stream;
mod watch;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tallymark_events::Place;

use crate::inbox::{Inbox, Order};
use crate::outbox::Outbox;
use crate::plans::PlanLines;
use crate::watch::Watch;

pub use crate::plans::Plans;
pub use crate::processes::processes;

/// What the sidecar is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The files to watch at first; relative ones are taken from the current directory. They need not exist.
    pub files: Vec<PathBuf>,
    /// Where to look for monitoring files and agents' streams at first.
    pub monitoring: Vec<Place>,
    /// Somebody else started it: commands come on standard input, and its end is the sidecar's end.
    pub parent: bool,
    /// The program's version, for the first line.
    pub version: String,
    /// The machine's name, for the first line.
    pub host: String,
}

/// Watches and prints until standard output is closed, a signal says stop, or, under [`Options::parent`], standard
/// input ends. With `plans` the lines tell of plans too.
///
/// Threads that wait for the outside world may still be waiting when it returns: the process is to end then.
///
/// # Errors
///
/// If a thread cannot be started. What goes wrong later is said in the lines.
pub fn run(options: Options, plans: Option<Box<dyn Plans>>) -> io::Result<()> {
    let inbox = Arc::new(Inbox::default());
    ends::listen(&inbox)?;
    if options.parent {
        ends::end_with_parent();
        ends::read_commands(&inbox)?;
    }
    let outbox = Outbox::start(&inbox)?;
    let order = Order { files: options.files, monitoring: options.monitoring };
    Watch::new(inbox, outbox, plans.map(PlanLines::new)).run(order, &options.version, &options.host);
    Ok(())
}
