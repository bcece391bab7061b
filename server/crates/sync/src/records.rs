//! The tasks of a plan as other programs get them.

use std::collections::HashSet;

use tallymark_plan::TaskIndex;
use tallymark_status::interchange::{Record, record};
use tallymark_status::{EntryIndex, Status, Word};

use crate::marking::new_entry;
use crate::{Joined, State};

/// The tasks of a plan with all that is known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The plan's tasks in document order, and then those that only the status file has.
    pub tasks: Vec<Record>,
    /// How many of them only the status file has.
    pub not_in_plan: usize,
    /// How many have a status word that nobody knows: they are pending here.
    pub unknown_words: usize,
    /// How many entries of the status file are left out: they stand for criteria and headings, for tasks of other plans, or bear an
    /// id that is taken.
    pub left_out: usize,
}

impl Joined {
    /// The tasks with what plan and status file say of them: ids, phases and titles are the plan's, states the effective
    /// ones, times and notes those of the entries.
    pub fn records(&self) -> Records {
        let mut records = Records::default();
        for (task, _) in self.plan.tasks() {
            records.unknown_words += usize::from(self.state(task) == State::Unknown);
            records.tasks.push(self.record_of(task));
        }
        let Some(status) = self.status() else { return records };
        let mut ids: HashSet<String> = records.tasks.iter().map(|task| task.id.clone()).collect();
        for (index, entry) in status.entries() {
            if self.tasks_of_entries[index.get()].is_some() {
                continue;
            }
            let rest = record(status, entry, word(status, index));
            let of_this_plan = self.counterparts[index.get()].is_none() && !status.format.is_shared();
            if !of_this_plan || rest.id.is_empty() || !ids.insert(rest.id.clone()) {
                records.left_out += 1;
                continue;
            }
            records.unknown_words += usize::from(State::of_entry(status, index) == State::Unknown);
            records.not_in_plan += 1;
            records.tasks.push(rest);
        }
        records
    }

    fn record_of(&self, task: TaskIndex) -> Record {
        let of_plan = new_entry(self, task);
        let of_entry = self.status().zip(self.entry(task));
        let status = self.state(task).word().unwrap_or(Word::Pending);
        let dependencies =
            self.dependencies(task).into_iter().map(|other| self.plan.key(other).to_owned()).collect();
        let base = match of_entry {
            Some((file, entry)) => record(file, file.entry(entry), status),
            None => Record {
                id: String::new(),
                phase: String::new(),
                title: String::new(),
                status,
                started_at: None,
                completed_at: None,
                duration: None,
                priority: None,
                notes: None,
                error: None,
                reason: None,
                dependencies: Vec::new(),
            },
        };
        Record { id: of_plan.id, phase: of_plan.phase, title: of_plan.description, dependencies, ..base }
    }
}

fn word(status: &Status, entry: EntryIndex) -> Word {
    State::of_entry(status, entry).word().unwrap_or(Word::Pending)
}
