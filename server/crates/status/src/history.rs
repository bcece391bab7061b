//! The history of a status file: `.tallymark/history.jsonl`, one JSON object a line, only ever appended to.
//!
//! A line follows the write that it tells of, and is not synced: status.json is the truth, the history tells how it came
//! about. A crash can leave a torn last line, which is ignored, or none, which the next writer sees because the file's
//! revision is not the one that the history ends with.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{FieldChange, Outcome, Revision, lock::Folder, time};

/// One change, as the history tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// Counts the lines from 1.
    pub seq: u64,
    /// When, as status.json writes times.
    pub time: String,
    /// Who: what the caller said, or `unknown` for a writer that writes no history.
    pub actor: String,
    /// The task's id; absent for changes of the head, and of an unknown writer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// What kind of change: `transition`, `add`, `remove`, `set-id`, …; `undo` took one back, `redo` an undo.
    #[serde(default)]
    pub change: String,
    /// What it was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// What it became.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// Why, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The file's revision before.
    pub before: String,
    /// The file's revision after.
    pub after: String,
    /// It went against the table of transitions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
    /// The members of the entry that are others than before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// What was to be done to the task's box in the plan, behind the write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkChange>,
    /// The `seq` of the first line that an `undo` or `redo` took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

/// What stands between the brackets of a task's box, before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkChange {
    /// Before.
    pub was: String,
    /// Afterwards.
    pub now: String,
}

impl MarkChange {
    /// The way back.
    pub(crate) fn reversed(&self) -> Self {
        Self { was: self.now.clone(), now: self.was.clone() }
    }
}

/// The history of one status file.
pub(crate) struct History {
    path: PathBuf,
}

/// So much of the end is looked at first for a last write or change: some hundred lines.
const WINDOW: u64 = 64 * 1024;

/// And so much for the last line alone, at every write.
const LINE_WINDOW: u64 = 4 * 1024;

impl History {
    pub(crate) fn in_folder(folder: &Folder) -> Self {
        Self { path: folder.join("history.jsonl") }
    }

    /// Appends what was done in one write. Only for who holds the lock.
    pub(crate) fn append(
        &self,
        outcomes: &[Outcome],
        actor: &str,
        now: i64,
        before: Revision,
        after: Revision,
    ) -> io::Result<()> {
        let mut file = File::options().read(true).append(true).create(true).open(&self.path)?;
        let (last, torn) = last_line(&mut file)?;
        let mut text = String::new();
        let mut seq = last.as_ref().map_or(0, |line| line.seq);
        let time = time::format(now);
        let mut push = |line: HistoryLine| -> io::Result<()> {
            seq += 1;
            text.push_str(&serde_json::to_string(&HistoryLine { seq, ..line })?);
            text.push('\n');
            Ok(())
        };
        let line = HistoryLine {
            time,
            actor: actor.to_owned(),
            before: before.to_string(),
            after: after.to_string(),
            ..HistoryLine::default()
        };
        if let Some(last) = last.filter(|last| last.after != line.before) {
            push(HistoryLine {
                actor: "unknown".to_owned(),
                change: "unknown".to_owned(),
                before: last.after,
                after: line.before.clone(),
                ..line.clone()
            })?;
        }
        for outcome in outcomes.iter().filter(|outcome| outcome.changed) {
            push(HistoryLine {
                task: Some(outcome.entry.clone()).filter(|entry| !entry.is_empty()),
                change: outcome.change.to_owned(),
                from: outcome.from.clone(),
                to: outcome.to.clone(),
                reason: outcome.reason.clone(),
                forced: outcome.forced,
                fields: outcome.fields.clone(),
                mark: outcome.mark.clone(),
                undoes: outcome.undoes,
                ..line.clone()
            })?;
        }
        if torn {
            text.insert(0, '\n');
        }
        file.write_all(text.as_bytes())
    }

    /// The last known change of a task, or of anything if that is empty, as far as the end of the history tells.
    pub(crate) fn last_of(&self, task: &str) -> Option<HistoryLine> {
        let mut file = File::open(&self.path).ok()?;
        let tail = tail(&mut file, 16 * WINDOW).ok()?;
        lines(&tail).rev().find(|line| task.is_empty() || line.task.as_deref() == Some(task))
    }

    /// The lines of the last write, oldest first.
    pub(crate) fn last_write(&self) -> io::Result<Vec<HistoryLine>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened?,
        };
        let length = file.metadata()?.len();
        let mut window = WINDOW;
        loop {
            let tail = tail(&mut file, window)?;
            let mut write: Vec<HistoryLine> = Vec::new();
            let mut whole = false;
            for line in lines(&tail).rev() {
                if write.last().is_some_and(|of| (&of.before, &of.after) != (&line.before, &line.after)) {
                    whole = true;
                    break;
                }
                write.push(line);
            }
            if whole || window >= length {
                write.reverse();
                return Ok(write);
            }
            window *= 8;
        }
    }

    /// All lines that can be read, oldest first.
    pub(crate) fn read(path: &Path) -> io::Result<Vec<HistoryLine>> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(lines(&bytes).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn lines(bytes: &[u8]) -> impl DoubleEndedIterator<Item = HistoryLine> {
    bytes.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// The last line that can be read, and whether the file ends in the middle of one.
fn last_line(file: &mut File) -> io::Result<(Option<HistoryLine>, bool)> {
    let length = file.metadata()?.len();
    let mut window = LINE_WINDOW;
    loop {
        let tail = tail(file, window)?;
        let torn = tail.last().is_some_and(|&byte| byte != b'\n');
        let last = lines(&tail).next_back();
        if last.is_some() || window >= length {
            return Ok((last, torn));
        }
        window *= 8;
    }
}

/// The last bytes of a file.
fn tail(file: &mut File, bytes: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    let mut tail = Vec::with_capacity(length.min(bytes) as usize + 1);
    file.take(bytes).read_to_end(&mut tail)?;
    Ok(tail)
}
