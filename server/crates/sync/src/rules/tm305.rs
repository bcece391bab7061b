//! TM305: an entry is completed, and still carries an error.

use tallymark_status::{Change, Status, Text};

use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Finding, Fix, FixAction, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM305",
    name: "completed-with-error",
    severity: Severity::Information,
    summary: "an entry is completed, and still carries an error",
    page: include_str!("../../../../../docs/rules/TM305.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Clear all {count} errors of completed tasks")),
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    let mut concerned = 0;
    for (index, entry) in status.entries() {
        if State::of_entry(status, index) != State::Completed {
            continue;
        }
        concerned += 1;
        let Some(error) = entry.error.as_ref().filter(|error| is_current(status, error)) else { continue };
        let message =
            format!("{} is completed, but carries the error {}", status.id(index), quoted(status.str(error)));
        reporter.report(Place::status(error.span), Subject::Entry(index), message, Vec::new());
    }
    reporter.once(File::Status, concerned, move |count| {
        format!("{count} of the {concerned} completed entries still carry an error")
    });
}

/// Whether a text is the entry's `error`: `lastError` tells of a try before, and may stay. An empty one is none.
fn is_current(status: &Status, error: &Text) -> bool {
    let before = status.source.text().get(..error.span.start as usize).unwrap_or("").trim_end();
    let key = before.strip_suffix(':').map(str::trim_end);
    !status.str(error).trim().is_empty() && key.is_some_and(|key| key.ends_with("\"error\""))
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Entry(entry), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    vec![Fix {
        title: format!("Clear the error of {} in status.json", status.id(entry)),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![context.request(status, entry, Change::ClearError)]),
    }]
}

#[cfg(test)]
mod tests {
    use tallymark_status::Change;

    use super::super::testing::{Case, plan};

    fn case(fields: &str) -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n").status(&format!(
            "{{\"tasks\": [\n{{\"id\": \"1.1\", \"description\": \"Read\", {fields}}},\n{{\"id\": \"1.2\", \"description\": \"Sort\", \"status\": \"pending\"}}]}}"
        ))
    }

    #[test]
    fn clears_the_error() {
        let case =
            case(r#""status": "completed", "completedAt": "2025-11-03T09:20:00.000Z", "error": "disk full""#);
        assert_eq!(
            case.findings("TM305"),
            [r#"status:2 "\"disk full\"": 1.1 is completed, but carries the error “disk full”"#]
        );
        let requests = case.requests("TM305", "Clear the error of 1.1 in status.json");
        assert_eq!(requests[0].change, Change::ClearError);
    }

    #[test]
    fn what_happened_before_may_stay() {
        assert_eq!(
            case(r#""status": "completed", "lastError": "disk full", "retryCount": 1"#).findings("TM305"),
            [""; 0]
        );
        assert_eq!(case(r#""status": "completed", "error": """#).findings("TM305"), [""; 0]);
        assert_eq!(case(r#""status": "failed", "error": "disk full""#).findings("TM305"), [""; 0]);
    }
}
