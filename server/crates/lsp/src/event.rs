//! All that the engine can be told, and the handle to tell it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use serde::Deserialize;
use tallymark_status::Status;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;

use crate::convert::resolve;
use crate::encoded::Encoded;
use crate::extensions::Extension;
use crate::extensions::summary::Summary;
use crate::live::LiveChange;
use crate::navigation::Navigation;

/// Where the answer to a request goes.
pub(crate) type Answer<T> = oneshot::Sender<Result<T>>;

/// What the engine is told, in the order in which it was said.
#[derive(Debug)]
pub(crate) enum Event {
    /// What the client says that it can do, as it says it: the protocol's types leave out what is newer than they are.
    Capabilities(serde_json::Value),
    /// The client introduces itself.
    Initialize(Box<InitializeParams>, Answer<InitializeResult>),
    /// The client has read what we can do: requests to it are allowed from now on.
    Initialized,
    /// The client is about to end us.
    Shutdown(Answer<()>),
    /// A document was opened.
    Opened(DidOpenTextDocumentParams),
    /// A document was edited.
    Edited(DidChangeTextDocumentParams),
    /// A document was saved.
    Saved(DidSaveTextDocumentParams),
    /// A document was closed.
    Closed(DidCloseTextDocumentParams),
    /// Workspace folders came or went.
    FoldersChanged(DidChangeWorkspaceFoldersParams),
    /// The client wants more or less of the log.
    Trace(SetTraceParams),
    /// The client's settings changed; its answer to `workspace/configuration` says to what.
    SettingsChanged(DidChangeConfigurationParams),
    /// The client's settings: what stands under `tallymark`.
    SettingsGiven(serde_json::Value),
    /// The client saw files change on disk.
    FilesChanged(DidChangeWatchedFilesParams),
    /// A status.json was read, or written by us: what it holds now, `None` if it is not there.
    StatusRead(PathBuf, Option<Arc<Status>>),
    /// The sidecar has told something of monitoring files.
    Live(LiveChange),
    /// A `tallymark.toml` changed, came or went.
    SettingsFileChanged,
    /// Ten seconds have passed: ages are told anew.
    Tick,
    /// The client has said all that it had to say for now.
    Settled,
    /// A question about a document.
    Query(Query),
    /// `workspace/executeCommand`.
    Command(ExecuteCommandParams, Answer<Option<LSPAny>>),
    /// A request beyond the protocol.
    Extension(Extension),
    /// The plans that were found on disk, by path; `None` if looking for them failed.
    PlansFound(Option<HashMap<PathBuf, Summary>>),
    /// Panics where it is told to, so that tests can see what follows. Only with `TALLYMARK_TEST_HOOKS` set.
    Panic(PanicParams, Answer<LSPAny>),
}

/// A question about a document, answered on the version that is current when it enters the channel.
#[derive(Debug)]
pub(crate) enum Query {
    /// `textDocument/hover`
    Hover(HoverParams, Answer<Option<Hover>>),
    /// `textDocument/completion`
    Completion(CompletionParams, Answer<Option<CompletionResponse>>),
    /// `textDocument/onTypeFormatting`
    Typed(DocumentOnTypeFormattingParams, Answer<Option<Vec<TextEdit>>>),
    /// `textDocument/formatting`
    Format(DocumentFormattingParams, Answer<Option<Vec<TextEdit>>>),
    /// `textDocument/rangeFormatting`
    FormatRange(DocumentRangeFormattingParams, Answer<Option<Vec<TextEdit>>>),
    /// `textDocument/foldingRange`
    Folds(FoldingRangeParams, Answer<Option<Vec<FoldingRange>>>),
    /// `textDocument/selectionRange`
    Selections(SelectionRangeParams, Answer<Option<Vec<SelectionRange>>>),
    /// `textDocument/semanticTokens/full`
    Tokens(SemanticTokensParams, Answer<Option<SemanticTokensResult>>),
    /// `textDocument/semanticTokens/full/delta`
    TokensDelta(SemanticTokensDeltaParams, Answer<Option<SemanticTokensFullDeltaResult>>),
    /// `textDocument/semanticTokens/range`
    TokensOfRange(SemanticTokensRangeParams, Answer<Option<SemanticTokensRangeResult>>),
    /// `completionItem/resolve`
    ResolveCompletion(Box<CompletionItem>, Answer<CompletionItem>),
    /// `inlayHint/resolve`
    ResolveHint(Box<InlayHint>, Answer<InlayHint>),
    /// `codeLens/resolve`
    ResolveLens(Box<CodeLens>, Answer<CodeLens>),
    /// `codeAction/resolve`
    ResolveAction(Box<CodeAction>, Answer<CodeAction>),
    /// `textDocument/documentSymbol`
    Symbols(DocumentSymbolParams, Answer<Encoded>),
    /// `textDocument/codeAction`
    Actions(CodeActionParams, Answer<Option<CodeActionResponse>>),
    /// `textDocument/codeLens`
    Lenses(CodeLensParams, Answer<Option<Vec<CodeLens>>>),
    /// `textDocument/inlayHint`
    Hints(InlayHintParams, Answer<Option<Vec<InlayHint>>>),
    /// `textDocument/diagnostic`
    Diagnostics(DocumentDiagnosticParams, Answer<DocumentDiagnosticReportResult>),
    /// A question about where.
    Navigation(Navigation),
    /// `textDocument/prepareRename`
    PrepareRename(TextDocumentPositionParams, Answer<Option<PrepareRenameResponse>>),
    /// `textDocument/rename`
    Rename(RenameParams, Answer<Option<WorkspaceEdit>>),
}

impl Query {
    /// The document it asks about; `None` for an item to be resolved that is not ours.
    pub(crate) fn uri(&self) -> Option<Uri> {
        let uri = match self {
            Query::Hover(params, _) => &params.text_document_position_params.text_document.uri,
            Query::Completion(params, _) => &params.text_document_position.text_document.uri,
            Query::Typed(params, _) => &params.text_document_position.text_document.uri,
            Query::Format(params, _) => &params.text_document.uri,
            Query::FormatRange(params, _) => &params.text_document.uri,
            Query::Folds(params, _) => &params.text_document.uri,
            Query::Selections(params, _) => &params.text_document.uri,
            Query::Tokens(params, _) => &params.text_document.uri,
            Query::TokensDelta(params, _) => &params.text_document.uri,
            Query::TokensOfRange(params, _) => &params.text_document.uri,
            Query::ResolveCompletion(item, _) => return resolve::document(item.data.as_ref()),
            Query::ResolveHint(item, _) => return resolve::document(item.data.as_ref()),
            Query::ResolveLens(item, _) => return resolve::document(item.data.as_ref()),
            Query::ResolveAction(item, _) => return resolve::document(item.data.as_ref()),
            Query::Symbols(params, _) => &params.text_document.uri,
            Query::Actions(params, _) => &params.text_document.uri,
            Query::Lenses(params, _) => &params.text_document.uri,
            Query::Hints(params, _) => &params.text_document.uri,
            Query::Diagnostics(params, _) => &params.text_document.uri,
            Query::Navigation(navigation) => return navigation.uri(),
            Query::PrepareRename(params, _) => &params.text_document.uri,
            Query::Rename(params, _) => &params.text_document_position.text_document.uri,
        };
        Some(uri.clone())
    }

    /// Whether nobody waits for the answer any more: the client has cancelled the request.
    pub(crate) fn is_cancelled(&self) -> bool {
        match self {
            Query::Hover(_, answer) => answer.is_closed(),
            Query::Completion(_, answer) => answer.is_closed(),
            Query::Typed(_, answer) => answer.is_closed(),
            Query::Format(_, answer) => answer.is_closed(),
            Query::FormatRange(_, answer) => answer.is_closed(),
            Query::Folds(_, answer) => answer.is_closed(),
            Query::Selections(_, answer) => answer.is_closed(),
            Query::Tokens(_, answer) => answer.is_closed(),
            Query::TokensDelta(_, answer) => answer.is_closed(),
            Query::TokensOfRange(_, answer) => answer.is_closed(),
            Query::ResolveCompletion(_, answer) => answer.is_closed(),
            Query::ResolveHint(_, answer) => answer.is_closed(),
            Query::ResolveLens(_, answer) => answer.is_closed(),
            Query::ResolveAction(_, answer) => answer.is_closed(),
            Query::Symbols(_, answer) => answer.is_closed(),
            Query::Actions(_, answer) => answer.is_closed(),
            Query::Lenses(_, answer) => answer.is_closed(),
            Query::Hints(_, answer) => answer.is_closed(),
            Query::Diagnostics(_, answer) => answer.is_closed(),
            Query::Navigation(navigation) => navigation.is_cancelled(),
            Query::PrepareRename(_, answer) => answer.is_closed(),
            Query::Rename(_, answer) => answer.is_closed(),
        }
    }
}

/// Where [`Event::Panic`] panics.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PanicPlace {
    /// In the facade's handler.
    Handler,
    /// In `World::apply`.
    Apply,
    /// In the next analysis.
    Analysis,
    /// In the answer to a query.
    Query,
}

/// The parameters of `tallymark/test/panic`.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct PanicParams {
    /// Where to panic.
    pub(crate) place: PanicPlace,
}

/// The way into the engine: an unbounded channel, so that telling never waits.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    events: Sender<Event>,
    more_to_come: Arc<AtomicBool>,
}

impl Handle {
    /// A handle on a channel.
    pub(crate) fn new(events: Sender<Event>) -> Self {
        Self { events, more_to_come: Arc::default() }
    }

    /// Tells the engine something.
    pub(crate) fn tell(&self, event: Event) {
        // The engine ends with the process; what it is told after that concerns nobody.
        let _ = self.events.send(event);
    }

    /// Tells the engine something that has an answer. The event is in the channel before anything is awaited.
    pub(crate) async fn ask<T>(&self, event: impl FnOnce(Answer<T>) -> Event) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.tell(event(answer));
        answered.await.unwrap_or_else(|_| {
            // What should have answered panicked, and has said so in the log.
            let message = "Tallymark failed at this request; its log says why".into();
            Err(Error { message, ..Error::internal_error() })
        })
    }

    /// Says whether more messages of the client's are already at hand. While they are, the engine waits for them instead
    /// of analysing a text that is about to change, as long as no change has waited too long.
    pub(crate) fn set_more_to_come(&self, more: bool) {
        if self.more_to_come.swap(more, Ordering::AcqRel) && !more {
            self.tell(Event::Settled);
        }
    }

    /// Whether more messages of the client's are at hand.
    pub(crate) fn more_to_come(&self) -> bool {
        self.more_to_come.load(Ordering::Acquire)
    }
}
