//! Ways to definitions, declarations, entries and phases.

use tallymark_ide::Goto;
use tallymark_sync::{Analysis, File, Place};
use tower_lsp::ls_types::{GotoDefinitionResponse, Position};

use super::{diagnostic, place, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// One of the ways that `ide` knows.
pub(crate) type Way = fn(&Analysis, File, usize) -> Option<Goto>;

/// Where a way leads from a position: with what names it, where the client takes that (`links`), else a location.
pub(crate) fn goto(
    snapshot: &Snapshot,
    file: File,
    at: Position,
    way: Way,
    links: bool,
    session: &Session,
) -> Option<GotoDefinitionResponse> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at, session.encoding);
    let goto = way(&snapshot.analysis, file, offset)?;
    if links {
        let origin = position::range(source, goto.origin, session.encoding);
        let link = place::link(snapshot, origin, goto.whole, goto.shown, session)?;
        return Some(GotoDefinitionResponse::Link(vec![link]));
    }
    let shown = Place { file: goto.whole.file, span: goto.shown };
    place::location(snapshot, shown, session).map(GotoDefinitionResponse::Scalar)
}
