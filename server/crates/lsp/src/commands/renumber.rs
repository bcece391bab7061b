//! `tallymark.renumber`: gives tasks other ids, in the plan and in status.json.

use serde_json::{Value, json};
use tallymark_plan::TaskIndex;
use tallymark_status::{Context, Store};
use tallymark_sync::Renumbering;
use tallymark_text::{Edit, Span, apply_edits};

use super::{Prepared, edit, status};
use crate::convert;
use crate::event::Handle;
use crate::outbox::Outbox;

/// Checks that the store would do its part, has the client edit the plan, and has the store write. If it refuses then after all,
/// the plan's edit is taken back. `Err` says why nothing was done.
pub(super) async fn run(
    prepared: &Prepared,
    changes: &[(String, String)],
    outbox: &Outbox,
    engine: &Handle,
) -> Result<Value, String> {
    let analysis = &prepared.snapshot.analysis;
    let joined = &analysis.joined;
    let wanted = if changes.is_empty() {
        analysis.counted_ids()
    } else {
        let task = |(key, to): &(String, String)| {
            let task = joined.task_with_key(key).ok_or_else(|| format!("the plan has no task {key}"))?;
            Ok((task, to.clone()))
        };
        changes.iter().map(task).collect::<Result<Vec<(TaskIndex, String)>, String>>()?
    };
    let renumbering = analysis.renumbering(&wanted).map_err(|refusal| refusal.message)?;
    if !renumbering.requests.is_empty() {
        let path = prepared.status_path()?;
        status::refuse_unsaved(&path, prepared.open_status.clone()).await?;
        let requests = renumbering.requests.clone();
        let check = move |context: &Context<'_>| Store::open(path)?.dry_run(&requests, context);
        status::with_store(prepared, outbox, check).await?;
    }
    edit::apply(prepared, prepared.snapshot.version, &renumbering.edits, outbox).await?;
    if let Err(why) = status::apply(prepared, &renumbering.requests, &[], outbox, engine).await {
        return Err(match take_back(prepared, &renumbering, outbox).await {
            Ok(()) => format!("{why}; the plan has its old ids again"),
            Err(kept) => format!("{why}; the plan has its new ids, and they could not be taken back: {kept}"),
        });
    }
    let source = &joined.plan.source;
    let lines: Vec<usize> =
        renumbering.uncertain.iter().map(|span| source.line_of(span.start as usize)).collect();
    let tasks: Vec<Value> =
        renumbering.tasks.iter().map(|one| json!({ "from": one.from, "to": one.to })).collect();
    Ok(json!({ "renumbered": tasks, "uncertainLines": lines }))
}

/// Has the client undo the edits of the plan. The version that it has now only the client knows.
async fn take_back(prepared: &Prepared, renumbering: &Renumbering, outbox: &Outbox) -> Result<(), String> {
    let snapshot = &prepared.snapshot;
    let old = &snapshot.analysis.joined.plan.source;
    let text = apply_edits(old.text(), &renumbering.edits).map_err(|error| error.to_string())?;
    let new = old.with_text(&text);
    let mut moved = 0_i64;
    let back: Vec<Edit> = renumbering
        .edits
        .iter()
        .map(|edit| {
            let start = (i64::from(edit.span.start) + moved) as usize;
            moved += edit.text.len() as i64 - edit.span.len() as i64;
            Edit::replace(Span::new(start, start + edit.text.len()), old.slice(edit.span))
        })
        .collect();
    let edits = convert::edit::text_edits(&new, &back, prepared.session.encoding);
    let edit = convert::edit::workspace_edit(&snapshot.uri, None, edits, &prepared.session);
    outbox.apply_edit(edit).await
}
