//! The sidecar as its reader meets it: the real process, real files.
#![allow(clippy::unwrap_used)] // What cannot go on in a test fails it.

mod named;
mod support;
