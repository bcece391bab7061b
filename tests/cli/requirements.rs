//! What orchestrators need of a status manager, as `docs/requirements.md` lists it: the symptoms that no other test is about,
//! and that every test the list names is there.

use std::path::Path;

use serde_json::Value;

use crate::support::{PLAN, STATUS, Workspace};

fn stored(workspace: &Workspace) -> Value {
    serde_json::from_str(&workspace.read(STATUS)).unwrap()
}

/// What `summary` should say, counted here.
fn recounted(status: &Value) -> Value {
    let tasks = status["tasks"].as_array().unwrap();
    let count = |word: &str| tasks.iter().filter(|task| task["status"] == word).count();
    serde_json::json!({
        "totalTasks": tasks.len(), "completed": count("completed"), "pending": count("pending"),
        "in_progress": count("in_progress"), "failed": count("failed"), "skipped": count("skipped"),
    })
}

#[test]
fn every_test_that_the_list_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = std::fs::read_to_string(root.join("docs/requirements.md")).unwrap();
    let mut named = 0;
    for (file, test) in list.split('`').filter_map(|code| code.split_once("::")) {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let at = text.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{file} has no test {test}"));
        let before = text[..at].rsplit("\n\n").next().unwrap_or_default();
        assert!(before.contains("#[test]"), "{file}: {test} is no test");
        named += 1;
    }
    assert!(named > 30, "only {named} tests are named: is the list read right?");
}

#[test]
fn after_ten_transitions_the_summary_is_what_the_tasks_are() {
    let workspace = Workspace::sample();
    for arguments in [
        &["start", "1.2"][..],
        &["complete", "1.2"],
        &["reopen", "1.2"],
        &["start", "2.2"],
        &["fail", "2.2", "--error", "x"],
        &["retry", "2.2"],
        &["skip", "2.2", "--reason", "x"],
        &["retry", "2.1"],
        &["complete", "2.1"],
        &["complete", "1.3"],
    ] {
        workspace.run(arguments).exits(0);
        let status = stored(&workspace);
        assert_eq!(status["summary"], recounted(&status), "after {arguments:?}");
    }
    let summary = &stored(&workspace)["summary"];
    assert_eq!((&summary["completed"], &summary["in_progress"]), (&3.into(), &0.into()));
}

#[test]
fn a_key_that_the_summary_lacks_is_added_when_it_counts() {
    let workspace = Workspace::sample();
    let without = workspace.read(STATUS).replace("    \"in_progress\": 1,\n", "");
    workspace.write(STATUS, without);
    workspace.run(&["start", "1.2"]).exits(0);
    let status = stored(&workspace);
    assert_eq!(status["summary"], recounted(&status));
    assert_eq!(status["summary"]["in_progress"], 2);
}

#[test]
fn all_commands_count_the_same() {
    let workspace = Workspace::sample();
    let status = workspace.run(&["status", "--json"]).exits(0).json();
    let progress = &status["progress"];
    assert_eq!(workspace.run(&["progress", "--format", "json"]).json()["progress"], *progress);
    assert_eq!(workspace.run(&["check", "--format", "json"]).json()["plans"][0]["progress"], *progress);
    assert_eq!(workspace.run(&["all-plans", "--json"]).json()["progress"], *progress);
    assert_eq!(workspace.run(&["complete", "1.1", "--json"]).json()["progress"], *progress);
    let phases = workspace.run(&["phases", "--json"]).json();
    let sum: u64 = (phases["phases"].as_array().unwrap().iter())
        .map(|phase| phase["progress"]["total"].as_u64().unwrap())
        .sum();
    assert_eq!(progress["total"], sum);
    assert_eq!(workspace.run(&["sync-check"]).json()["markdownTasks"], sum);
}

#[test]
fn a_placeholder_that_nobody_filled_in_is_no_task() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    for id in ["{task_id}", "$TASK_ID", "<task-id>", "undefined", ""] {
        workspace.run(&["mark-complete", id]).exits(1);
    }
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_orchestrator_that_fails_at_everything_comes_to_an_end() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "[limits]\nbackoff = \"0s\"\n");
    let mut rounds = 0;
    loop {
        let object = workspace.run(&["next", "--json"]).exits(0).json();
        let Some(task) = object["tasks"].get(0) else { break };
        let id = task["id"].as_str().unwrap();
        workspace.run(&["mark-started", id]).exits(0);
        workspace.run(&["mark-failed", id, "--error", "no"]).exits(0);
        rounds += 1;
        // 1.2 and 2.2, each tried once and retried twice; 2.1 waits for 1.2.
        assert!(rounds <= 6, "{id} is offered for ever");
    }
    assert_eq!(rounds, 6);
}

#[test]
fn a_plan_without_tasks_divides_by_nothing() {
    let workspace = Workspace::with(&[
        (PLAN, "# Plan\n\n## Phase 1: Nothing yet\n\nText.\n"),
        ("tallymark.toml", "[[dialect]]\nglob = \"docs/plans/*.md\"\nname = \"phased\"\n"),
    ]);
    let run = workspace.run(&["progress"]);
    assert!(run.exits(0).out.contains('–') && !run.out.contains('%'), "{}", run.out);
    assert_eq!(workspace.run(&["next"]).exits(0).out, "the plan has no tasks\n");
    assert_eq!(workspace.run(&["progress", "--format", "json"]).json()["progress"]["percent"], Value::Null);
    workspace.run(&["complete", "1.1"]).exits(1);
}

#[test]
fn times_are_written_in_utc_wherever_it_is_run() {
    for zone in ["Asia/Tokyo", "America/St_Johns", "UTC"] {
        let workspace = Workspace::sample();
        for command in ["start", "complete"] {
            let output = workspace.command().args([command, "1.2"]).env("TZ", zone).output().unwrap();
            assert!(output.status.success());
        }
        let task = stored(&workspace)["tasks"][1].clone();
        let time = |key: &str| {
            let text = task[key].as_str().unwrap();
            assert!(text.ends_with('Z') && text.len() == 24, "{text}");
            text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
        };
        let (started, completed) = (time("startedAt"), time("completedAt"));
        assert_eq!(task["duration"], completed - started, "in milliseconds");
        let age = jiff::Timestamp::now().as_millisecond() - started;
        assert!((0..3_600_000).contains(&age), "{zone}: {age} ms");
    }
}

#[test]
fn the_plan_is_never_ticked_where_boxes_are_for_reference() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "boxes = \"reference\"\n");
    let plan = workspace.read(PLAN);
    workspace.run(&["mark-started", "1.2"]).exits(0);
    workspace.run(&["mark-complete", "1.2"]).exits(0);
    workspace.run(&["mark-skipped", "2.2", "--reason", "x"]).exits(0);
    workspace.run(&["detect-stuck", "--mark-failed"]).exits(0);
    assert_eq!(workspace.read(PLAN), plan);
}
