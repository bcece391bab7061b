//! TM214: a completed task names a file that does not exist.

use tallymark_plan::TaskIndex;

use super::files::files_named_in;
use super::{Context, Needs, Reporter, Rule};
use crate::{File, Place, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM214",
    name: "missing-file",
    severity: Severity::Hint,
    summary: "a completed task names a file that does not exist",
    page: include_str!("../../../../../docs/rules/TM214.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// Files that completed tasks name.
const NAMED: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let Some(missing) = &context.facts.missing_files else { return };
    if context.joined.state(index) != State::Completed || takes_away(plan.title(index)) {
        return;
    }
    for file in files_named_in(plan, plan.task(index).title) {
        reporter.count(NAMED);
        let name = plan.slice(file);
        if missing.contains(name) {
            let message = format!("{} is completed, but {name} does not exist", context.name(index));
            reporter.report(Place::plan(file), Subject::Task(index), message, Vec::new());
        }
    }
}

fn check(_: &Context<'_>, reporter: &mut Reporter<'_>) {
    reporter.once(File::Plan, reporter.counted(NAMED), |count| {
        format!("completed tasks name files that do not exist, in {count} places")
    });
}

/// Words that a task begins with after which the file that it names is not expected to be there any more.
const TAKING_AWAY: [&str; 10] =
    ["delete", "deleted", "drop", "move", "moved", "remove", "removed", "rename", "renamed", "replace"];

/// The same in Chinese and Japanese, which put no blank behind a word.
const TAKING_AWAY_UNSPACED: [&str; 4] = ["删除", "移除", "重命名", "削除"];

/// Whether a task is about taking something away.
fn takes_away(title: &str) -> bool {
    let title = title.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    let first = title.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or("");
    TAKING_AWAY.iter().any(|word| first.eq_ignore_ascii_case(word))
        || TAKING_AWAY_UNSPACED.iter().any(|word| title.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};
    use crate::Severity;

    fn case() -> Case {
        plan("# P\n\n## Phase 1: Work\n\n- [x] 1.1 Write `src/a.rs` and src/b.rs\n- [ ] 1.2 Write src/c.rs\n")
            .facts(|facts| facts.missing_files = Some(["src/b.rs".to_owned(), "src/c.rs".to_owned()].into()))
    }

    #[test]
    fn a_completed_task_without_its_file_is_told_where_it_is_asked_for() {
        assert_eq!(case().findings("TM214"), [""; 0]);
        assert_eq!(
            case().severity("TM214", Severity::Hint).findings("TM214"),
            [r#"plan:5 "src/b.rs": 1.1 is completed, but src/b.rs does not exist"#]
        );
    }

    fn missing(title: &str, file: &str) -> usize {
        plan(&format!("# P\n\n## Phase 1: Work\n\n- [x] 1.1 {title}\n"))
            .facts(|facts| facts.missing_files = Some([file.to_owned()].into()))
            .severity("TM214", Severity::Hint)
            .findings("TM214")
            .len()
    }

    #[test]
    fn what_a_task_takes_away_is_not_missed() {
        for title in ["Delete `old.rs`", "**Remove** src/old.rs", "删除 `old.rs`", "Move `old.rs` to src"] {
            assert_eq!(missing(title, "old.rs") + missing(title, "src/old.rs"), 0, "{title}");
        }
        assert_eq!(missing("Write what `old.rs` removed", "old.rs"), 1);
    }

    #[test]
    fn commands_and_expressions_are_no_files() {
        for (title, file) in [
            ("Read from stdin: `cat in.txt | sort`", "in.txt"),
            ("Take it from `self.list.get()`", "self.list.get"),
            ("Set `process.exitCode`", "process.exitCode"),
        ] {
            assert_eq!(missing(title, file), 0, "{title}");
        }
        assert_eq!(missing("Write `in.txt`", "in.txt"), 1);
        assert_eq!(missing("Run `sort data/in.txt`", "data/in.txt"), 1);
    }

    #[test]
    fn many_are_told_once_and_counted_by_place() {
        let lines: String = (1..=5).map(|n| format!("- [x] 1.{n} Write src/a.rs\n")).collect();
        let case = plan(&format!("# P\n\n## Phase 1: Work\n\n{lines}"))
            .facts(|facts| facts.missing_files = Some(["src/a.rs".to_owned()].into()))
            .severity("TM214", Severity::Hint);
        let findings = case.findings("TM214");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].contains("completed tasks name files that do not exist, in 5 places"),
            "{findings:?}"
        );
    }

    #[test]
    fn without_a_look_at_the_disk_nothing_is_said() {
        let case = case().severity("TM214", Severity::Hint).facts(|facts| facts.missing_files = None);
        assert_eq!(case.findings("TM214"), [""; 0]);
    }
}
