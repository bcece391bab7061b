//! Places in one of the two files of a plan, as clients go to them.

use tallymark_sync::{File, Place};
use tallymark_text::Span;
use tower_lsp::ls_types::{Location, LocationLink, Range, Uri};

use super::{diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// Where a place is: its document and its range there. `None` for status.json where there is none.
pub(crate) fn location(snapshot: &Snapshot, place: Place, session: &Session) -> Option<Location> {
    let uri = snapshot.uri_of(place.file)?.clone();
    if place.file == File::Status {
        // A store of several files is read as one text.
        let status = snapshot.analysis.joined.status_file.as_deref()?;
        let local = status.place(place.span);
        let range = position::range(local.source, local.span, session.encoding);
        let uri = match (local.file, &snapshot.located) {
            (Some(name), Some(located)) => Uri::from_file_path(located.path.join(name))?,
            _ => uri,
        };
        return Some(Location { uri, range });
    }
    let source = diagnostic::source(&snapshot.analysis, place.file)?;
    Some(Location { uri, range: position::range(source, place.span, session.encoding) })
}

/// The same with all of what is named around it, and what names it.
pub(crate) fn link(
    snapshot: &Snapshot,
    origin: Range,
    whole: Place,
    shown: Span,
    session: &Session,
) -> Option<LocationLink> {
    let target = location(snapshot, whole, session)?;
    let selection = location(snapshot, Place { file: whole.file, span: shown }, session)?;
    Some(LocationLink {
        origin_selection_range: Some(origin),
        target_uri: target.uri,
        target_range: target.range,
        target_selection_range: selection.range,
    })
}
