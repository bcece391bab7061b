//! What we say of ourselves.

use tower_lsp::ls_types::*;

use crate::commands;
use crate::convert::{action, token};
use crate::extensions;
use crate::session::{Session, Transport, encoding_kind};

/// The answer to `initialize`.
pub(crate) fn result(session: &Session, version: &str) -> InitializeResult {
    InitializeResult {
        capabilities: capabilities(session),
        server_info: Some(ServerInfo { name: "Tallymark".to_owned(), version: Some(version.to_owned()) }),
        offset_encoding: None,
    }
}

fn capabilities(session: &Session) -> ServerCapabilities {
    let actions = CodeActionOptions {
        code_action_kinds: Some(action::kinds()),
        resolve_provider: Some(session.can.resolve_edits),
        ..CodeActionOptions::default()
    };
    // Offered only to clients that pull; the others are told, and would show each finding twice.
    let pull = DiagnosticOptions {
        identifier: Some("tallymark".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: false,
        ..DiagnosticOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding_kind(session.encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            resolve_provider: Some(true),
            trigger_characters: Some(tallymark_ide::COMPLETION_TRIGGERS.map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        // Off unless the settings ask for it. Where it cannot be offered later it is offered now, and has nothing to do.
        document_formatting_provider: (!session.can.dynamic_formatting).then_some(OneOf::Left(true)),
        document_range_formatting_provider: (!session.can.dynamic_formatting).then_some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "\n".to_owned(),
            more_trigger_character: None,
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(token::provider()),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: session
            .can
            .call_hierarchy
            .then_some(CallHierarchyServerCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(session.can.resolve_lenses) }),
        rename_provider: Some(if session.can.prepare_rename {
            OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        } else {
            OneOf::Left(true)
        }),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(InlayHintOptions {
            resolve_provider: Some(session.can.resolve_tooltips),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }))),
        diagnostic_provider: (session.transport == Transport::Pull)
            .then_some(DiagnosticServerCapabilities::Options(pull)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::NAMES.iter().map(|&name| name.to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: session.can.will_rename_files.then(|| {
                WorkspaceFileOperationsServerCapabilities {
                    will_rename: Some(renamed_files()),
                    ..WorkspaceFileOperationsServerCapabilities::default()
                }
            }),
        }),
        experimental: Some(extensions::offered()),
        ..ServerCapabilities::default()
    }
}

/// Of which files that get other names we want to be told: plans and what they lead to, and folders, which take them along.
fn renamed_files() -> FileOperationRegistrationOptions {
    let filter = |glob: &str, kind| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern { glob: glob.to_owned(), matches: Some(kind), options: None },
    };
    FileOperationRegistrationOptions {
        filters: vec![
            filter("**/*", FileOperationPatternKind::File),
            filter("**", FileOperationPatternKind::Folder),
        ],
    }
}
