//! Which files of a workspace may be plans.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::{SETTINGS_FILE, Settings, relative};

/// The endings that a plan's name has, without the dot.
pub const PLAN_EXTENSIONS: [&str; 3] = ["md", "markdown", "mdown"];

/// Folders that hold no plans, whatever the ignore files say. Other hidden folders are looked into: Kiro keeps its plans
/// in `.kiro`.
const NEVER: [&str; 6] = [".git", ".hg", ".svn", ".tallymark", "node_modules", "target"];

/// What was found, and where was looked.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Files that may be plans, sorted: named by the caller, or markdown that the settings' globs allow. Which of them are
    /// plans, only reading them tells: [`load_if_plan`](crate::load_if_plan).
    pub plans: Vec<PathBuf>,
    /// Of those, the ones that the caller named: they are looked at in any case.
    pub named: Vec<PathBuf>,
    /// Folders that are the root of a workspace of their own, with settings of their own: they were not looked into.
    pub nested: Vec<PathBuf>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// Folders and files that could not be read, and why.
    pub problems: Vec<(PathBuf, String)>,
}

/// Finds the files that may be plans below `paths` (files, folders; the root itself if empty), obeying ignore files and
/// the settings. A file that is named is taken as it is.
pub fn discover(root: &Path, paths: &[PathBuf], settings: &Settings) -> Discovery {
    let mut found = Discovery::default();
    let (mut folders, whole) = (Vec::new(), [root.to_owned()]);
    for path in if paths.is_empty() { &whole } else { paths } {
        if path.is_dir() {
            folders.push(path);
        } else {
            found.looked_at += 1;
            found.named.push(path.clone());
        }
    }
    found.plans.clone_from(&found.named);
    if let Some((first, others)) = folders.split_first() {
        let mut walk = WalkBuilder::new(first);
        for other in others {
            walk.add(other);
        }
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
        let shared = Mutex::new(&mut found);
        let own_settings = root.join(SETTINGS_FILE).exists();
        walk.hidden(false)
            .require_git(false)
            .threads(threads)
            .filter_entry(|entry| !never(entry))
            .build_parallel()
            .run(|| Box::new(|entry| visit(root, own_settings, settings, &shared, entry)));
    }
    for list in [&mut found.plans, &mut found.named, &mut found.nested] {
        list.sort_unstable();
        list.dedup();
    }
    found.problems.sort_unstable();
    found
}

fn never(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_some_and(|kind| kind.is_dir())
        && NEVER.iter().any(|never| entry.file_name() == *never)
}

/// Looks at one thing that the walk came by.
fn visit(
    root: &Path,
    own_settings: bool,
    settings: &Settings,
    found: &Mutex<&mut Discovery>,
    entry: Result<DirEntry, ignore::Error>,
) -> WalkState {
    let note = |write: &dyn Fn(&mut Discovery)| {
        // A poisoned lock means another walker panicked; its panic is what will be seen.
        if let Ok(mut found) = found.lock() {
            write(&mut found);
        }
    };
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let path = path_of(&error).unwrap_or(root).to_owned();
            note(&|found| found.problems.push((path.clone(), words(&error))));
            return WalkState::Continue;
        }
    };
    let Some(kind) = entry.file_type() else { return WalkState::Continue };
    let path = entry.path();
    if kind.is_dir() {
        // What was named is looked through under this root, whatever it begins: `--root` may say so.
        let named = entry.depth() == 0;
        if !named && path != root && begins_a_workspace(path, own_settings) && !root.starts_with(path) {
            note(&|found| found.nested.push(path.to_owned()));
            return WalkState::Skip;
        }
        return WalkState::Continue;
    }
    if kind.is_file() {
        let plan = has_plan_extension(path) && settings.considers(&relative(root, path));
        note(&|found| {
            found.looked_at += 1;
            if plan {
                found.plans.push(path.to_owned());
            }
        });
    }
    WalkState::Continue
}

fn has_plan_extension(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| PLAN_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether a folder below a root has a root of its own: the nearest settings file wins, and `.git` counts where there is
/// none above.
fn begins_a_workspace(folder: &Path, own_settings: bool) -> bool {
    folder.join(SETTINGS_FILE).exists() || (!own_settings && folder.join(".git").exists())
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    let mut error = error;
    loop {
        match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error = err,
            _ => return None,
        }
    }
}

fn words(error: &ignore::Error) -> String {
    match error.io_error().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::PermissionDenied) => "cannot be read: no permission".to_owned(),
        Some(std::io::ErrorKind::NotFound) => "is gone".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn found(folder: &Path, paths: &[PathBuf]) -> Vec<String> {
        let (settings, problems) = Settings::load(folder);
        assert_eq!(problems, []);
        let found = discover(folder, paths, &settings);
        assert_eq!(found.problems, []);
        found.plans.iter().map(|path| relative(folder, path)).collect()
    }

    #[test]
    fn hidden_folders_are_looked_into_and_ignored_ones_are_not() {
        let folder = workspace(&[
            (".gitignore", "drafts/\n"),
            (".kiro/specs/a/tasks.md", ""),
            (".specify/x.md", ""),
            (".git/description.md", ""),
            ("drafts/a.md", ""),
            ("node_modules/p/README.md", ""),
            ("target/doc/a.md", ""),
            ("docs/plans/ü #1.MD", ""),
            ("src/main.rs", ""),
        ]);
        assert_eq!(
            found(folder.path(), &[]),
            [".kiro/specs/a/tasks.md", ".specify/x.md", "docs/plans/ü #1.MD"]
        );
    }

    #[test]
    fn globs_of_the_settings_choose_and_a_named_file_is_taken_in_any_case() {
        let folder = workspace(&[
            ("tallymark.toml", "[plans]\ninclude = [\"docs/**/*.md\"]\nexclude = [\"docs/old/**\"]\n"),
            ("docs/a.md", ""),
            ("docs/deep/b.md", ""),
            ("docs/old/c.md", ""),
            ("README.md", ""),
        ]);
        assert_eq!(found(folder.path(), &[]), ["docs/a.md", "docs/deep/b.md"]);
        let named = folder.path().join("docs/old/c.md");
        assert_eq!(found(folder.path(), &[named]), ["docs/old/c.md"]);
    }

    #[test]
    fn a_folder_with_settings_of_its_own_is_left_to_them() {
        let folder =
            workspace(&[("a.md", ""), ("inner/tallymark.toml", ""), ("inner/b.md", ""), ("sub/.git/x", "")]);
        let found = discover(folder.path(), &[], &Settings::default());
        assert_eq!(found.plans, [folder.path().join("a.md")]);
        assert_eq!(found.nested, [folder.path().join("inner"), folder.path().join("sub")]);
        // Named under this root, as `--root` may have it, it is looked through, and not left once more.
        let named = discover(folder.path(), &found.nested, &Settings::default());
        assert_eq!(named.plans, [folder.path().join("inner/b.md")]);
        assert!(named.nested.is_empty());
    }

    #[test]
    fn paths_that_overlap_give_each_file_once() {
        let folder = workspace(&[("docs/a.md", ""), ("docs/b.md", "")]);
        let paths = [folder.path().join("docs"), folder.path().join("docs/a.md"), folder.path().to_owned()];
        assert_eq!(found(folder.path(), &paths), ["docs/a.md", "docs/b.md"]);
    }
}
