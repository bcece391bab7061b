//! What can be done at a place, and what doing it means.

use serde::{Deserialize, Serialize};
use tallymark_ide::{Action, ActionKind, Effect};
use tallymark_sync::File;
use tallymark_text::Span;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use super::resolve::Data;
use super::{diagnostic, edit, position};
use crate::commands::Command as Tallymark;
use crate::session::{Abilities, Session};
use crate::snapshot::Snapshot;

/// The kinds of our actions; marks have kinds below the second.
pub(crate) fn kinds() -> Vec<CodeActionKind> {
    [ActionKind::QuickFix, ActionKind::Prepare, ActionKind::FixAll].map(kind).into()
}

/// The actions for a range of one of the two files.
pub(crate) fn actions(
    snapshot: &Snapshot,
    file: File,
    params: &CodeActionParams,
    session: &Session,
) -> Vec<CodeActionOrCommand> {
    let Some(source) = diagnostic::source(&snapshot.analysis, file) else { return Vec::new() };
    let span = position::span(source, params.range, session.encoding);
    let only = params.context.only.as_deref();
    candidates(snapshot, file, span, only)
        .into_iter()
        .filter(|action| wanted(&kind(action.kind), only))
        .map(|action| convert(action, snapshot, Some((&params.text_document.uri, span)), session))
        .collect::<Vec<_>>()
        .into_iter()
        .filter(|action| {
            // A client that does not grey actions out would offer the disabled ones as if they worked.
            let disabled =
                matches!(action, CodeActionOrCommand::CodeAction(action) if action.disabled.is_some());
            !disabled || session.can.disabled_actions
        })
        .collect()
}

/// All that can be done, in the order of a menu; of the marks that cannot be set now only what is worth telling.
fn candidates(snapshot: &Snapshot, file: File, span: Span, only: Option<&[CodeActionKind]>) -> Vec<Action> {
    let analysis = &snapshot.analysis;
    let mut actions = tallymark_ide::fix_actions(analysis, file, span);
    let marks = tallymark_ide::mark_actions(analysis, file, span);
    let asked_for =
        |action: &Action| only.is_some_and(|only| !only.is_empty() && wanted(&kind(action.kind), Some(only)));
    // Where tasks are marked, or where it is asked for by its kind.
    let undo = tallymark_ide::undo_action(analysis)
        .filter(|undo| asked_for(undo) || (only.is_none() && !marks.is_empty()));
    let any_open = marks.iter().any(|action| action.disabled.is_none());
    actions.extend(
        marks.into_iter().filter(|action| action.disabled.is_none() || asked_for(action) || !any_open),
    );
    actions.extend(undo);
    if file == File::Plan {
        actions.extend(tallymark_ide::actions_on_file(analysis));
        // Source actions are offered where they are asked for, not in every menu.
        if only.is_some() {
            actions.extend(tallymark_ide::fix_all(analysis));
            actions.extend(tallymark_ide::renumber_action(analysis).filter(asked_for));
        }
    }
    actions
}

/// Whether a kind is among those that were asked for, or below one of them.
fn wanted(kind: &CodeActionKind, only: Option<&[CodeActionKind]>) -> bool {
    let Some(only) = only.filter(|only| !only.is_empty()) else { return true };
    only.iter().any(|asked| {
        let below = kind.as_str().strip_prefix(asked.as_str());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
    })
}

fn kind(kind: ActionKind) -> CodeActionKind {
    CodeActionKind::from(kind.name())
}

/// An action of which the edit is asked for later.
#[derive(Debug, Serialize, Deserialize)]
struct Later {
    kind: String,
    /// The code of the finding that it mends.
    code: Option<String>,
    /// The bytes that actions were asked for.
    start: u32,
    end: u32,
}

/// Adds the edit to an action that was chosen.
///
/// # Errors
/// The plan is not what it was any more, as the protocol has a code for; or the action was never ours.
pub(crate) fn resolve(
    action: CodeAction,
    on_plan: Option<(&Snapshot, File)>,
    session: &Session,
) -> Result<CodeAction> {
    let data = Data::<Later>::read(action.data.as_ref())
        .ok_or_else(|| Error::invalid_params("this is no action of Tallymark's"))?;
    let modified = || Error {
        code: ErrorCode::ContentModified,
        message: "the plan was edited meanwhile".into(),
        data: None,
    };
    let (snapshot, file) = on_plan.filter(|(snapshot, _)| data.is_of(snapshot)).ok_or_else(modified)?;
    let Later { kind: asked, code, start, end } = data.item;
    let span = Span { start, end: end.max(start) };
    let only = [CodeActionKind::from(asked)];
    let own = candidates(snapshot, file, span, Some(&only)).into_iter().find(|own| {
        own.title == action.title
            && kind(own.kind) == only[0]
            && code_of(snapshot, own.finding) == code.as_deref()
    });
    let now = Session { can: Abilities { resolve_edits: false, ..session.can }, ..session.clone() };
    match own.map(|own| convert(own, snapshot, None, &now)) {
        Some(CodeActionOrCommand::CodeAction(resolved)) => Ok(CodeAction { edit: resolved.edit, ..action }),
        _ => Err(modified()),
    }
}

fn code_of(snapshot: &Snapshot, finding: Option<usize>) -> Option<&'static str> {
    Some(snapshot.analysis.findings.get(finding?)?.code)
}

/// An action as the client takes it. `asked`: the document and the bytes that actions were asked for, where the edit can
/// be asked for later.
fn convert(
    action: Action,
    snapshot: &Snapshot,
    asked: Option<(&Uri, Span)>,
    session: &Session,
) -> CodeActionOrCommand {
    let Action { title, kind: action_kind, effect, disabled, preferred, ask, finding } = action;
    let later = asked.filter(|_| session.can.resolve_edits);
    let mut data = None;
    if !session.can.action_literals && disabled.is_none() {
        return CodeActionOrCommand::Command(command(snapshot, title, effect, ask));
    }
    let (edit, command) = match effect {
        _ if disabled.is_some() => (None, None),
        Effect::EditPlan(_) if ask.is_none() && later.is_some() => {
            data = later.and_then(|(document, span)| {
                let code = code_of(snapshot, finding).map(str::to_owned);
                let kind = action_kind.name().to_owned();
                Data::write(document, snapshot, Later { kind, code, start: span.start, end: span.end })
            });
            (None, None)
        }
        Effect::EditPlan(edits) if ask.is_none() => {
            let source = &snapshot.analysis.joined.plan.source;
            let edits = edit::text_edits(source, &edits, session.encoding);
            (Some(edit::workspace_edit(&snapshot.uri, Some(snapshot.version), edits, session)), None)
        }
        effect => (None, Some(command(snapshot, title.clone(), effect, ask))),
    };
    let mended = finding.and_then(|index| diagnostic::of_finding(snapshot, index, session));
    CodeActionOrCommand::CodeAction(CodeAction {
        title,
        kind: Some(kind(action_kind)),
        diagnostics: mended.map(|diagnostic| vec![diagnostic]),
        edit,
        command,
        is_preferred: preferred.then_some(true),
        disabled: disabled.map(|reason| CodeActionDisabled { reason }),
        data,
    })
}

/// The command that carries out an effect.
pub(crate) fn command(snapshot: &Snapshot, title: String, effect: Effect, ask: Option<String>) -> Command {
    let command = match effect {
        Effect::EditPlan(edits) => Tallymark::Edit { version: snapshot.version, edits, ask },
        Effect::Mark(mark) => Tallymark::mark(mark),
        Effect::ChangeStatus(requests) => Tallymark::ChangeStatus { requests, ask },
        Effect::Renumber(changes) => Tallymark::Renumber { changes },
        Effect::Undo => Tallymark::Undo,
        Effect::Init => Tallymark::Init,
        Effect::Restore => Tallymark::Restore,
        Effect::Show(text) => Tallymark::Show(text),
        Effect::TreatAsPlan => Tallymark::TreatAsPlan,
        Effect::Open(place) => Tallymark::Open(place),
    };
    let (name, argument) = command.to_call(&snapshot.uri);
    Command { title, command: name.to_owned(), arguments: Some(vec![argument]) }
}
