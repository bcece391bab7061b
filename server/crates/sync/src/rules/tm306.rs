//! TM306: a field of status.json is not as the format has it: of another type, missing, or there twice.

use tallymark_status::{EntryIndex, Problem, ProblemKind, Status};
use tallymark_text::Span;

use super::{Context, Needs, Reporter, Rule};
use crate::{File, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM306",
    name: "wrong-type",
    severity: Severity::Warning,
    summary: "a field of status.json is not as the format has it",
    page: include_str!("../../../../../docs/rules/TM306.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    for (index, problem) in (0..).zip(&status.problems) {
        let Some((span, message)) = tell(status, problem) else { continue };
        reporter.report(Place::status(span), Subject::StatusProblem(index), message, Vec::new());
    }
    reporter.once(File::Status, status.entries.len(), |count| {
        format!("{count} fields of status.json are not as the format has them")
    });
}

/// Where a problem shows, and what it is; `None` for those that another rule tells.
fn tell(status: &Status, problem: &Problem) -> Option<(Span, String)> {
    let span = problem.span;
    // Of an object or a list, its first line: the rest may fill the screen.
    let first_line = {
        let line = status.source.line_span(status.source.line_of(span.start as usize));
        Span { start: span.start, end: span.end.min(line.end) }
    };
    let message = match &problem.kind {
        ProblemKind::WrongType { field, expected } => {
            format!("\"{field}\" is {}, and should be {expected}", described(status.source.slice(span)))
        }
        ProblemKind::MissingId => {
            "this entry has no id, so no task of the plan can be told to be it".to_owned()
        }
        ProblemKind::MissingStatus => {
            // The problem lies on the entry, and the entries are in the order of the text.
            let at = status.entries.partition_point(|entry| entry.span < span);
            let has_id = status.entries.get(at).is_some_and(|entry| entry.id.is_some());
            let id = if has_id { status.id(EntryIndex(at as u32)) } else { "" };
            let name = if id.is_empty() { "this entry" } else { id };
            format!("{name} has no status, so the box in the plan counts")
        }
        ProblemKind::DuplicateKey(key) => format!("\"{key}\" stands here twice; the last one counts"),
        ProblemKind::Unreadable(_) | ProblemKind::UnreadablePart(_) | ProblemKind::TrailingGarbage => {
            return None;
        }
    };
    Some((first_line, message))
}

/// A value as a person names it: itself where it is short, else its type.
fn described(value: &str) -> &str {
    const SHORT: usize = 30;
    match value.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') if value.len() > SHORT => "a text",
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    #[test]
    fn tells_type_missing_and_twice() {
        let case = plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n").status(
            "{\"tasks\": [\n{\"id\": \"1.1\", \"description\": \"Read\", \"status\": \"pending\", \"notes\": {\"by\":\n1}},\n{\"id\": \"1.2\",\n\"description\": \"Sort\"},\n{\"id\": \"1.3\", \"status\": \"pending\", \"status\": \"failed\"}, {\"status\": \"failed\"}]}",
        );
        assert_eq!(
            case.findings("TM306"),
            [
                r#"status:2 "{\"by\":": "notes" is an object, and should be a string"#,
                r#"status:4 "{\"id\": \"1.2\",": 1.2 has no status, so the box in the plan counts"#,
                r#"status:6 "\"status\"": "status" stands here twice; the last one counts"#,
                r#"status:6 "{\"status\": \"failed\"}": this entry has no id, so no task of the plan can be told to be it"#,
            ]
        );
    }
}
