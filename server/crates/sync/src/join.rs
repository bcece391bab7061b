//! The join of plan and status.json.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tallymark_plan::{Dependency, Meaning, Phase, PhaseIndex, Plan, Target, TaskForm, TaskIndex};
use tallymark_status::{EntryIndex, Status};

use crate::ids::{IdKinds, MatchedTexts, TaskIds};
use crate::matching::{Matching, Others, find_matches, is_phase};
use crate::{Progress, State};

/// A plan with its status.json, task by task.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its status.json, where there is one; see [`Joined::status`].
    pub status_file: Option<Arc<Status>>,
    /// For each task, its entry.
    pub matches: Arc<Vec<Option<Match>>>,
    /// For each entry, its task.
    pub tasks_of_entries: Arc<Vec<Option<TaskIndex>>>,
    /// For each entry, what of the plan it stands for; some stand for criteria and headings.
    pub counterparts: Arc<Vec<Option<Counterpart>>>,
    /// For each criterion, its entry: its own, or the one for all criteria of its phase.
    pub entries_of_criteria: Arc<Vec<Option<EntryIndex>>>,
    /// For each task, its effective state.
    pub states: Arc<Vec<State>>,
    /// For each task, the progress of its descendants.
    pub below: Arc<Vec<Progress>>,
    /// For each phase, the progress of its tasks, those of the phases inside it included.
    pub phases: Vec<Progress>,
    /// The progress of all tasks.
    pub total: Progress,
    pub(crate) task_ids: Arc<TaskIds>,
    /// The entries that stand for no task of the same id and text.
    pub(crate) loose: Arc<Vec<EntryIndex>>,
    /// Completed tasks of status.json that have a box in the plan, and how many of those boxes are ticked: whether somebody
    /// keeps the boxes.
    pub(crate) kept_boxes: (usize, usize),
    /// Whether there are tasks without a mark.
    pub(crate) has_unmarked: bool,
    /// Whether [`Joined::settle_unlisted`] was done.
    pub(crate) settled: bool,
    pub(crate) next_unsettled: OnceLock<Arc<[u32]>>,
    pub(crate) entries_before: OnceLock<Arc<[Option<EntryIndex>]>>,
    /// The phases that have a number, by that; made when first asked for.
    pub(crate) phases_by_number: OnceLock<Arc<[PhaseIndex]>>,
    pub(crate) id_kinds: OnceLock<Arc<IdKinds>>,
    pub(crate) matched_texts: OnceLock<Arc<MatchedTexts>>,
    /// The texts of criteria and phases; made when first asked for.
    pub(crate) others: Arc<OnceLock<Others>>,
}

/// A task's entry, and what the two have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// The entry.
    pub entry: EntryIndex,
    /// What they have in common.
    pub kind: MatchKind,
}

/// What a task and its entry have in common, in the order in which it is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchKind {
    /// Id and text.
    IdAndText,
    /// The task's id stands at the front of the entry's description.
    EmbeddedId,
    /// The text; the ids differ, or the task has none.
    Text,
    /// The id; the entry has no text that could speak against it.
    Id,
    /// The id, and a text that was edited.
    IdAndCloseText,
    /// A close text; the ids differ.
    CloseText,
    /// The id alone: the text is another task's.
    IdOnly,
}

/// What of the plan an entry stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counterpart {
    /// A task.
    Task(TaskIndex),
    /// A criterion: index into the plan's criteria.
    Criterion(u32),
    /// All criteria of a phase at once: `**VERIFY 1**: …`.
    CriteriaOf(PhaseIndex),
    /// A heading.
    Phase(PhaseIndex),
}

impl Joined {
    /// The status file, where there is one that could be read and that says what is done.
    pub fn status(&self) -> Option<&Status> {
        self.status_file.as_deref().filter(|status| status.readable && status.format.holds_states())
    }

    /// The status file, where there is one that says what is done, but cannot be read.
    pub fn unreadable_status(&self) -> Option<&Status> {
        self.status_file.as_deref().filter(|status| !status.readable && status.format.holds_states())
    }

    /// What a file that says nothing of what is done has of a task: the times at which Kiro set its box.
    pub fn record(&self, task: TaskIndex) -> Option<&str> {
        let status = self.status_file.as_deref().filter(|status| !status.format.holds_states())?;
        let notes = status.entry(self.entry(task)?).notes.as_ref()?;
        Some(status.str(notes))
    }

    /// The entry of a task.
    pub fn entry(&self, task: TaskIndex) -> Option<EntryIndex> {
        self.matches[task.get()].map(|found| found.entry)
    }

    /// The entry of the nearest task before this one that has one.
    pub(crate) fn entry_before(&self, task: TaskIndex) -> Option<EntryIndex> {
        let entries = self.entries_before.get_or_init(|| {
            let before = self.matches.iter().scan(None, |before, found| {
                let current = *before;
                *before = found.map(|found| found.entry).or(current);
                Some(current)
            });
            before.collect()
        });
        entries[task.get()]
    }

    /// The effective state of a task.
    pub fn state(&self, task: TaskIndex) -> State {
        self.states[task.get()]
    }

    /// The tasks that bear an id, in document order.
    pub fn tasks_with_id(&self, id: &str) -> impl Iterator<Item = TaskIndex> {
        self.task_ids.with_id(&self.plan, id)
    }

    /// The task with a key.
    pub fn task_with_key(&self, key: &str) -> Option<TaskIndex> {
        self.task_ids.with_key(&self.plan, key)
    }

    /// The entries that bear an id, in the order of the file.
    pub fn entries_with_id(&self, id: &str) -> impl Iterator<Item = EntryIndex> {
        self.status().map_or(&[][..], |status| status.find_all(id)).iter().copied()
    }

    /// The phase that a status file means by `named`: its title, with or without the phase word, or its number.
    pub fn phase_named(&self, named: &str) -> Option<PhaseIndex> {
        let exact = self.plan.phases.iter().position(|phase| self.plan.slice(phase.title) == named);
        let phases = || (0..self.plan.phases.len()).map(|at| PhaseIndex(at as u32));
        exact
            .map(|at| PhaseIndex(at as u32))
            .or_else(|| phases().find(|&phase| is_phase(&self.plan, phase, named)))
    }

    /// Whether a status file means the phase of a task by `named`.
    pub fn is_phase_of(&self, task: TaskIndex, named: &str) -> bool {
        let mut phase = self.plan.task(task).phase;
        while let Some(at) = phase {
            if is_phase(&self.plan, at, named) {
                return true;
            }
            phase = self.phase_around(at);
        }
        false
    }

    /// The phase that a phase stands in.
    pub(crate) fn phase_around(&self, phase: PhaseIndex) -> Option<PhaseIndex> {
        let block = self.plan.phases[phase.get()].block;
        let around = self.plan.phases[..phase.get()].iter().rposition(|outer| encloses(outer, block.start));
        around.map(|at| PhaseIndex(at as u32))
    }

    /// The tasks that a task waits for, as stretches of the plan in no order, some of them perhaps twice: those that the
    /// plan names, then those that its entry names. Names of nothing are left out: TM205 reports them.
    pub fn dependency_ranges(&self, task: TaskIndex) -> Vec<Range<u32>> {
        let plan = &*self.plan;
        let mut found = Vec::new();
        for dependency in plan.dependencies(task) {
            self.named_by(dependency, task, &mut found);
        }
        if let Some(phase) = plan.task(task).phase {
            let own = found.len();
            for dependency in plan.dependencies_of_phase(phase) {
                self.named_by(dependency, task, &mut found);
            }
            // A phase inside the one it waits for does not wait for itself.
            let mut at = 0;
            found.retain(|range| {
                at += 1;
                at <= own || !range.contains(&task.0)
            });
        }
        if let (Some(status), Some(entry)) = (self.status(), self.entry(task)) {
            for id in &status.entry(entry).dependencies {
                let entries = self.entries_with_id(status.str(id));
                let tasks = entries.filter_map(|entry| self.tasks_of_entries[entry.get()]);
                found.extend(tasks.map(|task| task.0..task.0 + 1));
            }
        }
        found
    }

    /// The tasks that a dependency of a task names.
    fn named_by(&self, dependency: &Dependency, task: TaskIndex, found: &mut Vec<Range<u32>>) {
        let plan = &*self.plan;
        match dependency.target {
            Target::Task => {
                found.extend(self.named(plan.slice(dependency.span), task).map(|task| task.0..task.0 + 1));
            }
            Target::Range(first, last) => {
                found.extend(self.range(plan.slice(first), plan.slice(last), task));
            }
            Target::Phase(number) => found.extend(self.tasks_of_phase(plan.slice(number))),
        }
    }

    /// Whether a dependency, as a task means it, names another task: by its id, in a range, or with its whole phase.
    pub fn names(&self, dependency: &Dependency, by: TaskIndex, other: TaskIndex) -> bool {
        let mut named = Vec::new();
        self.named_by(dependency, by, &mut named);
        named.iter().any(|range| range.contains(&other.0))
    }

    /// The tasks from one id to another, as a task means them. With one end nowhere, which TM205 reports, the other is waited
    /// for all the same.
    pub fn range(&self, first: &str, last: &str, by: TaskIndex) -> Option<Range<u32>> {
        let (first, last) = (self.named(first, by).next(), self.named(last, by).last());
        Some(first.or(last)?.0..last.or(first)?.0 + 1)
    }

    /// The tasks that a task waits for, one by one in document order, without itself.
    pub fn dependencies(&self, task: TaskIndex) -> Vec<TaskIndex> {
        let ranges = self.dependency_ranges(task);
        let mut found: Vec<TaskIndex> = ranges.into_iter().flatten().map(TaskIndex).collect();
        found.retain(|&other| other != task);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether a task waits for another.
    pub fn waits_for(&self, task: TaskIndex, other: TaskIndex) -> bool {
        task != other && self.dependency_ranges(task).iter().any(|range| range.contains(&other.0))
    }

    /// The tasks of the phases with a number, those of the phases inside them included.
    fn tasks_of_phase(&self, number: &str) -> impl Iterator<Item = Range<u32>> {
        let plan = &*self.plan;
        let first_after = |offset: u32| plan.tasks.partition_point(|task| task.line.start < offset) as u32;
        self.phases_with_number(number).iter().map(move |phase| {
            let block = plan.phases[phase.get()].block;
            first_after(block.start)..first_after(block.end)
        })
    }

    /// The phases that have a number, by that, those of one number in document order.
    fn phases_by_number(&self) -> &[PhaseIndex] {
        self.phases_by_number.get_or_init(|| {
            let all = (0..self.plan.phases.len()).map(|at| PhaseIndex(at as u32));
            let mut numbered: Vec<PhaseIndex> =
                all.filter(|&phase| self.number_of(phase).is_some()).collect();
            numbered.sort_by_key(|&phase| self.number_of(phase));
            numbered.into()
        })
    }

    fn number_of(&self, phase: PhaseIndex) -> Option<&str> {
        self.plan.phases[phase.get()].number.map(|number| self.plan.slice(number))
    }

    fn phases_with_number(&self, number: &str) -> &[PhaseIndex] {
        let all = self.phases_by_number();
        let start = all.partition_point(|&phase| self.number_of(phase) < Some(number));
        let count = all[start..].partition_point(|&phase| self.number_of(phase) == Some(number));
        &all[start..start + count]
    }

    /// Whether a phase bears a number.
    pub(crate) fn has_phase_with_number(&self, number: &str) -> bool {
        !self.phases_with_number(number).is_empty()
    }

    /// Whether any phase has a number.
    pub(crate) fn has_numbered_phases(&self) -> bool {
        !self.phases_by_number().is_empty()
    }

    /// Whether a task of the plan has an id of the kind of this one.
    pub(crate) fn has_id_of_kind(&self, id: &str) -> bool {
        self.id_kinds.get_or_init(|| Arc::new(IdKinds::new(&self.plan))).has(id)
    }

    /// Whether another task has an entry that has the same id and title, and stands below the same task and phase.
    pub(crate) fn has_matched_double(&self, task: TaskIndex) -> bool {
        /// Of more tasks with one id, a table is made.
        const FEW: usize = 16;
        let plan = &*self.plan;
        let Some(id) = plan.id(task) else { return false };
        let mut twins = self.tasks_with_id(id);
        let own = (plan.title(task), plan.task(task).parent, plan.task(task).phase);
        let found = twins.by_ref().take(FEW).any(|twin| {
            let fields = plan.task(twin);
            twin != task
                && self.matches[twin.get()].is_some()
                && (plan.title(twin), fields.parent, fields.phase) == own
        });
        found
            || (twins.next().is_some()
                && self
                    .matched_texts
                    .get_or_init(|| Arc::new(MatchedTexts::new(plan, &self.matches)))
                    .has(plan, task))
    }

    /// The tasks with an id or key, as a task means it: those below the same parent, if there are any.
    pub fn named(&self, id: &str, by: TaskIndex) -> impl Iterator<Item = TaskIndex> {
        let parent = self.plan.task(by).parent;
        let sibling = self.tasks_with_id(id).any(|task| self.plan.task(task).parent == parent);
        let by_key = self.task_with_key(id).filter(|_| !sibling);
        let by_id = self
            .tasks_with_id(id)
            .filter(move |&task| by_key.is_none() && (!sibling || self.plan.task(task).parent == parent));
        by_key.into_iter().chain(by_id)
    }

    /// What still stands in a task's way: the tasks it waits for that are neither completed nor left out, in the order in
    /// which they are named.
    pub fn blockers(&self, task: TaskIndex) -> impl Iterator<Item = TaskIndex> {
        let next = self.next_unsettled.get_or_init(|| next_unsettled(&self.states).into());
        self.dependency_ranges(task)
            .into_iter()
            .flat_map(move |range| {
                let step = move |at: u32| next.get(at as usize).copied().filter(|&found| found < range.end);
                std::iter::successors(step(range.start), move |&at| step(at + 1))
            })
            .map(TaskIndex)
            .filter(move |&other| other != task)
    }

    /// Where nobody keeps the boxes, an open one says nothing: a task that status.json does not list is done, or left out,
    /// with the nearest listed task above it. Many status files list the tasks of the first level only.
    pub(crate) fn settle_unlisted(&mut self) {
        if self.status().is_none() {
            return;
        }
        self.settled = true;
        let states = Arc::make_mut(&mut self.states);
        for (task, own) in self.plan.tasks() {
            let above = own.parent.map(|parent| states[parent.get()]);
            if let Some(state) = above.filter(|above| above.is_settled())
                && self.matches[task.get()].is_none()
                && states[task.get()] == State::Pending
            {
                states[task.get()] = state;
            }
        }
        self.count();
    }

    /// Counts what is below each task, in each phase, and in all.
    fn count(&mut self) {
        let (below, phases, total) = count(&self.plan, &self.states);
        (self.below, self.phases, self.total) = (Arc::new(below), phases, total);
    }

    /// Works out all states and counts from the matches.
    pub(crate) fn tell_states(&mut self) {
        let readable = self.status_file.as_deref().filter(|status| status.readable);
        let mut states: Vec<State> =
            self.plan.tasks().map(|(task, _)| own_state(&self.plan, readable, &self.matches, task)).collect();
        if self.has_unmarked {
            sum_up_unmarked(&self.plan, &self.matches, &mut states);
        }
        self.states = Arc::new(states);
        self.next_unsettled = OnceLock::new();
        self.kept_boxes = self.plan.tasks().map(|(task, _)| self.kept_box(task)).fold((0, 0), add);
        self.count();
    }

    /// What a task adds to [`Joined::kept_boxes`].
    pub(crate) fn kept_box(&self, index: TaskIndex) -> (usize, usize) {
        let task = self.plan.task(index);
        let is_kept = self.matches[index.get()].is_some()
            && self.states[index.get()] == State::Completed
            && task.form == TaskForm::Box
            && task.mark.is_some();
        (usize::from(is_kept), usize::from(is_kept && self.plan.meaning(index) == Meaning::Done))
    }

    /// The state of a criterion: that of its entry, or of its phase's entry for all criteria, else its mark's.
    pub fn criterion_state(&self, criterion: u32) -> State {
        let own = &self.plan.criteria[criterion as usize];
        let entry = self.status().and_then(|status| {
            let entry = self.entries_of_criteria[criterion as usize]?;
            (!status.word(entry).is_empty()).then(|| State::of_entry(status, entry))
        });
        entry.unwrap_or_else(|| State::of_meaning(own.mark.meaning))
    }
}

/// Whether a phase holds what begins at `start`.
fn encloses(phase: &Phase, start: u32) -> bool {
    phase.block.start < start && start < phase.block.end
}

/// Joins a plan with its status.json.
pub fn join(plan: Arc<Plan>, status: Option<Arc<Status>>) -> Joined {
    let task_ids = TaskIds::new(&plan);
    let readable = status.as_deref().filter(|status| status.readable);
    let others = Arc::default();
    let matching = match readable {
        Some(status) => find_matches(&plan, status, &task_ids, &others),
        None => Matching::none(plan.tasks.len()),
    };
    let mut joined = Joined {
        entries_of_criteria: Arc::new(entries_of_criteria(&plan, &matching.counterparts)),
        loose: Arc::new(loose(&matching)),
        matches: Arc::new(matching.matches),
        tasks_of_entries: Arc::new(matching.tasks_of_entries),
        counterparts: Arc::new(matching.counterparts),
        states: Arc::default(),
        below: Arc::default(),
        phases: Vec::new(),
        total: Progress::default(),
        task_ids: Arc::new(task_ids),
        kept_boxes: (0, 0),
        has_unmarked: plan.tasks.iter().any(|task| task.mark.is_none()),
        settled: false,
        next_unsettled: OnceLock::new(),
        entries_before: OnceLock::new(),
        phases_by_number: OnceLock::new(),
        id_kinds: OnceLock::new(),
        matched_texts: OnceLock::new(),
        others,
        status_file: status,
        plan,
    };
    joined.tell_states();
    joined
}

/// The entries that stand for no task of the same id and text.
fn loose(matching: &Matching) -> Vec<EntryIndex> {
    let is_loose = |task: &Option<TaskIndex>| {
        task.and_then(|task| matching.matches[task.get()])
            .is_none_or(|found| found.kind != MatchKind::IdAndText)
    };
    let entries = (0..).map(EntryIndex).zip(&matching.tasks_of_entries);
    entries.filter(|(_, task)| is_loose(task)).map(|(entry, _)| entry).collect()
}

/// What a task's entry says of it, or else its mark.
pub(crate) fn own_state(
    plan: &Plan,
    readable: Option<&Status>,
    matches: &[Option<Match>],
    task: TaskIndex,
) -> State {
    let entry = matches[task.get()].map(|found| found.entry);
    match readable.zip(entry).filter(|&(status, entry)| !status.word(entry).is_empty()) {
        Some((status, entry)) => State::of_entry(status, entry),
        None => State::of_meaning(plan.meaning(task)),
    }
}

pub(crate) fn add(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0 + other.0, one.1 + other.1)
}

/// A task that has neither a mark nor an entry says nothing of its own: it is as far as what stands below it.
fn sum_up_unmarked(plan: &Plan, matches: &[Option<Match>], states: &mut [State]) {
    let mut below = vec![Progress::default(); plan.tasks.len()];
    for (index, task) in plan.tasks().rev() {
        let at = index.get();
        if task.mark.is_none() && matches[at].is_none() && below[at].total > 0 {
            let Progress { total, completed, in_progress, skipped, .. } = below[at];
            states[at] = if completed + skipped == total {
                if completed > 0 { State::Completed } else { State::Skipped }
            } else if completed + in_progress > 0 {
                State::InProgress
            } else {
                State::Pending
            };
        }
        if let Some(parent) = task.parent {
            below[parent.get()].add(states[at]);
        }
    }
}

/// Counts the states below each task, in each phase, and in all.
fn count(plan: &Plan, states: &[State]) -> (Vec<Progress>, Vec<Progress>, Progress) {
    let mut below = vec![Progress::default(); plan.tasks.len()];
    let mut phases = vec![Progress::default(); plan.phases.len()];
    let mut total = Progress::default();
    // A parent stands before its children, so from the last to the first all below a task is counted before the task.
    for (index, task) in plan.tasks().rev() {
        let state = states[index.get()];
        total.add(state);
        if let Some(phase) = task.phase {
            phases[phase.get()].add(state);
        }
        if let Some(parent) = task.parent {
            let counted = below[index.get()];
            below[parent.get()].add(state);
            below[parent.get()].merge(counted);
        }
    }
    // Likewise a phase stands before those inside it.
    let mut open: Vec<usize> = Vec::new();
    let mut around = vec![None; plan.phases.len()];
    for (at, phase) in plan.phases.iter().enumerate() {
        while open.last().is_some_and(|&outer| !encloses(&plan.phases[outer], phase.block.start)) {
            open.pop();
        }
        around[at] = open.last().copied();
        open.push(at);
    }
    for at in (0..phases.len()).rev() {
        if let Some(outer) = around[at] {
            let inner = phases[at];
            phases[outer].merge(inner);
        }
    }
    (below, phases, total)
}

/// The entry of each criterion: its own, else the one that stands for all of its phase.
pub(crate) fn entries_of_criteria(
    plan: &Plan,
    counterparts: &[Option<Counterpart>],
) -> Vec<Option<EntryIndex>> {
    let mut of_phases = vec![None; plan.phases.len()];
    let mut own = vec![None; plan.criteria.len()];
    for (at, counterpart) in counterparts.iter().enumerate() {
        match *counterpart {
            Some(Counterpart::Criterion(criterion)) => own[criterion as usize] = Some(EntryIndex(at as u32)),
            Some(Counterpart::CriteriaOf(phase)) => of_phases[phase.get()] = Some(EntryIndex(at as u32)),
            Some(Counterpart::Task(_) | Counterpart::Phase(_)) | None => {}
        }
    }
    let of_phase = |phase: Option<PhaseIndex>| phase.and_then(|phase| of_phases[phase.get()]);
    own.iter().zip(&plan.criteria).map(|(own, criterion)| own.or_else(|| of_phase(criterion.phase))).collect()
}

/// For each task the first from it on that something can still wait for; the number of tasks if there is none.
fn next_unsettled(states: &[State]) -> Vec<u32> {
    let mut next = vec![states.len() as u32; states.len()];
    let mut found = states.len() as u32;
    for (at, state) in states.iter().enumerate().rev() {
        if !state.is_settled() {
            found = at as u32;
        }
        next[at] = found;
    }
    next
}
