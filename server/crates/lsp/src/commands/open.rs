//! `tallymark.open`: shows a place in one of the two files.

use serde_json::{Value, json};
use tallymark_sync::Place;

use super::Prepared;
use crate::convert::{diagnostic, position};
use crate::outbox::Outbox;

/// Shows the place. `Err` says why it could not be.
pub(super) async fn run(prepared: &Prepared, place: Place, outbox: &Outbox) -> Result<Value, String> {
    let snapshot = &prepared.snapshot;
    let source = diagnostic::source(&snapshot.analysis, place.file);
    let (Some(source), Some(uri)) = (source, snapshot.uri_of(place.file)) else {
        return Err("there is no status.json".to_owned());
    };
    let range = position::range(source, place.span, prepared.session.encoding);
    outbox.show_document(uri.clone(), range).await?;
    Ok(json!({ "opened": uri.as_str() }))
}
