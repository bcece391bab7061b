//! What an editor shows, as plain data with byte ranges: no LSP type, no column, no clock in it.
//!
//! One feature, one file. Each is a function of an [`Analysis`](tallymark_sync::Analysis) that gives plain structs with
//! public fields; `lsp` turns spans into positions and [`Effect`]s into edits and commands. What an editor asks for by
//! screen (hints) or by place (hover, actions) costs what the screen or the place holds, not what the plan holds.

mod actions;
mod code_lenses;
mod completion;
mod diagnostics;
mod effect;
#[cfg(test)]
mod fixture;
mod folding;
mod formatting;
mod graph;
mod hover;
mod inlay_hints;
mod live;
mod markup;
mod next_id;
mod on_enter;
mod preview;
mod selection;
mod symbols;
mod target;
mod tokens;
mod verb;
mod waiting;
mod words;

pub use actions::{
    Action, ActionKind, actions_on_file, fix_actions, fix_all, mark_actions, renumber_action, undo_action,
};
pub use code_lenses::{CodeLens, MOST_TASK_LENSES, code_lenses, status_code_lenses};
pub use completion::{
    COMPLETION_TRIGGERS, Completion, CompletionKind, Completions, MOST_COMPLETIONS, completion_details,
    completions, status_completions,
};
pub use diagnostics::{Diagnostic, MOST_DIAGNOSTICS, diagnostics};
pub use effect::{Effect, Mark, Question};
pub use folding::{Fold, FoldKind, folds};
pub use formatting::format_plan;
pub use graph::{GraphView, Look};
pub use hover::{Hover, hover, hover_status};
pub use inlay_hints::{HintKind, InlayHint, inlay_hints};
pub use on_enter::on_enter;
pub use preview::{FixPreview, as_status_sees_it, fix_preview, safe_fixes_preview};
pub use selection::selection_steps;
pub use symbols::{Symbol, SymbolKind, symbols};
pub use tallymark_text::age;
pub use tokens::{Token, TokenKind, tokens};
pub use verb::Verb;
