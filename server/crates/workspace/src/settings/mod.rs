//! What is in force for one root: the command line before `tallymark.toml` before the editor before the defaults.

mod editor;
mod file;
mod values;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use globset::{GlobMatcher, GlobSet, GlobSetBuilder};
use tallymark_plan::Dialect;
use tallymark_sync::{Config, Format, Limits};
use tallymark_text::Source;

use crate::Repository;

pub use editor::EditorSettings;
pub(crate) use values::monitoring_path;
pub use values::{FailOn, FormatValues, LimitValues, MonitoringPath, Values};
pub use write::{SettingsEdit, treat_as_plan};

/// The name of the settings file, in the root.
pub const SETTINGS_FILE: &str = "tallymark.toml";

/// The `status.location` for which all work trees of a Git repository share one status file.
pub(crate) const COMMON_DIRECTORY: &str = "git-common-dir";

/// The settings in force for one root.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The file they came from, if there is one.
    pub file: Option<PathBuf>,
    /// Its text, which the spans of its problems point into.
    pub source: Option<Arc<Source>>,
    values: Values,
    include: Option<GlobSet>,
    exclude: GlobSet,
    dialects: Vec<(GlobMatcher, Dialect)>,
    status_map: Vec<(GlobMatcher, String)>,
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
    /// Reads `tallymark.toml` in `root`; the defaults if there is none. What is wrong in it is left out and reported.
    pub fn load(root: &Path) -> (Self, Vec<SettingsProblem>) {
        let path = root.join(SETTINGS_FILE);
        match crate::read_source(&path) {
            Ok(source) => {
                let (values, mut problems) = file::parse(source.text());
                if values.status_location.as_deref() == Some(COMMON_DIRECTORY)
                    && Repository::of(root).is_none()
                {
                    let at = source.text().find(COMMON_DIRECTORY).unwrap_or(0);
                    let message =
                        "there is no Git repository here whose work trees could share a status file"
                            .to_owned();
                    problems.push(SettingsProblem { message, span: at..at + COMMON_DIRECTORY.len() });
                }
                let settings = Self { file: Some(path), source: Some(Arc::new(source)), ..Self::of(values) };
                (settings, problems)
            }
            Err(error) if error.missing => (Self::default(), Vec::new()),
            Err(error) => {
                let problem =
                    SettingsProblem { message: format!("{SETTINGS_FILE} {}", error.message), span: 0..0 };
                (Self { file: Some(path), ..Self::default() }, vec![problem])
            }
        }
    }

    /// The same settings for another text of `tallymark.toml` (an unsaved buffer).
    pub fn from_text(path: &Path, source: Arc<Source>) -> (Self, Vec<SettingsProblem>) {
        let (values, problems) = file::parse(source.text());
        (Self { file: Some(path.to_owned()), source: Some(source), ..Self::of(values) }, problems)
    }

    /// These settings, and where they say nothing, the editor's. What is wrong in those is left out and told in words.
    #[must_use]
    pub fn with_editor(&self, editor: &EditorSettings) -> (Self, Vec<String>) {
        let (weaker, problems) = editor.values();
        let values = self.values.clone().or(weaker);
        (Self { file: self.file.clone(), source: self.source.clone(), ..Self::of(values) }, problems)
    }

    /// Other settings, and where they say nothing, these: the command line's come before the file's.
    #[must_use]
    pub fn below(&self, stronger: Values) -> Self {
        let values = stronger.or(self.values.clone());
        Self { file: self.file.clone(), source: self.source.clone(), ..Self::of(values) }
    }

    fn of(values: Values) -> Self {
        let set = |globs: &[globset::Glob]| {
            let mut builder = GlobSetBuilder::new();
            for glob in globs {
                builder.add(glob.clone());
            }
            // Each glob was compiled by itself; together they can only be too large, and then none is obeyed.
            builder.build().unwrap_or_default()
        };
        Self {
            file: None,
            source: None,
            include: values.include.as_deref().map(set),
            exclude: set(values.exclude.as_deref().unwrap_or_default()),
            dialects: values
                .dialects
                .iter()
                .map(|(glob, dialect)| (glob.compile_matcher(), *dialect))
                .collect(),
            status_map: values
                .status_map
                .iter()
                .map(|(glob, to)| (glob.compile_matcher(), to.clone()))
                .collect(),
            rules: Arc::new(Config {
                boxes: values.boxes.unwrap_or_default(),
                severities: values.rules.clone(),
                limits: values.limits.limits(),
                format: values.format.format(),
            }),
            values,
        }
    }

    /// The dialect that the settings name for a path from the root: the first glob that matches.
    pub fn dialect(&self, relative_path: &str) -> Option<Dialect> {
        self.dialects.iter().find(|(glob, _)| glob.is_match(relative_path)).map(|(_, dialect)| *dialect)
    }

    /// Whether a file may be a plan as far as the settings go: one with a dialect of its own always, else one that
    /// `include` allows (everything, if there is none) and `exclude` does not take out.
    pub fn considers(&self, relative_path: &str) -> bool {
        self.dialect(relative_path).is_some()
            || (self.include.as_ref().is_none_or(|include| include.is_match(relative_path))
                && !self.exclude.is_match(relative_path))
    }

    /// The globs that plans are looked for with; `None` where all markdown is looked at.
    pub fn include(&self) -> Option<Vec<&str>> {
        self.values.include.as_ref().map(|globs| globs.iter().map(globset::Glob::glob).collect())
    }

    /// Where the settings say that a plan's status.json is, from the root: the map's first glob that matches, else
    /// `location`.
    pub(crate) fn status_path(&self, relative_plan: &str) -> Option<String> {
        let location = self.values.status_location.as_ref().filter(|location| *location != COMMON_DIRECTORY);
        let template = self.mapped(relative_plan).or(location)?;
        let (folder, name) = relative_plan.rsplit_once('/').unwrap_or((".", relative_plan));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let path = template.replace("{stem}", stem).replace("{folder}", folder);
        let file = path.split('#').next().unwrap_or_default();
        let names_a_file = [".json", ".jsonl", ".yaml", ".yml"].iter().any(|ending| file.ends_with(ending));
        Some(if names_a_file || path.contains(".claude/tasks/") {
            path
        } else {
            format!("{}/status.json", path.trim_end_matches('/'))
        })
    }

    /// Whether the status file of this plan is shared by all work trees of the repository.
    pub fn shares_status(&self, relative_plan: &str) -> bool {
        self.values.status_location.as_deref() == Some(COMMON_DIRECTORY)
            && self.mapped(relative_plan).is_none()
    }

    /// What the settings' map says of a plan.
    fn mapped(&self, relative_plan: &str) -> Option<&String> {
        self.status_map.iter().find(|(glob, _)| glob.is_match(relative_plan)).map(|(_, to)| to)
    }

    /// What the rules obey.
    pub fn rules(&self) -> Arc<Config> {
        Arc::clone(&self.rules)
    }

    /// How often failed tasks are tried again, and when tasks are stuck.
    pub fn limits(&self) -> Limits {
        self.rules.limits
    }

    /// How long somebody who is said to be at work may be silent.
    pub fn live_limits(&self) -> tallymark_live::Limits {
        self.values.limits.live()
    }

    /// What formatting does to plans.
    pub fn format(&self) -> Format {
        self.rules.format
    }

    /// How long to wait for the lock of a status file; `None` for the store's own patience.
    pub fn lock_wait(&self) -> Option<Duration> {
        self.values.limits.lock_wait
    }

    /// How long another program's lock goes unrefreshed until it counts as a dead one's; `None` for the store's own rule.
    pub fn foreign_stale(&self) -> Option<Duration> {
        self.values.limits.foreign_stale
    }

    /// The baseline that `check` hides known findings by, from the root.
    pub fn baseline(&self) -> Option<&str> {
        self.values.baseline.as_deref()
    }

    /// Whether monitoring files are looked at.
    pub fn monitors(&self) -> bool {
        self.values.monitoring.unwrap_or(true)
    }

    /// Where monitoring files are looked for beside the usual places.
    pub fn monitoring_paths(&self) -> &[MonitoringPath] {
        self.values.monitoring_paths.as_deref().unwrap_or_default()
    }

    /// From which severity on `check` fails.
    pub fn fail_on(&self) -> FailOn {
        self.values.fail_on.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        let (settings, problems) =
            Settings::from_text(Path::new("tallymark.toml"), Arc::new(Source::new(text)));
        assert_eq!(problems, []);
        settings
    }

    #[test]
    fn the_command_line_comes_before_the_file_and_the_file_before_the_editor() {
        use tallymark_sync::Boxes;
        let editor = EditorSettings {
            boxes: Some("mirror".into()),
            exclude: Some(vec!["old/**".into()]),
            ..EditorSettings::default()
        };
        let file = settings("boxes = \"reference\"\n");
        let (with_editor, problems) = file.with_editor(&editor);
        assert_eq!(problems, [""; 0]);
        assert_eq!(with_editor.rules().boxes, Boxes::Reference);
        assert!(!with_editor.considers("old/a.md"));
        let line = Values { boxes: Some(Boxes::Mirror), ..Values::default() };
        assert_eq!(file.below(line).rules().boxes, Boxes::Mirror);
        assert_eq!(Settings::default().with_editor(&editor).0.rules().boxes, Boxes::Mirror);
    }

    #[test]
    fn a_file_with_a_dialect_is_considered_though_it_is_excluded() {
        let settings = settings(
            "[plans]\nexclude = [\"notes/**\"]\n[[dialect]]\nglob = \"notes/todo.md\"\nname = \"plain\"\n",
        );
        assert_eq!(settings.dialect("notes/todo.md"), Some(Dialect::Plain));
        assert!(settings.considers("notes/todo.md") && !settings.considers("notes/other.md"));
    }

    #[test]
    fn a_star_stays_in_its_folder_and_a_bare_name_is_found_in_every_folder() {
        let settings = settings("[plans]\ninclude = [\"docs/*.md\", \"tasks.md\", \"deep/\"]\n");
        for path in ["docs/a.md", "tasks.md", "a/b/tasks.md", "deep/a/b.md"] {
            assert!(settings.considers(path), "{path}");
        }
        for path in ["docs/a/b.md", "a/docs/a.md", "a.md"] {
            assert!(!settings.considers(path), "{path}");
        }
    }

    #[test]
    fn the_status_location_holds_for_plans_that_the_map_does_not_name() {
        let settings = settings(
            "[status]\nlocation = \"{folder}/.state/{stem}\"\nmap = { \"a/b.md\" = \"x/own.json\" }\n",
        );
        assert_eq!(settings.status_path("a/b.md").as_deref(), Some("x/own.json"));
        assert_eq!(settings.status_path("a/c.md").as_deref(), Some("a/.state/c/status.json"));
        assert_eq!(settings.status_path("c.md").as_deref(), Some("./.state/c/status.json"));
    }
}
