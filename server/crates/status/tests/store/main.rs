#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it counted")]
//! What the store does to files, alone and in company.

mod bytes_stay;
mod changes;
mod common;
mod contention;
mod node_writers;
mod runs;
