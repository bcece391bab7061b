//! status.json to [`Status`].

use std::{borrow::Cow, sync::Arc};

use serde_json::value::RawValue;
use tallymark_text::{DecodeError, Source, Span};

use crate::{
    Entry, Problem, ProblemKind, Status, Summary, SummaryField,
    json::{self, Head, HeadValue, Kind},
    merge::CONFLICTS,
    reader::{Reader, Seen},
};

impl Status {
    /// Reads a status file's text. Never fails and never panics.
    ///
    /// What is no status file at all has exactly one problem, [`ProblemKind::Unreadable`]. Anything less is reported with its
    /// place and read around. Where a key stands twice the last one counts, as in JavaScript.
    pub fn parse(source: Arc<Source>) -> Status {
        let mut status = Status::empty(source);
        let source = Arc::clone(&status.source);
        match read(&source, &mut status) {
            Ok(()) => status.readable = true,
            Err(unreadable) => {
                status = Status::empty(source);
                status.problems.push(unreadable);
            }
        }
        status
    }

    /// Reads a status file's bytes. Bytes that are no UTF-8 are [`ProblemKind::Unreadable`]; the source has the text
    /// with U+FFFD for them, so that the place can be shown.
    pub fn from_bytes(bytes: &[u8]) -> Status {
        Self::decoded(bytes, Self::parse)
    }

    /// What `read` makes of the text of some bytes.
    pub(crate) fn decoded(bytes: &[u8], read: impl FnOnce(Arc<Source>) -> Status) -> Status {
        let error = match Source::from_bytes(bytes) {
            Ok(source) => return read(Arc::new(source)),
            Err(error) => error,
        };
        let mut status = Status::unreadable(error.to_string());
        if let DecodeError::NotUtf8 { at } = error {
            let source = Source::new(&String::from_utf8_lossy(bytes));
            let at = at.saturating_sub(if source.has_bom() { 3 } else { 0 });
            status.problems[0].span = character_at(source.text(), at);
            status.source = Arc::new(source);
        }
        status
    }

    /// What stands for a status file that is there and cannot be read: a folder, no permission, too large. `reason` completes
    /// "status.json is …".
    pub fn unreadable(reason: impl Into<String>) -> Status {
        let mut status = Status::empty(Arc::new(Source::new("")));
        status.problems.push(Problem { span: Span::at(0), kind: ProblemKind::Unreadable(reason.into()) });
        status
    }
}

/// Fills `status` with what `source` says; the error is why it is no status file.
fn read(source: &Source, status: &mut Status) -> Result<(), Problem> {
    let text = source.text();
    let unreadable = |span, reason: String| Problem { span, kind: ProblemKind::Unreadable(reason) };
    let start = text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len();
    if start == text.len() {
        return Err(unreadable(Span::at(0), "empty".to_owned()));
    }
    if text.bytes().all(|byte| byte == 0) {
        let reason = "nothing but NUL bytes, as a crash of the machine leaves it".to_owned();
        return Err(unreadable(Span::at(0), reason));
    }
    let failed = |error| {
        let (span, reason) = syntax_error(source, &error);
        unreadable(span, reason)
    };
    let not_ours = |span, what: String| unreadable(span, format!("JSON, but not a status file: {what}"));
    if !text[start..].starts_with('{') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let value = values.next().transpose().map_err(failed)?.map_or("", RawValue::get);
        return Err(not_ours(character_at(text, start), Kind::of(value).described().to_owned()));
    }
    let Head { members, end } = Head::read(text, "tasks").map_err(failed)?;
    let mut reader = Reader { text, problems: Vec::new(), seen: Seen::default() };
    let tasks = reader.head(&members, status);
    let Some(tasks) = tasks else {
        let keys: Vec<&str> = members.iter().map(|(key, _)| key.as_ref()).take(4).collect();
        let has = match (keys.len(), members.len()) {
            (0, _) => "an empty object".to_owned(),
            (shown, all) => {
                let more = if all > shown { ", …" } else { "" };
                format!("an object without `tasks` (it has `{}`{more})", keys.join("`, `"))
            }
        };
        return Err(not_ours(character_at(text, start), has));
    };
    let place = json::span_in(text, tasks.text());
    let elements = match tasks {
        HeadValue::List(_, elements) => elements,
        // Its key is written with escapes, or it is no list at all.
        HeadValue::Raw(value) if Kind::of(value.get()) == Kind::Array => {
            let mut elements = Vec::new();
            json::elements(value.get(), |element| elements.push(element)).map_err(failed)?;
            &elements.clone()
        }
        HeadValue::Raw(value) => {
            let what = format!("its `tasks` is {}, not an array", Kind::of(value.get()).described());
            return Err(not_ours(character_at(text, place.start as usize), what));
        }
    };
    status.tasks_span = Some(place);
    status.entries.reserve(elements.len());
    for entry in elements {
        let span = json::span_in(text, entry.get());
        if Kind::of(entry.get()) == Kind::Object {
            status.entries.push(reader.entry(entry.get(), span));
        } else {
            reader.wrong_type(span, "tasks", "a list of objects");
        }
    }
    let foreign = |entry: &Entry| entry.id.is_none() && entry.status.is_none();
    if !status.entries.is_empty() && status.entries.iter().all(foreign) {
        let what = "none of its `tasks` has an `id` or a `status`".to_owned();
        return Err(not_ours(character_at(text, place.start as usize), what));
    }
    let rest = text[end..].trim_ascii();
    if !rest.is_empty() {
        reader.problem(json::span_in(text, rest), ProblemKind::TrailingGarbage);
    }
    let span = |value: &HeadValue<'_>| json::span_in(text, value.text());
    status.members = members.iter().map(|(key, value)| (key.as_ref().into(), span(value))).collect();
    status.problems = reader.problems;
    status.problems.sort_by_key(|problem| problem.span);
    Ok(())
}

/// Where reading stopped, and why, in words.
pub(crate) fn syntax_error(source: &Source, error: &serde_json::Error) -> (Span, String) {
    let text = source.text();
    if error.is_eof() {
        let last = text.trim_ascii_end().len().saturating_sub(1);
        return (character_at(text, last), format!("cut short at line {}", source.line_of(last) + 1));
    }
    // serde_json counts lines by `\n` alone, and columns in bytes up to and including the byte it stumbled over.
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(before) => {
            memchr::memchr_iter(b'\n', text.as_bytes()).nth(before).map_or(text.len(), |at| at + 1)
        }
    };
    let at = line_start + error.column().saturating_sub(1);
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    let line = source.line_of(at);
    let reason = match reason {
        _ if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| source.line(line).starts_with(mark)) => {
            "a conflict that Git left"
        }
        "expected ident" => "expected `true`, `false` or `null`",
        reason => reason,
    };
    (character_at(text, at), format!("not JSON: {reason}, at line {}", line + 1))
}

/// The span of the character in which the byte `at` lies; empty at the end.
pub(crate) fn character_at(text: &str, at: usize) -> Span {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    Span::new(start, start + text[start..].chars().next().map_or(0, char::len_utf8))
}

impl<'a> Reader<'a> {
    /// Reads the members of the whole file, and gives back what `tasks` is.
    fn head<'m>(
        &mut self,
        members: &'m [(Cow<'a, str>, HeadValue<'a>)],
        status: &mut Status,
    ) -> Option<&'m HeadValue<'a>> {
        let (mut tasks, mut summary) = (None, None);
        self.seen.clear();
        for (key, value) in members {
            self.key(key.clone(), value.text());
            if key == "tasks" {
                tasks = Some(value);
            }
            let HeadValue::Raw(value) = value else { continue };
            match key.as_ref() {
                "planPath" => status.plan_path = self.string(key, value),
                "planName" => status.plan_name = self.string(key, value),
                "currentPhase" => status.current_phase = self.string(key, value),
                "createdAt" => status.created_at = self.time(key, value),
                "lastUpdatedAt" => status.last_updated_at = self.time(key, value),
                "schema_version" => status.schema_version = self.integer(key, value, "a whole number"),
                "summary" => summary = Some(value),
                _ => {}
            }
        }
        // Only now: the keys of one object at a time are remembered.
        status.summary = summary.and_then(|value| self.summary(value));
        tasks
    }

    fn entry(&mut self, object: &'a str, span: Span) -> Entry {
        let mut entry = Entry { span, ..Entry::default() };
        let (mut title, mut phase_name, mut last_error, mut reason) = (None, None, None, None);
        let mut wrong_status = false;
        self.seen.clear();
        let read = json::members(object, |key, value| {
            self.key(key.clone(), value.get());
            match key.as_ref() {
                "id" => entry.id = self.id(value),
                "phase" => entry.phase = self.string(&key, value),
                "phaseName" => phase_name = self.string(&key, value),
                "description" => entry.description = self.string(&key, value),
                "title" => title = self.string(&key, value),
                "status" => {
                    entry.status = self.string(&key, value);
                    wrong_status = entry.status.is_none() && Kind::of(value.get()) != Kind::Null;
                }
                "startedAt" => entry.started_at = self.time(&key, value),
                "completedAt" => entry.completed_at = self.time(&key, value),
                "duration" => entry.duration = self.integer(&key, value, "whole milliseconds"),
                "notes" => entry.notes = self.string(&key, value),
                "error" => entry.error = self.string(&key, value),
                "lastError" => last_error = self.string(&key, value),
                "skipReason" => entry.reason = self.string(&key, value),
                "reason" => reason = self.string(&key, value),
                "findingsPath" => entry.findings_path = self.string(&key, value),
                "retryCount" => entry.retry_count = self.integer(&key, value, "a whole number"),
                "lastErrorAt" => entry.last_error_at = self.time(&key, value),
                "priority" if matches!(Kind::of(value.get()), Kind::String | Kind::Number) => {
                    entry.priority = Some(self.text(value));
                }
                "dependencies" => entry.dependencies = self.ids(&key, value),
                "dependents" => entry.dependents = self.ids(&key, value),
                CONFLICTS if Kind::of(value.get()) == Kind::Object => {
                    entry.merge_conflicts = Some(self.span(value));
                }
                _ => {}
            }
        });
        if read.is_err() {
            self.wrong_type(span, "tasks", "an object with Unicode keys");
        }
        entry.description = entry.description.or(title);
        entry.phase = entry.phase.or(phase_name);
        entry.error = entry.error.or(last_error);
        entry.reason = entry.reason.or(reason);
        if entry.id.is_none() {
            self.problem(span, ProblemKind::MissingId);
        }
        if entry.status.is_none() && !wrong_status {
            self.problem(span, ProblemKind::MissingStatus);
        }
        entry
    }

    fn summary(&mut self, value: &'a RawValue) -> Option<Summary> {
        let mut summary = Summary { span: self.span(value), counts: Vec::new() };
        match Kind::of(value.get()) {
            Kind::Object => {}
            Kind::Null => return None,
            _ => {
                self.wrong_type(summary.span, "summary", "an object");
                return None;
            }
        }
        self.seen.clear();
        let read = json::members(value.get(), |key, value| {
            self.key(key.clone(), value.get());
            let Some(field) = SummaryField::ALL.into_iter().find(|field| field.key() == key) else { return };
            if let Some((count, span)) = self.integer(&format!("summary.{key}"), value, "a whole number") {
                summary.counts.retain(|(other, ..)| *other != field);
                summary.counts.push((field, count, span));
            }
        });
        if read.is_err() {
            self.wrong_type(summary.span, "summary", "an object with Unicode keys");
        }
        Some(summary)
    }
}
