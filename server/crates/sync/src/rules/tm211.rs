//! TM211: a code fence or a comment that is never closed swallows the tasks below it.

use tallymark_plan::ProblemKind;

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::count;
use crate::{Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM211",
    name: "unclosed-fence",
    severity: Severity::Warning,
    summary: "a code fence or comment is never closed and swallows the tasks below it",
    page: include_str!("../../../../../docs/rules/TM211.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Problems],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    for (index, problem) in (0..).zip(&context.plan.problems) {
        let (what, swallowed) = match problem.kind {
            ProblemKind::UnclosedFence { swallowed } => ("code fence", swallowed),
            ProblemKind::UnclosedComment { swallowed } => ("comment", swallowed),
            ProblemKind::NotATask(_) | ProblemKind::TooDeep => continue,
        };
        if swallowed == 0 {
            continue;
        }
        let lines = count(swallowed as usize, "line");
        let looks = if swallowed == 1 { "looks like a task is" } else { "look like tasks are" };
        let message = format!("this {what} is never closed, so {lines} below it that {looks} not read");
        reporter.report(Place::plan(problem.span), Subject::PlanProblem(index), message, Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn counts_what_it_swallows() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n```sh\nls\n\n- [ ] 1.2 Sort\n- [ ] 1.3 Write\n",
        );
        let findings = case.findings("TM211");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].ends_with(
                "this code fence is never closed, so 2 lines below it that look like tasks are not read"
            ),
            "{findings:?}"
        );
    }

    #[test]
    fn tells_of_comments_too() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n<!-- later:\n\n- [ ] 1.2 Sort\n");
        let findings = case.findings("TM211");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].ends_with(
                "this comment is never closed, so 1 line below it that looks like a task is not read"
            ),
            "{findings:?}"
        );
    }

    #[test]
    fn a_fence_that_swallows_no_task_is_no_matter() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n\n```sh\nls\n");
        assert_eq!(case.findings("TM211"), [""; 0]);
    }
}
