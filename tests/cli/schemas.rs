//! What is written for programs is what `docs/schema/` says.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

/// The schema of a file in `docs/schema/`, with all that it does not name forbidden: a key that is written and not
/// documented is a defect here, though readers are asked to expect more.
fn strict(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    let mut open = vec![&mut schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if object.contains_key("properties") {
                    object.insert("additionalProperties".to_owned(), json!(false));
                }
                open.extend(object.values_mut());
            }
            Value::Array(array) => open.extend(array.iter_mut()),
            _ => {}
        }
    }
    schema
}

#[track_caller]
fn fits(name: &str, object: &Value) {
    let schema = strict(name);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(object).map(|error| format!("{} at {}", error, error.instance_path)).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{object:#}");
    if name != "sync-check" {
        assert_eq!(object["schema_version"], 1, "{name}");
    }
}

/// The schema, the arguments, the exit code. In this order, as each finds what those before it have left.
const CALLS: &[(&str, &[&str], i32)] = &[
    ("check", &["check", "--format", "json"], 1),
    ("check", &["check", "--json"], 1),
    ("explain", &["explain", "--json"], 0),
    ("explain", &["explain", "TM103", "--json", "--color", "always"], 0),
    ("explain", &["explain", "docs/plans/parser ü.md:8", "--json"], 0),
    ("error", &["explain", "TM999", "--json"], 2),
    ("dialect", &["dialect", "docs/plans/parser ü.md", "--json"], 0),
    ("next", &["next", "9", "--json"], 0),
    ("progress", &["progress", "--json"], 0),
    ("progress", &["progress", "--format", "json"], 0),
    ("graph", &["graph", "--json"], 0),
    ("renumber", &["renumber", "--from", "1.2", "--to", "1.9", "--dry-run", "--json"], 0),
    ("error", &["renumber", "--from", "1.2", "--to", "1.1", "--json"], 1),
    ("status", &["status", "--json"], 0),
    ("doctor", &["doctor", "--json"], 0),
    ("replay", &["replay", "session.jsonl", "--json"], 1),
    ("watch", &["watch", "--once", "--json"], 0),
    ("stats", &["stats", "--json"], 0),
    ("sync-check", &["sync-check", "--json"], 1),
    ("init", &["init", "--json"], 0),
    ("mark", &["start", "1.2", "--json"], 0),
    ("mark", &["complete", "1.2", "1.1", "--json"], 0),
    ("mark", &["retry", "2.1", "--json", "--dry-run"], 0),
    ("mark", &["fail", "2.2", "--error", "no ink", "--json"], 0),
    ("mark", &["skip", "2.2", "--reason", "later", "--json"], 0),
    ("mark", &["reopen", "1.1", "--json"], 0),
    ("error", &["complete", "9.9", "--json"], 1),
    ("runs", &["runs", "begin", "--json"], 0),
    ("phases", &["phases", "--json"], 0),
    ("all-plans", &["all-plans", "--json"], 0),
    ("all-plans", &["status", "--all", "--json"], 0),
    ("retries", &["retryable", "--json"], 0),
    ("increment-retry", &["increment-retry", "2.1", "--json"], 0),
    ("increment-retry", &["increment-retry", "2.1", "--error", "again", "--json"], 0),
    ("retries", &["exhausted", "--json"], 0),
    ("detect-stuck", &["detect-stuck", "--json"], 0),
    ("detect-stuck", &["detect-stuck", "--mark-failed", "--json"], 0),
    ("error", &["runs", "end", "run-1", "--json"], 1),
    ("findings-write", &["findings", "write", "1.2", "--file", "notes.md", "--json"], 0),
    ("findings-read", &["findings", "read", "1.2", "--json"], 0),
    ("error", &["findings", "read", "1.1", "--json"], 1),
    ("history", &["history", "--json"], 0),
    ("status", &["status", "--json"], 0),
    ("watch", &["watch", "--once", "--json"], 0),
    ("batch", &["batch", "lines.jsonl", "--json"], 0),
    ("undo", &["undo", "--json"], 0),
    ("undo", &["undo", "--json", "--dry-run"], 0),
    ("validate", &["validate", "--json"], 1),
    ("validate", &["validate", "--repair", "--json"], 1),
    ("generations", &["restore", "--list", "--json"], 0),
    ("restore", &["restore", "--from", "history", "--json"], 0),
    ("restore", &["restore", "--from", "2", "--json", "--dry-run"], 0),
    ("error", &["restore", "--json"], 2),
];

/// A recorded session in which the server answered as none does.
const SESSION: &str = r#"{"schema_version":1,"tallymark":"0.0.0"}
{"at":0.1,"from":"client","message":{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}}
{"at":0.2,"from":"server","message":{"jsonrpc":"2.0","id":1,"result":{"capabilities":{}}}}
"#;

#[test]
fn what_every_command_writes_is_what_its_schema_says() {
    let workspace = Workspace::sample();
    workspace.write("notes.md", "text\n");
    workspace.write("lines.jsonl", "{\"task\": \"1.1\", \"do\": \"start\"}\n");
    workspace.write("session.jsonl", SESSION);
    for (name, arguments, code) in CALLS {
        let run = workspace.run(arguments);
        assert_eq!(run.code, *code, "{arguments:?}\n{}\n{}", run.out, run.err);
        fits(name, &run.json());
    }
}

/// The same for a plan that has no status.json.
const CALLS_WITHOUT_STATUS: &[(&str, &[&str])] = &[
    ("check", &["check", "--format", "json", "--fail-on", "never"]),
    ("next", &["next", "--json"]),
    ("progress", &["progress", "--format", "json"]),
    ("status", &["status", "--json"]),
    ("history", &["history", "--json"]),
    ("import", &["import", "elsewhere/status.json", "--json", "--dry-run"]),
    ("init", &["init", "--json"]),
];

#[test]
fn a_plan_without_status_json_fits_too() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT), ("elsewhere/status.json", STATUS_TEXT)]);
    for (name, arguments) in CALLS_WITHOUT_STATUS {
        fits(name, &workspace.run(arguments).exits(0).json());
    }
}

/// Every command that writes JSON is among the calls.
#[test]
fn every_command_with_json_is_called() {
    let workspace = Workspace::new();
    let help = workspace.run(&["--help"]).exits(0).out.clone();
    let commands =
        help.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(['-', ' ']));
    let mut with_json = 0;
    for command in commands.filter_map(|line| line.split(' ').next()) {
        let own = workspace.run(&[command, "--help"]).exits(0).out.clone();
        if own.contains("--json") && own.contains("Options:") {
            with_json += 1;
            let called = CALLS.iter().map(|(_, call, _)| call[0]);
            let mut called = called.chain(CALLS_WITHOUT_STATUS.iter().map(|(_, call)| call[0]));
            assert!(called.any(|name| name == command), "no call of {command}");
        }
    }
    assert!(with_json > 20, "{with_json}");
}

#[test]
fn what_goes_wrong_is_an_object_too() {
    let workspace = Workspace::sample();
    for command in
        ["status", "next", "progress", "phases", "history", "sync-check", "retryable", "detect-stuck"]
    {
        let run = workspace.run(&[command, "--json", "--plan", "gone.md"]);
        fits("error", &run.exits(2).json());
        assert_eq!(run.err, "", "{command}");
    }
    fits("error", &workspace.run(&["check", "--json", "--select", "TM999"]).exits(2).json());
    // What was shown of the half that could be read stays one object.
    workspace.write(STATUS, "{");
    let run = workspace.run(&["status", "--json"]);
    fits("status", &run.exits(2).json());
    assert!(run.err.contains("what is shown is what the marks in the plan say"), "{}", run.err);
}

#[test]
fn every_schema_is_held_against_something() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".json") {
            let held = CALLS.iter().map(|(schema, _, _)| *schema);
            let mut held = held.chain(CALLS_WITHOUT_STATUS.iter().map(|(schema, _)| *schema));
            // What the sidecar says and hears is held where it is watched: `tests/sidecar`.
            let is_the_sidecars = ["sidecar-lines", "sidecar-commands"].contains(&name);
            assert!(is_the_sidecars || held.any(|schema| schema == name), "no call writes {name}");
        }
    }
}
