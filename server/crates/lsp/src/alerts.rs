//! What a person asked to be told of: a task's run failed, or an agent waits for a person. Told once each.

use std::collections::HashSet;

use tallymark_events::RunStatus;
use tallymark_live::Liveness;
use tallymark_sync::LiveTasks;
use tallymark_text::Span;
use tower_lsp::ls_types::Uri;

use crate::running::one_line;
use crate::snapshot::Snapshot;

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    /// The plan.
    pub(crate) plan: Uri,
    /// What happened, in a sentence.
    pub(crate) message: String,
    /// Where the task stands, in bytes of the plan.
    pub(crate) place: Span,
}

/// What was told. What is so when it is first seen is no news.
#[derive(Debug, Default)]
pub(crate) struct Told {
    seen: HashSet<Seen>,
    plans: HashSet<Uri>,
}

/// The plan, the task's key, what happened, and when.
type Seen = (Uri, String, &'static str, i64);

impl Told {
    /// What is new in these plans.
    pub(crate) fn news<'a>(&mut self, snapshots: impl Iterator<Item = &'a Snapshot>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let mut now = HashSet::new();
        let mut plans = HashSet::new();
        for snapshot in snapshots {
            // Before the first picture there is nothing to compare with.
            if snapshot.analysis.live.as_ref().is_none_or(|live| live.live.is_empty()) {
                continue;
            }
            let first = !self.plans.contains(&snapshot.uri);
            plans.insert(snapshot.uri.clone());
            for (seen, alert) in of(snapshot) {
                if !first && !self.seen.contains(&seen) && !now.contains(&seen) {
                    alerts.push(alert);
                }
                now.insert(seen);
            }
        }
        (self.seen, self.plans) = (now, plans);
        alerts
    }
}

fn of(snapshot: &Snapshot) -> Vec<(Seen, Alert)> {
    let plan = &snapshot.analysis.joined.plan;
    let mut found = Vec::new();
    for (task, live) in snapshot.analysis.live.iter().flat_map(LiveTasks::tasks) {
        let key = plan.key(task);
        let name = match plan.id(task) {
            Some(id) => one_line(id),
            None => format!("“{}”", one_line(plan.title(task))),
        };
        let mut tell = |what, when, message| {
            let seen = (snapshot.uri.clone(), key.to_owned(), what, when);
            found.push((seen, Alert { plan: snapshot.uri.clone(), message, place: plan.task(task).line }));
        };
        if let Some(run) = live.runs.first()
            && matches!(run.run.status, RunStatus::Failed | RunStatus::TimedOut)
        {
            let why =
                run.run.error.as_deref().map(|error| format!(": {}", one_line(error))).unwrap_or_default();
            let when = run.run.ended.or(run.run.started).unwrap_or_default();
            tell("failed", when, format!("The run of {name} failed{why}"));
        }
        for agent in live.running_agents() {
            if agent.standing.liveness == Liveness::WaitingForPerson {
                let message = format!("{} waits for a person at {name}", one_line(agent.name()));
                tell("waits", agent.standing.since, message);
            }
        }
    }
    found
}
