//! Agents work, their monitoring files tell of it, and the editor shows it on the line of the task.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

const REGISTRY: &str = ".gadugi/monitoring/process_registry.json";

fn time(ago: Duration) -> String {
    jiff::Timestamp::now().checked_sub(ago).unwrap().to_string()
}

/// A registry with one run.
fn registry(task: &str, status: &str, error: Option<&str>) -> String {
    let ended = (status != "running").then(|| time(Duration::ZERO));
    json!({"timestamp": time(Duration::ZERO), "processes": {task: {
        "task_id": task, "task_name": task, "status": status, "command": "claude", "working_directory": "/",
        "created_at": time(Duration::from_secs(60)), "prompt_file": null, "pid": null,
        "started_at": time(Duration::from_secs(42)), "completed_at": ended,
        "last_heartbeat": time(Duration::ZERO), "exit_code": null, "error_message": error, "resource_usage": null,
    }}})
    .to_string()
}

fn hint_with(client: &mut Client, plan: &str, wanted: &str) -> String {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let hints = client.hints(plan);
        if let Some(hint) = hints.iter().find(|hint| hint.contains(wanted)) {
            return hint.clone();
        }
        assert!(Instant::now() < until, "no hint has {wanted}: {hints:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_run_shows_on_its_tasks_line_and_goes_when_it_ends() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    workspace.write(REGISTRY, &registry("1.2", "running", None));
    hint_with(&mut client, &plan, "● ");
    let activity = client.ask("tallymark/activity", &plan);
    assert_eq!(activity["watched"], true);
    assert_eq!(activity["tasks"][0]["key"], "1.2");
    assert_eq!(activity["tasks"][0]["running"], true);
    workspace.write(REGISTRY, &registry("1.2", "completed", None));
    hint_with(&mut client, &plan, "✓ ");
    // Somebody works on a task that the plan does not have.
    workspace.write(REGISTRY, &registry("9.9", "running", None));
    client.diagnostics_where(&plan, |params| {
        params["diagnostics"].as_array().unwrap().iter().any(|found| found["code"] == "TM406")
    });
    std::fs::remove_file(workspace.path(REGISTRY)).unwrap();
    client.diagnostics_where(&plan, |params| {
        params["diagnostics"].as_array().unwrap().iter().all(|found| found["code"] != "TM406")
    });
    assert!(client.hints(&plan).iter().all(|hint| !hint.contains('✓') && !hint.contains('●')));
    assert_eq!(client.exit(), 0);
}

#[test]
fn progress_is_shown_to_a_client_that_takes_it() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["window"] = json!({"workDoneProgress": true});
    let client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    workspace.write(REGISTRY, &registry("1.2", "running", None));
    let token = client.asked("window/workDoneProgress/create")["params"]["token"].clone();
    let begun = client.notified("$/progress");
    assert_eq!(begun["token"], token);
    assert_eq!(begun["value"]["kind"], "begin");
    assert!(begun["value"]["title"].as_str().unwrap().starts_with("1.2 "), "{begun}");
    workspace.write(REGISTRY, &registry("1.2", "completed", None));
    loop {
        let told = client.notified("$/progress");
        assert_eq!(told["token"], token);
        if told["value"]["kind"] == "end" {
            break;
        }
    }
}

#[test]
fn a_failed_run_is_told_once_and_only_to_who_asked() {
    for wanted in [true, false] {
        let workspace = Workspace::new();
        let mut setup = Setup::new(&workspace.root());
        setup.configuration = Some(json!({"notifications": wanted}));
        setup.initialize["capabilities"]["window"] = json!({"showDocument": {"support": true}});
        let mut client = Client::start(&setup);
        let plan = workspace.plan();
        client.open(&plan, PLAN);
        client.diagnostics(&plan, 1);
        workspace.write(REGISTRY, &registry("1.2", "running", None));
        hint_with(&mut client, &plan, "● ");
        workspace.write(REGISTRY, &registry("1.2", "failed", Some("exit\u{1b}[31m 137")));
        hint_with(&mut client, &plan, "✗ ");
        if wanted {
            let told = client.asked("window/showMessageRequest");
            let message = told["params"]["message"].as_str().unwrap();
            assert!(message.starts_with("Tallymark: The run of 1.2 failed: exit"), "{message}");
            assert!(!message.contains('\u{1b}'));
        }
        let told =
            client.methods_asked().iter().filter(|method| *method == "window/showMessageRequest").count();
        assert_eq!(told, 0, "nothing is told twice");
        assert_eq!(client.exit(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_sidecar_that_is_killed_is_back_and_nothing_is_stale_or_doubled() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    workspace.write(REGISTRY, &registry("1.2", "running", None));
    hint_with(&mut client, &plan, "● ");
    let server = client.process().to_string();
    let killed = Command::new("pkill").args(["-KILL", "-P", &server]).status().unwrap();
    assert!(killed.success());
    // What happens while it is away is seen when it is back.
    workspace.write(REGISTRY, &registry("1.2", "completed", None));
    hint_with(&mut client, &plan, "✓ ");
    let hints = client.hints(&plan);
    assert_eq!(hints.iter().filter(|hint| hint.contains('✓')).count(), 1, "{hints:?}");
    assert!(hints.iter().all(|hint| !hint.contains('●')), "{hints:?}");
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_stream_named_after_a_task_shows_what_its_agent_does() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    let line = |value: serde_json::Value| value.to_string() + "\n";
    let mut stream = line(
        json!({"type": "system", "subtype": "init", "session_id": "s-1", "cwd": "/w", "tools": [], "model": "m"}),
    );
    let used = json!({"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "cargo test"}});
    stream += &line(
        json!({"type": "assistant", "message": {"id": "m1", "role": "assistant", "content": [used]}, "session_id": "s-1"}),
    );
    workspace.write("docs/plan-outputs/fix/1.2.jsonl", &stream);
    let hint = hint_with(&mut client, &plan, "Bash");
    assert!(hint.starts_with("● "), "{hint}");
    assert_eq!(client.exit(), 0);
}
