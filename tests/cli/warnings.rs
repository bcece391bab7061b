//! What marking warns of though it does what was asked.

use crate::support::{PLAN, STATUS, Workspace};

#[test]
fn a_task_begun_before_what_it_depends_on_gets_a_word() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["retry", "2.1"]);
    let warning = "2.1 is in progress, but what it depends on is not done: 1.2 (pending)";
    assert_eq!(run.exits(0).err, format!("warning: {warning}\n"));
    let run = workspace.run(&["complete", "2.1", "--json"]);
    let warning = warning.replace("in progress", "completed");
    assert_eq!(run.exits(0).json()["warnings"], serde_json::json!([warning]));
    assert_eq!(run.err, "");
}

#[test]
fn what_is_done_at_once_with_what_it_depends_on_gets_none() {
    let workspace = Workspace::sample();
    workspace.run(&["retry", "2.1", "--json"]).exits(0);
    let run = workspace.run(&["complete", "2.1", "1.2"]);
    assert_eq!(run.exits(0).err, "");
    assert_eq!(workspace.run(&["complete", "2.2", "--json"]).exits(0).json().get("warnings"), None);
}

#[test]
fn a_task_that_fails_does_not_keep_a_box_that_says_in_progress() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, workspace.read(PLAN).replace("- [ ] 1.3", "- [~] 1.3"));
    workspace.run(&["fail", "1.3", "--error", "timeout"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [ ] 1.3"), "{}", workspace.read(PLAN));
    assert!(workspace.read(STATUS).contains("timeout"));
    // And back.
    workspace.run(&["undo"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [~] 1.3"), "{}", workspace.read(PLAN));
}
