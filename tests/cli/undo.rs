//! `undo`: takes the last change back, in status.json and in the plan, and does it again.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

const BACKUP: &str = "docs/plan-outputs/parser/status.json.bak";

/// The text with TIME for what looks like `2026-11-20T22:10:03.000Z`, which is another each run.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.len() >= 24 && word.as_bytes()[4] == b'-' && word.as_bytes()[10] == b'T';
    let words = text.split_inclusive([' ', ')', '\n']);
    words
        .map(|word| if is_time(word) { word.replacen(&word[..24], "TIME", 1) } else { word.to_owned() })
        .collect()
}

#[test]
fn the_last_change_goes_byte_for_byte_and_its_tick_too() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3", "--actor", "ann@host"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [x] 1.3"));
    let run = workspace.run(&["undo"]);
    run.exits(0);
    insta::assert_snapshot!(without_times(&run.out), @r"
    took back the last change (by ann@host, TIME)
      1.3  completed → in progress  Property tests
    1/5 · 20%
    `tallymark undo` once more does it again
    ");
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
}

#[test]
fn an_undo_that_is_undone_is_the_change_again() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3"]).exits(0);
    let (status, plan) = (workspace.read(STATUS), workspace.read(PLAN));
    workspace.run(&["undo"]).exits(0);
    let run = workspace.run(&["undo", "--json"]);
    let told = run.exits(0).json();
    assert_eq!((&told["redo"], &told["exact"], &told["ok"]), (&true.into(), &true.into(), &true.into()));
    assert_eq!((workspace.read(STATUS), workspace.read(PLAN)), (status, plan));
    // And so on, as long as nothing else comes.
    workspace.run(&["undo"]).exits(0);
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
}

#[test]
fn a_box_that_the_change_did_not_tick_stays() {
    let workspace = Workspace::sample();
    // 1.2 is ticked already.
    workspace.run(&["complete", "1.2"]).exits(0);
    workspace.run(&["undo"]).exits(0);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
    // One that somebody has set to another mark meanwhile stays too.
    workspace.run(&["complete", "1.3"]).exits(0);
    workspace.write(PLAN, workspace.read(PLAN).replace("- [x] 1.3", "- [~] 1.3"));
    workspace.run(&["undo"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [~] 1.3"));
}

#[test]
fn several_tasks_of_one_command_go_together() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.2", "1.3"]).exits(0);
    let told = workspace.run(&["undo", "--json"]).exits(0).json();
    assert_eq!(told["undone"].as_array().unwrap().len(), 2);
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
}

#[test]
fn without_the_backup_it_is_reversed_field_by_field() {
    let workspace = Workspace::sample();
    workspace.run(&["skip", "1.3", "--reason", "later", "--notes", "n"]).exits(0);
    std::fs::remove_file(workspace.path(BACKUP)).unwrap();
    let run = workspace.run(&["undo"]);
    assert!(run.exits(0).out.contains("field by field"), "{}", run.out);
    // There is no lastUpdatedAt in the sample, so nothing tells the difference.
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
}

#[test]
fn what_came_after_is_not_thrown_away() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3", "--actor", "ann@host"]).exits(0);
    workspace.write(STATUS, workspace.read(STATUS) + "\n");
    let before = workspace.files();
    let run = workspace.run(&["undo"]);
    run.exits(3);
    assert!(
        run.err.contains("by ann@host") && run.err.contains("a program that keeps no history has written it"),
        "{}",
        run.err
    );
    assert_eq!(workspace.files(), before);
}

#[test]
fn where_there_is_nothing_to_undo_it_says_so() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["undo"]);
    assert!(run.exits(1).err.contains("no change of it is recorded"), "{}", run.err);
    let told = workspace.run(&["undo", "--json"]).exits(1).json();
    assert_eq!((&told["ok"], &told["error"]["exit_code"]), (&false.into(), &1.into()));
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    let run = workspace.run(&["undo"]);
    assert!(run.exits(1).err.contains("the plan has no status.json"), "{}", run.err);
    workspace.run(&["init"]).exits(0);
    let run = workspace.run(&["undo"]);
    assert!(run.exits(1).err.contains("its only recorded change is that it was made"), "{}", run.err);
}

#[test]
fn a_dry_run_writes_nothing_and_an_expected_revision_is_held_to() {
    let workspace = Workspace::sample();
    let told = workspace.run(&["complete", "1.3", "--json"]).exits(0).json();
    let revision = told["revision"].as_str().unwrap().to_owned();
    let before = workspace.files();
    let run = workspace.run(&["undo", "--dry-run"]);
    assert!(run.exits(0).out.contains("to be taken back: the last change"), "{}", run.out);
    let run = workspace.run(&["undo", "--expect-revision", "0123456789abcdef"]);
    assert!(run.exits(3).err.contains(&format!("it is revision {revision} (by ")), "{}", run.err);
    assert_eq!(workspace.files(), before);
    workspace.run(&["undo", "--expect-revision", &revision]).exits(0);
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
}
