//! Many edits at once.

use serde_json::json;

use crate::client::{Client, Setup, frame};
use crate::workspace::{PLAN, Workspace};

/// A thousand edits back to back, questions between them: the end is the final text, questions see what was said before
/// them, versions never go back, and there are far fewer analyses than edits.
#[test]
fn a_burst_ends_in_the_final_text() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    let behind = PLAN.lines().nth(7).unwrap().len();
    let mut bytes = Vec::new();
    let mut asked = Vec::new();
    for version in 2..=1_001 {
        // Each edit puts another digit behind the title of task 1.1 and takes the one before it away.
        let end = if version == 2 { behind } else { behind + 5 };
        let range = json!({"start": {"line": 7, "character": behind}, "end": {"line": 7, "character": end}});
        bytes.extend(frame(&json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
            "textDocument": {"uri": plan, "version": version},
            "contentChanges": [{"range": range, "text": format!(" {version:04}")}],
        }})));
        if version % 100 == 0 {
            let id = 10_000 + i64::from(version);
            asked.push((id, version));
            bytes.extend(frame(&json!({
                "jsonrpc": "2.0", "id": id, "method": "textDocument/documentSymbol",
                "params": {"textDocument": {"uri": plan}},
            })));
        }
    }
    client.send_raw(&bytes);
    for (id, version) in asked {
        let symbols = client.answer(id).unwrap();
        let expected = format!("1.1 Run the tests a hundred times {version:04}");
        assert_eq!(symbols[0]["children"][0]["name"], expected);
    }
    let symbols = client.ask("textDocument/documentSymbol", &plan);
    assert_eq!(symbols[0]["children"][0]["name"], "1.1 Run the tests a hundred times 1001");
    let versions: Vec<i64> =
        client.published().iter().filter_map(|params| params["version"].as_i64()).collect();
    assert!(versions.is_sorted_by(|a, b| a < b) && versions.last() == Some(&1_001), "{versions:?}");
    // Nine hundred ninety edits are between questions; each question costs one analysis at most.
    assert!(versions.len() <= 100, "{} analyses", versions.len());
    assert_eq!(client.exit(), 0);
}
