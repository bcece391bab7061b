//! TM401: a task is in progress, and nobody has heard of it for long.

use tallymark_live::Liveness;
use tallymark_text::age;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Finding, Fix, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM401",
    name: "stuck",
    severity: Severity::Warning,
    summary: "in progress, without a sign of life for longer than the limit",
    page: include_str!("../../../../../docs/rules/TM401.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes,
    fix_all: Some(|count| format!("Mark all {count} stuck tasks failed")),
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(live) = context.live else { return };
    let now = live.live.now;
    for stuck in context.stuck(context.limits.stuck, now) {
        let standing = live.of(stuck.task).and_then(|task| task.standing().cloned());
        // TM402 and TM403 know more of it.
        if standing
            .as_ref()
            .is_some_and(|standing| matches!(standing.liveness, Liveness::Silent | Liveness::Gone))
        {
            continue;
        }
        let waits = standing.filter(|standing| standing.liveness.runs()).map_or(String::new(), |standing| {
            format!("; its agent is {}: {}", standing.liveness.word(), standing.why)
        });
        let silent = age(now.saturating_sub(stuck.last_sign));
        let message = format!(
            "{} is in progress, and nobody has heard of it for {silent}{waits}",
            context.name(stuck.task)
        );
        let related = context.status.zip(context.joined.entry(stuck.task));
        let related =
            related.map(|(status, entry)| context.related_word(status, entry)).into_iter().collect();
        reporter.report(context.id_place(stuck.task), Subject::Task(stuck.task), message, related);
    }
    let states = context.joined.states.iter();
    let concerned = states.filter(|&&state| state == State::InProgress).count();
    reporter.once(File::Plan, concerned, move |count| {
        format!("{count} of the {concerned} tasks in progress have shown no sign of life for long")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::Task(task) = finding.subject else { return Vec::new() };
    let Some(live) = context.live else { return Vec::new() };
    let limit = context.limits.stuck;
    let Some(stuck) = context.stuck(limit, live.live.now).into_iter().find(|stuck| stuck.task == task) else {
        return Vec::new();
    };
    let reason = format!("stuck: no sign of life for {}", age(live.live.now.saturating_sub(stuck.last_sign)));
    super::live_fixes::give_up(context, task, reason)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, NOW, plan};

    const MINUTE: i64 = 60_000;

    fn case(started: &str) -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").status(&format!(
            r#"{{"tasks": [{{"id": "1.1", "description": "Read", "status": "in_progress", "startedAt": "{started}"}}]}}"#
        ))
    }

    #[test]
    fn nobody_was_heard_of_for_long() {
        let found = case("2026-01-15T07:00:00.000Z").live(&[]);
        assert_eq!(
            found.findings("TM401"),
            [
                r#"plan:5 "1.1": 1.1 is in progress, and nobody has heard of it for 1 h | status:1 "\"in_progress\"": status.json says "in_progress""#
            ]
        );
        assert_eq!(
            found.fixes("TM401"),
            ["Mark 1.1 failed in status.json*", "Set 1.1 back to pending, to be tried again"]
        );
        assert_eq!(case("2026-01-15T07:40:00.000Z").live(&[]).findings("TM401"), [""; 0]);
    }

    #[test]
    fn any_sign_of_life_counts() {
        let case = || case("2026-01-15T07:00:00.000Z");
        let beat = r#"{"path": "/w/.gadugi/monitoring/heartbeats.json", "format": "gadugi_heartbeats", "modified": 0,
            "runs": [{"task": "1.1", "name": "Read", "status": "running"}], "heartbeats": [{"of": "1.1", "at": AT}]}"#;
        let beats = |at: i64| case().live(&[&beat.replace("AT", &at.to_string())]);
        assert_eq!(beats(NOW - MINUTE).findings("TM401"), [""; 0]);
        assert_eq!(beats(NOW - 40 * MINUTE).findings("TM401"), [""; 0], "TM402 tells of it");
        let history = case()
            .live(&[])
            .facts(|facts| facts.signs = std::sync::Arc::new([("1.1".to_owned(), NOW - MINUTE)].into()));
        assert_eq!(history.findings("TM401"), [""; 0]);
    }

    #[test]
    fn without_monitoring_nobody_looks_at_the_clock() {
        assert_eq!(
            case("2026-01-15T07:00:00.000Z").facts(|facts| facts.now = Some(NOW)).findings("TM401"),
            [""; 0]
        );
    }
}
