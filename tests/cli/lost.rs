//! A status.json that is gone, and what is not done without one.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

/// What is said where a status.json was.
const GONE: &str = "status.json is gone: it was here; `tallymark restore` brings it back";

#[test]
fn a_lost_status_json_is_noticed_and_nothing_is_marked_without_it() {
    let workspace = Workspace::sample();
    workspace.run(&["start", "2.2"]).exits(0);
    let plan = workspace.read(PLAN);
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    for marking in [["start", "1.2"], ["complete", "2.2"]] {
        let run = workspace.run(&marking);
        assert!(run.exits(2).err.contains(GONE), "{}", run.err);
    }
    assert_eq!(workspace.read(PLAN), plan);
    let run = workspace.run(&["status"]);
    assert!(run.exits(0).err.contains(GONE), "{}", run.err);
    let run = workspace.run(&["check"]);
    assert!(run.err.contains(GONE), "{}", run.err);
    workspace.run(&["restore"]).exits(0);
    assert!(workspace.run(&["start", "1.2"]).exits(0).err.is_empty());
}

#[test]
fn where_there_never_was_one_the_boxes_count() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = workspace.run(&["complete", "1.3"]);
    assert_eq!(run.exits(0).err, "");
    assert_eq!(workspace.run(&["status"]).exits(0).err, "");
}

#[test]
fn notes_are_not_dropped_where_nothing_can_hold_them() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = workspace.run(&["complete", "1.3", "--notes", "why"]);
    assert!(run.exits(2).err.contains("1.3 needs status.json (`tallymark init`)"), "{}", run.err);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
}

#[test]
fn a_root_that_is_no_folder_is_refused() {
    let workspace = Workspace::sample();
    for command in ["check", "status", "next"] {
        for root in ["nowhere", PLAN] {
            let run = workspace.run(&[command, "--root", root]);
            assert!(run.exits(2).err.contains("there is no such folder"), "{}", run.err);
        }
    }
    workspace.run(&["status", "--root", "."]).exits(0);
}
