//! Semantic tokens: whole, of a range, and what changed.

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, Workspace};

fn numbers(data: &Value) -> Vec<u64> {
    data.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

/// All tokens by the request for a range, which leaves what the server remembers as it is.
fn by_range(client: &mut Client, uri: &str) -> Vec<u64> {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 100_000, "character": 0}});
    let params = json!({"textDocument": {"uri": uri}, "range": range});
    numbers(&client.request("textDocument/semanticTokens/range", params).unwrap()["data"])
}

#[test]
fn tokens_say_where_ids_and_marks_are_and_in_which_state() {
    let workspace = Workspace::new();
    let setup = Setup::new(&workspace.root());
    let mut client = Client::spawn(&setup);
    let capabilities = client.request("initialize", setup.initialize.clone()).unwrap()["capabilities"].take();
    client.notify("initialized", json!({}));
    client.open(&workspace.plan(), &PLAN.replace("## Phase 2", "## 🔎 Phase 2"));
    let legend = &capabilities["semanticTokensProvider"]["legend"];
    let data = numbers(&client.ask("textDocument/semanticTokens/full", &workspace.plan())["data"]);
    let name = |names: &Value, index: u64| names[index as usize].as_str().unwrap().to_owned();
    let told: Vec<String> = data
        .chunks(5)
        .map(|token| {
            let bits = (0..10).filter(|bit| token[4] & (1 << bit) != 0);
            let modifiers: Vec<String> = bits.map(|bit| name(&legend["tokenModifiers"], bit)).collect();
            let kind = name(&legend["tokenTypes"], token[3]);
            format!("+{}:{} {} {kind} {}", token[0], token[1], token[2], modifiers.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        [
            "+4:9 1 namespace declaration",
            "+3:2 3 enumMember pending",
            "+0:4 3 variable declaration pending",
            "+1:2 3 enumMember pending",
            "+0:4 3 variable declaration pending",
            "+2:12 1 namespace declaration",
            "+2:2 3 enumMember pending",
            "+0:4 3 variable declaration pending",
            "+0:43 3 variable pending",
        ]
        .map(|line| line.trim_end())
    );
    assert_eq!(by_range(&mut client, &workspace.plan()), data);
}

#[test]
fn what_changed_makes_of_the_old_tokens_the_new_ones_whatever_was_edited() {
    let workspace = Workspace::new();
    let mut client = Client::start(&Setup::new(&workspace.root()));
    let plan = workspace.plan();
    let mut text: String = (1..=60).fold("# P\n\n## Phase 1: Ä\n\n".to_owned(), |text, task| {
        format!("{text}- [ ] 1.{task} Täsk 🔎 {task} (depends: 1.{})\n", task - 1)
    });
    client.open(&plan, &text);
    let full = client.ask("textDocument/semanticTokens/full", &plan);
    let mut id = full["resultId"].as_str().unwrap().to_owned();
    let mut data = numbers(&full["data"]);
    let pieces = [
        "",
        "x",
        "\n",
        "\n- [x] 1.99 New\n",
        " (depends: 1.7)",
        "🔎",
        "- [ ] ",
        "1.5",
        "\n\n## Phase 2: B\n",
        "```\n",
    ];
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut deltas = 0;
    for version in 2..200 {
        // An edit of whole characters somewhere, told as the whole text.
        let boundaries: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let from = random(boundaries.len());
        let to = (from + random(6)).min(boundaries.len() - 1);
        text.replace_range(boundaries[from]..boundaries[to], pieces[random(pieces.len())]);
        let params =
            json!({"textDocument": {"uri": plan, "version": version}, "contentChanges": [{"text": text}]});
        client.notify("textDocument/didChange", params);
        let params = json!({"textDocument": {"uri": plan}, "previousResultId": id});
        let delta = client.request("textDocument/semanticTokens/full/delta", params).unwrap();
        let edits = delta["edits"].as_array().expect("what changed, not all");
        for edit in edits {
            let start = edit["start"].as_u64().unwrap() as usize;
            let deleted = edit["deleteCount"].as_u64().unwrap() as usize;
            data.splice(start..start + deleted, numbers(&edit["data"]));
            deltas += usize::from(edit["data"].as_array().unwrap().len() < 200);
        }
        id = delta["resultId"].as_str().unwrap().to_owned();
        assert_eq!(data, by_range(&mut client, &plan), "version {version}: {text}");
    }
    assert!(deltas > 100, "only {deltas} edits were told as little as they are");
    let params = json!({"textDocument": {"uri": plan}, "previousResultId": "no such"});
    let all = client.request("textDocument/semanticTokens/full/delta", params).unwrap();
    assert_eq!(numbers(&all["data"]), data);
}
