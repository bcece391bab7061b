//! TM213: two tasks that may run beside each other name the same file.

use std::collections::HashMap;

use tallymark_plan::{PhaseIndex, TaskIndex};

use super::files::files_named_in;
use super::{Context, Needs, Reads, Reporter, Rule};
use crate::{File, Place, Related, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM213",
    name: "parallel-conflict",
    severity: Severity::Information,
    summary: "two tasks marked parallel name the same file",
    page: include_str!("../../../../../docs/rules/TM213.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::Parallel, Reads::States, Reads::Entries, Reads::Dependencies, Reads::Names],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// Tasks run beside each other from the first that is marked so to the next that is not, inside one phase and below one
/// task. What is settled runs no more.
fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let (plan, joined) = (context.plan, context.joined);
    let mut run: HashMap<&str, TaskIndex> = HashMap::new();
    let mut group: Option<(Option<PhaseIndex>, Option<TaskIndex>)> = None;
    let mut concerned = 0;
    for (index, task) in plan.tasks() {
        let own = (task.phase, task.parent);
        if !task.parallel {
            // A subtask does not end the run of those above it.
            if group.is_none_or(|(phase, parent)| phase != task.phase || parent == task.parent) {
                run.clear();
            }
            continue;
        }
        if group != Some(own) {
            run.clear();
            group = Some(own);
        }
        concerned += 1;
        if joined.state(index).is_settled() {
            continue;
        }
        for file in files_named_in(plan, task.title) {
            let name = plan.slice(file);
            let Some(&other) = run.get(name) else {
                run.insert(name, index);
                continue;
            };
            if other == index || joined.waits_for(index, other) || joined.waits_for(other, index) {
                continue;
            }
            let message = format!(
                "{} may run beside {}, and both name {name}",
                context.name(index),
                context.name(other)
            );
            let related = Related {
                place: Place::plan(plan.task(other).line),
                message: format!("{} names {name} too", context.name(other)),
            };
            reporter.report(Place::plan(file), Subject::Task(index), message, vec![related]);
        }
    }
    reporter.once(File::Plan, concerned, |count| {
        format!("{count} tasks marked parallel name a file that another one names")
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};
    use tallymark_plan::Dialect;

    fn spec_kit(tasks: &str) -> Case {
        plan(&format!("# Tasks\n\n## Phase 1: Setup\n\n{tasks}")).dialect(Dialect::SpecKit)
    }

    #[test]
    fn two_parallel_tasks_with_one_file_are_told() {
        let case = spec_kit(
            "- [ ] T001 [P] Write the form in src/form.rs\n- [ ] T002 [P] Read src/other.rs\n- [ ] T003 [P] Check the form in `src/form.rs`\n",
        );
        assert_eq!(
            case.findings("TM213"),
            [
                r#"plan:7 "src/form.rs": T003 may run beside T001, and both name src/form.rs | plan:5 "- [ ] T001 [P] Write the form in src/form.rs": T001 names src/form.rs too"#
            ]
        );
    }

    #[test]
    fn tasks_that_do_not_run_together_are_no_conflict() {
        for tasks in [
            "- [ ] T001 [P] Write src/form.rs\n- [ ] T002 Check src/form.rs\n",
            "- [ ] T001 [P] Write src/form.rs\n- [ ] T002 Check all\n- [ ] T003 [P] Mend src/form.rs\n",
            "- [ ] T001 [P] Write src/form.rs\n\n## Phase 2: Rest\n\n- [ ] T002 [P] Mend src/form.rs\n",
            "- [ ] T001 [P] Write src/form.rs\n- [ ] T002 [P] Mend src/form.rs (depends on T001)\n",
            "- [x] T001 [P] Write src/form.rs\n- [ ] T002 [P] Mend src/form.rs\n",
            "- [ ] T001 [P] Copy src/form.rs to src/form.rs\n",
            "- [ ] T001 [P] See https://example.com/a.html\n- [ ] T002 [P] See https://example.com/a.html\n",
        ] {
            assert_eq!(spec_kit(tasks).findings("TM213"), [""; 0], "{tasks}");
        }
    }
}
