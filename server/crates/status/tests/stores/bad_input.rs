use proptest::prelude::*;
use tallymark_status::{Format, ProblemKind, Status};

use super::{problems, read, told};

const PATHS: [&str; 4] =
    [".taskmaster/tasks/tasks.json", "tasks.meta.json", "sprint-status.yaml", ".beads/issues.jsonl"];

/// One of each kind that can be read.
const SOUND: [&str; 4] = [
    r#"{"master":{"tasks":[{"id":1,"title":"A","status":"done","dependencies":[],"subtasks":[{"id":1,"title":"B","status":"pending"}]}]}}"#,
    r#"{"pbtResults":{},"executionHistory":{"1. A":[{"timestamp":1}]}}"#,
    "development_status:\n  epic-1: done\n  1-1-a: done\n  1-2-b: [x]\n",
    "{\"id\":\"a-1\",\"title\":\"A\",\"status\":\"open\"}\n{\"id\":\"a-2\",\"title\":\"B\",\"status\":\"closed\"}\n",
];

#[test]
fn what_is_no_file_of_its_kind_says_so_once() {
    let told: Vec<String> = PATHS
        .iter()
        .flat_map(|path| ["", "[1]", "{\"a\":", "{}", "\"x\"", "<<<<<<< a\n"].map(|text| (path, text)))
        .map(|(path, text)| format!("{path} {text:?}: {}", problems(&read(path, text)).join("; ")))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn half_a_line_of_beads_costs_that_line() {
    let status =
        read(".beads/issues.jsonl", "{\"id\":\"a-1\",\"status\":\"open\"}\n[1]\n{\"id\":\"a-2\",\"sta");
    assert!(status.readable);
    assert_eq!(status.entries.len(), 1);
    insta::assert_snapshot!(problems(&status).join("\n"), @r#"
    UnreadablePart("an array, not an object") at "[1]"
    UnreadablePart("cut short") at "{\"id\":\"a-2\",\"sta"
    "#);
}

#[test]
fn a_broken_file_of_a_folder_costs_that_file() {
    let file = |name: &str, text: &[u8]| (name.to_owned(), text.to_vec());
    let status = Status::from_folder(vec![
        file("1.json", b"{\"id\":\"1\",\"subject\":\"A\",\"status\":\"pend"),
        file("2.json", b"{\"id\":2,\"subject\":\"B\",\"status\":7}"),
        file("3.json", b""),
        file("4.json", b"\xff{}"),
        file("5.json", b"[]"),
    ]);
    assert!(status.readable);
    insta::assert_snapshot!(problems(&status).join("\n"), @r#"
    UnreadablePart("cut short at line 1") at "d"
    WrongType { field: "id", expected: "a string" } at "2"
    WrongType { field: "status", expected: "a string" } at "7"
    UnreadablePart("empty") at ""
    UnreadablePart("not valid UTF-8 at byte 0") at ""
    UnreadablePart("an array, not an object") at "["
    "#);
    let none = Status::from_folder(vec![file("notes.txt", b"x")]);
    assert_eq!(problems(&none), [r#"Unreadable("a folder without tasks: no `1.json`, `2.json`, …") at """#]);
}

#[test]
fn fields_of_another_type_are_told_with_their_place() {
    let status = read(
        PATHS[0],
        r#"{"a": {"tasks": 7}, "b": {"tasks": [3, {"title": 4}, {"id": [1], "status": "frozen", "dependencies": "1", "subtasks": {}}, {"id": 1, "id": 2, "status": null}]}}"#,
    );
    assert!(status.readable);
    insta::assert_snapshot!(problems(&status).join("\n"));
    assert!(!Format::TaskMaster.knows("frozen"));
}

#[test]
fn ids_that_stand_twice_are_both_there() {
    let status = read(PATHS[2], "development_status:\n  1-1-a: done\n  1-1-a: review\n  1-1-b: done\n");
    assert_eq!(told(&status).len(), 3);
    assert_eq!(problems(&status), [r#"DuplicateKey("1-1-a") at "1-1-a""#]);
    assert_eq!(status.find_all("1.1").len(), 3);
}

#[test]
fn nesting_without_end_costs_no_stack_and_no_time() {
    // What takes time by the square of this does not come to an end.
    let deep = 1_000_000;
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(deep), close.repeat(deep));
    let texts = [
        nested("[", "]"),
        nested("{\"a\":", "}"),
        "[".repeat(deep),
        format!("development_status: {}", nested("[", "]")),
        format!("development_status: {}", "{a: ".repeat(deep)),
        "- ".repeat(deep),
        (0..500).map(|level| format!("{}a:\n", " ".repeat(level))).collect(),
        format!("{{\"master\":{{\"tasks\":[{}", r#"{"id":1,"subtasks":["#.repeat(deep)),
        format!(
            "{{\"master\":{{\"tasks\":[{}{}]}}}}",
            r#"{"id":1,"subtasks":["#.repeat(20_000),
            "]}".repeat(20_000)
        ),
        format!("a: &a [x]\nb: {}", "*a ".repeat(1000)),
    ];
    for (path, text) in PATHS.iter().flat_map(|path| texts.iter().map(move |text| (path, text))) {
        let status = read(path, text);
        assert!(!status.problems.is_empty(), "{path} {}", &text[..20]);
    }
}

proptest! {
    /// Whatever is done to a sound file: no panic, every span inside the text, and a problem if nothing is there.
    #[test]
    fn any_bytes_are_read_without_a_panic(
        which in 0..4_usize,
        cut in 0..120_usize,
        with in proptest::collection::vec(any::<u8>(), 0..6),
        at in 0..120_usize,
    ) {
        let mut bytes = SOUND[which].as_bytes().to_vec();
        let at = at.min(bytes.len());
        bytes.splice(at..at, with);
        bytes.truncate(bytes.len().saturating_sub(cut));
        let status = Status::read_bytes(PATHS[which], &bytes);
        let length = status.source.len() as u32;
        for problem in &status.problems {
            prop_assert!(problem.span.start <= problem.span.end && problem.span.end <= length);
            prop_assert!(status.source.text().get(problem.span.start as usize..problem.span.end as usize).is_some());
        }
        for (index, entry) in status.entries() {
            prop_assert!(entry.span.end <= length);
            let _ = (status.id(index), status.description(index), status.known_word(index));
            status.source.slice(entry.span);
        }
        let unreadable = matches!(status.problems.first().map(|problem| &problem.kind), Some(ProblemKind::Unreadable(_)));
        prop_assert_eq!(!status.readable, unreadable);
    }
}
