//! status.json changes on disk, and the editor follows.

use std::process::Command;

use serde_json::json;

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

fn follows(setup: &Setup, workspace: &Workspace) {
    let mut client = Client::start(setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    assert_eq!(client.diagnostics(&plan, 1)["diagnostics"][0]["code"], "TM103");
    assert_eq!(client.hints(&plan)[0], "0/3 · 0%");
    let status = "docs/plan-outputs/fix/status.json";
    // 1.2 is completed by somebody else: nothing disagrees any more but the summary.
    let completed = STATUS.replace(
        "\"Read the locks\", \"status\": \"pending\"",
        "\"Read the locks\", \"status\": \"completed\"",
    );
    workspace.write(status, &completed);
    client.diagnostics_where(&plan, |params| {
        let diagnostics = params["diagnostics"].as_array().unwrap();
        diagnostics.iter().all(|diagnostic| diagnostic["code"] != "TM103")
    });
    client.asked("workspace/inlayHint/refresh");
    assert_eq!(client.hints(&plan)[0], "1/3 · 33%");
    // It goes, and comes back somewhere else.
    std::fs::remove_file(workspace.path(status)).unwrap();
    client.diagnostics_where(&plan, |params| params["diagnostics"][0]["code"] == "TM112");
    workspace.write("docs/plans/status.json", STATUS);
    client.diagnostics_where(&plan, |params| params["diagnostics"][0]["code"] == "TM103");
    assert_eq!(client.hints(&plan)[0], "0/3 · 0%");
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_change_by_another_process_is_followed() {
    let workspace = Workspace::new();
    follows(&Setup::new(&workspace.root()), &workspace);
}

#[test]
fn without_a_sidecar_it_is_followed_too_and_that_is_said() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.environment.push(("TALLYMARK_SIDECAR", "/no/such/program".to_owned()));
    follows(&setup, &workspace);
    let client = Client::start(&setup);
    client.open(&workspace.plan(), PLAN);
    let logged = client.notified("window/logMessage");
    assert!(logged["message"].as_str().unwrap().contains("/no/such/program does not start"), "{logged}");
}

#[test]
fn the_command_line_marks_a_task_and_the_editor_shows_it() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    assert_eq!(client.diagnostics(&plan, 1)["diagnostics"][0]["code"], "TM103");
    let marked = Command::new(env!("CARGO_BIN_EXE_tallymark"))
        .args(["complete", "1.2", "--plan", "docs/plans/fix.md"])
        .current_dir(workspace.root())
        .output()
        .unwrap();
    assert!(marked.status.success(), "{marked:?}");
    client.diagnostics_where(&plan, |params| params["diagnostics"] == json!([]));
    client.asked("workspace/codeLens/refresh");
    assert_eq!(client.hints(&plan)[0], "1/3 · 33%");
    assert_eq!(client.exit(), 0);
}
