//! What other programs keep instead of a status.json, read into the same [`Status`]: a file for each. They are read only.
//!
//! A [`Decoder`] says which files are its own, by name and by what stands in them, and fills a [`Status`] with spans into
//! the file's own text, so that whatever works on a status.json works on them.

mod beads;
mod bmad;
mod claude_tasks;
mod kiro;
mod task_master;

use std::sync::Arc;

use serde_json::value::RawValue;
use tallymark_text::{Source, Span};

use crate::{Entry, Format, Problem, ProblemKind, Status, Text, json::Kind, reader::Reader};

/// Reads the file of another program.
trait Decoder: Sync {
    /// Whose file it reads.
    fn format(&self) -> Format;

    /// Whether a file is one of its own. `path` has slashes.
    fn recognises(&self, path: &str, text: &str) -> bool;

    /// Fills `status` with what `source` says. The error is why it is no file of its kind; anything less is a problem in
    /// `status`.
    fn decode(&self, source: &Source, status: &mut Status) -> Result<(), Problem>;
}

/// All of them. Claude Code keeps a folder: see [`Status::from_folder`].
static DECODERS: [&dyn Decoder; 4] = [&task_master::TaskMaster, &kiro::Kiro, &bmad::Bmad, &beads::Beads];

impl Format {
    /// Whose file it is, by its path (with slashes) and its text.
    pub fn of(path: &str, text: &str) -> Format {
        if path.contains(".claude/tasks/") {
            return Format::ClaudeTasks;
        }
        decoder(path, text).map_or(Format::StatusJson, Decoder::format)
    }
}

fn decoder(path: &str, text: &str) -> Option<&'static dyn Decoder> {
    DECODERS.into_iter().find(|decoder| decoder.recognises(path, text))
}

impl Status {
    /// Reads a file of any format that we know; which, its path (with slashes) and its text tell. Never fails and never
    /// panics, as [`Status::parse`].
    pub fn read(path: &str, source: Arc<Source>) -> Status {
        let Some(decoder) = decoder(path, source.text()) else { return Status::parse(source) };
        let mut status = Status::empty(source);
        status.format = decoder.format();
        let source = Arc::clone(&status.source);
        if source.text().trim_ascii().is_empty() && decoder.format() != Format::Beads {
            status.problems.push(unreadable(Span::at(0), "empty"));
            return status;
        }
        match decoder.decode(&source, &mut status) {
            Ok(()) => status.readable = true,
            Err(unreadable) => {
                status = Status::empty(source);
                status.format = decoder.format();
                status.problems.push(unreadable);
            }
        }
        status.problems.sort_by_key(|problem| problem.span);
        status
    }

    /// The same for a file's bytes. Bytes that are no UTF-8 are [`ProblemKind::Unreadable`].
    pub fn read_bytes(path: &str, bytes: &[u8]) -> Status {
        let mut status = Self::decoded(bytes, |source| Self::read(path, source));
        if !status.readable {
            status.format = Format::of(path, status.source.text());
        }
        status
    }

    /// Reads the files of a folder of Claude Code's tasks, `N.json`: their names and bytes, in any order.
    pub fn from_folder(files: Vec<(String, Vec<u8>)>) -> Status {
        claude_tasks::read(files)
    }

    /// Only one of its lists: the one with this name, without case; else the one called `master`, else the first. All, where it has no
    /// more than one.
    pub fn of_list(self: &Arc<Self>, name: Option<&str>) -> Arc<Status> {
        if self.lists.len() < 2 {
            return Arc::clone(self);
        }
        let named = |name: &str| self.lists.iter().find(|list| list.name.eq_ignore_ascii_case(name));
        let Some(list) = name.and_then(named).or_else(|| named("master")).or(self.lists.first()) else {
            return Arc::clone(self);
        };
        let inside = |span: Span| list.span.start <= span.start && span.end <= list.span.end;
        let mut status = Status::empty(Arc::clone(&self.source));
        status.format = self.format;
        status.readable = self.readable;
        status.tasks_span = Some(list.span);
        status.entries = self.entries.iter().filter(|entry| inside(entry.span)).cloned().collect();
        status.problems = self.problems.iter().filter(|problem| inside(problem.span)).cloned().collect();
        status.lists = vec![list.clone()];
        Arc::new(status)
    }
}

/// Why a file is none of its kind.
fn unreadable(span: Span, why: impl Into<String>) -> Problem {
    Problem { span, kind: ProblemKind::Unreadable(why.into()) }
}

/// The status word of an entry, and whether there is anything in its place: what is no string is reported as that.
fn status_word(reader: &mut Reader<'_>, value: &RawValue) -> (Option<Text>, bool) {
    (reader.string("status", value), Kind::of(value.get()) != Kind::Null)
}

/// Reports an entry without an id or a status. `worded`: there is something in the place of its status.
fn report_missing(reader: &mut Reader<'_>, entry: &Entry, worded: bool) {
    if entry.id.is_none() {
        reader.problem(entry.span, ProblemKind::MissingId);
    }
    if entry.status.is_none() && !worded {
        reader.problem(entry.span, ProblemKind::MissingStatus);
    }
}

/// A file's name, of a path with slashes.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
