//! The protocol's methods. Each puts an event into the engine's channel and, for a request, awaits the answer: one line,
//! nothing awaited before the event is in the channel. `tests/facade.rs` holds this file to that.

use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::*;

use crate::encoded::Encoded;
use crate::event::{Event, Handle, PanicParams, PanicPlace, Query};
use crate::extensions::{self, DocumentParams, Extension};
use crate::navigation::{Goto, Navigation};

/// What tower-lsp calls.
#[derive(Debug)]
pub(crate) struct Facade {
    /// The way into the engine.
    pub(crate) engine: Handle,
}

#[rustfmt::skip] // One method, one line.
impl LanguageServer for Facade {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        self.engine.ask(|answer| Event::Initialize(Box::new(params), answer)).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.engine.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.engine.ask(Event::Shutdown).await
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.engine.tell(Event::Opened(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.engine.tell(Event::Edited(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.engine.tell(Event::Saved(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.engine.tell(Event::Closed(params));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.engine.tell(Event::SettingsChanged(params));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.engine.tell(Event::FoldersChanged(params));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.engine.tell(Event::FilesChanged(params));
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.engine.ask(|answer| Event::Query(Query::Hover(params, answer))).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Completion(params, answer))).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        self.engine.ask(|answer| Event::Query(Query::ResolveCompletion(Box::new(item), answer))).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.engine.ask(|answer| Event::Query(Query::Typed(params, answer))).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.engine.ask(|answer| Event::Query(Query::Format(params, answer))).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.engine.ask(|answer| Event::Query(Query::FormatRange(params, answer))).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.engine.ask(|answer| Event::Query(Query::Folds(params, answer))).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.engine.ask(|answer| Event::Query(Query::Selections(params, answer))).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        self.engine.ask(|answer| Event::Query(Query::Tokens(params, answer))).await
    }

    async fn semantic_tokens_full_delta(&self, params: SemanticTokensDeltaParams) -> Result<Option<SemanticTokensFullDeltaResult>> {
        self.engine.ask(|answer| Event::Query(Query::TokensDelta(params, answer))).await
    }

    async fn semantic_tokens_range(&self, params: SemanticTokensRangeParams) -> Result<Option<SemanticTokensRangeResult>> {
        self.engine.ask(|answer| Event::Query(Query::TokensOfRange(params, answer))).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Goto(Goto::Definition, params, answer)))).await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Goto(Goto::Declaration, params, answer)))).await
    }

    async fn goto_implementation(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Goto(Goto::Implementation, params, answer)))).await
    }

    async fn goto_type_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Goto(Goto::TypeDefinition, params, answer)))).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::References(params, answer)))).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Highlights(params, answer)))).await
    }

    async fn prepare_call_hierarchy(&self, params: CallHierarchyPrepareParams) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Calls(params, answer)))).await
    }

    async fn incoming_calls(&self, params: CallHierarchyIncomingCallsParams) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Incoming(Box::new(params), answer)))).await
    }

    async fn outgoing_calls(&self, params: CallHierarchyOutgoingCallsParams) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Outgoing(Box::new(params), answer)))).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::Links(params, answer)))).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::WorkspaceSymbols(params, answer)))).await
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.engine.ask(|answer| Event::Query(Query::Navigation(Navigation::WillRename(params, answer)))).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.engine.ask(|answer| Event::Query(Query::Actions(params, answer))).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.engine.ask(|answer| Event::Query(Query::Lenses(params, answer))).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.engine.ask(|answer| Event::Query(Query::Hints(params, answer))).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        self.engine.ask(|answer| Event::Query(Query::ResolveHint(Box::new(hint), answer))).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        self.engine.ask(|answer| Event::Query(Query::ResolveLens(Box::new(lens), answer))).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        self.engine.ask(|answer| Event::Query(Query::ResolveAction(Box::new(action), answer))).await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.engine.ask(|answer| Event::Query(Query::Diagnostics(params, answer))).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.engine.ask(|answer| Event::Query(Query::PrepareRename(params, answer))).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        self.engine.ask(|answer| Event::Query(Query::Rename(params, answer))).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        self.engine.ask(|answer| Event::Command(params, answer)).await
    }
}

/// Of the protocol, and not of tower-lsp.
#[rustfmt::skip] // One method, one line.
impl Facade {
    pub(crate) async fn set_trace(&self, params: SetTraceParams) {
        self.engine.tell(Event::Trace(params));
    }
}

/// The requests beyond the protocol.
#[rustfmt::skip] // One method, one line.
impl Facade {
    pub(crate) async fn status(&self, params: DocumentParams) -> Result<extensions::status::Answered> {
        self.engine.ask(|answer| Event::Extension(Extension::Status(params, answer))).await
    }

    pub(crate) async fn plans(&self, params: extensions::plans::Params) -> Result<extensions::plans::Answered> {
        self.engine.ask(|answer| Event::Extension(Extension::Plans(params, answer))).await
    }

    pub(crate) async fn tasks(&self, params: DocumentParams) -> Result<Option<extensions::tasks::Answered>> {
        self.engine.ask(|answer| Event::Extension(Extension::Tasks(params, answer))).await
    }

    pub(crate) async fn activity(&self, params: DocumentParams) -> Result<Option<extensions::activity::Answered>> {
        self.engine.ask(|answer| Event::Extension(Extension::Activity(params, answer))).await
    }

    pub(crate) async fn timeline(&self, params: DocumentParams) -> Result<Option<extensions::timeline::Answered>> {
        self.engine.ask(|answer| Event::Extension(Extension::Timeline(params, answer))).await
    }

    pub(crate) async fn content(&self, params: extensions::content::Params) -> Result<extensions::content::Answered> {
        self.engine.ask(|answer| Event::Extension(Extension::Content(params, answer))).await
    }

    pub(crate) async fn graph(&self, params: DocumentParams) -> Result<Option<extensions::graph::Answered>> {
        self.engine.ask(|answer| Event::Extension(Extension::Graph(params, answer))).await
    }
}

/// Requests of the protocol whose answers are large.
#[rustfmt::skip] // One method, one line.
impl Facade {
    pub(crate) async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Encoded> {
        self.engine.ask(|answer| Event::Query(Query::Symbols(params, answer))).await
    }
}

impl Facade {
    /// `tallymark/test/panic`, there only with `TALLYMARK_TEST_HOOKS` set.
    pub(crate) async fn panic(&self, params: PanicParams) -> Result<LSPAny> {
        assert!(params.place != PanicPlace::Handler, "a test asked the handler to panic");
        self.engine.ask(|answer| Event::Panic(params, answer)).await
    }
}
