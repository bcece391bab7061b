//! `tallymark.status.apply`: changes status.json, through the store alone.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_status::{Context, MarkChange, Request, Store, StoreError};
use tallymark_text::Source;
use tallymark_workspace::Settings;
use tower_lsp::ls_types::MessageType;

use super::{Prepared, agreed};
use crate::engine::now;
use crate::event::{Event, Handle};
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
    let changed = apply(prepared, requests, &[], outbox, engine).await?;
    Ok(json!({ "changed": changed }))
}

/// Has the store carry out requests, and tells the engine what status.json holds then. Gives how many of them changed
/// anything. `marks` are the boxes that are set behind it.
pub(super) async fn apply(
    prepared: &Prepared,
    requests: &[Request],
    marks: &[(String, MarkChange)],
    outbox: &Outbox,
    engine: &Handle,
) -> Result<usize, String> {
    if requests.is_empty() {
        return Ok(0);
    }
    let path = prepared.status_path()?;
    refuse_unsaved(&path, prepared.open_status.clone()).await?;
    let (file, requests, marks) = (path.clone(), requests.to_vec(), marks.to_vec());
    let write = move |context: &Context<'_>| {
        Store::open(file)?.apply(&requests, &Context { marks: &marks, ..*context })
    };
    let applied = with_store(prepared, outbox, write).await;
    match applied {
        Ok(applied) => {
            let changed = applied.outcomes.iter().filter(|outcome| outcome.changed).count();
            engine.tell(Event::StatusRead(path, Some(Arc::new(applied.status))));
            Ok(changed)
        }
        Err(error) => {
            // Most likely it is another than we know.
            outbox.look_at(vec![path]);
            Err(error)
        }
    }
}

/// Does something with the store, with the patience that tallymark.toml says, on a thread that may wait
/// for its lock, and says so if that takes longer.
pub(super) async fn with_store<T: Send + 'static>(
    prepared: &Prepared,
    outbox: &Outbox,
    work: impl FnOnce(&Context<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, String> {
    let (actor, outbox) = (prepared.session.client_name.clone(), outbox.clone());
    let root = prepared.snapshot.root.clone();
    let done = tokio::task::spawn_blocking(move || {
        let on_notice = |message: &str| outbox.show(MessageType::INFO, format!("Tallymark: {message}"));
        let (settings, _) = Settings::load(&root);
        let usual = Context::new(now(), &actor);
        work(&Context {
            on_notice: &on_notice,
            lock_wait: settings.lock_wait().unwrap_or(usual.lock_wait),
            foreign_stale: settings.foreign_stale().unwrap_or(usual.foreign_stale),
            ..usual
        })
    });
    done.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

/// A status.json that the client shows with changes that are not on disk must not be written: saving them would undo it.
pub(super) async fn refuse_unsaved(path: &Path, open: Option<Arc<Source>>) -> Result<(), String> {
    let Some(open) = open else { return Ok(()) };
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || tallymark_workspace::read_source(&owned));
    match read.await.map_err(|error| error.to_string())? {
        Ok(disk) if disk == *open => Ok(()),
        _ => Err("status.json is open with changes that are not saved; save or close it, then try again"
            .to_owned()),
    }
}
