//! `tallymark.mark`: gives tasks another state, wherever that is kept.

use serde_json::{Value, json};
use tallymark_plan::TaskIndex;
use tallymark_sync::Mark;

use super::{Command, Prepared, edit, status};
use crate::event::Handle;
use crate::outbox::Outbox;

/// Marks: status.json first, then the boxes. `Err` says why nothing was done.
pub(super) async fn run(prepared: &Prepared, outbox: &Outbox, engine: &Handle) -> Result<Value, String> {
    let Command::Mark { keys, to, reopen, reason, .. } = &prepared.command else { return Ok(Value::Null) };
    let analysis = &prepared.snapshot.analysis;
    let tasks = tasks(prepared, keys)?;
    let mark = Mark { reason: reason.clone(), reopen: *reopen, ..Mark::to(*to) };
    let marking = analysis.marking(&tasks, &mark).map_err(|refusal| refusal.to_string())?;
    status::apply(prepared, &marking.requests, &marking.marks, outbox, engine).await?;
    let mut answer = json!({
        "changed": names(prepared, &marking.changed),
        "already": names(prepared, &marking.already),
    });
    if !marking.edits.is_empty() {
        let edited = edit::apply(prepared, prepared.snapshot.version, &marking.edits, outbox).await;
        if let Err(why) = edited {
            if marking.requests.is_empty() {
                return Err(why);
            }
            // What is written stays; TM104 shows the boxes that are left.
            answer["boxes"] = json!(why.clone());
            let message = format!("Tallymark: status.json is changed, but not the boxes in the plan: {why}");
            outbox.show(tower_lsp::ls_types::MessageType::WARNING, message);
        }
    }
    Ok(answer)
}

/// The tasks of some keys, in document order.
fn tasks(prepared: &Prepared, keys: &[String]) -> Result<Vec<TaskIndex>, String> {
    let plan = &prepared.snapshot.analysis.joined.plan;
    let wanted: std::collections::HashSet<&str> = keys.iter().map(String::as_str).collect();
    let tasks: Vec<TaskIndex> =
        plan.tasks().map(|(task, _)| task).filter(|&task| wanted.contains(plan.key(task))).collect();
    if tasks.len() < wanted.len() {
        let known: std::collections::HashSet<&str> = tasks.iter().map(|&task| plan.key(task)).collect();
        let missing: Vec<&str> = keys.iter().map(String::as_str).filter(|key| !known.contains(key)).collect();
        return Err(format!("the plan has no task {}", missing.join(", ")));
    }
    Ok(tasks)
}

fn names(prepared: &Prepared, tasks: &[TaskIndex]) -> Vec<String> {
    let plan = &prepared.snapshot.analysis.joined.plan;
    tasks.iter().map(|&task| plan.key(task).to_owned()).collect()
}
