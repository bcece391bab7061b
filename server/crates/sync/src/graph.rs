//! Who waits for whom: what stands in the way of a task, how much waits for it, the longest way to the end.
//!
//! A task begins when all that it names is settled, and what the tasks above it name too. It ends when it is done, which a task
//! with open tasks below it is by those. So each task is two numbers of one directed graph, its beginning and its end.
//! What is settled needs nothing any more, and is cut out of it.

use std::ops::Range;

use tallymark_plan::{Target, TaskIndex};

use crate::digraph::Digraph;
use crate::estimate::estimates;
use crate::{Joined, State};

/// The tasks of a plan, and who waits for whom.
#[derive(Clone, Debug)]
pub struct Graph<'a> {
    joined: &'a Joined,
    /// What each number needs: the beginnings of the tasks, their ends, then [`Spans`].
    needs: Digraph,
    /// The groups of numbers that need each other; a number needs only smaller groups beside its own.
    groups: Vec<u32>,
    held: Vec<Option<Hold>>,
}

/// Why a task cannot begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hold {
    /// The task that has to wait: the task itself, or one above it.
    pub waiting: TaskIndex,
    /// What it waits for.
    pub by: TaskIndex,
}

/// The longest chain of open tasks that wait for each other; empty where none waits for another and nothing is said of hours.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CriticalPath {
    /// The tasks, the first to be done first.
    pub tasks: Vec<TaskIndex>,
    /// How long they take together, in hours; `None` where the plan gives no estimates, and the tasks were counted.
    pub hours: Option<f64>,
    /// So many tasks of the path have no estimate, where others have; they count as nothing.
    pub without_estimate: u32,
}

/// How far counting is carried, in steps of the innermost loop (about a second). A plan that needs more has a hundred thousand
/// tasks that all wait for each other.
const MOST_STEPS: u64 = 1 << 30;

/// A stretch of the plan at least this long is needed through [`Spans`], not task by task.
const LONG: u32 = 8;

impl<'a> Graph<'a> {
    /// The graph of a plan. Its size is that of the plan and its dependencies, however much a range or a phase holds.
    pub fn new(joined: &'a Joined) -> Self {
        let plan = &*joined.plan;
        let count = plan.tasks.len() as u32;
        let spans = Spans { leaves: count.next_power_of_two().max(1), count };
        let mut needs = Digraph::new();
        for (task, own) in plan.tasks() {
            if waits(joined.state(task)) {
                own.parent.into_iter().for_each(|parent| needs.push(parent.0));
                if names_itself(joined, task) {
                    needs.push(count + task.0);
                }
                for range in joined.dependency_ranges(task) {
                    for range in apart(joined, task, range) {
                        spans.cover(range, |at| needs.push(at));
                    }
                }
            }
            needs.close();
        }
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); plan.tasks.len()];
        for (task, own) in plan.tasks() {
            if let Some(parent) = own.parent
                && !joined.state(task).is_settled()
            {
                children[parent.get()].push(task.0);
            }
        }
        for (task, _) in plan.tasks() {
            if !joined.state(task).is_settled() {
                needs.push(task.0);
                children[task.get()].iter().for_each(|child| needs.push(count + child));
            }
            needs.close();
        }
        for at in 0..spans.inner() {
            spans.halves(at).for_each(|half| needs.push(half));
            needs.close();
        }
        let groups = needs.groups();
        Self { joined, groups, needs, held: held(joined) }
    }

    /// Plan and status.json.
    pub fn joined(&self) -> &'a Joined {
        self.joined
    }

    /// What stands in a task's way, or in that of a task above it; the first of it.
    pub fn hold(&self, task: TaskIndex) -> Option<Hold> {
        self.held[task.get()]
    }

    /// Whether a task above this one is blocked or left out, so that this one is not to be done either.
    pub fn is_shut(&self, task: TaskIndex) -> Option<TaskIndex> {
        let plan = &self.joined.plan;
        let shut = |state| matches!(state, State::Blocked | State::Skipped | State::Cancelled);
        std::iter::successors(plan.task(task).parent, |&above| plan.task(above).parent)
            .find(|&above| shut(self.joined.state(above)))
    }

    /// For each task, how many tasks cannot begin before it is done, directly or by way of others. `None` for a plan in which
    /// that takes too long to count.
    pub fn waiting_counts(&self) -> Option<Vec<u32>> {
        const WORDS: usize = 4;
        const BLOCK: usize = 64 * WORDS;
        let count = self.joined.plan.tasks.len();
        let waiters: Vec<u32> =
            (0..count as u32).filter(|&at| self.held[at as usize].is_some() && self.can_wait(at)).collect();
        let size = (self.needs.len() + self.needs.arrows()) as u64;
        if waiters.len().div_ceil(BLOCK) as u64 * size * WORDS as u64 > MOST_STEPS {
            return None;
        }
        let mut counts = vec![0; count];
        let order = self.order();
        // 256 tasks at a time, a bit for each: what one of them needs, and what that needs, gets its bit.
        let mut masks = vec![[0_u64; WORDS]; self.needs.len()];
        for block in waiters.chunks(BLOCK) {
            masks.fill([0; WORDS]);
            for (bit, &waiter) in block.iter().enumerate() {
                masks[self.groups[waiter as usize] as usize][bit / 64] |= 1 << (bit % 64);
            }
            for &at in &order {
                let mask = masks[self.groups[at as usize] as usize];
                if mask == [0; WORDS] {
                    continue;
                }
                for &next in self.needs.after(at) {
                    let group = self.groups[next as usize] as usize;
                    for word in 0..WORDS {
                        masks[group][word] |= mask[word];
                    }
                }
            }
            for (task, counted) in counts.iter_mut().enumerate() {
                let mask = masks[self.groups[count + task] as usize];
                *counted += mask.iter().map(|word| word.count_ones()).sum::<u32>();
            }
            // In a circle a task needs itself.
            for (bit, &waiter) in block.iter().enumerate() {
                let mask = masks[self.groups[count + waiter as usize] as usize];
                counts[waiter as usize] -= (mask[bit / 64] >> (bit % 64) & 1) as u32;
            }
        }
        Some(counts)
    }

    /// The longest chain of open tasks: by the hours that the plan gives for them, else by their number. Tasks that wait for
    /// each other in a circle are on none.
    pub fn critical_path(&self) -> CriticalPath {
        let plan = &self.joined.plan;
        let count = plan.tasks.len();
        let open = |task: TaskIndex| !self.joined.state(task).is_settled();
        // A task with open tasks below it is done by those.
        let leaf = |task: TaskIndex| {
            let below = self.joined.below[task.get()];
            open(task) && below.completed == below.counted()
        };
        let leaves = plan.tasks().filter(|&(task, _)| leaf(task)).count();
        let estimates = estimates(plan);
        let estimated =
            plan.tasks().filter(|&(task, _)| leaf(task) && estimates[task.get()].is_some()).count();
        let by_hours = estimated > 0 && estimated * 2 >= leaves;
        let weight = |task: TaskIndex| match (leaf(task), by_hours) {
            (false, _) => 0.0,
            (true, true) => estimates[task.get()].unwrap_or(0.0),
            (true, false) => 1.0,
        };
        let mut circular = vec![0_u32; self.needs.len()];
        self.groups.iter().for_each(|&group| circular[group as usize] += 1);
        // What is needed comes first, so the other way round than waiting is counted.
        const NOTHING: u32 = u32::MAX;
        let mut longest: Vec<(f64, u32)> = vec![(0.0, NOTHING); self.needs.len()];
        let mut best = (0.0, NOTHING);
        for &at in self.order().iter().rev() {
            let before = self
                .needs
                .after(at)
                .iter()
                .filter(|&&next| self.groups[next as usize] != self.groups[at as usize])
                .map(|&next| (longest[next as usize].0, next))
                .fold((0.0, NOTHING), |best, next| if next.0 > best.0 { next } else { best });
            let task = (at as usize).checked_sub(count).filter(|&task| task < count);
            let own = task.filter(|_| circular[self.groups[at as usize] as usize] == 1);
            let length = before.0 + own.map_or(0.0, |task| weight(TaskIndex(task as u32)));
            longest[at as usize] = (length, before.1);
            let earlier = length == best.0 && best.1 != NOTHING && at < best.1;
            if task.is_some() && (length > best.0 || earlier) {
                best = (length, at);
            }
        }
        let way = std::iter::successors(Some(best.1).filter(|&at| at != NOTHING), |&at| {
            Some(longest[at as usize].1).filter(|&next| next != NOTHING)
        });
        let ends = way.filter_map(|at| (at as usize).checked_sub(count).filter(|&task| task < count));
        let mut tasks: Vec<TaskIndex> =
            ends.map(|task| TaskIndex(task as u32)).filter(|&task| leaf(task)).collect();
        tasks.reverse();
        if tasks.len() < 2 && !by_hours {
            return CriticalPath::default();
        }
        let without = tasks.iter().filter(|task| estimates[task.get()].is_none()).count();
        CriticalPath {
            hours: by_hours.then_some(best.0),
            without_estimate: if by_hours { without as u32 } else { 0 },
            tasks,
        }
    }

    /// The circles in which open tasks wait for each other, each once and the shortest way round. A task and the one above it
    /// wait for each other too, where what is below waits for what the other holds up.
    pub fn circles(&self) -> Vec<Vec<TaskIndex>> {
        let count = self.joined.plan.tasks.len() as u32;
        let circles = self.needs.circles(&self.groups).into_iter().map(|circle| {
            let tasks = circle.into_iter().filter(|&at| at < 2 * count);
            let mut tasks: Vec<TaskIndex> = tasks.map(|at| TaskIndex(at % count)).collect();
            tasks.dedup();
            if tasks.len() > 1 && tasks.first() == tasks.last() {
                tasks.pop();
            }
            // The first of the plan begins.
            let first = tasks.iter().enumerate().min_by_key(|(_, task)| **task).map_or(0, |(at, _)| at);
            tasks.rotate_left(first);
            tasks
        });
        circles.filter(|circle| !circle.is_empty()).collect()
    }

    /// Whether a task has not begun, and so can wait.
    fn can_wait(&self, at: u32) -> bool {
        waits(self.joined.state(TaskIndex(at)))
    }

    /// All numbers, what needs before what is needed.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.needs.len() as u32).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.groups[at as usize]));
        order
    }
}

/// Whether a task in this state waits for what it depends on.
fn waits(state: State) -> bool {
    !state.is_settled() && state != State::InProgress
}

/// Whether a task names its own id as one that it waits for. An id that two tasks bear may mean the other.
pub(crate) fn names_itself(joined: &Joined, task: TaskIndex) -> bool {
    let plan = &joined.plan;
    let Some(own) = plan.id(task) else { return false };
    let itself = |dependency: &tallymark_plan::Dependency| {
        dependency.target == Target::Task && plan.slice(dependency.span) == own
    };
    plan.dependencies(task).iter().any(itself) && joined.tasks_with_id(own).count() == 1
}

/// A stretch of tasks without the task itself, those above and those below it: they begin and end with each other anyway.
fn apart(joined: &Joined, task: TaskIndex, range: Range<u32>) -> Vec<Range<u32>> {
    let behind = task.0 + 1 + joined.below[task.get()].total;
    let mut left = vec![range.start..range.end.min(task.0), range.start.max(behind)..range.end];
    let plan = &joined.plan;
    let mut above = plan.task(task).parent;
    while let Some(at) = above {
        // The one nearest above stands last, so what is before it is cut next.
        let before = left.remove(0);
        if before.contains(&at.0) {
            left.insert(0, at.0 + 1..before.end);
            left.insert(0, before.start..at.0);
        } else {
            left.insert(0, before);
        }
        above = plan.task(at).parent;
    }
    left.retain(|range| range.start < range.end);
    left
}

/// What stands in the way of each task: its own, or what stands in the way of the one above.
fn held(joined: &Joined) -> Vec<Option<Hold>> {
    let plan = &*joined.plan;
    let mut held: Vec<Option<Hold>> = Vec::with_capacity(plan.tasks.len());
    for (task, own) in plan.tasks() {
        let below = |above: TaskIndex, at: TaskIndex| {
            above.0 <= at.0 && at.0 <= above.0 + joined.below[above.get()].total
        };
        let related = |by: &TaskIndex| below(*by, task) || below(task, *by);
        let by = joined.blockers(task).find(|by| !related(by));
        let by = by.or_else(|| names_itself(joined, task).then_some(task));
        let above = || own.parent.and_then(|parent| held[parent.get()]);
        let hold = if waits(joined.state(task)) {
            by.map(|by| Hold { waiting: task, by }).or_else(above)
        } else {
            None
        };
        held.push(hold);
    }
    held
}

/// A tree over the ends of the tasks, so that a long stretch of them is a few numbers and not as many as it is long.
#[derive(Clone, Copy)]
struct Spans {
    leaves: u32,
    count: u32,
}

impl Spans {
    /// The numbers that stand for more than one task.
    fn inner(self) -> u32 {
        self.leaves
    }

    /// The two that one of these stands for. The first of them is unused, as the tree counts from 1.
    fn halves(self, at: u32) -> impl Iterator<Item = u32> {
        let halves = [2 * at, 2 * at + 1].into_iter().filter(move |_| at > 0);
        halves.filter_map(move |half| self.number(half))
    }

    /// A place in the tree as a number of the graph; nothing beyond the last task.
    fn number(self, place: u32) -> Option<u32> {
        match place.checked_sub(self.leaves) {
            Some(task) if task < self.count => Some(self.count + task),
            Some(_) => None,
            None => Some(2 * self.count + place),
        }
    }

    /// The numbers that stand for a stretch.
    fn cover(self, range: Range<u32>, mut push: impl FnMut(u32)) {
        if range.end - range.start < LONG {
            range.for_each(|task| push(self.count + task));
            return;
        }
        let (mut from, mut to) = (range.start + self.leaves, range.end + self.leaves);
        while from < to {
            if from % 2 == 1 {
                self.number(from).into_iter().for_each(&mut push);
                from += 1;
            }
            if to % 2 == 1 {
                to -= 1;
                self.number(to).into_iter().for_each(&mut push);
            }
            (from, to) = (from / 2, to / 2);
        }
    }
}
