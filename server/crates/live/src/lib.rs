//! What agents' monitoring files and streams say, as the sidecar's own words ([`tallymark_events::Monitored`]).
//!
//! A file is recognised by its keys, never by its name alone: many unrelated programs write an `orchestrator-state.json`.
//! What is recognised as none of ours is met with silence. Reading never fails: a torn file gives what could be read, and
//! a problem that says so.
//!
//! The crate is pure: bytes come in, and the file's time of change, and nobody asks a clock.

use tallymark_events::{Format, Monitored};

mod fold;
mod limits;
mod links;
mod liveness;
mod picture;
mod stream;

pub use fold::scope;
pub use limits::{Limits, is_stream};
pub use liveness::{Liveness, Standing};
pub use picture::{FileProblem, Live, LiveAgent, LiveOrchestration, LiveRun, total};
pub use stream::Stream;

/// What kind of monitoring file `bytes` are, or the beginning of it. The path decides nothing alone.
#[must_use]
pub fn sniff(_path: &str, _bytes: &[u8]) -> Option<Format> {
    None
}

/// What a whole monitoring file says; `None` if it is no monitoring file. `modified` is the file's time of change in
/// milliseconds since 1970-01-01 UTC, against which times without a zone are laid.
#[must_use]
pub fn decode(_path: &str, _bytes: &[u8], _modified: i64) -> Option<Monitored> {
    None
}
