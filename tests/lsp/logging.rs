//! What the server tells of itself: its log, and recordings of sessions.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, Setup, frame_text};
use crate::workspace::{PLAN, Workspace};

#[test]
fn how_much_is_logged_changes_while_it_runs() {
    let workspace = Workspace::new();
    let log = workspace.path("server.log");
    let mut setup = Setup::new(&workspace.root());
    setup.arguments = vec!["--log".to_owned(), log.display().to_string()];
    setup.environment.push(("TALLYMARK_LOG", "error".to_owned()));
    let mut client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    assert_eq!(workspace.read("server.log"), "");

    client.notify("$/setTrace", json!({"value": "messages"}));
    // Once the first is answered, the trace is on.
    client.ask("textDocument/documentSymbol", &plan);
    client.ask("textDocument/documentSymbol", &plan);
    let told = client.notified("$/logTrace");
    assert_eq!(told, json!({"message": "the editor says textDocument/documentSymbol"}));
    client.notify("$/setTrace", json!({"value": "verbose"}));
    client.edit(&plan, 2, [8, 3, 8, 4], " ");
    client.diagnostics(&plan, 2);
    while client.notified("$/logTrace")["verbose"].as_str().is_none_or(|text| !text.contains("version=2")) {}
    assert!(workspace.read("server.log").contains("the editor says"), "{}", workspace.read("server.log"));

    client.notify("$/setTrace", json!({"value": "off"}));
    client.ask("textDocument/documentSymbol", &plan);
    let length = workspace.read("server.log").len();
    client.ask("textDocument/documentSymbol", &plan);
    assert_eq!(workspace.read("server.log").len(), length);
    assert_eq!(client.exit(), 0);
}

#[test]
fn the_setting_changes_the_log_and_a_wrong_one_is_told() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.arguments = vec!["--log".to_owned(), workspace.path("server.log").display().to_string()];
    // A client without `workspace/configuration` sends its settings along.
    setup.initialize["capabilities"]["workspace"]["configuration"] = json!(false);
    let mut client = Client::start(&setup);
    let settings = |log: &str| json!({"settings": {"tallymark": {"log": log}}});
    client.notify("workspace/didChangeConfiguration", settings("tallymark_lsp=loud"));
    let told = client.notified("window/logMessage");
    assert!(told["message"].as_str().unwrap().contains("tallymark_lsp=loud"), "{told}");
    client.notify("workspace/didChangeConfiguration", settings("tallymark_lsp=debug"));
    client.ask("textDocument/documentSymbol", &workspace.plan());
    client.ask("textDocument/documentSymbol", &workspace.plan());
    assert!(workspace.read("server.log").contains("the editor says textDocument/documentSymbol"));
    assert_eq!(client.exit(), 0);
}

/// A session with questions, edits, garbage, and requests of the server's.
fn record(workspace: &Workspace) -> String {
    let file = workspace.path("session.jsonl").display().to_string();
    let mut setup = Setup::new(&workspace.root());
    setup.arguments = vec!["--record".to_owned(), file.clone()];
    setup.configuration = Some(json!({"rules": {"TM105": "off"}}));
    let mut client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    client.asked("workspace/configuration");
    client.send_raw(&frame_text("{ no JSON"));
    client.nameless_answer();
    client.edit(&plan, 2, [8, 3, 8, 4], " ");
    client.diagnostics(&plan, 2);
    client.edit(&plan, 3, [8, 3, 8, 4], "x");
    client.hints(&plan);
    client.ask("textDocument/documentSymbol", &plan);
    client.execute(&json!({"command": "tallymark.show", "arguments": [{"plan": plan, "text": "hello"}]}));
    client.diagnostics(&plan, 3);
    assert_eq!(client.exit(), 0);
    file
}

fn replay(arguments: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_tallymark"))
        .args(["replay", "--json"])
        .args(arguments)
        .output()
        .unwrap();
    let told = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), told)
}

#[test]
fn a_recorded_session_is_answered_alike_by_the_same_server() {
    let workspace = Workspace::new();
    let file = record(&workspace);
    let (code, told) = replay(&[&file]);
    assert_eq!((code, &told["differences"]), (0, &json!([])), "{told:#}");
    assert_eq!(told["commands_left_out"], 1);
    assert!(told["answers"].as_u64().unwrap() >= 4 && told["files"].as_u64().unwrap() >= 1, "{told}");
    let (code, told) = replay(&["--with-commands", &file]);
    assert_eq!(
        (code, &told["commands_left_out"], &told["differences"]),
        (0, &json!(0), &json!([])),
        "{told:#}"
    );
}

#[test]
fn what_is_answered_otherwise_is_shown_with_its_place() {
    let workspace = Workspace::new();
    let file = record(&workspace);
    let text = std::fs::read_to_string(&file).unwrap();
    // As if the server had said something else then; and the recording was cut off in its last line.
    let changed = text.replacen("\"name\":\"1.1 Run", "\"name\":\"1.1 Walk", 1);
    assert_ne!(changed, text);
    std::fs::write(&file, &changed[..changed.len() - 10]).unwrap();
    let (code, told) = replay(&[&file]);
    assert_eq!((code, told["differences"].as_array().unwrap().len()), (1, 1), "{told:#}");
    let difference = &told["differences"][0];
    assert_eq!(difference["method"], "textDocument/documentSymbol");
    assert_eq!(difference["pointer"], "/0/children/0/name");
    assert_eq!(difference["now"], "1.1 Run the tests a hundred times");
    // Another status.json shows in the diagnostics.
    std::fs::write(&file, text).unwrap();
    std::fs::remove_file(workspace.path("docs/plan-outputs/fix/status.json")).unwrap();
    let (code, told) = replay(&[&file]);
    assert_eq!(code, 1);
    let differs = |difference: &&Value| difference["uri"] == workspace.plan();
    assert!(told["differences"].as_array().unwrap().iter().any(|found| differs(&found)), "{told:#}");
}
