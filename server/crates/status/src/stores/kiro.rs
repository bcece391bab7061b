//! Kiro's `tasks.meta.json`, beside `tasks.md`.
//!
//! `{"pbtResults": {}, "executionHistory": {"2.1 Create the types": [{"executionId", "chatSessionId", "timestamp"}]}}`: under
//! the line of each task, the last ten times that Kiro set its box, in milliseconds. There is no status in it, and a stamp
//! is no proof that anything ran: Kiro stamps a whole plan when it queues it. What is done, the boxes say.

use serde_json::value::RawValue;
use tallymark_text::Source;

use super::{Decoder, name_of, unreadable};
use crate::{
    Entry, Format, Problem, ProblemKind, Status, Text,
    json::{self, Kind},
    parse::{character_at, syntax_error},
    reader::{Reader, Seen},
    time,
};

/// The decoder.
pub(super) struct Kiro;

impl Decoder for Kiro {
    fn format(&self) -> Format {
        Format::Kiro
    }

    fn recognises(&self, path: &str, _text: &str) -> bool {
        name_of(path) == "tasks.meta.json"
    }

    fn decode(&self, source: &Source, status: &mut Status) -> Result<(), Problem> {
        let text = source.text();
        let failed = |error| {
            let (span, why) = syntax_error(source, &error);
            unreadable(span, why)
        };
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let whole = values.next().transpose().map_err(failed)?.map_or("", RawValue::get);
        let rest = text[values.byte_offset()..].trim_ascii();
        let mut reader = Reader { text, problems: Vec::new(), seen: Seen::default() };
        let (mut known, mut history) = (false, None);
        if Kind::of(whole) == Kind::Object {
            let read = json::members(whole, |key, value| {
                reader.key(key.clone(), value.get());
                known |= matches!(key.as_ref(), "pbtResults" | "executionHistory");
                if key == "executionHistory" {
                    history = Some(value);
                }
            });
            read.map_err(failed)?;
        }
        if !known {
            let start = text.len() - text.trim_ascii_start().len();
            let why = "JSON, but not Kiro's: it has neither `pbtResults` nor `executionHistory`";
            return Err(unreadable(character_at(text, start), why));
        }
        if let Some(history) = history {
            status.tasks_span = Some(reader.span(history));
            if Kind::of(history.get()) == Kind::Object {
                read_history(&mut reader, history, status);
            } else if Kind::of(history.get()) != Kind::Null {
                reader.wrong_type(reader.span(history), "executionHistory", "an object");
            }
        }
        if !rest.is_empty() {
            reader.problem(json::span_in(text, rest), ProblemKind::TrailingGarbage);
        }
        status.problems = reader.problems;
        Ok(())
    }
}

fn read_history<'a>(reader: &mut Reader<'a>, history: &'a RawValue, status: &mut Status) {
    reader.seen.clear();
    let read = json::members(history.get(), |key, value| {
        reader.key(key.clone(), value.get());
        let span = reader.span(value);
        let stamps = stamps(reader, value);
        let (id, title) = id_and_title(&key);
        let told = match stamps.iter().max() {
            None => "never set by Kiro".to_owned(),
            Some(&last) if stamps.len() == 1 => format!("set by Kiro once, on {}", time::format(last)),
            Some(&last) => format!("set by Kiro {} times, last on {}", stamps.len(), time::format(last)),
        };
        let own = |text: &str| Text { span, unescaped: Some(text.into()) };
        status.entries.push(Entry {
            span,
            id: id.map(own),
            description: Some(own(title)),
            notes: Some(own(&told)),
            ..Entry::default()
        });
    });
    debug_assert!(read.is_ok(), "the value has been read as JSON before");
}

/// The times in a task's list, in milliseconds.
fn stamps(reader: &mut Reader<'_>, list: &RawValue) -> Vec<i64> {
    let mut stamps = Vec::new();
    if Kind::of(list.get()) != Kind::Array {
        reader.wrong_type(reader.span(list), "executionHistory", "an object of lists");
        return stamps;
    }
    let read = json::elements(list.get(), |element| {
        if Kind::of(element.get()) == Kind::Object {
            let timestamp = json::members(element.get(), |key, value| {
                if key == "timestamp" {
                    stamps.extend(reader.integer(&key, value, "milliseconds").map(|(stamp, _)| stamp));
                }
            });
            debug_assert!(timestamp.is_ok(), "the value has been read as JSON before");
        }
    });
    debug_assert!(read.is_ok(), "the value has been read as JSON before");
    stamps
}

/// `2.1 Create the types`, `1. Set up`: the id in front, and the rest.
fn id_and_title(line: &str) -> (Option<&str>, &str) {
    let line = line.trim();
    match line.split_once(char::is_whitespace) {
        Some((first, rest)) if first.starts_with(|first: char| first.is_ascii_digit()) => {
            (Some(first.trim_end_matches(['.', ':'])), rest.trim_start())
        }
        _ => (None, line),
    }
}
