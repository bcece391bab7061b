//! status.json: reading it with the byte span of every field, and the [`Store`] that alone writes it. What other programs
//! keep instead ([`Format`]) is read into the same [`Status`], and never written.
//!
//! Reading never fails: [`Status::parse`] gives what could be read and a list of [`Problem`]s.

mod aside;
mod change;
mod directory;
mod draft;
mod edit;
mod error;
mod fields;
mod format;
mod history;
mod holder;
pub mod interchange;
mod json;
mod lock;
mod merge;
mod model;
mod nearest;
mod network;
mod new_file;
mod parse;
mod parts;
mod reader;
mod refresher;
mod repair;
mod replay;
mod restore;
mod store;
mod stores;
mod transition;
mod undo;
mod write;

use tallymark_text::time;

pub use change::{Change, Expected, NewEntry, Request};
pub use draft::Outcome;
pub use error::StoreError;
pub use fields::{FieldChange, Json};
pub use format::Format;
pub use history::{HistoryLine, MarkChange};
pub use holder::{Holder, host};
pub use lock::FileLock;
pub use merge::{MergeError, Merged, Unsettled, merge};
pub use model::*;
pub use new_file::NewFile;
pub use parts::Place;
pub use repair::Repaired;
pub use restore::{Base, Difference, Generation, RestoreFrom, Restored};
pub use store::{Applied, Context, MAXIMUM_BYTES, Store};
pub use undo::Undone;
