//! `tallymark/status`: for status bars.

use serde::Serialize;

use super::summary::Summary;

/// How far the plan of a document is.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    /// The plan; null if the document is none and belongs to none.
    pub(crate) plan: Option<Summary>,
    /// Why there is none, in words.
    pub(crate) why: Option<String>,
}
