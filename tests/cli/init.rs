//! `init`: a plan's first status.json.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

#[test]
fn the_new_file_agrees_with_its_plan() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = workspace.run(&["init"]);
    run.exits(0);
    assert_eq!(
        run.out,
        format!("{STATUS} made (where the plan's Output says): 5 tasks, 2 completed by their marks\n")
    );
    let status: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    assert_eq!(status["planPath"], PLAN);
    assert_eq!(status["tasks"].as_array().unwrap().len(), 5);
    assert_eq!(status["summary"]["completed"], 2);
    workspace.run(&["check", "--select", "TM1,TM3", "--fail-on", "warning"]).exits(0);
}

#[test]
fn one_that_is_there_is_left_alone() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["status", "init"]);
    run.exits(0);
    assert!(run.out.starts_with(&format!("{STATUS} is there already")), "{}", run.out);
    workspace.write(STATUS, "{");
    workspace.run(&["init"]).exits(2);
    assert_eq!(workspace.read(STATUS), "{");
    assert_eq!(workspace.files().len(), before.len());
}

#[test]
fn it_is_made_where_its_kind_of_plan_has_it() {
    let tasks = "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Make it\n- [ ] T002 Ship it\n";
    let workspace = Workspace::with(&[("specs/1 ü/tasks.md", tasks)]);
    let told = workspace.run(&["init", "specs/1 ü/tasks.md", "--json"]).exits(0).json();
    assert_eq!((&told["status"], &told["created"]), (&"specs/1 ü/status.json".into(), &true.into()));
    let workspace = Workspace::with(&[
        ("specs/1/tasks.md", tasks),
        ("tallymark.toml", "[status]\nlocation = \"state/{stem}.json\"\n"),
    ]);
    let told = workspace.run(&["init", "--json"]).exits(0).json();
    assert_eq!(told["status"], "state/tasks.json");
    assert!(workspace.exists("state/tasks.json"));
}

#[test]
fn a_dry_run_makes_nothing() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = workspace.run(&["init", "--dry-run"]);
    run.exits(0);
    assert!(run.out.contains("would be made"), "{}", run.out);
    assert!(!workspace.exists("docs/plan-outputs"));
}
