//! `tallymark renumber`.

mod findings;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};
use serde::Serialize;
use tallymark_plan::TaskIndex;
use tallymark_status::{FileLock, Store};
use tallymark_sync::{Joined, RenumberRefusal, RenumberRefusalKind, Renumbering};
use tallymark_text::{apply_edits, unified_diff};

use crate::answer;
use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, resolve, store_failure};
use crate::output::{FAINT, harmless};
use crate::plan_file;
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// How long to wait for others of our kind who write the same plan.
const WAIT: Duration = Duration::from_secs(10);

/// How many places that were left are named.
const SHOWN: usize = 20;

/// Give tasks other ids: in the plan, in what depends on them, in status.json
///
/// Changes the id of a task in its heading or box, in dependencies and ranges, where tables and sentences surely name it, in
/// status.json and in the names of findings files. Tasks below it follow: 2.2.1 goes with 2.2. What may mean the task or
/// something else is left, and told.
#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["from", "all"])))]
pub struct Renumber {
    /// The plan; without it the one that .claude/current-plan.txt names, else the workspace's only plan
    #[arg(value_name = "PLAN")]
    file: Option<PathBuf>,
    /// The task's id now, or its key
    #[arg(long, value_name = "OLD", requires = "to")]
    from: Option<String>,
    /// The id that it gets
    #[arg(long, value_name = "NEW", requires = "from")]
    to: Option<String>,
    /// Count all ids through: in each phase, below each task
    #[arg(long, conflicts_with_all = ["from", "to"])]
    all: bool,
    /// Show the change of the plan as a diff
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object<'a> {
    schema_version: u32,
    dry_run: bool,
    tasks: Vec<Task<'a>>,
    /// How many places of the plan were changed.
    edits: usize,
    /// How many changes of status.json were made.
    status_changes: usize,
    /// The findings files that were renamed, from the root.
    findings: Vec<findings::Renamed>,
    /// Lines of the plan, from 1, that may mean one of the tasks and were left as they are.
    uncertain_lines: Vec<usize>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Task<'a> {
    from: &'a str,
    to: &'a str,
    title: &'a str,
}

impl Renumber {
    /// Runs the command.
    pub fn run(mut self, session: &mut Session) -> Result<Exit, Failure> {
        if let Some(file) = self.file.take() {
            self.choice.plan = Some(file);
        }
        let result = self.renumber(session);
        match result {
            // Where something went wrong behind what was done, both are told.
            Ok((told, half)) => {
                session.output.text(&told);
                half.map_or(Ok(Exit::Done), Err)
            }
            Err(failure) if self.writer.json => {
                session.output.text(&answer::refused(&failure));
                Ok(failure.exit)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Does it. What is to be told, and what went wrong with the findings files behind it.
    fn renumber(&self, session: &Session) -> Result<(String, Option<Failure>), Failure> {
        let current = self.choice.load(session)?;
        let analysis = &current.loaded.analysis;
        let joined = &analysis.joined;
        let changes = self.changes(&current)?;
        let renumbering = analysis.renumbering(&changes).map_err(refused)?;
        let old = &joined.plan.source;
        let text = apply_edits(old.text(), &renumbering.edits)
            .map_err(|error| Failure::could_not(format!("the plan cannot be edited: {error}")))?;
        let (renamed, half) = if renumbering.tasks.is_empty() {
            (Vec::new(), None)
        } else if self.writer.dry_run {
            self.check_store(session, &current, &renumbering)?;
            (findings::planned(&current, &renumbering), None)
        } else {
            self.write(session, &current, &renumbering, &text)?;
            findings::rename(&current, &renumbering)
        };
        let told = if self.writer.json {
            self.json(joined, &renumbering, renamed)
        } else {
            let diff = if self.diff {
                unified_diff(&analysis.facts.plan_path, old.text(), &text)
            } else {
                String::new()
            };
            diff + &self.text(session, joined, &renumbering, &renamed)
        };
        Ok((told, half))
    }

    /// The ids that are wanted.
    fn changes(&self, current: &Current) -> Result<Vec<(TaskIndex, String)>, Failure> {
        let analysis = &current.loaded.analysis;
        let (Some(from), Some(to)) = (&self.from, &self.to) else { return Ok(analysis.counted_ids()) };
        let tasks = resolve(&analysis.joined, std::slice::from_ref(from))?;
        Ok(tasks.into_iter().map(|task| (task, to.trim().to_owned())).collect())
    }

    /// Whether the store would do what it will be asked.
    fn check_store(
        &self,
        session: &Session,
        current: &Current,
        renumbering: &Renumbering,
    ) -> Result<(), Failure> {
        if !renumbering.requests.is_empty() {
            let store = Store::open(&current.loaded.located.path).map_err(store_failure)?;
            self.writer.with_context(session, &current.workspace.settings, |context| {
                store.dry_run(&renumbering.requests, context)
            })?;
        }
        Ok(())
    }

    /// Writes the plan, then status.json. If the store refuses, the plan is as it was.
    fn write(
        &self,
        session: &Session,
        current: &Current,
        renumbering: &Renumbering,
        text: &str,
    ) -> Result<(), Failure> {
        self.check_store(session, current, renumbering)?;
        let path = &current.loaded.path;
        let old = &current.loaded.analysis.joined.plan.source;
        let _lock = FileLock::acquire(path, WAIT).map_err(store_failure)?;
        plan_file::replace(path, old, text)?;
        if renumbering.requests.is_empty() {
            return Ok(());
        }
        let store = Store::open(&current.loaded.located.path).map_err(store_failure);
        let applied = store.and_then(|store| {
            self.writer.with_context(session, &current.workspace.settings, |context| {
                store.apply(&renumbering.requests, context)
            })
        });
        let Err(mut failure) = applied else { return Ok(()) };
        let back = plan_file::replace(path, &old.with_text(text), old.text());
        Err(match back {
            Ok(()) => {
                failure.message =
                    format!("{}; the plan was changed and has been put back as it was", failure.message);
                failure
            }
            Err(back) => failure.help(format!(
                "the plan has its new ids already and could not be put back: {}; `tallymark check` shows TM108, \
                 which takes the plan's ids into status.json",
                back.message
            )),
        })
    }

    fn json(&self, joined: &Joined, renumbering: &Renumbering, findings: Vec<findings::Renamed>) -> String {
        let tasks = renumbering.tasks.iter().map(|one| Task {
            from: &one.from,
            to: &one.to,
            title: joined.plan.title(one.task),
        });
        json_text(&Object {
            schema_version: SCHEMA_VERSION,
            dry_run: self.writer.dry_run,
            tasks: tasks.collect(),
            edits: renumbering.edits.len(),
            status_changes: renumbering.requests.len(),
            findings,
            uncertain_lines: uncertain_lines(joined, renumbering),
        }) + "\n"
    }

    fn text(
        &self,
        session: &Session,
        joined: &Joined,
        renumbering: &Renumbering,
        renamed: &[findings::Renamed],
    ) -> String {
        if renumbering.tasks.is_empty() {
            return "the ids are so already\n".to_owned();
        }
        let mut text = String::new();
        if !self.diff {
            for one in &renumbering.tasks {
                let title = session.output.styled(FAINT, &harmless(joined.plan.title(one.task)));
                _ = writeln!(text, "{} → {}  {title}", harmless(&one.from), harmless(&one.to));
            }
        }
        for file in renamed {
            _ = writeln!(text, "{} → {}", harmless(&file.from), harmless(&file.to));
        }
        let named = renumbering.edits.len() - renumbering.tasks.len();
        let would = if self.writer.dry_run { "would be " } else { "" };
        let of_status = match renumbering.requests.len() {
            0 => String::new(),
            count => format!(", {} in status.json", counted(count, "change")),
        };
        _ = writeln!(
            text,
            "{} {would}renumbered, {} changed elsewhere in the plan{of_status}",
            counted(renumbering.tasks.len(), "task"),
            counted(named, "place")
        );
        let lines = uncertain_lines(joined, renumbering);
        if !lines.is_empty() {
            _ = writeln!(text, "{} left, as it may mean something else:", counted(lines.len(), "line"));
            let source = &joined.plan.source;
            for line in lines.iter().take(SHOWN) {
                _ = writeln!(text, "  {line}: {}", harmless(source.line(line - 1).trim()));
            }
            if lines.len() > SHOWN {
                _ = writeln!(text, "  … and {} more", lines.len() - SHOWN);
            }
        }
        text
    }
}

/// The lines, from 1, that may name a task and were left.
fn uncertain_lines(joined: &Joined, renumbering: &Renumbering) -> Vec<usize> {
    let source = &joined.plan.source;
    let mut lines: Vec<usize> =
        renumbering.uncertain.iter().map(|span| source.line_of(span.start as usize) + 1).collect();
    lines.dedup();
    lines
}

fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn refused(refusal: RenumberRefusal) -> Failure {
    let exit = match refusal.kind {
        RenumberRefusalKind::Unreadable | RenumberRefusalKind::NotOurs => Exit::CouldNot,
        RenumberRefusalKind::NoId | RenumberRefusalKind::Taken | RenumberRefusalKind::NotAnId => Exit::Found,
    };
    Failure::new(exit, refusal.message)
}
