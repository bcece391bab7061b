//! TM109: the summary's numbers are not those of the tasks.

use tallymark_status::{Change, Expected, Request, Status, SummaryField, Word};

use super::{Context, Needs, Reporter, Rule};
use crate::{Finding, Fix, FixAction, Place, Related, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM109",
    name: "summary-mismatch",
    severity: Severity::Warning,
    summary: "the summary's numbers are not those of the tasks",
    page: include_str!("../../../../../docs/rules/TM109.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some((status, summary)) = context.status.and_then(|status| Some((status, status.summary.as_ref()?)))
    else {
        return;
    };
    let counts = count(status);
    let mut wrong = Vec::new();
    for &(field, stored, span) in &summary.counts {
        let counts = counts[position(field)];
        if !counts.map(i64::from).contains(&stored) {
            wrong.push((field, stored, counts[0], span));
        }
    }
    let Some(&(_, _, _, first)) = wrong.first() else { return };
    let told: Vec<String> = wrong
        .iter()
        .map(|&(field, stored, counted, _)| match field {
            SummaryField::TotalTasks => format!("{stored} tasks in all, there are {counted}"),
            field => format!("{stored} {}, {counted} are", words(field)),
        })
        .collect();
    let message = format!("the summary of status.json says {}", told.join("; "));
    let related = wrong[1..]
        .iter()
        .map(|&(field, _, counted, span)| Related {
            place: Place::status(span),
            message: format!("\"{}\" should be {counted}", field.key()),
        })
        .collect();
    reporter.report(Place::status(first), Subject::File, message, related);
}

/// How many entries each field counts: those with exactly its word, and those whose word means the same (`done`).
/// Orchestrators count in either way.
fn count(status: &Status) -> [[u32; 2]; SummaryField::ALL.len()] {
    let mut counts = [[0, 0]; SummaryField::ALL.len()];
    for (entry, _) in status.entries() {
        let word = status.word(entry);
        if let Some(field) = field_of(Word::from_exact(word)) {
            counts[position(field)][0] += 1;
        }
        if let Some(field) = field_of(State::of_entry(status, entry).word()) {
            counts[position(field)][1] += 1;
        }
    }
    counts[position(SummaryField::TotalTasks)] = [status.entries.len() as u32; 2];
    counts
}

fn position(field: SummaryField) -> usize {
    SummaryField::ALL.iter().position(|&other| other == field).unwrap_or_default()
}

fn field_of(word: Option<Word>) -> Option<SummaryField> {
    Some(match word? {
        Word::Pending => SummaryField::Pending,
        Word::InProgress => SummaryField::InProgress,
        Word::Completed => SummaryField::Completed,
        Word::Failed => SummaryField::Failed,
        Word::Skipped => SummaryField::Skipped,
    })
}

fn words(field: SummaryField) -> &'static str {
    match field {
        SummaryField::TotalTasks => "in all",
        SummaryField::Completed => "completed",
        SummaryField::Pending => "pending",
        SummaryField::InProgress => "in progress",
        SummaryField::Failed => "failed",
        SummaryField::Skipped => "skipped",
    }
}

fn fixes(_: &Context<'_>, _: &Finding) -> Vec<Fix> {
    let request =
        Request { entry: String::new(), expected: Expected::default(), change: Change::RecomputeSummary };
    vec![Fix {
        title: "Recompute the summary of status.json".to_owned(),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![request]),
    }]
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Parse\n";

    fn status(first: &str, summary: &str) -> String {
        format!(
            "{{\"tasks\": [{{\"id\": \"1.1\", \"description\": \"Read\", \"status\": \"{first}\"}}, {{\"id\": \"1.2\", \"description\": \"Parse\", \"status\": \"pending\"}}],\n\"summary\": {summary}}}"
        )
    }

    #[test]
    fn wrong_numbers_are_told_together() {
        let summary = "{\"totalTasks\": 3, \"completed\": 0, \"pending\": 1, \"in_progress\": 0}";
        let case = plan(PLAN).status(&status("completed", summary));
        assert_eq!(
            case.findings("TM109"),
            [
                "status:2 \"3\": the summary of status.json says 3 tasks in all, there are 2; 0 completed, 1 are | status:2 \"0\": \"completed\" should be 1"
            ]
        );
        assert_eq!(case.fixes("TM109"), ["Recompute the summary of status.json*"]);
    }

    #[test]
    fn right_numbers_and_a_missing_summary_are_no_finding() {
        let right = "{\"totalTasks\": 2, \"completed\": 1, \"pending\": 1}";
        assert_eq!(plan(PLAN).status(&status("completed", right)).findings("TM109"), [] as [&str; 0]);
        assert_eq!(plan(PLAN).entries(&[("1.1", "Read", "pending")]).findings("TM109"), [] as [&str; 0]);
    }

    #[test]
    fn foreign_words_may_be_counted_either_way() {
        for completed in ["0", "1"] {
            let summary = format!("{{\"totalTasks\": 2, \"completed\": {completed}, \"pending\": 1}}");
            assert_eq!(plan(PLAN).status(&status("done", &summary)).findings("TM109"), [] as [&str; 0]);
        }
    }
}
