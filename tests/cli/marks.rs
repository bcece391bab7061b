//! `start`, `complete`, `fail`, `skip`, `retry`, `reopen`: what they write, say and refuse.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace, finish, permissions_bite};

/// The entry of a task in the workspace's status.json.
fn entry(workspace: &Workspace, id: &str) -> serde_json::Value {
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    let entries = status["tasks"].as_array().unwrap();
    entries.iter().find(|entry| entry["id"] == id).unwrap().clone()
}

#[test]
fn completing_changes_one_entry_and_what_follows_from_it() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["complete", "1.3", "--notes", "all green"]);
    run.exits(0);
    assert_eq!(run.out, "1.3 is now completed  Property tests\n2/5 · 40%\n");
    let done = entry(&workspace, "1.3");
    assert_eq!((&done["status"], &done["notes"]), (&"completed".into(), &"all green".into()));
    let status = workspace.read(STATUS);
    assert!(status.contains("\"completed\": 2,\n    \"pending\": 2,\n    \"in_progress\": 0,"), "{status}");
    // The others keep their bytes, and the file its missing line end.
    let others = STATUS_TEXT.split("\"id\": \"1.3\"").next().unwrap().split("\"tasks\"").nth(1).unwrap();
    assert!(status.contains(others) && status.ends_with('}'), "{status}");
}

#[test]
fn boxes_that_mirror_follow_and_only_they() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3"]).exits(0);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT.replace("- [ ] 1.3", "- [x] 1.3"));
    // 1.2 is ticked already, and stays so.
    workspace.run(&["complete", "1.2"]).exits(0);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT.replace("- [ ] 1.3", "- [x] 1.3"));
    workspace.run(&["reopen", "1.2"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [ ] 1.2"));
}

#[test]
fn boxes_for_reference_are_left_alone() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "boxes = \"reference\"\n");
    workspace.run(&["complete", "1.3"]).exits(0);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
    assert_eq!(entry(&workspace, "1.3")["status"], "completed");
}

#[test]
fn carriage_returns_and_byte_order_marks_are_kept_in_both_files() {
    let workspace = Workspace::new();
    let plan = format!("\u{feff}{}", PLAN_TEXT.replace('\n', "\r\n"));
    workspace.write(PLAN, &plan);
    workspace.write(STATUS, format!("\u{feff}{}", STATUS_TEXT.replace('\n', "\r\n")));
    workspace.run(&["complete", "1.3"]).exits(0);
    assert_eq!(workspace.read(PLAN), plan.replace("- [ ] 1.3", "- [x] 1.3"));
    let status = workspace.read(STATUS);
    assert!(status.starts_with("\u{feff}{\r\n"));
    assert_eq!(status.matches('\n').count(), status.matches("\r\n").count());
}

#[test]
fn what_is_so_already_stays_and_is_said() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["complete", "1.1"]);
    run.exits(0);
    assert_eq!(run.out, "1.1 is already completed  Write the tokenizer\n1/5 · 20%\n");
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest_and_nothing_is_written() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    // The known one before it is not written either.
    let run = workspace.run(&["complete", "1.3", "1.4"]);
    run.exits(1);
    assert_eq!(run.err, "error: the plan has no task 1.4\n  the nearest: 1.1, 1.2, 1.3\n");
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_illegal_transition_says_what_is_legal() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["start", "1.1"]);
    run.exits(1);
    assert_eq!(
        run.err,
        "error: 1.1 is completed; it can only be reopened\n  `--force` does it nevertheless, and the history tells so\n"
    );
    let run = workspace.run(&["retry", "2.2"]);
    run.exits(1);
    assert_eq!(
        run.err,
        "error: 2.2 is pending, and only what failed can be retried\n  there is `tallymark start 2.2`\n"
    );
    assert_eq!(workspace.files(), before);
}

#[test]
fn failing_and_skipping_need_words() {
    let workspace = Workspace::sample();
    workspace.run(&["fail", "1.3"]).exits(2);
    workspace.run(&["skip", "2.2"]).exits(2);
    workspace.run(&["fail", "1.3", "--error", "no space left"]).exits(0);
    assert_eq!(entry(&workspace, "1.3")["error"], "no space left");
    workspace.run(&["skip", "2.2", "--reason", "not needed"]).exits(0);
    assert_eq!(entry(&workspace, "2.2")["skipReason"], "not needed");
    workspace.run(&["retry", "1.3"]).exits(0);
    assert_eq!(entry(&workspace, "1.3")["status"], "in_progress");
}

#[test]
fn what_the_caller_expects_comes_before_already_so() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["start", "1.3", "--expect-status", "pending"]);
    run.exits(3);
    assert_eq!(
        run.err,
        "error: 1.3 is \"in_progress\", not \"pending\"\n  the history tells nothing of who changed it\n"
    );
    assert_eq!(workspace.files(), before);
    workspace.run(&["start", "2.2", "--expect-status", "pending"]).exits(0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["complete", "1.3", "--dry-run"]);
    run.exits(0);
    assert_eq!(
        run.out,
        "1.3 is to be completed  Property tests\n2/5 · 40%\nnothing was written (--dry-run)\n"
    );
    assert_eq!(workspace.files(), before);
}

#[test]
fn programs_get_one_object_also_when_it_goes_wrong() {
    let workspace = Workspace::sample();
    let told = workspace.run(&["complete", "1.3", "1.1", "--json"]).exits(0).json();
    assert_eq!((&told["ok"], &told["schema_version"]), (&true.into(), &1.into()));
    assert_eq!(told["changed"][0]["key"], "1.3");
    assert_eq!(
        (&told["changed"][0]["from"], &told["changed"][0]["to"]),
        (&"in_progress".into(), &"completed".into())
    );
    assert_eq!(told["already"][0]["key"], "1.1");
    assert_eq!(told["progress"]["percent"], 40);
    let run = workspace.run(&["complete", "1.4", "--json"]);
    let told = run.exits(1).json();
    assert_eq!((&told["ok"], &told["error"]["exit_code"]), (&false.into(), &1.into()));
    assert_eq!(told["error"]["message"], "the plan has no task 1.4");
    assert_eq!(run.err, "");
}

#[test]
fn the_names_of_the_orchestrators_own_commands_work() {
    let workspace = Workspace::sample();
    workspace.run(&["mark-started", "2.2"]).exits(0);
    workspace.run(&["mark-complete", "2.2"]).exits(0);
    assert_eq!(entry(&workspace, "2.2")["status"], "completed");
}

#[test]
fn without_a_status_file_the_box_is_marked_and_what_it_cannot_say_is_refused() {
    let workspace = Workspace::with(&[(
        "specs/1/tasks.md",
        "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Make it\n- [ ] T002 Ship it\n",
    )]);
    let run = workspace.run(&["complete", "T001"]);
    run.exits(0);
    assert_eq!(run.out, "T001 is now completed  Make it\n1/2 · 50%\n");
    assert!(workspace.read("specs/1/tasks.md").to_lowercase().contains("- [x] t001 make it\n- [ ] t002"));
    let before = workspace.files();
    let run = workspace.run(&["fail", "T002", "--error", "x"]);
    run.exits(2);
    assert!(run.err.contains("needs status.json (`tallymark init`)"), "{}", run.err);
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_id_of_several_tasks_lists_their_keys() {
    let workspace = Workspace::with(&[(
        PLAN,
        "# P\n\n## Phase 1: A\n\n- [ ] 1.1 First\n  - [ ] a Prepare\n- [ ] 1.2 Second\n  - [ ] a Prepare again\n",
    )]);
    let keys = workspace.run(&["status", "--json"]).exits(0).json();
    let tasks: Vec<String> = keys["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["key"].as_str().unwrap().to_owned())
        .collect();
    // Whatever the plan's keys are, each finds its task.
    for key in &tasks {
        workspace.run(&["complete", key, "--dry-run"]).exits(0);
    }
}

#[test]
fn a_status_file_that_cannot_be_read_is_not_written() {
    let workspace = Workspace::sample();
    workspace.write(STATUS, "{ \"tasks\": [");
    let before = workspace.files();
    let run = workspace.run(&["complete", "1.3"]);
    run.exits(2);
    assert!(run.err.contains("cannot be read, so nothing is written to it"), "{}", run.err);
    assert_eq!(workspace.files(), before);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_status_file_stays_a_link() {
    let workspace = Workspace::sample();
    let (link, target) = (workspace.path(STATUS), workspace.path("state/real #1.json"));
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    std::fs::rename(&link, &target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    workspace.run(&["complete", "1.3"]).exits(0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(entry(&workspace, "1.3")["status"], "completed");
    assert!(workspace.exists("state/.tallymark"), "the lock lies beside the real file");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::sample();
    let folder = workspace.path("docs/plan-outputs/parser");
    if !permissions_bite(&workspace.root) {
        return;
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let run = workspace.run(&["complete", "1.3"]);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    run.exits(2);
    assert_eq!(workspace.read(STATUS), STATUS_TEXT);
}

#[test]
fn who_did_it_stands_in_the_history() {
    let workspace = Workspace::sample();
    workspace.run(&["complete", "1.3", "--actor", "agent-7"]).exits(0);
    let by_environment =
        workspace.command().args(["start", "2.2"]).env("TALLYMARK_ACTOR", "agent-8").output();
    finish(by_environment.unwrap()).exits(0);
    let history = workspace.read("docs/plan-outputs/parser/.tallymark/history.jsonl");
    let actors: Vec<_> = history
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["actor"].clone())
        .collect();
    assert_eq!(actors, ["agent-7", "agent-8"]);
}

#[test]
fn force_goes_where_there_is_no_way_and_the_history_tells() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["fail", "1.1", "--error", "it was not"]);
    assert!(run.exits(1).err.contains("`--force` does it nevertheless"), "{}", run.err);
    assert_eq!(workspace.files(), before);
    workspace.run(&["fail", "1.1", "--error", "it was not", "--force"]).exits(0);
    assert_eq!(entry(&workspace, "1.1")["status"], "failed");
    // Where there is a way, nothing was forced.
    workspace.run(&["complete", "1.3", "--force"]).exits(0);
    let told = workspace.run(&["history", "--json"]).exits(0).json();
    let forced: Vec<_> = told["changes"].as_array().unwrap().iter().map(|line| &line["forced"]).collect();
    assert_eq!(forced, [&serde_json::Value::Bool(true), &serde_json::Value::Null]);
}

#[test]
fn the_loser_of_a_claim_hears_who_was_faster() {
    let workspace = Workspace::sample();
    workspace.run(&["start", "1.2", "--expect-status", "pending", "--actor", "ann@host"]).exits(0);
    let run = workspace.run(&["start", "1.2", "--expect-status", "pending", "--actor", "bo"]);
    run.exits(3);
    assert!(
        run.err.contains("1.2 is \"in_progress\", not \"pending\"")
            && run.err.contains("the last recorded change of it: by ann@host, 20"),
        "{}",
        run.err
    );
}

#[test]
fn a_clock_that_went_back_takes_no_time_back() {
    let workspace = Workspace::sample();
    // Started in the year 2100, as a clock that was wrong had it.
    let ahead = STATUS_TEXT.replace("2026-01-05T10:00:00.000Z", "2100-01-05T10:00:00.000Z");
    workspace.write(STATUS, &ahead);
    workspace.run(&["fail", "1.3", "--error", "e"]).exits(0);
    workspace.run(&["retry", "1.3"]).exits(0);
    workspace.run(&["complete", "1.3"]).exits(0);
    let done = entry(&workspace, "1.3");
    for key in ["startedAt", "lastErrorAt", "completedAt"] {
        assert_eq!(done[key], "2100-01-05T10:00:00.000Z", "{key}");
    }
    assert_eq!(done["duration"], 0);
}

#[test]
fn a_criterion_and_an_empty_name_are_told_for_what_they_are() {
    let plan = "# P\n\n## Phase 1: A\n\n- [ ] 1.1 Read\n- [ ] 1.2 Write\n\n**Validation**:\n\n- [ ] It reads\n- [ ] It writes\n";
    let workspace = Workspace::with(&[("plan.md", plan)]);
    let run = workspace.run(&["complete", "V1.2"]);
    assert!(run.exits(1).err.contains("V1.2 is a criterion, not a task"), "{}", run.err);
    assert!(run.err.contains("tick its box in line 11 of the plan"), "{}", run.err);
    assert!(workspace.run(&["complete", "V1.3"]).exits(1).err.contains("the plan has no task V1.3"));
    let run = workspace.run(&["complete", ""]);
    assert!(run.exits(1).err.contains("the name of a task is empty"), "{}", run.err);
    assert_eq!(workspace.read("plan.md"), plan);
}

#[test]
fn why_a_task_failed_may_be_called_its_reason() {
    let workspace = Workspace::sample();
    workspace.run(&["fail", "1.3", "--reason", "out of paper"]).exits(0);
    assert!(workspace.read(STATUS).contains("out of paper"));
}
