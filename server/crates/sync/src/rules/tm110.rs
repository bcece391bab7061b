//! TM110: currentPhase is finished, or no phase of the plan.

use tallymark_status::{Change, EntryIndex, Expected, Request, Status};

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::quoted;
use crate::{Finding, Fix, FixAction, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM110",
    name: "stale-current-phase",
    severity: Severity::Information,
    summary: "currentPhase is finished, or no phase of the plan",
    page: include_str!("../../../../../docs/rules/TM110.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::States],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some((status, current)) =
        context.status.and_then(|status| Some((status, status.current_phase.as_ref()?)))
    else {
        return;
    };
    let named = status.str(current).trim();
    if named.is_empty() || status.entries.is_empty() {
        return;
    }
    let next = next_phase(status);
    let message = match settled_tasks(context, status, named) {
        // Whether all is done or not, the phase in which the last thing is to do, or was done, is current.
        _ if next == named => return,
        Some((open, _)) if open > 0 => return,
        // Where all is done, the plan's last phase is as good as that of the last entry.
        Some(_) if is_last_of_plan(context, named) && !has_open(status) => return,
        Some((_, all)) => {
            let tasks = if all == 1 { "one task is".to_owned() } else { format!("{all} tasks are all") };
            let then = if has_open(status) {
                format!("; {} is not", quoted(next))
            } else {
                ", as are all others in status.json".to_owned()
            };
            format!("currentPhase is {}, whose {tasks} done{then}", quoted(named))
        }
        None => format!("currentPhase is {}, which is no phase of the plan", quoted(named)),
    };
    reporter.report(Place::status(current.span), Subject::File, message, Vec::new());
}

/// How many tasks of the phase that status.json calls `named` are open, and how many there are; `None` if neither the
/// entries nor the plan know it.
fn settled_tasks(context: &Context<'_>, status: &Status, named: &str) -> Option<(u32, u32)> {
    let (mut open, mut all) = (0, 0);
    for (entry, _) in status.entries().filter(|&(entry, _)| phase_of(status, entry) == named) {
        all += 1;
        open += u32::from(!is_settled(status, entry));
    }
    if all > 0 {
        return Some((open, all));
    }
    let phase = context.joined.phase_named(named)?;
    let progress = context.joined.phases[phase.get()];
    // A phase without tasks is never finished.
    let open = if progress.total == 0 { 1 } else { progress.counted() - progress.completed };
    Some((open, progress.total))
}

fn has_open(status: &Status) -> bool {
    status.entries().any(|(entry, _)| !is_settled(status, entry))
}

fn is_last_of_plan(context: &Context<'_>, named: &str) -> bool {
    context.joined.phase_named(named).is_some_and(|phase| phase.get() + 1 == context.plan.phases.len())
}

fn is_settled(status: &Status, entry: EntryIndex) -> bool {
    State::of_entry(status, entry).is_settled()
}

fn phase_of(status: &Status, entry: EntryIndex) -> &str {
    status.entry(entry).phase.as_ref().map_or("", |phase| status.str(phase).trim())
}

/// The phase that is current: the one of the first task in progress, else of the first that is open, else of the last.
fn next_phase(status: &Status) -> &str {
    let mut entries = (0..status.entries.len() as u32).map(EntryIndex);
    let in_progress = entries.clone().find(|&entry| State::of_entry(status, entry) == State::InProgress);
    let open = || entries.clone().find(|&entry| !is_settled(status, entry));
    in_progress.or_else(open).or_else(|| entries.next_back()).map_or("", |entry| phase_of(status, entry))
}

fn fixes(context: &Context<'_>, _: &Finding) -> Vec<Fix> {
    let Some(next) = context.status.map(next_phase).filter(|next| !next.is_empty()) else {
        return Vec::new();
    };
    let request = Request {
        entry: String::new(),
        expected: Expected::default(),
        change: Change::SetCurrentPhase(next.to_owned()),
    };
    vec![Fix {
        title: format!("Set currentPhase to {}", quoted(next)),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![request]),
    }]
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n## Phase 2: Rest\n\n- [ ] 2.1 Sleep\n\n## Phase 3: Later\n";

    fn status(current: &str, first: &str, second: &str) -> String {
        format!(
            "{{\"currentPhase\": \"{current}\",\n\"tasks\": [{{\"id\": \"1.1\", \"phase\": \"Phase 1: Work\", \"description\": \"Read\", \"status\": \"{first}\"}},\n{{\"id\": \"2.1\", \"phase\": \"Phase 2: Rest\", \"description\": \"Sleep\", \"status\": \"{second}\"}}]}}"
        )
    }

    #[test]
    fn a_finished_phase_is_not_current() {
        let case = plan(PLAN).status(&status("Phase 1: Work", "completed", "pending"));
        assert_eq!(
            case.findings("TM110"),
            [
                "status:1 \"\\\"Phase 1: Work\\\"\": currentPhase is “Phase 1: Work”, whose one task is done; “Phase 2: Rest” is not"
            ]
        );
        assert_eq!(case.fixes("TM110"), ["Set currentPhase to “Phase 2: Rest”*"]);
    }

    #[test]
    fn in_a_finished_plan_the_last_phase_stays_current_though_the_last_entry_is_of_another() {
        let text = PLAN.replace("\n## Phase 3: Later\n", "");
        let entry =
            |id, phase| format!("{{\"id\": \"{id}\", \"phase\": \"{phase}\", \"status\": \"completed\"}}");
        let (first, second) = (entry("1.1", "Phase 1: Work"), entry("2.1", "Phase 2: Rest"));
        let json = |current| format!("{{\"currentPhase\": \"{current}\", \"tasks\": [{second}, {first}]}}");
        assert_eq!(plan(&text).status(&json("Phase 2: Rest")).findings("TM110"), [""; 0]);
        assert_eq!(plan(PLAN).status(&json("Phase 2: Rest")).findings("TM110").len(), 1);
    }

    #[test]
    fn in_a_finished_plan_only_the_last_phase_is_current() {
        let case = plan(PLAN).status(&status("Phase 1: Work", "completed", "skipped"));
        assert!(
            case.findings("TM110")[0].ends_with("whose one task is done, as are all others in status.json")
        );
        let case = plan(PLAN).status(&status("Phase 2: Rest", "completed", "skipped"));
        assert_eq!(case.findings("TM110"), [] as [&str; 0]);
    }

    #[test]
    fn a_phase_that_nobody_knows_is_reported() {
        let case = plan(PLAN).status(&status("Phase 9: Gone", "pending", "pending"));
        assert!(case.findings("TM110")[0].ends_with("“Phase 9: Gone”, which is no phase of the plan"));
        // By its number, by its title without the phase word, and without any task.
        for known in ["1", "Work", "phase 1: work", "Phase 3: Later"] {
            assert_eq!(
                plan(PLAN).status(&status(known, "pending", "pending")).findings("TM110"),
                [] as [&str; 0]
            );
        }
    }
}
