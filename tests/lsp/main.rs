//! The built server, spoken to over its standard streams as an editor does.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod bad_input;
mod burst;
mod client;
mod closing;
mod colours;
mod columns;
mod extensions;
mod findings;
mod following;
mod formatting;
mod interleaving;
mod introductions;
mod live;
mod logging;
mod marking;
mod navigating;
mod panics;
mod previews;
mod protocol;
mod renaming;
mod restoring;
mod workspace;
mod writers;
mod writing;
