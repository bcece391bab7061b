//! The findings that agents leave beside status.json: one text a task, `findings/1-1.md`.

use std::path::{Path, PathBuf};

/// How many are looked at: more than any plan has tasks that somebody wrote about.
const MOST: usize = 1000;

/// The findings files beside a status.json, in the order of their names.
pub fn findings_files(status: &Path) -> Vec<PathBuf> {
    let Some(folder) = status.parent() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder.join("findings")) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "md")).take(MOST).collect();
    files.sort_unstable();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_beside_status_json_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let status = folder.path().join("status.json");
        assert_eq!(findings_files(&status), [""; 0].map(PathBuf::from));
        std::fs::create_dir(folder.path().join("findings")).unwrap();
        for name in ["2-1.md", "1-1.md", "1-1.png"] {
            std::fs::write(folder.path().join("findings").join(name), "x").unwrap();
        }
        let names: Vec<_> =
            findings_files(&status).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["1-1.md", "2-1.md"]);
    }
}
