//! What all forms of the graph show: tasks in their phases, how each looks, and what it waits for.

use std::collections::HashSet;

use tallymark_plan::{PhaseIndex, Plan, Target, TaskIndex};
use tallymark_sync::next::offers;
use tallymark_sync::{CriticalPath, Graph, Joined, Limits, Offer, State};

/// More arrows than this are in no picture.
const MOST_ARROWS: usize = 20_000;

/// A task that names more tasks than this is shown with their number, not with an arrow from each.
const MOST_NAMED: usize = 6;

/// A range of more tasks than this is shown by its ends, not with an arrow from each.
const LONGEST_RANGE: usize = 50;

/// How a task looks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Look {
    /// Completed.
    Done,
    /// In progress.
    Active,
    /// Nothing stands in its way.
    Ready,
    /// Not begun, and it has to wait, or is done by the tasks below it.
    Waiting,
    /// Blocked, by its own state.
    Blocked,
    /// Failed.
    Failed,
    /// Skipped or cancelled.
    Skipped,
}

impl Look {
    /// All of them, in the order of a legend.
    pub const ALL: [Look; 7] =
        [Look::Done, Look::Active, Look::Ready, Look::Waiting, Look::Blocked, Look::Failed, Look::Skipped];

    /// Its name, for classes and legends.
    pub fn name(self) -> &'static str {
        match self {
            Look::Done => "done",
            Look::Active => "active",
            Look::Ready => "ready",
            Look::Waiting => "waiting",
            Look::Blocked => "blocked",
            Look::Failed => "failed",
            Look::Skipped => "skipped",
        }
    }

    /// A sign for it, so that nothing is told by colour alone.
    pub fn sign(self) -> &'static str {
        match self {
            Look::Done => "✓",
            Look::Active => "▶",
            Look::Ready => "●",
            Look::Waiting => "○",
            Look::Blocked => "■",
            Look::Failed => "✗",
            Look::Skipped => "–",
        }
    }
}

/// The graph of a plan, ready to be written.
pub struct GraphView<'a> {
    /// Plan and status.json.
    pub joined: &'a Joined,
    /// How each task looks.
    pub looks: Vec<Look>,
    /// From a task to one that waits for it, each pair once, in the order of those that wait.
    pub arrows: Vec<(TaskIndex, TaskIndex)>,
    /// For a task that waits for a whole phase or many tasks, what that is: `Phase 1`, `1.1 to 9.9`.
    pub notes: Vec<(TaskIndex, String)>,
    /// Arrows that were too many.
    pub left_out: usize,
    /// The longest chain of open tasks.
    pub path: CriticalPath,
    /// What can be started, best first.
    pub offers: Vec<Offer>,
    /// How many tasks wait for each; `None` where that was too much to count.
    pub waiting: Option<Vec<u32>>,
    /// Tasks that wait for each other in circles.
    pub circles: Vec<Vec<TaskIndex>>,
}

impl<'a> GraphView<'a> {
    /// Of a graph at a time.
    pub fn new(graph: &'a Graph<'a>, now: i64, limits: &Limits) -> Self {
        let joined = graph.joined();
        let offers = offers(graph, now, |task| joined.may_begin_from(task, limits, now));
        let ready: HashSet<TaskIndex> = offers.iter().map(|offer| offer.task).collect();
        let looks = joined.plan.tasks().map(|(task, _)| match joined.state(task) {
            State::Completed => Look::Done,
            State::InProgress => Look::Active,
            State::Blocked => Look::Blocked,
            State::Failed => Look::Failed,
            State::Skipped | State::Cancelled => Look::Skipped,
            State::Pending | State::Ready | State::Unknown if ready.contains(&task) => Look::Ready,
            State::Pending | State::Ready | State::Unknown => Look::Waiting,
        });
        let mut view = Self {
            looks: looks.collect(),
            arrows: Vec::new(),
            notes: Vec::new(),
            left_out: 0,
            path: graph.critical_path(),
            waiting: graph.waiting_counts(),
            circles: graph.circles(),
            offers,
            joined,
        };
        view.draw();
        view
    }

    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        &self.joined.plan
    }

    /// The key of a task, which is its id unless others have that too.
    pub fn name(&self, task: TaskIndex) -> &'a str {
        self.plan().key(task)
    }

    /// How a task looks.
    pub fn look(&self, task: TaskIndex) -> Look {
        self.looks[task.get()]
    }

    /// The title of the plan.
    pub fn title(&self) -> &'a str {
        self.plan().title.map_or("Plan", |title| self.plan().slice(title))
    }

    /// The phases that have tasks, in the order of the plan, each with its first and last; tasks before and between phases
    /// are a group without one.
    pub fn groups(&self) -> Vec<(Option<PhaseIndex>, std::ops::Range<u32>)> {
        let mut groups: Vec<(Option<PhaseIndex>, std::ops::Range<u32>)> = Vec::new();
        for (task, own) in self.plan().tasks() {
            // A task below another stands in its group, whatever heading lies between.
            match groups.last_mut() {
                Some((phase, range)) if *phase == own.phase || own.parent.is_some() => range.end = task.0 + 1,
                _ => groups.push((own.phase, task.0..task.0 + 1)),
            }
        }
        groups
    }

    /// What the phase of a group waits for as a whole: `Phase 1, 2.3`.
    pub fn phase_waits_for(&self, phase: PhaseIndex) -> Option<String> {
        let plan = self.plan();
        let named: Vec<&str> = plan
            .dependencies_of_phase(phase)
            .take(MOST_NAMED)
            .map(|dependency| plan.slice(dependency.span))
            .collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    /// The title of a group, with what it waits for; empty for one without a phase.
    pub fn group_title(&self, phase: Option<PhaseIndex>) -> String {
        let Some(phase) = phase else { return String::new() };
        let title = self.plan().slice(self.plan().phases[phase.get()].title);
        match self.phase_waits_for(phase) {
            Some(named) => format!("{title} (waits for {named})"),
            None => title.to_owned(),
        }
    }

    /// Makes arrows and notes.
    fn draw(&mut self) {
        let joined = self.joined;
        let plan = self.plan();
        for (task, _) in plan.tasks() {
            let mut named: Vec<TaskIndex> = Vec::new();
            let mut in_ranges: Vec<TaskIndex> = Vec::new();
            for dependency in plan.dependencies(task) {
                match dependency.target {
                    Target::Task => {
                        named.extend(joined.named(plan.slice(dependency.span), task));
                    }
                    Target::Range(first, last) => {
                        let (first, last) = (plan.slice(first), plan.slice(last));
                        match joined.range(first, last, task) {
                            Some(range) if range.len() <= LONGEST_RANGE => {
                                // What stands below a task of the range is done with that one.
                                let outer = |other: &TaskIndex| {
                                    let parent = plan.task(*other).parent;
                                    *other != task && parent.is_none_or(|parent| !range.contains(&parent.0))
                                };
                                in_ranges.extend(range.clone().map(TaskIndex).filter(outer));
                            }
                            _ => self.notes.push((task, format!("{first} to {last}"))),
                        }
                    }
                    Target::Phase(_) => {
                        self.notes.push((task, plan.slice(dependency.span).to_owned()));
                    }
                }
            }
            if let (Some(status), Some(entry)) = (joined.status(), joined.entry(task)) {
                for id in &status.entry(entry).dependencies {
                    let entries = joined.entries_with_id(status.str(id));
                    named.extend(entries.filter_map(|entry| joined.tasks_of_entries[entry.get()]));
                }
            }
            named.sort_unstable();
            named.dedup();
            if named.len() > MOST_NAMED {
                self.notes.push((task, format!("{} tasks", named.len())));
                named.clear();
            }
            named.append(&mut in_ranges);
            named.sort_unstable();
            named.dedup();
            if self.arrows.len() + named.len() > MOST_ARROWS {
                self.left_out += named.len();
            } else {
                self.arrows.extend(named.into_iter().map(|before| (before, task)));
            }
        }
    }
}
