//! Tasks are called by names that the commands take for the same task: the key where an id is not unique.

use crate::support::Workspace;

const PLAN: &str = "docs/superpowers/plans/kettle.md";

/// The steps below each heading count from 1 anew.
const PLAN_TEXT: &str = "\
# Kettle

### Task 1: Temperature

- [ ] **Step 1: Write a test that fails**
- [ ] **Step 2: Read the sensor**

### Task 2: Switch

- [ ] **Step 1: Write a test for the switch**
- [ ] **Step 2: Wire it**
";

#[test]
fn next_prints_what_complete_takes() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = workspace.run(&["next", "9"]);
    let names: Vec<&str> =
        run.exits(0).out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["1/1", "1/2", "2/1", "2/2"]);
    let run = workspace.run(&["complete", "2/1"]);
    assert!(run.exits(0).out.starts_with("2/1 is now completed  "), "{}", run.out);
    assert!(workspace.read(PLAN).contains("- [x] **Step 1: Write a test for the switch**"));
    assert!(workspace.run(&["status"]).exits(0).out.contains("· 1/2 "));
}

#[test]
fn the_history_of_a_key_is_that_of_its_own_task() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    workspace.run(&["init"]).exits(0);
    workspace.run(&["start", "1/2", "2/2"]).exits(0);
    workspace.run(&["start", "2"]).exits(0);
    let run = workspace.run(&["history", "2"]);
    assert_eq!(run.exits(0).out.lines().count(), 1, "{}", run.out);
    let run = workspace.run(&["history", "2/2"]);
    assert!(run.exits(0).out.contains("  2/2  "), "{}", run.out);
}

#[test]
fn an_id_that_only_several_have_lists_their_keys() {
    let plan = PLAN_TEXT.replace("Step 2: Wire it", "Step 3: Wire it");
    let plan = plan.replace("Step 2: Read", "Step 3: Read");
    let workspace = Workspace::with(&[(PLAN, &plan)]);
    let run = workspace.run(&["complete", "3"]);
    run.exits(1);
    assert!(run.err.contains("3 means 2 tasks"), "{}", run.err);
    assert!(run.err.contains("1/3  ") && run.err.contains("2/3  "), "{}", run.err);
    assert_eq!(workspace.read(PLAN), plan);
}
