//! Texts that are in no file.

use serde_json::json;

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

fn escaped(uri: &str) -> String {
    uri.replace('%', "%25").replace(':', "%3A").replace('/', "%2F")
}

#[test]
fn the_plan_is_shown_as_the_status_file_sees_it_and_fixes_as_what_they_change() {
    let workspace = Workspace::new();
    let mut setup = Setup::new(&workspace.root());
    setup.initialize["capabilities"]["workspace"]["textDocumentContent"] =
        json!({"dynamicRegistration": true});
    let mut client = Client::start(&setup);
    let registered = client.asked("client/registerCapability");
    assert_eq!(
        registered["params"]["registrations"][0],
        json!({"id": "tallymark texts", "method": "workspace/textDocumentContent", "registerOptions": {"schemes": ["tallymark"]}})
    );
    let plan = workspace.plan();
    client.open(&plan, PLAN);
    let uri = format!("tallymark:/as-status/fix.md?{}", escaped(&plan));
    let text = |client: &mut Client, method: &str, uri: &str| {
        client.request(method, json!({"uri": uri})).unwrap()["text"].as_str().unwrap().to_owned()
    };
    // 1.2 is ticked, and status.json says that it is pending.
    let shown = text(&mut client, "workspace/textDocumentContent", &uri);
    assert_eq!(shown, PLAN.replace("- [x] 1.2", "- [ ] 1.2"));
    assert_eq!(text(&mut client, "tallymark/content", &uri), shown);

    client.edit(&plan, 2, [12, 0, 12, 2], "-");
    let changed = client.asked("workspace/textDocumentContent/refresh");
    assert_eq!(changed["params"]["uri"], *uri);
    let safe =
        text(&mut client, "tallymark/content", &format!("tallymark:/safe-fixes/x.diff?{}", escaped(&plan)));
    assert!(safe.contains("\n--[ ] 2.1") && safe.contains("\n+- [ ] 2.1"), "{safe}");

    let start = PLAN.find("[x]").unwrap();
    let fixes: Vec<String> = (0..8)
        .flat_map(|number| [(start, number), (start + 1, number), (start - 2, number)])
        .map(|(at, number)| {
            let uri = format!("tallymark:/fix/TM103/plan/{at}/{number}/x.diff?{}", escaped(&plan));
            text(&mut client, "tallymark/content", &uri)
        })
        .filter(|text| !text.starts_with("This has been mended"))
        .collect();
    assert!(
        fixes.iter().any(|diff| diff.contains("\n-- [x] 1.2") && diff.contains("\n+- [ ] 1.2")),
        "{fixes:?}"
    );
    assert!(fixes.iter().any(|diff| diff.contains("+") && diff.contains("\"completed\"")), "{fixes:?}");
}

#[test]
fn what_is_no_text_of_ours_is_refused_and_what_is_gone_is_said() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let error = client.request("tallymark/content", json!({"uri": "tallymark:/else?x"})).unwrap_err();
    assert_eq!(error["code"], -32602);
    let gone = format!("tallymark:/as-status/x.md?{}", escaped("file:///nowhere/x.md"));
    let answer = client.request("tallymark/content", json!({"uri": gone})).unwrap();
    assert_eq!(answer["text"], "There is no plan at this place any more.\n");
    // A plan that is not open is read from the disk.
    let closed = format!("tallymark:/as-status/x.md?{}", escaped(&workspace.plan()));
    workspace.write("docs/plans/fix.md", PLAN);
    let answer = client.request("tallymark/content", json!({"uri": closed})).unwrap();
    assert!(answer["text"].as_str().unwrap().contains("- [ ] 1.2"), "{answer}");
}
