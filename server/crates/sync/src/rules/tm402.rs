//! TM402: said to run, and not heard of for longer than its format's limit.

use tallymark_live::Liveness;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{Finding, Fix, Severity};

pub(super) static RULE: Rule = Rule {
    code: "TM402",
    name: "heartbeat-stale",
    severity: Severity::Warning,
    summary: "said to be running, and not heard of for longer than the limit",
    page: include_str!("../../../../../docs/rules/TM402.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    super::said_to_run::report(context, reporter, Liveness::Silent, |count| {
        format!("{count} tasks are said to be running, and were not heard of for long")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    super::said_to_run::fixes(context, finding)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, NOW, plan};

    fn case(state: &str, silence: i64) -> Case {
        let beat = r#"{"path": "/w/.gadugi/monitoring/heartbeats.json", "format": "gadugi_heartbeats", "modified": 0,
            "runs": [{"task": "1.1", "name": "Read", "status": "running", "started": START}],
            "heartbeats": [{"of": "1.1", "at": AT}]}"#
            .replace("AT", &(NOW - silence).to_string())
            .replace("START", &(NOW - 3_600_000).to_string());
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").entries(&[("1.1", "Read", state)]).live(&[&beat])
    }

    #[test]
    fn a_run_that_does_not_beat_any_more_is_reported() {
        assert_eq!(
            case("in_progress", 300_000).findings("TM402"),
            [
                r#"plan:5 "1.1": 1.1 is said to be running (heartbeats.json), but the last heartbeat was 5 m ago"#
            ]
        );
        assert_eq!(
            case("in_progress", 300_000).fixes("TM402"),
            ["Mark 1.1 failed in status.json*", "Set 1.1 back to pending, to be tried again"]
        );
    }

    #[test]
    fn one_that_beats_or_whose_task_is_over_is_not() {
        assert_eq!(case("in_progress", 120_000).findings("TM402"), [""; 0]);
        assert_eq!(case("completed", 300_000).findings("TM402"), [""; 0]);
    }
}
