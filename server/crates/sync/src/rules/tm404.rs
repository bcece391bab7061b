//! TM404: the registry and status.json say different things of a task.

use tallymark_events::RunStatus;
use tallymark_live::LiveRun;
use tallymark_plan::TaskIndex;
use tallymark_status::Word;
use tallymark_text::age;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::live::file_name;
use crate::words::quoted;
use crate::{File, Finding, Fix, FixAction, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM404",
    name: "registry-contradicts",
    severity: Severity::Warning,
    summary: "the registry says that a task is over, status.json that it is in progress, or the reverse",
    page: include_str!("../../../../../docs/rules/TM404.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes,
    fix_all: None,
};

/// An orchestrator writes its registry and status.json one after the other.
const BETWEEN_WRITES: i64 = 10_000;

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let (Some(live), Some(status)) = (context.live, context.status) else { return };
    let mut concerned = 0;
    for (task, known) in live.tasks() {
        let Some(run) = known.runs.first() else { continue };
        concerned += 1;
        let Some(says) = contradiction(context, task, run, live.live.now) else { continue };
        let state = context.joined.state(task).label();
        let message = format!(
            "{} says that {} {says}; status.json says that it is {state}",
            file_name(&run.path),
            context.name(task),
        );
        let entry = context.joined.entry(task);
        let related = entry.map(|entry| context.related_word(status, entry)).into_iter().collect();
        reporter.report(context.id_place(task), Subject::Task(task), message, related);
    }
    reporter.once(File::Plan, concerned, move |count| {
        format!("of {concerned} tasks that the registries know, {count} stand otherwise in status.json")
    });
}

/// What the registry says, if status.json has had the time to say the same and does not.
fn contradiction(context: &Context<'_>, task: TaskIndex, run: &LiveRun, now: i64) -> Option<String> {
    let entry = context.status?.entry(context.joined.entry(task)?);
    let time = |text: &Option<tallymark_status::Time>| text.as_ref().and_then(|time| time.milliseconds);
    let ago = |at: i64| age(now.saturating_sub(at));
    let said = run.run.ended.unwrap_or(run.told);
    match (context.joined.state(task), over(run.run.status)) {
        (State::InProgress, Some(word)) => {
            // A later attempt is under way, or the orchestrator is just about to say so.
            let later = time(&entry.started_at).is_some_and(|started| started > said);
            let error = run.run.error.as_deref().filter(|_| run.run.status != RunStatus::Completed);
            let error = error.map_or(String::new(), |error| format!(" ({})", quoted(error)));
            (!later && now.saturating_sub(said) > BETWEEN_WRITES)
                .then(|| format!("{word} {} ago{error}", ago(said)))
        }
        (State::Completed | State::Failed | State::Skipped | State::Cancelled, None) => {
            // Begun before it was over, and alive still.
            let over = time(&entry.completed_at)?;
            let runs = run.run.status == RunStatus::Running && run.standing.liveness.runs();
            let told = run.last_sign.unwrap_or(run.told);
            (runs && told.saturating_sub(over) > BETWEEN_WRITES)
                .then(|| format!("is running: {}", run.standing.why))
        }
        _ => None,
    }
}

/// What a registry says of a run that is over.
fn over(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Completed => Some("was completed"),
        RunStatus::Failed => Some("failed"),
        RunStatus::TimedOut => Some("timed out"),
        RunStatus::Cancelled => Some("was cancelled"),
        RunStatus::Queued | RunStatus::Running | RunStatus::Unknown => None,
    }
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let known = context.live.and_then(|live| live.of(task));
    let Some(&run) = known.as_ref().and_then(|known| known.runs.first()) else { return Vec::new() };
    let name = context.name(task);
    let fix = match run.run.status {
        RunStatus::Completed => {
            context.transition(task, format!("Mark {name} complete in status.json"), Word::Completed, None)
        }
        RunStatus::Failed | RunStatus::TimedOut => {
            let reason = run.run.error.clone().unwrap_or_else(|| match run.run.status {
                RunStatus::TimedOut => "timed out".to_owned(),
                _ => "failed, as its registry says".to_owned(),
            });
            context.transition(task, format!("Mark {name} failed in status.json"), Word::Failed, Some(reason))
        }
        RunStatus::Cancelled => {
            let reason = Some("cancelled, as its registry says".to_owned());
            context.transition(task, format!("Mark {name} skipped in status.json"), Word::Skipped, reason)
        }
        RunStatus::Running if context.joined.state(task) == State::Failed => context.transition(
            task,
            format!("Mark {name} in progress in status.json"),
            Word::InProgress,
            None,
        ),
        RunStatus::Running => reopened(context, task, &name),
        RunStatus::Queued | RunStatus::Unknown => None,
    };
    fix.map(|fix| Fix { preferred: true, ..fix }).into_iter().collect()
}

/// What is settled has to be opened again, and that is asked.
fn reopened(context: &Context<'_>, task: TaskIndex, name: &str) -> Option<Fix> {
    let mut fix = context.transition(task, format!("Reopen {name} in status.json"), Word::Pending, None)?;
    if let FixAction::Status(requests) = &mut fix.action {
        for request in requests {
            if let tallymark_status::Change::Transition { reopen, .. } = &mut request.change {
                *reopen = true;
            }
        }
    }
    fix.ask = Some(format!("{name} is {}. Reopen it?", context.joined.state(task).label()));
    Some(fix)
}

#[cfg(test)]
mod tests {
    use tallymark_status::{Change, Word};

    use super::super::testing::{Case, NOW, plan};

    fn case(entry: &str, run: &str) -> Case {
        let file = format!(
            r#"{{"path": "/w/.gadugi/monitoring/process_registry.json", "format": "gadugi_registry", "modified": {}, "runs": [{{"task": "1.1", "name": "Read", {run}}}]}}"#,
            NOW - 1000
        );
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n")
            .status(&format!(r#"{{"tasks": [{{"id": "1.1", "description": "Read", {entry}}}]}}"#))
            .live(&[&file])
    }

    fn minutes_ago(minutes: i64) -> i64 {
        NOW - minutes * 60_000
    }

    #[test]
    fn a_run_that_failed_is_not_in_progress() {
        let run = format!(r#""status": "failed", "ended": {}, "error": "exit code 1""#, minutes_ago(5));
        let case = case(r#""status": "in_progress", "startedAt": "2026-01-15T07:00:00.000Z""#, &run);
        assert_eq!(
            case.findings("TM404"),
            [
                r#"plan:5 "1.1": process_registry.json says that 1.1 failed 5 m ago (“exit code 1”); status.json says that it is in progress | status:1 "\"in_progress\"": status.json says "in_progress""#
            ]
        );
        let requests = case.requests("TM404", "Mark 1.1 failed in status.json");
        let Change::Transition { to, reason, .. } = &requests[0].change else { panic!("{requests:?}") };
        assert_eq!((*to, reason.as_deref()), (Word::Failed, Some("exit code 1")));
    }

    #[test]
    fn a_timeout_beside_completed_is_no_failure() {
        let run = format!(r#""status": "completed", "ended": {}, "error": "timeout""#, minutes_ago(5));
        let case = case(r#""status": "in_progress""#, &run);
        assert!(case.findings("TM404")[0].contains("says that 1.1 was completed 5 m ago; status.json"));
        assert_eq!(case.fixes("TM404"), ["Mark 1.1 complete in status.json*"]);
    }

    #[test]
    fn a_later_attempt_and_the_moment_between_two_writes_are_no_contradiction() {
        let run = format!(r#""status": "failed", "ended": {}"#, minutes_ago(65));
        let entry = r#""status": "in_progress", "startedAt": "2026-01-15T07:00:00.000Z""#;
        assert_eq!(case(entry, &run).findings("TM404"), [""; 0]);
        let run = format!(r#""status": "completed", "ended": {}"#, NOW - 9_000);
        assert_eq!(case(entry, &run).findings("TM404"), [""; 0]);
    }

    #[test]
    fn a_run_that_goes_on_after_the_task_is_over_is_reported() {
        let run = format!(r#""status": "running", "started": {}"#, minutes_ago(90));
        let entry = r#""status": "completed", "completedAt": "2026-01-15T07:00:00.000Z""#;
        let case = case(entry, &run);
        assert!(
            case.findings("TM404")[0].contains("says that 1.1 is running: it was said 1 s ago"),
            "{:?}",
            case.findings("TM404")
        );
        assert_eq!(case.fixes("TM404"), ["Reopen 1.1 in status.json*"]);
    }
}
