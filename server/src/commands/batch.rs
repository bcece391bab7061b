//! `tallymark batch`.

mod lines;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tallymark_status::Revision;
use tallymark_sync::{Joined, Marking, MarkingSequence};
use tallymark_workspace::Loaded;

use crate::answer::Refusal;
use crate::current::{Choice, Current, refuse_lost};
use crate::exit::{Exit, Failure};
use crate::marking::{ATTEMPTS, Asked, Names, Writer, only_failed, refused, refused_batch};
use crate::output::{STRONG, harmless};
use crate::report::{Counts, SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

use lines::Line;

/// How many lines that are wrong are told one by one.
const SHOWN: usize = 20;

/// Mark many tasks in one write, as lines of JSON say
///
/// A line is an object like {"task": "1.2", "do": "complete"}; "do" is start, complete, fail (with "error"), skip (with
/// "reason"), retry or reopen, and "notes", "expect_status" and "force" do what the options of the commands do. The lines are
/// taken one after the other. If one of them is wrong, nothing is written.
#[derive(Args)]
pub struct Batch {
    /// The file with the lines; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
    /// Do what the other lines say if some are wrong; the exit code tells
    #[arg(long)]
    keep_going: bool,
    /// Only if status.json has this revision now (as --json shows it); else nothing is done, and the exit code is 3
    #[arg(long, value_name = "REVISION")]
    expect_revision: Option<Revision>,
    #[command(flatten)]
    writer: Writer,
}

/// What became of a line.
struct Fate {
    number: usize,
    task: String,
    /// Whether it changes anything; else why it cannot be.
    done: Result<bool, Failure>,
}

/// What was done.
struct Done {
    current: Current,
    fates: Vec<Fate>,
    after: Joined,
    /// The plan's boxes could not be set.
    half: Option<Failure>,
    exit: Exit,
}

/// Why nothing was done.
struct Refused {
    failure: Failure,
    fates: Vec<Fate>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told<'a> {
    schema_version: u32,
    ok: bool,
    plan: String,
    status: Option<String>,
    dry_run: bool,
    lines: Vec<ToldLine>,
    revision: Option<String>,
    progress: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ToldLine {
    line: usize,
    task: String,
    /// `changed`, `already` or `refused`.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<u8>,
}

impl Batch {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let text = match lines::read(session, &self.file) {
            Ok(text) => text,
            Err(failure) => return self.told_failure(session, failure, Vec::new()),
        };
        match self.apply(session, &text) {
            Ok(done) if self.writer.json => {
                let (text, exit) = self.told(session, &done);
                session.output.text(&text);
                Ok(exit)
            }
            Ok(done) => {
                let text = self.text(session, &done);
                session.output.text(&text);
                match (done.half, done.exit) {
                    (Some(failure), _) => Err(failure),
                    (None, Exit::Done) => Ok(Exit::Done),
                    (None, exit) => {
                        let done_anyway = if self.writer.dry_run { "would be" } else { "is" };
                        Err(wrong_lines(exit, &done.fates, &format!("the rest {done_anyway} done")))
                    }
                }
            }
            Err(refused) => self.told_failure(session, refused.failure, refused.fates),
        }
    }

    fn apply(&self, session: &Session, text: &str) -> Result<Done, Refused> {
        let plain = |failure| Refused { failure, fates: Vec::new() };
        let mut attempts = 1;
        loop {
            let current = self.choice.load(session).map_err(plain)?;
            refuse_lost(session, &current.loaded).map_err(plain)?;
            let (fates, marking, force) = self.judge(&current.loaded, text);
            let exit = fates.iter().filter_map(|fate| Some(fate.done.as_ref().err()?.exit)).max();
            if let Some(exit) = exit.filter(|_| !self.keep_going) {
                return Err(Refused { failure: wrong_lines(exit, &fates, "nothing was written"), fates });
            }
            match self.write(session, current, &marking, force, text) {
                // As with single marks: a new look tells what it means that somebody else was faster.
                Err(failure)
                    if failure.exit == Exit::Conflict
                        && self.expect_revision.is_none()
                        && attempts < ATTEMPTS =>
                {
                    attempts += 1;
                }
                Err(failure) => return Err(Refused { failure, fates }),
                Ok((current, after, half)) => {
                    return Ok(Done { current, fates, after, half, exit: exit.unwrap_or(Exit::Done) });
                }
            }
        }
    }

    /// What each line comes to, all of them together, and whether one of them is forced.
    fn judge(&self, loaded: &Loaded, text: &str) -> (Vec<Fate>, Marking, bool) {
        let analysis = &loaded.analysis;
        let names = Names::new(&analysis.joined);
        let mut sequence = MarkingSequence::new(analysis);
        let mut force = false;
        let mut one = |line: &Line| {
            let task = names.task(&line.task)?;
            if line.only_failed {
                only_failed(&analysis.joined, task, sequence.state(task))?;
            }
            force |= line.mark.force;
            sequence.add(task, &line.mark).map_err(|refusal| refused(loaded, &refusal))
        };
        let fates = lines::parse(text)
            .into_iter()
            .map(|line| match line {
                Ok(line) => Fate { number: line.number, done: one(&line), task: line.task },
                Err((number, failure)) => Fate { number, task: String::new(), done: Err(failure) },
            })
            .collect();
        (fates, sequence.finish(), force)
    }

    /// Writes status.json, then the plan.
    fn write(
        &self,
        session: &Session,
        current: Current,
        marking: &Marking,
        force: bool,
        text: &str,
    ) -> Result<(Current, Joined, Option<Failure>), Failure> {
        let again = |loaded: &Loaded| {
            Ok(match loaded.analysis.joined.status() {
                Some(_) => loaded.analysis.mark_edits(&marking.marks),
                None => self.judge(loaded, text).1.edits,
            })
        };
        let store = current.loaded.analysis.joined.status().is_some();
        let asked = Asked { store, force, expected_revision: self.expect_revision };
        let (after, half) = self.writer.carry_out(session, &current, marking, &asked, &again)?;
        Ok((current, after, half))
    }

    fn text(&self, session: &Session, done: &Done) -> String {
        let count = |result: &str| done.fates.iter().filter(|fate| fate.result() == result).count();
        let (changed, already) = (counted(count("changed"), "change", "changes"), count("already"));
        let already = if already > 0 { format!(", {already} already so") } else { String::new() };
        let total = session.output.styled(STRONG, &done.after.total.to_string());
        let dry_run = if self.writer.dry_run { "nothing was written (--dry-run)\n" } else { "" };
        format!("{changed}{already}\n{total}\n{dry_run}")
    }

    fn told(&self, session: &Session, done: &Done) -> (String, Exit) {
        let Current { loaded, .. } = &done.current;
        let told = Told {
            schema_version: SCHEMA_VERSION,
            ok: done.half.is_none() && done.exit == Exit::Done,
            plan: session.shown(&loaded.path),
            status: loaded.located.exists.then(|| session.shown(&loaded.located.path)),
            dry_run: self.writer.dry_run,
            lines: done.fates.iter().map(Fate::told).collect(),
            revision: done.after.status().map(|status| status.revision().to_string()),
            progress: done.after.total.into(),
            error: done.half.as_ref().map(Refusal::from),
        };
        let half = done.half.as_ref().map_or(Exit::Done, |failure| failure.exit);
        (json_text(&told) + "\n", half.max(done.exit))
    }

    /// Tells that nothing was done, to people or to programs.
    fn told_failure(
        &self,
        session: &mut Session,
        failure: Failure,
        fates: Vec<Fate>,
    ) -> Result<Exit, Failure> {
        if !self.writer.json {
            return Err(failure);
        }
        let (text, exit) = refused_batch(&failure, Some(fates.iter().map(Fate::told).collect::<Vec<_>>()));
        session.output.text(&text);
        Ok(exit)
    }
}

impl Fate {
    fn result(&self) -> &'static str {
        match self.done {
            Ok(true) => "changed",
            Ok(false) => "already",
            Err(_) => "refused",
        }
    }

    fn told(&self) -> ToldLine {
        let failure = self.done.as_ref().err();
        ToldLine {
            line: self.number,
            task: self.task.clone(),
            result: self.result(),
            message: failure.map(sentence),
            exit_code: failure.map(|failure| failure.exit as u8),
        }
    }
}

/// A failure in one sentence.
fn sentence(failure: &Failure) -> String {
    match failure.help.as_slice() {
        [] => failure.message.clone(),
        help => format!("{} ({})", failure.message, help.join("; ")),
    }
}

/// What is wrong with which lines, and what that means for the others.
fn wrong_lines(exit: Exit, fates: &[Fate], others: &str) -> Failure {
    let wrong: Vec<(&Fate, &Failure)> =
        fates.iter().filter_map(|fate| Some((fate, fate.done.as_ref().err()?))).collect();
    let of = counted(fates.len(), "line", "lines");
    let is = if wrong.len() == 1 { "is" } else { "are" };
    let mut failure = Failure::new(exit, format!("{} of {of} {is} not possible, and {others}", wrong.len()));
    for (fate, why) in wrong.iter().take(SHOWN) {
        failure = failure.help(format!("line {}: {}", fate.number, harmless(&sentence(why))));
    }
    if wrong.len() > SHOWN {
        failure = failure.help(format!("… and {} more; --json tells all", wrong.len() - SHOWN));
    }
    failure
}
