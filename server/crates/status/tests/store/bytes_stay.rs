//! What a change does not concern keeps its bytes: over real files, and over files in every style that we could think of.

use std::{collections::BTreeMap, path::PathBuf};

use crate::common::{assert_summary_right, context, file, read, request};
use proptest::prelude::*;
use tallymark_status::{Change, EntryIndex, Status, Store, Word};

fn any_transition(to: Word) -> Change {
    Change::Transition {
        to,
        reason: Some("a \"reason\"\n".to_owned()),
        notes: Some("n\u{1F600}".to_owned()),
        reopen: true,
    }
}

/// The members of a JSON object, as text.
fn members(object: &str) -> BTreeMap<String, String> {
    let members: BTreeMap<String, Box<serde_json::value::RawValue>> = serde_json::from_str(object).unwrap();
    members.into_iter().map(|(key, value)| (key, value.get().to_owned())).collect()
}

/// Makes the change of `index`, and holds the new text against the old. Gives back the new text.
fn check(text: &str, index: EntryIndex, to: Word) -> String {
    let old = Status::from_bytes(text.as_bytes());
    let (_folder, path) = file(text);
    let store = Store::open(&path).unwrap();
    let context = tallymark_status::Context { force: true, ..context() };
    let applied = store.apply(&[request(old.id(index), any_transition(to))], &context).unwrap();
    let text_now = read(&path);
    let new = Status::from_bytes(text_now.as_bytes());
    serde_json::from_str::<serde_json::Value>(new.source.text()).unwrap();
    if old.word(index) == to.as_str() {
        assert_eq!(text, text_now);
        return text_now;
    }
    assert!(applied.changed());
    assert_eq!(new.word(index), to.as_str());
    assert_eq!(new.source.has_bom(), old.source.has_bom());
    assert_eq!(new.entries.len(), old.entries.len());
    if new.summary.as_ref().is_some_and(|summary| summary.counts.len() == 6) {
        assert_summary_right(&new);
    }
    // The other entries, and every byte between them.
    let pieces = |status: &Status| {
        let text = status.source.text();
        let tasks = status.tasks_span.unwrap();
        let (mut pieces, mut done) = (Vec::new(), tasks.start as usize);
        for entry in &status.entries {
            pieces.push(text[done..entry.span.start as usize].to_owned());
            pieces.push(text[entry.span.range()].to_owned());
            done = entry.span.end as usize;
        }
        pieces.push(text[done..tasks.end as usize].to_owned());
        pieces.remove(1 + 2 * index.get());
        pieces
    };
    assert_eq!(pieces(&old), pieces(&new));
    // The entry: what a change of status does not concern, in its order.
    let concerned = [
        "status",
        "startedAt",
        "completedAt",
        "duration",
        "error",
        "lastError",
        "lastErrorAt",
        "retryCount",
        "skipReason",
        "reason",
        "notes",
    ];
    let untouched = |status: &Status| {
        let mut members = members(status.source.slice(status.entry(index).span));
        members.retain(|key, _| !concerned.contains(&key.as_str()));
        members
    };
    assert_eq!(untouched(&old), untouched(&new));
    // The head: its members but for those that follow, and everything outside of it.
    let head = |status: &Status| {
        let mut head = members(status.source.text());
        head.retain(|key, _| !["tasks", "summary", "lastUpdatedAt", "currentPhase"].contains(&key.as_str()));
        head
    };
    assert_eq!(head(&old), head(&new));
    let outside = |text: &str| {
        let start = text.find('{').unwrap();
        (text[..start].to_owned(), text[text.rfind('}').unwrap()..].to_owned())
    };
    assert_eq!(outside(text), outside(&text_now));
    text_now
}

#[test]
fn of_real_files_only_the_task_and_what_follows_changes() {
    let pairs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/pairs");
    let Ok(pairs) = std::fs::read_dir(&pairs) else {
        println!("skipped: {} is not there", pairs.display());
        return;
    };
    for pair in pairs {
        let path = pair.unwrap().path().join("status.json");
        let text = read(&path);
        let status = Status::from_bytes(text.as_bytes());
        let last = status.entries.len() - 1;
        for (place, to) in [
            (0, Word::InProgress),
            (last / 2, Word::Failed),
            (last, Word::Skipped),
            (last / 3, Word::Pending),
        ] {
            let index = EntryIndex(place as u32);
            let changed = check(&text, index, to);
            let diff = tallymark_text::unified_diff("status.json", &text, &changed);
            let lines = diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).count();
            assert!(lines <= 24, "{}: {lines} lines for one task\n{diff}", path.display());
        }
    }
}

#[test]
fn real_files_come_back_byte_by_byte() {
    let pairs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/pairs");
    let Ok(pairs) = std::fs::read_dir(&pairs) else {
        println!("skipped: {} is not there", pairs.display());
        return;
    };
    for pair in pairs {
        let path = pair.unwrap().path().join("status.json");
        let text = read(&path);
        let status = Status::from_bytes(text.as_bytes());
        let (_folder, copy) = file(&text);
        let store = Store::open(&copy).unwrap();
        // Two descriptions changed and set back: the head's time is all that is left of it.
        let middle = EntryIndex(status.entries.len() as u32 / 2);
        let old = status.description(middle).to_owned();
        let id = status.id(middle);
        store.apply(&[request(id, Change::SetDescription("another".to_owned()))], &context()).unwrap();
        store.apply(&[request(id, Change::SetDescription(old))], &context()).unwrap();
        let now = Status::from_bytes(read(&copy).as_bytes());
        let tasks = |status: &Status| status.source.slice(status.tasks_span.unwrap()).to_owned();
        assert_eq!(tasks(&status), tasks(&now), "{}", path.display());
    }
}

/// A style to write JSON in.
#[derive(Clone, Debug)]
struct Style {
    line: &'static str,
    indent: &'static str,
    colon: &'static str,
    bom: bool,
    end: &'static str,
}

fn style() -> impl Strategy<Value = Style> {
    (
        prop_oneof![Just("\n"), Just("\r\n"), Just(""), Just(" ")],
        prop_oneof![Just("  "), Just("\t"), Just("    "), Just("")],
        prop_oneof![Just(": "), Just(":"), Just(" : ")],
        any::<bool>(),
        prop_oneof![Just(""), Just("\n"), Just("\r\n"), Just(" \n\n")],
    )
        .prop_map(|(line, indent, colon, bom, end)| Style { line, indent, colon, bom, end })
}

impl Style {
    fn list(&self, open: char, items: &[String], close: char, depth: usize) -> String {
        if items.is_empty() {
            return format!("{open}{close}");
        }
        let lead = |depth| format!("{}{}", self.line, self.indent.repeat(depth));
        let items = items.join(&format!(",{}", lead(depth + 1)));
        format!("{open}{}{items}{}{close}", lead(depth + 1), lead(depth))
    }

    fn object(&self, members: &[(String, String)], depth: usize) -> String {
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("\"{key}\"{}{value}", self.colon)).collect();
        self.list('{', &members, '}', depth)
    }
}

/// A value that nobody but its writer knows, as text.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("1.50".to_owned()),
        Just("-0".to_owned()),
        Just("1E+2".to_owned()),
        Just("123456789012345678901234567890".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just(r#""\u00e9\/ é \"]},{[""#.to_owned()),
        Just(r#"{"a":[{ },[ ]],"id":"1"}"#.to_owned()),
        Just("[ 1 ,2 ]".to_owned()),
    ]
}

fn entry(id: usize) -> impl Strategy<Value = Vec<(String, String)>> {
    let word = prop_oneof![
        Just("pending"),
        Just("in_progress"),
        Just("completed"),
        Just("failed"),
        Just("skipped"),
        Just("done"),
        Just("odd")
    ];
    let time = Just(r#""2025-12-23T02:00:00.000Z""#.to_owned());
    (
        word,
        prop::option::of(time.clone()),
        prop::option::of(time),
        prop::option::of(value()),
        prop::collection::vec(value(), 0..3),
        prop::option::of(Just(r#""e""#.to_owned())),
        any::<prop::sample::Index>(),
    )
        .prop_map(move |(word, started, completed, notes, unknown, error, rotate)| {
            let mut members = vec![
                ("id".to_owned(), format!("\"{id}\"")),
                ("phase".to_owned(), format!("\"Phase {}\"", id % 3)),
                ("status".to_owned(), format!("\"{word}\"")),
            ];
            members.extend(started.map(|time| ("startedAt".to_owned(), time)));
            members.extend(completed.map(|time| ("completedAt".to_owned(), time)));
            members.extend(notes.map(|notes| ("notes".to_owned(), notes)));
            members.extend(error.map(|error| ("error".to_owned(), error)));
            members.extend(unknown.into_iter().enumerate().map(|(at, value)| (format!("x{at}"), value)));
            let middle = rotate.index(members.len());
            members.rotate_left(middle);
            members
        })
}

fn text() -> impl Strategy<Value = (String, usize)> {
    let entries = (1..6_usize).prop_flat_map(|count| (0..count).map(entry).collect::<Vec<_>>());
    let head = prop::collection::vec(value(), 0..3);
    (style(), entries, head, any::<[bool; 3]>(), any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(|(style, entries, unknown, [summary, phase, updated], rotate, chosen)| {
            let tasks: Vec<String> = entries.iter().map(|entry| style.object(entry, 2)).collect();
            let mut head = vec![("tasks".to_owned(), style.list('[', &tasks, ']', 1))];
            if summary {
                let summary =
                    [("completed".to_owned(), "99".to_owned()), ("own".to_owned(), "1.0".to_owned())];
                head.push(("summary".to_owned(), style.object(&summary, 1)));
            }
            if phase {
                head.push(("currentPhase".to_owned(), "\"?\"".to_owned()));
            }
            if updated {
                head.push(("lastUpdatedAt".to_owned(), "null".to_owned()));
            }
            head.extend(unknown.into_iter().enumerate().map(|(at, value)| (format!("y{at}"), value)));
            let middle = rotate.index(head.len());
            head.rotate_left(middle);
            let bom = if style.bom { "\u{feff}" } else { "" };
            (format!("{bom}{}{}", style.object(&head, 0), style.end), chosen.index(entries.len()))
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever the style of the file, the order of its keys and what else is in it.
    #[test]
    fn of_any_file_only_the_task_and_what_follows_changes(
        (text, chosen) in text(),
        to in prop::sample::select(&Word::ALL[..]),
    ) {
        check(&text, EntryIndex(chosen as u32), to);
    }
}
