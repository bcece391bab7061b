#![allow(clippy::unwrap_used, reason = "a test may panic")]
//! What the store does to files, alone and in company.

mod bytes_stay;
mod changes;
mod common;
mod contention;
mod node_writers;
mod runs;
