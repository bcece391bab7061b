//! Phases and tasks of all plans.

use std::sync::Arc;

use tallymark_ide::MOST_WORKSPACE_SYMBOLS;
use tower_lsp::ls_types::*;

use super::{position, symbol};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// Those that match a query, the best first. The protocol has no detail here: state and progress stand with the container.
pub(crate) fn symbols(plans: &[Arc<Snapshot>], query: &str, session: &Session) -> WorkspaceSymbolResponse {
    let analyses = plans.iter().map(|snapshot| (snapshot, &snapshot.analysis));
    let found = tallymark_ide::workspace_symbols(analyses, query, MOST_WORKSPACE_SYMBOLS);
    let convert = |found: tallymark_ide::WorkspaceSymbol<&Arc<Snapshot>>| {
        let source = &found.plan.analysis.joined.plan.source;
        let range = position::range(source, found.line, session.encoding);
        let container = match found.detail.as_str() {
            "" => found.container,
            detail => format!("{} — {detail}", found.container),
        };
        #[allow(deprecated)] // The field has no other way to be set, and no meaning.
        SymbolInformation {
            name: found.name,
            kind: symbol::kind(found.kind),
            tags: None,
            deprecated: None,
            location: Location { uri: found.plan.uri.clone(), range },
            container_name: Some(container),
        }
    };
    // The older of the two shapes: all clients take it, and the newer one adds nothing where the range is known.
    WorkspaceSymbolResponse::Flat(found.into_iter().map(convert).collect())
}
