//! Requests beyond the protocol.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

fn of(uri: &str) -> Value {
    json!({"textDocument": {"uri": uri}})
}

#[test]
fn what_is_offered_is_answered() {
    let workspace = Workspace::new();
    let mut client = Client::spawn(&Setup::new(&workspace.root()));
    let result = client.request("initialize", Setup::new(&workspace.root()).initialize).unwrap();
    client.notify("initialized", json!({}));
    let requests =
        result["capabilities"]["experimental"]["tallymark"]["requests"].as_array().unwrap().clone();
    assert!(requests.len() >= 5, "{requests:?}");
    // One of them asks for a text by its URI, and leaves the other alone.
    let of = |uri: &str| {
        let text = format!("tallymark:/as-status/x.md?{}", uri.replace(':', "%3A"));
        json!({"textDocument": {"uri": uri}, "uri": text})
    };
    for method in requests {
        let method = method.as_str().unwrap();
        // Of a plan that is not open.
        let answer = client.request(method, of(&workspace.plan())).unwrap();
        assert!(answer.is_object(), "{method}: {answer}");
        // What is no plan is answered too.
        client.request(method, of(&workspace.uri("README.md"))).unwrap();
        client.request(method, of("untitled:Untitled-1")).unwrap();
    }
    assert_eq!(client.exit(), 0);
}

#[test]
fn the_status_bar_hears_how_far_it_is_or_why_not() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let status = client.request("tallymark/status", of(&plan)).unwrap();
    assert_eq!(status["why"], Value::Null);
    let told = &status["plan"];
    assert_eq!(told["path"], "docs/plans/fix.md");
    assert_eq!(told["progress"]["text"], "0/3 · 0%");
    // 1.2 is ticked and not completed.
    assert_eq!((&told["drift"], &told["findings"]["warning"]), (&json!(1), &json!(1)), "{told}");
    assert_eq!(told["status"], workspace.status());
    // The unsaved text counts.
    client.edit(&plan, 2, [8, 3, 8, 4], " ");
    assert_eq!(client.request("tallymark/status", of(&plan)).unwrap()["plan"]["drift"], 0);
    client.open(&workspace.status(), STATUS);
    let of_status = client.request("tallymark/status", of(&workspace.status())).unwrap();
    assert_eq!(of_status["plan"]["uri"], plan);

    let page = workspace.uri("notes.md");
    client.open(&page, "# Notes\n\nNo box here.\n");
    let status = client.request("tallymark/status", of(&page)).unwrap();
    assert_eq!(status["plan"], Value::Null);
    assert!(status["why"].as_str().is_some_and(|why| !why.is_empty()), "{status}");
    assert_eq!(
        client.request("tallymark/status", of(&workspace.uri("b.md"))).unwrap()["why"],
        "it is not open"
    );
    assert_eq!(client.exit(), 0);
}

#[test]
fn the_list_of_plans_is_told_by_what_changed() {
    let workspace = Workspace::new();
    workspace.write("docs/plans/other.md", &PLAN.replace("races", "leaks").replace("fix/", "other/"));
    workspace.write("README.md", "# Not a plan\n");
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let first = client.request("tallymark/plans", json!({})).unwrap();
    assert_eq!(first["full"], true);
    assert_eq!(paths(&first), ["docs/plans/fix.md"]);
    // The others are found on disk.
    client.notified("tallymark/plansChanged");
    let second = client.request("tallymark/plans", json!({"since": first["revision"]})).unwrap();
    assert_eq!((&second["full"], paths(&second)), (&json!(false), vec!["docs/plans/other.md".to_owned()]));
    assert_eq!(second["plans"][0]["title"], "Fix the leaks");
    // Nothing is new.
    let third = client.request("tallymark/plans", json!({"since": second["revision"]})).unwrap();
    assert_eq!((&third["revision"], paths(&third).len()), (&second["revision"], 0));
    // An edit that changes what is told of the plan is news, once.
    client.edit(&plan, 2, [8, 3, 8, 4], " ");
    let told = client.notified("tallymark/plansChanged");
    let fourth = client.request("tallymark/plans", json!({"since": second["revision"]})).unwrap();
    assert_eq!(
        (paths(&fourth), &fourth["plans"][0]["drift"]),
        (vec!["docs/plans/fix.md".to_owned()], &json!(0))
    );
    assert_eq!(fourth["revision"], told["revision"]);
    // So is a plan that goes; the client says that it saw files change.
    std::fs::remove_file(workspace.path("docs/plans/other.md")).unwrap();
    let gone = json!([{"uri": workspace.uri("docs/plans/other.md"), "type": 3}]);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": gone}));
    client.notified("tallymark/plansChanged");
    let fifth = client.request("tallymark/plans", json!({"since": fourth["revision"]})).unwrap();
    assert_eq!(fifth["removed"], json!([workspace.uri("docs/plans/other.md")]));
    // A client that is behind our memory, or of another server, is told everything.
    let all = client.request("tallymark/plans", json!({"since": 1_000_000})).unwrap();
    assert_eq!((&all["full"], paths(&all)), (&json!(true), vec!["docs/plans/fix.md".to_owned()]));
    // Closed, it is as it is on disk: ticked again.
    client.notify("textDocument/didClose", of(&plan));
    let closed = client.request("tallymark/plans", json!({})).unwrap();
    assert_eq!(paths(&closed), ["docs/plans/fix.md"]);
    assert_eq!(closed["plans"][0]["drift"], 1);
    assert_eq!(client.exit(), 0);
}

#[test]
fn folders_that_come_and_go_change_the_list() {
    let (one, two) = (Workspace::new(), Workspace::new());
    two.write("docs/plans/second.md", PLAN);
    let mut client = Client::start(&Setup::new(&one.root()));
    let revision = client.request("tallymark/plans", json!({})).unwrap()["revision"].clone();
    client.notified("tallymark/plansChanged");
    let list = client.request("tallymark/plans", json!({"since": revision})).unwrap();
    assert_eq!(paths(&list), ["docs/plans/fix.md"]);
    let folder = |workspace: &Workspace| json!([{"uri": crate::client::uri(&workspace.root()), "name": "x"}]);
    let change = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    client.notify("workspace/didChangeWorkspaceFolders", change(folder(&two), json!([])));
    client.notified("tallymark/plansChanged");
    let list = client.request("tallymark/plans", json!({})).unwrap();
    assert_eq!(list["plans"].as_array().unwrap().len(), 3, "{list}");
    client.notify("workspace/didChangeWorkspaceFolders", change(json!([]), folder(&one)));
    client.notified("tallymark/plansChanged");
    let list = client.request("tallymark/plans", json!({})).unwrap();
    assert_eq!(paths(&list), ["docs/plans/fix.md", "docs/plans/second.md"]);
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_tree_gets_phases_and_tasks() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let on_disk = client.request("tallymark/tasks", of(&workspace.plan())).unwrap();
    assert_eq!(on_disk["version"], Value::Null);
    client.open(&workspace.plan(), PLAN);
    let open = client.request("tallymark/tasks", of(&workspace.plan())).unwrap();
    assert_eq!(open["version"], 1);
    assert_eq!((&open["tasks"], &open["phases"]), (&on_disk["tasks"], &on_disk["phases"]));
    assert_eq!(open["phases"][0]["progress"]["text"], "0/2 · 0%");
    let task = |index: usize| &open["tasks"][index];
    assert_eq!((&task(1)["key"], &task(1)["findings"]), (&json!("1.2"), &json!(["TM103"])));
    assert_eq!(task(1)["position"], json!({"line": 8, "character": 0}));
    assert_eq!((&task(2)["phase"], &task(2)["blockedBy"]), (&json!(1), &json!(["1.1"])));
    assert_eq!((&task(0)["state"], &task(0)["status"]), (&json!("pending"), &json!("pending")));
}

#[test]
fn the_timeline_tells_times_and_changes() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let empty = client.request("tallymark/timeline", of(&plan)).unwrap();
    assert_eq!((&empty["tasks"], &empty["changes"]), (&json!([]), &json!([])));
    let mark = json!({"plan": plan, "keys": ["1.1"], "to": "in_progress"});
    let marked = client.execute(&json!({"command": "tallymark.mark", "arguments": [mark]}));
    assert_eq!(marked["changed"], json!(["1.1"]), "{marked}");
    let timeline = client.request("tallymark/timeline", of(&plan)).unwrap();
    let task = &timeline["tasks"][0];
    assert_eq!((&task["key"], &task["state"]), (&json!("1.1"), &json!("in progress")));
    assert!(task["startedAt"].as_i64().unwrap() <= timeline["now"].as_i64().unwrap());
    assert_eq!(task["completedAt"], Value::Null);
    let change = &timeline["changes"].as_array().unwrap().last().unwrap();
    assert_eq!((&change["task"], &change["to"]), (&json!("1.1"), &json!("in_progress")), "{timeline}");
}

#[test]
fn the_graph_tells_who_waits_for_whom() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let graph = client.request("tallymark/graph", of(&workspace.plan())).unwrap();
    assert_eq!(graph["arrows"], json!([[0, 2]]));
    assert_eq!((&graph["tasks"][2]["look"], &graph["tasks"][0]["unblocks"]), (&json!("waiting"), &json!(1)));
    assert_eq!(graph["criticalPath"], json!([0, 2]));
    assert_eq!(graph["ready"][0], 0);
}

fn paths(list: &Value) -> Vec<String> {
    let plans = list["plans"].as_array().unwrap();
    plans.iter().map(|plan| plan["path"].as_str().unwrap().to_owned()).collect()
}
