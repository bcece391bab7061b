//! `tallymark.edit`: edits the plan, after a question.

use serde_json::{Value, json};
use tallymark_text::Edit;

use super::{Prepared, agreed};
use crate::convert;
use crate::outbox::Outbox;

/// Asks, and edits. `Err` says why nothing was done.
pub(super) async fn run(
    prepared: &Prepared,
    version: i32,
    edits: &[Edit],
    ask: Option<&str>,
    outbox: &Outbox,
) -> Result<Value, String> {
    if !agreed(ask, outbox).await {
        return Ok(json!({ "edited": false }));
    }
    apply(prepared, version, edits, outbox).await?;
    Ok(json!({ "edited": true }))
}

/// Has the client edit the plan, if it still has the version that the edits are for.
pub(super) async fn apply(
    prepared: &Prepared,
    version: i32,
    edits: &[Edit],
    outbox: &Outbox,
) -> Result<(), String> {
    let snapshot = &prepared.snapshot;
    if version != snapshot.version {
        return Err("the plan was edited meanwhile".to_owned());
    }
    let source = &snapshot.analysis.joined.plan.source;
    let edits = convert::edit::text_edits(source, edits, prepared.session.encoding);
    let edit = convert::edit::workspace_edit(&snapshot.uri, Some(version), edits, &prepared.session);
    outbox.apply_edit(edit).await
}
