//! TM112: the plan names a status file that is not there.

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM112",
    name: "no-status-file",
    severity: Severity::Information,
    summary: "the plan names a status file that is not there",
    page: include_str!("../../../../../docs/rules/TM112.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    if context.joined.status_file.is_some() || !context.facts.status_expected {
        return;
    }
    let place = context.plan.output.map_or_else(|| context.file_place(File::Plan), Place::plan);
    let message = format!("the plan's status.json is not there: {}", context.facts.status_path);
    reporter.report(place, Subject::File, message, Vec::new());
}

fn fixes(context: &Context<'_>, _: &Finding) -> Vec<Fix> {
    vec![Fix {
        title: format!("Make {} (tallymark init)", context.facts.status_path),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Init,
    }]
}

#[cfg(test)]
mod tests {
    use crate::FixAction;
    use crate::rules::testing::plan;

    const PLAN: &str =
        "# Plan\n\n**Output:** `docs/plan-outputs/plan/`\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n";

    #[test]
    fn a_status_file_that_is_expected_and_missing_is_one_finding() {
        let case = plan(PLAN).facts(|facts| facts.status_expected = true);
        assert_eq!(
            case.findings("TM112"),
            [
                "plan:3 \"docs/plan-outputs/plan/\": the plan's status.json is not there: docs/plan-outputs/plan/status.json"
            ]
        );
        let title = "Make docs/plan-outputs/plan/status.json (tallymark init)";
        assert_eq!(case.action("TM112", title), FixAction::Init);
    }

    #[test]
    fn a_plan_that_needs_none_or_has_an_unreadable_one_is_left_alone() {
        assert_eq!(plan(PLAN).findings("TM112"), [] as [&str; 0]);
        let unreadable = plan(PLAN).facts(|facts| facts.status_expected = true).status("{");
        assert_eq!(unreadable.findings("TM112"), [] as [&str; 0]);
    }
}
