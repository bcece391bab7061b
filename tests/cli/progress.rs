//! `progress`.

use crate::support::{PLAN, STATUS, Workspace};

#[test]
fn a_bar_for_a_person() {
    let run = Workspace::sample().run(&["progress"]);
    run.exits(0);
    assert_eq!(run.out, "━━━━╍╍╍╍╍───────────────  1/5 · 20%  1 in progress  1 failed\n");
}

#[test]
fn counts_for_a_program() {
    let object = Workspace::sample().run(&["progress", "--format", "json"]).exits(0).json();
    let progress = serde_json::json!({
        "total": 5, "completed": 1, "in_progress": 1, "failed": 1, "skipped": 0, "percent": 20
    });
    assert_eq!(object, serde_json::json!({ "schema_version": 1, "plan": PLAN, "progress": progress }));
}

#[test]
fn markers_for_a_log() {
    let run = Workspace::sample().run(&["progress", "--format", "markers"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @r"
    [PROGRESS] task=1.1 status=completed
    [PROGRESS] task=1.3 status=started
    [PROGRESS] task=2.1 status=failed
    [PROGRESS] plan status=in_progress percent=20
    [PROGRESS] summary completed=1 pending=2 failed=1
    ");
}

#[test]
fn nothing_to_count_is_no_percentage() {
    let workspace = Workspace::sample();
    let status = workspace.read(STATUS);
    let skipped = ["completed", "pending", "in_progress", "failed"].into_iter().fold(status, |text, word| {
        text.replace(&format!("\"status\": \"{word}\""), "\"status\": \"skipped\"")
    });
    workspace.write(STATUS, skipped);
    let run = workspace.run(&["progress"]);
    assert!(run.exits(0).out.ends_with("─  –  5 skipped\n"), "{}", run.out);
    let run = workspace.run(&["progress", "--format", "markers"]);
    assert!(run.exits(0).out.contains("[PROGRESS] plan status=pending percent=–\n"), "{}", run.out);
    let object = workspace.run(&["progress", "--format", "json"]).exits(0).json();
    assert_eq!(object["progress"]["percent"], serde_json::Value::Null);
}

#[test]
fn what_cannot_be_read_is_said() {
    let workspace = Workspace::sample();
    workspace.run(&["progress", "--format", "xml"]).exits(2);
    workspace.run(&["progress", "--plan", "gone.md"]).exits(2);
    workspace.write(STATUS, "");
    let run = workspace.run(&["progress"]);
    run.exits(2);
    assert!(run.out.contains("2/5 · 40%"), "{}", run.out);
    assert!(run.err.contains("what is shown is what the marks in the plan say"), "{}", run.err);
}

#[test]
fn where_the_plan_gives_hours_they_are_told_too() {
    let plan = "# P\n\n## Phase 1: Work\n\n- [x] 1.1 Read (3h)\n- [ ] 1.2 Sort (1 day)\n- [ ] 1.3 Send (30 min)\n- [ ] 1.4 Wait\n";
    let workspace = Workspace::with(&[("docs/plans/p.md", plan)]);
    let run = workspace.run(&["progress"]);
    assert!(
        run.exits(0).out.ends_with("by hours: 3/11.5 h · 26%  1 task without an estimate\n"),
        "{}",
        run.out
    );
    let hours = &workspace.run(&["progress", "--json"]).exits(0).json()["hours"];
    let expected = serde_json::json!({ "completed": 3.0, "total": 11.5, "percent": 26, "tasks_without": 1 });
    assert_eq!(*hours, expected);
    workspace
        .write("docs/plans/p.md", plan.replace("(3h)", "").replace("(30 min)", "").replace("(1 day)", ""));
    assert_eq!(workspace.run(&["progress"]).exits(0).out.lines().count(), 1);
}
