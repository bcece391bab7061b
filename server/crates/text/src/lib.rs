//! Source text and places in it.
//!
//! Everywhere in Tallymark a place is a byte offset into a [`Source`]'s text; this crate alone turns offsets into lines
//! and columns (UTF-8, UTF-16, UTF-32) and back, and this crate alone computes edits. It knows nothing of plans, of
//! status.json, of disks or of editors. Ages and durations get their words here too, because all rooms see it.

mod ages;
mod diff;
mod edit;
mod garbled;
mod line_index;
mod replaced;
mod source;
mod span;
pub mod time;

pub use ages::{age, exact_age};
pub use diff::unified_diff;
pub use edit::{Edit, EditError, apply_edits, minimal_edits};
pub use garbled::{Garbled, garbled, may_be_garbled};
pub use line_index::{Encoding, LineIndex, Position};
pub use replaced::Replaced;
pub use source::{DecodeError, LineEnd, Source};
pub use span::Span;
