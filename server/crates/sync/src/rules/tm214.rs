//! TM214: a completed task names a file that does not exist.

use super::files::named_in;
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
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let Some(missing) = &context.facts.missing_files else { return };
    let plan = context.plan;
    let mut concerned = 0;
    for (index, task) in plan.tasks() {
        if context.joined.state(index) != State::Completed {
            continue;
        }
        for file in named_in(plan, task.title) {
            concerned += 1;
            let name = plan.slice(file);
            if missing.contains(name) {
                let message = format!("{} is completed, but {name} does not exist", context.name(index));
                reporter.report(Place::plan(file), Subject::Task(index), message, Vec::new());
            }
        }
    }
    reporter
        .once(File::Plan, concerned, |count| format!("{count} files that completed tasks name do not exist"));
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

    #[test]
    fn without_a_look_at_the_disk_nothing_is_said() {
        let case = case().severity("TM214", Severity::Hint).facts(|facts| facts.missing_files = None);
        assert_eq!(case.findings("TM214"), [""; 0]);
    }
}
