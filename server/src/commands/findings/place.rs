//! Where the findings of a task are kept: `findings/<id>.md` beside status.json, as the orchestrator does it.

use std::path::{Component, Path, PathBuf};

use tallymark_status::{EntryIndex, Revision, Status};

use crate::current::Current;
use crate::exit::Failure;

/// The folder, beside status.json.
pub const FOLDER: &str = "findings";

/// A longer name is cut: file systems take 255 bytes, and a hash follows.
const LONGEST: usize = 80;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The file's name for an entry: its id with `-` for `.`, so `1.1` has `1-1.md`. Where that is no name that every file system
/// takes, or another entry would have the same, a hash of the id follows. No id leads out of the folder.
pub fn name(status: &Status, entry: EntryIndex) -> String {
    let id = status.id(entry);
    let plain = plain(id);
    // Of two that would share a name, also where case does not count, one keeps it: rather without a dash of its own.
    let rank = |id: &str| (id.contains('-'), id.to_owned());
    let taken = status.entries().any(|(other, _)| {
        let other = status.id(other);
        is_usual(other) && self::plain(other).eq_ignore_ascii_case(&plain) && rank(other) < rank(id)
    });
    let usual = is_usual(id) && !taken;
    if usual { format!("{plain}.md") } else { format!("{plain}-{}.md", Revision::of(id.as_bytes())) }
}

fn is_usual(id: &str) -> bool {
    let device = {
        let lower = id.to_ascii_lowercase();
        let stem = lower.split('.').next().unwrap_or_default();
        let numbered = matches!(stem.get(..3), Some("com" | "lpt")) && stem.len() == 4;
        DEVICES.contains(&stem) || numbered
    };
    id.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && id.len() <= LONGEST
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && !device
}

/// The id with nothing but letters, digits, `-` and `_`.
fn plain(id: &str) -> String {
    let characters = id.chars().map(|character| match character {
        '.' | '-' => '-',
        character if character.is_ascii_alphanumeric() || character == '_' => character,
        _ => '_',
    });
    characters.take(LONGEST).collect()
}

/// The folder that findings are written to, real and inside of what is the plan's.
///
/// # Errors
/// A link leads out of it.
pub fn folder(current: &Current) -> Result<PathBuf, Failure> {
    let beside = beside(current);
    let folder = beside.join(FOLDER);
    match folder.canonicalize() {
        Ok(real) if inside(current, &real) => Ok(folder),
        Ok(real) => Err(leads_out(&folder, &real)),
        Err(_) => Ok(folder),
    }
}

/// The file that holds what is kept of an entry: where its `findingsPath` says, from status.json's folder or from the root;
/// else where we would write it. `None` if there is none.
///
/// # Errors
/// It leads out of the workspace.
pub fn kept(current: &Current, status: &Status, entry: EntryIndex) -> Result<Option<PathBuf>, Failure> {
    let beside = beside(current);
    let named = status.entry(entry).findings_path.as_ref().map(|path| status.str(path).replace('\\', "/"));
    let named = named.as_deref().filter(|path| !path.is_empty()).map(Path::new);
    let mut candidates = Vec::new();
    if let Some(path) = named {
        candidates.push(beside.join(path));
        candidates.push(current.workspace.root.join(path));
    }
    candidates.push(beside.join(FOLDER).join(name(status, entry)));
    let Some(found) = candidates.into_iter().find(|path| path.exists()) else { return Ok(None) };
    match found.canonicalize() {
        Ok(real) if inside(current, &real) => Ok(Some(without_dots(&found))),
        Ok(real) => Err(leads_out(&found, &real)),
        Err(_) => Ok(None),
    }
}

fn beside(current: &Current) -> PathBuf {
    current.loaded.located.path.parent().unwrap_or(Path::new("")).to_owned()
}

/// Whether a real path lies in the workspace, or in the folder of status.json.
fn inside(current: &Current, real: &Path) -> bool {
    [current.workspace.root.clone(), beside(current)]
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .any(|folder| real.starts_with(folder))
}

fn leads_out(path: &Path, real: &Path) -> Failure {
    Failure::could_not(format!(
        "{} leads to {}, out of the workspace; it is left alone",
        path.display(),
        real.display()
    ))
}

fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::Source;

    use super::*;

    fn names(ids: &[&str]) -> Vec<String> {
        let entries: Vec<String> =
            ids.iter().map(|id| serde_json::json!({ "id": id, "status": "pending" }).to_string()).collect();
        let text = format!("{{\"tasks\":[{}]}}", entries.join(","));
        let status = Status::parse(Arc::new(Source::new(&text)));
        (0..ids.len()).map(|index| name(&status, EntryIndex(index as u32))).collect()
    }

    #[test]
    fn usual_ids_have_the_names_that_the_orchestrator_gives() {
        assert_eq!(
            names(&["1.1", "2.10.3", "T012", "ABC-1"]),
            ["1-1.md", "2-10-3.md", "T012.md", "ABC-1.md"]
        );
    }

    #[test]
    fn no_id_leads_anywhere_else() {
        let odd =
            ["../../etc/passwd", "/etc/passwd", "a\\b", "..", "nul", "com1.x", "~ab", "ü", "a\u{0}b", " "];
        for name in names(&odd) {
            let stem = name.strip_suffix(".md").unwrap();
            assert!(stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{name}");
            assert!(stem.len() > 16, "{name}: two ids must not share one");
        }
        let long = "x".repeat(3000);
        assert!(names(&[&long])[0].len() < 120);
    }

    #[test]
    fn two_ids_never_share_a_file() {
        let ids = ["1.1", "1-1", "a.b", "A.b", "a_b", "a b", "a/b"];
        let mut names: Vec<String> = names(&ids).iter().map(|name| name.to_ascii_lowercase()).collect();
        assert_eq!(names[0], "1-1.md");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ids.len(), "{names:?}");
    }
}
