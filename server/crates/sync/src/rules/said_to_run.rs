//! Tasks and orchestrations that are said to run, and do not: what TM402 and TM403 have in common.

use tallymark_events::{AgentState, RunStatus};
use tallymark_live::{Liveness, Standing};

use super::{Context, Reporter};
use crate::live::file_name;
use crate::{File, Finding, Fix, LiveTask, State, Subject};

/// Reports the tasks and the orchestrations of the plan that are said to run, and stand like this.
pub(super) fn report(
    context: &Context<'_>,
    reporter: &mut Reporter<'_>,
    liveness: Liveness,
    once: fn(usize) -> String,
) {
    let Some(live) = context.live else { return };
    let mut concerned = 0;
    for (task, known) in live.tasks() {
        // What is over in status.json is nobody's worry, even if a registry was left behind.
        if matches!(
            context.joined.state(task),
            State::Completed | State::Skipped | State::Cancelled | State::Failed
        ) {
            continue;
        }
        let Some((path, standing)) = said(&known) else { continue };
        concerned += 1;
        if standing.liveness == liveness {
            let message = format!(
                "{} is said to be running ({}), but {}",
                context.name(task),
                file_name(path),
                standing.why
            );
            reporter.report(context.id_place(task), Subject::Task(task), message, Vec::new());
        }
    }
    for known in live.orchestrations() {
        let is_running = matches!(known.orchestration.status, RunStatus::Running | RunStatus::Unknown);
        if is_running && known.standing.liveness == liveness {
            concerned += 1;
            let message = format!(
                "the orchestrator {} is said to be running ({}), but {}",
                known.orchestration.id,
                file_name(&known.path),
                known.standing.why
            );
            reporter.report(context.file_place(File::Plan), Subject::File, message, Vec::new());
        }
    }
    reporter.once(File::Plan, concerned, once);
}

/// Which file says of a task that it runs, and how that stands.
fn said<'a>(known: &LiveTask<'a>) -> Option<(&'a str, &'a Standing)> {
    if !known.runs.is_empty() {
        return known.said_to_run().map(|run| (run.path.as_str(), &run.standing));
    }
    let agents = known.agents.iter().filter(|agent| agent.agent.state == AgentState::Working);
    let agent = agents.max_by_key(|agent| agent.last_sign)?;
    Some((&agent.path, &agent.standing))
}

/// Gives the task up.
pub(super) fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let Some((_, standing)) = context.live.and_then(|live| said(&live.of(task)?)) else { return Vec::new() };
    super::live_fixes::give_up(context, task, format!("{}: {}", standing.liveness.word(), standing.why))
}
