//! Where things stand behind an edit: offsets and indices of the plan before as those of the plan now.

use tallymark_text::{Replaced, Span};

use crate::{Dependency, Mark, PhaseIndex, Target, TaskIndex};

/// How offsets and indices behind an edit change. Adding wraps, so that what is added may be negative.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shift {
    pub replaced: Replaced,
    pub bytes: u32,
    /// The first task, in the plan before, that may have another index.
    pub first_task: u32,
    pub tasks: u32,
    /// The first phase that may have another index.
    pub first_phase: u32,
    pub phases: u32,
}

impl Shift {
    pub fn new(replaced: Replaced) -> Self {
        let bytes = replaced.new.end.wrapping_sub(replaced.old.end);
        Self { replaced, bytes, first_task: 0, tasks: 0, first_phase: 0, phases: 0 }
    }

    /// A span behind the edit.
    pub fn span(&self, span: Span) -> Span {
        Span { start: span.start.wrapping_add(self.bytes), end: span.end.wrapping_add(self.bytes) }
    }

    /// Any span. One that the edit touches has no certain place.
    pub fn any_span(&self, span: Span) -> Span {
        let old = self.replaced.old;
        let start = if span.start >= old.end { span.start.wrapping_add(self.bytes) } else { span.start };
        let end = if span.end > old.start { span.end.wrapping_add(self.bytes) } else { span.end };
        Span { start, end: end.max(start) }
    }

    /// The index of something open behind the edit; `None` if it was in the part that was read again, and is gone.
    pub fn open(&self, index: u32, first: u32, shift: u32) -> Option<u32> {
        if index < first {
            return Some(index);
        }
        // What is added is small, whether it is negative or not.
        index.checked_add_signed(shift as i32).filter(|&moved| moved >= first)
    }

    pub fn task(&self, task: TaskIndex) -> TaskIndex {
        let shift = if task.0 >= self.first_task { self.tasks } else { 0 };
        TaskIndex(task.0.wrapping_add(shift))
    }

    pub fn phase(&self, phase: PhaseIndex) -> PhaseIndex {
        let shift = if phase.0 >= self.first_phase { self.phases } else { 0 };
        PhaseIndex(phase.0.wrapping_add(shift))
    }

    /// A mark behind the edit.
    pub fn mark(&self, mark: Mark) -> Mark {
        Mark { span: self.span(mark.span), outer: self.span(mark.outer), meaning: mark.meaning }
    }

    /// A dependency behind the edit.
    pub fn dependency(&self, dependency: Dependency) -> Dependency {
        let target = match dependency.target {
            Target::Task => Target::Task,
            Target::Range(first, last) => Target::Range(self.span(first), self.span(last)),
            Target::Phase(number) => Target::Phase(self.span(number)),
        };
        Dependency { span: self.span(dependency.span), target }
    }
}
