//! `tallymark next`.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;
use tallymark_plan::TaskIndex;
use tallymark_sync::{Joined, State};

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// How many waiting tasks are named where none is ready.
const WAITING_SHOWN: usize = 10;

/// Show what to do next: pending tasks that wait for nothing
#[derive(Args)]
pub struct Next {
    /// How many tasks at most
    #[arg(value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Object<'a> {
    schema_version: u32,
    tasks: Vec<Task<'a>>,
    /// How many tasks are in progress; they are not offered again.
    in_progress: u32,
}

#[derive(Serialize)]
struct Task<'a> {
    id: Option<&'a str>,
    key: &'a str,
    title: &'a str,
    phase: Option<&'a str>,
}

impl Next {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let joined = &current.loaded.analysis.joined;
        let ready = startable(joined).filter(|&task| joined.blockers(task).next().is_none());
        let tasks: Vec<TaskIndex> = ready.take(self.count as usize).collect();
        let text = if self.json { json(joined, &tasks) } else { text(&session.output, joined, &tasks) };
        session.output.text(&text);
        current.shown(session)
    }
}

/// The pending tasks in document order. One with open tasks below it is done by doing those.
fn startable(joined: &Joined) -> impl Iterator<Item = TaskIndex> {
    joined.plan.tasks().map(|(task, _)| task).filter(|&task| {
        let below = joined.below[task.get()];
        matches!(joined.state(task), State::Pending | State::Ready) && below.completed == below.counted()
    })
}

fn json(joined: &Joined, tasks: &[TaskIndex]) -> String {
    let plan = &joined.plan;
    let tasks = tasks.iter().map(|&task| Task {
        id: plan.id(task),
        key: plan.key(task),
        title: plan.title(task),
        phase: plan.phase_title(task),
    });
    let in_progress = joined.total.in_progress;
    json_text(&Object { schema_version: SCHEMA_VERSION, tasks: tasks.collect(), in_progress }) + "\n"
}

fn text(output: &Output, joined: &Joined, tasks: &[TaskIndex]) -> String {
    let plan = &joined.plan;
    let mut text = String::new();
    for &task in tasks {
        _ = write!(text, "{}  {}", output.styled(STRONG, &name(joined, task)), harmless(plan.title(task)));
        if let Some(phase) = plan.phase_title(task) {
            _ = write!(text, "  {}", output.styled(FAINT, &format!("({})", harmless(phase))));
        }
        text.push('\n');
    }
    if tasks.is_empty() {
        text.push_str(&why_none(joined));
    }
    match joined.total.in_progress {
        0 => {}
        1 => _ = writeln!(text, "{}", output.styled(FAINT, "1 task is in progress")),
        count => _ = writeln!(text, "{}", output.styled(FAINT, &format!("{count} tasks are in progress"))),
    }
    text
}

/// Why no task can be started.
fn why_none(joined: &Joined) -> String {
    let total = joined.total;
    if total.total == 0 {
        return "the plan has no tasks\n".to_owned();
    }
    if total.completed == total.counted() {
        return format!("nothing is left to do: {total}\n");
    }
    let mut text = format!("no task is ready: {total}\n");
    let mut waiting = startable(joined);
    for task in waiting.by_ref().take(WAITING_SHOWN) {
        if let Some(other) = joined.blockers(task).next() {
            let (name, other_name) = (name(joined, task), name(joined, other));
            _ = writeln!(text, "  {name} waits for {other_name} ({})", joined.state(other).label());
        }
    }
    match waiting.count() {
        0 => {}
        more => _ = writeln!(text, "  … and {more} more"),
    }
    if total.failed > 0 {
        _ = writeln!(text, "  {} failed: `tallymark retry` tries again", total.failed);
    }
    text
}

/// The id of a task, or its key where it has none.
fn name(joined: &Joined, task: TaskIndex) -> String {
    harmless(joined.plan.id(task).unwrap_or_else(|| joined.plan.key(task)))
}
