//! The built binary from outside: arguments and files in, text, exit code and files out. One file a subject.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without, it stops at")]

mod bad_input;
mod check;
mod contention;
mod explain;
mod fix;
mod formats;
mod general;
mod init;
mod marks;
mod status;
mod support;
