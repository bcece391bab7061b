//! What "mark 1.2 complete" does, for the command line and for editors alike.

use tallymark_plan::{Meaning, TaskIndex};
use tallymark_status::{Change, EntryIndex, Expected, NewEntry, Request, Status, Word};
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
}

impl Mark {
    /// A mark without words to it.
    pub fn to(to: Word) -> Self {
        Self { to, reason: None, notes: None, reopen: false, expected_status: None }
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
    /// There is no way from the task's state to that one.
    Illegal,
    /// The task does not have the status that the caller expects: somebody else was there first.
    Unexpected,
    /// status.json has the task's id for something else.
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
        let mut marking = Marking::default();
        for &task in tasks {
            if let Some(refusal) = self.refusal(task, mark) {
                return Err(refusal);
            }
            if self.is_already(task, mark.to) {
                marking.already.push(task);
                continue;
            }
            marking.changed.push(task);
            if let Some(status) = self.joined.status() {
                self.ask_store(status, task, mark, &mut marking.requests);
                if self.boxes == Boxes::Mirror {
                    marking.edits.extend(box_edit(&self.joined, task, mark.to));
                }
            } else {
                marking.edits.extend(box_edit(&self.joined, task, mark.to));
            }
        }
        chain_additions(&mut marking.requests);
        Ok(marking)
    }

    /// Why a task cannot be marked so now; `None` if it can, or is so already.
    pub fn refusal(&self, task: TaskIndex, mark: &Mark) -> Option<Refusal> {
        let joined = &self.joined;
        let name = joined.plan.name(task);
        let refuse = |kind, message| Some(Refusal { task, kind, message });
        if joined.status_file.is_some() && joined.status().is_none() {
            let message = format!(
                "{} cannot be read, so nothing is written to it; `tallymark check` says why",
                self.facts.status_path
            );
            return refuse(RefusalKind::Unreadable, message);
        }
        let word = self.word(task);
        if let Some(expected) = &mark.expected_status
            && *expected != word
        {
            return refuse(RefusalKind::Unexpected, format!("{name} is {word:?}, not {expected:?}"));
        }
        if self.is_already(task, mark.to) {
            return None;
        }
        let state = joined.state(task);
        let from = state.word();
        let reopens = matches!(from, Some(Word::Completed | Word::Skipped));
        if from.is_some_and(|from| !from.successors().contains(&mark.to)) || (reopens && !mark.reopen) {
            return refuse(
                RefusalKind::Illegal,
                format!("{name} is {}; it can only be reopened", state.label()),
            );
        }
        match joined.status() {
            None if box_edit(joined, task, mark.to).is_none() => {
                let wanted = State::of_word(mark.to.as_str()).label();
                refuse(
                    RefusalKind::NeedsStatus,
                    format!(
                        "the plan has no mark for {wanted:?}: {name} needs status.json (`tallymark init`)"
                    ),
                )
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

    fn ask_store(&self, status: &Status, task: TaskIndex, mark: &Mark, requests: &mut Vec<Request>) {
        let change = Change::Transition {
            to: mark.to,
            reason: mark.reason.clone(),
            notes: mark.notes.clone(),
            reopen: mark.reopen,
        };
        match self.joined.entry(task) {
            Some(entry) => requests.push(request(status, entry, change)),
            None => {
                let add = addition(&self.joined, status, task, Word::Pending);
                let id = self.joined.plan.key(task).to_owned();
                requests.push(add);
                if mark.to != Word::Pending {
                    let expected =
                        Expected { status: Some(Word::Pending.as_str().to_owned()), revision: None };
                    requests.push(Request { entry: id, expected, change });
                }
            }
        }
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

/// The edit of the box of a task that goes to a state. Where the plan has no mark for that, a tick at least goes away.
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
    let untick = || {
        let ticked = plan.meaning(task) == Meaning::Done && joined.status().is_some();
        ticked.then(|| mark_edit(plan, task, Meaning::Open)).flatten()
    };
    mark_edit(plan, task, meaning).or_else(untick)
}

/// The entry that a task of the plan gets, its status as its mark says.
fn new_entry(joined: &Joined, task: TaskIndex) -> NewEntry {
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
