//! `runs begin`, `runs end`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

fn run_in_file(workspace: &Workspace) -> serde_json::Value {
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    status["runs"].clone()
}

#[test]
fn a_run_is_begun_and_ended() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["runs", "begin"]);
    let id = run.exits(0).out.trim().to_owned();
    assert!(id.starts_with("run-1") && run.out == format!("{id}\n"), "{}", run.out);
    assert_eq!(run_in_file(&workspace)[0]["runId"], id);
    let run = workspace.run(&["runs", "end", &id, "--completed", "3", "--failed", "1"]);
    assert_eq!(run.exits(0).out, format!("{id} is ended: 3 completed, 1 failed\n"));
    let stored = &run_in_file(&workspace)[0];
    assert_eq!((&stored["tasksCompleted"], &stored["tasksFailed"]), (&3.into(), &1.into()));
    assert!(stored["completedAt"].is_string());
    let run = workspace.run(&["runs", "end", &id, "--completed", "3", "--failed", "1"]);
    assert_eq!(run.exits(0).out, format!("{id} is ended already: 3 completed, 1 failed\n"));
}

#[test]
fn the_names_that_scripts_know_work() {
    let workspace = Workspace::sample();
    let object = workspace.run(&["start-run", "--json"]).exits(0).json();
    let id = object["run"].as_str().unwrap();
    assert_eq!((&object["schema_version"], &object["changed"]), (&1.into(), &true.into()));
    let ended = workspace.run(&["complete-run", id, "--completed", "1", "--failed", "0", "--json"]);
    assert_eq!(ended.exits(0).json()["run"], id);
}

#[test]
fn a_dry_run_writes_nothing() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    workspace.run(&["runs", "begin", "--dry-run"]).exits(0);
    assert_eq!(workspace.files(), before);
}

#[test]
fn each_error_is_said() {
    let workspace = Workspace::sample();
    let id = workspace.run(&["runs", "begin"]).exits(0).out.trim().to_owned();
    let run = workspace.run(&["runs", "end", "run-1"]);
    assert!(run.exits(1).err.starts_with("error: no run in status.json has the id `run-1`"), "{}", run.err);
    workspace.run(&["runs", "end", &id, "--completed", "2"]).exits(0);
    let run = workspace.run(&["runs", "end", &id, "--completed", "3"]);
    assert!(run.exits(1).err.contains("with other numbers"), "{}", run.err);
    workspace.run(&["runs", "end", &id, "--completed", "many"]).exits(2);
    workspace.run(&["runs"]).exits(2);
    let run = Workspace::with(&[(PLAN, PLAN_TEXT)]).run(&["runs", "begin"]);
    assert!(run.exits(2).err.contains("`tallymark init` makes it"), "{}", run.err);
}
