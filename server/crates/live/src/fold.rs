//! The same run told by several files is one run.

use std::collections::HashMap;

use tallymark_events::{Monitored, Run, RunStatus, Usage};

/// Two times of one beginning, as two files tell it, are no further apart.
const SAME_START: i64 = 2_000;

/// The folder of the project that a monitoring file tells of: what stands above the folders that orchestrators keep, else
/// the file's own. Two files with one scope that speak of one task's id speak of the same task.
#[must_use]
pub fn scope(path: &str) -> &str {
    const KEPT: [&str; 4] =
        ["/.gadugi/monitoring/", "/.github/workflow-states/", "/.github/workflow-checkpoints/", "/.claude/"];
    // Windows writes its own sign between names.
    let is_sign = |byte: u8| matches!(byte, b'/' | b'\\');
    let same = |one: u8, other: u8| one == other || (is_sign(one) && is_sign(other));
    for kept in KEPT {
        let mut windows = path.as_bytes().windows(kept.len());
        if let Some(at) = windows
            .rposition(|window| window.iter().zip(kept.as_bytes()).all(|(&one, &other)| same(one, other)))
        {
            return &path[..at];
        }
    }
    path.rfind(['/', '\\']).map_or("", |at| &path[..at])
}

/// The attempts at one task.
pub(crate) struct Attempts<'a> {
    /// The last one, put together from all files that tell of it.
    pub run: Run,
    /// The file that tells of it and was written last.
    pub file: &'a Monitored,
    /// When that was.
    pub told: i64,
    /// How many there were.
    pub count: u32,
}

/// One file's word on a run.
#[derive(Clone, Copy)]
struct Word<'a> {
    file: &'a Monitored,
    run: &'a Run,
    told: i64,
}

impl Word<'_> {
    fn begun(&self) -> Option<i64> {
        self.run.started.or(self.run.created)
    }
}

/// The last attempt at each task, in the order of the files.
pub(crate) fn attempts<'a>(files: &[&'a Monitored]) -> Vec<Attempts<'a>> {
    let mut groups: Vec<Vec<Word<'a>>> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for &file in files {
        let told = file.written.unwrap_or(file.modified);
        for run in &file.runs {
            let at = *known.entry((scope(&file.path), &run.task)).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[at].push(Word { file, run, told });
        }
    }
    groups.into_iter().filter_map(last).collect()
}

/// The last attempt of those that the words are about.
fn last(words: Vec<Word<'_>>) -> Option<Attempts<'_>> {
    let (mut dated, undated): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.begun().is_some());
    dated.sort_by_key(|word| (word.begun(), word.told));
    // Each attempt has its words: a new one begins where the beginning is another.
    let mut attempts: Vec<Vec<Word<'_>>> = Vec::new();
    for word in dated {
        match attempts.last_mut() {
            Some(words) if is_same(&words[0], &word) => words.push(word),
            _ => attempts.push(vec![word]),
        }
    }
    // A file that does not say when the run began tells of the last one begun before it was written.
    let mut before = Vec::new();
    for word in undated {
        match attempts
            .iter_mut()
            .rev()
            .find(|words| words[0].begun() <= Some(word.told.saturating_add(SAME_START)))
        {
            Some(words) => words.push(word),
            None => before.push(word),
        }
    }
    let counted = attempts.len() + usize::from(!before.is_empty());
    let mut words = attempts.pop().unwrap_or(before);
    words.sort_by_key(|word| word.told);
    let newest = words.last()?;
    let (file, told) = (newest.file, newest.told);
    let numbered = words.iter().filter_map(|word| word.run.attempt).max().unwrap_or(0);
    let run = words.iter().rev().fold(None, |run, word| match run {
        None => Some(word.run.clone()),
        Some(run) => Some(filled(run, word.run)),
    })?;
    Some(Attempts { run, file, told, count: numbered.max(u32::try_from(counted).unwrap_or(u32::MAX)) })
}

/// Whether two words are about one attempt.
fn is_same(one: &Word<'_>, other: &Word<'_>) -> bool {
    match (one.run.attempt, other.run.attempt) {
        (Some(one), Some(other)) => one == other,
        _ => {
            one.begun().zip(other.begun()).is_none_or(|(one, other)| other.saturating_sub(one) <= SAME_START)
        }
    }
}

/// A newer word, with what only an older one says.
fn filled(newer: Run, older: &Run) -> Run {
    let running = matches!(newer.status, RunStatus::Running | RunStatus::Queued);
    // What an older file says of an end is not true of one that runs.
    let ends = |value: Option<i64>| value.filter(|_| !running);
    Run {
        name: newer.name.or_else(|| older.name.clone()),
        prompt_file: newer.prompt_file.or_else(|| older.prompt_file.clone()),
        agent: newer.agent.or_else(|| older.agent.clone()),
        pid: newer.pid.or(older.pid),
        worktree: newer.worktree.or_else(|| older.worktree.clone()),
        branch: newer.branch.or_else(|| older.branch.clone()),
        attempt: newer.attempt.or(older.attempt),
        created: newer.created.or(older.created),
        started: newer.started.or(older.started),
        ended: newer.ended.or(ends(older.ended)),
        exit: newer.exit.or(ends(older.exit)),
        error: newer.error.or_else(|| older.error.clone().filter(|_| !running)),
        usage: if newer.usage == Usage::default() { older.usage } else { newer.usage },
        ..newer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_the_project() {
        for (path, expected) in [
            ("/w/.gadugi/monitoring/heartbeats.json", "/w"),
            ("/w/.github/workflow-states/a/state.json", "/w"),
            ("C:\\w\\.claude\\orchestrator-registry.json", "C:\\w"),
            ("/w/logs/agent.jsonl", "/w/logs"),
            ("heartbeats.json", ""),
        ] {
            assert_eq!(scope(path), expected, "{path}");
        }
    }
}
