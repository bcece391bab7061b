//! `history`: what was done to tasks, when and by whom.

use crate::support::{STATUS, Workspace};

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
    workspace.run(&["complete", "2.1", "--actor", "bo"]).exits(0);
    workspace.run(&["start", "2.1", "--force", "--actor", "an editor"]).exits(0);
    workspace.run(&["undo", "--actor", "cy"]).exits(0);
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
    0000-00-00 00:00:00  2.1  in progress → completed  by bo
    0000-00-00 00:00:00  2.1  completed → in progress  by an editor  taken back later  forced
    0000-00-00 00:00:00  2.1  in progress → completed  by cy  took a change back
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
    assert_eq!(changes.len(), 4);
    assert_eq!((&changes[0]["to"], &changes[0]["actor"]), (&"in_progress".into(), &"ann@host".into()));
    assert_eq!((&changes[2]["to"], &changes[2]["forced"]), (&"in_progress".into(), &true.into()));
    assert_eq!((&changes[3]["change"], &changes[3]["undoes"]), (&"undo".into(), &changes[2]["seq"]));
}

#[test]
fn what_another_program_did_to_a_task_shows_between_the_lines() {
    let workspace = Workspace::sample();
    workspace.run(&["start", "1.2", "--actor", "ann@host"]).exits(0);
    let node = |from: &str, to: &str| {
        let status = workspace.read(STATUS);
        let (before, after) = status.split_once("\"id\": \"1.2\"").unwrap();
        workspace.write(STATUS, format!("{before}\"id\": \"1.2\"{}", after.replacen(from, to, 1)));
    };
    node("in_progress", "failed");
    workspace.run(&["retry", "1.2", "--actor", "ann@host"]).exits(0);
    node("in_progress", "completed");
    let run = workspace.run(&["history", "1.2"]);
    insta::assert_snapshot!(without_times(&run.exits(0).out), @r"
    0000-00-00 00:00:00  1.2  pending → in progress  by ann@host
    0000-00-00 00:00:00  1.2  in progress → failed  at some time before, by a program that keeps no history
    0000-00-00 00:00:00  1.2  failed → in progress  by ann@host
    0000-00-00 00:00:00  1.2  in progress → completed  at some time before, by a program that keeps no history
    ");
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
