//! What a question about a plan is answered from: what the client shows, or what is on disk.

use std::path::PathBuf;
use std::sync::Arc;

use tallymark_sync::{Analysis, File};
use tallymark_workspace::{Loaded, Located, Settings};
use tower_lsp::ls_types::Uri;

use super::summary::Summary;
use crate::session::Session;
use crate::snapshot::Snapshot;
use crate::world::find_root;

/// A plan, open or not.
#[derive(Debug)]
pub(crate) enum Subject {
    /// As the client shows it.
    Open(Arc<Snapshot>),
    /// As it is on disk.
    Closed {
        /// What it is called.
        uri: Uri,
        /// The root it belongs to.
        root: PathBuf,
        /// All that can be said of it.
        loaded: Box<Loaded>,
    },
}

impl Subject {
    /// The plan that the client shows. `None` for a document that is no plan.
    pub(crate) fn open(snapshot: Option<(Arc<Snapshot>, File)>) -> Option<Self> {
        let (snapshot, _) = snapshot?;
        snapshot.is_plan().then_some(Self::Open(snapshot))
    }

    /// Reads a plan that is not open. `None` if it cannot be read, or is none. `now`: milliseconds since 1970-01-01 UTC.
    pub(crate) fn read(uri: &Uri, session: &Session, now: i64) -> Option<Self> {
        let path = crate::session::file_path(uri)?;
        let root = find_root(session, Some(&path));
        let settings = Settings::load(&root).0.with_editor(&session.settings.editor).0;
        if !settings.considers(&tallymark_workspace::relative(&root, &path)) {
            return None;
        }
        let loaded = tallymark_workspace::load_if_plan(&root, &path, &settings, Some(now)).ok()??;
        Some(Self::Closed { uri: uri.clone(), root, loaded: Box::new(loaded) })
    }

    /// Its file.
    pub(crate) fn uri(&self) -> &Uri {
        match self {
            Self::Open(snapshot) => &snapshot.uri,
            Self::Closed { uri, .. } => uri,
        }
    }

    /// The version of its text that the client has; `None` for what is on disk.
    pub(crate) fn version(&self) -> Option<i32> {
        match self {
            Self::Open(snapshot) => Some(snapshot.version),
            Self::Closed { .. } => None,
        }
    }

    /// All that can be said of it.
    pub(crate) fn analysis(&self) -> &Analysis {
        match self {
            Self::Open(snapshot) => &snapshot.analysis,
            Self::Closed { loaded, .. } => &loaded.analysis,
        }
    }

    /// Where its status.json is, or would be.
    pub(crate) fn located(&self) -> Option<&Located> {
        match self {
            Self::Open(snapshot) => snapshot.located.as_deref(),
            Self::Closed { loaded, .. } => Some(&loaded.located),
        }
    }

    /// It in a few words.
    pub(crate) fn summary(&self) -> Summary {
        let (root, path) = match self {
            Self::Open(snapshot) => (&snapshot.root, snapshot.path.as_deref()),
            Self::Closed { root, loaded, .. } => (root, Some(loaded.path.as_path())),
        };
        // A text without a file is called as the client calls it.
        let path = path.map_or_else(|| PathBuf::from(self.uri().path().as_str()), PathBuf::from);
        Summary::new(self.uri().clone(), root, &path, self.analysis(), self.located())
    }
}
