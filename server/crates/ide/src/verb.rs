//! The ways to mark a task, and which of them are open to it.

use tallymark_plan::TaskIndex;
use tallymark_status::Word;
use tallymark_sync::{Analysis, State};

use crate::waiting::blocked_by;
use crate::{Mark, Question};

/// A way to mark a task, as a person calls it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verb {
    /// pending → in progress.
    Start,
    /// → completed.
    Complete,
    /// failed → in progress.
    Retry,
    /// → failed, with an error.
    Fail,
    /// → skipped, with a reason.
    Skip,
    /// in progress, failed → pending.
    Reset,
    /// completed, skipped → pending.
    Reopen,
}

impl Verb {
    /// All, in the order of a menu.
    pub const ALL: [Verb; 7] =
        [Verb::Start, Verb::Complete, Verb::Retry, Verb::Fail, Verb::Skip, Verb::Reset, Verb::Reopen];

    /// The state it leads to.
    pub fn to(self) -> Word {
        match self {
            Verb::Start | Verb::Retry => Word::InProgress,
            Verb::Complete => Word::Completed,
            Verb::Fail => Word::Failed,
            Verb::Skip => Word::Skipped,
            Verb::Reset | Verb::Reopen => Word::Pending,
        }
    }

    /// What is asked before it.
    pub fn question(self) -> Option<Question> {
        match self {
            Verb::Fail => Some(Question::Error),
            Verb::Skip => Some(Question::Reason),
            _ => None,
        }
    }

    /// The action's title for something named `what`: `Mark 1.2 complete`.
    pub(crate) fn title(self, what: &str) -> String {
        match self {
            Verb::Start => format!("Mark {what} started"),
            Verb::Complete => format!("Mark {what} complete"),
            Verb::Retry => format!("Retry {what}"),
            Verb::Fail => format!("Mark {what} failed…"),
            Verb::Skip => format!("Mark {what} skipped…"),
            Verb::Reset => format!("Put {what} back to pending"),
            Verb::Reopen => format!("Reopen {what}"),
        }
    }

    /// The lens's title.
    pub(crate) fn short_title(self) -> &'static str {
        match self {
            Verb::Start => "Start",
            Verb::Complete => "Complete",
            Verb::Retry => "Retry",
            Verb::Fail => "Fail…",
            Verb::Skip => "Skip…",
            Verb::Reset => "Back to pending",
            Verb::Reopen => "Reopen",
        }
    }

    /// The mark of tasks by this verb.
    pub(crate) fn mark(self, keys: Vec<String>) -> Mark {
        Mark { keys, to: self.to(), reopen: self == Verb::Reopen, question: self.question() }
    }

    /// Whether the verb is one for a task in this state at all.
    fn suits(self, state: State) -> bool {
        match state {
            State::Pending | State::Ready | State::Blocked | State::Unknown => {
                matches!(self, Verb::Start | Verb::Complete | Verb::Fail | Verb::Skip)
            }
            State::InProgress => matches!(self, Verb::Complete | Verb::Fail | Verb::Skip | Verb::Reset),
            State::Failed => matches!(self, Verb::Complete | Verb::Retry | Verb::Skip | Verb::Reset),
            State::Completed | State::Skipped | State::Cancelled => self == Verb::Reopen,
        }
    }
}

/// Whether a verb is open to a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    /// It is.
    Open,
    /// Other tasks come first: `blocked by 1.2`.
    Blocked(String),
    /// It would be refused, and why.
    Refused(String),
    /// It is none for a task in this state.
    Unfit,
}

/// Whether `verb` is open to `task`, and why not.
pub(crate) fn choice(analysis: &Analysis, task: TaskIndex, verb: Verb) -> Choice {
    if !verb.suits(analysis.joined.state(task)) {
        return Choice::Unfit;
    }
    let mark = tallymark_sync::Mark { reopen: verb == Verb::Reopen, ..tallymark_sync::Mark::to(verb.to()) };
    if let Some(refusal) = analysis.refusal(task, &mark) {
        return Choice::Refused(refusal.to_string());
    }
    match blocked_by(&analysis.joined, task) {
        Some(blockers) if verb == Verb::Start => Choice::Blocked(blockers),
        _ => Choice::Open,
    }
}
