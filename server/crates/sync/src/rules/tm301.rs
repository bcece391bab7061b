//! TM301: status.json cannot be read, or not to its end.

use tallymark_status::ProblemKind;

use super::{Context, Needs, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM301",
    name: "unreadable-status",
    severity: Severity::Error,
    summary: "status.json is not JSON, or cut short",
    page: include_str!("../../../../../docs/rules/TM301.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

/// One finding a file: what cannot be read has one cause, and what follows from it is no news.
fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = &context.joined.status_file else { return };
    for (index, problem) in (0..).zip(&status.problems) {
        let message = match &problem.kind {
            ProblemKind::Unreadable(why) if !status.format.holds_states() => {
                format!("status.json is {why}; it says nothing of what is done, so the boxes count as before")
            }
            ProblemKind::Unreadable(why) if !status.format.is_ours() => {
                format!("status.json is {why}; until it can be read, the boxes of the plan count")
            }
            ProblemKind::Unreadable(why) => {
                format!(
                    "status.json is {why}; until it can be read, the boxes of the plan count; `tallymark validate` says \
                     what can be mended, `{}` brings the newest whole one back",
                    status.restore_command()
                )
            }
            ProblemKind::TrailingGarbage if !status.format.is_ours() => {
                "status.json goes on behind its closing brace; what stands there is not read".to_owned()
            }
            ProblemKind::TrailingGarbage => {
                "status.json goes on behind its closing brace; what stands there is not read; `tallymark validate --repair` takes it \
                 away"
                    .to_owned()
            }
            ProblemKind::UnreadablePart(why) => {
                let place = status.place(problem.span);
                let message = match place.file {
                    Some(file) => format!("{file} is {why}; it is left out, and the other files count"),
                    None => format!("this line is {why}; it is left out, and the others count"),
                };
                reporter.report(
                    Place::status(problem.span),
                    Subject::StatusProblem(index),
                    message,
                    Vec::new(),
                );
                continue;
            }
            _ => continue,
        };
        reporter.report(Place::status(problem.span), Subject::StatusProblem(index), message, Vec::new());
        return;
    }
    let broken = status.problems.len();
    reporter.once(File::Status, broken, |count| {
        format!("{count} lines or files of status.json cannot be read; they are left out")
    });
}

/// Only a file that nothing else can be written to is brought back: one that lacks a line or a part is read without it.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::StatusProblem(index), Some(status)) = (finding.subject, &context.joined.status_file) else {
        return Vec::new();
    };
    match status.problems.get(index as usize).map(|problem| &problem.kind) {
        Some(ProblemKind::Unreadable(_) | ProblemKind::TrailingGarbage) => vec![Fix {
            title: "Restore status.json".to_owned(),
            safe: false,
            preferred: true,
            ask: None,
            action: FixAction::Restore,
        }],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};
    use crate::FixAction;

    fn case(status: &str) -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [ ] 1.2 Sort\n").status(status)
    }

    #[test]
    fn what_is_cut_short_is_the_only_finding() {
        let case = case("{\n  \"tasks\": [\n    {\"id\": \"1.1\", \"status\": \"pend");
        assert_eq!(
            case.findings("TM301"),
            [
                r#"status:3 "d": status.json is cut short at line 3; until it can be read, the boxes of the plan count; `tallymark validate` says what can be mended, `tallymark restore` brings the newest whole one back"#
            ]
        );
        assert_eq!(case.analysis().findings.len(), 1);
        assert_eq!(case.action("TM301", "Restore status.json"), FixAction::Restore);
    }

    #[test]
    fn what_stands_behind_the_end_is_told_once() {
        let case = case("{\"tasks\": [{\"id\": \"1.1\", \"status\": \"completed\"}]}\n\"pending\"}]}\n");
        let findings = case.findings("TM301");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("goes on behind its closing brace"), "{findings:?}");
        assert_eq!(case.fixes("TM301"), ["Restore status.json*"]);
    }

    #[test]
    fn no_file_is_no_broken_file() {
        assert_eq!(
            plan("# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [ ] 1.2 Sort\n").findings("TM301"),
            [""; 0]
        );
    }
}
