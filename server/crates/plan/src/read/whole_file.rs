//! Files that are one thing as a whole: a task (Backlog.md), a story (BMAD).

use tallymark_text::Span;

use super::Reader;
use crate::boxes::{line_end, trim_end};
use crate::front_matter::fields;
use crate::ids::id_at;
use crate::status_line::{mark_of, status_line};
use crate::{Mark, Meaning, TaskForm, TaskIndex};

/// The whole file is open until its end: no heading is above it.
const FILE_LEVEL: u8 = 0;

impl Reader<'_> {
    /// The task that front matter is, if that has an id and a title; whether it is one.
    pub(super) fn front_matter_task(&mut self, front: Span) -> bool {
        let (mut id, mut title, mut status) = (None, None, None);
        for field in fields(self.text, front).filter(|field| !field.value.is_empty()) {
            let kept = match field.key {
                "id" => &mut id,
                "title" => &mut title,
                "status" => &mut status,
                _ => continue,
            };
            // Of a key that stands there twice, the first holds.
            kept.get_or_insert(field);
        }
        let Some(line) = title.or(id).map(|field| field.line) else { return false };
        let mark = status.map(|status| self.status_mark(status.value));
        let title = title.map_or(Span::at(line.end as usize), |title| title.value);
        self.whole_file_task(line, TaskForm::FrontMatter, id.map(|id| id.value), title, mark);
        true
    }

    /// The title of a file as its task: `# Task 152.5: Title`, with its state in a line `**Status**: Done` below it.
    pub(super) fn title_task(&mut self, span: Span, text: Span) {
        let end = text.end as usize;
        let words = &self.text[text.range()];
        let (mut id, mut from) = (None, text.start as usize);
        if let Some(named) = words.strip_prefix("Task").filter(|rest| rest.starts_with([' ', ':'])) {
            from = end - named.trim_start_matches([' ', ':']).len();
            let rest = &self.text[from..end];
            if let Some(found) = id_at(self.text, from, end, self.reading.ids()) {
                id = Some(found.id);
                from = found.rest;
            } else if let Some((name, title)) = rest.split_once(':')
                && name.contains(|digit: char| digit.is_ascii_digit())
                && !name.contains(' ')
            {
                id = Some(Span::new(from, from + name.len()));
                from = end - title.trim_start().len();
            }
        }
        let bytes = self.text.as_bytes();
        let title = Span::new(from, trim_end(bytes, from, end));
        let status = status_line(self.text, line_end(bytes, span.end as usize));
        let mark =
            status.map(|words| self.status_mark(words)).filter(|mark| mark.meaning != Meaning::Unknown);
        self.whole_file_task(span, TaskForm::Heading, id, title, mark);
    }

    fn whole_file_task(
        &mut self,
        line: Span,
        form: TaskForm,
        id: Option<Span>,
        title: Span,
        mark: Option<Mark>,
    ) {
        let index = TaskIndex(self.found.tasks.len() as u32);
        let mut task = self.new_task(Span::new(line.start as usize, self.text.len()), line, form, None);
        task.id = id;
        task.title = title;
        task.mark = mark;
        self.found.tasks.push(task);
        self.open_headings.push((FILE_LEVEL, index));
    }

    /// The mark of the phase that was opened last, from the status line behind `at`. A word that nobody knows is none.
    pub(super) fn phase_status(&mut self, at: usize) {
        let mark = status_line(self.text, at).map(|words| self.status_mark(words));
        if let Some(phase) = self.found.phases.last_mut() {
            phase.mark = mark.filter(|mark| mark.meaning != Meaning::Unknown);
        }
    }

    fn status_mark(&self, words: Span) -> Mark {
        mark_of(self.text, words, self.reading.status_words())
    }
}
