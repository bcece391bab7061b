//! Renaming ids: the plan's edits only, or a reason.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

const TEXT: &str = "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] 1.1.1 Open\n- [ ] 1.2 Write (depends: 1.1)\n\nTask 1.1 needs version 1.1.\n";

fn ask(
    client: &mut Client,
    method: &str,
    uri: &str,
    [line, character]: [u32; 2],
    new: &str,
) -> Result<Value, Value> {
    let at = json!({"line": line, "character": character});
    client.request(method, json!({"textDocument": {"uri": uri}, "position": at, "newName": new}))
}

#[test]
fn an_id_is_renamed_where_it_is_written_and_named() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, TEXT);
    let prepared = ask(&mut client, "textDocument/prepareRename", &plan, [6, 27], "").unwrap();
    assert_eq!(prepared["placeholder"], "1.1");
    assert_eq!(prepared["range"]["start"], json!({"line": 6, "character": 26}));
    let nothing = ask(&mut client, "textDocument/prepareRename", &plan, [4, 11], "").unwrap();
    assert_eq!(nothing, Value::Null);
    let edit = ask(&mut client, "textDocument/rename", &plan, [6, 27], "1.5").unwrap();
    let document = &edit["documentChanges"][0];
    assert_eq!(
        (&document["textDocument"]["uri"], &document["textDocument"]["version"]),
        (&json!(plan), &json!(1))
    );
    let edits: Vec<_> = document["edits"].as_array().unwrap().iter().collect();
    let told: Vec<(u64, &str)> = edits
        .iter()
        .map(|edit| (edit["range"]["start"]["line"].as_u64().unwrap(), edit["newText"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(4, "1.5"), (5, "1.5.1"), (6, "1.5"), (8, "1.5")]);
    let refused = ask(&mut client, "textDocument/rename", &plan, [4, 7], "1.2").unwrap_err();
    assert_eq!(
        (&refused["code"], refused["message"].as_str()),
        (&json!(-32803), Some("1.2 is the id of “Write” already"))
    );
    assert_eq!(client.exit(), 0);
}

#[test]
fn the_command_edits_the_plan_and_then_writes_status_json() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let arguments = json!([{"plan": plan, "changes": [{"key": "1.1", "to": "1.9"}]}]);
    let answer = client.execute(&json!({"command": "tallymark.renumber", "arguments": arguments}));
    assert_eq!(answer["renumbered"], json!([{"from": "1.1", "to": "1.9"}]));
    let edit = client.asked("workspace/applyEdit")["params"]["edit"]["documentChanges"][0].clone();
    assert_eq!(edit["edits"][0]["newText"], "1.9");
    let status = workspace.read("docs/plan-outputs/fix/status.json");
    assert!(status.contains("\"1.9\"") && !status.contains("\"1.1\""), "{status}");
    let taken = json!([{"plan": plan, "changes": [{"key": "1.1", "to": "1.2"}]}]);
    let refused = client.execute(&json!({"command": "tallymark.renumber", "arguments": taken}));
    assert!(refused["refused"].as_str().is_some_and(|why| why.starts_with("1.2 is the id of")), "{refused}");
}

#[test]
fn counting_through_is_an_action_that_is_asked_for_by_its_kind() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, &TEXT.replace("1.2 Write", "1.4 Write"));
    let asked = client.actions(&plan, [4, 3], Some("refactor.rewrite.tallymark.renumber"));
    let titles: Vec<&str> = asked.iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Count the ids through (1 changes)"]);
    let usual = client.actions(&plan, [4, 3], None);
    assert!(usual.iter().all(|action| action["title"] != titles[0]), "{usual:?}");
    let answer = client.execute(&asked[0]["command"]);
    assert_eq!(answer["renumbered"], json!([{"from": "1.4", "to": "1.2"}]));
}
