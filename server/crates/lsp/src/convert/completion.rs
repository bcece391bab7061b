//! What can be written at a place.

use tallymark_ide::{Completion, CompletionKind};
use tallymark_sync::File;
use tallymark_text::Source;
use tower_lsp::ls_types::*;

use super::resolve::Data;
use super::{diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// What can be written at a position of one of the two files; `None` if nothing is to be offered there.
pub(crate) fn offers(
    snapshot: &Snapshot,
    file: File,
    at: &TextDocumentPositionParams,
    session: &Session,
) -> Option<CompletionResponse> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at.position, session.encoding);
    let offers = match file {
        File::Plan => tallymark_ide::completions(&snapshot.analysis, offset),
        File::Status => tallymark_ide::status_completions(&snapshot.analysis, offset),
    };
    if offers.items.is_empty() {
        return None;
    }
    let document = &at.text_document.uri;
    let items = offers.items.into_iter().enumerate();
    Some(CompletionResponse::List(CompletionList {
        is_incomplete: offers.is_incomplete,
        items: items.map(|(index, offer)| item(offer, index, document, source, snapshot, session)).collect(),
    }))
}

fn item(
    offer: Completion,
    index: usize,
    document: &Uri,
    source: &Source,
    snapshot: &Snapshot,
    session: &Session,
) -> CompletionItem {
    let range = position::range(source, offer.span, session.encoding);
    let key = offer.task.map(|task| snapshot.analysis.joined.plan.key(task));
    let snippet = offer.snippet.filter(|_| session.can.snippets);
    // Beside the label where there is room for it, else below it.
    let (details, detail) = if session.can.label_details {
        let details = CompletionItemLabelDetails { detail: None, description: Some(offer.detail) };
        (Some(details), None)
    } else {
        (None, Some(offer.detail))
    };
    CompletionItem {
        label: offer.label,
        label_details: details,
        kind: Some(kind(offer.kind)),
        detail,
        // The list is in its order already; clients sort it by this.
        sort_text: Some(format!("{index:03}")),
        filter_text: Some(offer.filter),
        insert_text_format: snippet.is_some().then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(TextEdit::new(range, snippet.unwrap_or(offer.text)).into()),
        data: key.and_then(|key| Data::write(document, snapshot, key)),
        ..CompletionItem::default()
    }
}

/// These are kinds that every client knows.
fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Task => CompletionItemKind::REFERENCE,
        CompletionKind::NewId => CompletionItemKind::UNIT,
        CompletionKind::Phase => CompletionItemKind::MODULE,
        CompletionKind::Mark(_) => CompletionItemKind::VALUE,
        CompletionKind::Status => CompletionItemKind::ENUM,
    }
}

/// Tells more of the task that an offer names. One that names none, or a task that is gone, stays as it is.
pub(crate) fn resolve(
    mut item: CompletionItem,
    snapshot: Option<&Snapshot>,
    session: &Session,
    now: i64,
) -> CompletionItem {
    let data = Data::<String>::read(item.data.as_ref());
    let details = data.zip(snapshot).and_then(|(data, snapshot)| {
        tallymark_ide::completion_details(&snapshot.analysis, &data.item, Some(now))
    });
    if let Some(details) = details {
        let (kind, value) = if session.can.completion_markdown {
            (MarkupKind::Markdown, details.markdown)
        } else {
            (MarkupKind::PlainText, details.plain)
        };
        item.documentation = Some(Documentation::MarkupContent(MarkupContent { kind, value }));
    }
    item
}
