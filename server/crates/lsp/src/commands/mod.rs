//! What `workspace/executeCommand` does. `docs/lsp-extensions.md` documents the commands for those who call them.
//!
//! A command runs beside the engine on the snapshot that was current when it was asked for, may wait for the client or
//! for a lock, and tells the engine what it wrote. What it refuses it says in a message to the person and in its answer.

mod call;
mod edit;
mod init;
mod mark;
mod open;
mod renumber;
mod restore;
mod status;
mod treat_as_plan;
mod undo;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_ide::Question;
use tallymark_status::{Request, Word};
use tallymark_sync::Place;
use tallymark_text::{Edit, Source};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{MessageType, Uri};

use crate::event::Handle;
use crate::outbox::Outbox;
use crate::session::Session;
use crate::snapshot::Snapshot;

pub(crate) use call::{NAMES, parse};

/// A command, without the plan that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// `tallymark.mark`: gives tasks another state.
    Mark {
        /// The plan's keys of the tasks.
        keys: Vec<String>,
        /// The state they get.
        to: Word,
        /// Completed and skipped tasks may become pending again.
        reopen: bool,
        /// What a client that can ask for a text asks first.
        question: Option<Question>,
        /// Its answer.
        reason: Option<String>,
    },
    /// `tallymark.status.apply`: changes status.json, through the store.
    ChangeStatus {
        /// The changes.
        requests: Vec<Request>,
        /// The person is asked this first.
        ask: Option<String>,
    },
    /// `tallymark.edit`: edits the plan, after a question.
    Edit {
        /// The version of the plan that the edits are for.
        version: i32,
        /// The edits.
        edits: Vec<Edit>,
        /// The person is asked this first.
        ask: Option<String>,
    },
    /// `tallymark.renumber`: gives tasks other ids, in the plan and in status.json.
    Renumber {
        /// The plan's keys of the tasks, each with its new id; none for all ids, counted through.
        changes: Vec<(String, String)>,
    },
    /// `tallymark.undo`: takes the last change of status.json back.
    Undo,
    /// `tallymark.init`: makes a status.json.
    Init,
    /// `tallymark.restore`: mends the status.json that cannot be read, or brings the newest whole one back.
    Restore,
    /// `tallymark.show`: shows the person a text.
    Show(String),
    /// `tallymark.treatAsPlan`: writes into the settings that the file is a plan.
    TreatAsPlan,
    /// `tallymark.open`: shows a place.
    Open(Place),
}

impl Command {
    /// The command that sets a mark.
    pub(crate) fn mark(mark: tallymark_ide::Mark) -> Self {
        let tallymark_ide::Mark { keys, to, reopen, question } = mark;
        Self::Mark { keys, to, reopen, question, reason: None }
    }
}

/// A command with all that it needs to know.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What to do.
    pub(crate) command: Command,
    /// To which plan, as it was when the command came.
    pub(crate) snapshot: Arc<Snapshot>,
    /// What the client shows of its status.json, if it has it open.
    pub(crate) open_status: Option<Arc<Source>>,
    /// The settings file of the plan's root, if the client has it open, with its version.
    pub(crate) open_settings: Option<(Uri, i32)>,
    /// What was agreed with the client.
    pub(crate) session: Arc<Session>,
}

impl Prepared {
    /// The path of the plan's status.json, be it there or not.
    fn status_path(&self) -> std::result::Result<PathBuf, String> {
        let located = self.snapshot.located.as_ref();
        located.map(|located| located.path.clone()).ok_or_else(|| "the plan is not saved yet".to_owned())
    }

    /// The path where a new status.json of the plan belongs.
    fn own_status_path(&self) -> std::result::Result<PathBuf, String> {
        let path = self.status_path()?;
        Ok(self.snapshot.located.as_ref().map_or(path, |located| located.own.clone()))
    }
}

/// Carries out a command. Its answer is an object that says what was done; `refused` in it says why nothing was.
pub(crate) async fn run(prepared: Prepared, outbox: &Outbox, engine: &Handle) -> Result<Option<Value>> {
    let done = match &prepared.command {
        Command::Mark { .. } => mark::run(&prepared, outbox, engine).await,
        Command::ChangeStatus { requests, ask } => {
            status::run(&prepared, requests, ask.as_deref(), outbox, engine).await
        }
        Command::Edit { version, edits, ask } => {
            edit::run(&prepared, *version, edits, ask.as_deref(), outbox).await
        }
        Command::Renumber { changes } => renumber::run(&prepared, changes, outbox, engine).await,
        Command::Undo => undo::run(&prepared, outbox, engine).await,
        Command::Init => init::run(&prepared, outbox, engine).await,
        Command::Restore => restore::run(&prepared, outbox, engine).await,
        Command::Show(text) => {
            outbox.show(MessageType::INFO, format!("Tallymark: {text}"));
            Ok(json!({ "shown": true }))
        }
        Command::TreatAsPlan => treat_as_plan::run(&prepared, outbox, engine).await,
        Command::Open(place) => open::run(&prepared, *place, outbox).await,
    };
    Ok(Some(done.unwrap_or_else(|refused| {
        outbox.show(MessageType::WARNING, format!("Tallymark: {refused}"));
        json!({ "refused": refused })
    })))
}

/// Asks the person before something that cannot be taken back. No answer is no.
async fn agreed(ask: Option<&str>, outbox: &Outbox) -> bool {
    const YES: &str = "Yes";
    match ask {
        None => true,
        Some(question) => outbox.ask(question.to_owned(), &[YES, "No"]).await.as_deref() == Some(YES),
    }
}
