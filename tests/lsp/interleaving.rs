//! Edits, questions, cancellations and changes on disk in random orders: every question has one answer, and what the client
//! has in the end is what a fresh server would tell it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::{Client, Setup};
use crate::workspace::{PLAN, STATUS, Workspace};

/// A small generator of numbers: the same seed gives the same session.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*, Vigna 2016.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

const METHODS: [&str; 6] = [
    "textDocument/documentSymbol",
    "textDocument/codeLens",
    "tallymark/status",
    "tallymark/tasks",
    "tallymark/graph",
    "tallymark/nothing",
];

/// A text as the client has it, line by line.
struct Shown {
    uri: String,
    lines: Vec<String>,
    version: i32,
    open: bool,
}

impl Shown {
    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn session(seed: u64, silent: bool) {
    let mut random = Random(seed);
    let workspace = Workspace::new();
    workspace.write("docs/plans/other.md", &PLAN.replace("plan-outputs/fix", "plan-outputs/other"));
    let mut setup = Setup::new(&workspace.root());
    setup.silent = silent;
    let mut client = Client::start(&setup);
    let mut shown: Vec<Shown> = ["docs/plans/fix.md", "docs/plans/other.md"]
        .map(|path| Shown {
            uri: workspace.uri(path),
            lines: workspace.read(path).lines().map(str::to_owned).collect(),
            version: 0,
            open: false,
        })
        .into();
    let mut asked = Vec::new();
    for _ in 0..400 {
        let which = random.below(2) as usize;
        let document = &mut shown[which];
        match random.below(12) {
            0 if document.open => {
                document.open = false;
                client.notify("textDocument/didClose", json!({"textDocument": {"uri": document.uri}}));
            }
            0..=5 if !document.open => {
                document.version += 1;
                document.open = true;
                let text = document.text();
                let item = json!({"uri": document.uri, "languageId": "markdown", "version": document.version, "text": text});
                client.notify("textDocument/didOpen", json!({"textDocument": item}));
            }
            1..=5 => {
                let line = random.below(document.lines.len() as u64) as usize;
                let texts =
                    ["- [ ] 1.1 Run the tests", "- [x] 1.2 Read the locks", "## Phase 3: More", "", "```"];
                let text = texts[random.below(5) as usize];
                document.version += 1;
                let at = line as u32;
                client.edit(&document.uri, document.version, [at, 0, at + 1, 0], &format!("{text}\n"));
                document.lines[line] = text.to_owned();
            }
            6..=8 => {
                let method = METHODS[random.below(METHODS.len() as u64) as usize];
                asked.push(client.send(method, json!({"textDocument": {"uri": document.uri}})));
            }
            9 => {
                // One that may be answered already, or never was asked.
                let known = asked.len() as u64;
                let id = if known == 0 {
                    77_777
                } else {
                    asked[(known - 1 - random.below(known.min(3))) as usize]
                };
                client.notify("$/cancelRequest", json!({"id": id}));
            }
            10 => {
                let word = ["pending", "completed", "in_progress"][random.below(3) as usize];
                let path = "docs/plan-outputs/fix/status.json";
                workspace.write(
                    path,
                    &STATUS.replacen("\"pending\"", &format!("\"{word}\""), 1 + random.below(3) as usize),
                );
                let changes = json!([{"uri": workspace.status(), "type": 2}]);
                client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
            }
            _ => {
                let severity = ["off", "error"][random.below(2) as usize];
                let text = format!("[rules]\nTM103 = \"{severity}\"\n");
                workspace.write("tallymark.toml", &text);
                let changes = json!([{"uri": workspace.uri("tallymark.toml"), "type": 2}]);
                client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
            }
        }
    }
    for id in asked {
        if let Err(error) = client.answer(id) {
            // Cancelled, or `tallymark/nothing`.
            assert!([json!(-32800), json!(-32601)].contains(&error["code"]), "seed {seed}: {error}");
        }
    }
    for document in shown.iter_mut().filter(|document| !document.open) {
        document.version += 1;
        document.open = true;
        let item = json!({"uri": document.uri, "languageId": "markdown", "version": document.version, "text": document.text()});
        client.notify("textDocument/didOpen", json!({"textDocument": item}));
    }
    // A fresh server on the files and texts as they are now.
    let mut fresh = Client::start(&Setup::new(&workspace.root()));
    let mut expected = BTreeMap::new();
    for document in &shown {
        fresh.open(&document.uri, &document.text());
        fresh.ask("textDocument/codeLens", &document.uri);
    }
    for document in &shown {
        let told = fresh.published().into_iter().rfind(|told| told["uri"] == document.uri.as_str());
        expected.insert(document.uri.clone(), told.map_or(json!([]), |told| told["diagnostics"].clone()));
    }
    for document in &shown {
        // Disk events are heard in their own time; the end is the same.
        let wanted = &expected[&document.uri];
        client.shows(&document.uri, wanted, &format!("seed {seed}"));
        let symbols = client.ask("textDocument/documentSymbol", &document.uri);
        assert_eq!(symbols, fresh.ask("textDocument/documentSymbol", &document.uri), "seed {seed}");
    }
    assert_eq!(client.answered_twice(), Vec::<i64>::new(), "seed {seed}");
    let shut_down = client.request("shutdown", Value::Null).unwrap();
    assert_eq!(shut_down, Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 0);
    assert_eq!(fresh.exit(), 0);
}

#[test]
fn any_interleaving_ends_as_a_fresh_server_begins() {
    for seed in 1..=8 {
        session(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed), false);
    }
}

#[test]
fn so_it_does_for_a_client_that_answers_nothing() {
    for seed in 1..=3 {
        session(0xD1B5_4A32_D192_ED03_u64.wrapping_mul(seed), true);
    }
}
