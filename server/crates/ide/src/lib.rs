//! What an editor shows, as plain data with byte ranges: no LSP type, no column, no clock in it.
//!
//! One feature, one file. Each is a function of an [`Analysis`](tallymark_sync::Analysis) that gives plain structs with
//! public fields; `lsp` turns spans into positions and [`Effect`]s into edits and commands. What an editor asks for by
//! screen (hints) or by place (hover, actions) costs what the screen or the place holds, not what the plan holds.

mod actions;
mod calls;
mod code_lenses;
mod completion;
mod cursor;
mod diagnostics;
mod effect;
mod file_renames;
#[cfg(test)]
mod fixture;
mod folding;
mod formatting;
mod goto;
mod graph;
mod hover;
mod inlay_hints;
mod links;
mod live;
mod markup;
mod next_id;
mod on_enter;
mod preview;
mod references;
mod selection;
mod symbols;
mod target;
mod tokens;
mod verb;
mod waiting;
mod words;
mod workspace_symbols;

pub use actions::{
    Action, ActionKind, actions_on_file, fix_actions, fix_all, mark_actions, renumber_action, undo_action,
};
pub use calls::{Call, CallItem, call_item, incoming_calls, outgoing_calls};
pub use code_lenses::{CodeLens, MOST_TASK_LENSES, code_lenses, status_code_lenses};
pub use completion::{
    COMPLETION_TRIGGERS, Completion, CompletionKind, Completions, MOST_COMPLETIONS, completion_details,
    completions, status_completions,
};
pub use diagnostics::{Diagnostic, MOST_DIAGNOSTICS, diagnostics};
pub use effect::{Effect, Mark, Question};
pub use file_renames::{FileRename, rename_edits};
pub use folding::{Fold, FoldKind, folds};
pub use formatting::format_plan;
pub use goto::{Goto, declaration, definition, implementation, type_definition};
pub use graph::{GraphView, Look};
pub use hover::{Hover, hover, hover_status};
pub use inlay_hints::{HintKind, InlayHint, inlay_hints};
pub use links::{Base, FileLink, MOST_LINKS, file_links};
pub use on_enter::on_enter;
pub use preview::{FixPreview, as_status_sees_it, fix_preview, safe_fixes_preview};
pub use references::{Reference, highlights, id_of_task_at, references};
pub use selection::selection_steps;
pub use symbols::{Outline, Symbol, SymbolKind, symbols};
pub use tallymark_text::age;
pub use tokens::{Token, TokenKind, tokens};
pub use verb::Verb;
pub use workspace_symbols::{
    Best, MOST_WORKSPACE_SYMBOLS, Matcher, Score, WorkspaceSymbol, workspace_symbols,
};
