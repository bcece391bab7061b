//! `tallymark.init`: makes a status.json from a plan.

use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_status::{Context, NewFile, Store};

use super::{Prepared, status};
use crate::event::{Event, Handle};
use crate::outbox::Outbox;

/// Makes it where the plan's status.json would be. `Err` says why it could not be.
pub(super) async fn run(prepared: &Prepared, outbox: &Outbox, engine: &Handle) -> Result<Value, String> {
    let path = prepared.own_status_path()?;
    let file = new_file(prepared);
    let (tasks, made) = (file.tasks.len(), path.clone());
    let create = move |context: &Context<'_>| Store::create(made, &file, context).map(|(_, applied)| applied);
    let applied = status::with_store(prepared, outbox, create).await?;
    engine.tell(Event::StatusRead(path.clone(), Some(Arc::new(applied.status))));
    Ok(json!({ "made": path.to_string_lossy(), "tasks": tasks }))
}

/// The status.json that the plan begins with.
pub(super) fn new_file(prepared: &Prepared) -> NewFile {
    let analysis = &prepared.snapshot.analysis;
    let plan = &analysis.joined.plan;
    let stem = prepared.snapshot.path.as_ref().and_then(|path| path.file_stem());
    NewFile {
        plan_path: analysis.facts.plan_path.clone(),
        plan_name: plan.title.map_or_else(
            || stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
            |title| plan.slice(title).to_owned(),
        ),
        tasks: analysis.initial_entries(),
    }
}
