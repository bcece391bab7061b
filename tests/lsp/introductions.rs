//! What real editors say at first, and that each gets a server that works with what it can do.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

/// Ten recorded introductions, from VS Code to Kate.
#[test]
fn recorded_editors_are_served_as_far_as_they_can() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/editors/protocol/initialize");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: there are no recordings at {}", folder.display());
        return;
    };
    let mut seen = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        serve(&name, &std::fs::read_to_string(&path).unwrap());
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} recordings");
}

/// A session of an editor that introduces itself so.
fn serve(name: &str, introduction: &str) {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    // The folder, wherever and however that editor names it.
    let folder = workspace.root().display().to_string();
    setup.initialize = serde_json::from_str(&introduction.replace("/workspace", &folder)).unwrap();
    setup.initialize["processId"] = Value::Null;
    let offered = setup.initialize["capabilities"].clone();
    let can = |pointer: &str| {
        offered.pointer(pointer).is_some_and(|value| *value != json!(false) && !value.is_null())
    };

    let mut client = Client::spawn(&setup);
    let result = client
        .request("initialize", setup.initialize.clone())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let capabilities = &result["capabilities"];
    let first = &offered["general"]["positionEncodings"][0];
    let expected = if first.is_null() { json!("utf-16") } else { first.clone() };
    assert_eq!(capabilities["positionEncoding"], expected, "{name}");
    // Pushed, so not pulled.
    assert_eq!(capabilities["diagnosticProvider"], Value::Null, "{name}");
    let prepares = capabilities["renameProvider"]["prepareProvider"] == true;
    assert_eq!(prepares, can("/textDocument/rename/prepareSupport"), "{name}");
    client.notify("initialized", json!({}));

    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let published = client.diagnostics(&plan, 1);
    let diagnostic = &published["diagnostics"][0];
    assert_eq!(diagnostic["code"], "TM103", "{name}");
    let described = !diagnostic["codeDescription"].is_null();
    assert_eq!(described, can("/textDocument/publishDiagnostics/codeDescriptionSupport"), "{name}");
    if !can("/textDocument/publishDiagnostics/relatedInformation") {
        assert_eq!(diagnostic["relatedInformation"], Value::Null, "{name}");
    }

    // Kate asks for symbols whether they were offered or not.
    let symbols = client.ask("textDocument/documentSymbol", &plan);
    let tree = symbols[0]["children"].is_array();
    assert_eq!(
        tree,
        can("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        "{name}: {symbols}"
    );
    assert_eq!(symbols[0]["location"].is_object(), !tree, "{name}");

    let markdown = offered.pointer("/textDocument/hover/contentFormat");
    let markdown =
        markdown.and_then(Value::as_array).is_some_and(|formats| formats.contains(&json!("markdown")));
    let at = json!({"textDocument": {"uri": plan}, "position": {"line": 7, "character": 8}});
    let hover = client.request("textDocument/hover", at).unwrap();
    assert_eq!(hover["contents"]["kind"], if markdown { "markdown" } else { "plaintext" }, "{name}: {hover}");

    assert_eq!(client.hints(&plan)[0], "0/3 · 0%", "{name}");
    let lenses = client.ask("textDocument/codeLens", &plan);
    assert!(lenses.as_array().is_some_and(|lenses| !lenses.is_empty()), "{name}");

    let literals = can("/textDocument/codeAction/codeActionLiteralSupport");
    let disabled = can("/textDocument/codeAction/disabledSupport");
    // Task 2.1 waits for 1.1.
    let actions = client.actions(&plan, [12, 8], None);
    assert!(!actions.is_empty(), "{name}");
    for action in &actions {
        assert_eq!(action["kind"].is_string(), literals, "{name}: {action}");
        assert!(disabled || action["disabled"].is_null(), "{name}: {action}");
    }
    let plans = client.request("tallymark/plans", json!({})).unwrap();
    assert_eq!(plans["plans"][0]["path"], "docs/plans/fix.md", "{name}");
    // The folder was understood: what lies in it and is not open is found.
    workspace.write("docs/plans/other.md", PLAN);
    let saved = json!({"textDocument": {"uri": plan}});
    client.notify("textDocument/didSave", saved);
    let mut since = plans["revision"].clone();
    let found = |list: &Value| {
        list["plans"].as_array().unwrap().iter().any(|plan| plan["path"] == "docs/plans/other.md")
    };
    loop {
        client.notified("tallymark/plansChanged");
        let list = client.request("tallymark/plans", json!({"since": since})).unwrap();
        if found(&list) {
            break;
        }
        since = list["revision"].clone();
    }

    // Nothing was asked that this editor does not answer.
    for method in client.methods_asked() {
        let takes = match method.as_str() {
            "workspace/configuration" => can("/workspace/configuration"),
            "workspace/inlayHint/refresh" => can("/workspace/inlayHint/refreshSupport"),
            "workspace/codeLens/refresh" => can("/workspace/codeLens/refreshSupport"),
            "workspace/semanticTokens/refresh" => can("/workspace/semanticTokens/refreshSupport"),
            "workspace/foldingRange/refresh" => can("/workspace/foldingRange/refreshSupport"),
            "window/workDoneProgress/create" => can("/window/workDoneProgress"),
            "client/registerCapability" => can("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            _ => false,
        };
        assert!(takes, "{name} was asked {method}");
    }
    // Kakoune's client leaves without saying so before.
    let leaves = name.starts_with("kak");
    if !leaves {
        client.request("shutdown", Value::Null).unwrap();
    }
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), i32::from(leaves), "{name}");
}
