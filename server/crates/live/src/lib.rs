//! What agents' monitoring files and streams say, as the sidecar's own words ([`tallymark_events::Monitored`]).
//!
//! A file is recognised by its keys, never by its name alone: many unrelated programs write an `orchestrator-state.json`.
//! What is recognised as none of ours is met with silence. Reading never fails: a torn file gives what could be read, and
//! a problem that says so.
//!
//! The crate is pure: bytes come in, and the file's time of change, and nobody asks a clock. `docs/formats.md` says what is
//! known of each format, and where it was seen.

mod dev_workflow;
mod fields;
mod fold;
mod gadugi;
mod keep;
mod keys;
mod limits;
mod links;
mod liveness;
mod object;
mod orchestra;
mod picture;
mod runs;
mod sniff;
mod source;
mod stream;
mod surrogates;
mod words;
mod zone;

use tallymark_events::{Format, Monitored, Unreadable};

pub use fold::scope;
pub use limits::{Limits, is_stream};
pub use links::named_after;
pub use liveness::{Liveness, Standing};
pub use picture::{FileProblem, Live, LiveAgent, LiveOrchestration, LiveRun, total};
pub use sniff::sniff;
pub use stream::Stream;

use dev_workflow::DevWorkflow;
use gadugi::{Checkpoint, Heartbeats, Registry, Report, TaskState};
use orchestra::Orchestra;
use source::Source;

/// What a whole monitoring file says; `None` if it is no monitoring file. `modified` is the file's time of change in
/// milliseconds since 1970-01-01 UTC, against which times without a zone are laid.
#[must_use]
pub fn decode(path: &str, bytes: &[u8], modified: i64) -> Option<Monitored> {
    let source = Source::new(bytes);
    if let Some(format) = sniff::of_object(source.text()) {
        return Some(object(path, format, &source, modified));
    }
    if let Some(format) = sniff::of_stream(bytes) {
        let mut stream = Stream::new(path);
        stream.push(bytes, None);
        stream.end();
        // Its first line may still be being written.
        return stream.monitored(modified).or_else(|| Some(empty(path, format, modified)));
    }
    let mut monitored = empty(path, sniff::of_ruin(path, bytes)?, modified);
    monitored.problems.push(Unreadable {
        at: 0,
        message: if bytes.trim_ascii().is_empty() {
            "The file is empty: it was cut before it was written anew.".to_owned()
        } else {
            "There is no value in the file: it was cut in its first bytes.".to_owned()
        },
    });
    Some(monitored)
}

/// A file of which nothing is told yet.
fn empty(path: &str, format: Format, modified: i64) -> Monitored {
    Monitored {
        path: path.to_owned(),
        format,
        modified,
        written: None,
        orchestrations: Vec::new(),
        agents: Vec::new(),
        runs: Vec::new(),
        activities: Vec::new(),
        heartbeats: Vec::new(),
        problems: Vec::new(),
        left_out: 0,
    }
}

/// A file that is one object.
fn object(path: &str, format: Format, source: &Source<'_>, modified: i64) -> Monitored {
    let mut monitored = empty(path, format, modified);
    macro_rules! read {
        ($taker:ty) => {{
            let mut taker = <$taker>::default();
            monitored.problems = object::read(source, &mut taker);
            taker.finish(&mut monitored);
        }};
    }
    match format {
        Format::GadugiRegistry => read!(Registry),
        Format::GadugiHeartbeats => read!(Heartbeats),
        Format::GadugiReport => read!(Report),
        Format::GadugiTaskState => read!(TaskState),
        Format::GadugiCheckpoint => read!(Checkpoint),
        Format::Orchestra => read!(Orchestra),
        Format::DevWorkflow => read!(DevWorkflow),
        // No object: sniffing gives these for lines only.
        Format::ClaudeStream | Format::CodexStream | Format::GeminiStream | Format::OpencodeStream => {}
    }
    zone::settle(&mut monitored, modified);
    monitored
}
