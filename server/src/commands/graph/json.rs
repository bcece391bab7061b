//! The graph as one JSON object.

use serde::Serialize;
use tallymark_plan::TaskIndex;

use crate::report::{SCHEMA_VERSION, json_text};
use tallymark_ide::GraphView;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object<'a> {
    schema_version: u32,
    tasks: Vec<Task<'a>>,
    /// Pairs of keys: what is waited for, and what waits.
    arrows: Vec<[&'a str; 2]>,
    /// Arrows that were too many to be written.
    arrows_left_out: usize,
    critical_path: Path<'a>,
    /// Keys, best first.
    ready: Vec<&'a str>,
    /// Keys of tasks that wait for each other.
    circles: Vec<Vec<&'a str>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Task<'a> {
    id: Option<&'a str>,
    key: &'a str,
    title: &'a str,
    phase: Option<&'a str>,
    parent: Option<&'a str>,
    state: &'static str,
    /// done, active, ready, waiting, blocked, failed, skipped.
    look: &'static str,
    /// How many tasks cannot begin before it is done.
    unblocks: Option<u32>,
    /// What it waits for beside the arrows: whole phases, ranges of more than 50 tasks.
    waits_for: Vec<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Path<'a> {
    tasks: Vec<&'a str>,
    hours: Option<f64>,
    without_estimate: u32,
}

/// The graph as one JSON object.
pub fn render(view: &GraphView<'_>) -> String {
    let plan = view.plan();
    let keys = |tasks: &[TaskIndex]| tasks.iter().map(|&task| plan.key(task)).collect();
    let mut notes = view.notes.iter().peekable();
    let tasks = plan.tasks().map(|(task, own)| Task {
        id: plan.id(task),
        key: plan.key(task),
        title: plan.title(task),
        phase: plan.phase_title(task),
        parent: own.parent.map(|parent| plan.key(parent)),
        state: view.joined.state(task).label(),
        look: view.look(task).name(),
        unblocks: view.waiting.as_ref().map(|waiting| waiting[task.get()]),
        waits_for: std::iter::from_fn(|| notes.next_if(|(noted, _)| *noted == task))
            .map(|(_, note)| note.as_str())
            .chain(own.phase.into_iter().flat_map(|phase| {
                plan.dependencies_of_phase(phase).map(|dependency| plan.slice(dependency.span))
            }))
            .collect(),
    });
    json_text(&Object {
        schema_version: SCHEMA_VERSION,
        tasks: tasks.collect(),
        arrows: view.arrows.iter().map(|&(before, after)| [plan.key(before), plan.key(after)]).collect(),
        arrows_left_out: view.left_out,
        critical_path: Path {
            tasks: keys(&view.path.tasks),
            hours: view.path.hours,
            without_estimate: view.path.without_estimate,
        },
        ready: view.offers.iter().map(|offer| plan.key(offer.task)).collect(),
        circles: view.circles.iter().map(|circle| keys(circle)).collect(),
    }) + "\n"
}
