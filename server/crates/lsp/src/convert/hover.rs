//! What is known at a place.

use tallymark_sync::File;
use tower_lsp::ls_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::{diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// What is known at a position. `now`: milliseconds since 1970-01-01 UTC.
pub(crate) fn hover(
    snapshot: &Snapshot,
    file: File,
    at: Position,
    session: &Session,
    now: i64,
) -> Option<Hover> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at, session.encoding);
    let hover = match file {
        File::Plan => tallymark_ide::hover(&snapshot.analysis, offset, Some(now)),
        File::Status => tallymark_ide::hover_status(&snapshot.analysis, offset, Some(now)),
    }?;
    let (kind, value) = if session.can.markdown {
        (MarkupKind::Markdown, hover.markdown)
    } else {
        (MarkupKind::PlainText, hover.plain)
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value }),
        range: Some(position::range(source, hover.span, session.encoding)),
    })
}
