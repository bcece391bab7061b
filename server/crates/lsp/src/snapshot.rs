//! What is known of one plan at one version: immutable, shared with whoever answers a question on it.

use std::path::PathBuf;
use std::sync::Arc;

use tallymark_sync::{Analysis, File};
use tallymark_workspace::Located;
use tower_lsp::ls_types::Uri;

/// A plan at one version, joined with its status.json.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// The plan's URI.
    pub(crate) uri: Uri,
    /// The plan's path, where it has one.
    pub(crate) path: Option<PathBuf>,
    /// The version of its text.
    pub(crate) version: i32,
    /// The state of its text: see [`Document::state`](crate::documents::Document::state).
    pub(crate) state: u64,
    /// The root it belongs to.
    pub(crate) root: PathBuf,
    /// Where its status.json is, or would be.
    pub(crate) located: Option<Arc<Located>>,
    /// The URI of its status.json.
    pub(crate) status_uri: Option<Uri>,
    /// All that can be said of both.
    pub(crate) analysis: Analysis,
}

impl Snapshot {
    /// Whether the text is a plan at all.
    pub(crate) fn is_plan(&self) -> bool {
        self.analysis.joined.plan.is_plan()
    }

    /// Whether an agent works on it, or did.
    pub(crate) fn is_worked_on(&self) -> bool {
        self.analysis.live.as_ref().is_some_and(|live| live.tasks().next().is_some())
    }

    /// The URI of one of the two files.
    pub(crate) fn uri_of(&self, file: File) -> Option<&Uri> {
        match file {
            File::Plan => Some(&self.uri),
            File::Status => self.status_uri.as_ref(),
        }
    }

    /// Whether answering a question about the whole of it is long work.
    pub(crate) fn is_large(&self) -> bool {
        self.analysis.joined.plan.tasks.len() > 2_000
    }
}
