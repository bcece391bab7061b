//! Diagnostics: where, how, once, and gone when they should be.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

fn codes(params: &Value) -> Vec<&str> {
    let diagnostics = params["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap_or("none")).collect()
}

#[test]
fn a_finding_has_its_place_its_page_and_the_other_file() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let published = client.diagnostics(&workspace.plan(), 1);
    assert_eq!(codes(&published), ["TM103"]);
    let finding = &published["diagnostics"][0];
    assert_eq!(finding["range"]["start"]["line"], 8);
    assert_eq!(finding["severity"], 2);
    assert_eq!(finding["source"], "tallymark");
    assert!(finding["codeDescription"]["href"].as_str().unwrap().ends_with("/docs/rules/TM103.md"));
    let related = &finding["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], workspace.status());
    assert_eq!(related["location"]["range"]["start"]["line"], 8);
    assert_eq!(client.exit(), 0);
}

#[test]
fn each_analysed_version_is_published_once_and_a_closed_document_is_cleared() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    // Untick 1.2, then tick it again.
    client.edit(&workspace.plan(), 2, [8, 3, 8, 4], " ");
    assert_eq!(codes(&client.diagnostics(&workspace.plan(), 2)), [""; 0]);
    client.edit(&workspace.plan(), 3, [8, 3, 8, 4], "x");
    assert_eq!(codes(&client.diagnostics(&workspace.plan(), 3)), ["TM103"]);
    // A question about the same version, and a save, publish nothing again.
    client.ask("textDocument/documentSymbol", &workspace.plan());
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": workspace.plan()}}));
    client.ask("textDocument/documentSymbol", &workspace.plan());
    assert_eq!(client.published(), [Value::Null; 0]);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": workspace.plan()}}));
    let cleared = client.diagnostics_where(&workspace.plan(), |_| true);
    assert_eq!(cleared["diagnostics"], json!([]));
    assert_eq!(client.exit(), 0);
}

#[test]
fn what_is_wrong_in_status_json_is_published_there_and_cleared_with_the_plan() {
    let workspace = Workspace::new();
    workspace
        .write("docs/plan-outputs/fix/status.json", &STATUS.replace("\"completed\": 0", "\"completed\": 2"));
    let client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let published = client.diagnostics_where(&workspace.status(), |_| true);
    assert_eq!(codes(&published), ["TM109"]);
    assert_eq!(published["version"], Value::Null);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": workspace.plan()}}));
    assert_eq!(client.diagnostics_where(&workspace.status(), |_| true)["diagnostics"], json!([]));
}

#[test]
fn an_open_status_json_counts_as_it_is_shown() {
    let workspace = Workspace::new();
    let client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.status(), STATUS);
    client.open(&workspace.plan(), PLAN);
    assert_eq!(codes(&client.diagnostics(&workspace.plan(), 1)), ["TM103"]);
    let line = STATUS.lines().position(|line| line.contains("\"1.2\"")).unwrap() as u32;
    let column = STATUS.lines().nth(line as usize).unwrap().find("pending").unwrap() as u32 + 1;
    // One more than the byte: the columns are UTF-16, in which the emoji before it is two units for four bytes.
    let column = column - 3;
    client.edit(&workspace.status(), 2, [line, column, line, column + 7], "completed");
    let published = client.diagnostics_where(&workspace.plan(), |params| codes(params) != ["TM103"]);
    assert!(!codes(&published).contains(&"TM103"), "{published}");
    // Closed without saving: the disk counts again.
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": workspace.status()}}));
    client.diagnostics_where(&workspace.plan(), |params| codes(params) == ["TM103"]);
}

#[test]
fn markdown_that_is_no_plan_gets_nothing() {
    let workspace = Workspace::empty();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let readme = workspace.uri("README.md");
    for text in ["# Hello\n\nText with a [link](x).\n", "", "# Shopping\n\n- [ ] milk\n"] {
        client.open(&readme, text);
        for method in ["textDocument/documentSymbol", "textDocument/codeLens"] {
            assert_eq!(client.ask(method, &readme), Value::Null, "{method} of {text:?}");
        }
        assert_eq!(client.hints(&readme), [""; 0]);
        client.notify("textDocument/didClose", json!({"textDocument": {"uri": readme}}));
    }
    client.request("shutdown", Value::Null).unwrap();
    assert_eq!(client.published(), [Value::Null; 0]);
}

#[test]
fn a_file_with_boxes_that_is_no_plan_can_be_made_one() {
    let workspace = Workspace::empty();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let list = workspace.uri("list.md");
    client.open(&list, "# Shopping\n\n- [ ] milk\n- [x] bread\n");
    let actions = client.actions(&list, [2, 3], None);
    let action = actions.iter().find(|action| action["title"] == "Treat this file as a plan").unwrap();
    client.execute(&action["command"]);
    assert!(workspace.read("tallymark.toml").contains("glob = \"list.md\""));
    client.diagnostics(&list, 1);
    let symbols = client.ask("textDocument/documentSymbol", &list);
    assert_eq!((&symbols[0]["name"], &symbols[1]["name"]), (&json!("milk"), &json!("bread")));
}

#[test]
fn a_wrong_setting_is_shown_in_the_settings_file() {
    let workspace = Workspace::new();
    workspace.write("tallymark.toml", "boxes = \"both\"\n[rules]\nTM103 = \"hint\"\n");
    let client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let published = client.diagnostics_where(&workspace.uri("tallymark.toml"), |_| true);
    assert_eq!(published["diagnostics"][0]["range"]["start"]["line"], 0);
    assert_eq!(client.diagnostics(&workspace.plan(), 1)["diagnostics"][0]["severity"], 4);
}

#[test]
fn the_clients_settings_count_below_the_files() {
    let workspace = Workspace::new();
    let configuration = Some(json!({"rules": {"TM103": "off"}}));
    let setup = Setup { configuration, ..Setup::new(&workspace.root()) };
    let client = Client::start(&setup);
    client.open(&workspace.plan(), PLAN);
    client.diagnostics_where(&workspace.plan(), |params| codes(params).is_empty());
    workspace.write("tallymark.toml", "[rules]\nTM103 = \"error\"\n");
    let watched = json!({"changes": [{"uri": workspace.uri("tallymark.toml"), "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", watched);
    let published = client.diagnostics_where(&workspace.plan(), |params| !codes(params).is_empty());
    assert_eq!(published["diagnostics"][0]["severity"], 1);
}

#[test]
fn a_client_that_only_pulls_is_told_nothing_and_answered() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["textDocument"] = json!({"diagnostic": {}});
    let mut client = Client::start(&setup);
    client.open(&workspace.plan(), PLAN);
    let report = client.ask("textDocument/diagnostic", &workspace.plan());
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"][0]["code"], "TM103");
    assert_eq!(client.published(), [Value::Null; 0]);
}
