//! `tallymark.undo`: takes the last change of status.json back, and what it did to the plan's boxes.

use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_status::{Context, MarkChange, Store};
use tallymark_sync::half_of_renumbering;
use tower_lsp::ls_types::MessageType;

use super::{Prepared, edit, status};
use crate::event::{Event, Handle};
use crate::outbox::Outbox;

/// Takes it back. `Err` says why nothing was.
pub(super) async fn run(prepared: &Prepared, outbox: &Outbox, engine: &Handle) -> Result<Value, String> {
    let path = prepared.status_path()?;
    if prepared.snapshot.analysis.joined.status_file.is_none() {
        return Err(
            "there is no status.json: what was done to boxes, the editor's own undo takes back".to_owned()
        );
    }
    status::refuse_unsaved(&path, prepared.open_status.clone()).await?;
    let file = path.clone();
    let planned = status::with_store(prepared, outbox, move |context: &Context<'_>| {
        Store::open(file)?.undo_dry_run(context)
    })
    .await?;
    if let Some((from, to)) = half_of_renumbering(&prepared.snapshot.analysis.joined, &planned.lines) {
        return Err(format!(
            "the last change gave {from} the id {to}, as the plan has it now: rename {to} to {from} instead"
        ));
    }
    let file = path.clone();
    let undo = move |context: &Context<'_>| Store::open(file)?.undo(context);
    let undone = match status::with_store(prepared, outbox, undo).await {
        Ok(undone) => undone,
        Err(error) => {
            outbox.look_at(vec![path]);
            return Err(error);
        }
    };
    let outcomes = &undone.applied.outcomes;
    let tasks: Vec<&str> =
        outcomes.iter().map(|outcome| outcome.entry.as_str()).filter(|entry| !entry.is_empty()).collect();
    let marks: Vec<(String, MarkChange)> =
        outcomes.iter().filter_map(|outcome| Some((outcome.entry.clone(), outcome.mark.clone()?))).collect();
    let mut answer = json!({ "undone": tasks, "redo": undone.redo });
    let what = match (tasks.as_slice(), undone.redo) {
        ([task], false) => format!("{task} is {} again", outcomes[0].to),
        (tasks, false) => format!("the last change is taken back ({} tasks)", tasks.len()),
        (tasks, true) => format!("what was undone is done again ({} tasks)", tasks.len()),
    };
    outbox.show(MessageType::INFO, format!("Tallymark: {what}; undo once more turns it round"));
    engine.tell(Event::StatusRead(path, Some(Arc::new(undone.applied.status))));
    let edits = prepared.snapshot.analysis.mark_edits(&marks);
    if !edits.is_empty()
        && let Err(why) = edit::apply(prepared, prepared.snapshot.version, &edits, outbox).await
    {
        answer["boxes"] = json!(why.clone());
        let message = format!("Tallymark: status.json is as before, but not the boxes in the plan: {why}");
        outbox.show(MessageType::WARNING, message);
    }
    Ok(answer)
}
