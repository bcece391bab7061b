//! TM111: planPath names another place than where the plan is.

use tallymark_status::{Change, Expected, Request};

use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM111",
    name: "stale-plan-path",
    severity: Severity::Hint,
    summary: "planPath names another place than where the plan is",
    page: include_str!("../../../../../docs/rules/TM111.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some((status, path)) = context.status.and_then(|status| Some((status, status.plan_path.as_ref()?)))
    else {
        return;
    };
    let (named, is) = (status.str(path), &context.facts.plan_path);
    if named.is_empty() || is.is_empty() || is_same_path(named, is) {
        return;
    }
    let message = format!("planPath is {}, the plan is {}", quoted(named), quoted(is));
    reporter.report(Place::status(path.span), Subject::File, message, Vec::new());
}

/// Whether two paths may name one file: one of them can be absolute, or counted from a folder further out.
fn is_same_path(one: &str, other: &str) -> bool {
    let clean = |path: &str| path.trim().replace('\\', "/").trim_start_matches("./").to_owned();
    let (one, other) = (clean(one), clean(other));
    let ends_with = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|front| front.is_empty() || front.ends_with('/'))
    };
    ends_with(&one, &other) || ends_with(&other, &one)
}

fn fixes(context: &Context<'_>, _: &Finding) -> Vec<Fix> {
    let request = Request {
        entry: String::new(),
        expected: Expected::default(),
        change: Change::SetPlanPath(context.facts.plan_path.clone()),
    };
    vec![Fix {
        title: format!("Set planPath to {}", context.facts.plan_path),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![request]),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::plan;

    #[test]
    fn a_plan_that_was_moved_is_reported() {
        let case = plan("# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n")
            .status("{\"planPath\": \"docs/old.md\", \"tasks\": []}");
        assert_eq!(
            case.findings("TM111"),
            ["status:1 \"\\\"docs/old.md\\\"\": planPath is “docs/old.md”, the plan is “docs/plans/plan.md”"]
        );
        let requests = case.requests("TM111", "Set planPath to docs/plans/plan.md");
        assert_eq!(requests[0].change, Change::SetPlanPath("docs/plans/plan.md".to_owned()));
    }

    #[test]
    fn one_file_can_be_named_in_several_ways() {
        for named in [
            "docs/plans/a.md",
            "./docs/plans/a.md",
            "/home/me/project/docs/plans/a.md",
            "docs\\plans\\a.md",
            "a.md",
        ] {
            assert!(is_same_path(named, "docs/plans/a.md"), "{named}");
        }
        for named in ["docs/plans/b.md", "docs/archive/a.md", "s/a.md"] {
            assert!(!is_same_path(named, "docs/plans/a.md"), "{named}");
        }
    }
}
