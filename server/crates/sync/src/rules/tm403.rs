//! TM403: said to run, and the process is not there.

use tallymark_live::Liveness;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{Finding, Fix, Severity};

pub(super) static RULE: Rule = Rule {
    code: "TM403",
    name: "process-gone",
    severity: Severity::Warning,
    summary: "said to be running, and its process is not there any more",
    page: include_str!("../../../../../docs/rules/TM403.md"),
    needs: Needs::Live,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    super::said_to_run::report(context, reporter, Liveness::Gone, |count| {
        format!("{count} tasks are said to be running, and their processes are not there any more")
    });
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    super::said_to_run::fixes(context, finding)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, NOW, plan};

    fn case(started: Option<i64>) -> Case {
        let run = r#"{"path": "/w/.gadugi/monitoring/process_registry.json", "format": "gadugi_registry", "modified": MODIFIED,
            "runs": [{"task": "1.1", "name": "Read", "status": "running", "pid": 4711, "started": START}]}"#
            .replace("MODIFIED", &(NOW - 60_000).to_string())
            .replace("START", &(NOW - 3_600_000).to_string());
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n")
            .entries(&[("1.1", "Read", "in_progress")])
            .process(4711, started)
            .live(&[&run])
    }

    #[test]
    fn a_process_that_is_not_there_is_reported() {
        assert_eq!(
            case(None).findings("TM403"),
            [
                r#"plan:5 "1.1": 1.1 is said to be running (process_registry.json), but process 4711 is not there, and there is no other sign of life"#
            ]
        );
        assert_eq!(case(None).fixes("TM403").len(), 2);
    }

    #[test]
    fn a_reused_id_is_not_the_process() {
        assert_eq!(
            case(Some(NOW - 60_000)).findings("TM403"),
            [
                r#"plan:5 "1.1": 1.1 is said to be running (process_registry.json), but process 4711 is another one, begun later, and there is no other sign of life"#
            ]
        );
        assert_eq!(case(Some(NOW - 3_600_000)).findings("TM403"), [""; 0]);
    }

    #[test]
    fn an_orchestrator_that_died_is_told_on_the_file() {
        let file = r#"{"path": "/w/.claude/orchestrator-registry.json", "format": "dev_workflow", "modified": 0,
            "orchestrations": [{"id": "orch-1", "status": "running", "plan": "docs/plans/plan.md", "pid": 4711, "started": 1}]}"#;
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").process(4711, None).live(&[file]);
        assert_eq!(
            case.findings("TM403"),
            [
                r#"plan:1 "P": the orchestrator orch-1 is said to be running (orchestrator-registry.json), but process 4711 is not there, and there is no other sign of life"#
            ]
        );
        let other = file.replace("docs/plans/plan.md", "docs/plans/other.md");
        assert_eq!(
            plan("# P\n\n- [ ] 1.1 Read\n").process(4711, None).live(&[&other]).findings("TM403"),
            [""; 0]
        );
    }
}
