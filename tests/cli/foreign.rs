//! Plans whose state another program keeps.

use crate::support::Workspace;

const PLAN: &str = "docs/tides.md";
const PLAN_TEXT: &str = "# Tides\n\n## Phase 1: Read\n\n- [ ] 1.1 Open the gauge\n- [ ] 1.2 Close the gauge\n- [ ] 1.3 Write the table\n";
const TASKS: &str = ".taskmaster/tasks/tasks.json";
const TASKS_TEXT: &str = r#"{"master": {"tasks": [{"id": 1, "title": "Gauge", "status": "in-progress", "subtasks": [
    {"id": 1, "title": "Open the gauge", "status": "done"},
    {"id": 2, "title": "Close the gauge", "status": "pending"},
    {"id": 3, "title": "Write the table", "status": "review"}]}]}}"#;

fn workspace() -> Workspace {
    Workspace::with(&[(PLAN, PLAN_TEXT), (TASKS, TASKS_TEXT)])
}

#[test]
fn what_task_master_says_counts() {
    let workspace = workspace();
    let told = workspace.run(&["status", "--json", "--plan", PLAN]).exits(0).json();
    let states: Vec<&str> =
        told["tasks"].as_array().unwrap().iter().map(|task| task["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["completed", "pending", "in_progress"]);
    let words: Vec<&str> =
        told["tasks"].as_array().unwrap().iter().map(|task| task["status"].as_str().unwrap()).collect();
    assert_eq!(words, ["done", "pending", "review"]);
    let run = workspace.run(&["explain", &format!("{PLAN}:7")]).exits(0).out.clone();
    assert!(run.contains("tasks.json has it as 1.3 (id and text agree), and says \"review\""), "{run}");
    assert!(run.contains("Its state is kept by Task Master, in .taskmaster/tasks/tasks.json"), "{run}");
}

#[test]
fn a_mark_is_refused_with_the_command_that_makes_it_and_no_byte_changes() {
    let workspace = workspace();
    let before = workspace.files();
    let run = workspace.run(&["complete", "1.2", "--plan", PLAN]);
    run.exits(2);
    assert!(
        run.err.contains("tasks.json is Task Master's; tallymark only reads it: mark 1.2 with `task-master set-status --id=1.2 --status=done`"),
        "{}",
        run.err
    );
    workspace.run(&["init", PLAN]).exits(2);
    assert_eq!(workspace.files(), before);
    assert_eq!((workspace.read(TASKS).as_str(), workspace.read(PLAN).as_str()), (TASKS_TEXT, PLAN_TEXT));
    // What is so already is done.
    workspace.run(&["complete", "1.1", "--plan", PLAN]).exits(0);
}

#[test]
fn no_command_that_writes_touches_it_or_leaves_anything_beside_it() {
    for text in [TASKS_TEXT, "{\"master\": {\"tasks\": ["] {
        let workspace = workspace();
        workspace.write(TASKS, text);
        // A torn one no plan can be told to belong to: the settings name it.
        workspace.write("tallymark.toml", format!("[status]\nmap = {{ \"{PLAN}\" = \"{TASKS}\" }}\n"));
        let before = workspace.files();
        for command in [
            &["validate", "--repair"][..],
            &["restore"],
            &["restore", "--dry-run"],
            &["undo"],
            &["runs", "begin"],
            &["increment-retry", "1.2"],
            &["complete", "1.3"],
        ] {
            let run = workspace.run(&[command, &["--plan", PLAN]].concat());
            assert_eq!(run.code, 2, "{command:?}: {run:?}");
        }
        assert_eq!(workspace.files(), before);
        assert_eq!(workspace.read(TASKS), text);
    }
}

#[test]
fn a_tracker_that_does_not_know_the_plan_says_nothing_of_it() {
    let workspace = workspace();
    workspace.write(
        "docs/other.md",
        "# Other\n\n## Phase 1: A\n\n- [ ] 1.1 Buy a boat\n- [ ] 1.2 Sell the boat\n",
    );
    let run = workspace.run(&["check", "docs/other.md"]);
    run.exits(0);
    assert!(run.out.contains("no findings"), "{}", run.out);
    // A status.json comes before it.
    workspace.run(&["init", "docs/other.md"]).exits(0);
    workspace.run(&["complete", "1.1", "--plan", "docs/other.md"]).exits(0);
}

#[test]
fn the_settings_can_name_a_tag_and_a_folder_of_claude_code() {
    let workspace = Workspace::with(&[
        (PLAN, PLAN_TEXT),
        (
            "x.json",
            r#"{"master": {"tasks": []}, "next": {"tasks": [{"id": 1, "title": "Open the gauge", "status": "done", "subtasks": []}]}}"#,
        ),
        (
            "home/.claude/tasks/abc/1.json",
            "{\n\"id\": \"1\",\n\"subject\": \"Close the gauge\",\n\"status\": \"completed\"}",
        ),
        (
            "home/.claude/tasks/abc/2.json",
            "{\n\"id\": \"2\",\n\"subject\": \"Dance\",\n\"status\": \"dancing\"}",
        ),
        ("home/.claude/tasks/abc/.highwatermark", "2"),
        (
            "tallymark.toml",
            "[status]\nmap = { \"docs/*.md\" = \"home/.taskmaster/tasks/tasks.json#next\" }\n",
        ),
    ]);
    workspace.write("home/.taskmaster/tasks/tasks.json", workspace.read("x.json"));
    let states = |workspace: &Workspace| {
        let told = workspace.run(&["status", "--json", "--plan", PLAN]).json();
        let tasks = told["tasks"].as_array().unwrap().clone();
        tasks.iter().map(|task| task["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&workspace), ["completed", "pending", "pending"]);
    workspace.write("tallymark.toml", "[status]\nmap = { \"docs/*.md\" = \"home/.claude/tasks/abc\" }\n");
    assert_eq!(states(&workspace), ["pending", "completed", "pending"]);
    let run = workspace.run(&["check", "--format", "github", PLAN]);
    assert!(run.out.contains("file=home/.claude/tasks/abc/2.json,line=4"), "{}", run.out);
    let run = workspace.run(&["complete", "1.1", "--plan", PLAN]);
    run.exits(2);
    assert!(run.err.contains("is Claude Code's; tallymark only reads it"), "{}", run.err);
}

#[test]
fn kiros_history_changes_nothing_and_marks_go_into_the_plan() {
    let plan = ".kiro/specs/a/tasks.md";
    let workspace = Workspace::with(&[
        (plan, "# Implementation Plan\n\n- [ ] 1. Set up\n- [ ] 2. Tear down\n"),
        (
            ".kiro/specs/a/tasks.meta.json",
            r#"{"pbtResults": {}, "executionHistory": {"1. Set up": [{"timestamp": 1788105474823}]}}"#,
        ),
    ]);
    workspace.run(&["check"]).exits(0);
    workspace.run(&["complete", "1"]).exits(0);
    assert!(workspace.read(plan).contains("- [x] 1. Set up"));
    workspace.run(&["init"]).exits(0);
    assert!(workspace.exists(".kiro/specs/a/status.json"));
    workspace.write(".kiro/specs/a/tasks.meta.json", "{");
    workspace.run(&["check"]).exits(0);
}

#[test]
fn a_store_that_is_torn_is_a_finding_with_its_place() {
    let workspace = Workspace::with(&[
        ("docs/epics.md", "# Epics\n\n## Phase 1: A\n\n- [ ] 1.1 Sign in\n- [ ] 1.2 Sign out\n"),
        ("docs/sprint-status.yaml", "development_status:\n  1-1-sign-in: done\n  1-2-sign-out: [\n"),
    ]);
    let run = workspace.run(&["check", "--format", "github"]);
    run.exits(2);
    assert!(run.out.contains("file=docs/sprint-status.yaml,line="), "{}", run.out);
    assert!(run.out.contains("TM301"), "{}", run.out);
}
