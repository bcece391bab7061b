//! `batch`: many changes in one write, all or none.

use std::io::Write;
use std::process::Stdio;

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace, finish};

const LINES: &str = r#"{"task": "1.3", "do": "complete", "notes": "green"}

{"task": "1.2", "do": "start", "expect_status": "pending"}
{"task": "1.2", "do": "fail", "error": "no disk"}
{"task": "2.1", "do": "retry"}
{"task": "2.2", "do": "skip", "reason": "later"}
{"task": "1.1", "do": "mark-complete"}
"#;

fn status_of(workspace: &Workspace, id: &str) -> String {
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    let entry = status["tasks"].as_array().unwrap().iter().find(|entry| entry["id"] == id).unwrap().clone();
    entry["status"].as_str().unwrap().to_owned()
}

#[test]
fn many_changes_are_one_write_that_is_undone_whole() {
    let workspace = Workspace::sample();
    workspace.write("lines.jsonl", LINES);
    let run = workspace.run(&["batch", "lines.jsonl", "--actor", "ann@host"]);
    assert_eq!(run.exits(0).out, "5 changes, 1 already so\n2/4 · 50%\n");
    let states = ["1.2", "1.3", "2.1", "2.2"].map(|id| status_of(&workspace, id));
    assert_eq!(states, ["failed", "completed", "in_progress", "skipped"]);
    assert!(workspace.read(STATUS).contains(r#""error": "no disk""#));
    assert!(workspace.read(PLAN).contains("- [x] 1.3"));
    let told = workspace.run(&["history", "--json"]).exits(0).json();
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 5);
    assert!(changes.iter().all(|change| change["after"] == changes[0]["after"]));
    workspace.run(&["undo"]).exits(0);
    assert_eq!((workspace.read(STATUS), workspace.read(PLAN)), (STATUS_TEXT.into(), PLAN_TEXT.into()));
}

#[test]
fn lines_come_from_standard_input_too() {
    let workspace = Workspace::sample();
    let mut command = workspace.command();
    command.args(["batch", "-", "--json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(LINES.as_bytes()).unwrap();
    let told = finish(child.wait_with_output().unwrap()).exits(0).json();
    assert_eq!((&told["ok"], &told["schema_version"]), (&true.into(), &1.into()));
    let results: Vec<_> = told["lines"].as_array().unwrap().iter().map(|line| &line["result"]).collect();
    assert_eq!(results, ["changed", "changed", "changed", "changed", "changed", "already"]);
    // Lines are counted with the blank ones.
    assert_eq!(told["lines"][1]["line"], 3);
}

#[test]
fn one_wrong_line_stops_all_and_each_is_told() {
    let workspace = Workspace::sample();
    let lines = [
        r#"{"task": "1.3", "do": "complete"}"#,
        r#"{"task": "9.9", "do": "complete"}"#,
        r#"{"task": "1.2", "do": "finish"}"#,
        r#"{"task": "1.2", "do": "fail"}"#,
        r#"{"task": "1.2", "do": "start", "reason": "x"}"#,
        r#"{"task": "1.1", "do": "start"}"#,
        r#"{"task": "1.2", "do": "start", "expect_status": "failed"}"#,
        r#"{"task": "1.2", "do": "retry"}"#,
        r#"{"task": "1.2""#,
        r#"{"task": "1.2", "do": "start", "note": "x"}"#,
    ];
    workspace.write("lines.jsonl", lines.join("\n"));
    let before = workspace.files();
    let run = workspace.run(&["batch", "lines.jsonl"]);
    run.exits(3);
    insta::assert_snapshot!(run.err);
    assert_eq!(workspace.files(), before);
    let told = workspace.run(&["batch", "lines.jsonl", "--json"]).exits(3).json();
    assert_eq!((&told["ok"], &told["lines"][1]["exit_code"]), (&false.into(), &1.into()));
    // Those that are possible are done on request.
    let run = workspace.run(&["batch", "lines.jsonl", "--keep-going"]);
    assert!(run.exits(3).err.contains("9 of 10 lines are not possible, and the rest is done"), "{}", run.err);
    assert_eq!(status_of(&workspace, "1.3"), "completed");
}

#[test]
fn a_dry_run_and_a_revision_that_is_another() {
    let workspace = Workspace::sample();
    workspace.write("lines.jsonl", LINES);
    let before = workspace.files();
    let run = workspace.run(&["batch", "lines.jsonl", "--dry-run"]);
    assert!(run.exits(0).out.contains("2/4 · 50%\nnothing was written (--dry-run)\n"), "{}", run.out);
    let run = workspace.run(&["batch", "lines.jsonl", "--expect-revision", "0123456789abcdef"]);
    assert!(run.exits(3).err.contains("expected revision 0123456789abcdef"), "{}", run.err);
    assert_eq!(workspace.files(), before);
}

#[test]
fn a_forced_line_forces_no_other() {
    let workspace = Workspace::sample();
    workspace.write(
        "lines.jsonl",
        "{\"task\": \"1.1\", \"do\": \"start\", \"force\": true}\n{\"task\": \"1.1\", \"do\": \"complete\"}\n\
         {\"task\": \"1.1\", \"do\": \"start\"}\n",
    );
    let run = workspace.run(&["batch", "lines.jsonl"]);
    assert!(run.exits(1).err.contains("line 3: 1.1 is completed; it can only be reopened"), "{}", run.err);
}

#[test]
fn what_is_no_batch_is_said() {
    let workspace = Workspace::sample();
    workspace.run(&["batch", "no.jsonl"]).exits(2);
    workspace.write("binary", b"\xff\xfe\x00");
    let run = workspace.run(&["batch", "binary"]);
    assert!(run.exits(2).err.contains("not UTF-8 from byte 0 on"), "{}", run.err);
}

#[test]
fn without_a_status_json_the_boxes_are_marked() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    workspace.write(
        "lines.jsonl",
        "{\"task\": \"1.3\", \"do\": \"complete\"}\n{\"task\": \"1.1\", \"do\": \"reopen\"}\n",
    );
    workspace.run(&["batch", "lines.jsonl"]).exits(0);
    let plan = PLAN_TEXT.replace("- [ ] 1.3", "- [x] 1.3").replace("- [x] 1.1", "- [ ] 1.1");
    assert_eq!(workspace.read(PLAN), plan);
}
