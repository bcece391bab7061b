//! Task Master's `tasks.json`.
//!
//! `{"master": {"tasks": […], "metadata": {…}}, "other-tag": {…}}`, or `{"tasks": […]}` before there were tags. A task has
//! `id` (a number, or its digits), `title`, `status`, `dependencies` (numbers, or strings such as `"1.2"`) and `subtasks`,
//! whose ids count from 1 in each task: subtask 2 of task 1 is called `1.2`, and its `dependencies: [1]` means `1.1`.
//! Seen in the wild, in 2,025 public repositories; Task Master 0.16 brought the tags.

use serde_json::value::RawValue;
use tallymark_text::{Source, Span};

use super::{Decoder, name_of, report_missing, status_word, unreadable};
use crate::{
    Entry, Format, List, Problem, ProblemKind, Status, Text,
    json::{self, Kind},
    parse::{character_at, syntax_error},
    reader::{Reader, Seen},
};

/// Subtasks of subtasks are read to this depth. Task Master itself writes one level.
const DEEPEST: usize = 8;

/// The decoder.
pub(super) struct TaskMaster;

impl Decoder for TaskMaster {
    fn format(&self) -> Format {
        Format::TaskMaster
    }

    fn recognises(&self, path: &str, text: &str) -> bool {
        let name = name_of(path);
        name == "tasks.json" && (path.contains(".taskmaster/") || text.contains("\"subtasks\""))
            || (path.contains(".taskmaster/tasks/") && name.ends_with(".json"))
    }

    fn decode(&self, source: &Source, status: &mut Status) -> Result<(), Problem> {
        let text = source.text();
        let failed = |error| {
            let (span, why) = syntax_error(source, &error);
            unreadable(span, why)
        };
        let start = text.len() - text.trim_ascii_start().len();
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let whole = values.next().transpose().map_err(failed)?.map_or("", RawValue::get);
        let rest = text[values.byte_offset()..].trim_ascii();
        let not_tasks = |what: &str| {
            unreadable(character_at(text, start), format!("JSON, but not a file of Task Master: {what}"))
        };
        if Kind::of(whole) != Kind::Object {
            return Err(not_tasks(Kind::of(whole).described()));
        }
        let mut reader = Reader { text, problems: Vec::new(), seen: Seen::default() };
        let mut lists = Vec::new();
        let read = json::members(whole, |key, value| {
            reader.key(key.clone(), value.get());
            match Kind::of(value.get()) {
                Kind::Array if key == "tasks" => lists.push(("master".into(), value, value)),
                Kind::Object => {
                    if let Some(tasks) = member(value.get(), "tasks") {
                        lists.push((Box::from(key.as_ref()), value, tasks));
                    }
                }
                _ => {}
            }
        });
        read.map_err(failed)?;
        if lists.is_empty() {
            return Err(not_tasks("it has neither `tasks` nor a tag with `tasks`"));
        }
        for (name, list, tasks) in lists {
            status.lists.push(List { name, span: reader.span(list) });
            if Kind::of(tasks.get()) == Kind::Array {
                read_list(&mut reader, tasks, &mut status.entries);
            } else {
                reader.wrong_type(reader.span(tasks), "tasks", "a list of tasks");
            }
            status.tasks_span.get_or_insert(reader.span(tasks));
        }
        if !rest.is_empty() {
            reader.problem(json::span_in(text, rest), ProblemKind::TrailingGarbage);
        }
        status.problems = reader.problems;
        Ok(())
    }
}

/// The last member of an object with a key.
fn member<'a>(object: &'a str, wanted: &str) -> Option<&'a RawValue> {
    let mut found = None;
    let read = json::members(object, |key, value| {
        if key == wanted {
            found = Some(value);
        }
    });
    read.ok().and(found)
}

/// Reads the tasks of a list, each before its subtasks.
fn read_list<'a>(reader: &mut Reader<'a>, tasks: &'a RawValue, entries: &mut Vec<Entry>) {
    // What is still to be read, the next one last: a value, the id of the task around it, and how deep it lies.
    let mut open: Vec<(&'a RawValue, String, usize)> = Vec::new();
    push_elements(&mut open, tasks, "", 0);
    while let Some((value, around, depth)) = open.pop() {
        let span = reader.span(value);
        if Kind::of(value.get()) != Kind::Object {
            reader.wrong_type(span, if depth == 0 { "tasks" } else { "subtasks" }, "a list of objects");
            continue;
        }
        let (entry, subtasks) = read_task(reader, value.get(), span, &around);
        let id = entry.id.as_ref().map_or(String::new(), |id| text_of(reader.text, id).to_owned());
        entries.push(entry);
        let Some(subtasks) = subtasks else { continue };
        match Kind::of(subtasks.get()) {
            Kind::Array if depth < DEEPEST => push_elements(&mut open, subtasks, &id, depth + 1),
            Kind::Array => {
                reader.wrong_type(reader.span(subtasks), "subtasks", "at most eight levels deep");
            }
            Kind::Null => {}
            _ => reader.wrong_type(reader.span(subtasks), "subtasks", "a list of objects"),
        }
    }
}

fn push_elements<'a>(
    open: &mut Vec<(&'a RawValue, String, usize)>,
    list: &'a RawValue,
    around: &str,
    depth: usize,
) {
    let from = open.len();
    let read = json::elements(list.get(), |element| open.push((element, around.to_owned(), depth)));
    debug_assert!(read.is_ok(), "the value has been read as JSON before");
    open[from..].reverse();
}

fn read_task<'a>(
    reader: &mut Reader<'a>,
    object: &'a str,
    span: Span,
    around: &str,
) -> (Entry, Option<&'a RawValue>) {
    let mut entry = Entry { span, ..Entry::default() };
    let mut subtasks = None;
    let mut worded = false;
    reader.seen.clear();
    let read = json::members(object, |key, value| {
        reader.key(key.clone(), value.get());
        match key.as_ref() {
            "id" => entry.id = id(reader, value, around, true),
            "title" => entry.description = reader.string(&key, value),
            "status" => (entry.status, worded) = status_word(reader, value),
            "priority" => entry.priority = reader.string(&key, value),
            "dependencies" => entry.dependencies = dependencies(reader, value, around),
            "subtasks" => subtasks = Some(value),
            _ => {}
        }
    });
    if read.is_err() {
        reader.wrong_type(span, "tasks", "an object with Unicode keys");
    }
    report_missing(reader, &entry, worded);
    (entry, subtasks)
}

/// An id as Task Master's commands take it: `1`, and `1.2` for subtask 2 of task 1. A number counts below its task; a string
/// may name any task, if it is not the task's own id.
fn id(reader: &mut Reader<'_>, value: &RawValue, around: &str, own: bool) -> Option<Text> {
    let span = reader.span(value);
    let whole = |id: &str| match around {
        "" => None,
        // Some versions write the whole id into the subtask.
        _ if id.contains('.') => None,
        around => Some(format!("{around}.{id}").into_boxed_str()),
    };
    match Kind::of(value.get()) {
        Kind::Number => Some(Text { span, unescaped: whole(value.get()) }),
        Kind::String => {
            let mut text = reader.text(value);
            let written = text_of(reader.text, &text);
            if let Some(whole) = whole(written) {
                text.unescaped = Some(whole);
            }
            Some(text)
        }
        Kind::Null => None,
        _ => {
            reader.wrong_type(span, if own { "id" } else { "dependencies" }, "a number, or a string");
            None
        }
    }
}

fn dependencies(reader: &mut Reader<'_>, value: &RawValue, around: &str) -> Vec<Text> {
    let mut found = Vec::new();
    match Kind::of(value.get()) {
        Kind::Array => {
            let read = json::elements(value.get(), |element| {
                found.extend(id(reader, element, around, false));
            });
            debug_assert!(read.is_ok(), "the value has been read as JSON before");
        }
        Kind::Null => {}
        _ => reader.wrong_type(reader.span(value), "dependencies", "a list of task ids"),
    }
    found
}

/// The text of a value.
fn text_of<'a>(source: &'a str, text: &'a Text) -> &'a str {
    match &text.unescaped {
        Some(own) => own,
        None => source[text.span.start as usize..text.span.end as usize].trim_matches('"'),
    }
}
