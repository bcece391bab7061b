//! Messages as real and careless clients send them.

use serde_json::{Value, json};

use crate::client::{Client, Setup, frame_text};
use crate::workspace::{PLAN, Workspace};

#[test]
fn a_batch_is_answered_with_one_error_and_the_session_goes_on() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.send_raw(&frame_text(
        r#"[{"jsonrpc":"2.0","id":7,"method":"shutdown"},{"jsonrpc":"2.0","method":"exit"}]"#,
    ));
    let answer = client.nameless_answer();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(-32600)));
    for garbage in ["{", "null", r#"{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}"#] {
        client.send_raw(&frame_text(garbage));
        assert!(client.nameless_answer()["error"]["code"].is_i64(), "{garbage}");
    }
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    assert_eq!(client.exit(), 0);
}

#[test]
fn null_parameters_are_absent_parameters() {
    let workspace = Workspace::new();
    let setup = Setup::new(&workspace.root());
    let mut client = Client::spawn(&setup);
    client.request("initialize", setup.initialize.clone()).unwrap();
    client.notify("initialized", Value::Null);
    // Only after `initialized` is the client asked for its settings.
    client.asked("workspace/configuration");
    let error = client.request("textDocument/hover", Value::Null).unwrap_err();
    assert_eq!(error["code"], -32602);
    client.request("shutdown", json!({})).unwrap();
}

#[test]
fn unknown_methods_are_refused_and_unknown_notifications_are_not_answered() {
    let workspace = Workspace::empty();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.notify("$/setTrace", json!({"value": "off"}));
    client.notify("tallymark/nothing", json!({}));
    assert_eq!(client.request("tallymark/nothing", json!({})).unwrap_err()["code"], -32601);
    assert_eq!(
        client.request("tallymark/test/panic", json!({"place": "handler"})).unwrap_err()["code"],
        -32601
    );
    assert_eq!(client.exit(), 0);
}

#[test]
fn requests_before_initialize_are_refused() {
    let workspace = Workspace::empty();
    let setup = Setup::new(&workspace.root());
    let mut client = Client::spawn(&setup);
    assert_eq!(client.request("textDocument/hover", json!({})).unwrap_err()["code"], -32002);
    client.request("initialize", setup.initialize.clone()).unwrap();
    assert_eq!(client.request("initialize", setup.initialize).unwrap_err()["code"], -32600);
}

#[test]
fn questions_about_documents_that_are_not_open_are_answered_with_nothing() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.edit(&workspace.plan(), 2, [0, 0, 0, 0], "x");
    assert_eq!(client.ask("textDocument/documentSymbol", &workspace.plan()), Value::Null);
    assert_eq!(client.ask("textDocument/codeLens", &workspace.plan()), Value::Null);
    let command = json!({"command": "tallymark.init", "arguments": [{"plan": workspace.plan()}]});
    assert_eq!(client.request("workspace/executeCommand", command).unwrap_err()["code"], -32602);
}

#[test]
fn a_client_that_does_not_answer_hangs_nobody() {
    let workspace = Workspace::new();
    let setup = Setup { configuration: None, ..Setup::new(&workspace.root()) };
    let mut client = Client::start(&setup);
    client.asked("workspace/configuration");
    client.open(&workspace.plan(), PLAN);
    let requests: Vec<i64> = (0..8)
        .map(|_| {
            client.send("textDocument/documentSymbol", json!({"textDocument": {"uri": workspace.plan()}}))
        })
        .collect();
    for id in requests {
        assert_eq!(client.answer(id).unwrap()[0]["name"], "Phase 1: Find 🔎 them");
    }
    client.diagnostics(&workspace.plan(), 1);
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_cancelled_request_is_answered_once() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let id = client.send("textDocument/documentSymbol", json!({"textDocument": {"uri": workspace.plan()}}));
    client.notify("$/cancelRequest", json!({"id": id}));
    if let Err(error) = client.answer(id) {
        assert_eq!(error["code"], -32800);
    }
    assert_eq!(client.exit(), 0);
}
