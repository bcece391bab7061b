//! From an id or key to the tasks that bear it.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};
use tallymark_plan::{PhaseIndex, Plan, TaskIndex};

use crate::Match;

/// From a text to the numbers of the things that bear it, in the order of the file. Holds numbers only: the texts stay
/// where they are, and whoever asks hands in the way to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chains {
    /// The first of each text.
    heads: HashTable<u32>,
    /// For each thing the next of the same text.
    next: Vec<u32>,
    hasher: DefaultHashBuilder,
}

/// No further thing of the same text.
const END: u32 = u32::MAX;

impl Chains {
    /// Of `count` things; `text_of` gives `None` for one that shall not be found.
    pub(crate) fn new<'t>(count: usize, text_of: impl Fn(usize) -> Option<&'t str>) -> Self {
        let mut chains = Self {
            heads: HashTable::with_capacity(count),
            next: vec![END; count],
            hasher: DefaultHashBuilder::default(),
        };
        let hasher = chains.hasher.clone();
        let text_at = |at: u32| text_of(at as usize).unwrap_or_default();
        // From the last to the first, each becoming the head of its chain.
        for at in (0..count).rev() {
            let Some(text) = text_of(at) else { continue };
            let slot = chains.heads.entry(
                hasher.hash_one(text),
                |&head| text_at(head) == text,
                |&head| hasher.hash_one(text_at(head)),
            );
            match slot {
                hashbrown::hash_table::Entry::Occupied(mut head) => {
                    chains.next[at] = std::mem::replace(head.get_mut(), at as u32);
                }
                hashbrown::hash_table::Entry::Vacant(slot) => {
                    slot.insert(at as u32);
                }
            }
        }
        chains
    }

    /// The things of a text, in order.
    pub(crate) fn of<'t>(
        &self,
        text: &str,
        text_of: impl Fn(usize) -> Option<&'t str>,
    ) -> impl Iterator<Item = usize> {
        let head = self
            .heads
            .find(self.hasher.hash_one(text), |&head| text_of(head as usize).unwrap_or_default() == text)
            .copied();
        std::iter::successors(head, |&at| Some(self.next[at as usize]).filter(|&next| next != END))
            .map(|at| at as usize)
    }
}

/// The ids and keys of a plan's tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskIds {
    ids: Chains,
    keys: Chains,
}

impl TaskIds {
    /// Of a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let count = plan.tasks.len();
        // Most plans have no derived key at all.
        let derived = plan.tasks.iter().any(|task| task.derived_key.is_some());
        Self {
            ids: Chains::new(count, |at| plan.id(TaskIndex(at as u32))),
            keys: if derived {
                Chains::new(count, |at| plan.tasks[at].derived_key.as_deref())
            } else {
                Chains::default()
            },
        }
    }

    /// The tasks with an id, in document order.
    pub(crate) fn with_id(&self, plan: &Plan, id: &str) -> impl Iterator<Item = TaskIndex> {
        self.ids.of(id, |at| plan.id(TaskIndex(at as u32))).map(|at| TaskIndex(at as u32))
    }

    /// The task with a key.
    pub(crate) fn with_key(&self, plan: &Plan, key: &str) -> Option<TaskIndex> {
        let derived = self.keys.of(key, |at| plan.tasks[at].derived_key.as_deref()).next();
        derived
            .map(|at| TaskIndex(at as u32))
            .or_else(|| self.with_id(plan, key).find(|&task| plan.task(task).derived_key.is_none()))
    }
}

/// The kinds of a plan's ids. What tells those of one numbering from those of another: the letters in front, and whether
/// there are points.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdKinds {
    /// The letters of ids without points, and of those with.
    letters: [HashSet<Box<str>>; 2],
}

impl IdKinds {
    /// Of a plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut kinds = Self::default();
        for id in plan.tasks().filter_map(|(task, _)| plan.id(task)) {
            if !kinds.has(id) {
                kinds.letters[usize::from(id.contains('.'))].insert(letters(id).into());
            }
        }
        kinds
    }

    /// Whether an id is of one of the kinds.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.letters[usize::from(id.contains('.'))].contains(letters(id))
    }
}

fn letters(id: &str) -> &str {
    &id[..id.find(|letter: char| letter.is_ascii_digit()).unwrap_or(id.len())]
}

/// The tasks that have an entry, by id, title and place.
#[derive(Clone, Debug)]
pub(crate) struct MatchedTexts {
    tasks: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// What two lines have in common that are the same task.
type Text<'a> = (Option<&'a str>, &'a str, Option<TaskIndex>, Option<PhaseIndex>);

impl MatchedTexts {
    /// Of a plan.
    pub(crate) fn new(plan: &Plan, matches: &[Option<Match>]) -> Self {
        let mut texts = Self { tasks: HashTable::new(), hasher: DefaultHashBuilder::default() };
        let hasher = texts.hasher.clone();
        let hash = |task: u32| hasher.hash_one(text(plan, TaskIndex(task)));
        let matched = (0..).zip(matches).filter(|(_, found)| found.is_some());
        for (task, _) in matched {
            texts.tasks.insert_unique(hash(task), task, |&other| hash(other));
        }
        texts
    }

    /// Whether one of them is the same as this one.
    pub(crate) fn has(&self, plan: &Plan, task: TaskIndex) -> bool {
        let own = text(plan, task);
        let is_same = |&other: &u32| text(plan, TaskIndex(other)) == own;
        self.tasks.find(self.hasher.hash_one(own), is_same).is_some()
    }
}

fn text(plan: &Plan, task: TaskIndex) -> Text<'_> {
    let fields = plan.task(task);
    (plan.id(task), plan.title(task), fields.parent, fields.phase)
}
