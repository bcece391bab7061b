//! Items of lists: tasks, criteria, steps, legends, repetitions.

use tallymark_text::Span;

use super::{Announced, ItemState, Reader, announced};
use crate::blocks::ItemIndex;
use crate::boxes::{Boxed, Shape, after_bullet, box_at, line_end, skip_blanks, trim_end};
use crate::dialects::{self, PHASE, meaning};
use crate::head::{Head, explains, says_verify};
use crate::headings::{label_words, mark_in, phase_name};
use crate::ids::id_at;
use crate::{Ignored, IgnoredWhy, Meaning, TaskForm, TaskIndex};

impl Reader<'_> {
    /// An item of a list, in its place in the text.
    pub(super) fn item(&mut self, index: ItemIndex) {
        let item = self.blocks.items[index as usize];
        let above = item.parent.map_or(ItemState::default(), |parent| self.items[parent as usize]);
        let mut state =
            ItemState { task: above.task, criteria: above.criteria || above.labelled, labelled: false };
        let bytes = self.text.as_bytes();
        let start = item.span.start as usize;
        let content = after_bullet(bytes, start);
        let end = line_end(bytes, content.max(start));
        let line = Span::new(start, trim_end(bytes, start, end));
        match box_at(self.text, content) {
            Some(found) if found.shape == Shape::Sound => self.boxed(item.span, line, found, &mut state),
            Some(_) => {}
            None => self.unboxed(item.span, line, content, item.ordered, item.parent.is_none(), &mut state),
        }
        self.items.push(state);
    }

    /// An item that begins with a box. One without a blank or without words behind it is left to the near-misses.
    fn boxed(&mut self, block: Span, line: Span, found: Boxed, state: &mut ItemState) {
        let bytes = self.text.as_bytes();
        let end = line.end as usize;
        let mut at = found.outer.end as usize;
        let optional = bytes.get(at) == Some(&b'*') && matches!(bytes.get(at + 1), Some(b' ' | b'\t'));
        at += usize::from(optional);
        if at >= end || !matches!(bytes[at], b' ' | b'\t') {
            return;
        }
        let words = skip_blanks(bytes, at);
        let mark = &self.text[found.mark.range()];
        let rest = &self.text[words..end];
        let known = meaning(self.reading, mark) != Meaning::Unknown;
        if self.legend_level.is_some() || explains(rest, known) || self.reading.is_legend(mark) {
            self.found.ignored.push(Ignored { span: line, why: IgnoredWhy::Legend });
            return;
        }
        let mark = self.mark(found);
        let head = Head::read(self.text, words, end, self.reading.ids());
        if head.id.is_some_and(|id| self.told.contains(&self.text[id.range()])) {
            self.found.ignored.push(Ignored { span: line, why: IgnoredWhy::Repetition });
            return;
        }
        let named = if self.reading.has_phase_index() && head.id.is_none() {
            phase_name(self.text, Span::new(words, end), PHASE)
        } else {
            None
        };
        let verifies = named.is_none()
            && head.id.is_none()
            && (state.criteria || self.in_criteria() || says_verify(rest));
        if verifies {
            state.criteria = true;
            self.criterion(line, mark, Span::new(words, end), state.task);
            return;
        }
        let mut task = self.new_task(block, line, TaskForm::Box, state.task);
        task.mark = Some(mark);
        task.id = head.id;
        task.title = head.title;
        task.parallel = head.parallel;
        task.sequential = head.sequential;
        task.optional = optional;
        let index = TaskIndex(self.found.tasks.len() as u32);
        if let Some(number) = named.and_then(|name| name.number) {
            task.id = Some(number);
            task.title = self.behind_number(number, end);
            self.phase_index.push((index, number));
        }
        state.task = Some(index);
        self.found.tasks.push(task);
    }

    /// An item without a box in front: a step, a trailing box, or a label for what stands below it.
    fn unboxed(
        &mut self,
        block: Span,
        line: Span,
        content: usize,
        ordered: bool,
        outermost: bool,
        state: &mut ItemState,
    ) {
        let end = line.end as usize;
        if content >= end {
            return;
        }
        if self.reading.trailing_boxes()
            && let Some(id) = id_at(self.text, content, end, self.reading.ids())
            && let Some(found) = mark_in(self.text, Span::new(id.rest.min(end), end))
        {
            let title =
                Span::new(id.rest, trim_end(self.text.as_bytes(), id.rest, found.outer.start as usize));
            let mut task = self.new_task(block, line, TaskForm::Box, state.task);
            task.mark = Some(self.mark(found));
            task.id = Some(id.id);
            task.title = title;
            state.task = Some(TaskIndex(self.found.tasks.len() as u32));
            self.found.tasks.push(task);
            return;
        }
        if !self.told.is_empty() && outermost && self.repeats_heading(line) {
            self.found.ignored.push(Ignored { span: line, why: IgnoredWhy::Repetition });
            return;
        }
        let place = dialects::Place {
            heading: &self.text[self.section.heading.range()],
            under_phase: self.section.is_phase,
            ordered,
            outermost,
        };
        if !self.in_criteria() && !state.criteria && self.reading.is_step(&place) {
            let head = Head::read(self.text, content, end, self.reading.ids());
            let mut task = self.new_task(block, line, TaskForm::Step, state.task);
            task.title = head.title;
            task.parallel = head.parallel;
            task.sequential = head.sequential;
            state.task = Some(TaskIndex(self.found.tasks.len() as u32));
            self.found.tasks.push(task);
        } else if let Some(words) = label_words(self.text, Span::new(content, end)) {
            state.criteria |= announced(&self.text[words.range()]) == Announced::Criteria;
        }
    }

    /// Whether an item bears a sign and names a task that a heading has told: `- **4.1 Scheduler**: ✅ 100%`.
    fn repeats_heading(&self, line: Span) -> bool {
        let words = &self.text[line.range()];
        mark_in(self.text, line).is_some()
            && words
                .split(|character: char| !character.is_alphanumeric() && character != '.')
                .any(|word| self.told.contains(word.trim_end_matches('.')))
    }
}
