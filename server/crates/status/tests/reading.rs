#![allow(clippy::unwrap_used, reason = "a test may panic")]
//! Reading status files: those that are as they should be, those that are not, and those that are something else.

use std::{fmt::Write, path::PathBuf};

use proptest::prelude::*;
use tallymark_status::{EntryIndex, ProblemKind, Status, SummaryField};

fn parse(text: &str) -> Status {
    Status::from_bytes(text.as_bytes())
}

/// A file with these entries and nothing else.
fn with_tasks(tasks: &str) -> Status {
    let status = parse(&format!(r#"{{"tasks": [{tasks}]}}"#));
    assert!(status.readable, "{:?}", status.problems);
    status
}

/// The problems as `text: kind`, the text being what their span covers.
fn problems(status: &Status) -> Vec<String> {
    let problem = |problem: &tallymark_status::Problem| {
        format!("{}: {:?}", status.source.slice(problem.span), problem.kind)
    };
    status.problems.iter().map(problem).collect()
}

/// Why a file cannot be read, and what stands at the place.
fn unreadable(bytes: &[u8]) -> (String, String) {
    let status = Status::from_bytes(bytes);
    assert!(!status.readable);
    assert!(status.entries.is_empty() && status.tasks_span.is_none());
    match &status.problems[..] {
        [problem] => match &problem.kind {
            ProblemKind::Unreadable(reason) => (reason.clone(), status.source.slice(problem.span).to_owned()),
            other => panic!("{other:?}"),
        },
        other => panic!("one problem, not {other:?}"),
    }
}

#[test]
fn a_whole_file() {
    let text = r#"{
  "_comment": "kept",
  "planPath": "docs/plans/x.md",
  "planName": "X \u2014 \"the\" plan",
  "createdAt": "2025-12-23T03:00:00.000Z",
  "lastUpdatedAt": "2025-12-23T03:00:01.000Z",
  "currentPhase": "Phase 1: A",
  "tasks": [
    {
      "id": "1.1",
      "phase": "Phase 1: A",
      "description": "Do \"it\"\nwell",
      "status": "completed",
      "startedAt": "2025-12-23T03:00:00.000Z",
      "completedAt": "2025-12-23T03:00:01.500Z",
      "duration": 1500,
      "notes": "n", "error": "e", "skipReason": "s", "findingsPath": null, "retryCount": 2, "dependencies": ["1.0", 7]
    },
    { "id": "1.2", "title": "T", "phaseName": "P", "lastError": "l", "reason": "r", "status": "pending" }
  ],
  "runs": [],
  "summary": { "totalTasks": 2, "completed": 1, "pending": 1, "in_progress": 0, "failed": 0, "skipped": 0, "x": "y" }
}"#;
    let status = parse(text);
    assert!(status.readable);
    assert_eq!(problems(&status), Vec::<String>::new());
    let [first, second] = &status.entries[..] else { panic!("{:?}", status.entries) };
    let of = |text: &Option<tallymark_status::Text>| text.as_ref().map(|text| status.str(text).to_owned());
    assert_eq!(of(&status.plan_name).as_deref(), Some("X — \"the\" plan"));
    assert_eq!(of(&status.current_phase).as_deref(), Some("Phase 1: A"));
    assert_eq!(status.description(EntryIndex(0)), "Do \"it\"\nwell");
    assert_eq!(status.id(EntryIndex(0)), "1.1");
    assert_eq!(status.word(EntryIndex(0)), "completed");
    assert_eq!(status.source.slice(first.span).chars().next(), Some('{'));
    assert!(status.source.slice(first.span).ends_with("7]\n    }"));
    let times =
        [&first.started_at, &first.completed_at].map(|time| time.as_ref().and_then(|time| time.milliseconds));
    assert_eq!(times, [Some(1_766_458_800_000), Some(1_766_458_801_500)]);
    assert_eq!(
        first.duration.map(|(number, span)| (number, status.source.slice(span))),
        Some((1500, "1500"))
    );
    assert_eq!(of(&first.reason).as_deref(), Some("s"));
    assert_eq!(first.findings_path, None);
    let dependencies: Vec<&str> = first.dependencies.iter().map(|id| status.str(id)).collect();
    assert_eq!(dependencies, ["1.0", "7"]);
    assert_eq!(of(&second.phase).as_deref(), Some("P"));
    assert_eq!(of(&second.description).as_deref(), Some("T"));
    assert_eq!(of(&second.error).as_deref(), Some("l"));
    assert_eq!(of(&second.reason).as_deref(), Some("r"));
    let summary = status.summary.as_ref().unwrap();
    let stored: Vec<(SummaryField, i64)> =
        summary.counts.iter().map(|&(field, count, _)| (field, count)).collect();
    assert_eq!(stored, status.counted());
    let tasks = status.source.slice(status.tasks_span.unwrap());
    assert!(tasks.starts_with('[') && tasks.ends_with(']'));
}

#[test]
fn places_do_not_count_the_byte_order_mark() {
    let status = parse("\u{feff}{\"tasks\": [{\"id\": \"é\", \"status\": \"pending\"}]}");
    let id = status.entries[0].id.as_ref().unwrap();
    assert_eq!(status.source.slice(id.span), "\"é\"");
}

#[test]
fn wrong_types_are_reported_and_read_around() {
    let status = with_tasks(
        r#"{"id": 1.10, "status": "pending", "notes": true, "duration": "5m", "startedAt": "soon",
            "completedAt": {}, "retryCount": 0.5, "dependencies": ["a", null], "phase": null},
           17, {"id": "b", "status": 3, "dependencies": "a"}"#,
    );
    insta::assert_snapshot!(problems(&status).join("\n"));
    assert_eq!(status.entries.len(), 2);
    assert_eq!(status.id(EntryIndex(0)), "1.10");
    assert_eq!(status.entries[0].started_at.as_ref().unwrap().milliseconds, None);
    assert_eq!(status.entries[1].status, None);
}

#[test]
fn a_wrong_summary_is_reported_field_by_field() {
    let status = parse(r#"{"tasks": [], "summary": {"totalTasks": "2", "pending": 1e0}}"#);
    insta::assert_snapshot!(problems(&status).join("\n"), @r#""2": WrongType { field: "summary.totalTasks", expected: "a whole number" }"#);
    let counts: Vec<i64> = status.summary.unwrap().counts.iter().map(|(_, count, _)| *count).collect();
    assert_eq!(counts, [1]);
}

#[test]
fn what_an_entry_lacks_is_said_at_the_entry() {
    let status = with_tasks(r#"{"status": "pending"}, {"id": "a"}, {"id": null, "status": null}"#);
    insta::assert_snapshot!(problems(&status).join("\n"), @r#"
    {"status": "pending"}: MissingId
    {"id": "a"}: MissingStatus
    {"id": null, "status": null}: MissingId
    {"id": null, "status": null}: MissingStatus
    "#);
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let status = with_tasks(r#"{"id": "a", "status": "pending", "x": 1, "status": "failed", "\u0078": 2}"#);
    insta::assert_snapshot!(problems(&status).join("\n"), @r#"
    "status": DuplicateKey("status")
    2: DuplicateKey("x")
    "#);
    assert_eq!(status.word(EntryIndex(0)), "failed");
}

#[test]
fn a_duplicate_among_very_many_keys_is_found() {
    let mut entry = String::from(r#"{"id": "a", "status": "pending""#);
    for key in 0..5_000 {
        write!(entry, r#", "k{key}": {key}"#).unwrap();
    }
    entry.push_str(r#", "k7": 0, "k4000": 0}"#);
    let kinds: Vec<ProblemKind> =
        with_tasks(&entry).problems.into_iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, ["k7", "k4000"].map(|key| ProblemKind::DuplicateKey(key.to_owned())));
}

#[test]
fn the_old_files_tail_behind_a_whole_value_is_reported() {
    let status = parse("{\"tasks\": [{\"id\": \"a\", \"status\": \"pending\"}]}\n  \"x\": 1\n}\n");
    assert!(status.readable);
    assert_eq!(status.entries.len(), 1);
    assert_eq!(problems(&status), ["\"x\": 1\n}: TrailingGarbage"]);
}

#[test]
fn what_cannot_be_read_says_why_and_where() {
    let mut report = String::new();
    let texts: &[&[u8]] = &[
        b"",
        b" \n\t\r\n",
        b"\0\0\0\0",
        b"{\"tasks\": [\n {\"id\": \"a\",\n  \"sta",
        b"{",
        b"{\"tasks\": [\r\n {\"id\": nope}]}",
        b"{\"tasks\": [],}",
        b"{\"a\": tru",
        b"# A plan\n- [ ] 1.1 x",
        b"<<<<<<< HEAD\n{}",
        b"[1, 2]",
        b"\"done\"",
        b"null",
        b"{}",
        b"{\"version\": 1, \"projects\": []}",
        b"{\"a\": 1, \"b\": 1, \"c\": 1, \"d\": 1, \"e\": 1}",
        b"{\"tasks\": {\"1.1\": {}}}",
        b"{\"tasks\": [{\"label\": \"build\", \"type\": \"shell\"}]}",
        b"\xff\xfe{\0}\0",
        b"{\"tasks\": [\"\xe9\"]}",
        b"\xef\xbb\xbf{\"tasks\": [\"ab\xe9\"]}",
    ];
    for bytes in texts {
        let (reason, place) = unreadable(bytes);
        writeln!(report, "{:?}\n    {reason}\n    at {place:?}", String::from_utf8_lossy(bytes)).unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn deep_nesting_costs_no_stack() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(unreadable(deep.as_bytes()).0, "cut short at line 1");
    let closed = format!(r#"{{"x": {deep}{}, "tasks": []}}"#, "]".repeat(1_000_000));
    assert!(parse(&closed).readable);
    let keys = format!(r#"{{"tasks": {}}}"#, r#"{"a":"#.repeat(1_000_000));
    assert!(!parse(&keys).readable);
    let notes = format!(r#"{{"id": "a", "status": "pending", "notes": {deep}{}}}"#, "]".repeat(1_000_000));
    assert_eq!(with_tasks(&notes).problems.len(), 1);
}

#[test]
fn half_a_surrogate_pair_is_no_error() {
    let status = with_tasks(r#"{"id": "a", "status": "pending", "description": "x \ud83d y"}"#);
    assert_eq!(status.description(EntryIndex(0)), "x \u{fffd}\u{fffd}\u{fffd} y");
    assert!(status.problems.is_empty());
    let status = with_tasks(r#"{"id": "a", "status": "pending", "\ud83d": 1, "notes": "n"}"#);
    assert_eq!(status.problems.len(), 1, "{:?}", status.problems);
    assert_eq!(status.id(EntryIndex(0)), "a");
}

#[test]
fn entries_are_found_by_id_in_the_order_of_the_file() {
    let status = with_tasks(
        r#"{"id": "b", "status": "pending"}, {"id": "a", "status": "pending"}, {"status": "pending"},
           {"id": "b", "status": "done"}, {"id": "\u0061a", "status": "failed"}"#,
    );
    assert_eq!(status.find_all("b"), [EntryIndex(0), EntryIndex(3)]);
    assert_eq!(status.find_all("a"), [EntryIndex(1)]);
    assert_eq!(status.find_all("aa"), [EntryIndex(4)]);
    assert_eq!(status.find_all(""), []);
    assert_eq!(status.find_all("z"), []);
    let counts = status.counted().map(|(_, count)| count);
    assert_eq!(counts, [5, 0, 3, 0, 1, 0]);
}

#[test]
fn real_files_are_read_without_a_word() {
    let pairs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/pairs");
    let Ok(pairs) = std::fs::read_dir(&pairs) else {
        println!("skipped: {} is not there", pairs.display());
        return;
    };
    for pair in pairs {
        let path = pair.unwrap().path().join("status.json");
        let status = Status::from_bytes(&std::fs::read(&path).unwrap());
        assert!(status.readable, "{}: {:?}", path.display(), status.problems);
        assert!(!status.entries.is_empty(), "{}", path.display());
        for (index, _) in status.entries() {
            assert!(status.find_all(status.id(index)).contains(&index), "{}", path.display());
        }
        let other: Vec<_> =
            problems(&status).into_iter().filter(|problem| !problem.contains("WrongType")).collect();
        assert_eq!(other, Vec::<String>::new(), "{}", path.display());
    }
}

proptest! {
    /// Whatever the bytes are: no panic, every span inside the text at character boundaries, and of what is
    /// not readable exactly one problem.
    #[test]
    fn any_bytes_are_survived(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        r#"[{}\[\]":,a-c0-2\\ ]{0,80}"#.prop_map(String::into_bytes),
        (r#"[{}\[\]":,a-c\\u0-9. ]{0,40}"#, 0..60_usize, 0..60_usize).prop_map(|(noise, at, cut)| {
            let mut bytes = br#"{"tasks":[{"id":"1","status":"pending","notes":"\u00e9","x":[1]}],"summary":{"pending":1}}"#.to_vec();
            bytes.splice(at..(at + cut).min(bytes.len()), noise.into_bytes());
            bytes
        }),
    ]) {
        let status = Status::from_bytes(&bytes);
        let text = status.source.text();
        let mut spans: Vec<_> = status.problems.iter().map(|problem| problem.span).collect();
        spans.extend(status.entries.iter().map(|entry| entry.span));
        spans.extend(status.entries.iter().filter_map(|entry| entry.id.as_ref().map(|id| id.span)));
        for span in spans {
            prop_assert!(text.get(span.range()).is_some(), "{span:?}");
        }
        if status.readable {
            prop_assert!(status.tasks_span.is_some());
        } else {
            prop_assert_eq!(status.problems.len(), 1);
            prop_assert!(matches!(status.problems[0].kind, ProblemKind::Unreadable(_)));
        }
    }
}
