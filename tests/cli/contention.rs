//! Many processes at once on one plan: nothing that was acknowledged is lost.
//!
//! `TALLYMARK_TEST_ROUNDS=100 cargo test --test cli contention` runs the rounds that a release should have seen.

use std::process::Stdio;

use crate::support::{PLAN, Workspace, finish};

const TASKS: usize = 10;

fn rounds() -> usize {
    std::env::var("TALLYMARK_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5)
}

fn plan() -> String {
    let tasks: String =
        (1..=TASKS).map(|number| format!("- [ ] 1.{number} Task number {number}\n")).collect();
    format!("# Ten at once\n\n**Output:** `docs/plan-outputs/ten/`\n\n## Phase 1: All\n\n{tasks}")
}

/// Completes every task, each in a process of its own, all at once.
fn complete_all(workspace: &Workspace) {
    let children: Vec<_> = (1..=TASKS)
        .map(|number| {
            let mut command = workspace.command();
            command.args(["complete", &format!("1.{number}"), "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let told = finish(child.wait_with_output().unwrap()).exits(0).json();
        assert_eq!(told["changed"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn ten_processes_complete_ten_tasks_in_status_json() {
    for round in 0..rounds() {
        let workspace = Workspace::with(&[(PLAN, &plan()), ("tallymark.toml", "boxes = \"mirror\"\n")]);
        workspace.run(&["init"]).exits(0);
        complete_all(&workspace);
        let status = workspace.read("docs/plan-outputs/ten/status.json");
        let status: serde_json::Value = serde_json::from_str(&status).expect("valid after every write");
        let entries = status["tasks"].as_array().unwrap();
        assert_eq!(entries.len(), TASKS);
        for entry in entries {
            assert_eq!(entry["status"], "completed", "round {round}: {entry}");
        }
        assert_eq!(status["summary"]["completed"], TASKS);
        // The boxes mirror it, each ticked by another process.
        assert_eq!(workspace.read(PLAN), plan().replace("- [ ]", "- [x]"), "round {round}");
        workspace.run(&["check", "--fail-on", "warning"]).exits(0);
    }
}

#[test]
fn ten_processes_tick_ten_boxes_of_a_plan_without_status_json() {
    for round in 0..rounds() {
        let workspace = Workspace::with(&[(PLAN, &plan())]);
        complete_all(&workspace);
        assert_eq!(workspace.read(PLAN), plan().replace("- [ ]", "- [x]"), "round {round}");
    }
}

#[test]
fn of_ten_that_claim_one_task_one_gets_it() {
    for _ in 0..rounds() {
        let workspace = Workspace::with(&[(PLAN, &plan()), ("tallymark.toml", "boxes = \"reference\"\n")]);
        workspace.run(&["init"]).exits(0);
        let children: Vec<_> = (0..TASKS)
            .map(|_| {
                let mut command = workspace.command();
                command.args(["start", "1.1", "--expect-status", "pending"]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut codes: Vec<i32> =
            children.into_iter().map(|child| finish(child.wait_with_output().unwrap()).code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [vec![0], vec![3; TASKS - 1]].concat());
    }
}
