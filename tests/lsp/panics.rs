//! A panic costs one request, not the session.

use serde_json::json;

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

#[test]
fn after_a_panic_anywhere_the_server_lives_on() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.environment.push(("TALLYMARK_TEST_HOOKS", "1".to_owned()));
    let mut client = Client::start(&setup);
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    client.diagnostics(&plan, 1);
    let symbols = client.ask("textDocument/documentSymbol", &plan);

    let error = client.request("tallymark/test/panic", json!({"place": "handler"})).unwrap_err();
    assert_eq!(error["code"], -32603);
    assert_eq!(client.ask("textDocument/documentSymbol", &plan), symbols);

    // In the world: it is built anew from the texts.
    let error = client.request("tallymark/test/panic", json!({"place": "apply"})).unwrap_err();
    assert_eq!(error["code"], -32603);
    assert_eq!(client.ask("textDocument/documentSymbol", &plan), symbols);

    // In a question: only that one fails.
    client.request("tallymark/test/panic", json!({"place": "query"})).unwrap();
    let error =
        client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": plan}})).unwrap_err();
    assert_eq!(error["code"], -32603);
    assert_eq!(client.ask("textDocument/documentSymbol", &plan), symbols);

    // In an analysis: the next edit is analysed again.
    client.request("tallymark/test/panic", json!({"place": "analysis"})).unwrap();
    client.edit(&plan, 2, [8, 3, 8, 4], " ");
    assert!(client.ask("textDocument/documentSymbol", &plan).is_null());
    client.edit(&plan, 3, [8, 3, 8, 4], "x");
    assert_eq!(client.diagnostics(&plan, 3)["diagnostics"][0]["code"], "TM103");
    assert_eq!(client.ask("textDocument/documentSymbol", &plan), symbols);

    // An error in the client's log, whatever warnings stand before it.
    while client.notified("window/logMessage")["type"] != 1 {}
    assert_eq!(client.exit(), 0);
}
