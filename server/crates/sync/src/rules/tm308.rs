//! TM308: a merge of two branches could not decide what a field of status.json says.

use tallymark_status::{Change, Status, Unsettled};

use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM308",
    name: "unsettled-merge",
    severity: Severity::Warning,
    summary: "two branches gave a field of status.json different values",
    page: include_str!("../../../../../docs/rules/TM308.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    for unsettled in status.unsettled() {
        let (subject, whose) = match unsettled.entry {
            Some(entry) => (Subject::Entry(entry), format!("`{}` of {}", unsettled.field, status.id(entry))),
            None => (Subject::File, format!("`{}`", unsettled.field)),
        };
        let values: Vec<String> = unsettled.values.iter().map(|value| quoted(value)).collect();
        let message = format!("a merge found two values for {whose}: {}", values.join(" and "));
        reporter.report(Place::status(unsettled.span), subject, message, Vec::new());
    }
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(status) = context.status else { return Vec::new() };
    let told = status.unsettled().into_iter().find(|unsettled| unsettled.span == finding.place.span);
    let Some(Unsettled { entry: Some(entry), field, values, .. }) = told else { return Vec::new() };
    let stands = standing(status, &field, finding);
    let mut fixes: Vec<Fix> = values
        .iter()
        .map(|value| Fix {
            title: format!("Settle `{field}` of {}: {}", status.id(entry), quoted(value)),
            safe: false,
            preferred: stands.as_deref() == Some(value),
            ask: None,
            action: FixAction::Status(vec![context.request(
                status,
                entry,
                Change::Settle { field: field.clone(), value: value.clone() },
            )]),
        })
        .collect();
    // What stands there already comes first: it is what most people will want.
    fixes.sort_by_key(|fix| !fix.preferred);
    fixes
}

/// What the field holds now.
fn standing(status: &Status, field: &str, finding: &Finding) -> Option<String> {
    let Subject::Entry(entry) = finding.subject else { return None };
    status.field(entry, field)
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
    fn each_value_can_be_taken_and_the_one_that_stands_comes_first() {
        let case = case(
            r#""status": "pending", "notes": "b", "mergeConflicts": {"notes": ["a", "b"], "phase": ["X", "Y"]}"#,
        );
        assert_eq!(
            case.findings("TM308"),
            [
                r#"status:2 "[\"a\", \"b\"]": a merge found two values for `notes` of 1.1: “a” and “b”"#,
                r#"status:2 "[\"X\", \"Y\"]": a merge found two values for `phase` of 1.1: “X” and “Y”"#,
            ]
        );
        let requests = case.requests("TM308", "Settle `notes` of 1.1: “a”");
        assert_eq!(requests[0].change, Change::Settle { field: "notes".to_owned(), value: "a".to_owned() });
        assert_eq!(case.fixes("TM308"), ["Settle `notes` of 1.1: “b”*", "Settle `notes` of 1.1: “a”"]);
    }

    #[test]
    fn what_is_no_conflict_is_none() {
        assert_eq!(case(r#""status": "pending", "mergeConflicts": {}"#).findings("TM308"), [""; 0]);
        assert_eq!(case(r#""status": "pending", "mergeConflicts": "no""#).findings("TM308"), [""; 0]);
    }
}
