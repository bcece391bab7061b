//! `stats`: how the work went.

use serde_json::{Value, json};

use crate::support::{PLAN, STATUS, Workspace};

fn told(workspace: &Workspace, arguments: &[&str]) -> Value {
    let run = workspace.run(&[&["stats", "--json"], arguments].concat());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn attempts_come_from_the_history_and_what_was_undone_did_not_happen() {
    let workspace = Workspace::sample();
    let before = told(&workspace, &[]);
    for arguments in [
        &["retry", "2.1", "--actor", "ann"][..],
        &["fail", "2.1", "--error", "again", "--actor", "ann"],
        &["retry", "2.1", "--actor", "bob"],
        &["complete", "2.1", "--actor", "bob"],
        &["start", "2.2", "--actor", "bob"],
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
    }
    let after = told(&workspace, &[]);
    // What was told of 2.1's entry alone is now told by its history.
    assert_eq!(after["attempts"].as_u64().unwrap(), before["attempts"].as_u64().unwrap() + 2);
    assert_eq!(after["retried"], 1);
    assert_eq!(after["agents"][0]["name"], "bob");
    assert_eq!(after["agents"][0]["completed"], 1);
    assert_eq!(after["agents"][1]["failed"], 1);

    assert_eq!(workspace.run(&["undo"]).code, 0);
    assert_eq!(told(&workspace, &[])["attempts"], before["attempts"].as_u64().unwrap() + 1);
}

#[test]
fn a_registry_tells_who_worked_when_and_how_long_it_was_waited_for() {
    let workspace = Workspace::sample();
    let run = |task: &str, from: &str, to: &str, status: &str| {
        json!({"task_id": task, "task_name": task, "status": status, "command": "x", "working_directory": "/",
            "created_at": "2026-01-05T09:00:00Z", "prompt_file": null, "pid": null,
            "started_at": from, "completed_at": to, "last_heartbeat": to, "exit_code": 0,
            "error_message": null, "resource_usage": null})
    };
    let registry = json!({"timestamp": "2026-01-05T10:00:00Z", "processes": {
        "1.1": run("1.1", "2026-01-05T09:00:10Z", "2026-01-05T09:10:10Z", "completed"),
        "2.2": run("2.2", "2026-01-05T09:00:10Z", "2026-01-05T09:05:10Z", "failed"),
        "other": run("other", "2026-01-05T09:00:20Z", "2026-01-05T09:10:20Z", "completed"),
    }});
    workspace.write(".gadugi/monitoring/process_registry.json", registry.to_string());
    let all = told(&workspace, &[]);
    assert_eq!(all["assignment"]["median_ms"], 10_000);
    assert_eq!(all["assignment"]["count"], 3);
    assert_eq!(all["duration"]["longest_ms"], 600_000);
    assert_eq!(all["at_once"].as_u64().unwrap(), 3);
    assert!(all["speed_up"].as_f64().unwrap() > 1.0);

    // Only what belongs to the plan.
    let one = told(&workspace, &["--plan", PLAN]);
    assert_eq!(one["tasks"].as_u64().unwrap() + 1, all["tasks"].as_u64().unwrap());

    let text = workspace.run(&["stats"]).out;
    assert!(text.contains("assignment   median 10 s"), "{text}");
    let metrics = workspace.run(&["stats", "--prometheus"]).out;
    assert!(metrics.contains("# TYPE tallymark_assignment_seconds gauge\n"), "{metrics}");
    assert!(metrics.contains("tallymark_assignment_seconds{quantile=\"0.5\"} 10\n"), "{metrics}");
}

#[test]
fn what_cannot_be_read_is_said_and_the_exit_code_is_2() {
    let workspace = Workspace::sample();
    workspace.write(STATUS, "{\"tasks\": [");
    let run = workspace.run(&["stats"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot be read"), "{}", run.err);
    let empty = Workspace::new();
    let run = empty.run(&["stats"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("no plan was found"), "{}", run.err);
}

#[test]
fn a_plan_that_nobody_began_says_so() {
    let workspace = Workspace::with(&[(PLAN, "# A\n\n## Phase 1: B\n\n- [ ] 1.1 One\n- [ ] 1.2 Two\n")]);
    let run = workspace.run(&["stats"]);
    assert_eq!((run.code, run.out.as_str()), (0, "nothing was begun yet\n"));
}
