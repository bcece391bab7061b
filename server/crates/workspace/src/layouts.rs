//! Where other programs keep the state of a plan: their own layouts, looked at when there is no status.json.

use std::path::{Path, PathBuf};

use tallymark_plan::Plan;
use tallymark_status::Format;

use crate::read_bytes;

/// A store of more bytes than this is not searched for the titles of a plan: the settings have to name it. 16 MiB.
const SEARCHED: u64 = 16 << 20;

/// So many titles of a plan are searched for.
const SAMPLE: usize = 16;

/// The first store of another program that exists and belongs to this plan, with every path that was looked at.
pub(crate) fn find(root: &Path, plan_path: &Path, plan: &Plan) -> (Option<(PathBuf, Format)>, Vec<PathBuf>) {
    let mut looked_at = Vec::new();
    for (path, format) in possible(root, plan_path) {
        looked_at.push(path.clone());
        if path.is_file() && belongs(&path, format, plan) {
            return (Some((path, format)), looked_at);
        }
    }
    (None, looked_at)
}

/// The places of a plan, nearest first. Claude Code's folders bear the names of sessions: only the settings can name one.
fn possible(root: &Path, plan_path: &Path) -> Vec<(PathBuf, Format)> {
    let folder = plan_path.parent().unwrap_or(root);
    let name = plan_path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut possible = Vec::new();
    if name == "tasks.md" {
        possible.push((folder.join("tasks.meta.json"), Format::Kiro));
    }
    let of_epics = name.starts_with("epic") || folder.ends_with("epics");
    if of_epics {
        let near = [folder.join("sprint-status.yaml"), folder.join("../sprint-status.yaml")];
        let usual = [
            "_bmad-output/implementation-artifacts/sprint-status.yaml",
            "docs/sprint-artifacts/sprint-status.yaml",
            "docs/stories/sprint-status.yaml",
            "docs/sprint-status.yaml",
        ];
        let usual = usual.map(|path| root.join(path));
        let new = near.into_iter().map(|path| crate::locate::normal(&path)).chain(usual);
        possible.extend(new.map(|path| (path, Format::Bmad)));
    }
    for path in [".taskmaster/tasks/tasks.json", "tasks/tasks.json"] {
        possible.push((root.join(path), Format::TaskMaster));
    }
    possible.push((root.join(".beads/issues.jsonl"), Format::Beads));
    possible.dedup();
    possible
}

/// Whether a store is about this plan. One beside the plan is; one of the whole project only if it knows at least half of
/// the plan's titles: most plans of a project are not those that its tracker was filled from.
fn belongs(path: &Path, format: Format, plan: &Plan) -> bool {
    if format == Format::Kiro {
        return true;
    }
    let Ok(bytes) = read_bytes(path, SEARCHED) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    if format == Format::TaskMaster && Format::of(&path.to_string_lossy().replace('\\', "/"), &text) != format
    {
        return false;
    }
    let wanted: Vec<String> = plan
        .tasks()
        .filter_map(|(task, _)| match format {
            // Titles in other scripts are translated in its keys: the number is what stays.
            Format::Bmad => {
                plan.id(task)?.split_once('.').map(|(epic, story)| format!("\n  {epic}-{story}-"))
            }
            _ => searchable(plan.title(task)),
        })
        .take(SAMPLE)
        .collect();
    let found =
        wanted.iter().filter(|wanted| memchr::memmem::find(text.as_bytes(), wanted.as_bytes()).is_some());
    let found = found.count();
    found * 2 >= wanted.len() && found >= wanted.len().min(2) && found > 0
}

/// A title that stands in JSON as it stands in the plan, if it is long enough to say something.
fn searchable(title: &str) -> Option<String> {
    // A number in front that the dialect does not take for an id is none of the store's title.
    let title = title
        .trim()
        .trim_start_matches(|first: char| first.is_ascii_digit() || matches!(first, '.' | ':' | ' '));
    let plain =
        title.bytes().all(|byte| byte.is_ascii() && !matches!(byte, b'"' | b'\\' | b'*' | b'`' | b'/'));
    (plain && title.len() >= 6).then(|| title.to_owned())
}
