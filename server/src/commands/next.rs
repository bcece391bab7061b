//! `tallymark next`.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;
use tallymark_plan::TaskIndex;
use tallymark_sync::next::{offers, waiting};
use tallymark_sync::{Graph, Joined, Offer, Priority, Retries, State};

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;
use crate::times::{age, time_text};

/// How many waiting tasks are named where none is ready.
const WAITING_SHOWN: usize = 10;

/// Show what to do next: tasks that wait for nothing, the most urgent first
///
/// Tasks come by priority where one is given, then by how many others wait for them, then in the order of the plan.
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object<'a> {
    schema_version: u32,
    tasks: Vec<Task<'a>>,
    /// Where no task is offered: the pending tasks, and what each waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<Waiting<'a>>,
    /// When the first failed task with retries left may be tried again, in UTC; a time that has passed is one too.
    retry_at: Option<String>,
    /// How many tasks are in progress; they are not offered again.
    in_progress: u32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Task<'a> {
    id: Option<&'a str>,
    key: &'a str,
    title: &'a str,
    phase: Option<&'a str>,
    priority: Option<&'static str>,
    /// How many tasks cannot begin before it is done.
    unblocks: Option<u32>,
    /// Whether it was tried before, and failed.
    retry: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Waiting<'a> {
    key: &'a str,
    /// The task above it that has to wait, where it is not itself.
    through: Option<&'a str>,
    waits_for: &'a str,
    /// What that is: `in progress`, `failed`.
    state: &'static str,
}

impl Next {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let graph = Graph::new(&current.loaded.analysis.joined);
        let limits = current.workspace.settings.limits();
        let joined = graph.joined();
        let retries = |task| {
            joined
                .status()
                .zip(joined.entry(task))
                .map(|(status, entry)| limits.retries(status, entry, session.now))
        };
        let mut offers =
            offers(&graph, session.now, |task| joined.may_begin_from(task, &limits, session.now));
        offers.truncate(self.count as usize);
        // When the first of those that failed may be tried again.
        let failed =
            joined.plan.tasks().map(|(task, _)| task).filter(|&task| joined.state(task) == State::Failed);
        let retry_at =
            failed.filter_map(retries).filter(Retries::left).filter_map(|retries| retries.not_before).min();
        let text = if self.json {
            json(&graph, &offers, retry_at)
        } else {
            let retry_in = retry_at.map(|time| time - session.now).filter(|wait| *wait > 0);
            text(&session.output, &graph, &offers, retry_in)
        };
        session.output.text(&text);
        current.shown(session)
    }
}

fn json(graph: &Graph<'_>, offers: &[Offer], retry_at: Option<i64>) -> String {
    let joined = graph.joined();
    let plan = &joined.plan;
    let tasks = offers.iter().map(|offer| Task {
        id: plan.id(offer.task),
        key: plan.key(offer.task),
        title: plan.title(offer.task),
        phase: plan.phase_title(offer.task),
        priority: offer.priority.map(Priority::label),
        unblocks: offer.unblocks,
        retry: offer.retry,
    });
    let waiting = waiting(graph).filter(|_| offers.is_empty()).filter_map(|task| {
        let (waiting, by) = obstacle(graph, task)?;
        Some(Waiting {
            key: plan.key(task),
            through: (waiting != task).then(|| plan.key(waiting)),
            waits_for: plan.key(by),
            state: joined.state(by).label(),
        })
    });
    json_text(&Object {
        schema_version: SCHEMA_VERSION,
        tasks: tasks.collect(),
        waiting: waiting.collect(),
        retry_at: retry_at.map(time_text),
        in_progress: joined.total.in_progress,
    }) + "\n"
}

fn text(output: &Output, graph: &Graph<'_>, offers: &[Offer], retry_in: Option<i64>) -> String {
    let joined = graph.joined();
    let plan = &joined.plan;
    let mut text = String::new();
    for offer in offers {
        let task = offer.task;
        _ = write!(text, "{}  {}", output.styled(STRONG, &name(joined, task)), harmless(plan.title(task)));
        let mut behind = String::new();
        if let Some(phase) = plan.phase_title(task) {
            _ = write!(behind, "  ({})", harmless(phase));
        }
        let reasons = reasons(offer);
        if !reasons.is_empty() {
            _ = write!(behind, "  {}", reasons.join(", "));
        }
        if !behind.is_empty() {
            text.push_str("  ");
            text.push_str(&output.styled(FAINT, behind.trim_start()));
        }
        text.push('\n');
    }
    if offers.is_empty() {
        text.push_str(&why_none(graph, retry_in));
    }
    match joined.total.in_progress {
        0 => {}
        1 => _ = writeln!(text, "{}", output.styled(FAINT, "1 task is in progress")),
        count => _ = writeln!(text, "{}", output.styled(FAINT, &format!("{count} tasks are in progress"))),
    }
    text
}

/// Why a task is offered before others.
fn reasons(offer: &Offer) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(priority) = offer.priority {
        reasons.push(format!("{} priority", priority.label()));
    }
    if let Some(count @ 1..) = offer.unblocks {
        reasons.push(format!("unblocks {count}"));
    }
    if offer.retry {
        reasons.push("failed before".to_owned());
    }
    reasons
}

/// Why no task can be started. `retry_in`: in how many milliseconds the first failed one can be tried again.
fn why_none(graph: &Graph<'_>, retry_in: Option<i64>) -> String {
    let joined = graph.joined();
    let total = joined.total;
    if total.total == 0 {
        return "the plan has no tasks\n".to_owned();
    }
    if total.completed == total.counted() {
        return format!("nothing is left to do: {total}\n");
    }
    let mut text = format!("no task is ready: {total}\n");
    let mut waiting = waiting(graph);
    for task in waiting.by_ref().take(WAITING_SHOWN) {
        let Some((through, by)) = obstacle(graph, task) else { continue };
        let (own, other, state) = (name(joined, task), name(joined, by), joined.state(by).label());
        _ = match through == task {
            true if by == task => writeln!(text, "  {own} waits for itself"),
            true => writeln!(text, "  {own} waits for {other} ({state})"),
            false if by == through => writeln!(text, "  {own} stands below {other} ({state})"),
            false => writeln!(
                text,
                "  {own} stands below {}, which waits for {other} ({state})",
                name(joined, through)
            ),
        };
    }
    match waiting.count() {
        0 => {}
        more => _ = writeln!(text, "  … and {more} more"),
    }
    match retry_in {
        Some(wait) => {
            _ = writeln!(text, "  {} failed: the next retry is offered in {}", total.failed, age(wait));
        }
        None if total.failed > 0 => {
            _ = writeln!(text, "  {} failed: `tallymark retry` tries again", total.failed);
        }
        None => {}
    }
    text
}

/// The task that has to wait, and what it waits for: a task above that is shut stands for both.
fn obstacle(graph: &Graph<'_>, task: TaskIndex) -> Option<(TaskIndex, TaskIndex)> {
    let hold = graph.hold(task).map(|hold| (hold.waiting, hold.by));
    hold.or_else(|| graph.is_shut(task).map(|above| (above, above)))
}

/// The key of a task, which is its id unless others have that too: what the other commands take for this task.
fn name(joined: &Joined, task: TaskIndex) -> String {
    harmless(joined.plan.key(task))
}
