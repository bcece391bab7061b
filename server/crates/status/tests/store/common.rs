//! What the tests of the store share.

use std::{fs, path::PathBuf};

use tallymark_status::{Change, Context, Expected, Request, Status, Word};
use tempfile::TempDir;

/// 2025-12-23T03:00:01.500Z
pub const NOW: i64 = 1_766_458_801_500;

pub fn context() -> Context<'static> {
    Context::new(NOW, "tester@here")
}

/// A folder with a status.json of this text.
pub fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("status.json");
    fs::write(&path, text).unwrap();
    (folder, path)
}

pub fn read(path: &std::path::Path) -> String {
    String::from_utf8(fs::read(path).unwrap()).unwrap()
}

pub fn request(id: &str, change: Change) -> Request {
    Request { entry: id.to_owned(), expected: Expected::default(), change }
}

pub fn transition(id: &str, to: Word) -> Request {
    request(id, Change::Transition { to, reason: None, notes: None, reopen: false })
}

/// A file as the orchestrator writes it, with tasks `1` to `count`, all pending.
pub fn plan_of(count: usize) -> String {
    let entry = |id: usize| {
        format!(
            "    {{\n      \"id\": \"{id}\",\n      \"phase\": \"Phase {}: P\",\n      \"description\": \"Task {id}\",\n      \
             \"status\": \"pending\"\n    }}",
            id.div_ceil(10)
        )
    };
    let entries: Vec<String> = (1..=count).map(entry).collect();
    format!(
        "{{\n  \"planPath\": \"docs/plans/x.md\",\n  \"lastUpdatedAt\": \"2025-12-23T03:00:00.000Z\",\n  \
         \"currentPhase\": \"Phase 1: P\",\n  \"tasks\": [\n{}\n  ],\n  \"runs\": [],\n  \"summary\": {{\n    \
         \"totalTasks\": {count},\n    \"completed\": 0,\n    \"pending\": {count},\n    \"in_progress\": 0,\n    \
         \"failed\": 0,\n    \"skipped\": 0\n  }}\n}}",
        entries.join(",\n")
    )
}

/// That the stored summary is what the entries say.
pub fn assert_summary_right(status: &Status) {
    let mut stored: Vec<_> =
        status.summary.as_ref().unwrap().counts.iter().map(|&(field, count, _)| (field, count)).collect();
    stored.sort_by_key(|(field, _)| *field as u8);
    assert_eq!(stored, status.counted());
}
