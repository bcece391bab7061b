//! `status`, and which plan it is about.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace, finish};

#[test]
fn a_plan_at_a_glance() {
    let workspace = Workspace::sample();
    // An age would be another one each time.
    workspace.write(
        STATUS,
        workspace.read(STATUS).replace(",\n      \"startedAt\": \"2026-01-05T10:00:00.000Z\"", ""),
    );
    let run = workspace.run(&["status"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @r"
    A parser for the wire format
    docs/plans/parser ü.md · docs/plan-outputs/parser/status.json

    ━━━━╍╍╍╍╍───────────────  1/5 · 20%  1 in progress  1 failed

    › Phase 1: Reading  1/3 · 33%
        · 1.2 Write the parser
        ● 1.3 Property tests
    ✗ Phase 2: Writing  0/2 · 0%
        ✗ 2.1 Write the printer  out of paper
        · 2.2 Round trip
    ");
}

#[test]
fn as_an_object_it_has_every_task() {
    let overview = Workspace::sample().run(&["status", "--json"]).exits(0).json();
    assert_eq!(overview["schema_version"], 1);
    assert_eq!(overview["plan"], PLAN);
    assert_eq!(overview["status"]["path"], STATUS);
    assert_eq!(overview["status"]["revision"].as_str().unwrap().len(), 16);
    assert_eq!(overview["progress"]["percent"], 20);
    let tasks = overview["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 5);
    assert_eq!((&tasks[2]["state"], &tasks[2]["line"]), (&"in_progress".into(), &9.into()));
    assert_eq!(tasks[3]["error"], "out of paper");
    assert_eq!(tasks[3]["dependencies"][0], "1.2");
}

#[test]
fn of_several_plans_one_has_to_be_named() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/other.md", PLAN_TEXT);
    let run = workspace.run(&["status"]);
    run.exits(2);
    assert_eq!(
        run.err,
        format!("error: there are 2 plans; name one with --plan\n  docs/plans/other.md\n  {PLAN}\n")
    );
    workspace.run(&["status", "--plan", PLAN]).exits(0);
    let by_environment =
        finish(workspace.command().arg("status").env("TALLYMARK_PLAN", PLAN).output().unwrap());
    by_environment.exits(0);
    workspace.write(".claude/current-plan.txt", format!("{PLAN}\n"));
    workspace.run(&["status"]).exits(0);
}

#[test]
fn a_current_plan_that_is_gone_is_said() {
    let workspace = Workspace::sample();
    workspace.write(".claude/current-plan.txt", "docs/plans/gone.md");
    let run = workspace.run(&["status"]);
    run.exits(2);
    assert_eq!(
        run.err,
        "error: .claude/current-plan.txt names docs/plans/gone.md, and there is no such file\n  name another with --plan\n"
    );
}

#[test]
fn a_status_file_that_cannot_be_read_is_said_and_the_marks_are_shown() {
    let workspace = Workspace::sample();
    workspace.write(STATUS, "");
    let run = workspace.run(&["status"]);
    run.exits(2);
    assert!(run.out.contains("2/5 · 40%"), "{}", run.out);
    assert!(run.err.contains("what is shown is what the marks in the plan say"), "{}", run.err);
}
