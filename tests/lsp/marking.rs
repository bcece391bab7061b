//! Marking tasks from the editor.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

const STATUS_FILE: &str = "docs/plan-outputs/fix/status.json";

/// The action of a title.
fn action(actions: &[Value], title: &str) -> Value {
    let titles: Vec<&Value> = actions.iter().map(|action| &action["title"]).collect();
    let found = actions.iter().find(|action| action["title"] == title);
    found.unwrap_or_else(|| panic!("{title} is not among {titles:?}")).clone()
}

/// The lines of `after` that `before` does not have at their place.
fn changed_lines(before: &str, after: &str) -> Vec<String> {
    let before: Vec<&str> = before.lines().collect();
    after.lines().filter(|line| !before.contains(line)).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_mark_changes_its_task_in_status_json_and_nothing_else() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let actions = client.actions(&plan, [8, 3], None);
    let answer = client.execute(&action(&actions, "Mark 1.2 complete")["command"]);
    assert_eq!(answer, json!({"changed": ["1.2"], "already": []}));
    let after = workspace.read(STATUS_FILE);
    let changed = changed_lines(STATUS, &after);
    let of_task = changed.iter().filter(|line| line.contains("1.2") || line.contains("completed")).count();
    let of_head = changed.iter().filter(|line| line.starts_with("\"lastUpdatedAt\"")).count();
    assert!(of_task >= 2 && of_task + of_head == changed.len(), "{changed:#?}");
    assert_eq!(
        after.lines().filter(|line| !changed.contains(&line.trim().to_owned())).count() + changed.len(),
        after.lines().count()
    );
    // The finding is gone and the hints say it, without anybody having looked at the disk.
    client.diagnostics_where(&plan, |params| params["diagnostics"] == json!([]));
    assert_eq!(client.hints(&plan)[0], "1/3 · 33%");
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_lens_starts_a_task_and_a_phase_is_marked_at_once() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let lenses = client.ask("textDocument/codeLens", &plan);
    let start = lenses
        .as_array()
        .unwrap()
        .iter()
        .find(|lens| lens["range"]["start"]["line"] == 7 && lens["command"]["title"] == "Start");
    client.execute(&start.unwrap()["command"]);
    assert!(workspace.read(STATUS_FILE).contains("in_progress\""));
    let actions = client.actions(&plan, [4, 3], Some("refactor.rewrite.tallymark.complete"));
    let complete = actions.iter().find(|action| action["disabled"].is_null()).unwrap();
    client.execute(&complete["command"]);
    assert_eq!(client.hints(&plan)[0], "2/3 · 66%");
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_task_that_waits_for_another_says_so() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    // Asked for by its kind, the action that cannot be is there with the reason.
    let actions = client.actions(&workspace.plan(), [12, 3], Some("refactor.rewrite.tallymark.start"));
    let start = action(&actions, "Mark 2.1 started");
    assert_eq!(start["disabled"]["reason"], "blocked by 1.1");
    assert!(start["command"].is_null());
    // Otherwise it is not shown beside those that can.
    let titles: Vec<Value> = client
        .actions(&workspace.plan(), [12, 3], None)
        .iter()
        .map(|action| action["title"].clone())
        .collect();
    assert!(
        !titles.contains(&json!("Mark 2.1 started")) && titles.contains(&json!("Mark 2.1 complete")),
        "{titles:?}"
    );
}

#[test]
fn the_last_change_is_undone_and_done_again() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let actions = client.actions(&plan, [8, 3], None);
    client.execute(&action(&actions, "Mark 1.2 complete")["command"]);
    let done = workspace.read(STATUS_FILE);
    let actions = client.actions(&plan, [8, 3], Some("refactor.rewrite.tallymark.undo"));
    let undo = action(&actions, "Undo the last change of status.json")["command"].clone();
    assert_eq!(client.execute(&undo), json!({"undone": ["1.2"], "redo": false}));
    assert_eq!(workspace.read(STATUS_FILE), STATUS);
    assert_eq!(client.hints(&plan)[0], "0/3 · 0%");
    assert_eq!(client.execute(&undo), json!({"undone": ["1.2"], "redo": true}));
    assert_eq!(workspace.read(STATUS_FILE), done);
    assert_eq!(client.hints(&plan)[0], "1/3 · 33%");
    // Somebody else comes in between.
    std::fs::write(workspace.root().join(STATUS_FILE), format!("{done}\n")).unwrap();
    let refused = client.execute(&undo)["refused"].as_str().unwrap().to_owned();
    assert!(refused.contains("a program that keeps no history"), "{refused}");
    assert_eq!(client.exit(), 0);
}

#[test]
fn what_is_not_legal_is_refused_in_words() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let mark = |to: &str| json!({"command": "tallymark.mark", "arguments": [{"plan": workspace.plan(), "keys": ["1.1"], "to": to}]});
    client.execute(&mark("completed"));
    let again = client.execute(&mark("completed"));
    assert_eq!(again, json!({"changed": [], "already": ["1.1"]}));
    let refused = client.execute(&mark("in_progress"));
    let message = client.notified("window/showMessage")["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("1.1 is completed") && message.contains(refused["refused"].as_str().unwrap()),
        "{message}"
    );
    let unknown = json!({"command": "tallymark.mark", "arguments": [{"plan": workspace.plan(), "keys": ["9.9"], "to": "pending"}]});
    assert_eq!(client.execute(&unknown)["refused"], "the plan has no task 9.9");
}

#[test]
fn an_unsaved_status_json_is_not_written_under_its_editor() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.open(&workspace.status(), STATUS);
    client.edit(&workspace.status(), 2, [0, 1, 0, 1], " ");
    let mark = json!({"command": "tallymark.mark", "arguments": [{"plan": workspace.plan(), "keys": ["1.1"], "to": "completed"}]});
    let refused = client.execute(&mark)["refused"].as_str().unwrap().to_owned();
    assert!(refused.contains("not saved"), "{refused}");
    assert_eq!(workspace.read(STATUS_FILE), STATUS);
    client.edit(&workspace.status(), 3, [0, 1, 0, 2], "");
    assert_eq!(client.execute(&mark)["changed"], json!(["1.1"]));
}

#[test]
fn without_a_status_json_the_box_is_set_by_the_editor() {
    let workspace = Workspace::empty();
    workspace.write("docs/plans/fix.md", PLAN);
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let actions = client.actions(&workspace.plan(), [7, 3], None);
    client.execute(&action(&actions, "Mark 1.1 complete")["command"]);
    let edit = client.asked("workspace/applyEdit")["params"]["edit"]["documentChanges"][0].clone();
    assert_eq!(edit["textDocument"], json!({"uri": workspace.plan(), "version": 1}));
    assert_eq!(edit["edits"][0]["newText"], "x");
    assert_eq!(edit["edits"][0]["range"]["start"], json!({"line": 7, "character": 3}));
    assert_eq!(workspace.read("docs/plans/fix.md"), PLAN);
}

#[test]
fn a_status_json_is_made_from_the_plan() {
    let workspace = Workspace::empty();
    workspace.write("docs/plans/fix.md", PLAN);
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    assert_eq!(client.diagnostics(&plan, 1)["diagnostics"][0]["code"], "TM112");
    let actions = client.actions(&plan, [0, 3], None);
    let init = actions.iter().find(|action| action["command"]["command"] == "tallymark.init").unwrap();
    assert_eq!(client.execute(&init["command"])["tasks"], 3);
    assert!(workspace.read(STATUS_FILE).contains("\"id\": \"2.1\""));
    client.diagnostics_where(&plan, |params| params["diagnostics"] == json!([]));
    assert_eq!(client.hints(&plan)[0], "1/3 · 33%");
}

#[test]
fn a_fix_of_a_finding_names_it_and_mends_it() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let published = client.diagnostics(&plan, 1);
    let fixes = client.actions(&plan, [8, 3], Some("quickfix"));
    assert!(fixes.iter().all(|fix| fix["kind"] == "quickfix"), "{fixes:?}");
    assert_eq!(fixes[0]["diagnostics"], published["diagnostics"]);
    let in_status = fixes.iter().find(|fix| fix["command"]["command"] == "tallymark.status.apply").unwrap();
    assert_eq!(client.execute(&in_status["command"])["changed"], 1);
    client.diagnostics_where(&plan, |params| params["diagnostics"] == json!([]));
    let in_plan = fixes.iter().find(|fix| fix["edit"].is_object()).unwrap();
    assert_eq!(in_plan["edit"]["documentChanges"][0]["textDocument"]["uri"], plan);
    assert_eq!(client.exit(), 0);
}

#[test]
fn hovers_tell_both_sides() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.open(&workspace.status(), STATUS);
    let mut hover = |uri: &str, line: u32| {
        let at = json!({"line": line, "character": 8});
        let hover = client
            .request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": at}))
            .unwrap();
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let of_plan = hover(&workspace.plan(), 8);
    assert!(of_plan.contains("Read the locks") && of_plan.contains("pending"), "{of_plan}");
    let of_status = hover(&workspace.status(), 8);
    assert!(of_status.contains("Read the locks"), "{of_status}");
}

#[test]
fn where_boxes_mirror_status_json_the_box_follows_it() {
    let workspace = Workspace::new();
    workspace.write("tallymark.toml", "boxes = \"mirror\"\n");
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let actions = client.actions(&workspace.plan(), [7, 3], None);
    let answer = client.execute(&action(&actions, "Mark 1.1 complete")["command"]);
    assert_eq!(answer["changed"], json!(["1.1"]));
    // When the client is asked to tick, status.json says it already.
    let edit = client.asked("workspace/applyEdit")["params"]["edit"]["documentChanges"][0].clone();
    assert_eq!((&edit["edits"][0]["newText"], &edit["textDocument"]["version"]), (&json!("x"), &json!(1)));
    assert!(workspace.read(STATUS_FILE).contains("completedAt"));
}
