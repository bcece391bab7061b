//! `tallymark/graph`: who waits for whom, for pictures.

use serde::Serialize;
use tallymark_ide::GraphView;
use tallymark_plan::TaskIndex;
use tallymark_sync::Graph;
use tallymark_text::Encoding;
use tower_lsp::ls_types::{Position, Uri};

use super::Subject;
use crate::convert::position;

/// Who waits for whom.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answered {
    uri: Uri,
    tasks: Vec<Task>,
    /// Pairs of indices: what is waited for, and what waits.
    arrows: Vec<[u32; 2]>,
    /// Arrows that were too many.
    arrows_left_out: usize,
    /// Indices: the longest chain of open tasks.
    critical_path: Vec<u32>,
    /// How long that takes together, in hours; null where the plan gives no estimates.
    critical_hours: Option<f64>,
    /// Indices of what can be started, best first.
    ready: Vec<u32>,
    /// Indices of tasks that wait for each other.
    circles: Vec<Vec<u32>>,
}

/// A task.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    key: String,
    title: String,
    phase: Option<String>,
    /// The index of the task that it lies below.
    parent: Option<u32>,
    /// `done`, `active`, `ready`, `waiting`, `blocked`, `failed` or `skipped`.
    look: &'static str,
    /// How many tasks cannot begin before it is done; null where that was too much to count.
    unblocks: Option<u32>,
    /// What it waits for beside the arrows: whole phases, long ranges.
    waits_for: Vec<String>,
    /// Where its line begins.
    position: Position,
}

/// The graph of a plan. `now`: milliseconds since 1970-01-01 UTC.
pub(crate) fn answer(subject: &Subject, encoding: Encoding, now: i64) -> Answered {
    let analysis = subject.analysis();
    let graph = Graph::new(&analysis.joined);
    let view = GraphView::new(&graph, now, &analysis.config.limits);
    let plan = view.plan();
    let numbers = |tasks: &[TaskIndex]| tasks.iter().map(|task| task.0).collect();
    let mut notes = view.notes.iter().peekable();
    let tasks = plan.tasks().map(|(index, task)| Task {
        key: plan.key(index).to_owned(),
        title: plan.title(index).to_owned(),
        phase: plan.phase_title(index).map(str::to_owned),
        parent: task.parent.map(|parent| parent.0),
        look: view.look(index).name(),
        unblocks: view.waiting.as_ref().map(|waiting| waiting[index.get()]),
        waits_for: std::iter::from_fn(|| notes.next_if(|(noted, _)| *noted == index))
            .map(|(_, note)| note.clone())
            .chain(task.phase.into_iter().flat_map(|phase| {
                plan.dependencies_of_phase(phase).map(|dependency| plan.slice(dependency.span).to_owned())
            }))
            .collect(),
        position: position::position(&plan.source, task.line.start as usize, encoding),
    });
    Answered {
        uri: subject.uri().clone(),
        tasks: tasks.collect(),
        arrows: view.arrows.iter().map(|(before, after)| [before.0, after.0]).collect(),
        arrows_left_out: view.left_out,
        critical_path: numbers(&view.path.tasks),
        critical_hours: view.path.hours,
        ready: view.offers.iter().map(|offer| offer.task.0).collect(),
        circles: view.circles.iter().map(|circle| numbers(circle)).collect(),
    }
}
