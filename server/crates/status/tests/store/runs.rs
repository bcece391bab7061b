//! Runs, findings and retries in the file.

use serde_json::{Value, json};
use tallymark_status::{Change, Request, Store, StoreError, Word};

use crate::common::{context, file, plan_of, read, request, transition};

fn end(run: &str, completed: u32, failed: u32) -> Request {
    request("", Change::EndRun { run: run.to_owned(), completed, failed })
}

fn apply(text: &str, requests: &[Request]) -> Result<(String, Vec<String>), StoreError> {
    let (_folder, path) = file(text);
    let applied = Store::open(&path).unwrap().apply(requests, &context())?;
    Ok((read(&path), applied.outcomes.into_iter().map(|outcome| outcome.to).collect()))
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_run_is_begun_and_ended_as_the_orchestrator_writes_it() {
    let before = plan_of(1);
    let (begun, ids) = apply(&before, &[request("", Change::BeginRun)]).unwrap();
    assert_eq!(ids, ["run-1766458801500"]);
    let run = "\"runs\": [\n    {\n      \"runId\": \"run-1766458801500\",\n      \
               \"startedAt\": \"2025-12-23T03:00:01.500Z\",\n      \"tasksCompleted\": 0,\n      \
               \"tasksFailed\": 0\n    }\n  ]";
    let expected =
        before.replace("\"runs\": []", run).replace("2025-12-23T03:00:00.000Z", "2025-12-23T03:00:01.500Z");
    assert_eq!(begun, expected);
    let (ended, _) = apply(&begun, &[end("run-1766458801500", 3, 1)]).unwrap();
    let own = json!([{
        "runId": "run-1766458801500", "startedAt": "2025-12-23T03:00:01.500Z",
        "completedAt": "2025-12-23T03:00:01.500Z", "tasksCompleted": 3, "tasksFailed": 1
    }]);
    assert_eq!(object(&ended)["runs"], own);
    // Once more the same: nothing is written.
    assert_eq!(apply(&ended, &[end("run-1766458801500", 3, 1)]).unwrap().0, ended);
    let error = apply(&ended, &[end("run-1766458801500", 4, 1)]).unwrap_err();
    assert!(matches!(error, StoreError::RunEnded { .. }) && error.exit_code() == 1, "{error}");
}

#[test]
fn two_runs_of_one_moment_have_two_ids_and_the_others_keep_their_bytes() {
    let text =
        r#"{"tasks":[{"id":"1","status":"pending"}],"runs":[ 7, {"runId":"run-1766458801500", "x":1.50} ]}"#;
    let (new, ids) = apply(text, &[request("", Change::BeginRun), request("", Change::BeginRun)]).unwrap();
    assert_eq!(ids, ["run-1766458801501", "run-1766458801502"]);
    assert!(new.contains(r#""runs":[ 7, {"runId":"run-1766458801500", "x":1.50}, {"#), "{new}");
    assert_eq!(object(&new)["runs"].as_array().unwrap().len(), 4);
}

#[test]
fn a_file_without_runs_gets_them_and_one_with_something_else_there_is_left_alone() {
    let (new, _) =
        apply(r#"{"tasks":[{"id":"1","status":"pending"}]}"#, &[request("", Change::BeginRun)]).unwrap();
    assert_eq!(object(&new)["runs"][0]["tasksFailed"], 0);
    let (new, _) =
        apply(r#"{"runs":null,"tasks":[{"id":"1","status":"pending"}]}"#, &[request("", Change::BeginRun)])
            .unwrap();
    assert_eq!(object(&new)["runs"].as_array().unwrap().len(), 1);
    let odd = r#"{"runs":"none","tasks":[{"id":"1","status":"pending"}]}"#;
    let error = apply(odd, &[request("", Change::BeginRun)]).unwrap_err();
    assert_eq!(error.to_string(), "`runs` in status.json is a string, not a list; nothing was written");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn a_run_that_nobody_began_is_answered_with_the_nearest() {
    let text = r#"{"tasks":[{"id":"1","status":"pending"}],"runs":[{"runId":"run-1766458801500"}]}"#;
    let error = apply(text, &[end("run-1766458801501", 0, 0)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no run in status.json has the id `run-1766458801501`; the nearest: `run-1766458801500`"
    );
    assert_eq!(error.exit_code(), 1);
}

#[test]
fn a_retry_made_elsewhere_is_counted_and_its_error_kept() {
    let text = r#"{"tasks":[{"id":"1","status":"failed","error":"first","retryCount":1}]}"#;
    let (new, counts) =
        apply(text, &[request("1", Change::CountRetry { error: Some("second".to_owned()) })]).unwrap();
    assert_eq!(counts, ["2"]);
    let entry = &object(&new)["tasks"][0];
    let expected = json!({
        "id": "1", "status": "failed", "error": "second", "lastError": "second",
        "lastErrorAt": "2025-12-23T03:00:01.500Z", "retryCount": 2
    });
    assert_eq!(*entry, expected);
    let (new, _) = apply(&new, &[transition("1", Word::Pending)]).unwrap();
    let entry = &object(&new)["tasks"][0];
    assert_eq!((&entry["lastError"], &entry["retryCount"]), (&json!("second"), &json!(2)));
    assert!(entry.get("error").is_none(), "{entry}");
}

#[test]
fn findings_are_noted_once() {
    let note = request("1", Change::SetFindingsPath("findings/1.md".to_owned()));
    let (new, _) = apply(&plan_of(1), std::slice::from_ref(&note)).unwrap();
    assert_eq!(object(&new)["tasks"][0]["findingsPath"], "findings/1.md");
    assert_eq!(apply(&new, &[note]).unwrap().0, new);
}
