//! `tallymark merge-driver`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use tallymark_status::{MAXIMUM_BYTES, MergeError, Merged, Status, Unsettled, merge};
use tallymark_text::Source;
use tallymark_workspace::read_bytes;

use crate::exit::{Exit, Failure};
use crate::output::{STRONG, WARNING, complain, harmless, warn};
use crate::session::Session;

/// Merge two status.json files for Git, task by task
///
/// Git runs it where two branches changed one status.json, once `tallymark git install` has told it so. Of two states of a
/// task the later one wins (pending, in progress, failed, skipped, completed), then the later time; lists of ids are united;
/// the summary is counted anew. Where both sides wrote a different text into one field, the longer one stands in it, all of
/// them in `mergeConflicts` beside it, and Git is told that there is a conflict. A file that is no status file is merged
/// line by line, as Git itself does it.
#[derive(Args)]
#[command(
    after_help = "As Git has it:\n  merge.tallymark.driver = tallymark merge-driver --marker-size %L %O %A %B %P"
)]
pub struct MergeDriver {
    /// The file that both come from (%O); empty if there was none
    base: PathBuf,
    /// Our file (%A); the result takes its place
    ours: PathBuf,
    /// Their file (%B)
    theirs: PathBuf,
    /// The path that the result will have (%P), for messages
    path: Option<String>,
    /// How long Git's conflict markers are (%L), for files that are merged line by line
    #[arg(long, default_value_t = 7, value_name = "CHARACTERS")]
    marker_size: u32,
}

impl MergeDriver {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let path = harmless(self.path.as_deref().unwrap_or("status.json"));
        let base = self.read(session, &self.base)?.filter(|base| !base.text().trim_ascii().is_empty());
        let sides = (self.read(session, &self.ours)?, self.read(session, &self.theirs)?);
        let why = match sides {
            (Some(ours), Some(theirs)) => match merge(base.as_ref(), &ours, &theirs) {
                Ok(merged) => return self.settle(session, &path, &merged),
                Err(MergeError::Unreadable(reason)) => format!("one side is {reason}"),
                Err(MergeError::Ambiguous(id)) if id.is_empty() => "it has a task without an id".to_owned(),
                Err(MergeError::Ambiguous(id)) => format!("it has two tasks {id}"),
            },
            _ => "one side is not UTF-8".to_owned(),
        };
        warn(&format!("{path} is merged line by line: {why}"));
        self.line_by_line(session)
    }

    /// The text of one of the files; none if it is not UTF-8.
    fn read(&self, session: &Session, path: &Path) -> Result<Option<Source>, Failure> {
        let bytes = read_bytes(&session.absolute(path), MAXIMUM_BYTES)?;
        Ok(Source::from_bytes(&bytes).ok())
    }

    /// Puts the result where Git takes it from, and tells what is left to be settled.
    fn settle(&self, session: &Session, path: &str, merged: &Merged) -> Result<Exit, Failure> {
        // Git's own temporary file: nobody else reads it, and no lock of ours speaks for it.
        fs::write(session.absolute(&self.ours), merged.source.to_bytes()).map_err(|error| {
            Failure::could_not(format!("{} could not be written: {error}", self.ours.display()))
        })?;
        if merged.unsettled.is_empty() {
            return Ok(Exit::Done);
        }
        let status = Status::parse(merged.source.clone().into());
        for Unsettled { entry, field, values, .. } in &merged.unsettled {
            let whose = entry.map_or("the file", |entry| status.id(entry));
            let values: Vec<String> = values.iter().map(|value| format!("“{}”", shortened(value))).collect();
            let line = format!("{path}: {whose}: {field} was given {}", values.join(" and "));
            complain(&format!("{WARNING}conflict{WARNING:#}{STRONG}:{STRONG:#} {}\n", harmless(&line)));
        }
        complain(
            "  settle each: correct the field if need be, take `mergeConflicts` out, then `git add` the file\n",
        );
        Ok(Exit::Found)
    }

    /// What Git does without us.
    fn line_by_line(&self, session: &Session) -> Result<Exit, Failure> {
        let status = Command::new("git")
            .current_dir(&session.folder)
            .args(["merge-file", "--marker-size", &self.marker_size.to_string()])
            .args(["-L", "ours", "-L", "base", "-L", "theirs"])
            .args([&self.ours, &self.base, &self.theirs])
            .status()
            .map_err(|error| Failure::could_not(format!("git could not be run: {error}")))?;
        match status.code() {
            Some(0) => Ok(Exit::Done),
            // How many conflicts it left.
            Some(1..=127) => Ok(Exit::Found),
            _ => Err(Failure::could_not("git merge-file failed; our file is left as it was")),
        }
    }
}

/// The beginning of a text, fit for a line.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
