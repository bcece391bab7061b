//! What becomes of phases when all is read: an index of phases is folded into them, and empty ones are dropped.

use std::collections::HashMap;

use tallymark_text::Span;

use super::{Found, Reader};
use crate::{Ignored, IgnoredWhy, PhaseIndex, TaskIndex};

impl Reader<'_> {
    /// Folds the boxes of an index of phases (`- [ ] **Phase 1: Name**`) into the phases that hold tasks: each is the mark of its
    /// phase, and no task beside the tasks in it. A box whose phase holds none is all there is of it, and stays a task.
    pub(super) fn fold_phase_index(&mut self) {
        if self.phase_index.is_empty() {
            return;
        }
        // In the order of the text: of two boxes for one phase the first has the say.
        let listed = std::mem::take(&mut self.phase_index);
        let is_listed = |task: usize| listed.binary_search_by_key(&task, |(task, _)| task.get()).is_ok();
        let found = &mut self.found;
        let mut holds = vec![false; found.phases.len()];
        let mut has_parts = vec![false; found.tasks.len()];
        for (index, task) in found.tasks.iter().enumerate() {
            if let Some(phase) = task.phase
                && !is_listed(index)
            {
                holds[phase.get()] = true;
            }
            if let Some(parent) = task.parent {
                has_parts[parent.get()] = true;
            }
        }
        let text = self.text;
        let mut by_number: HashMap<&str, PhaseIndex> = HashMap::new();
        for (index, phase) in found.phases.iter().enumerate().filter(|&(index, _)| holds[index]) {
            if let Some(number) = phase.number {
                by_number.entry(&text[number.range()]).or_insert(PhaseIndex(index as u32));
            }
        }
        let mut kept = vec![true; found.tasks.len()];
        for (task, number) in listed {
            let Some(&phase) = by_number.get(&text[number.range()]).filter(|_| !has_parts[task.get()]) else {
                continue;
            };
            kept[task.get()] = false;
            let task = &found.tasks[task.get()];
            let phase = &mut found.phases[phase.get()];
            phase.mark = phase.mark.or(task.mark);
            found.ignored.push(Ignored { span: task.line, why: IgnoredWhy::Repetition });
        }
        found.drop_tasks(&kept);
    }

    /// The name behind the number of a phase: `**Phase 1: Name** - more`.
    pub(super) fn behind_number(&self, number: Span, end: usize) -> Span {
        let rest = &self.text[number.end as usize..end];
        let title = rest.trim_start_matches([':', '.', ' ', '-', '–', '—', '*']);
        let start = end - title.len();
        let bold_ends = title.find("**").filter(|_| title.matches("**").count() % 2 == 1);
        Span::new(start, start + bold_ends.unwrap_or(title.len()))
    }
}

impl Found {
    /// Drops the phases without tasks and criteria.
    pub fn drop_empty_phases(&mut self) {
        let found = self;
        let mut kept = vec![false; found.phases.len()];
        let tasks = found.tasks.iter().filter_map(|task| task.phase);
        for phase in tasks.chain(found.criteria.iter().filter_map(|criterion| criterion.phase)) {
            kept[phase.get()] = true;
        }
        let moved = places(&kept);
        for phase in found.tasks.iter_mut().filter_map(|task| task.phase.as_mut()) {
            *phase = PhaseIndex(moved[phase.get()]);
        }
        for phase in found.criteria.iter_mut().filter_map(|criterion| criterion.phase.as_mut()) {
            *phase = PhaseIndex(moved[phase.get()]);
        }
        let mut keep = kept.into_iter();
        found.phases.retain(|_| keep.next().unwrap_or(true));
    }

    /// Drops the tasks that are not kept. No task that is kept is part of one that is not.
    fn drop_tasks(&mut self, kept: &[bool]) {
        let moved = places(kept);
        for parent in self.tasks.iter_mut().filter_map(|task| task.parent.as_mut()) {
            *parent = TaskIndex(moved[parent.get()]);
        }
        for criterion in &mut self.criteria {
            criterion.task =
                criterion.task.filter(|task| kept[task.get()]).map(|task| TaskIndex(moved[task.get()]));
        }
        let mut keep = kept.iter();
        self.tasks.retain(|_| keep.next().is_none_or(|&keep| keep));
    }
}

/// Where each thing goes when only some are kept.
fn places(kept: &[bool]) -> Vec<u32> {
    let mut next = 0;
    kept.iter()
        .map(|&keep| {
            let place = next;
            next += u32::from(keep);
            place
        })
        .collect()
}
