//! What an item carries along so that the rest of it can be asked for later.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::ls_types::Uri;

use crate::snapshot::Snapshot;

/// In the `data` of an item: the document that was asked about, its version, and what the item is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Data<T> {
    /// The document.
    document: Uri,
    /// The plan's version.
    version: i32,
    /// Which item it is.
    pub(crate) item: T,
}

impl<T: Serialize> Data<T> {
    /// What an item of this snapshot carries along; `document` is the one that was asked about.
    pub(crate) fn write(document: &Uri, snapshot: &Snapshot, item: T) -> Option<Value> {
        serde_json::to_value(Self { document: document.clone(), version: snapshot.version, item }).ok()
    }
}

impl<T: for<'a> Deserialize<'a>> Data<T> {
    /// Reads it; `None` if it is not of our making.
    pub(crate) fn read(data: Option<&Value>) -> Option<Self> {
        Data::deserialize(data?).ok()
    }

    /// Whether the item is of this version of the plan.
    pub(crate) fn is_of(&self, snapshot: &Snapshot) -> bool {
        self.version == snapshot.version
    }
}

/// The document of an item.
pub(crate) fn document(data: Option<&Value>) -> Option<Uri> {
    data?.get("document")?.as_str()?.parse().ok()
}
