//! `tallymark.treatAsPlan`: writes into `tallymark.toml` that the file is a plan.

use serde_json::{Value, json};
use tallymark_plan::Dialect;
use tallymark_text::Source;
use tallymark_workspace::SettingsEdit;

use super::Prepared;
use crate::convert;
use crate::event::{Event, Handle};
use crate::outbox::Outbox;

/// Writes the setting: through the client if it has the file open, else on disk. `Err` says why it could not be.
pub(super) async fn run(prepared: &Prepared, outbox: &Outbox, engine: &Handle) -> Result<Value, String> {
    let snapshot = &prepared.snapshot;
    let Some(path) = snapshot.path.clone() else { return Err("the file is not saved yet".to_owned()) };
    let root = snapshot.root.clone();
    let edit =
        tokio::task::spawn_blocking(move || tallymark_workspace::treat_as_plan(&root, &path, Dialect::Plain))
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())?;
    let written = edit.path.clone();
    match &prepared.open_settings {
        Some((uri, version)) => {
            let empty = Source::new("");
            let source = edit.source.as_ref().unwrap_or(&empty);
            let edits = convert::edit::text_edits(source, &edit.edits, prepared.session.encoding);
            let edit = convert::edit::workspace_edit(uri, Some(*version), edits, &prepared.session);
            outbox.apply_edit(edit).await?;
        }
        None => {
            tokio::task::spawn_blocking(move || write(&edit))
                .await
                .map_err(|error| error.to_string())?
                .map_err(|error| format!("{}: {error}", written.display()))?;
            engine.tell(Event::SettingsFileChanged);
        }
    }
    Ok(json!({ "settings": written.to_string_lossy() }))
}

fn write(edit: &SettingsEdit) -> std::io::Result<()> {
    let bytes = match &edit.source {
        Some(source) => source.with_text(&edit.text).to_bytes(),
        None => edit.text.clone().into_bytes(),
    };
    std::fs::write(&edit.path, bytes)
}
