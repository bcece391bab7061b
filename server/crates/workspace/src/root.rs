//! Where a workspace begins.

use std::path::{Path, PathBuf};

use crate::SETTINGS_FILE;

/// The root of a path: its nearest ancestor with `tallymark.toml`, else its nearest with `.git`, else `fallback` if the
/// path lies in it, else the folder above its `docs/plans`, else the folder it lies in. Paths are absolute.
pub fn find_root(path: &Path, fallback: &Path) -> PathBuf {
    for marker in [SETTINGS_FILE, ".git"] {
        if let Some(root) = path.ancestors().find(|ancestor| ancestor.join(marker).exists()) {
            return root.to_owned();
        }
    }
    if path.starts_with(fallback) {
        return fallback.to_owned();
    }
    if let Some(root) = path.ancestors().find(|ancestor| ancestor.ends_with("docs/plans"))
        && let Some(root) = root.parent().and_then(Path::parent)
    {
        return root.to_owned();
    }
    if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() }
}

/// A Git repository, as one of its work trees sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The work tree's top folder.
    pub top: PathBuf,
    /// The folder that all work trees of the repository share: the `.git` of the first one.
    pub common: PathBuf,
}

impl Repository {
    /// The one that `folder` lies in, read as gitrepository-layout(5) has it: `.git` is a folder, or a file that names one,
    /// and that one's `commondir` names the shared one.
    pub fn of(folder: &Path) -> Option<Self> {
        let top = folder.ancestors().find(|ancestor| ancestor.join(".git").exists())?;
        let dot_git = top.join(".git");
        if dot_git.is_dir() {
            return Some(Self { top: top.to_owned(), common: dot_git });
        }
        let own = top.join(line_of(&dot_git)?.strip_prefix("gitdir:")?.trim());
        let common = match line_of(&own.join("commondir")) {
            Some(common) => own.join(common),
            // A submodule's: it has no others.
            None => own,
        };
        let common = common.canonicalize().ok()?;
        Some(Self { top: top.to_owned(), common })
    }
}

/// The first line of one of Git's small files.
fn line_of(path: &Path) -> Option<String> {
    let bytes = crate::read_bytes(path, 64 * 1024).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linked_work_tree_leads_to_the_shared_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("main/.git/worktrees/side")).unwrap();
        std::fs::create_dir_all(root.join("side/docs")).unwrap();
        std::fs::write(root.join("side/.git"), "gitdir: ../main/.git/worktrees/side\n").unwrap();
        std::fs::write(root.join("main/.git/worktrees/side/commondir"), "../..\n").unwrap();
        let of = |path: &str| Repository::of(&root.join(path)).map(|found| (found.top, found.common));
        let common = root.join("main/.git");
        assert_eq!(of("side/docs"), Some((root.join("side"), common.clone())));
        assert_eq!(of("main"), Some((root.join("main"), common)));
        std::fs::write(root.join("side/.git"), "nothing of the kind").unwrap();
        assert_eq!(of("side/docs"), None);
    }

    #[test]
    fn the_nearest_settings_file_wins_over_a_nearer_git_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/.git")).unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        assert_eq!(find_root(&root.join("a/b/plan.md"), root), root.join("a"));
        std::fs::write(root.join(SETTINGS_FILE), "").unwrap();
        assert_eq!(find_root(&root.join("a/b/plan.md"), root), root);
    }

    #[test]
    fn without_either_it_is_the_folder_we_are_in_or_the_one_above_docs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("x/docs/plans")).unwrap();
        std::fs::create_dir(root.join("elsewhere")).unwrap();
        let plan = root.join("x/docs/plans/plan.md");
        assert_eq!(find_root(&plan, root), root);
        assert_eq!(find_root(&plan, &root.join("elsewhere")), root.join("x"));
        assert_eq!(find_root(&root.join("x/plan.md"), &root.join("elsewhere")), root.join("x"));
    }
}
