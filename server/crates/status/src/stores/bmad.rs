//! BMAD's `sprint-status.yaml`.
//!
//! Below `development_status:`, a line for each epic (`epic-1: in-progress`), for each story
//! (`1-2-account-management: done`) and for each retrospective (`epic-1-retrospective: optional`). A story's key is its
//! epic's number, its own, and its title in kebab case: the story is called `1.2`, as in the plan's `### Story 1.2:`. Epics
//! and retrospectives are no stories, and read past.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle};
use tallymark_text::{Source, Span};

use super::{Decoder, name_of, unreadable};
use crate::{Entry, Format, Problem, ProblemKind, Status, Text, parse::character_at};

/// The decoder.
pub(super) struct Bmad;

/// Files of more bytes than this are not read: 8 MiB, a hundred times a file with 10,000 stories. The parser is no match for more.
const MOST_BYTES: usize = 8 << 20;

/// Nothing nested deeper than this is read. BMAD nests two levels, and the parser takes long over very many.
const DEEPEST: usize = 64;

impl Decoder for Bmad {
    fn format(&self) -> Format {
        Format::Bmad
    }

    fn recognises(&self, path: &str, text: &str) -> bool {
        let name = name_of(path);
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        yaml && (name.starts_with("sprint-status.") || text.contains("development_status:"))
    }

    fn decode(&self, source: &Source, status: &mut Status) -> Result<(), Problem> {
        let text = source.text();
        if text.len() > MOST_BYTES {
            return Err(unreadable(Span::at(0), "too large to be BMAD's: more than 8 MB"));
        }
        let mut offsets = Offsets { text, characters: 0, bytes: 0 };
        let mut walk = Walk { depth: 0, key: None, inside: false, found: false, seen: HashSet::new() };
        for event in Parser::new_from_str(text) {
            match event {
                Ok((event, span)) => {
                    let span = Span::new(offsets.at(span.start.index()), offsets.at(span.end.index()));
                    if walk.take(event, span, status) {
                        break;
                    }
                    if walk.depth > DEEPEST {
                        let why = format!("nested deeper than {DEEPEST} levels, which BMAD never does");
                        return Err(unreadable(character_at(text, span.start as usize), why));
                    }
                }
                Err(error) => {
                    let at = character_at(text, offsets.at(error.marker().index()));
                    let line = source.line_of(at.start as usize);
                    let conflict = ["<<<<<<<", "=======", ">>>>>>>"]
                        .iter()
                        .any(|mark| source.line(line).starts_with(mark));
                    let why = if conflict { "a conflict that Git left" } else { error.info() };
                    return Err(unreadable(at, format!("not YAML: {why}, at line {}", line + 1)));
                }
            }
        }
        if !walk.found {
            let start = text.len() - text.trim_ascii_start().len();
            let why = "YAML, but not BMAD's: it has no `development_status`";
            return Err(unreadable(character_at(text, start), why));
        }
        Ok(())
    }
}

/// Byte offsets of the parser's character indices, which only grow but for little steps back.
struct Offsets<'a> {
    text: &'a str,
    characters: usize,
    bytes: usize,
}

impl Offsets<'_> {
    fn at(&mut self, index: usize) -> usize {
        while self.characters > index {
            let before = self.text[..self.bytes].chars().next_back().map_or(0, char::len_utf8);
            self.bytes -= before;
            self.characters -= 1;
        }
        while self.characters < index {
            let Some(next) = self.text[self.bytes..].chars().next() else { break };
            self.bytes += next.len_utf8();
            self.characters += 1;
        }
        self.bytes
    }
}

/// Where the events have come to.
struct Walk {
    /// How many lists and objects are open.
    depth: usize,
    /// The key whose value comes next, on the level that is looked at.
    key: Option<(Box<str>, Span)>,
    /// Inside `development_status`.
    inside: bool,
    /// There was one.
    found: bool,
    /// The keys in it.
    seen: HashSet<Box<str>>,
}

impl Walk {
    /// Takes an event. Gives whether all that matters was read: the rest of the file is only parsed for what matters.
    fn take(&mut self, event: Event<'_>, span: Span, status: &mut Status) -> bool {
        let level = if self.inside { 2 } else { 1 };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if self.depth == 1
                    && !self.found
                    && let Some((key, at)) = self.key.take()
                    && &*key == "development_status"
                {
                    self.found = true;
                    self.inside = matches!(event, Event::MappingStart(..));
                    status.tasks_span = Some(at);
                    if !self.inside {
                        status.problems.push(wrong_type(
                            at,
                            "development_status",
                            "a list of `story: status`",
                        ));
                    }
                } else if self.depth == level
                    && let Some((key, at)) = self.key.take()
                    && self.inside
                {
                    status.problems.push(wrong_type(at, &key, "a word"));
                }
                self.depth += 1;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth = self.depth.saturating_sub(1);
                if self.inside && self.depth == 1 {
                    self.inside = false;
                    return false;
                }
            }
            Event::Scalar(value, style, ..) if self.depth == level => match self.key.take() {
                None => self.key = Some((value.as_ref().into(), span)),
                Some((key, at)) if self.inside => self.story(&key, at, &value, style, span, status),
                Some((key, _)) if &*key == "development_status" && !self.found => self.found = true,
                Some(_) => {}
            },
            Event::Alias(_) if self.depth == level => self.key = None,
            Event::DocumentEnd => return true,
            _ => {}
        }
        false
    }

    fn story(
        &mut self,
        key: &str,
        at: Span,
        word: &str,
        style: ScalarStyle,
        span: Span,
        status: &mut Status,
    ) {
        if !self.seen.insert(key.into()) {
            status.problems.push(Problem { span: at, kind: ProblemKind::DuplicateKey(key.to_owned()) });
        }
        if key.starts_with("epic-") || key.ends_with("-retrospective") {
            return;
        }
        let (id, title) = id_and_title(key);
        let own = |text: String| Some(Text { span: at, unescaped: Some(text.into()) });
        let span = Span::new(span.start as usize, span.start as usize + length(status.source.slice(span)));
        let written = style != ScalarStyle::Plain || !matches!(word, "" | "~" | "null");
        if !written {
            status.problems.push(Problem { span: at, kind: ProblemKind::MissingStatus });
        }
        status.entries.push(Entry {
            span: Span { start: at.start, end: at.end.max(span.end) },
            id: own(id),
            description: own(title),
            status: written.then(|| Text { span, unescaped: Some(word.into()) }),
            ..Entry::default()
        });
    }
}

/// A scalar's length without what the parser takes along behind a closing quote: blanks, a comment.
fn length(written: &str) -> usize {
    let quote = match written.as_bytes().first() {
        Some(&quote @ (b'"' | b'\'')) => quote,
        _ => return written.trim_end().len(),
    };
    let bytes = written.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote && bytes.get(at + 1) == Some(&quote) && quote == b'\'' => at += 1,
            byte if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn wrong_type(span: Span, field: &str, expected: &'static str) -> Problem {
    Problem { span, kind: ProblemKind::WrongType { field: field.to_owned(), expected } }
}

/// `1-2-account-management`: `1.2` and `account management`; `22-1a-x` is `22.1a`. A key of another shape is its own id.
fn id_and_title(key: &str) -> (String, String) {
    let mut parts = key.splitn(3, '-');
    let number = |part: Option<&str>| {
        part.filter(|part| part.starts_with(|first: char| first.is_ascii_digit()) && part.len() < 10)
            .map(str::to_owned)
    };
    match (number(parts.next()), number(parts.next())) {
        (Some(epic), Some(story)) => {
            (format!("{epic}.{story}"), parts.next().unwrap_or_default().replace('-', " "))
        }
        _ => (key.to_owned(), key.replace('-', " ")),
    }
}
