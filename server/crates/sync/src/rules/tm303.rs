//! TM303: two entries of status.json with one id.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tallymark_status::EntryIndex;

use super::{Context, Needs, Reporter, Rule};
use crate::words::quoted;
use crate::{File, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM303",
    name: "duplicate-status-id",
    severity: Severity::Warning,
    summary: "two entries of status.json have one id",
    page: include_str!("../../../../../docs/rules/TM303.md"),
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
    let mut firsts: HashMap<&str, EntryIndex> = HashMap::with_capacity(status.entries.len());
    for (index, entry) in status.entries() {
        let Some(id) = &entry.id else { continue };
        let written = status.str(id);
        match firsts.entry(written) {
            Entry::Vacant(free) => {
                free.insert(index);
            }
            Entry::Occupied(first) => {
                let first = *first.get();
                let message = if status.description(first) == status.description(index) {
                    match (status.word(first), status.word(index)) {
                        (one, other) if one == other => format!("{written} stands in status.json twice"),
                        (one, other) => format!(
                            "{written} stands in status.json twice: first \"{one}\", here \"{other}\""
                        ),
                    }
                } else {
                    format!("{written} is also the id of {}", quoted(status.description(first)))
                };
                let span = status.entry(first).id.as_ref().map_or(status.entry(first).span, |id| id.span);
                let related = Related { place: Place::status(span), message: format!("the first {written}") };
                reporter.report(Place::status(id.span), Subject::Entry(index), message, vec![related]);
            }
        }
    }
    let concerned = status.entries.len();
    reporter.once(File::Status, concerned, move |count| {
        format!("{count} of the {concerned} entries have an id that an entry above has as well")
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    const PLAN: &str = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n";

    #[test]
    fn tells_what_the_two_have_in_common() {
        let case = plan(PLAN).entries(&[
            ("1.1", "Read", "completed"),
            ("1.1", "Read", "pending"),
            ("1.2", "Sort", "pending"),
            ("1.2", "Sort", "pending"),
            ("1.2", "Write", "pending"),
        ]);
        let findings = case.findings("TM303");
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(
            findings[0].starts_with(
                r#"status:3 "\"1.1\"": 1.1 stands in status.json twice: first "completed", here "pending""#
            ),
            "{findings:?}"
        );
        assert!(
            findings[1].starts_with(r#"status:5 "\"1.2\"": 1.2 stands in status.json twice |"#),
            "{findings:?}"
        );
        assert!(
            findings[2].starts_with(r#"status:6 "\"1.2\"": 1.2 is also the id of “Sort”"#),
            "{findings:?}"
        );
    }
}
