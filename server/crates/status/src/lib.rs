//! status.json: reading it with the byte span of every field, and the [`Store`](store) that alone writes it.
//!
//! Reading never fails: [`Status::parse`] gives what could be read and a list of [`Problem`]s.

mod change;
mod json;
mod model;
mod parse;
mod time;

pub use change::{Change, Expected, NewEntry, Request};
pub use model::*;
