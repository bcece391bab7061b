//! `tallymark/tasks`: the phases and tasks of one plan, for tree views.

use serde::Serialize;
use tallymark_sync::{File, State};
use tallymark_text::Encoding;
use tower_lsp::ls_types::{Position, Uri};

use super::Subject;
use super::summary::Counts;
use crate::convert::position;

/// The phases and tasks of a plan.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    uri: Uri,
    /// The version that the places are of; null for what is on disk.
    version: Option<i32>,
    phases: Vec<Phase>,
    /// In the order of the plan, what lies below a task behind it.
    tasks: Vec<Task>,
}

/// A phase.
#[derive(Debug, Serialize)]
struct Phase {
    title: String,
    /// Where its heading begins.
    position: Position,
    progress: Counts,
}

/// A task.
#[derive(Debug, Serialize)]
struct Task {
    /// What commands call it.
    key: String,
    id: Option<String>,
    title: String,
    /// The word for its state: `pending`, `in progress`, …
    state: &'static str,
    /// The word that status.json has for it; null for a state that it has none for.
    status: Option<&'static str>,
    /// The index of its phase.
    phase: Option<usize>,
    /// The index of the task that it lies below.
    parent: Option<usize>,
    /// Where its line begins.
    position: Position,
    /// The progress of all that lies below it; null where nothing does.
    below: Option<Counts>,
    /// The keys of what it waits for.
    #[serde(rename = "blockedBy")]
    blocked_by: Vec<String>,
    /// The codes of what was found about its line.
    findings: Vec<&'static str>,
}

/// So many of the tasks that one waits for are named.
const MOST_BLOCKERS: usize = 6;

/// The phases and tasks of a plan.
pub(crate) fn answer(subject: &Subject, encoding: Encoding) -> Answered {
    let analysis = subject.analysis();
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let at = |offset: u32| position::position(&plan.source, offset as usize, encoding);
    let phases = plan.phases.iter().zip(&joined.phases).map(|(phase, progress)| Phase {
        title: plan.slice(phase.title).to_owned(),
        position: at(phase.heading.start),
        progress: (*progress).into(),
    });
    let mut findings: Vec<(u32, &'static str)> = analysis
        .findings
        .iter()
        .filter(|finding| finding.place.file == File::Plan)
        .map(|finding| (finding.place.span.start, finding.code))
        .collect();
    findings.sort_unstable();
    let tasks = plan.tasks().map(|(index, task)| {
        let state = joined.state(index);
        let below = joined.below[index.get()];
        let first = findings.partition_point(|(start, _)| *start < task.line.start);
        let of_line =
            findings[first..].iter().take_while(|(start, _)| *start < task.line.end.max(task.line.start + 1));
        let waits = !state.is_settled() && state != State::InProgress;
        Task {
            key: plan.key(index).to_owned(),
            id: plan.id(index).map(str::to_owned),
            title: plan.title(index).to_owned(),
            state: state.label(),
            status: state.word().map(tallymark_status::Word::as_str),
            phase: task.phase.map(|phase| phase.get()),
            parent: task.parent.map(|parent| parent.get()),
            position: at(task.line.start),
            below: (below.total > 0).then(|| below.into()),
            blocked_by: if waits {
                joined
                    .blockers(index)
                    .take(MOST_BLOCKERS)
                    .map(|blocker| plan.key(blocker).to_owned())
                    .collect()
            } else {
                Vec::new()
            },
            findings: of_line.map(|(_, code)| *code).collect(),
        }
    });
    Answered {
        uri: subject.uri().clone(),
        version: subject.version(),
        phases: phases.collect(),
        tasks: tasks.collect(),
    }
}
