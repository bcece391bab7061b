//! `history`: what was done to tasks, when and by whom.

use crate::support::{STATUS, Workspace};

const HISTORY: &str = "docs/plan-outputs/parser/.tallymark/history.jsonl";

const FORCED: &str = r#"{"seq":5,"time":"2026-11-20T22:10:03.000Z","actor":"an editor","task":"2.1","change":"transition","from":"in_progress","to":"pending","before":"","after":"","forced":true}
"#;

/// The same lines with their times taken out, which are others each run.
fn without_times(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let (time, rest) = line.split_at("2026-11-20 22:10:03".len());
        let digits = time.replace(|sign: char| sign.is_ascii_digit(), "0");
        format!("{digits}{rest}\n")
    });
    lines.collect()
}

fn worked_on() -> Workspace {
    let workspace = Workspace::sample();
    workspace.run(&["start", "1.2", "--actor", "ann@host"]).exits(0);
    workspace.run(&["skip", "2.2", "--reason", "not\nneeded \u{1b}[31m", "--actor", "bo"]).exits(0);
    // Another program writes, then Tallymark again.
    workspace.write(STATUS, workspace.read(STATUS) + "\n");
    workspace.run(&["retry", "2.1", "--actor", "ann@host"]).exits(0);
    // The store can be told to force a change; no command does.
    let history = workspace.read(HISTORY);
    workspace.write(HISTORY, history + FORCED);
    workspace
}

#[test]
fn the_story_of_all_tasks() {
    let run = worked_on().run(&["history"]);
    run.exits(0);
    assert!(!run.out.contains('\u{1b}'), "{:?}", run.out);
    insta::assert_snapshot!(without_times(&run.out), @r"
    0000-00-00 00:00:00  1.2  pending → in progress  by ann@host
    0000-00-00 00:00:00  2.2  pending → skipped  by bo  not needed ␛[31m
    0000-00-00 00:00:00  status.json was changed by a program that keeps no history
    0000-00-00 00:00:00  2.1  failed → in progress  by ann@host
    0000-00-00 00:00:00  2.1  in progress → pending  by an editor  forced
    ");
}

#[test]
fn the_story_of_one_task() {
    let workspace = worked_on();
    let run = workspace.run(&["history", "1.2"]);
    run.exits(0);
    assert_eq!(without_times(&run.out), "0000-00-00 00:00:00  1.2  pending → in progress  by ann@host\n");
    let told = workspace.run(&["history", "2.1", "--json"]).exits(0).json();
    assert_eq!((&told["schema_version"], &told["status"]), (&1.into(), &STATUS.into()));
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!((&changes[0]["to"], &changes[0]["actor"]), (&"in_progress".into(), &"ann@host".into()));
    assert_eq!((&changes[1]["to"], &changes[1]["forced"]), (&"pending".into(), &true.into()));
}

#[test]
fn an_unknown_id_is_told_with_the_nearest() {
    let run = worked_on().run(&["history", "1.22"]);
    run.exits(1);
    assert_eq!(run.err, "error: neither the plan nor its history has a task 1.22\n  the nearest: 1.2\n");
}

#[test]
fn where_nothing_is_recorded_it_says_so() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["history"]);
    assert_eq!(run.exits(0).out, format!("no change of {STATUS} is recorded\n"));
    assert_eq!(workspace.run(&["history", "1.2"]).exits(0).out, "no change of 1.2 is recorded\n");
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    workspace.run(&["history"]).exits(0);
    assert_eq!(workspace.run(&["history", "--json"]).exits(0).json()["changes"], serde_json::json!([]));
}
