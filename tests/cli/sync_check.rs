//! `sync-check`: the comparison that programs read.

use serde_json::json;

use crate::support::{PLAN, STATUS, STATUS_TEXT, Workspace};

#[test]
fn it_says_where_plan_and_status_json_differ_and_changes_neither() {
    let workspace = Workspace::sample();
    workspace
        .write(STATUS, STATUS_TEXT.replace("\"2.2\"", "\"9.9\"").replace("Round trip", "Paint the shed"));
    let before = workspace.files();
    let run = workspace.run(&["sync-check"]);
    let told = run.exits(1).json();
    assert_eq!(
        told,
        json!({
            "planPath": PLAN,
            "statusJsonTasks": 5,
            "markdownTasks": 5,
            "inSync": false,
            "discrepancies": [{
                "id": "1.2",
                "description": "Write the parser",
                "statusJson": "pending",
                "markdownChecked": true,
                "issue": "checked in the markdown, but not completed in status.json",
            }],
            "onlyInStatusJson": [{ "id": "9.9", "description": "Paint the shed", "status": "pending" }],
            "onlyInMarkdown": [{ "id": "2.2", "description": "Round trip", "checked": false }],
            "summary": { "discrepancyCount": 1, "onlyInStatusJsonCount": 1, "onlyInMarkdownCount": 1 },
            "recommendation": "run `tallymark check`: it shows each difference in its place, and how to mend it",
        })
    );
    assert!(run.out.starts_with("{\n  \"planPath\": "), "{}", run.out);
    assert_eq!(workspace.run(&["sync-check", "--json"]).out, run.out);
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_agrees_is_in_sync() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, workspace.read(PLAN).replace("[x] 1.2", "[ ] 1.2"));
    let told = workspace.run(&["sync-check", "--plan", PLAN]).exits(0).json();
    assert_eq!((&told["inSync"], &told["discrepancies"]), (&json!(true), &json!([])));
}

#[test]
fn an_open_box_of_a_completed_task_counts_where_boxes_are_kept() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, workspace.read(PLAN).replace("[x]", "[ ]"));
    workspace.run(&["sync-check"]).exits(0);
    workspace.write("tallymark.toml", "boxes = \"mirror\"\n");
    let told = workspace.run(&["sync-check"]).exits(1).json();
    assert_eq!(told["discrepancies"][0]["id"], "1.1");
    assert_eq!(
        told["discrepancies"][0]["issue"],
        "completed in status.json, but not checked in the markdown"
    );
}

#[test]
fn without_a_status_json_that_can_be_read_there_is_nothing_to_compare() {
    let workspace = Workspace::sample();
    workspace.write(STATUS, "{");
    let run = workspace.run(&["sync-check"]);
    run.exits(2);
    assert_eq!(run.err, format!("error: {STATUS} cannot be read\n  `tallymark check` says why\n"));
    std::fs::remove_file(workspace.path(STATUS)).unwrap();
    let run = workspace.run(&["sync-check"]);
    run.exits(2);
    assert_eq!(run.err, format!("error: there is no {STATUS}\n  `tallymark init` makes it\n"));
    assert_eq!(run.out, "");
}
