//! What a line stands in: the task, the phase, the heading that a claim in it speaks of.

use std::cell::OnceCell;

use tallymark_text::Span;

use super::Around;
use crate::headings::{Heading, contains_any};
use crate::{Phase, PhaseIndex, SpeaksOf, TaskIndex};

/// Headings of what was, or what others do; their numbers are not those of now.
pub(crate) const PAST: &[&str] = &[
    "log",
    "history",
    "changelog",
    "session",
    "sessions",
    "previous",
    "archive",
    "example",
    "retrospective",
    "template",
    "before",
];

/// Where a line stands.
pub(super) struct Line {
    /// What a claim on it speaks of, where that is clear.
    pub speaks_of: Option<SpeaksOf>,
    /// Whether a heading above it tells the past.
    pub tells_the_past: bool,
    /// Whether the line is a task's, or a criterion's.
    pub is_box: bool,
    /// Whether it is a heading.
    pub is_heading: bool,
    /// The task whose first line it is.
    task: Option<TaskIndex>,
    line: Span,
}

/// Tells where ascending lines stand.
pub(super) struct Scopes<'a> {
    around: &'a Around<'a>,
    text: &'a str,
    /// The sections of the headings: level, block, words.
    headings: Vec<(u8, Span, Span)>,
    sections: Sweep,
    phases: Sweep,
    tasks: Sweep,
    /// The numbers of the phases with tasks, sorted; made when first asked for.
    numbered: OnceCell<Vec<(&'a str, u32)>>,
}

/// The innermost of nested stretches around ascending offsets.
#[derive(Default)]
struct Sweep {
    next: usize,
    open: Vec<usize>,
}

impl Sweep {
    fn to(&mut self, at: u32, count: usize, span: impl Fn(usize) -> Span) -> Option<usize> {
        while self.next < count && span(self.next).start <= at {
            while self.open.last().is_some_and(|&open| span(open).end <= span(self.next).start) {
                self.open.pop();
            }
            self.open.push(self.next);
            self.next += 1;
        }
        while self.open.last().is_some_and(|&open| span(open).end <= at) {
            self.open.pop();
        }
        self.open.last().copied()
    }
}

impl<'a> Scopes<'a> {
    pub(super) fn new(around: &'a Around<'a>) -> Self {
        let text = around.source.text();
        let mut headings: Vec<(u8, Span, Span)> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for &Heading { level, start, text: words } in around.headings {
            while open.last().is_some_and(|&last| headings[last].0 >= level) {
                if let Some(last) = open.pop() {
                    headings[last].1.end = start;
                }
            }
            open.push(headings.len());
            headings.push((level, Span::new(start as usize, text.len()), words));
        }
        Self {
            around,
            text,
            headings,
            sections: Sweep::default(),
            phases: Sweep::default(),
            tasks: Sweep { next: around.first_task, open: Vec::new() },
            numbered: OnceCell::new(),
        }
    }

    /// Where a line stands. Lines are asked for in their order.
    pub(super) fn at(&mut self, line: Span) -> Line {
        let Around { phases, tasks, only_title, .. } = *self.around;
        let words = self.text[line.range()].len() - self.text[line.range()].trim_start().len();
        let at = line.start + words as u32;
        let section = self.sections.to(at, self.headings.len(), |index| self.headings[index].1);
        let phase = self.phases.to(at, phases.len(), |index| phases[index].block);
        let task = self.tasks.to(at, tasks.len(), |index| tasks[index].block);
        let past = |&section: &usize| contains_any(&self.text[self.headings[section].2.range()], PAST);
        let tells_the_past =
            self.sections.open.iter().filter(|&&section| self.headings[section].0 > 1).any(past);
        let is_heading = section.is_some_and(|section| self.headings[section].1.start == at);
        let own_task = task.filter(|&task| tasks[task].line.start >= line.start);
        let is_box = own_task.is_some()
            || self.text[line.range()].contains("[ ]")
            || self.text[line.range()].contains("[x]");
        let speaks_of = match task {
            Some(task) => self.has_below(task).then_some(SpeaksOf::Task(TaskIndex(task as u32))),
            None => {
                // The innermost of phase and section with tasks in it.
                let section = self.sections.open.iter().rev().map(|&section| &self.headings[section]);
                let mut section = section
                    .filter(|(level, block, _)| !(*level == 1 && only_title) && self.has_tasks(*block));
                let phase = phase.map(|phase| (phase, phases[phase].block));
                Some(match (phase, section.next()) {
                    (Some((_, block)), Some((_, section, _))) if block.start < section.start => {
                        SpeaksOf::Section(*section)
                    }
                    (Some((phase, _)), _) => SpeaksOf::Phase(PhaseIndex(phase as u32)),
                    (None, Some((_, section, _))) => SpeaksOf::Section(*section),
                    (None, None) => SpeaksOf::Plan,
                })
            }
        };
        let task = own_task.map(|task| TaskIndex(task as u32));
        Line { speaks_of, tells_the_past, is_box, is_heading, task, line }
    }

    /// What a cookie at the end of a heading or a task's line speaks of: what stands below.
    pub(super) fn below(&self, place: &Line) -> Option<SpeaksOf> {
        if let Some(task) = place.task {
            return self.has_below(task.get()).then_some(SpeaksOf::Task(task));
        }
        if !place.is_heading {
            return None;
        }
        let phases = self.around.phases;
        let phase = phases.partition_point(|phase| phase.heading.start < place.line.start);
        if phases.get(phase).is_some_and(|phase| phase.heading.start < place.line.end) {
            return Some(SpeaksOf::Phase(PhaseIndex(phase as u32)));
        }
        let section = self.headings.partition_point(|(_, block, _)| block.start < place.line.start);
        self.headings
            .get(section)
            .map(|(_, block, _)| *block)
            .filter(|&block| self.has_tasks(block))
            .map(SpeaksOf::Section)
    }

    /// The only phase that words name by its number (`Phase 2`, `Phase 2: Fix`) and nothing more than its title.
    pub(super) fn phase_called(&self, words: &str) -> Option<PhaseIndex> {
        let words = words.trim_matches(['*', '_', ' ']);
        let rest = words.strip_prefix("Phase ").or_else(|| words.strip_prefix("phase "))?;
        let length = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
        let behind = rest[length..].trim_matches(['*', '_', ' ']);
        let plain = behind.is_empty()
            || behind.starts_with(['(', ':', '-', '–', '—'])
            || behind.eq_ignore_ascii_case("progress")
            || behind.eq_ignore_ascii_case("status");
        if length == 0 || !plain { None } else { self.phase_numbered(rest[..length].trim_end_matches('.')) }
    }

    /// The only phase with a number that has tasks.
    pub(super) fn phase_numbered(&self, number: &str) -> Option<PhaseIndex> {
        let numbered = self.numbered.get_or_init(|| {
            let phases =
                self.around.phases.iter().enumerate().filter(|(_, phase)| self.has_tasks(phase.block));
            let number = |(index, phase): (usize, &Phase)| {
                phase.number.map(|own| (self.text[own.range()].trim_start_matches('0'), index as u32))
            };
            let mut numbered: Vec<(&str, u32)> = phases.filter_map(number).collect();
            numbered.sort_unstable();
            numbered
        });
        let wanted = number.trim_start_matches('0');
        let first = numbered.partition_point(|(own, _)| *own < wanted);
        match numbered.get(first..)? {
            [(own, phase), rest @ ..]
                if *own == wanted && rest.first().is_none_or(|(own, _)| *own != wanted) =>
            {
                Some(PhaseIndex(*phase))
            }
            _ => None,
        }
    }

    fn has_tasks(&self, block: Span) -> bool {
        let tasks = self.around.tasks;
        let first = tasks.partition_point(|task| task.line.start < block.start);
        tasks.get(first).is_some_and(|task| task.line.start < block.end)
    }

    /// Whether a task has others below it.
    fn has_below(&self, task: usize) -> bool {
        self.around.tasks.get(task + 1).is_some_and(|next| next.parent == Some(TaskIndex(task as u32)))
    }
}
