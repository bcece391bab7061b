//! Edits.

use std::collections::HashMap;

use tallymark_text::{Edit, Encoding, Source};
use tower_lsp::ls_types::*;

use crate::session::Session;

use super::position;

/// Edits of one text.
pub(crate) fn text_edits(source: &Source, edits: &[Edit], encoding: Encoding) -> Vec<TextEdit> {
    edits
        .iter()
        .map(|edit| TextEdit::new(position::range(source, edit.span, encoding), edit.text.clone()))
        .collect()
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
