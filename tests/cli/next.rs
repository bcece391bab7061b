//! `next`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

#[test]
fn the_first_task_that_waits_for_nothing() {
    let run = Workspace::sample().run(&["next"]);
    run.exits(0);
    assert_eq!(run.out, "1.2  Write the parser  (Phase 1: Reading)\n1 task is in progress\n");
}

#[test]
fn several_in_the_order_of_the_plan() {
    let workspace = Workspace::sample();
    let object = workspace.run(&["next", "9", "--json"]).exits(0).json();
    let tasks = object["tasks"].as_array().unwrap();
    let ids: Vec<_> = tasks.iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1.2", "2.2"]);
    assert_eq!(tasks[1]["phase"], "Phase 2: Writing");
    assert_eq!((&object["schema_version"], &object["in_progress"]), (&1.into(), &1.into()));
}

#[test]
fn a_task_with_open_tasks_below_it_is_not_offered() {
    let text = "# Plan\n\n## Phase 1: Only\n\n- [ ] 1.1 Outer\n  - [ ] 1.1.1 Inner\n- [ ] 1.2 Last\n";
    let workspace = Workspace::with(&[(PLAN, text)]);
    let run = workspace.run(&["next", "5"]);
    run.exits(0);
    assert_eq!(run.out, "1.1.1  Inner  (Phase 1: Only)\n1.2  Last  (Phase 1: Only)\n");
}

#[test]
fn what_waits_is_not_offered_and_said_where_nothing_is_ready() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, PLAN_TEXT.replace("2.2 Round trip", "2.2 Round trip (depends: 2.1)"));
    workspace.write(
        STATUS,
        workspace.read(STATUS).replacen("\"status\": \"pending\"", "\"status\": \"completed\"", 1),
    );
    let run = workspace.run(&["next"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @r"
    no task is ready: 2/5 · 40%
      2.2 waits for 2.1 (failed)
      1 failed: `tallymark retry` tries again
    1 task is in progress
    ");
}

#[test]
fn all_done_is_said() {
    let workspace = Workspace::with(&[(PLAN, "# Plan\n\n## Phase 1: Only\n\n- [x] 1.1 Done\n")]);
    let run = workspace.run(&["next"]);
    run.exits(0);
    assert_eq!(run.out, "nothing is left to do: 1/1 · 100%\n");
}

#[test]
fn wrong_arguments_are_refused() {
    let workspace = Workspace::sample();
    workspace.run(&["next", "0"]).exits(2);
    workspace.run(&["next", "--plan", "gone.md"]).exits(2);
}
