//! The plans that lie on disk, open or not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tallymark_text::Source;
use tallymark_workspace::{EditorSettings, SETTINGS_FILE, Settings};
use tower_lsp::ls_types::Uri;

use super::summary::Summary;

/// What is known of the files that may be plans; a file is read again only if it, or its status.json, is another.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    editor: EditorSettings,
    settings: HashMap<PathBuf, Option<Arc<Source>>>,
    files: HashMap<PathBuf, Known>,
}

/// What tells cheaply that a file may be another; `None` if it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// What is known of a file.
#[derive(Debug)]
struct Known {
    /// The file, and wherever its status.json is or could be, as they were when it was read.
    stamps: Vec<(PathBuf, Stamp)>,
    /// `None` for what is no plan.
    summary: Option<Summary>,
}

impl Discovered {
    /// Looks at all folders. Gives the plans there, by path. `now`: milliseconds since 1970-01-01 UTC.
    pub(crate) fn look(
        &mut self,
        folders: &[PathBuf],
        editor: &EditorSettings,
        now: i64,
    ) -> HashMap<PathBuf, Summary> {
        if self.editor != *editor {
            *self = Self { editor: editor.clone(), ..Self::default() };
        }
        let mut before = std::mem::take(&mut self.files);
        // A folder in a workspace may be a root of its own, with settings of its own.
        let mut pending: Vec<PathBuf> = folders.to_vec();
        let mut looked_at = Vec::new();
        while let Some(folder) = pending.pop() {
            if looked_at.contains(&folder) {
                continue;
            }
            let root = tallymark_workspace::find_root(&folder.join(SETTINGS_FILE), &folder);
            let settings = self.settings_of(&root, &mut before);
            let found = tallymark_workspace::discover(&root, std::slice::from_ref(&folder), &settings);
            for path in found.plans {
                let known = match before.remove(&path) {
                    Some(known) if known.stamps.iter().all(|(path, then)| stamp(path) == *then) => known,
                    _ => read(&root, &path, &settings, now),
                };
                self.files.insert(path, known);
            }
            pending.extend(found.nested);
            looked_at.push(folder);
        }
        let plans =
            self.files.iter().filter_map(|(path, known)| Some((path.clone(), known.summary.clone()?)));
        plans.collect()
    }

    /// The settings of a root. If they are others than before, what is known of its files counts no more.
    fn settings_of(&mut self, root: &Path, files: &mut HashMap<PathBuf, Known>) -> Settings {
        let settings = Settings::load(root).0;
        let before = self.settings.insert(root.to_owned(), settings.source.clone());
        if before.is_some_and(|before| before != settings.source) {
            files.retain(|path, _| !path.starts_with(root));
        }
        settings.with_editor(&self.editor).0
    }
}

fn read(root: &Path, path: &Path, settings: &Settings, now: i64) -> Known {
    // Stamped before it is read: what changes meanwhile is read again.
    let mut stamps = vec![(path.to_owned(), stamp(path))];
    let loaded = tallymark_workspace::load_if_plan(root, path, settings, Some(now)).ok().flatten();
    let summary = loaded.and_then(|loaded| {
        let candidates = loaded.located.candidates.iter();
        stamps.extend(candidates.map(|path| (path.clone(), stamp(path))));
        let uri = Uri::from_file_path(path)?;
        Some(Summary::new(uri, root, path, &loaded.analysis, Some(&loaded.located)))
    });
    Known { stamps, summary }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
