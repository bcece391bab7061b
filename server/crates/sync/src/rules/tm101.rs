//! TM101: the plan has a task that status.json lacks.

use super::{Context, Needs, Reporter, Rule};
use crate::marking::addition;
use crate::{File, Finding, Fix, FixAction, Severity, State, Subject};
use tallymark_plan::TaskIndex;
use tallymark_status::Word;

pub(super) static RULE: Rule = Rule {
    code: "TM101",
    name: "not-in-status",
    severity: Severity::Warning,
    summary: "the plan has a task that status.json lacks",
    page: include_str!("../../../../../docs/rules/TM101.md"),
    needs: Needs::Status,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes,
    fix_all: Some(|count| format!("Add all {count} missing tasks to status.json")),
};

/// Subtasks that are in status.json or are missing there.
const SUBTASKS: usize = 0;

/// Tasks that are there though they are subtasks, or missing though they are none.
const OTHERS: usize = 1;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    let is_missing = context.joined.matches[index.get()].is_none();
    let is_subtask = context.plan.task(index).parent.is_some();
    // A line that stands in the plan twice has one entry: TM201 reports the double.
    if is_missing && context.joined.has_matched_double(index) {
        return;
    }
    if is_missing {
        let message = format!("{} is not in status.json", context.name(index));
        reporter.report(context.id_place(index), Subject::Task(index), message, Vec::new());
    }
    if is_subtask {
        reporter.count(SUBTASKS);
    }
    if is_missing != is_subtask {
        reporter.count(OTHERS);
    }
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    // Many status files keep the tasks of the first level only.
    if reporter.counted(OTHERS) == 0 {
        reporter.once(File::Plan, reporter.counted(SUBTASKS), |count| {
            format!("status.json has none of the plan's {count} subtasks, only the tasks above them")
        });
    } else {
        let all = context.plan.tasks.len();
        reporter.once(File::Plan, all, move |count| {
            format!("{count} of the plan's {all} tasks are not in status.json")
        });
    }
}

fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let (Subject::Task(task), Some(status)) = (finding.subject, context.status) else { return Vec::new() };
    // An id that status.json uses for something else cannot be given twice: TM108 and TM102 clear that first.
    if context.joined.entries_with_id(context.plan.key(task)).next().is_some() {
        return Vec::new();
    }
    let word = State::of_meaning(context.plan.meaning(task)).word().unwrap_or(Word::Pending);
    vec![Fix {
        title: format!("Add {} to status.json", context.name(task)),
        safe: false,
        preferred: true,
        ask: None,
        action: FixAction::Status(vec![addition(context.joined, status, task, word)]),
    }]
}

#[cfg(test)]
mod tests {
    use tallymark_status::{Change, Word};

    use crate::rules::testing::plan;

    const PLAN: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [x] 1.2 Parse\n- [ ] 1.3 Join\n";

    #[test]
    fn the_double_of_a_line_is_not_missing_in_status_json() {
        let double = format!("{PLAN}- [ ] 1.1 Read\n- [ ] 1.1 Rest\n");
        let case = plan(&double).entries(&[
            ("1.1", "Read", "pending"),
            ("1.2", "Parse", "pending"),
            ("1.3", "Join", "pending"),
        ]);
        assert_eq!(case.findings("TM101"), ["plan:9 \"1.1\": 1.1 is not in status.json"]);
    }

    #[test]
    fn a_task_without_entry_is_reported() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "pending"), ("1.3", "Join", "pending")]);
        assert_eq!(case.findings("TM101"), ["plan:6 \"1.2\": 1.2 is not in status.json"]);
        assert_eq!(case.fixes("TM101"), ["Add 1.2 to status.json*"]);
        let requests = case.requests("TM101", "Add 1.2 to status.json");
        let Change::Add { entry, after } = &requests[0].change else { panic!("{requests:?}") };
        assert_eq!((entry.id.as_str(), entry.description.as_str()), ("1.2", "Parse"));
        assert_eq!((entry.phase.as_str(), entry.status), ("Phase 1: Work", Word::Completed));
        assert_eq!(after.as_deref(), Some("1.1"));
    }

    #[test]
    fn without_a_readable_status_nothing_is_missing() {
        assert_eq!(plan(PLAN).findings("TM101"), [] as [&str; 0]);
        assert_eq!(plan(PLAN).status("{\"tasks\": [").findings("TM101"), [] as [&str; 0]);
    }

    #[test]
    fn all_together_are_added_in_the_plans_order() {
        let case = plan(PLAN).entries(&[("1.1", "Read", "pending")]);
        let requests = case.requests("TM101", "Add all 2 missing tasks to status.json");
        let behind: Vec<_> = requests
            .iter()
            .map(|request| match &request.change {
                Change::Add { entry, after } => (entry.id.as_str(), after.as_deref()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(behind, [("1.2", Some("1.1")), ("1.3", Some("1.2"))]);
    }

    #[test]
    fn a_status_file_of_tasks_without_subtasks_is_told_once() {
        let mut text = String::from("# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n");
        for number in 1..=6 {
            text.push_str(&format!("  - [ ] 1.1.{number} Part {number}\n"));
        }
        let case = plan(&text).entries(&[("1.1", "Read", "pending")]);
        let findings = case.findings("TM101");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with(
            "plan:1 \"Plan\": status.json has none of the plan's 6 subtasks, only the tasks above them"
        ));
        assert_eq!(case.fixes("TM101"), ["Add all 6 missing tasks to status.json"]);
    }

    #[test]
    fn a_comment_allows_it() {
        let text = PLAN.replace("1.2 Parse", "1.2 Parse <!-- tallymark: allow TM101 -->");
        let case = plan(&text).entries(&[("1.1", "Read", "pending"), ("1.3", "Join", "pending")]);
        assert_eq!(case.findings("TM101"), [] as [&str; 0]);
    }
}
