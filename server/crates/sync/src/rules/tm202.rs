//! TM202: a line that looks like a task to a person, and is none.

use tallymark_plan::{ProblemKind, WhyNot};

use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM202",
    name: "not-a-task",
    severity: Severity::Warning,
    summary: "a line looks like a task, and is none",
    page: include_str!("../../../../../docs/rules/TM202.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Problems],
    check,
    fixes,
    fix_all: Some(|count| format!("Make all {count} lines tasks")),
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut concerned = plan.tasks.len() + plan.criteria.len();
    for (index, problem) in (0..).zip(&plan.problems) {
        let Some(why) = why(problem.kind) else { continue };
        concerned += 1;
        let message = format!("this looks like a task, but is none: {why}");
        reporter.report(Place::plan(problem.span), Subject::PlanProblem(index), message, Vec::new());
    }
    reporter.once(File::Plan, concerned, |count| format!("{count} lines look like tasks, but are none"));
}

/// What is wrong with a line, for a person; `None` for problems that another rule tells.
fn why(kind: ProblemKind) -> Option<&'static str> {
    let why = match kind {
        ProblemKind::NotATask(why) => why,
        ProblemKind::TooDeep => return Some("it is nested deeper than Tallymark reads"),
        ProblemKind::UnclosedFence { .. } | ProblemKind::UnclosedComment { .. } => return None,
    };
    Some(match why {
        WhyNot::NoBlankAfterBullet => "there is no blank between the bullet and the box",
        WhyNot::NoBlankAfterBox => "there is no blank behind the box",
        WhyNot::EmptyBox => "there is nothing in the box, and an open one is written [ ]",
        WhyNot::BlankInBox => "there is a blank too many in the box",
        WhyNot::OddBlank => "a tab or a no-break space stands where a plain blank belongs",
        WhyNot::InsideHtml => "inside HTML, markdown reads no lists",
        WhyNot::NoBullet => "the box has no bullet in front of it",
        WhyNot::IndentedCode => "it is indented so far that markdown reads it as code",
        WhyNot::NoText => "there is no text behind the box",
        WhyNot::NotAnItem => "the box does not begin a list item",
    })
}

/// What the parser knows to be the mend. It touches blanks, bullets and indentation, never what the box says.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Subject::PlanProblem(index) = finding.subject else { return Vec::new() };
    let Some(problem) = context.plan.problems.get(index as usize).filter(|problem| !problem.mend.is_empty())
    else {
        return Vec::new();
    };
    vec![Fix {
        title: "Make it a task".to_owned(),
        safe: true,
        preferred: true,
        ask: None,
        action: FixAction::Plan(problem.mend.clone()),
    }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn tells_why_and_mends_without_a_person() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n-[ ] 1.2 Sort\n");
        assert_eq!(
            case.findings("TM202"),
            [
                r#"plan:6 "-[ ] 1.2 Sort": this looks like a task, but is none: there is no blank between the bullet and the box"#
            ]
        );
        assert_eq!(case.fixes("TM202"), ["Make it a task*!"]);
        assert!(case.fixed("TM202", "Make it a task").ends_with("- [ ] 1.2 Sort\n"));
    }

    #[test]
    fn never_changes_what_the_box_says() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n-[x] 1.2 Sort\n");
        assert!(case.fixed("TM202", "Make it a task").ends_with("- [x] 1.2 Sort\n"));
    }

    #[test]
    fn mends_many_at_once() {
        let lines: String = (1..=6).map(|number| format!("-[ ] 1.{number} Work\n")).collect();
        let case = plan(&format!("# P\n\n## Phase 1: Work\n\n- [x] 1.0 Read\n\n{lines}"));
        let findings = case.findings("TM202");
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].starts_with("plan:1 \"P\": 6 lines look like tasks, but are none"),
            "{}",
            findings[0]
        );
        assert!(case.fixed("TM202", "Make all 6 lines tasks").ends_with("- [ ] 1.5 Work\n- [ ] 1.6 Work\n"));
    }

    #[test]
    fn passes_over_code_comments_and_quotes() {
        let case = plan(
            "# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n\n```\n-[ ] code\n```\n\n<!--\n-[ ] comment\n-->\n\n> -[ ] quote\n",
        );
        assert_eq!(case.findings("TM202"), [""; 0]);
    }
}
