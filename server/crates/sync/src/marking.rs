//! What "mark 1.2 complete" does, for the command line and for editors alike.

use std::collections::{HashMap, HashSet};

use tallymark_plan::{Meaning, TaskIndex};
use tallymark_status::{Change, EntryIndex, Expected, Format, MarkChange, NewEntry, Request, Status, Word};
use tallymark_text::Edit;

use crate::marks::mark_edit;
use crate::words::without_emphasis;
use crate::{Analysis, Boxes, Joined, State};

/// The state that tasks shall get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The state.
    pub to: Word,
    /// Why: stored as `error` (failed) or `skipReason` (skipped).
    pub reason: Option<String>,
    /// Stored as `notes`.
    pub notes: Option<String>,
    /// Completed and skipped tasks may become pending again.
    pub reopen: bool,
    /// The status word that the tasks must have now: whoever claims a task says what it saw.
    pub expected_status: Option<String>,
    /// Also where the table has no way from the tasks' state to that one.
    pub force: bool,
}

impl Mark {
    /// A mark without words to it.
    pub fn to(to: Word) -> Self {
        Self { to, reason: None, notes: None, reopen: false, expected_status: None, force: false }
    }
}

/// What marking comes to. Under `boxes = mirror` status.json is written first; if the plan's edit then fails, the first
/// stays, and TM104 shows the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marking {
    /// For the store, in this order.
    pub requests: Vec<Request>,
    /// For the plan.
    pub edits: Vec<Edit>,
    /// The tasks that change.
    pub changed: Vec<TaskIndex>,
    /// The tasks that are in that state already: nothing changes for them.
    pub already: Vec<TaskIndex>,
    /// What `edits` do to the boxes of entries, for the history.
    pub marks: Vec<(String, MarkChange)>,
}

/// Why a task cannot be marked so. Prints as a sentence for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The task.
    pub task: TaskIndex,
    /// What stands in the way.
    pub kind: RefusalKind,
    message: String,
}

/// The kinds of [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The plan cannot say it, and there is no status.json that could.
    NeedsStatus,
    /// There is a status.json, and it cannot be read.
    Unreadable,
    /// The state of the plan is kept by another program, whose files are only read.
    NotOurs,
    /// There is no way from the task's state to that one.
    Illegal,
    /// The task does not have the status that the caller expects: somebody else was there first.
    Unexpected,
    /// status.json has the task's id for something else, or twice.
    IdTaken,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl Analysis {
    /// What must be written so that all of `tasks` are in a state: nothing of it is done if one of them cannot be.
    ///
    /// # Errors
    /// Why the first of them cannot be marked so.
    pub fn marking(&self, tasks: &[TaskIndex], mark: &Mark) -> Result<Marking, Refusal> {
        let mut sequence = MarkingSequence::new(self);
        for &task in tasks {
            sequence.add(task, mark)?;
        }
        Ok(sequence.finish())
    }

    /// Why a task cannot be marked so now; `None` if it can, or is so already.
    pub fn refusal(&self, task: TaskIndex, mark: &Mark) -> Option<Refusal> {
        self.refusal_from(task, mark, None)
    }

    /// The same for a task that earlier marks have brought to another state than it has in the files.
    fn refusal_from(&self, task: TaskIndex, mark: &Mark, brought_to: Option<Word>) -> Option<Refusal> {
        let joined = &self.joined;
        let name = joined.plan.name(task);
        let refuse = |kind, message| Some(Refusal { task, kind, message });
        if let Some(status) = joined.unreadable_status() {
            let message = format!(
                "{} cannot be read, so nothing is written to it; `tallymark validate` says why, `{}` brings it back",
                self.facts.status_path,
                status.restore_command()
            );
            return refuse(RefusalKind::Unreadable, message);
        }
        let word = match brought_to {
            Some(word) => word.as_str(),
            None => self.word(task),
        };
        if let Some(expected) = &mark.expected_status
            && *expected != word
        {
            return refuse(RefusalKind::Unexpected, format!("{name} is {word:?}, not {expected:?}"));
        }
        if mark.notes.is_some() && joined.status().is_none() {
            let message =
                format!("the plan has no place for notes: {name} needs status.json (`tallymark init`)");
            return refuse(RefusalKind::NeedsStatus, message);
        }
        let already = brought_to.map_or_else(|| self.is_already(task, mark.to), |word| word == mark.to);
        if already {
            return None;
        }
        if let Some(status) = joined.status().filter(|status| !status.format.is_ours()) {
            return refuse(RefusalKind::NotOurs, not_ours(self, status, task, mark.to));
        }
        let state = brought_to.map_or_else(|| joined.state(task), |word| State::of_word(word.as_str()));
        let from = state.word();
        let reopens = matches!(from, Some(Word::Completed | Word::Skipped));
        let no_way =
            from.is_some_and(|from| !from.successors().contains(&mark.to)) || (reopens && !mark.reopen);
        if no_way && !mark.force {
            return refuse(
                RefusalKind::Illegal,
                format!("{name} is {}; it can only be reopened", state.label()),
            );
        }
        match joined.status() {
            // What earlier marks set, this one may take back without an edit.
            None if box_edit(joined, task, mark.to).is_none()
                && (brought_to.is_none() || joined.state(task).word() != Some(mark.to)) =>
            {
                let wanted = State::of_word(mark.to.as_str()).label();
                refuse(
                    RefusalKind::NeedsStatus,
                    format!(
                        "the plan has no mark for {wanted:?}: {name} needs status.json (`tallymark init`)"
                    ),
                )
            }
            Some(status)
                if joined.entry(task).is_some_and(|entry| {
                    let id = status.id(entry);
                    !id.is_empty() && joined.entries_with_id(id).nth(1).is_some()
                }) =>
            {
                let message = format!(
                    "{name} has more than one entry in status.json, so it is not clear which is meant; `tallymark validate` \
                     shows them (TM303)"
                );
                refuse(RefusalKind::IdTaken, message)
            }
            Some(status) if joined.entry(task).is_none() => {
                let other = joined.entries_with_id(joined.plan.key(task)).next()?;
                let message = format!(
                    "status.json has no entry for {name}, and uses its id for {:?}: `tallymark explain TM108`",
                    status.description(other)
                );
                refuse(RefusalKind::IdTaken, message)
            }
            _ => None,
        }
    }

    /// The edit that makes the box of a task say a state; `None` if it says so already, or cannot.
    pub fn box_edit(&self, task: TaskIndex, to: Word) -> Option<Edit> {
        box_edit(&self.joined, task, to)
    }

    /// The edits that set boxes as `marks` say, by the ids of their entries: of a task whose box says another thing by
    /// now than `was`, none.
    pub fn mark_edits(&self, marks: &[(String, MarkChange)]) -> Vec<Edit> {
        let (joined, plan) = (&self.joined, &self.joined.plan);
        let mut edits = Vec::new();
        let mut seen = HashSet::new();
        for (entry, change) in marks {
            let of_entry =
                joined.entries_with_id(entry).find_map(|entry| joined.tasks_of_entries[entry.get()]);
            let Some(task) = of_entry.or_else(|| joined.task_with_key(entry)) else { continue };
            let Some(mark) = plan.task(task).mark else { continue };
            if plan.slice(mark.span) == change.was && seen.insert(task) {
                edits.push(Edit::replace(mark.span, change.now.clone()));
            }
        }
        edits
    }

    /// The entries that a new status.json begins with: every task in document order, with its key as id.
    pub fn initial_entries(&self) -> Vec<NewEntry> {
        self.joined.plan.tasks().map(|(task, _)| new_entry(&self.joined, task)).collect()
    }

    /// The status word of a task: as its entry has it, else the word for its mark.
    fn word(&self, task: TaskIndex) -> &str {
        let entry = self.joined.status().zip(self.joined.entry(task));
        entry
            .map(|(status, entry)| status.word(entry))
            .filter(|word| !word.is_empty())
            .or_else(|| self.joined.state(task).word().map(Word::as_str))
            .unwrap_or("unknown")
    }

    fn is_already(&self, task: TaskIndex, to: Word) -> bool {
        // A task that status.json lacks is not yet so, whatever its box says.
        let kept = self.joined.status().is_none() || self.joined.entry(task).is_some();
        kept && self.joined.state(task).word() == Some(to)
    }
}

/// Marks of many tasks, one after the other, that are to be written at once. Each is judged by the state that those before
/// it lead to.
#[derive(Debug)]
pub struct MarkingSequence<'a> {
    analysis: &'a Analysis,
    marking: Marking,
    /// Where the marks so far lead those tasks that they change.
    brought_to: HashMap<TaskIndex, Word>,
}

impl<'a> MarkingSequence<'a> {
    /// None yet.
    pub fn new(analysis: &'a Analysis) -> Self {
        Self { analysis, marking: Marking::default(), brought_to: HashMap::new() }
    }

    /// One more mark. The answer is whether it changes anything: the task can be so already.
    ///
    /// # Errors
    /// Why the task cannot be marked so; the marks so far stay.
    pub fn add(&mut self, task: TaskIndex, mark: &Mark) -> Result<bool, Refusal> {
        let analysis = self.analysis;
        let before = self.brought_to.get(&task).copied();
        if let Some(refusal) = analysis.refusal_from(task, mark, before) {
            return Err(refusal);
        }
        if before.map_or_else(|| analysis.is_already(task, mark.to), |word| word == mark.to) {
            if before.is_none() {
                self.marking.already.push(task);
            }
            return Ok(false);
        }
        if let Some(status) = analysis.joined.status() {
            self.ask_store(status, task, mark, before);
        }
        if self.brought_to.insert(task, mark.to).is_none() {
            self.marking.changed.push(task);
        }
        Ok(true)
    }

    /// The state that a task has after the marks so far.
    pub fn state(&self, task: TaskIndex) -> State {
        let brought_to = self.brought_to.get(&task);
        brought_to.map_or_else(|| self.analysis.joined.state(task), |word| State::of_word(word.as_str()))
    }

    /// What all of them come to.
    pub fn finish(mut self) -> Marking {
        let joined = &self.analysis.joined;
        if joined.status().is_none() || self.analysis.boxes == Boxes::Mirror {
            for &task in &self.marking.changed {
                let Some(edit) = box_edit(joined, task, self.brought_to[&task]) else { continue };
                if let Some(status) = joined.status() {
                    let entry = joined.entry(task).map_or(joined.plan.key(task), |entry| status.id(entry));
                    let was = joined.plan.slice(edit.span).to_owned();
                    self.marking.marks.push((entry.to_owned(), MarkChange { was, now: edit.text.clone() }));
                }
                self.marking.edits.push(edit);
            }
        }
        chain_additions(&mut self.marking.requests);
        self.marking
    }

    fn ask_store(&mut self, status: &Status, task: TaskIndex, mark: &Mark, before: Option<Word>) {
        let joined = &self.analysis.joined;
        let requests = &mut self.marking.requests;
        let change = Change::Transition {
            to: mark.to,
            reason: mark.reason.clone(),
            notes: mark.notes.clone(),
            reopen: mark.reopen,
        };
        let seen = |word: Word| Expected { status: Some(word.as_str().to_owned()), revision: None };
        match (joined.entry(task), before) {
            (Some(entry), None) => requests.push(request(status, entry, change)),
            (Some(entry), Some(before)) => {
                let entry = status.id(entry).to_owned();
                requests.push(Request { entry, expected: seen(before), change });
            }
            (None, before) => {
                let id = joined.plan.key(task).to_owned();
                if before.is_none() {
                    requests.push(addition(joined, status, task, Word::Pending));
                }
                if before.is_some() || mark.to != Word::Pending {
                    let expected = seen(before.unwrap_or(Word::Pending));
                    requests.push(Request { entry: id, expected, change });
                }
            }
        }
    }
}

/// Why a task is not marked whose state another program keeps, and how it can be.
fn not_ours(analysis: &Analysis, status: &Status, task: TaskIndex, to: Word) -> String {
    let (path, owner) = (&analysis.facts.status_path, status.format.owner());
    let why = format!("{path} is {owner}'s; tallymark only reads it");
    let name = analysis.joined.plan.name(task);
    let Some(entry) = analysis.joined.entry(task) else {
        return format!("{why}, and it does not have {name}");
    };
    // BMAD is asked for the line as it stands in the file, the others for the id as they call it.
    let id = match (&status.entry(entry).id, status.format) {
        (Some(id), Format::Bmad) => status.source.slice(id.span).trim_matches(['"', '\'']),
        _ => status.id(entry),
    };
    match status.format.way_to_mark(id, to) {
        Some(way) => format!("{why}: mark {name} with {way}"),
        None => format!("{why}, and {owner} has no word for {:?}", State::of_word(to.as_str()).label()),
    }
}

/// A change of an entry as the status.json at hand has it: it is refused if somebody else changes the entry first.
pub(crate) fn request(status: &Status, entry: EntryIndex, change: Change) -> Request {
    let expected = Expected {
        status: Some(status.word(entry).to_owned()),
        revision: Some(status.entry_revision(entry)),
    };
    Request { entry: status.id(entry).to_owned(), expected, change }
}

/// The edit of the box of a task that goes to a state. Where the plan has no mark for that, a box that
/// says done or in progress is at least opened.
fn box_edit(joined: &Joined, task: TaskIndex, to: Word) -> Option<Edit> {
    let plan = &joined.plan;
    let meaning = match to {
        Word::Pending => Meaning::Open,
        Word::InProgress => Meaning::InProgress,
        Word::Completed => Meaning::Done,
        Word::Failed => Meaning::Failed,
        Word::Skipped => Meaning::Skipped,
    };
    if plan.meaning(task) == meaning {
        return None;
    }
    let opened = || {
        let marked = matches!(plan.meaning(task), Meaning::Done | Meaning::InProgress);
        (marked && joined.status().is_some()).then(|| mark_edit(plan, task, Meaning::Open)).flatten()
    };
    mark_edit(plan, task, meaning).or_else(opened)
}

/// The entry that a task of the plan gets, its status as its mark says.
pub(crate) fn new_entry(joined: &Joined, task: TaskIndex) -> NewEntry {
    let plan = &joined.plan;
    NewEntry {
        id: plan.key(task).to_owned(),
        phase: plan.phase_title(task).unwrap_or_default().to_owned(),
        description: without_emphasis(plan.title(task)),
        status: State::of_meaning(plan.meaning(task)).word().unwrap_or(Word::Pending),
    }
}

/// The request that adds a task: behind the entry of the nearest task before it that has one.
pub(crate) fn addition(joined: &Joined, status: &Status, task: TaskIndex, word: Word) -> Request {
    let before = joined.entry_before(task);
    let after = before.map(|entry| status.id(entry).to_owned()).filter(|id| !id.is_empty());
    let entry = NewEntry { status: word, ..new_entry(joined, task) };
    Request { entry: entry.id.clone(), expected: Expected::default(), change: Change::Add { entry, after } }
}

/// Of several additions in document order behind one entry, each goes behind the one before it: else the store would put
/// them there last to first.
pub(crate) fn chain_additions(requests: &mut [Request]) {
    let mut previous: Option<(Option<String>, String)> = None;
    for request in requests {
        let Change::Add { entry, after } = &mut request.change else { continue };
        let behind = after.clone();
        if let Some((common, id)) = previous
            && common == behind
        {
            *after = Some(id);
        }
        previous = Some((behind, entry.id.clone()));
    }
}
