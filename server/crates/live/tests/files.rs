//! Monitoring files that are one object: torn, empty, of odd types, too large, and none of ours.

use tallymark_events::{Format, RunStatus};
use tallymark_live::{decode, sniff};

const NOW: i64 = 1_755_000_000_000;

fn registry(entries: usize) -> String {
    let mut text = r#"{"timestamp":"2025-08-12T05:00:00.000000","processes":{"#.to_owned();
    for number in 0..entries {
        let comma = if number == 0 { "" } else { "," };
        let status = if number % 500 == 7 { "running" } else { "completed" };
        text.push_str(&format!(
            r#"{comma}"t{number}":{{"task_id":"t{number}","task_name":"Task","status":"{status}","created_at":"2025-08-12T04:{:02}:{:02}","pid":{number}}}"#,
            number / 60 % 60,
            number % 60
        ));
    }
    text + "}}"
}

#[test]
fn a_time_without_a_zone_is_laid_against_the_time_of_change() {
    // Changed at 12:00:00.250 UTC, seven hours ahead of the clock that wrote it.
    let told = decode("/x", registry(2).as_bytes(), NOW + 250).expect("a registry");
    assert_eq!(told.written, Some(NOW));
    assert_eq!(told.runs[1].created, Some(NOW - 60 * 60 * 1000 + 1000));
    // Copied a year later nobody knows.
    let told = decode("/x", registry(2).as_bytes(), NOW + 365 * 86_400_000).expect("a registry");
    assert_eq!(told.written, None);
    assert_eq!(told.runs[0].created, Some(NOW - 8 * 60 * 60 * 1000));
}

#[test]
fn a_registry_that_ends_in_the_middle_gives_what_is_before() {
    let text = registry(10);
    let cut = text.find("\"t7\":").expect("the entry") + 20;
    let told = decode("/x", &text.as_bytes()[..cut], NOW).expect("a registry");
    assert_eq!(told.runs.len(), 7);
    assert_eq!(told.problems.len(), 1);
    assert_eq!(told.problems[0].at, cut as u64);
    assert_eq!(
        told.problems[0].message,
        "The file ends in the middle of the value. The 7 entries before it were read."
    );
}

#[test]
fn the_tail_of_a_longer_file_is_told_and_not_read() {
    let text = registry(2) + "ied\": null\n    }\n  }\n}";
    let told = decode("/x", text.as_bytes(), NOW).expect("a registry");
    assert_eq!((told.runs.len(), told.problems.len()), (2, 1));
    assert_eq!(told.problems[0].at, registry(2).len() as u64);
}

#[test]
fn an_entry_that_cannot_be_read_costs_only_itself() {
    let text = r#"{"timestamp":null,"processes":{
        "a":{"task_id":"a","status":"running","pid":"4711","exit_code":-9.0,"created_at":1755000000},
        "b":["no object"],
        "c":{"task_id":{"odd":[]},"status":7,"pid":-1,"created_at":"0001-01-01T00:00:00","completed_at":"9999-12-31T23:59:59.9999999"},
        "d":{"task_id":"d","status":"exploded","error_message":"\ud83d half","started_at":1755000000000}
    }}"#;
    let told = decode("/x", text.as_bytes(), NOW).expect("a registry");
    let runs: Vec<_> =
        told.runs.iter().map(|run| (run.task.as_str(), run.status, run.pid, run.exit)).collect();
    assert_eq!(
        runs,
        [
            ("a", RunStatus::Running, Some(4711), Some(-9)),
            ("c", RunStatus::Unknown, None, None),
            ("d", RunStatus::Unknown, None, None),
        ]
    );
    assert_eq!(told.runs[0].created, Some(NOW), "seconds");
    assert_eq!((told.runs[1].created, told.runs[1].ended), (None, None), "never");
    assert_eq!(told.runs[2].error.as_deref(), Some("\u{fffd} half"));
    assert_eq!(told.problems.len(), 1);
    assert_eq!(told.problems[0].at, text.find("[\"no").expect("it is there") as u64);
    assert!(told.problems[0].message.contains("\u{201c}b\u{201d} of processes"), "{:?}", told.problems);
}

#[test]
fn of_many_runs_the_latest_thousand_are_kept_and_those_that_run() {
    let told = decode("/x", registry(3500).as_bytes(), NOW).expect("a registry");
    assert_eq!((told.runs.len(), told.left_out), (1000, 2500));
    let running = told.runs.iter().filter(|run| run.status == RunStatus::Running).count();
    assert_eq!(running, 7);
    assert_eq!(told.runs[0].task, "t7");
    assert_eq!(told.runs[999].task, "t3499");
}

#[test]
fn dev_workflow() {
    let text = r#"{"instances":[
        {"id":"orch-1755000000000","pid":4711,"plan_path":"docs/plans/a.md","worktree_path":"/w/a","started_at":"2025-08-12T11:00:00.000Z","last_heartbeat":"2025-08-12T11:59:55.000Z","status":"running","socket_path":"/tmp/x.sock","port":null},
        {"id":"orch-2","pid":4712,"plan_path":"docs/plans/b.md","worktree_path":null,"started_at":null,"last_heartbeat":null,"status":"crashed","socket_path":null,"port":3000}
    ],"lastCleanup":"2025-08-12T11:00:00.000Z"}"#;
    assert_eq!(sniff("/x", text.as_bytes()), Some(Format::DevWorkflow));
    let told = decode("/x", text.as_bytes(), NOW).expect("a registry");
    let first = &told.orchestrations[0];
    assert_eq!(
        (first.status, first.pid, first.plan.as_deref()),
        (RunStatus::Running, Some(4711), Some("docs/plans/a.md"))
    );
    assert_eq!(told.orchestrations[1].status, RunStatus::Failed);
    assert_eq!(told.heartbeats.len(), 1);
    assert_eq!(told.heartbeats[0].at, NOW - 5000);
}

#[test]
fn an_emptied_file_is_known_by_where_it_is() {
    for bytes in [&b""[..], b"\n", b"{", b"{\"time", b"\0\0\0\0"] {
        let told = decode("/r/.gadugi/monitoring/process_registry.json", bytes, NOW).expect("it is ours");
        assert_eq!((told.format, told.problems.len()), (Format::GadugiRegistry, 1), "{bytes:?}");
        assert_eq!(decode("/r/process_registry.json", bytes, NOW), None, "{bytes:?}");
    }
    assert!(decode("C:\\r\\.claude\\orchestrator-registry.json", b"", NOW).is_some());
    // A value of another shape is somebody else's.
    assert_eq!(decode("/r/.gadugi/monitoring/process_registry.json", b"{}", NOW), None);
    assert_eq!(decode("/r/.gadugi/monitoring/process_registry.json", b"[1]", NOW), None);
}

#[test]
fn a_beginning_is_enough_to_know_it() {
    let whole = registry(3);
    assert_eq!(sniff("/x", &whole.as_bytes()[..140]), Some(Format::GadugiRegistry));
    assert_eq!(
        sniff("/x", b"\xef\xbb\xbf{\"timestamp\":\"x\",\"processes\":{}}"),
        Some(Format::GadugiRegistry)
    );
}

#[test]
fn other_programs_files_are_met_with_silence() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{"timestamp":"2025-01-01","processes":{"nginx":{"pid":1}}}"#,
        r#"{"timestamp":"2025-01-01","active_processes":["nginx"]}"#,
        r#"{"instances":[{"id":"i-1","type":"t3.micro"}]}"#,
        r#"{"instances":[]}"#,
        r#"{"Agents":[],"Tasks":[]}"#,
        r#"{"task_id":"x","status":"running"}"#,
        r#"{"halted":false,"lastRun":"2026-03-27T17:52:00+00:00","activeSubagents":[]}"#,
    ] {
        assert_eq!(sniff("/x/orchestrator-state.json", text.as_bytes()), None, "{text}");
        assert_eq!(decode("/x/orchestrator-state.json", text.as_bytes(), NOW), None, "{text}");
    }
}

#[test]
fn a_bomb_of_brackets_is_no_harm() {
    let deep = "[".repeat(1 << 20);
    let text = format!(
        r#"{{"timestamp":"x","processes":{{"a":{{"task_id":"a","status":"running","resource_usage":{deep}"#
    );
    let told = decode("/x", text.as_bytes(), NOW).expect("a registry");
    assert_eq!((told.runs.len(), told.problems.len()), (0, 1));
    let closed = format!("{text}{}}}}}}}", "]".repeat(1 << 20));
    // The nested value is in an entry of ours, so the entry is left out or read; the stack holds.
    assert!(decode("/x", closed.as_bytes(), NOW).is_some());
    assert_eq!(decode("/x", deep.as_bytes(), NOW), None);
}
