//! The join of a plan after an edit, from that before it.
//!
//! **Why it is what a join of everything gives.** The first step of [matching](crate::matching) goes through the entries, and gives
//! each the first free task of its id (or key) whose text agrees. What it finds for an entry depends on the tasks that bear
//! this id, on their texts, and on the entries before it that look at the same tasks: on nothing that bears another
//! id. So after an edit that leaves ids, keys and the order of tasks as they are, only what has an id in common with a task
//! whose title changed, directly or by way of other such tasks and entries, can be found otherwise; that is matched anew. All
//! other entries found by that step are found again. To try those again that it did not find does no harm: of the tasks
//! that are free at its end, each was free before, and its text did not agree. The further steps look only at what is
//! free after the first; they are taken again, from the beginning.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::{EntryIndex, Status};

use crate::changes::{Changes, Reads};
use crate::join::{Joined, add, entries_of_criteria, own_state};
use crate::matching::{Matching, go_on};
use crate::{Match, MatchKind, State};

/// Where more ids than this hang together, all is joined anew.
const MOST_IDS: usize = 64;

/// Where more entries than this have these ids, likewise.
const MOST_ENTRIES: usize = 512;

impl Joined {
    /// The join with the plan after an edit, and the same status.json; adds to `changes` what became of states and matches.
    /// `None` where all has to be joined anew.
    pub(crate) fn after(&self, plan: Arc<Plan>, changes: &mut Changes) -> Option<Self> {
        let readable = self.status_file.clone().filter(|status| status.readable);
        let mut joined = self.clone();
        joined.plan = plan;
        if changes.reworded_criteria {
            // The steps behind the first look at the texts of criteria.
            if !self.loose.is_empty() {
                return None;
            }
            joined.others = Arc::default();
        }
        let mut rematched = Vec::new();
        if let Some(status) = &readable
            && !changes.retitled.is_empty()
        {
            rematched = joined.match_again(status, changes)?;
        }
        joined.tell_states_again(self, &rematched, changes);
        if changes.changed.has(Reads::Entries) || !changes.retitled.is_empty() {
            joined.matched_texts = OnceLock::new();
        }
        if changes.changed.has(Reads::Entries) {
            joined.entries_before = OnceLock::new();
        }
        let twins = |&task: &TaskIndex| {
            let id = self.plan.id(task);
            id.into_iter().flat_map(|id| joined.task_ids.with_id(&joined.plan, id)).take(MOST_IDS + 1)
        };
        let alike: Vec<TaskIndex> = changes.retitled.iter().chain(&rematched).flat_map(twins).collect();
        if alike.len() > MOST_ENTRIES {
            return None;
        }
        let title_of_many = |task: &TaskIndex| twins(task).nth(1).is_some();
        if changes.retitled.iter().any(title_of_many) {
            changes.changed.add(Reads::Twins);
        }
        changes.look_again(alike);
        Some(joined)
    }

    /// Matches anew what may be matched otherwise since titles changed. Gives the tasks that have another entry, or have it
    /// for another reason.
    fn match_again(&mut self, status: &Status, changes: &mut Changes) -> Option<Vec<TaskIndex>> {
        let entries = self.entries_alike(status, &changes.retitled)?;
        // A task that bears none of the ids of status.json matters only to what is free.
        if entries.is_empty() && self.loose.is_empty() {
            return Some(Vec::new());
        }
        let before = (Arc::clone(&self.matches), Arc::clone(&self.counterparts));
        let mut found = Matching {
            matches: self.matches.to_vec(),
            tasks_of_entries: self.tasks_of_entries.to_vec(),
            counterparts: self.counterparts.to_vec(),
        };
        let left: BTreeSet<EntryIndex> = entries.into_iter().chain(self.loose.iter().copied()).collect();
        let left: Vec<EntryIndex> = left.into_iter().collect();
        let mut tasks = BTreeSet::new();
        for entry in &left {
            found.counterparts[entry.get()] = None;
            if let Some(task) = found.tasks_of_entries[entry.get()].take() {
                found.matches[task.get()] = None;
                tasks.insert(task);
            }
        }
        let found = go_on(&self.plan, status, &self.task_ids, &self.others, found, left.clone());
        tasks.extend(left.iter().filter_map(|entry| found.tasks_of_entries[entry.get()]));
        tasks.retain(|task| before.0[task.get()] != found.matches[task.get()]);
        let kind = |found: Option<Match>| {
            found
                .map(|found| found.kind)
                .filter(|kind| matches!(kind, MatchKind::IdOnly | MatchKind::EmbeddedId))
        };
        let entry = |found: Option<Match>| found.map(|found| found.entry);
        for task in &tasks {
            let (old, new) = (before.0[task.get()], found.matches[task.get()]);
            if entry(old) != entry(new) {
                changes.changed.add(Reads::Entries);
            }
            if kind(old) != kind(new) {
                changes.changed.add(Reads::Kinds);
            }
        }
        if left.iter().any(|entry| before.1[entry.get()] != found.counterparts[entry.get()]) {
            changes.changed.add(Reads::Entries);
            self.entries_of_criteria = Arc::new(entries_of_criteria(&self.plan, &found.counterparts));
        }
        let is_loose = |entry: &EntryIndex| {
            let task = found.tasks_of_entries[entry.get()];
            task.and_then(|task| found.matches[task.get()])
                .is_none_or(|found| found.kind != MatchKind::IdAndText)
        };
        self.loose = Arc::new(left.into_iter().filter(is_loose).collect());
        self.matches = Arc::new(found.matches);
        self.tasks_of_entries = Arc::new(found.tasks_of_entries);
        self.counterparts = Arc::new(found.counterparts);
        Some(tasks.into_iter().collect())
    }

    /// The entries that have an id or key in common with one of these tasks, or with a task that such an entry may mean.
    fn entries_alike(&self, status: &Status, tasks: &[TaskIndex]) -> Option<Vec<EntryIndex>> {
        let mut ids: Vec<&str> = Vec::new();
        for &task in tasks {
            add_ids(&self.plan, task, &mut ids);
        }
        let mut entries = Vec::new();
        let mut at = 0;
        while let Some(&id) = ids.get(at) {
            at += 1;
            let found = status.find_all(id);
            if found.is_empty() {
                continue;
            }
            entries.extend_from_slice(found);
            let bearers = self.task_ids.with_id(&self.plan, id).chain(self.task_with_key(id));
            for task in bearers.take(MOST_IDS) {
                add_ids(&self.plan, task, &mut ids);
            }
            if ids.len() > MOST_IDS || entries.len() > MOST_ENTRIES {
                return None;
            }
        }
        Some(entries)
    }

    /// Works out the states of tasks that changed, and what is counted of them. `self` has the plan and the matches as they are
    /// after the edit, and all else as it was `before`.
    fn tell_states_again(&mut self, before: &Joined, rematched: &[TaskIndex], changes: &mut Changes) {
        changes.look_again(rematched.iter().copied());
        let own = |joined: &Joined, task: TaskIndex| {
            let readable = joined.status_file.as_deref().filter(|status| status.readable);
            let state = own_state(&joined.plan, readable, &joined.matches, task);
            (state, joined.matches[task.get()].is_some())
        };
        let changed: Vec<TaskIndex> =
            changes.tasks.iter().copied().filter(|&task| own(before, task) != own(self, task)).collect();
        if !changed.is_empty() {
            self.next_unsettled = OnceLock::new();
            if self.has_unmarked || self.settled {
                // Their states are those of others too.
                self.tell_states();
                if self.settled {
                    self.settle_unlisted();
                }
                let states = before.states.iter().zip(self.states.iter()).enumerate();
                let differ = states.filter(|(_, (old, new))| old != new);
                changes.look_again(differ.map(|(task, _)| TaskIndex(task as u32)).collect::<Vec<_>>());
            } else {
                for &task in &changed {
                    self.set_state(task, own(self, task).0);
                }
            }
            if self.states != before.states {
                changes.changed.add(Reads::States);
            }
        }
        let count =
            |joined: &Joined| changes.tasks.iter().map(|&task| joined.kept_box(task)).fold((0, 0), add);
        let (old, new) = (count(before), count(self));
        let (completed, ticked) = before.kept_boxes;
        self.kept_boxes = (completed + new.0 - old.0, ticked + new.1 - old.1);
    }

    /// Gives a task another state, and counts it above it, in its phases and in all.
    fn set_state(&mut self, task: TaskIndex, state: State) {
        let old = std::mem::replace(&mut Arc::make_mut(&mut self.states)[task.get()], state);
        if old == state {
            return;
        }
        let below = Arc::make_mut(&mut self.below);
        let mut above = self.plan.task(task).parent;
        while let Some(parent) = above {
            below[parent.get()].exchange(old, state);
            above = self.plan.task(parent).parent;
        }
        let mut phase = self.plan.task(task).phase;
        while let Some(at) = phase {
            self.phases[at.get()].exchange(old, state);
            phase = self.phase_around(at);
        }
        self.total.exchange(old, state);
    }
}

/// Adds a task's id and key.
fn add_ids<'a>(plan: &'a Plan, task: TaskIndex, ids: &mut Vec<&'a str>) {
    for id in [plan.id(task), Some(plan.key(task))].into_iter().flatten() {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
}
