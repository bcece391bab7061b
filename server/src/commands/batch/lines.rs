//! The lines of a batch: each a JSON object that says what to do with one task.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use tallymark_status::Word;
use tallymark_sync::Mark;

use crate::exit::{Exit, Failure};
use crate::session::Session;

/// The most that is read: far more than a plan of 100,000 tasks needs, and less than an endless stream.
const LIMIT: u64 = 64 * 1024 * 1024;

/// One change, as a line says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The task's id or key.
    task: String,
    /// What to do, as the commands are called.
    r#do: Verb,
    #[serde(default)]
    notes: Option<String>,
    /// Why it failed; with `fail` only.
    #[serde(default)]
    error: Option<String>,
    /// Why it is left out; with `skip` only.
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    expect_status: Option<String>,
    #[serde(default)]
    force: bool,
}

/// What can be done.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    #[serde(alias = "mark-started")]
    Start,
    #[serde(alias = "mark-complete")]
    Complete,
    #[serde(alias = "mark-failed")]
    Fail,
    #[serde(alias = "mark-skipped")]
    Skip,
    Retry,
    Reopen,
}

/// A change, with the line that it stands on.
pub struct Line {
    /// From one.
    pub number: usize,
    /// The task's id or key.
    pub task: String,
    /// The state that it gets.
    pub mark: Mark,
    /// Only if it failed.
    pub only_failed: bool,
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// It cannot be read, is too large or no UTF-8.
pub fn read(session: &Session, file: &Path) -> Result<String, Failure> {
    let failed =
        |error: std::io::Error| Failure::could_not(format!("{} cannot be read: {error}", file.display()));
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let opened = std::fs::File::open(session.absolute(file)).map_err(failed)?;
        opened.take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::could_not("the batch is larger than 64 MiB, and nothing of it was done"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::could_not(format!("the batch is not UTF-8 from byte {at} on, and nothing of it was done"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The lines of a batch, or why they are none, in their order. Blank lines are passed over.
pub fn parse(text: &str) -> Vec<Result<Line, (usize, Failure)>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| line_of(at + 1, line).map_err(|failure| (at + 1, failure))).collect()
}

fn line_of(number: usize, line: &str) -> Result<Line, Failure> {
    let wrong = |message: String| Failure::new(Exit::CouldNot, message);
    let written: Written = serde_json::from_str(line).map_err(|error| {
        let text = error.to_string();
        // serde_json counts lines of what it was given, which is always one.
        let text = text.rsplit_once(" at line 1").map_or(text.as_str(), |(text, _)| text);
        wrong(format!("{text} (column {})", error.column()))
    })?;
    let Written { task, r#do: verb, notes, error, reason, expect_status, force } = written;
    if error.is_some() && verb != Verb::Fail {
        return Err(wrong("`error` goes with `\"do\": \"fail\"` only".to_owned()));
    }
    if reason.is_some() && verb != Verb::Skip {
        return Err(wrong("`reason` goes with `\"do\": \"skip\"` only".to_owned()));
    }
    let (to, reason) = match verb {
        Verb::Start | Verb::Retry => (Word::InProgress, None),
        Verb::Complete => (Word::Completed, None),
        Verb::Reopen => (Word::Pending, None),
        Verb::Fail if error.is_none() => {
            return Err(wrong("`\"do\": \"fail\"` needs `error`: what went wrong".to_owned()));
        }
        Verb::Fail => (Word::Failed, error),
        Verb::Skip if reason.is_none() => {
            return Err(wrong("`\"do\": \"skip\"` needs `reason`: why it is left out".to_owned()));
        }
        Verb::Skip => (Word::Skipped, reason),
    };
    let mark = Mark {
        reason,
        notes,
        reopen: verb == Verb::Reopen,
        expected_status: expect_status,
        force,
        ..Mark::to(to)
    };
    Ok(Line { number, task, mark, only_failed: verb == Verb::Retry })
}
