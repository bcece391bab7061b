//! A folder of Claude Code's task list, `~/.claude/tasks/<list>`: a file `N.json` for each task.
//!
//! `{"id":"11","subject":…,"description":…,"activeForm":…,"status":"pending","owner":…,"blocks":[],"blockedBy":["3"]}`; beside them
//! lie `.lock` and `.highwatermark`, which are nobody's tasks. Files come and go while the list is worked on; one that cannot
//! be read is reported, and the others count. The text of the whole is that of the files one behind the other.

use std::sync::Arc;

use serde_json::value::RawValue;
use tallymark_text::{Source, Span};

use super::{report_missing, status_word};
use crate::{
    Entry, Format, Problem, ProblemKind, Status,
    json::{self, Kind},
    parse::{character_at, syntax_error},
    parts::Part,
    reader::{Reader, Seen},
};

/// Reads the files, in the order of their numbers.
pub(super) fn read(files: Vec<(String, Vec<u8>)>) -> Status {
    let mut files: Vec<(String, Vec<u8>)> = files.into_iter().filter(|(name, _)| is_task(name)).collect();
    files.sort_by(|(one, _), (other, _)| number(one).cmp(&number(other)).then_with(|| one.cmp(other)));
    let mut text = String::new();
    let mut parts = Vec::with_capacity(files.len());
    let mut not_text = Vec::new();
    for (name, bytes) in files {
        let start = text.len() as u32;
        let source = Source::from_bytes(&bytes).unwrap_or_else(|error| {
            not_text.push(Problem {
                span: Span::at(start as usize),
                kind: ProblemKind::UnreadablePart(error.to_string()),
            });
            Source::new("")
        });
        text.push_str(source.text());
        text.push('\n');
        parts.push(Part { name: name.into(), start, source: Arc::new(source) });
    }
    let source = Arc::new(Source::new(&text));
    let mut status = Status::empty(Arc::clone(&source));
    status.format = Format::ClaudeTasks;
    let mut reader = Reader { text: source.text(), problems: not_text, seen: Seen::default() };
    for part in &parts {
        let span = Span::new(part.start as usize, part.start as usize + part.source.len());
        if !reader.problems.iter().any(|problem| problem.span.start == part.start) {
            status.entries.extend(task(&mut reader, part, span));
        }
    }
    status.problems = reader.problems;
    status.problems.sort_by_key(|problem| problem.span);
    status.readable = !parts.is_empty() && (!status.entries.is_empty() || status.problems.is_empty());
    if !status.readable {
        let why = if parts.is_empty() {
            "a folder without tasks: no `1.json`, `2.json`, …"
        } else {
            "a folder of which no file is a task of Claude Code"
        };
        let first = status.problems.first().map_or(Span::at(0), |problem| problem.span);
        status.problems.insert(0, super::unreadable(first, why));
    }
    status.tasks_span = Some(Span::new(0, source.len()));
    status.parts = parts.into();
    status
}

/// `11.json`.
fn is_task(name: &str) -> bool {
    name.strip_suffix(".json").is_some_and(|stem| {
        !stem.is_empty() && stem.len() < 20 && stem.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn number(name: &str) -> u64 {
    name.trim_end_matches(".json").parse().unwrap_or(u64::MAX)
}

/// The task of a file; none if it cannot be read.
fn task<'a>(reader: &mut Reader<'a>, part: &Part, span: Span) -> Option<Entry> {
    let text = &reader.text[span.start as usize..span.end as usize];
    let unreadable = |reader: &mut Reader<'a>, local: Span, why: String| {
        let at = Span { start: span.start + local.start, end: span.start + local.end };
        reader.problem(at, ProblemKind::UnreadablePart(why));
        None
    };
    if text.trim_ascii().is_empty() {
        return unreadable(reader, Span::at(0), "empty".to_owned());
    }
    let value = match serde_json::from_str::<&RawValue>(text) {
        Ok(value) if Kind::of(value.get()) == Kind::Object => value.get(),
        Ok(value) => {
            let why = format!("{}, not an object", Kind::of(value.get()).described());
            return unreadable(reader, character_at(text, 0), why);
        }
        Err(error) => {
            let (at, why) = syntax_error(&part.source, &error);
            return unreadable(reader, at, why);
        }
    };
    let mut entry = Entry { span: json::span_in(reader.text, value), ..Entry::default() };
    let mut worded = false;
    reader.seen.clear();
    let read = json::members(value, |key, value| {
        reader.key(key.clone(), value.get());
        match key.as_ref() {
            "id" => entry.id = reader.id(value),
            "subject" => entry.description = reader.string(&key, value),
            "status" => (entry.status, worded) = status_word(reader, value),
            "blockedBy" => entry.dependencies = reader.ids(&key, value),
            "blocks" => entry.dependents = reader.ids(&key, value),
            _ => {}
        }
    });
    if read.is_err() {
        reader.wrong_type(entry.span, "task", "an object with Unicode keys");
    }
    report_missing(reader, &entry, worded);
    Some(entry)
}
