//! `next`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

#[test]
fn the_first_task_that_waits_for_nothing() {
    let run = Workspace::sample().run(&["next"]);
    run.exits(0);
    assert_eq!(run.out, "1.2  Write the parser  (Phase 1: Reading)  unblocks 1\n1 task is in progress\n");
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
        workspace
            .read(STATUS)
            .replacen("\"status\": \"pending\"", "\"status\": \"completed\"", 1)
            .replace("\"out of paper\"", "\"out of paper\",\n      \"retryCount\": 2"),
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
fn what_is_urgent_comes_first_then_what_unblocks_most() {
    let text = "# Plan\n\n## Phase 1: Begin\n\n- [ ] 1.1 Tidy up\n- [ ] 1.2 Read\n- [ ] 1.3 Write (depends: 1.2)\n- [ ] 1.4 Send (depends: 1.3)\n- [ ] 1.5 Call (Priority: high)\n- [ ] 1.6 Paint (Priority: low)\n\n## Phase 2: End\n\n- [ ] 2.1 Rest (depends: Phase 1)\n  - [ ] 2.1.1 Sleep\n";
    let workspace = Workspace::with(&[(PLAN, text)]);
    let run = workspace.run(&["next", "9"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @"
    1.5  Call (Priority: high)  (Phase 1: Begin)  high priority, unblocks 2
    1.2  Read  (Phase 1: Begin)  unblocks 4
    1.1  Tidy up  (Phase 1: Begin)  unblocks 2
    1.6  Paint (Priority: low)  (Phase 1: Begin)  low priority, unblocks 2
    ");
    let object = workspace.run(&["next", "2", "--json"]).exits(0).json();
    assert_eq!(object["tasks"][1]["unblocks"], 4);
    assert_eq!(object["tasks"][0]["priority"], "high");
    assert!(object.get("waiting").is_none());
}

#[test]
fn a_task_below_one_that_waits_or_is_blocked_is_not_offered_and_it_is_said_why() {
    let text = "# Plan\n\n## Phase 1: Only\n\n- [-] 1.1 First\n- [ ] 1.2 Outer (depends: 1.1)\n  - [ ] 1.2.1 Inner\n- [ ] 1.3 Itself (depends: 1.3)\n";
    let workspace = Workspace::with(&[
        (PLAN, text),
        (
            "docs/plans/status.json",
            r#"{"tasks":[{"id":"1.1","description":"First","status":"in_progress"}]}"#,
        ),
    ]);
    let run = workspace.run(&["next"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @"
    no task is ready: 0/4 · 0%
      1.2.1 stands below 1.2, which waits for 1.1 (in progress)
      1.3 waits for itself
    1 task is in progress
    ");
    let object = workspace.run(&["next", "--json"]).exits(0).json();
    assert_eq!(
        object["waiting"][0],
        serde_json::json!({"key": "1.2.1", "through": "1.2", "waits_for": "1.1", "state": "in progress"})
    );
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

/// The sample with 1.2 completed, so that 2.1, which failed, waits for nothing; its entry has more members.
fn failed(members: &str) -> Workspace {
    let workspace = Workspace::sample();
    let status = workspace.read(STATUS).replacen("\"status\": \"pending\"", "\"status\": \"completed\"", 1);
    workspace.write(STATUS, status.replace("\"out of paper\"", &format!("\"out of paper\"{members}")));
    workspace
}

fn offered(workspace: &Workspace) -> Vec<String> {
    let object = workspace.run(&["next", "9", "--json"]).exits(0).json();
    let tasks = object["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_failed_is_offered_again_while_it_has_retries_left() {
    assert_eq!(offered(&failed("")), ["2.1", "2.2"]);
    assert_eq!(offered(&failed(", \"retryCount\": 1")), ["2.1", "2.2"]);
    assert_eq!(offered(&failed(", \"retryCount\": 2")), ["2.2"]);
    let workspace = failed(", \"retryCount\": 2");
    workspace.write("tallymark.toml", "[limits]\nretries = 3\n");
    assert_eq!(offered(&workspace), ["2.1", "2.2"]);
}

#[test]
fn what_failed_is_left_alone_for_a_while() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.2"]).exits(0);
    workspace.run(&["retry", "2.1"]).exits(0);
    workspace.run(&["fail", "2.1", "--error", "out of ink"]).exits(0);
    assert_eq!(offered(&workspace), ["2.2"]);
    workspace.run(&["skip", "2.2", "1.3", "--reason", "later"]).exits(0);
    let run = workspace.run(&["next"]);
    assert!(run.exits(0).out.contains("  1 failed: the next retry is offered in 1 m\n"), "{}", run.out);
    // Put back to pending, it waits as long; with no wait to speak of, it is offered at once.
    workspace.run(&["reopen", "2.1"]).exits(0);
    assert_eq!(offered(&workspace), [""; 0]);
    workspace.write("tallymark.toml", "[limits]\nbackoff = \"0s\"\n");
    assert_eq!(offered(&workspace), ["2.1"]);
}
