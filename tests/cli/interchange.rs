//! `export` and `import`.

use crate::support::{PLAN, STATUS, Workspace};

/// The tasks of a status.json without what a writer adds: id, phase, description, status, times, dependencies.
fn tasks(text: &str) -> Vec<serde_json::Value> {
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    file["tasks"].as_array().unwrap().clone()
}

#[test]
fn what_is_exported_is_imported_again() {
    for (to, file) in [("json", "out.json"), ("csv", "out.csv")] {
        let workspace = Workspace::sample();
        workspace.run(&["export", "--to", to, "-o", file]).exits(0);
        let direct = workspace.run(&["export", "--to", "json"]).exits(0).out.clone();
        std::fs::remove_file(workspace.path(STATUS)).unwrap();
        let run = workspace.run(&["import", file]);
        run.exits(0);
        assert!(run.out.starts_with(&format!("{STATUS} made: ")), "{}", run.out);
        assert_eq!(tasks(&workspace.read(STATUS)), tasks(&direct), "{to}");
    }
}

#[test]
fn what_a_format_has_no_place_for_is_said_field_by_field() {
    let workspace = Workspace::with(&[
        ("docs/p.md", "# P\n\n## Phase 1: A\n\n- [ ] 1.1 Read it\n- [ ] 1.2 Write it (depends: 1.1)\n"),
        (
            "docs/status.json",
            r#"{"tasks": [{"id": "1.1", "description": "Read it", "status": "completed", "startedAt": "2026-01-01T00:00:00.000Z",
                "completedAt": "2026-01-01T01:00:00.000Z", "duration": 3600000, "notes": "Slow"},
                {"id": "1.2", "description": "Write it", "status": "failed", "error": "No ink"}]}"#,
        ),
    ]);
    let run = workspace.run(&["export", "--to", "task-master", "--plan", "docs/p.md"]);
    run.exits(0);
    assert_eq!(
        run.err,
        "lost: status failed, written as pending (1 task)\nlost: startedAt, left out (1 task)\n\
         lost: completedAt, left out (1 task)\nlost: duration, left out (1 task)\nlost: notes, left out (1 task)\n\
         lost: error, left out (1 task)\n"
    );
    let file: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(file["master"]["tasks"][0]["title"], "Phase 1: A");
    assert_eq!(file["master"]["tasks"][0]["subtasks"][1]["dependencies"], serde_json::json!([1]));
    let run = workspace.run(&["export", "--to", "beads", "--plan", "docs/p.md"]);
    assert_eq!(run.out.lines().count(), 2);
    assert!(run.err.contains("lost: status failed, written as open (1 task)"), "{}", run.err);
}

#[test]
fn an_export_never_writes_over_a_file() {
    let workspace = Workspace::sample();
    let before = workspace.read(PLAN);
    let run = workspace.run(&["export", "--to", "csv", "-o", PLAN]);
    run.exits(2);
    assert!(run.err.contains("is there already"), "{}", run.err);
    assert_eq!(workspace.read(PLAN), before);
    workspace.run(&["export", "--to", "csv", "-o", "no/such/folder.csv"]).exits(2);
}

const TIDES: &str = "# Tides\n\n## Phase 1: Read\n\n- [ ] 1.1 Open the gauge\n- [ ] 1.2 Close the gauge\n";

#[test]
fn the_tasks_of_task_master_become_a_status_json_which_then_counts() {
    let workspace = Workspace::with(&[
        ("docs/plans/tides.md", TIDES),
        (
            ".taskmaster/tasks/tasks.json",
            r#"{"master": {"tasks": [{"id": 1, "title": "Phase 1: Read", "status": "in-progress", "subtasks": [
                {"id": 1, "title": "Open the gauge", "status": "done"}, {"id": 2, "title": "Close the gauge", "status": "review"}]},
                {"id": 7, "title": "Sell it", "status": "frozen", "subtasks": []}]}}"#,
        ),
    ]);
    let run = workspace.run(&["import", ".taskmaster/tasks/tasks.json", "--dry-run"]);
    run.exits(0);
    assert!(!workspace.exists("docs/plan-outputs/tides/status.json"));
    let run = workspace.run(&["import", ".taskmaster/tasks/tasks.json"]);
    run.exits(0);
    assert_eq!(
        run.out,
        "docs/plan-outputs/tides/status.json made: 3 tasks, 1 completed, 1 not in the plan\n"
    );
    assert!(run.err.contains("changed: status \"review\" is written as in_progress (1 task)"), "{}", run.err);
    assert!(run.err.contains("changed: status \"frozen\" is written as pending (1 task)"), "{}", run.err);
    assert!(
        run.err.contains("lost: what stands for no task of this plan, left out (1 entry)"),
        "{}",
        run.err
    );
    workspace.run(&["complete", "1.2"]).exits(0);
    let again = workspace.run(&["import", ".taskmaster/tasks/tasks.json"]);
    again.exits(2);
    assert!(again.err.contains("is there already"), "{}", again.err);
}

#[test]
fn what_cannot_be_imported_makes_nothing() {
    let workspace = Workspace::with(&[
        ("docs/tides.md", TIDES),
        ("bad.csv", "id,status\n1.1,done\n"),
        ("torn.json", "{\"tasks\": ["),
        ("other.json", "{\"tasks\": [{\"id\": \"x\", \"description\": \"Dance\", \"status\": \"pending\"}]}"),
        ("tasks.meta.json", "{\"pbtResults\": {}, \"executionHistory\": {\"1.1 Open the gauge\": []}}"),
    ]);
    let before = workspace.files();
    let refused = |file: &str, why: &str| {
        let run = workspace.run(&["import", file]);
        run.exits(2);
        assert!(run.err.contains(why), "{file}: {}", run.err);
    };
    refused("bad.csv", "line 2: status is none of the five words: \"done\"");
    refused("torn.json", "torn.json is cut short at line 1");
    refused("other.json", "other.json has none of the tasks of docs/tides.md");
    refused("tasks.meta.json", "does not say what is done");
    refused("none.json", "there is no such file");
    assert_eq!(workspace.files(), before);
}
