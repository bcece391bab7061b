//! What helps to write: completion, Enter, folds, growing selections.

use serde_json::{Value, json};

use crate::client::{Client, Setup, uri};
use crate::workspace::{PLAN, STATUS, Workspace};

/// A client that takes all that there is.
fn able(workspace: &Workspace) -> Setup {
    let mut setup = Setup::new(&workspace.root());
    let text_document = &mut setup.initialize["capabilities"]["textDocument"];
    text_document["completion"] = json!({"completionItem": {
        "snippetSupport": true, "documentationFormat": ["markdown", "plaintext"], "labelDetailsSupport": true,
    }});
    text_document["inlayHint"] = json!({"resolveSupport": {"properties": ["tooltip"]}});
    text_document["codeAction"]["dataSupport"] = json!(true);
    text_document["codeAction"]["resolveSupport"] = json!({"properties": ["edit"]});
    text_document["codeLens"] = json!({"resolveSupport": {"properties": ["command"]}});
    text_document["foldingRange"] = json!({"foldingRange": {"collapsedText": true}});
    setup
}

/// The offers at a position.
fn complete(client: &mut Client, uri: &str, [line, character]: [u32; 2]) -> Vec<Value> {
    let params = json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}});
    let answer = client.request("textDocument/completion", params).unwrap();
    answer["items"].as_array().cloned().unwrap_or_default()
}

fn labels(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["label"].as_str().unwrap()).collect()
}

#[test]
fn dependencies_are_offered_and_more_is_told_of_one_when_it_is_asked_for() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    // Columns count behind umlauts, an emoji and a line end of two characters.
    let text = PLAN.replace("counting (depends: 1.1)", "zählen 🔒 (depends: 1.1, )").replace('\n', "\r\n");
    client.open(&workspace.plan(), &text);
    let line = text.lines().nth(12).unwrap();
    let column = line.encode_utf16().count() as u32 - 1;
    let items = complete(&mut client, &workspace.plan(), [12, column]);
    assert_eq!(labels(&items), ["1.2", "Phase 1"]);
    let at = json!({"line": 12, "character": column});
    assert_eq!(items[0]["textEdit"], json!({"range": {"start": at, "end": at}, "newText": "1.2"}));
    assert_eq!(items[0]["labelDetails"]["description"], "Read the locks");
    let resolved = client.request("completionItem/resolve", items[0].clone()).unwrap();
    assert_eq!(resolved["documentation"]["kind"], "markdown");
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("Read the locks"), "{resolved}");
    // What is not ours comes back as it went.
    let foreign = json!({"label": "x", "data": {"document": "file:///elsewhere.md"}});
    assert_eq!(client.request("completionItem/resolve", foreign.clone()).unwrap(), foreign);
}

#[test]
fn a_client_that_says_nothing_gets_plain_words_and_no_snippets() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), &format!("{PLAN}\n## \n"));
    let items = complete(&mut client, &workspace.plan(), [14, 3]);
    assert_eq!(labels(&items), ["Phase 3:"]);
    assert_eq!(items[0]["textEdit"]["newText"], "Phase 3: ");
    assert!(items[0]["insertTextFormat"].is_null() && items[0]["detail"].is_string(), "{}", items[0]);

    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), &format!("{PLAN}\n## \n"));
    let items = complete(&mut client, &workspace.plan(), [14, 3]);
    assert_eq!(items[0]["insertTextFormat"], 2);
    assert_eq!(items[0]["textEdit"]["newText"], "Phase 3: ${1:Name}\n\n- [ ] 3.1 ${2:First task}");
}

#[test]
fn a_status_file_is_offered_what_the_plan_knows() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), PLAN);
    let status = uri(&workspace.root().join("docs/plan-outputs/fix/status.json"));
    client.open(&status, &STATUS.replace("\"id\": \"1.2\"", "\"id\": \"\""));
    assert_eq!(labels(&complete(&mut client, &status, [8, 13])), ["1.2"]);
    let line = STATUS.lines().nth(8).unwrap();
    let column = line[..line.find("pending").unwrap()].encode_utf16().count() as u32;
    assert_eq!(
        labels(&complete(&mut client, &status, [8, column])),
        ["pending", "in_progress", "completed", "failed", "skipped"]
    );
    assert_eq!(complete(&mut client, &status, [0, 0]), [Value::Null; 0]);
}

#[test]
fn enter_behind_a_task_begins_the_next() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), PLAN);
    client.edit(&workspace.plan(), 2, [8, 24, 8, 24], "\n");
    let typed = |client: &mut Client, line: u32, ch: &str| {
        let params = json!({
            "textDocument": {"uri": workspace.plan()}, "position": {"line": line, "character": 0}, "ch": ch,
            "options": {"tabSize": 4, "insertSpaces": true},
        });
        client.request("textDocument/onTypeFormatting", params).unwrap()
    };
    let edits = typed(&mut client, 9, "\n");
    assert_eq!(edits[0]["newText"], "- [ ] 1.3 ");
    assert_eq!(typed(&mut client, 9, ";"), json!(null));
    client.edit(&workspace.plan(), 3, [9, 0, 9, 0], "- [ ] 1.3 ");
    client.edit(&workspace.plan(), 4, [9, 10, 9, 10], "\n");
    let at = |line: u32| json!({"line": line, "character": 0});
    let removal = json!([{"range": {"start": at(9), "end": at(10)}, "newText": ""}]);
    assert_eq!(typed(&mut client, 10, "\n"), removal);
}

#[test]
fn finished_phases_are_regions_that_say_how_far_they_are() {
    let workspace = Workspace::empty();
    let plan = uri(&workspace.root().join("docs/plans/fix.md"));
    let text = PLAN.replace("- [ ] 1.1", "- [x] 1.1").replace("1.2 Read the locks", "1.2 Read\n  the locks");
    let mut client = Client::start(&able(&workspace));
    client.open(&plan, &text);
    assert_eq!(
        client.ask("textDocument/foldingRange", &plan),
        json!([
            {"startLine": 4, "endLine": 9, "kind": "region", "collapsedText": "2/2 · 100%"},
            {"startLine": 8, "endLine": 9},
            {"startLine": 11, "endLine": 13, "collapsedText": "0/1 · 0%"},
        ])
    );
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["textDocument"]["foldingRange"] = json!({"rangeLimit": 1});
    let mut client = Client::start(&setup);
    client.open(&plan, &text);
    assert_eq!(
        client.ask("textDocument/foldingRange", &plan),
        json!([{"startLine": 4, "endLine": 9, "kind": "region"}])
    );
}

#[test]
fn a_selection_grows_at_every_position_that_is_asked_for() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), PLAN);
    let positions = json!([{"line": 7, "character": 12}, {"line": 999, "character": 0}]);
    let params = json!({"textDocument": {"uri": workspace.plan()}, "positions": positions});
    let selections = client.request("textDocument/selectionRange", params).unwrap();
    assert_eq!(selections.as_array().unwrap().len(), 2);
    let mut step = &selections[0];
    let mut starts = Vec::new();
    while !step.is_null() {
        starts.push(
            [&step["range"]["start"]["line"], &step["range"]["start"]["character"]]
                .map(|one| one.as_u64().unwrap()),
        );
        step = &step["parent"];
    }
    // Word, title, line, phase, file.
    assert_eq!(starts, [[7, 10], [7, 10], [7, 0], [4, 0], [0, 0]]);
}

#[test]
fn tooltips_and_edits_are_told_when_they_are_asked_for() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), PLAN);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let params = json!({"textDocument": {"uri": workspace.plan()}, "range": range});
    let hints = client.request("textDocument/inlayHint", params).unwrap();
    assert!(hints[0]["tooltip"].is_null(), "{hints}");
    let resolved = client.request("inlayHint/resolve", hints[0].clone()).unwrap();
    assert!(resolved["tooltip"].as_str().unwrap().contains("of 3 completed"), "{resolved}");

    let untidy = PLAN.replace("- [ ] 2.1", "-[ ] 2.1");
    client.edit(&workspace.plan(), 2, [12, 0, 12, 9], "-[ ] 2.1");
    let action = client.actions(&workspace.plan(), [12, 1], Some("quickfix")).remove(0);
    assert!(action["edit"].is_null() && action["command"].is_null(), "{action}");
    let resolved = client.request("codeAction/resolve", action.clone()).unwrap();
    let edit = &resolved["edit"]["documentChanges"][0];
    assert_eq!(edit["textDocument"]["version"], 2);
    assert_eq!(edit["edits"].as_array().unwrap().len(), 1, "{untidy}: {edit}");
    // After another edit it is an action of a text that is gone.
    client.edit(&workspace.plan(), 3, [0, 2, 0, 2], "x");
    assert_eq!(client.request("codeAction/resolve", action).unwrap_err()["code"], -32801);
}

#[test]
fn a_lens_gets_its_command_when_it_is_shown_and_any_client_can_run_it() {
    let workspace = Workspace::new();
    let mut client = Client::start(&able(&workspace));
    client.open(&workspace.plan(), PLAN);
    let lenses = client.ask("textDocument/codeLens", &workspace.plan());
    let mut titles = Vec::new();
    let mut start = Value::Null;
    for lens in lenses.as_array().unwrap() {
        assert!(lens["command"].is_null(), "{lens}");
        let resolved = client.request("codeLens/resolve", lens.clone()).unwrap();
        assert_eq!(resolved["range"], lens["range"]);
        titles.push(resolved["command"]["title"].as_str().unwrap().to_owned());
        if titles.last().unwrap() == "Start" {
            start = resolved["command"].clone();
        }
    }
    assert_eq!(titles.iter().filter(|title| *title == "Start").count(), 2, "{titles:?}");
    assert!(titles.contains(&"blocked by 1.1".to_owned()), "{titles:?}");
    let done = client.execute(&start);
    assert_eq!(done["changed"].as_array().unwrap().len(), 1, "{done}");
    client.edit(&workspace.plan(), 2, [0, 2, 0, 2], "x");
    assert_eq!(client.request("codeLens/resolve", lenses[0].clone()).unwrap_err()["code"], -32801);
}

#[test]
fn what_is_no_plan_is_answered_with_nothing() {
    let workspace = Workspace::empty();
    let readme = uri(&workspace.root().join("README.md"));
    let mut client = Client::start(&able(&workspace));
    client.open(&readme, "# Read me\n\n- [ ] a\n- [");
    assert_eq!(complete(&mut client, &readme, [3, 3]), [Value::Null; 0]);
    for method in ["foldingRange", "semanticTokens/full"] {
        assert_eq!(client.ask(&format!("textDocument/{method}"), &readme), Value::Null, "{method}");
    }
}
