//! `retryable`, `exhausted`, `increment-retry`, `detect-stuck`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

fn entry(workspace: &Workspace, id: &str) -> serde_json::Value {
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    let entries = status["tasks"].as_array().unwrap();
    entries.iter().find(|entry| entry["id"] == id).unwrap().clone()
}

#[test]
fn a_failed_task_is_retried_up_to_two_times() {
    let workspace = Workspace::sample();
    for retry in 1..=2 {
        let object = workspace.run(&["retryable", "--json"]).exits(0).json();
        assert_eq!((&object["count"], &object["tasks"][0]["id"]), (&1.into(), &"2.1".into()));
        assert_eq!(object["tasks"][0]["retries_left"], 3 - retry);
        workspace.run(&["retry", "2.1"]).exits(0);
        workspace.run(&["mark-failed", "2.1", "--error", &format!("try {retry}")]).exits(0);
        assert_eq!(entry(&workspace, "2.1")["retryCount"], retry);
    }
    let run = workspace.run(&["retryable"]);
    assert_eq!(run.exits(0).out, "no failed task has a retry left\n");
    let run = workspace.run(&["exhausted"]);
    assert_eq!(run.exits(0).out, "2.1  Write the printer  2 retries, limit 2  try 2\n");
    let object = workspace.run(&["exhausted", "--json"]).exits(0).json();
    assert_eq!(
        (&object["tasks"][0]["ready"], &object["tasks"][0]["error"]),
        (&false.into(), &"try 2".into())
    );
    // The error outlives the next try.
    workspace.run(&["retry", "2.1"]).exits(0);
    workspace.run(&["complete", "2.1"]).exits(0);
    assert_eq!(entry(&workspace, "2.1")["lastError"], "try 2");
}

#[test]
fn the_number_of_retries_is_a_setting() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "[limits]\nretries = 0\n");
    assert!(workspace.run(&["exhausted"]).exits(0).out.contains("0 retries, limit 0"));
    workspace.write("tallymark.toml", "[limits]\nretries = 3\n");
    let object = workspace.run(&["retryable", "--json"]).exits(0).json();
    assert_eq!((&object["retries"], &object["tasks"][0]["retries_left"]), (&3.into(), &3.into()));
}

#[test]
fn each_retry_waits_longer_than_the_one_before() {
    let workspace = Workspace::sample();
    workspace.run(&["retry", "2.1"]).exits(0);
    workspace.run(&["fail", "2.1", "--error", "again"]).exits(0);
    let object = workspace.run(&["retryable", "--json"]).exits(0).json();
    let task = &object["tasks"][0];
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let wait = time(&task["not_before"]).as_millisecond() - time(&task["failed_at"]).as_millisecond();
    assert_eq!((wait, &task["ready"]), (120_000, &false.into()));
    assert!(workspace.run(&["retryable"]).out.contains("again in 1 m"), "59 s of the second minute are left");
}

#[test]
fn a_retry_that_was_made_elsewhere_is_counted() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    workspace.run(&["increment-retry", "2.1", "--dry-run"]).exits(0);
    assert_eq!(workspace.files(), before);
    let run = workspace.run(&["increment-retry", "2.1", "--error", "exit code 137"]);
    assert_eq!(run.exits(0).out, "2.1 has 1 retry, limit 2\n");
    let stored = entry(&workspace, "2.1");
    assert_eq!((&stored["status"], &stored["lastError"]), (&"failed".into(), &"exit code 137".into()));
    workspace.run(&["increment-retry", "2.1"]).exits(0);
    let object = workspace.run(&["increment-retry", "2.1", "--json"]).exits(0).json();
    assert_eq!((&object["retry_count"], &object["can_retry"]), (&3.into(), &false.into()));
}

#[test]
fn what_is_done_or_unknown_is_not_tried_again() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["increment-retry", "1.1"]);
    assert!(run.exits(1).err.contains("1.1 is completed, and only what is not done"), "{}", run.err);
    workspace.run(&["increment-retry", "9.9"]).exits(1);
    workspace.run(&["increment-retry"]).exits(2);
    let bare = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    for command in [&["retryable"][..], &["exhausted"], &["increment-retry", "1.1"], &["detect-stuck"]] {
        assert!(bare.run(command).exits(2).err.contains("`tallymark init` makes it"), "{command:?}");
    }
}

#[test]
fn stuck_tasks_are_found_and_nothing_is_written() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["detect-stuck"]);
    assert!(run.exits(0).out.starts_with("1.3  Property tests  no sign of life for "), "{}", run.out);
    let object = workspace.run(&["detect-stuck", "--json"]).exits(0).json();
    assert_eq!((&object["minutes"], &object["count"]), (&30.into(), &1.into()));
    assert_eq!(object["tasks"][0]["last_sign"], "2026-01-05T10:00:00.000Z");
    workspace.run(&["detect-stuck", "--mark-failed", "--dry-run"]).exits(0);
    assert_eq!(workspace.files(), before);
}

#[test]
fn stuck_tasks_are_marked_as_failed_and_can_be_tried_again() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["detect-stuck", "--minutes", "45", "--mark-failed"]);
    assert!(run.exits(0).out.ends_with("  now failed\n"), "{}", run.out);
    let stored = entry(&workspace, "1.3");
    assert_eq!(
        (&stored["status"], &stored["error"]),
        (&"failed".into(), &"stuck: no sign of life for more than 45 m".into())
    );
    let run = workspace.run(&["detect-stuck", "--mark-failed"]);
    assert_eq!(run.exits(0).out, "nothing in progress is without a sign of life for 30 m\n");
    assert_eq!(workspace.run(&["retryable", "--json"]).json()["count"], 2);
}

#[test]
fn a_change_in_the_history_is_a_sign_of_life() {
    let workspace = Workspace::sample();
    workspace.write("notes.md", "going on");
    workspace.run(&["findings", "write", "1.3", "--file", "notes.md"]).exits(0);
    let run = workspace.run(&["detect-stuck"]);
    assert!(run.exits(0).out.starts_with("nothing in progress"), "{}", run.out);
    // What was just started is alive.
    let workspace = Workspace::sample();
    workspace.write(
        STATUS,
        STATUS_TEXT.replace("in_progress\",\n      \"startedAt\": \"2026-01-05T10:00:00.000Z\"", "pending\""),
    );
    workspace.run(&["start", "1.3"]).exits(0);
    assert_eq!(workspace.run(&["detect-stuck", "--json"]).exits(0).json()["count"], 0);
    workspace.run(&["detect-stuck", "--minutes", "0"]).exits(2);
}
