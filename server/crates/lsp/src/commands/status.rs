//! `tallymark.status.apply`: changes status.json, through the store alone.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_status::Request;
use tallymark_text::Source;

use super::{Prepared, agreed};
use crate::event::Handle;
use crate::outbox::Outbox;

/// Asks, and changes. `Err` says why nothing was done.
pub(super) async fn run(
    prepared: &Prepared,
    requests: &[Request],
    ask: Option<&str>,
    outbox: &Outbox,
    engine: &Handle,
) -> Result<Value, String> {
    if !agreed(ask, outbox).await {
        return Ok(json!({ "changed": 0 }));
    }
    write(prepared, requests, engine).await?;
    Ok(json!({ "changed": requests.len() }))
}

/// Has the store carry out requests, and tells the engine what status.json holds then.
pub(super) async fn write(prepared: &Prepared, requests: &[Request], engine: &Handle) -> Result<(), String> {
    if requests.is_empty() {
        return Ok(());
    }
    let path = prepared.status_path()?;
    refuse_unsaved(&path, prepared.open_status.clone()).await?;
    let _ = engine;
    Err("status.json cannot be written by this build yet".to_owned())
}

/// A status.json that the client shows with changes that are not on disk must not be written: saving them would undo it.
async fn refuse_unsaved(path: &Path, open: Option<Arc<Source>>) -> Result<(), String> {
    let Some(open) = open else { return Ok(()) };
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || tallymark_workspace::read_source(&owned));
    match read.await.map_err(|error| error.to_string())? {
        Ok(disk) if disk == *open => Ok(()),
        _ => Err("status.json is open with changes that are not saved; save or close it, then try again"
            .to_owned()),
    }
}
