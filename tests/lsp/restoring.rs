//! A status.json that cannot be read is brought back, after a question.

use serde_json::json;

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

const STATUS_FILE: &str = "docs/plan-outputs/fix/status.json";

/// A workspace with this as its status.json, and a client that has seen that, with a person who answers so.
fn broken(text: &str, answer: Option<&'static str>) -> (Workspace, Client) {
    let workspace = Workspace::new();
    workspace.write(STATUS_FILE, text);
    let client = Client::start(&Setup { answer, ..Setup::new(&workspace.root()) });
    client.open(&workspace.plan(), PLAN);
    let published = client.diagnostics_where(&workspace.status(), |_| true);
    assert_eq!(published["diagnostics"][0]["code"], "TM301");
    (workspace, client)
}

#[test]
fn the_newest_whole_one_comes_back_and_what_is_lost_is_told() {
    let cut = &STATUS[..STATUS.find("\"1.2\"").unwrap()];
    let (workspace, mut client) = broken(cut, Some("Yes"));
    // The generation before it, where the store keeps it.
    workspace.write("docs/plan-outputs/fix/status.json.bak", STATUS);
    let actions = client.actions(&workspace.plan(), [0, 3], None);
    let restore = actions.iter().find(|action| action["title"] == format!("Restore {STATUS_FILE}")).unwrap();
    let answer = client.execute(&restore["command"]);
    let question = client.asked("window/showMessageRequest")["params"]["message"].clone();
    let question = question.as_str().unwrap();
    assert!(
        question.starts_with("Bring status.json back? It would be the copy number 1 (3 tasks)."),
        "{question}"
    );
    assert_eq!((&answer["restored"], &answer["generation"]), (&json!(true), &json!(1)));
    assert_eq!(workspace.read(STATUS_FILE), STATUS);
    client.diagnostics_where(&workspace.status(), |params| params["diagnostics"] == json!([]));
}

#[test]
fn what_needs_no_guess_is_mended() {
    let (workspace, mut client) = broken(&format!("{STATUS}}}]}}\n"), Some("Yes"));
    let call = json!({"command": "tallymark.restore", "arguments": [{"plan": workspace.plan()}]});
    let answer = client.execute(&call);
    assert!(answer["mended"][0].as_str().unwrap().starts_with("what stood behind the end"), "{answer}");
    client.diagnostics_where(&workspace.status(), |params| params["diagnostics"] == json!([]));
    // Nothing is wrong with it now.
    let refused = client.execute(&call)["refused"].as_str().unwrap().to_owned();
    assert!(refused.contains("whole"), "{refused}");
}

#[test]
fn without_an_answer_nothing_is_done() {
    let cut = &STATUS[..STATUS.find("\"1.2\"").unwrap()];
    let (workspace, mut client) = broken(cut, None);
    // On the finding itself, and nothing is kept: it would be made of the plan.
    client.open(&workspace.status(), cut);
    let (last, line) = cut.lines().enumerate().last().unwrap();
    let end = [last as u32, line.trim_end().encode_utf16().count() as u32];
    let fixes = client.actions(&workspace.status(), end, Some("quickfix"));
    let fix = fixes.iter().find(|fix| fix["title"] == "Restore status.json").unwrap();
    assert_eq!(client.execute(&fix["command"]), json!({"restored": false}));
    let question = client.asked("window/showMessageRequest")["params"]["message"].clone();
    assert!(question.as_str().unwrap().contains("made from the marks of the plan"), "{question}");
    assert_eq!(workspace.read(STATUS_FILE), cut);
}
