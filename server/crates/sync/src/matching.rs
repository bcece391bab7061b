//! Which entry of status.json stands for which task of the plan.
//!
//! The order in which it is tried was found by counting over 5,486 tasks of real plans: ids alone mislead, since status
//! files number their entries as they come, and keep numbers that the plan has given to other tasks.

use std::sync::OnceLock;

use hashbrown::{HashMap, HashSet};
use tallymark_plan::{PhaseIndex, Plan, TaskIndex};
use tallymark_status::{EntryIndex, Status};

use crate::close::{Place, close_pairs, is_edited};
use crate::ids::TaskIds;
use crate::neighbours::{Alike, Neighbours, neighbours, tell_apart};
use crate::plain::{Plains, leading_id, plain};
use crate::{Counterpart, Match, MatchKind};

/// So many tasks of one id or one text are looked at for an entry. More of a kind are taken in the order of the file.
const ALIKE: usize = 16;

/// How many tasks away from that of an entry's neighbour the entry's own task may stand to be near it.
const REACH: u32 = 8;

/// What was found.
pub(crate) struct Matching {
    pub(crate) matches: Vec<Option<Match>>,
    pub(crate) tasks_of_entries: Vec<Option<TaskIndex>>,
    pub(crate) counterparts: Vec<Option<Counterpart>>,
}

impl Matching {
    /// Of a plan with so many tasks, nothing.
    pub(crate) fn none(tasks: usize) -> Self {
        Self { matches: vec![None; tasks], tasks_of_entries: Vec::new(), counterparts: Vec::new() }
    }
}

/// Finds the entry of each task. One to one, and linear in the size of both but for the close texts of what is left.
pub(crate) fn find_matches(
    plan: &Plan,
    status: &Status,
    ids: &TaskIds,
    others: &OnceLock<Others>,
) -> Matching {
    let nothing = Matching {
        matches: vec![None; plan.tasks.len()],
        tasks_of_entries: vec![None; status.entries.len()],
        counterparts: vec![None; status.entries.len()],
    };
    go_on(plan, status, ids, others, nothing, (0..status.entries.len() as u32).map(EntryIndex).collect())
}

/// Goes on from matches by id and text, and finds the other entries, which are `left`, in the order of the file.
pub(crate) fn go_on<'a>(
    plan: &'a Plan,
    status: &'a Status,
    ids: &'a TaskIds,
    others: &'a OnceLock<Others>,
    found: Matching,
    left: Vec<EntryIndex>,
) -> Matching {
    let mut matcher = Matcher {
        plan,
        status,
        ids,
        others,
        task_texts: Plains::default(),
        entry_texts: Plains::default(),
        left,
        found,
    };
    let steps: [fn(&mut Matcher<'a>); 7] = [
        Matcher::by_id_and_text,
        Matcher::by_embedded_id,
        Matcher::by_text,
        Matcher::by_verify_label,
        Matcher::by_id_and_close_text,
        Matcher::by_close_text,
        Matcher::by_id_alone,
    ];
    for step in steps {
        let counterparts = &matcher.found.counterparts;
        matcher.left.retain(|entry| counterparts[entry.get()].is_none());
        if matcher.left.is_empty() {
            break;
        }
        step(&mut matcher);
    }
    matcher.found
}

struct Matcher<'a> {
    plan: &'a Plan,
    status: &'a Status,
    ids: &'a TaskIds,
    others: &'a OnceLock<Others>,
    task_texts: Plains,
    entry_texts: Plains,
    /// The entries for which nothing was found before the step that is taken, in the order of the file.
    left: Vec<EntryIndex>,
    found: Matching,
}

impl<'a> Matcher<'a> {
    fn assign(&mut self, task: TaskIndex, entry: EntryIndex, kind: MatchKind) {
        self.found.matches[task.get()] = Some(Match { entry, kind });
        self.found.tasks_of_entries[entry.get()] = Some(task);
        self.found.counterparts[entry.get()] = Some(Counterpart::Task(task));
    }

    fn assign_other(&mut self, other: Counterpart, entry: EntryIndex) {
        self.found.counterparts[entry.get()] = Some(other);
    }

    fn is_free(&self, task: TaskIndex) -> bool {
        self.found.matches[task.get()].is_none()
    }

    /// Entries for which nothing was found yet.
    fn free_entries(&self) -> Vec<EntryIndex> {
        let free = self.left.iter().filter(|entry| self.found.counterparts[entry.get()].is_none());
        free.copied().collect()
    }

    /// The task with this key, and the first few free ones with this id.
    fn free_tasks(&self, id: &str) -> impl Iterator<Item = TaskIndex> {
        let by_key = self.ids.with_key(self.plan, id).filter(|_| !id.is_empty());
        let by_id = self.ids.with_id(self.plan, id).take(ALIKE);
        by_key.into_iter().chain(by_id).filter(|&task| self.is_free(task))
    }

    /// A description without the id at its front, where that is an id: the entry's own, or one that a task has.
    fn body(&self, entry: EntryIndex) -> &'a str {
        let description = self.status.description(entry);
        match leading_id(description) {
            Some((id, rest)) if id == self.status.id(entry) || self.is_task_id(id) => rest,
            _ => description,
        }
    }

    fn is_task_id(&self, id: &str) -> bool {
        self.ids.with_id(self.plan, id).next().is_some()
    }

    /// Makes the plain forms of a task's title and an entry's description, and gives both.
    fn plain_texts(&mut self, task: TaskIndex, entry: EntryIndex) -> (&str, &str) {
        self.task_texts.make(task.get(), self.plan.title(task));
        let body = self.body(entry);
        self.entry_texts.make(entry.get(), body);
        (self.task_texts.get(task.get()), self.entry_texts.get(entry.get()))
    }

    /// Whether title and description say the same. Most do so byte by byte, and then nothing is computed.
    fn agree(&mut self, task: TaskIndex, entry: EntryIndex) -> bool {
        let (title, description) = (self.plan.title(task), self.status.description(entry));
        if title.is_empty() {
            return false;
        }
        if title == description || ends_with_title_after_id(description, title, self.status.id(entry)) {
            return true;
        }
        let (title, body) = self.plain_texts(task, entry);
        title == body
    }

    fn is_edited(&mut self, task: TaskIndex, entry: EntryIndex) -> bool {
        let (title, body) = self.plain_texts(task, entry);
        is_edited(title, body)
    }

    fn by_id_and_text(&mut self) {
        for entry in self.free_entries() {
            let id = self.status.id(entry);
            let candidates: Candidates = self.free_tasks(id).collect();
            if let Some(task) = candidates.iter().find(|&task| self.agree(task, entry)) {
                self.assign(task, entry, MatchKind::IdAndText);
            }
        }
    }

    fn by_embedded_id(&mut self) {
        for entry in self.free_entries() {
            let Some((id, _)) = leading_id(self.status.description(entry)) else { continue };
            if id == self.status.id(entry) {
                continue;
            }
            let candidates: Candidates = self.free_tasks(id).collect();
            if let Some(task) = candidates.iter().find(|&task| self.agree(task, entry)) {
                self.assign(task, entry, MatchKind::EmbeddedId);
            }
        }
    }

    /// By the text alone: tasks first, of several the one under the same phase; then criteria and headings, which some
    /// status files list among the tasks.
    fn by_text(&mut self) {
        let free = self.free_entries();
        for &entry in &free {
            let body = self.body(entry);
            self.entry_texts.make(entry.get(), body);
        }
        let plan = self.plan;
        for (task, _) in plan.tasks() {
            if self.is_free(task) {
                self.task_texts.make(task.get(), plan.title(task));
            }
        }
        let mut alike_of_texts: HashMap<&str, Alike> = HashMap::new();
        for (task, _) in plan.tasks().filter(|&(task, _)| self.is_free(task)) {
            let text = self.task_texts.get(task.get());
            if !text.is_empty() {
                alike_of_texts.entry(text).or_default().tasks.push(task);
            }
        }
        for &entry in &free {
            if let Some(alike) = alike_of_texts.get_mut(self.entry_texts.get(entry.get())) {
                alike.entries.push(entry);
            }
        }
        let mut alike: Vec<Alike> =
            alike_of_texts.into_values().filter(|alike| !alike.entries.is_empty()).collect();
        // Those that nothing else can be meant by come first: they say where the others are to be expected.
        alike.retain(|alike| match (&alike.tasks[..], &alike.entries[..]) {
            (&[task], &[entry]) => {
                self.assign(task, entry, MatchKind::Text);
                false
            }
            _ => true,
        });
        for (task, entry) in tell_apart(plan, self.status, &self.found.tasks_of_entries, &alike) {
            self.assign(task, entry, MatchKind::Text);
        }
        self.by_text_of_others();
    }

    /// What stands for criteria and headings, by the text.
    fn by_text_of_others(&mut self) {
        let free = self.free_entries();
        let wholes: Vec<String> = free.iter().map(|&entry| plain(self.status.description(entry))).collect();
        // What each of the texts that are looked for can stand for, in the order of the text from the last to the first, so that
        // the next is popped off the end.
        let mut others: HashMap<&str, Vec<Counterpart>> = HashMap::new();
        for (&entry, whole) in free.iter().zip(&wholes) {
            others.entry(self.entry_texts.get(entry.get())).or_default();
            others.entry(whole).or_default();
        }
        others.remove("");
        if others.is_empty() {
            return;
        }
        let Others { criteria, phases } = self.others();
        for (phase, text) in phases.iter().rev() {
            if let Some(list) = others.get_mut(text.as_str()) {
                list.push(Counterpart::Phase(*phase));
            }
        }
        for (criterion, text) in criteria.iter().rev() {
            if let Some(list) = others.get_mut(text.as_str()) {
                list.push(Counterpart::Criterion(*criterion));
            }
        }

        let mut other_pairs = Vec::new();
        let mut taken = HashSet::new();
        for (&entry, whole) in free.iter().zip(&wholes) {
            let text = self.entry_texts.get(entry.get());
            if text.is_empty() {
                continue;
            }
            let found = [text, whole.as_str()].into_iter().find_map(|text| {
                let list = others.get_mut(text)?;
                // A criterion stands under its title and under its whole line; it is taken only once.
                std::iter::from_fn(|| list.pop()).find(|other| match *other {
                    Counterpart::Criterion(at) => taken.insert(at),
                    _ => true,
                })
            });
            if let Some(other) = found {
                other_pairs.push((other, entry));
            }
        }
        drop(others);
        for (other, entry) in other_pairs {
            self.assign_other(other, entry);
        }
    }

    fn others(&self) -> &'a Others {
        self.others.get_or_init(|| Others::of(self.plan))
    }

    /// `**VERIFY 1**: all tests pass` stands for all criteria of phase 1.
    fn by_verify_label(&mut self) {
        let mut phases: Option<HashMap<&str, PhaseIndex>> = None;
        for entry in self.free_entries() {
            let text = plain(self.status.description(entry));
            let Some(number) = verified_phase(&text) else { continue };
            let phases = phases.get_or_insert_with(|| phases_with_criteria(self.plan));
            if let Some(&phase) = phases.get(number) {
                self.assign_other(Counterpart::CriteriaOf(phase), entry);
            }
        }
    }

    /// An edited text, under the id in the description or else under the entry's own. Not before [`Self::by_text`]: where
    /// tasks were numbered anew, another one now bears the id, and resembles this one as tasks of one plan do.
    fn by_id_and_close_text(&mut self) {
        for entry in self.free_entries() {
            if let Some((id, _)) = leading_id(self.status.description(entry))
                && id != self.status.id(entry)
            {
                let candidates: Candidates = self.free_tasks(id).collect();
                if let Some(task) = candidates.iter().find(|&task| self.is_edited(task, entry)) {
                    self.assign(task, entry, MatchKind::EmbeddedId);
                    continue;
                }
            }
            let candidates: Candidates = self.free_tasks(self.status.id(entry)).collect();
            // Without a text there is nothing that could speak against the id.
            if self.status.description(entry).trim().is_empty() {
                if let Some(task) = candidates.iter().next() {
                    self.assign(task, entry, MatchKind::Id);
                }
            } else if let Some(task) = candidates.iter().find(|&task| self.is_edited(task, entry)) {
                self.assign(task, entry, MatchKind::IdAndCloseText);
            }
        }
    }

    fn by_close_text(&mut self) {
        let plan = self.plan;
        let entries = self.free_entries();
        let nothing_free =
            self.found.matches.iter().all(Option::is_some) && !self.free_criteria().contains(&true);
        if entries.is_empty() || nothing_free {
            return;
        }
        for (task, _) in plan.tasks() {
            self.task_texts.make(task.get(), plan.title(task));
        }
        for &entry in &entries {
            let body = self.body(entry);
            self.entry_texts.make(entry.get(), body);
        }
        let all = plan.tasks().map(|(task, _)| self.task_texts.get(task.get()));
        // Tasks stand before criteria: where both are equally close, the entry is the task's.
        let tasks = plan.tasks().map(|(task, _)| task).filter(|&task| self.is_free(task));
        let tasks = tasks.map(|task| (Counterpart::Task(task), self.task_texts.get(task.get())));
        let free = self.free_criteria();
        let criteria = self.others().criteria.iter();
        let criteria = criteria
            .filter(|(criterion, _)| free[*criterion as usize])
            .map(|(criterion, text)| (Counterpart::Criterion(*criterion), text.as_str()));
        let things: Vec<(Counterpart, &str)> = tasks.chain(criteria).collect();
        let places = self.places(&entries, &things);
        let entries: Vec<(EntryIndex, &str)> =
            entries.into_iter().map(|entry| (entry, self.entry_texts.get(entry.get()))).collect();
        let mut free_criteria = self.free_criteria();
        for (thing, entry) in close_pairs(all, &things, &entries, &places) {
            if self.found.counterparts[entry.get()].is_some() {
                continue;
            }
            match thing {
                Counterpart::Task(task) if self.is_free(task) => {
                    self.assign(task, entry, MatchKind::CloseText);
                }
                Counterpart::Criterion(at) if std::mem::take(&mut free_criteria[at as usize]) => {
                    self.assign_other(thing, entry);
                }
                _ => {}
            }
        }
    }

    /// Where the task of each of these entries is expected, going by those of its neighbours. Of the things the tasks come
    /// first, in document order.
    fn places(&self, entries: &[EntryIndex], things: &[(Counterpart, &str)]) -> Vec<Place> {
        let task_of = |thing: &(Counterpart, &str)| match thing.0 {
            Counterpart::Task(task) => task.0,
            _ => u32::MAX,
        };
        let things_between = |first: u32, end: u32| {
            let start = things.partition_point(|thing| task_of(thing) < first) as u32;
            start..(things.partition_point(|thing| task_of(thing) < end) as u32).max(start)
        };
        let count = self.plan.tasks.len() as u32;
        let neighbours = neighbours(&self.found.tasks_of_entries, entries.iter().copied());
        let mut places = Vec::with_capacity(entries.len());
        for Neighbours { before, behind } in neighbours {
            if before.is_none() && behind.is_none() {
                places.push(Place::default());
                continue;
            }
            let first = before.map_or(0, |task| task + 1);
            let end = behind.unwrap_or(count);
            let between = things_between(first, end.max(first));
            places.push(Place {
                behind: things_between(first, first.saturating_add(REACH)),
                before: things_between(end.saturating_sub(REACH), end),
                between: (end == first + 1 && between.len() == 1).then_some(between.start),
            });
        }
        places
    }

    /// For each criterion, whether no entry stands for it yet.
    fn free_criteria(&self) -> Vec<bool> {
        let mut free = vec![true; self.plan.criteria.len()];
        for counterpart in self.found.counterparts.iter().flatten() {
            if let Counterpart::Criterion(criterion) = counterpart {
                free[*criterion as usize] = false;
            }
        }
        free
    }

    fn by_id_alone(&mut self) {
        if self.status.format.has_own_ids() {
            return;
        }
        for entry in self.free_entries() {
            let task = self.free_tasks(self.status.id(entry)).next();
            if let Some(task) = task {
                let texts_speak = self.status.format.keeps_titles();
                self.assign(task, entry, if texts_speak { MatchKind::IdOnly } else { MatchKind::Id });
            }
        }
    }
}

/// What an entry can stand for beside tasks: the plain texts of criteria and of phases, in document order.
#[derive(Clone, Debug)]
pub(crate) struct Others {
    criteria: Vec<(u32, String)>,
    phases: Vec<(PhaseIndex, String)>,
}

impl Others {
    fn of(plan: &Plan) -> Self {
        let phases = (0..).map(PhaseIndex).zip(&plan.phases);
        let phases = phases.map(|(at, phase)| (at, plain(plan.slice(phase.title)))).collect();
        Self { criteria: criterion_texts(plan), phases }
    }
}

/// The first few tasks in question, without the heap.
struct Candidates {
    tasks: [TaskIndex; ALIKE + 1],
    count: usize,
}

impl Candidates {
    fn iter(&self) -> impl Iterator<Item = TaskIndex> {
        self.tasks.into_iter().take(self.count)
    }
}

impl FromIterator<TaskIndex> for Candidates {
    fn from_iter<I: IntoIterator<Item = TaskIndex>>(tasks: I) -> Self {
        let mut candidates = Self { tasks: [TaskIndex(0); ALIKE + 1], count: 0 };
        for (place, task) in candidates.tasks.iter_mut().zip(tasks) {
            *place = task;
            candidates.count += 1;
        }
        candidates
    }
}

/// Whether a description is the entry's id, a blank, and the title: `1.1 Create it`.
fn ends_with_title_after_id(description: &str, title: &str, id: &str) -> bool {
    description
        .strip_prefix(id)
        .and_then(|rest| rest.strip_prefix(' '))
        .is_some_and(|rest| !id.is_empty() && rest == title)
}

/// The plain texts that can stand for a criterion: its title, and all that stands behind its box (`**VERIFY 1**: …`).
fn criterion_texts(plan: &Plan) -> Vec<(u32, String)> {
    let mut texts = Vec::with_capacity(plan.criteria.len());
    for (at, criterion) in plan.criteria.iter().enumerate() {
        let title = plain(plan.slice(criterion.title));
        let behind_box = tallymark_text::Span { start: criterion.mark.outer.end, end: criterion.line.end };
        let line = plan.slice(behind_box);
        let body = leading_id(line.trim()).map_or(line, |(_, rest)| rest);
        // Mostly the title is all of the line.
        for raw in [line, body] {
            if raw.trim() == plan.slice(criterion.title) {
                continue;
            }
            let text = plain(raw);
            if text != title {
                texts.push((at as u32, text));
            }
        }
        texts.push((at as u32, title));
    }
    texts.retain(|(_, text)| !text.is_empty());
    texts
}

/// Whether a status file means this phase by `named`: its title, its title without the phase word, or its number.
pub(crate) fn is_phase(plan: &Plan, phase: PhaseIndex, named: &str) -> bool {
    let phase = &plan.phases[phase.get()];
    let title = plan.slice(phase.title);
    if title == named || phase.number.is_some_and(|number| plan.slice(number) == named.trim()) {
        return true;
    }
    let (title, named) = (plain(title), plain(named));
    let bare = |text: &str| text.split_once(": ").map(|(_, rest)| rest.to_owned());
    title == named || bare(&title).is_some_and(|bare| bare == named)
}

/// The phase number in `verify phase 1: …`, `verify 1 …`.
fn verified_phase(plain: &str) -> Option<&str> {
    let mut words = plain.split([' ', ':']).filter(|word| !word.is_empty());
    if !matches!(words.next()?, "verify" | "verification" | "validate" | "validation") {
        return None;
    }
    let word = words.next()?;
    let number = if word == "phase" { words.next()? } else { word };
    number.bytes().any(|byte| byte.is_ascii_digit()).then_some(number)
}

/// The phases that have criteria, by number.
fn phases_with_criteria(plan: &Plan) -> HashMap<&str, PhaseIndex> {
    let phases = plan.criteria.iter().filter_map(|criterion| criterion.phase);
    phases.filter_map(|phase| Some((plan.slice(plan.phases[phase.get()].number?), phase))).collect()
}
