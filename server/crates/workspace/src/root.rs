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

#[cfg(test)]
mod tests {
    use super::*;

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
