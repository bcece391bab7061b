//! What marking says when it is done, to people and to programs.

use serde::Serialize;
use tallymark_plan::TaskIndex;
use tallymark_sync::State;

use super::{Done, warnings};
use crate::answer::{self, Refusal};
use crate::exit::{Exit, Failure};
use crate::output::{ACTIVE, BAD, FAINT, GOOD, STRONG, harmless};
use crate::report::{Counts, SCHEMA_VERSION, json_text, state_name};
use crate::session::Session;

/// For people: a line a task, and how far the plan is.
pub fn text(session: &Session, done: &Done, dry_run: bool) -> String {
    let output = &session.output;
    let before = &done.current.loaded.analysis.joined;
    let plan = &*before.plan;
    let mut text = String::new();
    let mut line = |task: TaskIndex, was: &str| {
        let state = done.after.state(task);
        let style = match state {
            State::Completed => GOOD,
            State::InProgress => ACTIVE,
            State::Failed => BAD,
            _ => FAINT,
        };
        let name = output.styled(STRONG, &harmless(plan.name(task)));
        let state = output.styled(style, state.label());
        let title = if plan.id(task).is_some() { harmless(plan.title(task)) } else { String::new() };
        text.push_str(&format!("{name} is {was}{state}"));
        if !title.is_empty() {
            text.push_str(&format!("  {}", output.styled(FAINT, &title)));
        }
        text.push('\n');
    };
    for &task in &done.marking.changed {
        line(task, if dry_run { "to be " } else { "now " });
    }
    for &task in &done.marking.already {
        line(task, "already ");
    }
    text.push_str(&format!("{}\n", output.styled(STRONG, &done.after.total.to_string())));
    if dry_run {
        text.push_str("nothing was written (--dry-run)\n");
    }
    text
}

/// What was marked.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told<'a> {
    schema_version: u32,
    /// Whether all was done that was to be done.
    ok: bool,
    plan: String,
    /// The path of status.json, where there is one.
    status: Option<String>,
    /// Nothing was written.
    dry_run: bool,
    /// The tasks that have another state now.
    changed: Vec<Task<'a>>,
    /// The tasks that had it before.
    already: Vec<Task<'a>>,
    /// The revision of status.json afterwards.
    revision: Option<String>,
    progress: Counts,
    /// What is worth a word: a task that was begun or completed before what it depends on is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// What was left undone: status.json is written, the plan's box is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal<'a>>,
}

/// A task with its state before and afterwards.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Task<'a> {
    key: &'a str,
    id: Option<&'a str>,
    title: &'a str,
    from: &'static str,
    to: &'static str,
}

/// Why nothing of a batch was done.
#[derive(Serialize)]
struct RefusedBatch<'a, L> {
    schema_version: u32,
    ok: bool,
    error: Refusal<'a>,
    /// What is wrong in which line.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<L>,
}

/// For programs: one object, with the exit code that belongs to it.
pub fn json(session: &Session, result: &Result<Done, Failure>, dry_run: bool) -> (String, Exit) {
    let done = match result {
        Ok(done) => done,
        Err(failure) => return refused(failure),
    };
    let before = &done.current.loaded.analysis.joined;
    let plan = &*before.plan;
    let task = |&task: &TaskIndex| Task {
        key: plan.key(task),
        id: plan.id(task),
        title: plan.title(task),
        from: state_name(before.state(task)),
        to: state_name(done.after.state(task)),
    };
    let located = &done.current.loaded.located;
    let told = Told {
        schema_version: SCHEMA_VERSION,
        ok: done.half.is_none(),
        plan: session.shown(&done.current.loaded.path),
        status: located.exists.then(|| session.shown(&located.path)),
        dry_run,
        changed: done.marking.changed.iter().map(task).collect(),
        already: done.marking.already.iter().map(task).collect(),
        revision: done.after.status().map(|status| status.revision().to_string()),
        progress: done.after.total.into(),
        warnings: warnings::of(done),
        error: done.half.as_ref().map(Refusal::from),
    };
    (json_text(&told) + "\n", done.half.as_ref().map_or(Exit::Done, |failure| failure.exit))
}

/// A failure as programs read it.
pub fn refused(failure: &Failure) -> (String, Exit) {
    (answer::refused(failure), failure.exit)
}

/// The same for a batch, with what became of its lines.
pub fn refused_batch(failure: &Failure, lines: Option<impl Serialize>) -> (String, Exit) {
    let told = RefusedBatch { schema_version: SCHEMA_VERSION, ok: false, error: failure.into(), lines };
    (json_text(&told) + "\n", failure.exit)
}
