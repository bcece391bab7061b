//! Edits.

use std::collections::HashMap;

use tallymark_text::{Edit, Encoding, Source, Span};
use tower_lsp::ls_types::*;

use crate::session::Session;
use crate::snapshot::Snapshot;

use super::position;

/// Edits of one text.
pub(crate) fn text_edits(source: &Source, edits: &[Edit], encoding: Encoding) -> Vec<TextEdit> {
    edits
        .iter()
        .map(|edit| TextEdit::new(position::range(source, edit.span, encoding), edit.text.clone()))
        .collect()
}

/// What a line break that was just typed adds; the cursor is at `at`, behind it.
pub(crate) fn typed(snapshot: &Snapshot, at: Position, session: &Session) -> Vec<TextEdit> {
    let source = &snapshot.analysis.joined.plan.source;
    let offset = position::offset(source, at, session.encoding);
    text_edits(source, &tallymark_ide::on_enter(&snapshot.analysis, offset), session.encoding)
}

/// The edits that give a plan, or a range of it, the form that the settings name.
pub(crate) fn formatted(snapshot: &Snapshot, range: Option<Range>, session: &Session) -> Vec<TextEdit> {
    let source = &snapshot.analysis.joined.plan.source;
    let whole = Span::new(0, source.len());
    let span = range.map_or(whole, |range| position::span(source, range, session.encoding));
    text_edits(source, &tallymark_ide::format_plan(&snapshot.analysis, span), session.encoding)
}

/// Edits of one document, for exactly this version of it where the client can tell versions (`None`: it is not open).
pub(crate) fn workspace_edit(
    uri: &Uri,
    version: Option<i32>,
    edits: Vec<TextEdit>,
    session: &Session,
) -> WorkspaceEdit {
    if !session.can.document_changes {
        return WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), edits)])),
            ..WorkspaceEdit::default()
        };
    }
    let document = OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version };
    let edits = edits.into_iter().map(OneOf::Left).collect();
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit {
            text_document: document,
            edits,
        }])),
        ..WorkspaceEdit::default()
    }
}
