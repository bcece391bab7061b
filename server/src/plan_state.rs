//! How a plan stands, in the words of the sidecar's lines.

use std::path::Path;

use tallymark_events::{Count, PhaseState, PlanState, TaskState};
use tallymark_plan::TaskIndex;
use tallymark_status::Time;
use tallymark_sync::{Progress, Severity, State};
use tallymark_workspace::Loaded;

use crate::report::state_name;

/// So many of the tasks that one waits for are named.
const WAITS_NAMED: usize = 5;

/// All that can be said of a plan.
pub fn of(loaded: &Loaded) -> PlanState {
    let analysis = &loaded.analysis;
    let joined = &analysis.joined;
    let plan = &joined.plan;
    let phases = plan.phases.iter().zip(&joined.phases);
    let findings = analysis.findings.iter().filter(|finding| finding.severity >= Severity::Warning).count();
    PlanState {
        path: text(&loaded.path),
        title: plan.title.map(|title| plan.slice(title).to_owned()),
        status: loaded.located.exists.then(|| text(&loaded.located.path)),
        error: (loaded.located.exists && joined.status().is_none())
            .then(|| format!("{} cannot be read", text(&loaded.located.path))),
        findings: u32::try_from(findings).unwrap_or(u32::MAX),
        progress: count(joined.total),
        phases: phases
            .map(|(phase, progress)| PhaseState {
                title: plan.slice(phase.title).to_owned(),
                progress: count(*progress),
            })
            .collect(),
        tasks: plan.tasks().map(|(task, _)| task_state(loaded, task)).collect(),
    }
}

/// What can be said of a plan that cannot be read.
pub fn unreadable(path: &Path, why: &str) -> PlanState {
    PlanState { path: text(path), error: Some(why.to_owned()), ..PlanState::default() }
}

fn task_state(loaded: &Loaded, task: TaskIndex) -> TaskState {
    let joined = &loaded.analysis.joined;
    let plan = &joined.plan;
    let own = plan.task(task);
    let key = plan.key(task);
    let state = joined.state(task);
    let status = joined.status();
    let entry = status.zip(joined.entry(task)).map(|(status, entry)| (status, status.entry(entry)));
    let time = |time: Option<&Time>| time.and_then(|time| time.milliseconds);
    let waiting = matches!(state, State::Pending | State::Ready | State::Blocked);
    let waits_for = if waiting { joined.blockers(task).take(WAITS_NAMED).collect() } else { Vec::new() };
    TaskState {
        key: key.to_owned(),
        id: own.id.map(|id| plan.slice(id)).filter(|id| *id != key).map(str::to_owned),
        title: plan.title(task).to_owned(),
        phase: own.phase.map(|phase| phase.0),
        state: state_name(state).to_owned(),
        started: entry.and_then(|(_, entry)| time(entry.started_at.as_ref())),
        ended: entry.and_then(|(_, entry)| time(entry.completed_at.as_ref())),
        error: entry
            .filter(|_| state == State::Failed)
            .and_then(|(status, entry)| Some(status.str(entry.error.as_ref()?).to_owned())),
        waits_for: waits_for.into_iter().map(|task| plan.key(task).to_owned()).collect(),
        line: u32::try_from(plan.source.line_of(own.line.start as usize))
            .unwrap_or(u32::MAX)
            .saturating_add(1),
    }
}

fn count(progress: Progress) -> Count {
    Count {
        completed: progress.completed,
        in_progress: progress.in_progress,
        failed: progress.failed,
        skipped: progress.skipped,
        total: progress.total,
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
