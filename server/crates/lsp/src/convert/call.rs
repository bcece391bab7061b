//! Who waits for whom.

use tallymark_ide::CallItem;
use tallymark_sync::File;
use tower_lsp::ls_types::*;

use super::resolve::Data;
use super::{diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The task at a position.
pub(crate) fn prepare(
    snapshot: &Snapshot,
    file: File,
    at: Position,
    session: &Session,
) -> Option<Vec<CallHierarchyItem>> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at, session.encoding);
    let found = tallymark_ide::call_item(&snapshot.analysis, file, offset)?;
    Some(vec![item(snapshot, found, session)])
}

/// The tasks that wait for the one of an item.
pub(crate) fn incoming(
    snapshot: &Snapshot,
    of: &CallHierarchyItem,
    session: &Session,
) -> Option<Vec<CallHierarchyIncomingCall>> {
    let calls = tallymark_ide::incoming_calls(&snapshot.analysis, &key(of)?);
    let convert = |call: tallymark_ide::Call| CallHierarchyIncomingCall {
        from_ranges: ranges(snapshot, &call.places, session),
        from: item(snapshot, call.item, session),
    };
    Some(calls.into_iter().map(convert).collect())
}

/// The tasks that the one of an item waits for.
pub(crate) fn outgoing(
    snapshot: &Snapshot,
    of: &CallHierarchyItem,
    session: &Session,
) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let calls = tallymark_ide::outgoing_calls(&snapshot.analysis, &key(of)?);
    let convert = |call: tallymark_ide::Call| CallHierarchyOutgoingCall {
        from_ranges: ranges(snapshot, &call.places, session),
        to: item(snapshot, call.item, session),
    };
    Some(calls.into_iter().map(convert).collect())
}

fn item(snapshot: &Snapshot, item: CallItem, session: &Session) -> CallHierarchyItem {
    let source = &snapshot.analysis.joined.plan.source;
    CallHierarchyItem {
        name: item.name,
        kind: SymbolKind::EVENT,
        tags: None,
        detail: Some(item.detail).filter(|detail| !detail.is_empty()),
        uri: snapshot.uri.clone(),
        range: position::range(source, item.span, session.encoding),
        selection_range: position::range(source, item.shown, session.encoding),
        data: Data::write(&snapshot.uri, snapshot, item.key),
    }
}

/// The key of the task. The plan may have been edited since: the key finds the task all the same.
fn key(item: &CallHierarchyItem) -> Option<String> {
    Some(Data::<String>::read(item.data.as_ref())?.item)
}

fn ranges(snapshot: &Snapshot, places: &[tallymark_text::Span], session: &Session) -> Vec<Range> {
    let source = &snapshot.analysis.joined.plan.source;
    places.iter().map(|&place| position::range(source, place, session.encoding)).collect()
}
