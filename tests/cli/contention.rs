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

/// So many processes at once, and so many changes of each, one after another.
const WRITERS: usize = 50;
const CHANGES: usize = 20;

#[test]
fn fifty_writers_lose_nothing_and_are_not_refused() {
    let rounds = rounds().div_ceil(5);
    let tasks: String =
        (1..=WRITERS).map(|number| format!("- [ ] 1.{number} Task number {number}\n")).collect();
    let plan = format!("# Fifty\n\n**Output:** `docs/plan-outputs/fifty/`\n\n## Phase 1: All\n\n{tasks}");
    for round in 0..rounds {
        let workspace = Workspace::with(&[(PLAN, &plan), ("tallymark.toml", "boxes = \"reference\"\n")]);
        workspace.run(&["init"]).exits(0);
        std::thread::scope(|scope| {
            for writer in 1..=WRITERS {
                let workspace = &workspace;
                scope.spawn(move || {
                    let id = format!("1.{writer}");
                    for change in 0..CHANGES {
                        let way = ["start", "complete", "reopen"][change % 3];
                        let run = workspace.run(&[way, &id]);
                        assert_eq!((run.code, run.err.as_str()), (0, ""), "round {round}: {way} {id}");
                    }
                });
            }
        });
        let status = workspace.read("docs/plan-outputs/fifty/status.json");
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        for task in status["tasks"].as_array().unwrap() {
            assert_eq!(task["status"], "completed", "round {round}: {task}");
        }
        assert_eq!(status["summary"]["completed"], WRITERS);
        // Every change that was acknowledged, in the order in which they came, and none that was not.
        let history = workspace.read("docs/plan-outputs/fifty/.tallymark/history.jsonl");
        let lines: Vec<serde_json::Value> =
            history.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let marks = lines.iter().filter(|line| line["change"] == "transition").count();
        assert_eq!(marks, WRITERS * CHANGES, "round {round}");
        for (line, next) in lines.iter().zip(&lines[1..]) {
            assert_eq!(line["after"], next["before"], "round {round}: one on the other");
        }
    }
}

#[test]
fn who_waits_too_long_is_told_for_whom() {
    let patience =
        |lock_wait: &str| format!("boxes = \"reference\"\n[limits]\nlock_wait = \"{lock_wait}\"\n");
    let workspace = Workspace::with(&[(PLAN, &plan()), ("tallymark.toml", &patience("60s"))]);
    workspace.run(&["init"]).exits(0);
    // The first has our own lock, and waits for another program's.
    let foreign = workspace.path("docs/plan-outputs/ten/status.json.lock");
    std::fs::create_dir(&foreign).unwrap();
    let mut first = workspace.command();
    let first = first.args(["start", "1.1"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let holder = workspace.path("docs/plan-outputs/ten/.tallymark/holder.json");
    let directory = format!("\"pid\":{},", first.id());
    while !std::fs::read_to_string(&holder).unwrap_or_default().contains(&directory) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    workspace.write("tallymark.toml", patience("200ms"));
    let second = workspace.run(&["start", "1.2"]);
    second.exits(4);
    let named = format!("is locked by process {} (tallymark) on ", first.id());
    assert!(second.err.contains(&named) && second.err.contains(" since 20"), "{}", second.err);
    assert!(second.err.contains("try again"), "{}", second.err);
    std::fs::remove_dir(&foreign).unwrap();
    finish(first.wait_with_output().unwrap()).exits(0);
    workspace.run(&["start", "1.2"]).exits(0);
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
