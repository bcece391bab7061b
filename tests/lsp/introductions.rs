//! What real editors say at first.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

/// Ten recorded introductions, from VS Code to Kate: each is understood, and gets diagnostics one way and one way only.
#[test]
fn recorded_editors_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/editors/protocol/initialize");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: there are no recordings at {}", folder.display());
        return;
    };
    let mut seen = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let workspace = Workspace::new();
        let mut setup = Setup::new(&workspace.root());
        setup.initialize = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        setup.initialize["processId"] = Value::Null;
        let mut client = Client::spawn(&setup);
        let result = client
            .request("initialize", setup.initialize.clone())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let offered = &setup.initialize["capabilities"]["general"]["positionEncodings"][0];
        let expected = if offered.is_null() { json!("utf-16") } else { offered.clone() };
        assert_eq!(result["capabilities"]["positionEncoding"], expected, "{name}");
        assert_eq!(result["capabilities"]["diagnosticProvider"], Value::Null, "{name}");
        client.notify("initialized", json!({}));
        client.open(&workspace.plan(), PLAN);
        let published = client.diagnostics(&workspace.plan(), 1);
        assert_eq!(published["diagnostics"][0]["code"], "TM103", "{name}");
        assert!(client.ask("textDocument/documentSymbol", &workspace.plan()).is_array(), "{name}");
        client.notify("exit", Value::Null);
        client.exit_code();
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} recordings");
}
