//! Markdown to [`Plan`]: phases, tasks, criteria, ids and keys, marks, dependencies, claims, each with its bytes.
//!
//! Parsing never fails: it gives a plan and a list of [`Problem`]s. Nothing is dropped: every line that looks like a
//! checkbox to a person, outside code, comments and quotes, is a [`Task`], a [`Criterion`] or a [`Problem`].
//! The block structure comes from pulldown-cmark; marks and ids are read from the source itself.

mod annotations;
mod blocks;
mod boxes;
mod claims;
mod cuts;
mod dependencies;
mod dialects;
mod edited;
mod elements;
mod evidence;
mod front_matter;
mod head;
mod headings;
mod ids;
mod keys;
mod leftovers;
mod line_kind;
mod markdown_text;
mod model;
mod nesting;
mod parse;
mod read;
mod remarked;
mod shift;
mod status_line;
mod trail;
mod writing;

pub use dependencies::dependency_at;
pub use edited::{Changed, Stretch};
pub use line_kind::{LineKind, line_kind};
pub use model::*;
pub use parse::{Options, parse, parse_if_plan, parse_to_edit};
pub use writing::{ItemHead, item_head};
