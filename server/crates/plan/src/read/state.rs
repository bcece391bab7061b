//! What the reader knows between two blocks of no list, and how it goes on from that in the middle of a text.

use tallymark_text::Span;

use super::{Part, Reader, Section};
use crate::shift::Shift;
use crate::{PhaseIndex, TaskIndex};

/// The number of levels of what can be open: the file, six of headings, and labels.
const LEVELS: usize = 8;

/// No index.
const NONE: u32 = u32::MAX;

/// The index of something that is no longer there.
const GONE: u32 = u32::MAX - 1;

/// What the reader knows between two blocks of no list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// The open phases by their level, and how many criteria each has so far.
    phases: [u32; LEVELS],
    ordinals: [u32; LEVELS],
    /// The open tasks that are headings, by their level.
    headings: [u32; LEVELS],
    pub(super) section: Section,
    pub(super) criteria_level: Option<u8>,
    pub(super) legend_level: Option<u8>,
    pub(super) loose_ordinals: u32,
    pub(super) has_title: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            phases: [NONE; LEVELS],
            ordinals: [0; LEVELS],
            headings: [NONE; LEVELS],
            section: Section::default(),
            criteria_level: None,
            legend_level: None,
            loose_ordinals: 0,
            has_title: false,
        }
    }
}

impl State {
    /// The open phases, outermost first.
    pub fn open_phases(&self) -> impl Iterator<Item = PhaseIndex> + use<> {
        self.phases.into_iter().filter(|&phase| phase != NONE).map(PhaseIndex)
    }

    /// The open tasks that are headings, outermost first.
    pub fn open_tasks(&self) -> impl Iterator<Item = TaskIndex> + use<> {
        self.headings.into_iter().filter(|&task| task != NONE).map(TaskIndex)
    }

    /// What is left of it below a heading of `level`; 0: no heading.
    pub fn closed(mut self, level: u8) -> Self {
        if level > 0 {
            let level = usize::from(level);
            self.phases[level..].fill(NONE);
            self.ordinals[level..].fill(0);
            self.headings[level..].fill(NONE);
            for open in [&mut self.criteria_level, &mut self.legend_level] {
                *open = open.filter(|&open| usize::from(open) < level);
            }
        }
        self
    }

    /// The same behind an edit.
    pub fn shifted(mut self, shift: &Shift) -> Self {
        for phase in self.phases.iter_mut().filter(|phase| **phase != NONE) {
            *phase = shift.open(*phase, shift.first_phase, shift.phases).unwrap_or(GONE);
        }
        for task in self.headings.iter_mut().filter(|task| **task != NONE) {
            *task = shift.open(*task, shift.first_task, shift.tasks).unwrap_or(GONE);
        }
        self.section.heading = shift.any_span(self.section.heading);
        self
    }

    /// Whether the reader reads on from a cut at a heading of `level` (or an item, at 0) as it does from `other`.
    pub fn leads_on_as(&self, other: &State, level: u8) -> bool {
        let section = |state: &State| (state.section.heading, state.section.is_phase, state.section.label);
        self.phases == other.phases
            && self.ordinals == other.ordinals
            && self.headings == other.headings
            && self.criteria_level == other.criteria_level
            && self.legend_level == other.legend_level
            && self.loose_ordinals == other.loose_ordinals
            && self.has_title == other.has_title
            && (level > 0 || section(self) == section(other))
    }

    /// The heading above.
    pub fn heading(&self) -> Span {
        self.section.heading
    }
}

impl Reader<'_> {
    /// Begins with what is open: copies of these phases and tasks stand before those that are found.
    pub(super) fn take_up(&mut self, part: &Part<'_>) {
        let state = &part.state;
        for level in 0..LEVELS {
            if state.phases[level] != NONE {
                self.open_phases.push((level as u8, PhaseIndex(self.found.phases.len() as u32)));
                self.found.phases.push(part.phases[state.phases[level] as usize].clone());
                self.ordinals.push(state.ordinals[level]);
            }
            if state.headings[level] != NONE {
                self.open_headings.push((level as u8, TaskIndex(self.found.tasks.len() as u32)));
                self.found.tasks.push(part.tasks[state.headings[level] as usize].clone());
            }
        }
    }

    /// The index in the whole plan.
    fn phase_in_plan(&self, phase: PhaseIndex) -> PhaseIndex {
        let before = self.phases_before.len();
        let index = phase.get();
        let found = || PhaseIndex(self.first_phase + (index - before) as u32);
        self.phases_before.get(index).copied().unwrap_or_else(found)
    }

    /// The index in the whole plan.
    fn task_in_plan(&self, task: TaskIndex) -> TaskIndex {
        let before = self.tasks_before.len();
        let index = task.get();
        let found = || TaskIndex(self.first_task + (index - before) as u32);
        self.tasks_before.get(index).copied().unwrap_or_else(found)
    }

    pub(super) fn state(&self) -> State {
        let mut state = State {
            section: self.section,
            criteria_level: self.criteria_level,
            legend_level: self.legend_level,
            loose_ordinals: self.loose_ordinals,
            has_title: self.has_title,
            ..State::default()
        };
        for &(level, phase) in &self.open_phases {
            state.phases[usize::from(level)] = self.phase_in_plan(phase).0;
            state.ordinals[usize::from(level)] = self.ordinals[phase.get()];
        }
        for &(level, task) in &self.open_headings {
            state.headings[usize::from(level)] = self.task_in_plan(task).0;
        }
        state
    }

    /// Takes what was there before out of what is found, and gives the rest its indices in the whole plan.
    pub(super) fn leave(&mut self) {
        let (phases, tasks) = (self.phases_before.len(), self.tasks_before.len());
        if phases + tasks == 0 && self.first_phase + self.first_task == 0 {
            return;
        }
        let mut found = std::mem::take(&mut self.found);
        for (index, phase) in found.phases.drain(..phases).enumerate() {
            if !self.open_phases.iter().any(|(_, open)| open.get() == index) {
                found.ends_of_phases.push((self.phases_before[index], phase.block.end));
            }
        }
        for (index, task) in found.tasks.drain(..tasks).enumerate() {
            if !self.open_headings.iter().any(|(_, open)| open.get() == index) {
                found.ends_of_tasks.push((self.tasks_before[index], task.block.end));
            }
        }
        for task in &mut found.tasks {
            task.phase = task.phase.map(|phase| self.phase_in_plan(phase));
            task.parent = task.parent.map(|parent| self.task_in_plan(parent));
        }
        for criterion in &mut found.criteria {
            criterion.phase = criterion.phase.map(|phase| self.phase_in_plan(phase));
            criterion.task = criterion.task.map(|task| self.task_in_plan(task));
        }
        self.found = found;
    }
}
