//! What speaks of tasks and phases elsewhere: claims, and what whole phases wait for.

use std::ops::Range;

use tallymark_text::{Source, Span};

use crate::claims::{self, PAST};
use crate::headings::{Heading, contains_any};
use crate::shift::Shift;
use crate::{
    Claim, ClaimKind, Dependency, Ignored, Number, Phase, PhaseIndex, Plan, SpeaksOf, Task, dependencies,
};

/// All of a part that a claim or a dependency elsewhere may look at: its headings and phases, and which of them hold tasks.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Skeleton<'a> {
    bones: Vec<Bone<'a>>,
    /// Whether there are tasks before the first bone, between it and the next, and so on.
    tasks: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bone<'a> {
    Heading { level: u8, tells_the_past: bool },
    Phase { number: Option<&'a str>, level: u8 },
}

impl<'a> Skeleton<'a> {
    pub fn new(text: &'a str, headings: &[Heading], phases: &[Phase], tasks: &[Task]) -> Self {
        let mut bones: Vec<(u32, Bone<'a>)> = Vec::with_capacity(headings.len() + phases.len());
        bones.extend(headings.iter().map(|heading| {
            let tells_the_past = contains_any(&text[heading.text.range()], PAST);
            (heading.start, Bone::Heading { level: heading.level, tells_the_past })
        }));
        bones.extend(phases.iter().map(|phase| {
            let number = phase.number.map(|number| &text[number.range()]);
            (phase.heading.start, Bone::Phase { number, level: phase.level })
        }));
        bones.sort_by_key(|(start, _)| *start);
        let mut has_tasks = vec![false; bones.len() + 1];
        for task in tasks {
            has_tasks[bones.partition_point(|(start, _)| *start <= task.line.start)] = true;
        }
        Self { bones: bones.into_iter().map(|(_, bone)| bone).collect(), tasks: has_tasks }
    }
}

/// A plan after an edit, as far as it is found, and the one before.
pub(super) struct All<'a> {
    pub old: &'a Plan,
    pub old_headings: &'a [Heading],
    pub source: &'a Source,
    pub front: Span,
    /// The part that was read again, before and now.
    pub was: &'a Range<usize>,
    pub is: &'a Range<usize>,
    /// Its first task.
    pub first_task: usize,
    pub only_title: bool,
    pub headings: &'a [Heading],
    pub ignored: &'a [Ignored],
    pub phases: &'a [Phase],
    pub tasks: &'a [Task],
    pub shift: &'a Shift,
}

impl All<'_> {
    fn claims_in(&self, part: Range<usize>, first_task: usize) -> Vec<Claim> {
        claims::find(&claims::Around {
            source: self.source,
            part,
            first_task,
            headings: self.headings,
            only_title: self.only_title,
            ignored: self.ignored,
            phases: self.phases,
            tasks: self.tasks,
        })
    }

    fn whole(&self) -> Range<usize> {
        self.front.end as usize..self.source.len()
    }

    /// All claims, looked for anew.
    pub fn claims(&self) -> Vec<Claim> {
        self.claims_in(self.whole(), 0)
    }

    /// Those of the part, and the others as they were. Right where the part has the same skeleton as before, and no task that is
    /// a heading is open at its ends.
    pub fn claims_by_parts(&self) -> Vec<Claim> {
        let places = super::again::places_in(&self.old.claims, self.was, |claim| claim.span.start);
        let mut claims = Vec::with_capacity(self.old.claims.len());
        let speaks_of = |speaks_of: SpeaksOf| match speaks_of {
            SpeaksOf::Task(task) => SpeaksOf::Task(self.shift.task(task)),
            SpeaksOf::Section(section) => SpeaksOf::Section(self.section(section)),
            // There are as many phases as before.
            SpeaksOf::Plan | SpeaksOf::Phase(_) | SpeaksOf::Itself => speaks_of,
        };
        let before = &self.old.claims[..places.start];
        claims.extend(before.iter().map(|claim| Claim { speaks_of: speaks_of(claim.speaks_of), ..*claim }));
        claims.extend(self.claims_in(self.is.clone(), self.first_task));
        claims.extend(self.old.claims[places.end..].iter().map(|claim| Claim {
            span: self.shift.span(claim.span),
            kind: self.kind(claim.kind),
            speaks_of: speaks_of(claim.speaks_of),
            counts: claim.counts,
        }));
        claims
    }

    /// Where a section is that a heading begins.
    fn section(&self, old: Span) -> Span {
        let place = |start: u32| self.old_headings.partition_point(|heading| heading.start < start);
        let now =
            |start: u32| self.headings.get(place(start)).map_or(self.source.len() as u32, |now| now.start);
        Span { start: now(old.start), end: now(old.end) }
    }

    fn kind(&self, kind: ClaimKind) -> ClaimKind {
        let number = |number: Number| Number { span: self.shift.span(number.span), value: number.value };
        match kind {
            ClaimKind::Percent { percent, about } => ClaimKind::Percent { percent: number(percent), about },
            ClaimKind::Fraction { done, total } => {
                ClaimKind::Fraction { done: number(done), total: number(total) }
            }
            ClaimKind::Total { total } => ClaimKind::Total { total: number(total) },
            ClaimKind::Sum { total, sum } => ClaimKind::Sum { total: number(total), sum },
            ClaimKind::Share { percent, done, total } => {
                ClaimKind::Share { percent: number(percent), done, total }
            }
            ClaimKind::Bar { filled, cells, bar, percent } => {
                ClaimKind::Bar { filled, cells, bar: self.shift.span(bar), percent: percent.map(number) }
            }
        }
    }

    fn phase_dependencies_in(&self, part: Range<usize>, first_task: usize) -> Vec<(PhaseIndex, Dependency)> {
        let text = self.source.text();
        dependencies::of_phases(text, part, first_task, self.phases, self.tasks, self.ignored)
    }

    /// What all phases wait for, looked for anew.
    pub fn phase_dependencies(&self) -> Vec<(PhaseIndex, Dependency)> {
        self.phase_dependencies_in(self.whole(), 0)
    }

    /// What the part says of it, and the rest as it was; right where [`Self::claims_by_parts`] is.
    pub fn phase_dependencies_by_parts(&self) -> Vec<(PhaseIndex, Dependency)> {
        let mut found = self.phase_dependencies_in(self.is.clone(), self.first_task);
        found.extend(self.old.phase_dependencies.iter().filter_map(|&(phase, dependency)| {
            let start = dependency.span.start as usize;
            if start < self.was.start {
                Some((phase, dependency))
            } else {
                (start >= self.was.end).then(|| (phase, self.shift.dependency(dependency)))
            }
        }));
        found.sort_by_key(|(phase, dependency)| (*phase, dependency.span.start));
        found
    }
}
