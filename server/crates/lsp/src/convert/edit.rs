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

/// The edits of one of several documents.
#[derive(Debug)]
pub(crate) struct FileEdits {
    /// The document.
    pub(crate) uri: Uri,
    /// Exactly this version of it; `None`: it is not open.
    pub(crate) version: Option<i32>,
    /// The edits.
    pub(crate) edits: Vec<TextEdit>,
}

/// Edits of one document, for exactly this version of it where the client can tell versions (`None`: it is not open).
pub(crate) fn workspace_edit(
    uri: &Uri,
    version: Option<i32>,
    edits: Vec<TextEdit>,
    session: &Session,
) -> WorkspaceEdit {
    changes(vec![FileEdits { uri: uri.clone(), version, edits }], None, session)
}

/// Edits of several documents, under a label that says what they are for, where the client shows one: who looks at them before
/// can leave some out.
pub(crate) fn workspace_edits(files: Vec<FileEdits>, label: &str, session: &Session) -> WorkspaceEdit {
    changes(files, Some(label).filter(|_| session.can.change_annotations), session)
}

fn changes(files: Vec<FileEdits>, label: Option<&str>, session: &Session) -> WorkspaceEdit {
    /// The name of the one annotation of an edit.
    const ANNOTATION: &str = "tallymark";
    if !session.can.document_changes {
        let changes = files.into_iter().map(|file| (file.uri, file.edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edit = |text_edit| match label {
        Some(_) => OneOf::Right(AnnotatedTextEdit { text_edit, annotation_id: ANNOTATION.to_owned() }),
        None => OneOf::Left(text_edit),
    };
    let documents = files.into_iter().map(|file| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri: file.uri, version: file.version },
        edits: file.edits.into_iter().map(edit).collect(),
    });
    let annotation = label.map(|label| ChangeAnnotation {
        label: label.to_owned(),
        needs_confirmation: None,
        description: None,
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(documents.collect())),
        change_annotations: annotation.map(|annotation| HashMap::from([(ANNOTATION.to_owned(), annotation)])),
        ..WorkspaceEdit::default()
    }
}
