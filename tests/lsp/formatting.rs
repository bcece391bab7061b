//! Formatting: off, until the settings ask for it.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

fn format(client: &mut Client, uri: &str) -> Value {
    let options = json!({"tabSize": 2, "insertSpaces": true});
    client
        .request("textDocument/formatting", json!({"textDocument": {"uri": uri}, "options": options}))
        .unwrap()
}

#[test]
fn formatting_does_what_the_settings_ask_for_and_nothing_else() {
    let workspace = Workspace::new();
    let setup = Setup::new(&workspace.root());
    let mut client = Client::spawn(&setup);
    let capabilities = client.request("initialize", setup.initialize.clone()).unwrap()["capabilities"].take();
    // This client cannot be offered it later.
    assert_eq!(capabilities["documentFormattingProvider"], true);
    client.notify("initialized", json!({}));
    let text = PLAN.replace("- [ ] 1.1", "*   [ ]  1.1").replace("- [x] 1.2", "* [X] 1.2");
    client.open(&workspace.plan(), &text);
    assert_eq!(format(&mut client, &workspace.plan()), json!([]));

    let settings = crate::client::uri(&workspace.root().join("tallymark.toml"));
    client.open(&settings, "[format]\nmarks = true\nbullets = \"-\"\n");
    let edits = format(&mut client, &workspace.plan());
    let told: Vec<String> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
            format!("{}:{}-{} {}", start["line"], start["character"], end["character"], edit["newText"])
        })
        .collect();
    assert_eq!(told, ["7:0-1 \"-\"", "7:1-4 \" \"", "7:7-9 \" \"", "8:0-1 \"-\"", "8:3-4 \"x\""]);

    let range = json!({"start": {"line": 8, "character": 3}, "end": {"line": 8, "character": 3}});
    let params = json!({
        "textDocument": {"uri": workspace.plan()}, "range": range,
        "options": {"tabSize": 2, "insertSpaces": true},
    });
    let edits = client.request("textDocument/rangeFormatting", params).unwrap();
    assert_eq!(edits.as_array().unwrap().len(), 2, "{edits}");
}

#[test]
fn a_client_that_can_wait_is_offered_formatting_while_the_settings_ask_for_it() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    for name in ["formatting", "rangeFormatting"] {
        setup.initialize["capabilities"]["textDocument"][name] = json!({"dynamicRegistration": true});
    }
    let mut client = Client::spawn(&setup);
    let capabilities = client.request("initialize", setup.initialize.clone()).unwrap()["capabilities"].take();
    assert_eq!(capabilities["documentFormattingProvider"], Value::Null);
    client.notify("initialized", json!({}));
    client.open(&workspace.plan(), PLAN);
    client.diagnostics(&workspace.plan(), 1);
    let settings = crate::client::uri(&workspace.root().join("tallymark.toml"));
    client.open(&settings, "[format]\nbullets = \"*\"\n");
    let registered = client.asked("client/registerCapability");
    let methods: Vec<&str> = registered["params"]["registrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|registration| registration["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, ["textDocument/formatting", "textDocument/rangeFormatting"]);
    client.edit(&settings, 2, [0, 0, 2, 0], "");
    let withdrawn = client.asked("client/unregisterCapability");
    assert_eq!(withdrawn["params"]["unregisterations"].as_array().unwrap().len(), 2);
}
