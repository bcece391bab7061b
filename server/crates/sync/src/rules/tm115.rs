//! TM115: a plan has two status files.

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM115",
    name: "two-status-files",
    severity: Severity::Warning,
    summary: "the plan has a second, different status.json",
    page: include_str!("../../../../../docs/rules/TM115.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Always],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(other) = &context.facts.other_status_path else { return };
    let place = context.plan.output.map_or_else(|| context.file_place(File::Plan), Place::plan);
    let message = format!(
        "there are two status files for this plan: {} is used, {other} is not",
        context.facts.status_path
    );
    reporter.report(place, Subject::File, message, Vec::new());
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    #[test]
    fn both_are_named() {
        let case =
            plan("# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n").entries(&[("1.1", "Read", "pending")]);
        assert_eq!(case.findings("TM115"), [] as [&str; 0]);
        let case = case.facts(|facts| facts.other_status_path = Some("docs/plans/status.json".to_owned()));
        assert_eq!(
            case.findings("TM115"),
            [
                "plan:1 \"Plan\": there are two status files for this plan: docs/plan-outputs/plan/status.json is used, docs/plans/status.json is not"
            ]
        );
    }
}
