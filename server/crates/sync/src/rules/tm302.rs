//! TM302: a status word that is none of the five.

use tallymark_status::{Change, EntryIndex, Status, Word};

use super::{Context, Needs, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM302",
    name: "unknown-status",
    severity: Severity::Warning,
    summary: "a status word outside the known ones",
    page: include_str!("../../../../../docs/rules/TM302.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: None,
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Replace all {count} words by the ones status.json knows")),
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(status) = context.status else { return };
    for (index, entry) in status.entries() {
        let Some(word) = &entry.status else { continue };
        let written = status.str(word);
        if status.format.knows(written) {
            continue;
        }
        let meaning = match State::of_entry(status, index) {
            State::Unknown => "nobody knows what it means, and it counts as not done".to_owned(),
            state => format!("it is taken for {}", state.label()),
        };
        let of =
            if status.format.is_ours() { String::new() } else { format!(" of {}", status.format.owner()) };
        let message = format!("\"{written}\" is no status word{of}: {meaning}");
        reporter.report(Place::status(word.span), Subject::Entry(index), message, Vec::new());
    }
    let concerned = status.entries.len();
    let words = match status.format.is_ours() {
        true => "the five words".to_owned(),
        false => format!("the words of {}", status.format.owner()),
    };
    reporter.once(File::Status, concerned, move |count| {
        format!("{count} of the {concerned} entries have a status that is none of {words}")
    });
}

/// The word that the one written means; where nobody knows, each of the five.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Entry(entry), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    match State::of_entry(status, entry).word() {
        Some(word) => vec![fix(context, status, entry, word, true)],
        None => Word::ALL.into_iter().map(|word| fix(context, status, entry, word, false)).collect(),
    }
}

fn fix(context: &Context<'_>, status: &Status, entry: EntryIndex, word: Word, preferred: bool) -> Fix {
    Fix {
        title: format!("Write \"{}\" in status.json", word.as_str()),
        safe: false,
        preferred,
        ask: None,
        action: FixAction::Status(vec![context.request(status, entry, Change::MendWord(word))]),
    }
}

#[cfg(test)]
mod tests {
    use tallymark_status::{Change, Word};

    use super::super::testing::plan;

    const PLAN: &str = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n";

    #[test]
    fn offers_the_word_that_is_meant() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "done"), ("1.2", "Sort", "pending")]);
        assert_eq!(
            case.findings("TM302"),
            [r#"status:2 "\"done\"": "done" is no status word: it is taken for completed"#]
        );
        assert_eq!(case.fixes("TM302"), [r#"Write "completed" in status.json*"#]);
        let requests = case.requests("TM302", r#"Write "completed" in status.json"#);
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].entry, "1.1");
        assert_eq!(requests[0].expected.status.as_deref(), Some("done"));
        assert_eq!(requests[0].change, Change::MendWord(Word::Completed));
    }

    #[test]
    fn words_that_anyone_understands_are_taken_for_what_they_mean() {
        for (word, label) in [("complete", "completed"), ("Finished", "completed"), ("to do", "pending")] {
            let findings =
                plan(PLAN).entries(&[("1.1", "Read", word), ("1.2", "Sort", "pending")]).findings("TM302");
            assert!(findings[0].ends_with(&format!("it is taken for {label}")), "{findings:?}");
        }
        // So a tick beside it is no contradiction.
        let ticked = PLAN.replace("- [ ] 1.1", "- [x] 1.1");
        let case = plan(&ticked).entries(&[("1.1", "Read", "complete"), ("1.2", "Sort", "pending")]);
        assert_eq!(case.findings("TM103"), [""; 0]);
    }

    #[test]
    fn offers_all_five_for_a_word_that_nobody_knows() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "rolled_back"), ("1.2", "Sort", "pending")]);
        assert_eq!(case.fixes("TM302").len(), 5);
        assert!(case.findings("TM302")[0].ends_with("nobody knows what it means, and it counts as not done"));
    }
}
