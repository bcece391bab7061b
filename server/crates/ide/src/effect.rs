//! What choosing an action or clicking a lens does, as data: `lsp` carries it out.

use tallymark_status::{Request, Word};
use tallymark_sync::Place;
use tallymark_text::Edit;

/// What an action or a lens does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Edits of the plan's text: a workspace edit with the document's version.
    EditPlan(Vec<Edit>),
    /// Gives tasks another state, wherever that is kept.
    Mark(Mark),
    /// Changes of status.json, through the store only.
    ChangeStatus(Vec<Request>),
    /// Gives tasks other ids, in the plan and in status.json: the plan's keys of the tasks, each with its new id; none for
    /// all ids, counted through.
    Renumber(Vec<(String, String)>),
    /// Shows the person a text.
    Show(String),
    /// Takes the last change of status.json back.
    Undo,
    /// Makes a status.json for this plan.
    Init,
    /// Mends the status.json that cannot be read, or brings the newest whole one back; asks first.
    Restore,
    /// Writes into the settings that this file is a plan.
    TreatAsPlan,
    /// Shows a place in one of the two files.
    Open(Place),
}

/// Gives tasks another state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The plan's keys of the tasks, in document order.
    pub keys: Vec<String>,
    /// The state they get.
    pub to: Word,
    /// Completed and skipped tasks may become pending again.
    pub reopen: bool,
    /// What to ask the person first, and store with the state.
    pub question: Option<Question>,
}

/// What is asked before a mark is set. The answer may be left empty; a cancelled question changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What went wrong: stored as `error`.
    Error,
    /// Why it is left out: stored as `skipReason`.
    Reason,
}

impl Question {
    /// The words to ask with.
    pub fn text(self) -> &'static str {
        match self {
            Question::Error => "What went wrong?",
            Question::Reason => "Why is it skipped?",
        }
    }
}
