//! Two branches of one status.json made one: what a person would expect of it, and the laws that make the order of merging
//! not matter.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot go on without")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tallymark_status::{MergeError, Merged, Status, merge};
use tallymark_text::Source;

/// A status file with these tasks, laid out as the orchestrator does.
fn file(updated: &str, tasks: &[Value]) -> String {
    let count = |word: &str| tasks.iter().filter(|task| task["status"] == word).count();
    let value = json!({
        "planPath": "docs/plans/x.md",
        "lastUpdatedAt": updated,
        "currentPhase": "Phase 1: Work",
        "tasks": tasks,
        "summary": {
            "totalTasks": tasks.len(), "completed": count("completed"), "pending": count("pending"),
            "in_progress": count("in_progress"), "failed": count("failed"), "skipped": count("skipped"),
        },
    });
    serde_json::to_string_pretty(&value).unwrap()
}

fn task(id: &str, status: &str, more: Value) -> Value {
    let mut task =
        json!({ "id": id, "phase": "Phase 1: Work", "description": format!("Task {id}"), "status": status });
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    merge(Some(&Source::new(base)), &Source::new(ours), &Source::new(theirs)).unwrap()
}

const EARLY: &str = "2026-01-01T10:00:00.000Z";
const LATE: &str = "2026-01-01T11:00:00.000Z";

#[test]
fn tasks_marked_on_two_branches_are_both_marked() {
    let pending = |id| task(id, "pending", json!({}));
    let done = |id, at| task(id, "completed", json!({ "completedAt": at }));
    let base = file(EARLY, &[pending("1.1"), pending("1.2"), pending("1.3")]);
    let ours = file(EARLY, &[done("1.1", EARLY), pending("1.2"), pending("1.3")]);
    let theirs = file(LATE, &[pending("1.1"), done("1.2", LATE), pending("1.3")]);
    let merged = merged(&base, &ours, &theirs);
    let expected = file(LATE, &[done("1.1", EARLY), done("1.2", LATE), pending("1.3")]);
    assert_eq!(merged.source.text(), expected, "every byte as the orchestrator would have written it");
    assert_eq!(merged.unsettled, []);
}

#[test]
fn of_two_states_the_later_of_the_machine_wins_and_brings_its_fields() {
    let base = file(EARLY, &[task("1", "pending", json!({}))]);
    let failed = file(LATE, &[task("1", "failed", json!({ "error": "disk full", "lastErrorAt": LATE }))]);
    let done = file(EARLY, &[task("1", "completed", json!({ "completedAt": EARLY }))]);
    let merged = merged(&base, &failed, &done);
    let value: Value = serde_json::from_str(merged.source.text()).unwrap();
    assert_eq!(value["tasks"][0]["status"], "completed");
    assert_eq!(value["tasks"][0]["error"], Value::Null, "the error is of the state that lost");
    assert_eq!(value["tasks"][0]["lastErrorAt"], LATE);
    assert_eq!((&value["summary"]["completed"], &value["summary"]["failed"]), (&json!(1), &json!(0)));
}

#[test]
fn what_only_one_side_took_back_is_back() {
    let base = file(
        EARLY,
        &[task("1", "completed", json!({ "completedAt": EARLY })), task("2", "pending", json!({}))],
    );
    let reopened = file(LATE, &[task("1", "pending", json!({})), task("2", "pending", json!({}))]);
    let other = file(
        LATE,
        &[task("1", "completed", json!({ "completedAt": EARLY })), task("2", "in_progress", json!({}))],
    );
    let value: Value = serde_json::from_str(merged(&base, &reopened, &other).source.text()).unwrap();
    assert_eq!(value["tasks"][0]["status"], "pending");
    assert_eq!(value["tasks"][1]["status"], "in_progress");
}

#[test]
fn two_different_notes_are_both_kept_and_marked() {
    let base = file(EARLY, &[task("1", "pending", json!({ "notes": "" }))]);
    let side = |notes: &str| file(EARLY, &[task("1", "pending", json!({ "notes": notes }))]);
    let merged_once = merged(&base, &side("seen by Ann"), &side("Bob says it is too large"));
    let [unsettled] = merged_once.unsettled.as_slice() else { panic!("{:?}", merged_once.unsettled) };
    assert_eq!(unsettled.field, "notes");
    assert_eq!(unsettled.values, ["Bob says it is too large", "seen by Ann"]);
    let value: Value = serde_json::from_str(merged_once.source.text()).unwrap();
    assert_eq!(value["tasks"][0]["notes"], "Bob says it is too large");
    // Whoever settles it takes the mark out, and it stays out.
    let settled = file(LATE, &[task("1", "pending", json!({ "notes": "both" }))]);
    assert_eq!(merged(merged_once.source.text(), &settled, merged_once.source.text()).unsettled, []);
    // A note that goes on where the other stops holds both.
    assert_eq!(merged(&base, &side("seen"), &side("seen by Ann")).unsettled, []);
}

#[test]
fn a_word_that_nobody_knows_is_not_overruled_in_silence() {
    let base = file(EARLY, &[task("1", "pending", json!({}))]);
    let side = |word| file(EARLY, &[task("1", word, json!({}))]);
    let merged = merged(&base, &side("rolled_back"), &side("completed"));
    assert_eq!(merged.unsettled[0].values, ["completed", "rolled_back"]);
    let value: Value = serde_json::from_str(merged.source.text()).unwrap();
    assert_eq!(value["tasks"][0]["status"], "completed");
}

#[test]
fn lists_are_united_and_what_was_taken_out_stays_out() {
    let side = |ids: &[&str]| file(EARLY, &[task("1", "pending", json!({ "dependencies": ids }))]);
    let merged = merged(&side(&["a", "b"]), &side(&["a", "b", "c"]), &side(&["b", "d"]));
    let value: Value = serde_json::from_str(merged.source.text()).unwrap();
    let mut ids: Vec<&str> =
        value["tasks"][0]["dependencies"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["b", "c", "d"]);
}

#[test]
fn a_task_taken_out_here_and_changed_there_is_kept() {
    let pending = |id| task(id, "pending", json!({}));
    let base = file(EARLY, &[pending("1"), pending("2"), pending("3")]);
    let without = file(EARLY, &[pending("1")]);
    let changed = file(LATE, &[pending("1"), task("2", "completed", json!({})), pending("3")]);
    let value: Value = serde_json::from_str(merged(&base, &without, &changed).source.text()).unwrap();
    let ids: Vec<&str> =
        value["tasks"].as_array().unwrap().iter().filter_map(|task| task["id"].as_str()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(value["summary"]["totalTasks"], 2);
}

#[test]
fn without_a_common_file_everything_of_both_is_there() {
    let one = file(EARLY, &[task("1", "completed", json!({}))]);
    let other = file(LATE, &[task("1", "pending", json!({})), task("2", "pending", json!({}))]);
    let merged = merge(None, &Source::new(&one), &Source::new(&other)).unwrap();
    let value: Value = serde_json::from_str(merged.source.text()).unwrap();
    assert_eq!(value["tasks"][0]["status"], "completed");
    assert_eq!(value["tasks"][1]["id"], "2");
}

#[test]
fn what_is_no_status_file_or_cannot_be_told_apart_is_refused() {
    let good = Source::new(&file(EARLY, &[task("1", "pending", json!({}))]));
    let refused = |text: &str| merge(None, &Source::new(text), &good).unwrap_err();
    assert!(
        matches!(refused("{\"tasks\": [{\"id\": \"1\","), MergeError::Unreadable(why) if why.contains("cut short"))
    );
    assert!(matches!(refused("{\"state\": \"ok\"}"), MergeError::Unreadable(_)));
    let twice = file(EARLY, &[task("1", "pending", json!({})), task("1", "completed", json!({}))]);
    assert_eq!(refused(&twice), MergeError::Ambiguous("1".to_owned()));
}

#[test]
fn blanks_line_ends_and_unknown_keys_stay() {
    let base = "\u{feff}{ \"x\": 1.50,\r\n\t\"tasks\" : [ {\"id\":\"1\", \"status\":\"pending\"},{\"id\":\"2\",\"status\":\"pending\",\"y\":{ }} ]\r\n}\r\n";
    let ours = base.replace("\"1\", \"status\":\"pending\"", "\"1\", \"status\":\"failed\"");
    let theirs = base.replace("\"2\",\"status\":\"pending\"", "\"2\",\"status\":\"skipped\"");
    let bytes = |text: &str| Source::from_bytes(text.as_bytes()).unwrap();
    let merged = merge(Some(&bytes(base)), &bytes(&ours), &bytes(&theirs)).unwrap();
    let both = ours.replace("\"2\",\"status\":\"pending\"", "\"2\",\"status\":\"skipped\"");
    assert_eq!(merged.source.to_bytes(), both.as_bytes());
}

/// What a status file says, whatever the order of its keys, lists and tasks.
fn meaning(text: &str) -> BTreeMap<String, String> {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Array(values) => {
                let mut values: Vec<Value> = values.iter().map(sorted).collect();
                values.sort_by_key(Value::to_string);
                Value::Array(values)
            }
            Value::Object(object) => {
                let ordered: BTreeMap<&String, Value> =
                    object.iter().map(|(key, value)| (key, sorted(value))).collect();
                json!(ordered)
            }
            value => value.clone(),
        }
    }
    let value: Value = serde_json::from_str(text).unwrap();
    let mut said = BTreeMap::new();
    for task in value["tasks"].as_array().unwrap() {
        said.insert(format!("task {}", task["id"]), sorted(task).to_string());
    }
    for (key, value) in
        value.as_object().unwrap().iter().filter(|(key, _)| *key != "tasks" && *key != "currentPhase")
    {
        said.insert(key.clone(), sorted(value).to_string());
    }
    said
}

/// One change that a branch makes: of which task, what, and when.
#[derive(Clone, Debug)]
enum Edit {
    Status(usize, &'static str, u32),
    Notes(usize, String),
    Depends(usize, usize),
    DependsNot(usize),
    Retry(usize, u32),
    Remove(usize),
    Add(usize, &'static str),
    Run(u32, u32),
    Owner(String),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let words = prop::sample::select(vec![
        "pending",
        "in_progress",
        "completed",
        "failed",
        "skipped",
        "rolled_back",
        "done",
    ]);
    let edit = prop_oneof![
        4 => (0..8usize, words.clone(), 0..50u32).prop_map(|(task, word, at)| Edit::Status(task, word, at)),
        2 => (0..8usize, "[ab]{1,3}").prop_map(|(task, notes)| Edit::Notes(task, notes)),
        1 => (0..8usize, 0..8usize).prop_map(|(task, on)| Edit::Depends(task, on)),
        1 => (0..8usize).prop_map(Edit::DependsNot),
        1 => (0..8usize, 0..5u32).prop_map(|(task, count)| Edit::Retry(task, count)),
        1 => (0..8usize).prop_map(Edit::Remove),
        1 => (8..14usize, words).prop_map(|(task, word)| Edit::Add(task, word)),
        1 => (0..3u32, 0..4u32).prop_map(|(run, completed)| Edit::Run(run, completed)),
        1 => "[cd]{1,2}".prop_map(Edit::Owner),
    ];
    prop::collection::vec(edit, 0..6)
}

fn time_at(minute: u32) -> String {
    format!("2026-01-01T12:{minute:02}:00.000Z")
}

fn with(base: &Value, edits: &[Edit], minute: u32) -> String {
    let mut value = base.clone();
    value["lastUpdatedAt"] = json!(time_at(minute));
    let mut tasks = value["tasks"].as_array().unwrap().clone();
    for edit in edits {
        let place =
            |tasks: &[Value], task: usize| tasks.iter().position(|known| known["id"] == format!("1.{task}"));
        match edit {
            Edit::Status(task, word, at) => {
                if let Some(place) = place(&tasks, *task) {
                    tasks[place]["status"] = json!(word);
                    tasks[place]["startedAt"] = json!(time_at(*at));
                }
            }
            Edit::Notes(task, notes) => {
                if let Some(place) = place(&tasks, *task) {
                    tasks[place]["notes"] = json!(notes);
                }
            }
            Edit::Depends(task, on) => {
                if let Some(place) = place(&tasks, *task) {
                    let list = tasks[place]["dependencies"].as_array_mut().unwrap();
                    let on = json!(format!("1.{on}"));
                    if !list.contains(&on) {
                        list.push(on);
                    }
                }
            }
            Edit::DependsNot(task) => {
                if let Some(place) = place(&tasks, *task) {
                    tasks[place]["dependencies"].as_array_mut().unwrap().pop();
                }
            }
            Edit::Retry(task, count) => {
                if let Some(place) = place(&tasks, *task) {
                    tasks[place]["retryCount"] = json!(count);
                }
            }
            Edit::Remove(task) => tasks.retain(|known| known["id"] != format!("1.{task}")),
            Edit::Add(task, word) => {
                if place(&tasks, *task).is_none() {
                    tasks.push(json!({ "id": format!("1.{task}"), "status": word, "dependencies": [] }));
                }
            }
            Edit::Run(run, completed) => {
                let runs = value["runs"].as_array_mut().unwrap();
                let id = json!(format!("run-{run}"));
                match runs.iter_mut().find(|known| known["runId"] == id) {
                    Some(known) => known["tasksCompleted"] = json!(completed),
                    None => runs.push(json!({ "runId": id, "tasksCompleted": completed })),
                }
            }
            Edit::Owner(owner) => value["owner"] = json!(owner),
        }
    }
    value["tasks"] = Value::Array(tasks);
    serde_json::to_string_pretty(&value).unwrap()
}

fn base() -> Value {
    let tasks: Vec<Value> = (0..8)
        .map(|id| {
            json!({ "id": format!("1.{id}"), "phase": "Phase 1", "description": format!("Task {id}"),
                "status": if id < 3 { "completed" } else { "pending" }, "dependencies": ["1.0", "1.1"], "notes": "" })
        })
        .collect();
    json!({ "planPath": "x.md", "owner": "", "createdAt": EARLY, "lastUpdatedAt": EARLY, "currentPhase": "Phase 1", "tasks": tasks,
        "runs": [{ "runId": "run-0", "tasksCompleted": 0 }], "summary": { "totalTasks": 8, "completed": 3, "pending": 5, "in_progress": 0, "failed": 0, "skipped": 0 } })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn it_does_not_matter_who_merges_whom(one in edits(), other in edits(), at in 0..3u32) {
        let common = base();
        let (base, one, other) = (serde_json::to_string_pretty(&common).unwrap(), with(&common, &one, 1), with(&common, &other, at));
        let ours = merged(&base, &one, &other);
        let theirs = merged(&base, &other, &one);
        prop_assert_eq!(ours.source.text(), theirs.source.text());
        prop_assert_eq!(ours.unsettled, theirs.unsettled);
    }

    #[test]
    fn merging_again_changes_nothing(one in edits(), other in edits()) {
        let common = base();
        let (base, one, other) = (serde_json::to_string_pretty(&common).unwrap(), with(&common, &one, 1), with(&common, &other, 2));
        let once = merged(&base, &one, &other);
        let with_itself = merged(&base, once.source.text(), once.source.text());
        prop_assert_eq!(with_itself.source.text(), once.source.text());
        for side in [&one, &other] {
            let again = merged(&base, once.source.text(), side);
            prop_assert_eq!(meaning(again.source.text()), meaning(once.source.text()));
        }
    }

    #[test]
    fn three_branches_end_at_the_same_wherever_one_begins(one in edits(), two in edits(), three in edits()) {
        let common = base();
        let base = serde_json::to_string_pretty(&common).unwrap();
        let sides = [with(&common, &one, 1), with(&common, &two, 2), with(&common, &three, 3)];
        let of = |a: usize, b: usize, c: usize| {
            let first = merged(&base, &sides[a], &sides[b]);
            meaning(merged(&base, first.source.text(), &sides[c]).source.text())
        };
        let expected = of(0, 1, 2);
        prop_assert_eq!(&of(1, 2, 0), &expected);
        prop_assert_eq!(&of(0, 2, 1), &expected);
    }

    #[test]
    fn a_merged_file_is_sound(one in edits(), other in edits()) {
        let common = base();
        let base = serde_json::to_string_pretty(&common).unwrap();
        let merged = merged(&base, &with(&common, &one, 1), &with(&common, &other, 2));
        let status = Status::parse(merged.source.into());
        prop_assert!(status.readable && status.problems.is_empty(), "{:?}", status.problems);
        for (field, count) in status.counted() {
            let stored = status.summary.as_ref().unwrap().counts.iter().find(|(known, ..)| *known == field);
            prop_assert_eq!(stored.map_or(0, |(_, count, _)| *count), count);
        }
    }
}
