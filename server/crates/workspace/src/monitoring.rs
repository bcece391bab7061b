//! Where the monitoring files of a workspace are.

use std::path::{Component, Path, PathBuf};

use tallymark_events::Place;

use crate::Settings;
use crate::settings::{MonitoringPath, monitoring_path};

/// Folders below the root with what orchestrators and agents leave there.
const USUAL: &[(&str, &[&str])] = &[
    // Gadugi.
    (".gadugi/monitoring", &["*.json", "*.jsonl"]),
    (".github/workflow-states", &["*/state.json"]),
    (".github/workflow-checkpoints", &["*/*.json"]),
    // dev_workflow.
    (".claude", &["orchestrator-registry.json"]),
    ("docs/plan-outputs", &["**/*.jsonl", "**/*.ndjson"]),
    // AI Agent Orchestra.
    ("", &["orchestrator-state.json"]),
];

/// Where monitoring files and agents' streams are looked for: the usual places below `root` (absolute), and those that the
/// settings name. None if they say that none are to be looked at. What one of the files found there is, its text tells.
pub fn monitoring_places(root: &Path, settings: &Settings) -> Vec<Place> {
    if !settings.monitors() {
        return Vec::new();
    }
    let usual = USUAL
        .iter()
        .map(|(folder, globs)| place(root, folder, globs.iter().map(ToString::to_string).collect()));
    let named = settings.monitoring_paths().iter().map(|path| named_place(root, path));
    usual.chain(named).collect()
}

/// Where one glob looks for monitoring files: absolute, or from `root`. The error says what is the matter with it.
///
/// # Errors
/// It is no glob, or leads out of a folder that it does not name.
pub fn monitoring_place(root: &Path, glob: &str) -> Result<Place, String> {
    Ok(named_place(root, &monitoring_path(glob)?))
}

fn named_place(root: &Path, path: &MonitoringPath) -> Place {
    place(root, &path.folder, vec![path.glob.clone()])
}

fn place(root: &Path, folder: &str, globs: Vec<String>) -> Place {
    Place { folder: plain(&root.join(folder)).to_string_lossy().into_owned(), globs }
}

/// A path without `.` and `..`, as it reads: links are not followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::Source;

    use super::*;

    fn places(toml: &str) -> Vec<(String, Vec<String>)> {
        let (settings, problems) =
            Settings::from_text(Path::new("tallymark.toml"), Arc::new(Source::new(toml)));
        assert_eq!(problems, []);
        let places = monitoring_places(Path::new("/work place/[1]"), &settings);
        places.into_iter().map(|place| (place.folder, place.globs)).collect()
    }

    #[test]
    fn the_usual_places_lie_below_the_root() {
        let places = places("");
        assert_eq!(places.len(), USUAL.len());
        assert_eq!(places[0].0, "/work place/[1]/.gadugi/monitoring");
        assert_eq!(places.last().map(|place| place.0.as_str()), Some("/work place/[1]"));
    }

    #[test]
    fn the_settings_name_others_and_their_folder_is_what_names_one() {
        let text = r#"[monitoring]
paths = ["a.jsonl", "logs/run.jsonl", "logs/*/x/*.jsonl", "../trees/**/r.json", "/var/log/agents/", "./b/*"]
"#;
        let named: Vec<(String, String)> = places(text)
            .into_iter()
            .skip(USUAL.len())
            .map(|(folder, globs)| (folder, globs.concat()))
            .collect();
        let expected = [
            ("/work place/[1]", "a.jsonl"),
            ("/work place/[1]/logs", "run.jsonl"),
            ("/work place/[1]/logs", "*/x/*.jsonl"),
            ("/work place/trees", "**/r.json"),
            ("/var/log/agents", "**"),
            ("/work place/[1]/b", "*"),
        ];
        assert_eq!(named, expected.map(|(folder, glob)| (folder.to_owned(), glob.to_owned())));
    }

    #[test]
    fn none_where_they_are_switched_off() {
        assert_eq!(places("[monitoring]\nenabled = false\npaths = [\"a.jsonl\"]\n"), []);
    }
}
