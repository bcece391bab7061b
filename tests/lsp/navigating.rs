//! Ways between plans, status.json, findings and other files.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

fn at(uri: &str, [line, character]: [u32; 2]) -> Value {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

/// `file:line:column` of the start of a location.
fn short(location: &Value, range: &str) -> String {
    let uri = location.get("uri").or(location.get("targetUri")).unwrap().as_str().unwrap();
    let start = &location[range]["start"];
    format!("{}:{}:{}", uri.rsplit('/').next().unwrap(), start["line"], start["character"])
}

fn all(locations: &Value) -> Vec<String> {
    locations.as_array().unwrap().iter().map(|location| short(location, "range")).collect()
}

fn workspace_with_findings() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("docs/plan-outputs/fix/findings/1-1.md", "# Findings\n\nIt hangs.\n");
    workspace
        .write("docs/plan-outputs/fix/findings/2-1.md", "# Findings\n\nWaits for what task 1.1 found.\n");
    workspace
}

#[test]
fn a_dependency_leads_to_its_task_its_entry_and_its_phase() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let (plan, status) = (workspace.plan(), workspace.status());
    client.open(&plan, PLAN);
    client.open(&status, STATUS);
    let dependency = at(&plan, [12, 50]);
    let mut go = |method: &str, from: &Value| {
        let found = client.request(&format!("textDocument/{method}"), from.clone()).unwrap();
        if found.is_null() { String::new() } else { short(&found, "range") }
    };
    assert_eq!(go("definition", &dependency), "fix.md:7:6");
    assert_eq!(go("declaration", &dependency), "fix.md:7:6");
    assert_eq!(go("implementation", &dependency), "status.json:7:12");
    assert_eq!(go("typeDefinition", &dependency), "fix.md:4:3");
    // A title names nothing; an entry of status.json leads to the plan's line.
    assert_eq!(go("definition", &at(&plan, [12, 20])), "");
    assert_eq!(go("definition", &at(&status, [9, 60])), "fix.md:12:6");
    assert_eq!(go("typeDefinition", &at(&status, [9, 60])), "fix.md:10:3");
}

#[test]
fn a_client_that_takes_links_is_told_what_is_named() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["textDocument"]["definition"] = json!({"linkSupport": true});
    let mut client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let found = client.request("textDocument/definition", at(&plan, [12, 50])).unwrap();
    assert_eq!(short(&found[0], "targetSelectionRange"), "fix.md:7:6");
    assert_eq!(found[0]["originSelectionRange"]["start"], json!({"line": 12, "character": 49}));
    let entry = client.request("textDocument/implementation", at(&plan, [12, 50])).unwrap();
    assert_eq!(short(&entry, "range"), "status.json:7:12");
}

#[test]
fn references_reach_status_json_findings_and_other_plans() {
    let workspace = workspace_with_findings();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let (plan, other) = (workspace.plan(), workspace.uri("docs/plans/next.md"));
    client.open(&plan, PLAN);
    let text =
        "# Next\n\n## Phase 1: Go on\n\n- [ ] 1.1 Wait for task 1.1 of fix.md\n- [ ] 1.2 After task 1.1\n";
    client.open(&other, text);
    let mut asked = at(&plan, [7, 7]);
    asked["context"] = json!({"includeDeclaration": true});
    let found = client.request("textDocument/references", asked.clone()).unwrap();
    let expected =
        ["fix.md:7:6", "fix.md:12:49", "status.json:7:12", "1-1.md:0:0", "2-1.md:2:20", "next.md:4:24"];
    assert_eq!(all(&found), expected);
    asked["context"] = json!({"includeDeclaration": false});
    let found = client.request("textDocument/references", asked).unwrap();
    assert_eq!(all(&found), ["fix.md:12:49", "1-1.md:0:0", "2-1.md:2:20", "next.md:4:24"]);
    let shown = client.request("textDocument/documentHighlight", at(&plan, [12, 50])).unwrap();
    assert_eq!(shown.as_array().unwrap().iter().map(|one| &one["kind"]).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn who_waits_for_whom_is_a_call_hierarchy() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["textDocument"]["callHierarchy"] = json!({});
    let mut client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let root = client.request("textDocument/prepareCallHierarchy", at(&plan, [7, 20])).unwrap();
    assert_eq!(root[0]["name"], "1.1 Run the tests a hundred times");
    // Edited since: the item still finds its task.
    client.edit(&plan, 2, [0, 0, 0, 0], "<!-- -->\n\n");
    let incoming = client.request("callHierarchy/incomingCalls", json!({"item": root[0]})).unwrap();
    assert_eq!(incoming[0]["from"]["name"], "2.1 Hold the lock while counting");
    assert_eq!(incoming[0]["fromRanges"][0]["start"], json!({"line": 14, "character": 49}));
    let back = json!({"item": incoming[0]["from"]});
    let outgoing = client.request("callHierarchy/outgoingCalls", back).unwrap();
    assert_eq!(outgoing[0]["to"]["name"], root[0]["name"]);
}

#[test]
fn links_lead_to_files_that_are_there() {
    let workspace = workspace_with_findings();
    workspace.write("docs/design.md", "# Design\n");
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, &format!("{PLAN}\nSee `docs/design.md`, `docs/gone.md` and `findings/1-1.md`.\n"));
    let links = client.ask("textDocument/documentLink", &plan);
    let targets: Vec<String> = links
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["target"].as_str().unwrap().replace(&crate::client::uri(&workspace.root()), ""))
        .collect();
    assert_eq!(
        targets,
        ["/docs/plan-outputs/fix", "/docs/design.md", "/docs/plan-outputs/fix/findings/1-1.md"]
    );
    client.open(&workspace.status(), STATUS);
    let links = client.ask("textDocument/documentLink", &workspace.status());
    assert_eq!(links[0]["target"], plan);
}

#[test]
fn symbols_of_all_open_plans_come_best_first() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client
        .open(&workspace.uri("docs/plans/next.md"), "# Next\n\n- [x] Unlock the door\n- [ ] Lock it again\n");
    let found = client.request("workspace/symbol", json!({"query": "lock"})).unwrap();
    let names: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|symbol| {
            format!("{} | {}", symbol["name"].as_str().unwrap(), symbol["containerName"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        names,
        [
            "Lock it again | Next",
            "1.2 Read the locks | Fix the races › Phase 1: Find 🔎 them",
            "2.1 Hold the lock while counting | Fix the races › Phase 2: Fix them",
            "Unlock the door | Next — completed",
        ]
    );
}

#[test]
fn an_editor_that_shows_headings_is_given_the_tasks_alone() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.configuration = Some(json!({"outline": "tasks"}));
    setup.initialize["initializationOptions"] = json!({"outline": "tasks"});
    let mut client = Client::start(&setup);
    client.open(&workspace.plan(), PLAN);
    let symbols = client.ask("textDocument/documentSymbol", &workspace.plan());
    let names: Vec<&str> =
        symbols.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["1.1 Run the tests a hundred times", "1.2 Read the locks", "2.1 Hold the lock while counting"]
    );
}

#[test]
fn files_that_are_renamed_are_found_again_in_open_and_closed_plans() {
    let workspace = Workspace::new();
    workspace.write(
        "docs/plans/next.md",
        "# Next\n\nAfter [the fix](fix.md#phase-1) and [this](other.md).\n\n- [ ] Go on\n",
    );
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["workspace"]["fileOperations"] = json!({"willRename": true});
    setup.initialize["capabilities"]["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = json!({});
    let mut client = Client::start(&setup);
    client.open(&workspace.plan(), PLAN);
    let rename = |from: &str, to: &str| json!({"files": [{"oldUri": workspace.uri(from), "newUri": workspace.uri(to)}]});
    let edit = client
        .request("workspace/willRenameFiles", rename("docs/plans/fix.md", "docs/plans/mend.md"))
        .unwrap();
    let change = &edit["documentChanges"][0];
    assert_eq!(
        (&change["textDocument"]["uri"], &change["textDocument"]["version"]),
        (&json!(workspace.uri("docs/plans/next.md")), &Value::Null)
    );
    assert_eq!(change["edits"][0]["newText"], "mend.md#phase-1");
    assert_eq!(
        edit["changeAnnotations"][change["edits"][0]["annotationId"].as_str().unwrap()]["label"],
        "Update links in plans"
    );
    let edit =
        client.request("workspace/willRenameFiles", rename("docs/plan-outputs", "docs/outputs")).unwrap();
    let change = &edit["documentChanges"][0];
    assert_eq!(
        (&change["textDocument"]["version"], &change["edits"][0]["newText"]),
        (&json!(1), &json!("docs/outputs/fix/"))
    );
    assert_eq!(
        client.request("workspace/willRenameFiles", rename("docs/a.png", "docs/b.png")).unwrap(),
        Value::Null
    );
    assert_eq!(workspace.read("docs/plan-outputs/fix/status.json"), STATUS);
}

#[test]
fn a_client_that_cannot_is_not_offered_it() {
    let workspace = Workspace::new();
    let mut client = Client::spawn(&Setup::new(&workspace.root()));
    let able = client.request("initialize", Setup::new(&workspace.root()).initialize).unwrap();
    assert_eq!(able["capabilities"]["callHierarchyProvider"], Value::Null);
    assert_eq!(able["capabilities"]["workspace"]["fileOperations"], Value::Null);
    assert_eq!(able["capabilities"]["definitionProvider"], true);
}
