//! The server as one of several writers: its commands and those of the command line, at one status.json at once.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::Workspace;

const TASKS: usize = 40;

/// Every second one is the server's.
#[test]
fn the_server_and_the_command_line_lose_nothing_of_each_other() {
    let workspace = Workspace::empty();
    let tasks: String =
        (1..=TASKS).map(|number| format!("- [ ] 1.{number} Task number {number}\n")).collect();
    let plan = format!("# Both\n\n**Output:** `docs/plan-outputs/both/`\n\n## Phase 1: All\n\n{tasks}");
    let before = plan.lines().take_while(|line| !line.starts_with("- [")).count();
    workspace.write("docs/plans/both.md", &plan);
    workspace.write("tallymark.toml", "boxes = \"reference\"\n");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallymark"));
        command.args(arguments).current_dir(workspace.root());
        command.env_remove("TALLYMARK_PLAN").env_remove("TALLYMARK_ACTOR");
        command.output().unwrap()
    };
    assert!(run(&["init"]).status.success());
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let uri = workspace.uri("docs/plans/both.md");
    client.open(&uri, &plan);
    std::thread::scope(|scope| {
        for half in [2, 4] {
            let run = &run;
            scope.spawn(move || {
                for number in (half..=TASKS).step_by(4) {
                    for way in ["start", "complete"] {
                        let output = run(&[way, &format!("1.{number}")]);
                        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
                    }
                }
            });
        }
        for number in (1..=TASKS).step_by(2) {
            let line = (before + number - 1) as u32;
            let title = format!("Mark 1.{number} complete");
            let actions = client.actions(&uri, [line, 3], None);
            let action = actions.iter().find(|action| action["title"] == title.as_str()).unwrap();
            let answer = client.execute(&action["command"]);
            assert_eq!(answer["changed"], json!([format!("1.{number}")]));
        }
    });
    let status: Value = serde_json::from_str(&workspace.read("docs/plan-outputs/both/status.json")).unwrap();
    for task in status["tasks"].as_array().unwrap() {
        assert_eq!(task["status"], "completed", "{task}");
    }
    assert_eq!(status["summary"]["completed"], TASKS);
    let history = workspace.read("docs/plan-outputs/both/.tallymark/history.jsonl");
    let marks = history.lines().filter(|line| line.contains("\"transition\"")).count();
    assert_eq!(marks, TASKS / 2 * 3, "one change of each of the server's, two of the others");
    assert_eq!(client.exit(), 0);
}
