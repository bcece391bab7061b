//! `tallymark undo`.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tallymark_status::{Context, HistoryLine, MarkChange, Revision, Store, Undone};
use tallymark_sync::{Joined, half_of_renumbering, join};
use tallymark_workspace::Loaded;

use super::history::{change_text, is_transition, states};
use crate::answer::Refusal;
use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, boxes, refused_json, store_failure};
use crate::output::{FAINT, STRONG, harmless};
use crate::report::{Counts, SCHEMA_VERSION, json_text};
use crate::session::Session;

/// Take the last change of status.json back
///
/// All that one command, action or batch wrote is taken back together, with the boxes that it set in the plan, if nobody
/// wrote status.json since. The undo is itself a change: `undo` once more does the undone change again.
#[derive(Args)]
pub struct Undo {
    #[command(flatten)]
    choice: Choice,
    /// Only if status.json has this revision now (as --json shows it); else nothing is done, and the exit code is 3
    #[arg(long, value_name = "REVISION")]
    expect_revision: Option<Revision>,
    #[command(flatten)]
    writer: Writer,
}

/// What was done.
struct Done {
    current: Current,
    undone: Undone,
    after: Joined,
    /// The plan's boxes could not be set.
    half: Option<Failure>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told<'a> {
    schema_version: u32,
    ok: bool,
    plan: String,
    status: String,
    dry_run: bool,
    /// It was an undo that was taken back: its changes are done again.
    redo: bool,
    /// The file has the very bytes from before again.
    exact: bool,
    /// The changes that were taken back, as the history has them, oldest first.
    #[cfg_attr(test, schemars(with = "Vec<super::history::schema::Change>"))]
    undone: &'a [HistoryLine],
    revision: String,
    progress: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal<'a>>,
}

impl Undo {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.undo(session);
        if self.writer.json {
            let (text, exit) = match &result {
                Ok(done) => self.told(session, done),
                Err(failure) => refused_json(failure),
            };
            session.output.text(&text);
            return Ok(exit);
        }
        let done = result?;
        let text = self.text(session, &done);
        session.output.text(&text);
        done.half.map_or(Ok(Exit::Done), Err)
    }

    fn undo(&self, session: &Session) -> Result<Done, Failure> {
        let current = self.choice.load(session)?;
        let analysis = &current.loaded.analysis;
        if !current.loaded.located.exists {
            let message = "the plan has no status.json, so there is no change of it to take back";
            return Err(Failure::new(Exit::Found, message)
                .help("what was done to boxes is undone in the editor, or by git"));
        }
        let store = Store::open(&current.loaded.located.path).map_err(store_failure)?;
        let planned = self
            .writer
            .with_context(session, &current.workspace.settings, |context| store.undo_dry_run(context))?;
        if let Some((from, to)) = half_of_renumbering(&analysis.joined, &planned.lines) {
            let message = format!(
                "the last change gave {from} the id {to}, as the plan has it now; to undo it in status.json alone would part the two"
            );
            return Err(Failure::new(Exit::Found, message)
                .help(format!("`tallymark renumber --from {to} --to {from}` changes both")));
        }
        let undone = self.writer.with_context(session, &current.workspace.settings, |context| {
            let context = &Context { expected_revision: self.expect_revision, ..*context };
            if self.writer.dry_run { store.undo_dry_run(context) } else { store.undo(context) }
        })?;
        let outcomes = &undone.applied.outcomes;
        let marks: Vec<(String, MarkChange)> = outcomes
            .iter()
            .filter_map(|outcome| Some((outcome.entry.clone(), outcome.mark.clone()?)))
            .collect();
        let edits = analysis.mark_edits(&marks);
        let mut plan = Arc::clone(&analysis.joined.plan);
        let mut half = None;
        if !edits.is_empty() {
            let again = |loaded: &Loaded| Ok(loaded.analysis.mark_edits(&marks));
            match boxes::set(&current, &edits, &again, self.writer.dry_run) {
                Ok(edited) => plan = edited,
                Err(mut failure) => {
                    failure.message =
                        format!("status.json is as before, the plan is not: {}", failure.message);
                    half = Some(failure);
                }
            }
        }
        let status = Some(Arc::new(undone.applied.status.clone()));
        Ok(Done { after: join(plan, status), current, undone, half })
    }

    fn text(&self, session: &Session, done: &Done) -> String {
        let output = &session.output;
        let undone = &done.undone;
        let (dry_run, redo) = (self.writer.dry_run, undone.redo);
        let last = &undone.lines[undone.lines.len() - 1];
        let what = match (redo, dry_run) {
            (false, false) => "took back",
            (false, true) => "to be taken back:",
            (true, false) => "did again",
            (true, true) => "to be done again:",
        };
        let object = if redo { "what was undone" } else { "the last change" };
        let by = format!("by {}, {}", one_line(&last.actor), one_line(&last.time));
        let mut text = format!("{what} {object} ({by})\n");
        for line in &undone.lines {
            let task = line.task.as_deref().unwrap_or("status.json");
            let task = output.styled(STRONG, &one_line(task));
            let change = match is_transition(line) {
                true => states(&line.to, &line.from),
                false => format!("no more: {}", change_text(line)),
            };
            let title = done.after.task_with_key(line.task.as_deref().unwrap_or_default());
            let title = title.map_or_else(String::new, |task| {
                format!("  {}", output.styled(FAINT, &harmless(done.after.plan.title(task))))
            });
            text.push_str(&format!("  {task}  {change}{title}\n"));
        }
        if !undone.exact {
            text.push_str(
                "  field by field, as the file from before is not kept any more; lastUpdatedAt is now\n",
            );
        }
        text.push_str(&format!("{}\n", output.styled(STRONG, &done.after.total.to_string())));
        text.push_str(match (dry_run, redo) {
            (true, _) => "nothing was written (--dry-run)\n",
            (false, false) => "`tallymark undo` once more does it again\n",
            (false, true) => "`tallymark undo` once more takes it back\n",
        });
        text
    }

    fn told(&self, session: &Session, done: &Done) -> (String, Exit) {
        let Done { current, undone, after, half } = done;
        let told = Told {
            schema_version: SCHEMA_VERSION,
            ok: half.is_none(),
            plan: session.shown(&current.loaded.path),
            status: session.shown(&current.loaded.located.path),
            dry_run: self.writer.dry_run,
            redo: undone.redo,
            exact: undone.exact,
            undone: &undone.lines,
            revision: undone.applied.after.to_string(),
            progress: after.total.into(),
            error: half.as_ref().map(Refusal::from),
        };
        (json_text(&told) + "\n", half.as_ref().map_or(Exit::Done, |failure| failure.exit))
    }
}

/// A stored text, fit for a line of a terminal.
fn one_line(text: &str) -> String {
    harmless(&text.replace(['\r', '\n'], " "))
}
