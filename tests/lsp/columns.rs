//! Columns in the client's units, and positions outside the text.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

/// The column behind `## Phase 1: Find 🔎 them`, where the phase's hint stands.
fn hint_column(encodings: Option<&[&str]>) -> (Value, Value) {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    if let Some(encodings) = encodings {
        setup.initialize["capabilities"]["general"] = json!({"positionEncodings": encodings});
    }
    let mut client = Client::spawn(&setup);
    let result = client.request("initialize", setup.initialize.clone()).unwrap();
    client.notify("initialized", json!({}));
    client.open(&workspace.plan(), PLAN);
    let range = json!({"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 99}});
    let params = json!({"textDocument": {"uri": workspace.plan()}, "range": range});
    let hints = client.request("textDocument/inlayHint", params).unwrap();
    (result["capabilities"]["positionEncoding"].clone(), hints[0]["position"]["character"].clone())
}

#[test]
fn columns_are_counted_as_was_agreed() {
    let heading = PLAN.lines().nth(4).unwrap();
    let utf16 = heading.encode_utf16().count();
    assert_eq!(hint_column(None), (json!("utf-16"), json!(utf16)));
    assert_eq!(hint_column(Some(&["utf-16", "utf-8"])), (json!("utf-16"), json!(utf16)));
    assert_eq!(hint_column(Some(&["utf-8", "utf-16"])), (json!("utf-8"), json!(heading.len())));
    assert_eq!(hint_column(Some(&["utf-32"])), (json!("utf-32"), json!(heading.chars().count())));
}

#[test]
fn edits_behind_an_emoji_land_where_they_were_made() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    let column = PLAN.lines().nth(4).unwrap().encode_utf16().count() as u32;
    client.edit(&workspace.plan(), 2, [4, column - 4, 4, column], "those");
    let symbols = client.ask("textDocument/documentSymbol", &workspace.plan());
    assert_eq!(symbols[0]["name"], "Phase 1: Find 🔎 those");
}

#[test]
fn positions_outside_the_text_are_clamped() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    client.open(&workspace.plan(), PLAN);
    client.edit(&workspace.plan(), 2, [999, 999, 4_000_000, 0], "\n- [ ] 2.2 Test it\n");
    client.edit(&workspace.plan(), 3, [7, 9_999, 7, 9_999], " and more");
    let symbols = client.ask("textDocument/documentSymbol", &workspace.plan());
    assert_eq!(symbols[0]["children"][0]["name"], "1.1 Run the tests a hundred times and more");
    assert_eq!(symbols[1]["children"][1]["name"], "2.2 Test it");
    let at = json!({"line": 4_294_967_295_u32, "character": 4_294_967_295_u32});
    let params = json!({"textDocument": {"uri": workspace.plan()}, "position": at});
    assert!(client.request("textDocument/hover", params).is_ok());
    assert_eq!(client.exit(), 0);
}
