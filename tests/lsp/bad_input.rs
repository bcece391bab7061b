//! What no editor should send, and what a few do: the answer that the protocol asks for, and a server that lives on.

use serde_json::{Value, json};

use crate::client::{Client, Setup, frame_text};
use crate::workspace::{PLAN, STATUS, Workspace};

fn names(client: &mut Client, uri: &str) -> Vec<String> {
    let symbols = client.ask("textDocument/documentSymbol", uri);
    let tasks = symbols.as_array().into_iter().flatten();
    let tasks = tasks.flat_map(|phase| phase["children"].as_array().into_iter().flatten());
    tasks.map(|task| task["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn versions_that_go_back_are_the_clients_own_affair() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    // Edits are made in the order in which they come, whatever their versions; the last one's version is told.
    client.edit(&plan, 9, [7, 6, 7, 9], "7.1");
    client.diagnostics(&plan, 9);
    client.edit(&plan, 4, [8, 6, 8, 9], "7.2");
    client.diagnostics(&plan, 4);
    assert_eq!(names(&mut client, &plan)[..2], ["7.1 Run the tests a hundred times", "7.2 Read the locks"]);
    assert_eq!(client.exit(), 0);
}

#[test]
fn edits_beyond_the_end_are_edits_at_the_end() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.edit(&plan, 2, [4_000_000_000, 0, 4_294_967_295, 7], "- [ ] 2.2 Beyond\n");
    // And beyond the end of a line: its end.
    client.edit(&plan, 3, [7, 900, 7, 901], " and more");
    // A range whose end lies before its start is empty.
    client.edit(&plan, 4, [9, 0, 3, 0], "- [ ] 1.3 Turned\n");
    let expected = [
        "1.1 Run the tests a hundred times and more",
        "1.2 Read the locks",
        "1.3 Turned",
        "2.1 Hold the lock while counting",
        "2.2 Beyond",
    ];
    assert_eq!(names(&mut client, &plan), expected);
    let far = json!({"line": 4_000_000_000_u32, "character": 4_000_000_000_u32});
    client.request("textDocument/hover", json!({"textDocument": {"uri": plan}, "position": far})).unwrap();
    // Below zero there are no lines.
    let below = json!({"line": -1, "character": 0});
    let error =
        client.request("textDocument/hover", json!({"textDocument": {"uri": plan}, "position": below}));
    assert_eq!(error.unwrap_err()["code"], -32602);
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_position_inside_a_character_is_beside_it() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    // 🔎 is two units of UTF-16, at 17 and 18.
    let inside = json!({"line": 4, "character": 18});
    client.request("textDocument/hover", json!({"textDocument": {"uri": plan}, "position": inside})).unwrap();
    client.edit(&plan, 2, [4, 18, 4, 18], "!");
    let symbols = client.ask("textDocument/documentSymbol", &plan);
    let name = symbols[0]["name"].as_str().unwrap().to_owned();
    assert!(name == "Phase 1: Find !🔎 them" || name == "Phase 1: Find 🔎! them", "{name}");
    assert_eq!(client.exit(), 0);
}

#[test]
fn documents_that_are_no_files_are_plans_too() {
    for uri in
        ["untitled:Untitled-1", "vscode-remote://ssh-remote%2Bhost/home/ann/plan.md", "git:/a/plan.md?%7B%7D"]
    {
        let workspace = Workspace::new();
        let mut client = Client::start(&Setup::new(&workspace.root()));
        let document = json!({"uri": uri, "languageId": "markdown", "version": 1, "text": PLAN});
        client.notify("textDocument/didOpen", json!({"textDocument": document}));
        client.diagnostics(uri, 1);
        assert_eq!(client.hints(uri)[0], "1/3 · 33%", "{uri}");
        assert_eq!(names(&mut client, uri).len(), 3, "{uri}");
        for method in ["tallymark/status", "tallymark/tasks", "tallymark/timeline", "tallymark/graph"] {
            let answer = client.request(method, json!({"textDocument": {"uri": uri}})).unwrap();
            assert!(answer.is_object(), "{method} {uri}");
        }
        client.actions(uri, [7, 8], None);
        client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
        assert_eq!(client.ask("textDocument/documentSymbol", uri), Value::Null);
        assert_eq!(client.exit(), 0);
    }
}

#[test]
fn one_file_is_one_document_however_its_uri_is_spelled() {
    let workspace = Workspace::empty();
    workspace.write("docs/plans/my für #1.md", &PLAN.replace("plan-outputs/fix/", "plan-outputs/my für #1/"));
    workspace.write("docs/plan-outputs/my für #1/status.json", STATUS);
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.uri("docs/plans/my%20f%C3%BCr%20%231.md");
    client.open(&plan, &workspace.read("docs/plans/my für #1.md"));
    assert_eq!(client.diagnostics(&plan, 1)["diagnostics"][0]["code"], "TM103");
    assert_eq!(client.hints(&plan)[0], "0/3 · 0%");
    // The same, with other characters escaped.
    let other = workspace.uri("docs/plans/my%20f%c3%bcr%20%231%2Emd");
    client.edit(&other, 2, [8, 3, 8, 4], " ");
    assert_eq!(client.diagnostics(&plan, 2)["diagnostics"], json!([]));
    assert_eq!(names(&mut client, &other).len(), 3);
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": other}}));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": other}}));
    assert_eq!(client.ask("textDocument/documentSymbol", &plan), Value::Null);
    assert_eq!(client.exit(), 0);
}

#[test]
fn parameters_of_another_kind_are_refused() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    for params in
        ["", r#","params":null"#, r#","params":[]"#, r#","params":7"#, r#","params":{"textDocument":3}"#]
    {
        for method in
            ["textDocument/hover", "textDocument/rename", "workspace/executeCommand", "tallymark/tasks"]
        {
            let id = client.next_id();
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"{params}}}"#);
            client.send_raw(&frame_text(&body));
            let code = client.answer(id).unwrap_err()["code"].clone();
            assert!([json!(-32602), json!(-32600)].contains(&code), "{body}: {code}");
        }
        for method in [
            "textDocument/didOpen",
            "textDocument/didChange",
            "workspace/didChangeWatchedFiles",
            "$/setTrace",
        ] {
            let body = format!(r#"{{"jsonrpc":"2.0","method":"{method}"{params}}}"#);
            client.send_raw(&frame_text(&body));
        }
    }
    assert_eq!(names(&mut client, &workspace.plan()).len(), 3);
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_message_of_a_hundred_megabytes_is_answered() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let megabytes = "a [ ] b\\n".repeat(100 * 1024 * 1024 / 9);
    // Where nobody looks, in a document that is no plan for its size, and in place of JSON.
    let id = client.next_id();
    client.send_raw(&frame_text(&format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"textDocument/documentSymbol","params":{{"textDocument":{{"uri":"untitled:a"}},"more":"{megabytes}"}}}}"#
    )));
    assert_eq!(client.answer(id).unwrap(), Value::Null);
    client.send_raw(&frame_text(&format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"untitled:b.md","languageId":"markdown","version":1,"text":"{megabytes}"}}}}}}"#
    )));
    assert_eq!(client.ask("textDocument/documentSymbol", "untitled:b.md"), Value::Null);
    let status =
        client.request("tallymark/status", json!({"textDocument": {"uri": "untitled:b.md"}})).unwrap();
    assert_eq!(status["why"], "it is larger than 64 MiB");
    client.send_raw(&frame_text(&megabytes));
    assert_eq!(client.nameless_answer()["error"]["code"], -32700);
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string(format!("/proc/{}/status", client.process())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kibibytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        // The message, what it was decoded to, and the document that is kept.
        assert!(kibibytes < 800 * 1024, "{kibibytes} KiB");
    }
    assert_eq!(client.exit(), 0);
}
