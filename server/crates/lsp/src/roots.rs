//! The settings of each root: `tallymark.toml`, and below it what the client says.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_workspace::{EditorSettings, SETTINGS_FILE, Settings, SettingsProblem};

use crate::documents::Documents;

/// The settings in force in each root, read once and kept until they change.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    by_root: HashMap<PathBuf, Root>,
}

/// The settings of one root.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// What is in force.
    pub(crate) settings: Arc<Settings>,
    /// What is wrong in `tallymark.toml`.
    pub(crate) problems: Arc<Vec<SettingsProblem>>,
}

impl Roots {
    /// The settings of a root. An open `tallymark.toml` counts as the client shows it.
    pub(crate) fn get(&mut self, root: &Path, editor: &EditorSettings, documents: &Documents) -> Root {
        if let Some(known) = self.by_root.get(root) {
            return known.clone();
        }
        let file = root.join(SETTINGS_FILE);
        let (settings, problems) = match documents.of_path(&file) {
            Some(document) => Settings::from_text(&file, Arc::clone(&document.source)),
            None => Settings::load(root),
        };
        let (settings, in_editor) = settings.with_editor(editor);
        for problem in in_editor {
            tracing::warn!("{problem}");
        }
        let known = Root { settings: Arc::new(settings), problems: Arc::new(problems) };
        self.by_root.insert(root.to_owned(), known.clone());
        known
    }

    /// The roots known, with their settings files' problems.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Path, &Root)> {
        self.by_root.iter().map(|(path, root)| (path.as_path(), root))
    }

    /// Forgets the roots that no plan belongs to any more.
    pub(crate) fn keep_only(&mut self, used: impl Fn(&Path) -> bool) {
        self.by_root.retain(|root, _| used(root));
    }

    /// Forgets everything: it is read again when it is asked for.
    pub(crate) fn clear(&mut self) {
        self.by_root.clear();
    }
}
