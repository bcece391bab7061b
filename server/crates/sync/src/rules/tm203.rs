//! TM203: the mark in the box means nothing in this dialect.

use tallymark_plan::{Dialect, Mark, Meaning, Plan, TaskIndex};
use tallymark_text::Edit;

use super::{Context, Needs, Reporter, Rule};
use crate::{File, Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM203",
    name: "unknown-mark",
    severity: Severity::Information,
    summary: "the mark in the box means nothing in this dialect",
    page: include_str!("../../../../../docs/rules/TM203.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: None,
};

/// Tasks with a mark.
const MARKED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    if let Some(mark) = context.plan.task(index).mark {
        reporter.count(MARKED);
        look_at(context.plan, mark, Subject::Task(index), reporter);
    }
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    for (index, criterion) in (0..).zip(&plan.criteria) {
        look_at(plan, criterion.mark, Subject::Criterion(index), reporter);
    }
    let boxes = reporter.counted(MARKED) + plan.criteria.len();
    let dialect = plan.dialect;
    reporter.once(File::Plan, boxes, move |count| {
        let (name, known) = (dialect.name(), known_marks(dialect));
        format!(
            "{count} of the {boxes} boxes hold marks that mean nothing in a {name} plan, which knows {known}"
        )
    });
}

fn look_at(plan: &Plan, mark: Mark, subject: Subject, reporter: &mut Reporter<'_>) {
    if mark.meaning == Meaning::Unknown {
        let (written, known) = (plan.slice(mark.outer), known_marks(plan.dialect));
        let message =
            format!("{written} means nothing in a {} plan, which knows {known}", plan.dialect.name());
        reporter.report(Place::plan(mark.outer), subject, message, Vec::new());
    }
}

/// The marks of a dialect with their meanings, as a person reads them: `[ ] (open) and [x] (done)`.
fn known_marks(dialect: Dialect) -> String {
    let marks: Vec<String> = marks(dialect).map(|(mark, meaning)| format!("[{mark}] ({meaning})")).collect();
    match marks.split_last() {
        Some((last, front)) if !front.is_empty() => format!("{} and {last}", front.join(", ")),
        _ => marks.concat(),
    }
}

/// The marks that a dialect writes, and the words for what they mean.
fn marks(dialect: Dialect) -> impl Iterator<Item = (&'static str, &'static str)> {
    const MEANINGS: [(Meaning, &str); 8] = [
        (Meaning::Open, "open"),
        (Meaning::Queued, "queued"),
        (Meaning::InProgress, "in progress"),
        (Meaning::Blocked, "blocked"),
        (Meaning::Done, "done"),
        (Meaning::Failed, "failed"),
        (Meaning::Skipped, "skipped"),
        (Meaning::Cancelled, "cancelled"),
    ];
    MEANINGS.into_iter().filter_map(move |(meaning, word)| Some((dialect.mark_for(meaning)?, word)))
}

/// Every mark that the dialect knows. None is safe: a mark says something about the work.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let plan = context.plan;
    let mark = match finding.subject {
        Subject::Task(task) => plan.task(task).mark,
        Subject::Criterion(index) => plan.criteria.get(index as usize).map(|criterion| criterion.mark),
        _ => None,
    };
    let Some(mark) = mark.filter(|mark| mark.outer != mark.span) else { return Vec::new() };
    marks(plan.dialect)
        .map(|(known, meaning)| Fix {
            title: format!("Make it [{known}] ({meaning})"),
            safe: false,
            preferred: false,
            ask: None,
            action: FixAction::Plan(vec![Edit::replace(mark.span, known)]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;
    use tallymark_plan::Dialect;

    const PLAN: &str = "# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [?] 1.2 Sort\n- [ ] 1.3 Write\n";

    #[test]
    fn offers_the_marks_of_the_dialect() {
        let case = plan(PLAN).dialect(Dialect::Kiro);
        assert_eq!(
            case.findings("TM203"),
            [
                r#"plan:6 "[?]": [?] means nothing in a kiro plan, which knows [ ] (open), [~] (queued), [-] (in progress) and [x] (done)"#
            ]
        );
        assert_eq!(case.fixes("TM203").len(), 4);
        assert!(case.fixed("TM203", "Make it [-] (in progress)").contains("\n- [-] 1.2 Sort\n"));
    }

    #[test]
    fn what_one_dialect_knows_another_does_not() {
        let text = PLAN.replace("[?]", "[-]");
        assert_eq!(plan(&text).dialect(Dialect::Kiro).findings("TM203"), [""; 0]);
        assert_eq!(plan(&text).dialect(Dialect::OpenSpec).findings("TM203").len(), 1);
    }
}
