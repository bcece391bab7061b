//! The export of beads, `.beads/issues.jsonl`: an issue a line.
//!
//! `{"id":"app-4re","title":…,"status":"open","created_at":…,"closed_at":…,"close_reason":…,"dependencies":[{"issue_id":…,
//! "depends_on_id":…,"type":"blocks"}]}`. Of the dependencies only those that block are taken; `parent-child` says where an
//! issue belongs. Status `tombstone` is a deleted issue, and left out. A line that cannot be read is reported, and the
//! others count: beads appends and merges by lines.

use tallymark_text::{Source, Span};

use super::{Decoder, report_missing, status_word};
use crate::{
    Entry, Format, Problem, ProblemKind, Status, Text,
    json::{self, Kind},
    reader::{Reader, Seen},
};

/// The decoder.
pub(super) struct Beads;

/// After so many lines that cannot be read the rest is not looked at: it is another kind of file.
const MOST_BROKEN: usize = 100;

impl Decoder for Beads {
    fn format(&self) -> Format {
        Format::Beads
    }

    fn recognises(&self, path: &str, _text: &str) -> bool {
        path.ends_with(".jsonl")
    }

    fn decode(&self, source: &Source, status: &mut Status) -> Result<(), Problem> {
        let text = source.text();
        let mut reader = Reader { text, problems: Vec::new(), seen: Seen::default() };
        let mut broken = 0;
        let mut at = 0;
        while at < text.len() && broken <= MOST_BROKEN {
            let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |line| at + line);
            let line = text[at..end].trim_ascii();
            at = end + 1;
            if line.is_empty() {
                continue;
            }
            let span = json::span_in(text, line);
            match whole_object(line) {
                Ok(()) => status.entries.extend(issue(&mut reader, line, span)),
                Err(why) => {
                    broken += 1;
                    reader.problem(span, ProblemKind::UnreadablePart(why));
                }
            }
        }
        if broken > 0 && status.entries.is_empty() {
            let first = reader.problems.first().map_or(Span::at(0), |problem| problem.span);
            return Err(super::unreadable(
                first,
                "not an export of beads: none of its lines is an issue in JSON",
            ));
        }
        status.tasks_span = Some(Span::new(0, text.len()));
        status.problems = reader.problems;
        Ok(())
    }
}

/// Whether a line is one object and nothing more; the error says what it is instead.
fn whole_object(line: &str) -> Result<(), String> {
    match serde_json::from_str::<&serde_json::value::RawValue>(line) {
        Ok(_) if Kind::of(line) == Kind::Object => Ok(()),
        Ok(_) => Err(format!("{}, not an object", Kind::of(line).described())),
        Err(error) if error.is_eof() => Err("cut short".to_owned()),
        Err(_) if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) => {
            Err("a conflict that Git left".to_owned())
        }
        Err(error) => {
            let message = error.to_string();
            let why = message.rsplit_once(" at line ").map_or(message.as_str(), |(why, _)| why);
            Err(format!("not JSON: {why}"))
        }
    }
}

/// An issue; none if it was deleted.
fn issue<'a>(reader: &mut Reader<'a>, line: &'a str, span: Span) -> Option<Entry> {
    let mut entry = Entry { span, ..Entry::default() };
    let before = reader.problems.len();
    let mut worded = false;
    reader.seen.clear();
    let read = json::members(line, |key, value| {
        reader.key(key.clone(), value.get());
        match key.as_ref() {
            "id" => entry.id = reader.id(value),
            "title" => entry.description = reader.string(&key, value),
            "status" => (entry.status, worded) = status_word(reader, value),
            "priority" if matches!(Kind::of(value.get()), Kind::String | Kind::Number) => {
                entry.priority = Some(reader.text(value));
            }
            "notes" => entry.notes = reader.string(&key, value),
            "close_reason" => entry.reason = reader.string(&key, value),
            "started_at" => entry.started_at = reader.time(&key, value),
            "closed_at" => entry.completed_at = reader.time(&key, value),
            "dependencies" => entry.dependencies = blockers(reader, value),
            _ => {}
        }
    });
    if read.is_err() {
        reader.wrong_type(span, "issue", "an object with Unicode keys");
    }
    let word = entry.status.as_ref().map_or("", |word| match &word.unescaped {
        Some(own) => own,
        None => reader.text[word.span.start as usize..word.span.end as usize].trim_matches('"'),
    });
    if word == "tombstone" {
        reader.problems.truncate(before);
        return None;
    }
    report_missing(reader, &entry, worded);
    Some(entry)
}

/// The issues that block this one.
fn blockers<'a>(reader: &mut Reader<'a>, value: &'a serde_json::value::RawValue) -> Vec<Text> {
    let mut found = Vec::new();
    match Kind::of(value.get()) {
        Kind::Array => {
            let read = json::elements(value.get(), |element| {
                if Kind::of(element.get()) != Kind::Object {
                    reader.wrong_type(reader.span(element), "dependencies", "a list of objects");
                    return;
                }
                let (mut on, mut blocks) = (None, true);
                let read = json::members(element.get(), |key, value| match key.as_ref() {
                    "depends_on_id" => on = reader.string(&key, value),
                    "type" => blocks = json::text_of(value.get()) == "blocks",
                    _ => {}
                });
                debug_assert!(read.is_ok(), "the value has been read as JSON before");
                found.extend(on.filter(|_| blocks));
            });
            debug_assert!(read.is_ok(), "the value has been read as JSON before");
        }
        Kind::Null => {}
        _ => reader.wrong_type(reader.span(value), "dependencies", "a list of objects"),
    }
    found
}
