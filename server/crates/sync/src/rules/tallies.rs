//! How many tasks, criteria and phases are completed, in each way in which people count them.

use std::ops::RangeInclusive;

use tallymark_plan::{Claim, Meaning, Plan, SpeaksOf, TaskIndex};
use tallymark_text::Span;

use crate::{Joined, State};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// All tasks, parents and subtasks alike.
    All,
    /// Tasks without subtasks.
    Leaves,
    /// Tasks that are no subtasks.
    Outer,
    /// All tasks but the optional ones.
    Required,
    /// Tasks and criteria.
    WithCriteria,
    /// Criteria.
    Criteria,
}

impl Way {
    const ALL: [Way; 6] =
        [Way::All, Way::Leaves, Way::Outer, Way::Required, Way::WithCriteria, Way::Criteria];

    /// As a person says it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Way::All => "tasks",
            Way::Leaves => "tasks without subtasks",
            Way::Outer => "outer tasks",
            Way::Required => "required tasks",
            Way::WithCriteria => "tasks and criteria",
            Way::Criteria => "criteria",
        }
    }
}

/// A count in one way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub way: Way,
    pub total: u32,
    pub completed: u32,
    pub in_progress: u32,
    pub skipped: u32,
}

impl Counts {
    fn none(way: Way) -> Self {
        Self { way, total: 0, completed: 0, in_progress: 0, skipped: 0 }
    }

    fn add(&mut self, state: State) {
        self.total += 1;
        match state {
            State::Completed => self.completed += 1,
            State::InProgress => self.in_progress += 1,
            State::Skipped | State::Cancelled => self.skipped += 1,
            _ => {}
        }
    }

    /// What is to be done: without what was left out.
    pub(super) fn counted(&self) -> u32 {
        self.total - self.skipped
    }

    /// Whole percent, rounded down; `None` with nothing to count.
    pub(super) fn percent(&self) -> Option<u32> {
        let counted = u64::from(self.counted());
        (counted > 0).then(|| (u64::from(self.completed) * 100 / counted) as u32)
    }

    /// `3/7 · 42%`
    pub(super) fn told(&self) -> String {
        format!("{}/{} · {}%", self.completed, self.counted(), self.percent().unwrap_or(0))
    }

    /// Whether `done` of `total` may be told of it: what was left out may be counted as done, or not at all.
    pub(super) fn allows(&self, done: u32, total: u32) -> bool {
        let Counts { completed, skipped, .. } = *self;
        (total == self.total && (done == completed || done == completed + skipped))
            || (total == self.counted() && done == completed)
    }

    fn minus(&self, earlier: &Counts) -> Counts {
        Counts {
            way: self.way,
            total: self.total - earlier.total,
            completed: self.completed - earlier.completed,
            in_progress: self.in_progress - earlier.in_progress,
            skipped: self.skipped - earlier.skipped,
        }
    }
}

/// The counts of any stretch of a plan: running totals, so that a plan full of claims is read once.
pub(super) struct Tallies<'a> {
    joined: &'a Joined,
    /// For each way the counts of all tasks before the index.
    tasks: [Vec<Counts>; 4],
    /// The counts of all criteria before the index.
    criteria: Vec<Counts>,
    /// How many tasks before the index have neither a mark nor an entry: nothing says how far they are.
    silent: Vec<u32>,
}

impl<'a> Tallies<'a> {
    pub(super) fn new(joined: &'a Joined) -> Self {
        let plan = &joined.plan;
        let ways = [Way::All, Way::Leaves, Way::Outer, Way::Required];
        let tasks = ways.map(|way| {
            let mut running = Vec::with_capacity(plan.tasks.len() + 1);
            let mut counts = Counts::none(way);
            running.push(counts);
            for (index, task) in plan.tasks() {
                let counted = match way {
                    Way::Leaves => !has_below(plan, index),
                    Way::Outer => task.depth == 0,
                    Way::Required => !task.optional,
                    _ => true,
                };
                if counted {
                    counts.add(joined.state(index));
                }
                running.push(counts);
            }
            running
        });
        let mut counts = Counts::none(Way::Criteria);
        let mut criteria = vec![counts];
        for criterion in 0..plan.criteria.len() as u32 {
            counts.add(joined.criterion_state(criterion));
            criteria.push(counts);
        }
        let mut silent = vec![0];
        let mut none = 0;
        for (index, task) in plan.tasks() {
            none += u32::from(task.mark.is_none() && joined.entry(index).is_none());
            silent.push(none);
        }
        Self { joined, tasks, criteria, silent }
    }

    /// The counts that a claim may be about, the likeliest first: of what it speaks of, and of what that stands in. `None`
    /// with no task to count, and where nothing says how far most tasks are.
    pub(super) fn of(&self, plan: &Plan, claim: &Claim) -> Option<Vec<Counts>> {
        let whole = Span::new(0, plan.source.len());
        let mut spans = match claim.speaks_of {
            SpeaksOf::Itself => return None,
            SpeaksOf::Plan => Vec::new(),
            SpeaksOf::Phase(phase) => vec![plan.phases[phase.get()].block],
            SpeaksOf::Section(section) => vec![section],
            SpeaksOf::Task(task) => return self.below(plan, task),
        };
        // A label inside a phase may speak of the whole; a phase around a section, too.
        let named = matches!(claim.speaks_of, SpeaksOf::Phase(phase) if !plan.phases[phase.get()].block.contains(claim.span.start as usize));
        if let SpeaksOf::Section(section) = claim.speaks_of {
            let before = plan.phases.partition_point(|phase| phase.block.start < section.start);
            let around =
                plan.phases[..before].iter().rev().take(8).find(|phase| section.end <= phase.block.end);
            spans.extend(around.map(|phase| phase.block));
        }
        if !named {
            spans.push(whole);
        }
        if spans.first().is_some_and(|&span| self.is_silent(plan, span)) {
            return None;
        }
        let mut found = Vec::new();
        for span in spans {
            found.extend(self.inside(plan, span));
        }
        found.first().is_some_and(|counts| counts.way == Way::All && counts.total > 0).then_some(found)
    }

    /// Whether nothing says of most tasks in a stretch how far they are: steps without boxes may all be done.
    fn is_silent(&self, plan: &Plan, span: Span) -> bool {
        let task = |offset: u32| plan.tasks.partition_point(|task| task.line.start < offset);
        let (first, last) = (task(span.start), task(span.end));
        (self.silent[last] - self.silent[first]) as usize * 2 > last - first
    }

    /// The counts of all that begins inside a stretch, in each way.
    fn inside(&self, plan: &Plan, span: Span) -> Vec<Counts> {
        let task = |offset: u32| plan.tasks.partition_point(|task| task.line.start < offset);
        let criterion =
            |offset: u32| plan.criteria.partition_point(|criterion| criterion.line.start < offset);
        let criteria = self.criteria[criterion(span.end)].minus(&self.criteria[criterion(span.start)]);
        let (first, last) = (task(span.start), task(span.end));
        let of_tasks = |way: usize| self.tasks[way][last].minus(&self.tasks[way][first]);
        let mut found = Vec::with_capacity(Way::ALL.len());
        for (at, way) in Way::ALL.into_iter().enumerate() {
            let counts = match way {
                Way::Criteria => criteria,
                Way::WithCriteria => {
                    let tasks = of_tasks(0);
                    Counts {
                        way,
                        total: tasks.total + criteria.total,
                        completed: tasks.completed + criteria.completed,
                        in_progress: tasks.in_progress + criteria.in_progress,
                        skipped: tasks.skipped + criteria.skipped,
                    }
                }
                _ => of_tasks(at),
            };
            if counts.total > 0 || way == Way::All {
                found.push(counts);
            }
        }
        found
    }

    /// The counts of the tasks below one: all of them, those directly below, those without subtasks; with its criteria.
    fn below(&self, plan: &Plan, task: TaskIndex) -> Option<Vec<Counts>> {
        let depth = plan.task(task).depth;
        let (mut all, mut direct, mut leaves) =
            (Counts::none(Way::All), Counts::none(Way::Outer), Counts::none(Way::Leaves));
        for (at, below) in
            plan.tasks[task.get() + 1..].iter().enumerate().take_while(|(_, below)| below.depth > depth)
        {
            let index = TaskIndex((task.get() + 1 + at) as u32);
            let state = self.joined.state(index);
            all.add(state);
            if below.depth == depth + 1 {
                direct.add(state);
            }
            if !has_below(plan, index) {
                leaves.add(state);
            }
        }
        let found = self.inside(plan, plan.task(task).block);
        let criteria =
            found.into_iter().filter(|counts| counts.way == Way::Criteria || counts.way == Way::WithCriteria);
        (all.total > 0).then(|| [all, direct, leaves].into_iter().chain(criteria).collect())
    }

    /// How many phases are completed, and how many there are, in the first way of counting them whose number `fits`: all,
    /// those with tasks, the outer ones. A phase whose heading says so may be counted as completed, or not.
    pub(super) fn phases(&self, fits: impl Fn(u32) -> bool) -> Option<(RangeInclusive<u32>, u32)> {
        let plan = &self.joined.plan;
        let level = plan.phases.iter().map(|phase| phase.level).filter(|&level| level > 0).min();
        let mut ways = [(0, 0, 0); 3];
        for phase in &plan.phases {
            let counts = self.inside(plan, phase.block).into_iter().next();
            let counts = counts.unwrap_or(Counts::none(Way::All));
            let done = counts.total > 0 && counts.completed + counts.skipped == counts.total;
            let marked = phase.mark.is_some_and(|mark| mark.meaning == Meaning::Done);
            let counted = [true, counts.total > 0, Some(phase.level) == level];
            for (way, _) in ways.iter_mut().zip(counted).filter(|(_, counted)| *counted) {
                way.0 += u32::from(done);
                way.1 += u32::from(done || marked);
                way.2 += 1;
            }
        }
        let found = ways.into_iter().find(|way| way.2 > 0 && fits(way.2));
        found.map(|(least, most, all)| (least..=most, all))
    }
}

fn has_below(plan: &Plan, task: TaskIndex) -> bool {
    plan.tasks.get(task.get() + 1).is_some_and(|next| next.parent == Some(task))
}
