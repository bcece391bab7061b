//! The built binary from outside: arguments and files in, text, exit code and files out. One file a subject.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at what it cannot go on without, and says what it skips"
)]

mod bad_input;
mod baseline;
mod batch;
mod check;
mod contention;
mod dialect;
mod doctor;
mod explain;
#[cfg(target_os = "linux")]
mod faults;
mod findings;
mod fix;
mod foreign;
mod formats;
mod general;
mod git;
mod graph;
mod history;
mod init;
mod interchange;
#[cfg(unix)]
mod kills;
mod live;
mod lost;
mod marks;
mod names;
mod next;
mod phases;
mod progress;
#[cfg(target_os = "linux")]
mod readers;
mod recovery;
mod renumber;
mod requirements;
mod retries;
mod runs;
mod schemas;
mod stats;
mod status;
mod support;
mod sync_check;
#[cfg(target_os = "linux")]
mod trace;
mod undo;
mod warnings;
#[cfg(target_os = "linux")]
mod watch;
