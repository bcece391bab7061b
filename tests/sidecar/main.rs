//! The sidecar as its reader meets it: the real process, real files.
#![allow(clippy::unwrap_used)] // What cannot go on in a test fails it.

mod bad_input;
mod ends;
mod monitoring;
mod named;
mod picture;
mod processes;
mod replay;
mod samples;
mod streams;
mod support;
mod unplugged;
