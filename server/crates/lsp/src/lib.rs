//! The language server: facade, engine, outbox, guard and conversions. The only room that knows tower-lsp.
//!
//! ```text
//! stdin ─► frames ─► guard ─► facade ─► engine (one thread, owns documents and world) ─► outbox ─► writer ─► stdout
//!                                         ▲                                                │
//!                              files ◄── sidecar                                  client's answers, files, commands
//! ```
//!
//! A thread reads messages and hands each to tower-lsp's service up to its first wait, so that events enter the engine's
//! channel in the order in which the client said them. tower-lsp's own loop is not used: it ends at the first message that
//! is not valid, and stops reading while the client does not.

mod alerts;
mod commands;
mod convert;
mod documents;
mod encoded;
mod engine;
mod event;
mod extensions;
mod facade;
mod file_renames;
mod files;
mod frames;
mod guard;
mod initialize;
mod live;
mod log;
mod navigation;
mod outbox;
mod published;
mod record;
mod requests;
mod roots;
mod running;
mod server;
mod session;
mod sidecar;
mod snapshot;
mod state;
mod statuses;
mod world;
mod writer;

pub use log::{ClientLog, LogLevel};
pub use record::Record;
pub use server::{Options, serve};
pub use sidecar::Program;
