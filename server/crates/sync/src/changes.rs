//! What an edit of a plan changed, so that only that is looked at again.
//!
//! Only edits that leave the plan's shape as it is are followed: the same phases, as many tasks, each with its id and place
//! among the others, as many criteria. Words, marks, dependencies and details may differ. That is most of what is
//! typed; after any other edit all is worked out anew.

use std::ops::Range;

use tallymark_plan::{
    Changed, Claim, ClaimKind, Criterion, Dependency, Number, Phase, Plan, SpeaksOf, Target, Task, TaskIndex,
};
use tallymark_text::{Replaced, Span, may_be_garbled};

use crate::{File, Finding};

/// What a rule may look at, of what differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reads {
    /// It costs nothing, and is looked at each time.
    Always,
    /// How tasks without an id are called.
    Names,
    /// The titles of tasks that bear one id.
    Twins,
    /// The titles of tasks that may run beside others, and which these are.
    Parallel,
    /// The states of tasks, and what is counted of them.
    States,
    /// Which entry stands for what.
    Entries,
    /// Whether an entry shares only the id with its task, or has the task's id in its description.
    Kinds,
    /// What tasks and phases wait for.
    Dependencies,
    /// Titles and boxes of criteria.
    Criteria,
    /// Statements about progress.
    Claims,
    /// What could not be read as it was meant.
    Problems,
    /// Between which tasks lines stand that begin with `#`.
    Sections,
    /// Text that may have been decoded with the wrong character set.
    Encoding,
}

/// A set of [`Reads`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct ReadsSet(u32);

impl ReadsSet {
    pub(crate) fn add(&mut self, what: Reads) {
        self.0 |= 1 << what as u32;
    }

    pub(crate) fn has(self, what: Reads) -> bool {
        self.0 & (1 << what as u32) != 0
    }
}

/// What differs between two texts of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    /// The tasks to look at again, in order.
    pub(crate) tasks: Vec<TaskIndex>,
    /// Of the tasks, those whose titles differ, in order.
    pub(crate) retitled: Vec<TaskIndex>,
    /// Whether the texts of criteria differ.
    pub(crate) reworded_criteria: bool,
    /// What else differs.
    pub(crate) changed: ReadsSet,
    /// Where things stand now.
    pub(crate) moved: Moved,
    /// Whether it is another time.
    pub(crate) time_has_passed: bool,
}

impl Changes {
    /// What differs, if the plan has the same shape in both texts.
    pub(crate) fn between(before: &Plan, after: &Plan, changed: &Changed) -> Option<Self> {
        if changed.tasks.old != changed.tasks.new || (changed.keys && !changed.everything) {
            return None;
        }
        let edited = smallest(before, after, changed.bytes);
        let moved = Moved { old: edited.old, by: edited.shift(), places: Vec::new() };
        if !has_same_shape(before, after, &moved) {
            return None;
        }
        let mut changes = Self {
            tasks: Vec::new(),
            retitled: Vec::new(),
            reworded_criteria: false,
            changed: ReadsSet::default(),
            moved,
            time_has_passed: false,
        };
        changes.changed.add(Reads::Always);
        changes.compare_tasks(before, after, &changed.tasks.old)?;
        changes.compare_criteria(before, after)?;
        changes.compare_lists(before, after);
        if sections(before, after, edited) {
            changes.changed.add(Reads::Sections);
        }
        let fragment = |plan: &Plan, span| may_be_garbled(plan.source.text(), span);
        if fragment(before, edited.old) || fragment(after, edited.new) {
            changes.changed.add(Reads::Encoding);
        }
        Some(changes)
    }

    /// Whether they concern who looks at these.
    pub(crate) fn concern(&self, reads: &[Reads]) -> bool {
        reads.iter().any(|&what| self.changed.has(what))
    }

    /// Has tasks looked at again.
    pub(crate) fn look_again(&mut self, tasks: impl IntoIterator<Item = TaskIndex>) {
        self.tasks.extend(tasks);
        self.tasks.sort_unstable();
        self.tasks.dedup();
    }

    fn compare_tasks(&mut self, before: &Plan, after: &Plan, range: &Range<u32>) -> Option<()> {
        for index in range.clone().map(TaskIndex) {
            let (old, new) = (before.tasks.get(index.get())?, after.tasks.get(index.get())?);
            let waits_for_same =
                same_list(before.dependencies(index), after.dependencies(index), |old, new| {
                    self.moved.dependency(old) == Some(*new)
                });
            if self.moved.is_same_task(old, new) && waits_for_same {
                continue;
            }
            if !self.moved.has_same_place(old.line, new.line)
                || !same_texts(before, old.id, after, new.id)
                || !is_alike(old, new)
                || tasks_before(before, old.block.end) != tasks_before(after, new.block.end)
            {
                return None;
            }
            if before.slice(old.title) != after.slice(new.title) {
                self.retitled.push(index);
                if old.id.is_none() {
                    self.changed.add(Reads::Names);
                }
                if old.parallel || new.parallel {
                    self.changed.add(Reads::Parallel);
                }
            }
            if old.parallel != new.parallel {
                self.changed.add(Reads::Parallel);
            }
            if !waits_for_same {
                self.changed.add(Reads::Dependencies);
            }
            self.moved.remember(old.line, new.line);
            if let (Some(old), Some(new)) = (old.id, new.id) {
                self.moved.remember(old, new);
            }
            if let (Some(old), Some(new)) = (old.mark, new.mark) {
                self.moved.remember(old.outer, new.outer);
            }
            self.tasks.push(index);
        }
        Some(())
    }

    fn compare_criteria(&mut self, before: &Plan, after: &Plan) -> Option<()> {
        for (old, new) in before.criteria.iter().zip(&after.criteria) {
            if self.moved.is_same_criterion(old, new) {
                continue;
            }
            if (old.phase, old.task, old.ordinal) != (new.phase, new.task, new.ordinal)
                || !self.moved.has_same_place(old.line, new.line)
            {
                return None;
            }
            self.changed.add(Reads::Criteria);
            self.reworded_criteria |= before.slice(old.line) != after.slice(new.line);
        }
        Some(())
    }

    fn compare_lists(&mut self, before: &Plan, after: &Plan) {
        let moved = &self.moved;
        if !same_list(&before.claims, &after.claims, |old, new| moved.claim(old) == Some(*new)) {
            self.changed.add(Reads::Claims);
        }
        let same_problems = same_list(&before.problems, &after.problems, |old, new| {
            old.kind == new.kind && moved.outside(old.span) == Some(new.span)
        });
        if !same_problems {
            self.changed.add(Reads::Problems);
        }
        let same_waits = same_list(&before.phase_dependencies, &after.phase_dependencies, |old, new| {
            old.0 == new.0 && moved.dependency(&old.1) == Some(new.1)
        });
        if !same_waits {
            self.changed.add(Reads::Dependencies);
        }
    }
}

/// The smallest stretch inside this one in which the texts differ.
fn smallest(before: &Plan, after: &Plan, stretch: Replaced) -> Replaced {
    let within = Replaced::between(before.slice(stretch.old), after.slice(stretch.new));
    let start = stretch.old.start;
    let moved = |span: Span| Span { start: span.start + start, end: span.end + start };
    Replaced { old: moved(within.old), new: moved(within.new) }
}

fn same_list<T>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
}

fn same_texts(before: &Plan, old: Option<Span>, after: &Plan, new: Option<Span>) -> bool {
    old.map(|span| before.slice(span)) == new.map(|span| after.slice(span))
}

/// How many tasks begin before an offset.
fn tasks_before(plan: &Plan, offset: u32) -> usize {
    plan.tasks.partition_point(|task| task.line.start < offset)
}

/// Whether two texts hold the same phases, and as many tasks and criteria.
fn has_same_shape(before: &Plan, after: &Plan, moved: &Moved) -> bool {
    let same_span = |old: Option<Span>, new: Option<Span>| match (old, new) {
        (Some(old), Some(new)) => moved.outside(old) == Some(new),
        (None, None) => true,
        _ => false,
    };
    before.is_plan()
        && after.is_plan()
        && before.dialect == after.dialect
        && before.tasks.len() == after.tasks.len()
        && before.criteria.len() == after.criteria.len()
        && same_span(before.title, after.title)
        && same_span(before.output, after.output)
        && same_list(&before.phases, &after.phases, |old, new| moved.is_same_phase(old, new))
}

/// Whether a task is of the same kind as it was, and stands below the same one.
fn is_alike(old: &Task, new: &Task) -> bool {
    old.parent == new.parent
        && old.phase == new.phase
        && old.depth == new.depth
        && old.form == new.form
        && old.optional == new.optional
        && old.sequential == new.sequential
        && old.mark.is_some() == new.mark.is_some()
        && old.derived_key == new.derived_key
}

/// Whether lines that begin with `#` stand between other tasks than before.
fn sections(before: &Plan, after: &Plan, edited: Replaced) -> bool {
    let first = tasks_before(before, edited.old.start).min(tasks_before(after, edited.new.start));
    let last = tasks_before(before, edited.old.end + 1).max(tasks_before(after, edited.new.end + 1));
    let begins = |plan: &Plan, index: usize| {
        let start = index.checked_sub(1).map_or(0, |before| plan.tasks[before].line.start);
        let between = Span { start, end: plan.tasks[index].line.start.max(start) };
        let text = plan.slice(between);
        text.starts_with('#') || text.contains("\n#")
    };
    let all = before.tasks.len();
    (first.saturating_sub(1)..all.min(last + 2)).any(|index| begins(before, index) != begins(after, index))
}

/// Where things stand after an edit.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    old: Span,
    /// Added to all that stands behind the edit.
    by: i64,
    /// Places that meet the edit, or did not move with the text around them, and where they are now.
    places: Vec<(Span, Span)>,
}

impl Moved {
    fn behind(&self, offset: u32) -> u32 {
        (i64::from(offset) + self.by) as u32
    }

    /// Where a span is now that neither meets nor touches what was edited.
    pub(crate) fn outside(&self, span: Span) -> Option<Span> {
        if span.end < self.old.start {
            Some(span)
        } else if span.start > self.old.end {
            Some(Span { start: self.behind(span.start), end: self.behind(span.end) })
        } else {
            None
        }
    }

    /// Whether a block is the same, with the edit outside or inside it.
    fn is_same_block(&self, old: Span, new: Span) -> bool {
        let around = old.start <= self.old.start && self.old.end <= old.end;
        self.outside(old) == Some(new)
            || (around && new == Span { start: old.start, end: self.behind(old.end) })
    }

    /// Whether a line begins at the same place: before what was edited, behind it, or in it.
    fn has_same_place(&self, old: Span, new: Span) -> bool {
        let inside = |start: u32, first: u32, last: u32| first <= start && start <= last;
        if old.start < self.old.start {
            new.start == old.start
        } else if old.start > self.old.end {
            new.start == self.behind(old.start)
        } else {
            inside(new.start, self.old.start, self.behind(self.old.end))
        }
    }

    fn remember(&mut self, old: Span, new: Span) {
        // A task may have another mark than it had, which stands elsewhere.
        if self.outside(old) != Some(new) {
            self.places.push((old, new));
        }
    }

    /// Moves a finding's places in the plan to where they are now. `false` if one of them is not surely told.
    pub(crate) fn follow(&self, finding: &mut Finding) -> bool {
        let places = std::iter::once(&mut finding.place)
            .chain(finding.related.iter_mut().map(|related| &mut related.place));
        for place in places.filter(|place| place.file == File::Plan) {
            let Some(span) = self.now(place.span) else {
                return false;
            };
            place.span = span;
        }
        true
    }

    /// Where a place is now: that of the line, id or mark that it is, where that was not moved with the text around it.
    fn now(&self, span: Span) -> Option<Span> {
        let mut known = self.places.iter().filter(|(old, _)| *old == span).map(|(_, new)| *new);
        match known.next() {
            Some(first) => known.all(|other| other == first).then_some(first),
            None => self.outside(span),
        }
    }

    fn is_same_phase(&self, old: &Phase, new: &Phase) -> bool {
        self.outside(old.heading) == Some(new.heading)
            && self.outside(old.title) == Some(new.title)
            && old.number.map(|number| self.outside(number)) == new.number.map(Some)
            && old.mark.map(|mark| (self.outside(mark.outer), self.outside(mark.span), mark.meaning))
                == new.mark.map(|mark| (Some(mark.outer), Some(mark.span), mark.meaning))
            && old.level == new.level
            && self.is_same_block(old.block, new.block)
    }

    fn is_same_task(&self, old: &Task, new: &Task) -> bool {
        self.outside(old.line) == Some(new.line)
            && self.outside(old.title) == Some(new.title)
            && old.id.map(|id| self.outside(id)) == new.id.map(Some)
            && old.mark.map(|mark| (self.outside(mark.outer), self.outside(mark.span), mark.meaning))
                == new.mark.map(|mark| (Some(mark.outer), Some(mark.span), mark.meaning))
            && old.parallel == new.parallel
            && is_alike(old, new)
            && self.is_same_block(old.block, new.block)
    }

    fn is_same_criterion(&self, old: &Criterion, new: &Criterion) -> bool {
        self.outside(old.line) == Some(new.line)
            && self.outside(old.title) == Some(new.title)
            && self.outside(old.mark.outer) == Some(new.mark.outer)
            && self.outside(old.mark.span) == Some(new.mark.span)
            && old.mark.meaning == new.mark.meaning
            && (old.phase, old.task, old.ordinal) == (new.phase, new.task, new.ordinal)
    }

    fn dependency(&self, old: &Dependency) -> Option<Dependency> {
        let target = match old.target {
            Target::Task => Target::Task,
            Target::Range(first, last) => Target::Range(self.outside(first)?, self.outside(last)?),
            Target::Phase(number) => Target::Phase(self.outside(number)?),
        };
        Some(Dependency { span: self.outside(old.span)?, target })
    }

    fn claim(&self, old: &Claim) -> Option<Claim> {
        let number = |number: Number| Some(Number { span: self.outside(number.span)?, value: number.value });
        let kind = match old.kind {
            ClaimKind::Percent { percent, about } => ClaimKind::Percent { percent: number(percent)?, about },
            ClaimKind::Fraction { done, total } => {
                ClaimKind::Fraction { done: number(done)?, total: number(total)? }
            }
            ClaimKind::Total { total } => ClaimKind::Total { total: number(total)? },
            ClaimKind::Sum { total, sum } => ClaimKind::Sum { total: number(total)?, sum },
            ClaimKind::Share { percent, done, total } => {
                ClaimKind::Share { percent: number(percent)?, done, total }
            }
            ClaimKind::Bar { filled, cells, bar, percent } => ClaimKind::Bar {
                filled,
                cells,
                bar: self.outside(bar)?,
                percent: match percent {
                    Some(percent) => Some(number(percent)?),
                    None => None,
                },
            },
        };
        let speaks_of = match old.speaks_of {
            SpeaksOf::Section(span) => {
                let around = span.start < self.old.start && self.old.end < span.end;
                let grown = Span { start: span.start, end: self.behind(span.end) };
                SpeaksOf::Section(if around { grown } else { self.outside(span)? })
            }
            same => same,
        };
        Some(Claim { span: self.outside(old.span)?, kind, speaks_of, counts: old.counts })
    }
}
