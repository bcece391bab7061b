//! What stands beside an entry in status.json, and so where in the plan its task is to be expected.

use hashbrown::HashMap;
use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::{EntryIndex, Status};

use crate::matching::is_phase;

/// So many tasks of one text are looked at for an entry: those that stand nearest to where it is expected.
const NEAREST: usize = 8;

/// The tasks of the nearest entries before and behind an entry that have one.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Neighbours {
    pub(crate) before: Option<u32>,
    pub(crate) behind: Option<u32>,
}

impl Neighbours {
    /// How far a task is from where it is expected, whichever neighbour it is measured from.
    fn distance(self, task: u32) -> Option<u32> {
        let from_before = self.before.map(|before| task.abs_diff(before + 1));
        let from_behind = self.behind.map(|behind| (task + 1).abs_diff(behind));
        from_before.into_iter().chain(from_behind).min()
    }

    /// A task that may be looked for first.
    fn expected(self) -> Option<u32> {
        self.before.map(|before| before + 1).or_else(|| self.behind.map(|behind| behind.saturating_sub(1)))
    }
}

/// The neighbours of each of these entries, which are in the order of the file.
pub(crate) fn neighbours(
    tasks_of_entries: &[Option<TaskIndex>],
    entries: impl DoubleEndedIterator<Item = EntryIndex> + Clone,
) -> Vec<Neighbours> {
    let (mut at, mut last) = (0, None);
    let mut found: Vec<Neighbours> = entries
        .clone()
        .map(|entry| {
            last = tasks_of_entries[at..entry.get()].iter().rev().find_map(|task| *task).or(last);
            at = entry.get();
            Neighbours { before: last.map(|task| task.0), behind: None }
        })
        .collect();
    let (mut at, mut next) = (tasks_of_entries.len(), None);
    for (neighbours, entry) in found.iter_mut().rev().zip(entries.rev()) {
        next = tasks_of_entries[entry.get()..at].iter().find_map(|task| *task).or(next);
        at = entry.get();
        neighbours.behind = next.map(|task| task.0);
    }
    found
}

/// Entries of a text that several tasks or entries have, and those tasks, both in the order of their file.
#[derive(Default)]
pub(crate) struct Alike {
    pub(crate) tasks: Vec<TaskIndex>,
    pub(crate) entries: Vec<EntryIndex>,
}

/// Gives the entries of each text their tasks: those under the phase that the entry names first, then those nearest to where
/// the entries' neighbours are, then whatever is left, in order.
pub(crate) fn tell_apart(
    plan: &Plan,
    status: &Status,
    tasks_of_entries: &[Option<TaskIndex>],
    groups: &[Alike],
) -> Vec<(TaskIndex, EntryIndex)> {
    let mut entries: Vec<EntryIndex> =
        groups.iter().flat_map(|group| group.entries.iter().copied()).collect();
    entries.sort_unstable();
    let places = neighbours(tasks_of_entries, entries.iter().copied());
    let place_of = |entry: EntryIndex| entries.binary_search(&entry).map(|at| places[at]).unwrap_or_default();

    let mut phases: HashMap<(&str, u32), bool> = HashMap::new();
    let mut under_phase = |task: TaskIndex, entry: EntryIndex| {
        let named = status.entry(entry).phase.as_ref().map(|phase| status.str(phase));
        named.zip(plan.task(task).phase).is_some_and(|(named, phase)| {
            *phases.entry((named, phase.0)).or_insert_with(|| is_phase(plan, phase, named))
        })
    };
    let mut pairs = Vec::new();
    for group in groups {
        let mut wishes: Vec<(bool, u32, usize, usize)> = Vec::new();
        for (at, &entry) in group.entries.iter().enumerate() {
            let place = place_of(entry);
            let near = match place.expected() {
                Some(expected) => group.tasks.partition_point(|task| task.0 < expected),
                None => at,
            };
            let first = near.saturating_sub(NEAREST).min(group.tasks.len());
            for (task, &index) in group.tasks.iter().enumerate().skip(first).take(2 * NEAREST) {
                let distance = place.distance(index.0).unwrap_or(task.abs_diff(at) as u32);
                wishes.push((!under_phase(index, entry), distance, at, task));
            }
        }
        wishes.sort_unstable();
        let mut given = vec![false; group.entries.len()];
        let mut taken = vec![false; group.tasks.len()];
        for (_, _, entry, task) in wishes {
            if !given[entry] && !taken[task] {
                (given[entry], taken[task]) = (true, true);
                pairs.push((group.tasks[task], group.entries[entry]));
            }
        }
        let left = (0..group.tasks.len()).filter(|&task| !taken[task]);
        let without = (0..group.entries.len()).filter(|&entry| !given[entry]);
        pairs.extend(left.zip(without).map(|(task, entry)| (group.tasks[task], group.entries[entry])));
    }
    pairs
}
