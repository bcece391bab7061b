//! Questions about where: definitions, references, who waits for whom, links, symbols of all plans, files that are renamed.

use std::sync::Arc;

use tallymark_sync::File;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::*;

use crate::convert::goto::{self, Way};
use crate::convert::{call, link, reference, resolve, workspace_symbol};
use crate::event::Answer;
use crate::file_renames;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// A question about where.
#[derive(Debug)]
pub(crate) enum Navigation {
    /// `textDocument/definition`, `/declaration`, `/implementation`, `/typeDefinition`
    Goto(Goto, GotoDefinitionParams, Answer<Option<GotoDefinitionResponse>>),
    /// `textDocument/references`
    References(ReferenceParams, Answer<Option<Vec<Location>>>),
    /// `textDocument/documentHighlight`
    Highlights(DocumentHighlightParams, Answer<Option<Vec<DocumentHighlight>>>),
    /// `textDocument/prepareCallHierarchy`
    Calls(CallHierarchyPrepareParams, Answer<Option<Vec<CallHierarchyItem>>>),
    /// `callHierarchy/incomingCalls`
    Incoming(Box<CallHierarchyIncomingCallsParams>, Answer<Option<Vec<CallHierarchyIncomingCall>>>),
    /// `callHierarchy/outgoingCalls`
    Outgoing(Box<CallHierarchyOutgoingCallsParams>, Answer<Option<Vec<CallHierarchyOutgoingCall>>>),
    /// `textDocument/documentLink`
    Links(DocumentLinkParams, Answer<Option<Vec<DocumentLink>>>),
    /// `workspace/symbol`
    WorkspaceSymbols(WorkspaceSymbolParams, Answer<Option<WorkspaceSymbolResponse>>),
    /// `workspace/willRenameFiles`
    WillRename(RenameFilesParams, Answer<Option<WorkspaceEdit>>),
}

/// The four ways to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goto {
    /// To what is named.
    Definition,
    /// To the line of what stands here.
    Declaration,
    /// To its entry in status.json.
    Implementation,
    /// To its phase.
    TypeDefinition,
}

impl Goto {
    fn way(self) -> Way {
        match self {
            Goto::Definition => tallymark_ide::definition,
            Goto::Declaration => tallymark_ide::declaration,
            Goto::Implementation => tallymark_ide::implementation,
            Goto::TypeDefinition => tallymark_ide::type_definition,
        }
    }

    /// Whether the client takes more than a place for an answer.
    fn takes_links(self, session: &Session) -> bool {
        let can = session.can.goto_links;
        match self {
            Goto::Definition => can.definition,
            Goto::Declaration => can.declaration,
            Goto::Implementation => can.implementation,
            Goto::TypeDefinition => can.type_definition,
        }
    }
}

impl Navigation {
    /// The document it asks about; `None` for all.
    pub(crate) fn uri(&self) -> Option<Uri> {
        let uri = match self {
            Navigation::Goto(_, params, _) => &params.text_document_position_params.text_document.uri,
            Navigation::References(params, _) => &params.text_document_position.text_document.uri,
            Navigation::Highlights(params, _) => &params.text_document_position_params.text_document.uri,
            Navigation::Calls(params, _) => &params.text_document_position_params.text_document.uri,
            Navigation::Incoming(params, _) => return resolve::document(params.item.data.as_ref()),
            Navigation::Outgoing(params, _) => return resolve::document(params.item.data.as_ref()),
            Navigation::Links(params, _) => &params.text_document.uri,
            Navigation::WorkspaceSymbols(..) | Navigation::WillRename(..) => return None,
        };
        Some(uri.clone())
    }

    /// Whether all open plans are looked at for the answer.
    pub(crate) fn is_about_all(&self) -> bool {
        matches!(
            self,
            Navigation::References(..) | Navigation::WorkspaceSymbols(..) | Navigation::WillRename(..)
        )
    }

    /// Whether the disk is looked at for the answer.
    pub(crate) fn asks_disk(&self) -> bool {
        matches!(self, Navigation::References(..) | Navigation::Links(..) | Navigation::WillRename(..))
    }

    /// Whether nobody waits for the answer any more: the client has cancelled the request.
    pub(crate) fn is_cancelled(&self) -> bool {
        match self {
            Navigation::Goto(_, _, answer) => answer.is_closed(),
            Navigation::References(_, answer) => answer.is_closed(),
            Navigation::Highlights(_, answer) => answer.is_closed(),
            Navigation::Calls(_, answer) => answer.is_closed(),
            Navigation::Incoming(_, answer) => answer.is_closed(),
            Navigation::Outgoing(_, answer) => answer.is_closed(),
            Navigation::Links(_, answer) => answer.is_closed(),
            Navigation::WorkspaceSymbols(_, answer) => answer.is_closed(),
            Navigation::WillRename(_, answer) => answer.is_closed(),
        }
    }
}

/// Answers a question on a plan, with which of its two files the question is about, and on all open ones.
pub(crate) fn answer(
    navigation: Navigation,
    on_plan: Option<(&Snapshot, File)>,
    all: &[Arc<Snapshot>],
    session: &Session,
) {
    match navigation {
        Navigation::Goto(goto, params, answer) => {
            let at = params.text_document_position_params.position;
            let links = goto.takes_links(session);
            let go = |(snapshot, file)| goto::goto(snapshot, file, at, goto.way(), links, session);
            send(answer, on_plan.and_then(go));
        }
        Navigation::References(params, answer) => {
            let at = params.text_document_position.position;
            let own = params.context.include_declaration;
            let find = |(snapshot, file)| reference::references(snapshot, file, at, own, all, session);
            send(answer, on_plan.and_then(find));
        }
        Navigation::Highlights(params, answer) => {
            let at = params.text_document_position_params.position;
            let find = |(snapshot, file)| reference::highlights(snapshot, file, at, session);
            send(answer, on_plan.and_then(find));
        }
        Navigation::Calls(params, answer) => {
            let at = params.text_document_position_params.position;
            send(answer, on_plan.and_then(|(snapshot, file)| call::prepare(snapshot, file, at, session)));
        }
        Navigation::Incoming(params, answer) => {
            let calls = |(snapshot, _)| call::incoming(snapshot, &params.item, session);
            send(answer, on_plan.and_then(calls));
        }
        Navigation::Outgoing(params, answer) => {
            let calls = |(snapshot, _)| call::outgoing(snapshot, &params.item, session);
            send(answer, on_plan.and_then(calls));
        }
        Navigation::Links(_, answer) => {
            send(answer, on_plan.and_then(|(snapshot, file)| link::links(snapshot, file, session)));
        }
        Navigation::WorkspaceSymbols(params, answer) => {
            send(answer, Some(workspace_symbol::symbols(all, &params.query, session)));
        }
        Navigation::WillRename(params, answer) => {
            send(answer, file_renames::will_rename(&params, all, session));
        }
    }
}

fn send<T>(answer: Answer<T>, value: T) {
    // Nobody waits any more: the client cancelled the request.
    let _: std::result::Result<(), Result<T>> = answer.send(Ok(value));
}
