//! `tallymark.restore`: mends the status.json that cannot be read, if that needs no guess; else brings the newest whole one back.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tallymark_status::{
    Applied, Base, Context, NewFile, Repaired, RestoreFrom, Restored, Status, Store, StoreError,
};
use tower_lsp::ls_types::MessageType;

use super::{Prepared, agreed, init, status};
use crate::event::{Event, Handle};
use crate::outbox::Outbox;

/// How many tasks that are lost or changed are named.
const NAMED: usize = 5;

/// What can be done about the file, or was.
enum Way {
    Mend(Box<Repaired>),
    Restore(Box<Restored>),
}

/// Looks at what can be done, tells it, asks, and does it if the file is still the same. `Err` says why nothing was done.
pub(super) async fn run(prepared: &Prepared, outbox: &Outbox, engine: &Handle) -> Result<Value, String> {
    let path = prepared.status_path()?;
    status::refuse_unsaved(&path, prepared.open_status.clone()).await?;
    let plan = init::new_file(prepared);
    let (file, new) = (path.clone(), plan.clone());
    let look = move |context: &Context<'_>| {
        // What is mended keeps all that can be read; what is brought back may lose some of it.
        match Store::open(file.clone()).and_then(|store| store.repair_dry_run(context)) {
            Ok(repaired) if !repaired.mended.is_empty() => Ok(Way::Mend(Box::new(repaired))),
            _ => Store::restore_dry_run(&file, RestoreFrom::Best, &new, context)
                .map(|restored| Way::Restore(Box::new(restored))),
        }
    };
    let way = status::with_store(prepared, outbox, look).await?;
    if !agreed(Some(&way.question()), outbox).await {
        return Ok(json!({ "restored": false }));
    }
    let file = path.clone();
    let done = status::with_store(prepared, outbox, move |context| way.go(&file, &plan, context)).await;
    let done = done.inspect_err(|_| outbox.look_at(vec![path.clone()]))?;
    outbox.show(MessageType::INFO, format!("Tallymark: {}", done.told(true)));
    let answer = done.answer();
    engine.tell(Event::StatusRead(path, Some(Arc::new(done.into_status()))));
    Ok(answer)
}

impl Way {
    fn applied(&self) -> &Applied {
        match self {
            Way::Mend(repaired) => &repaired.applied,
            Way::Restore(restored) => &restored.applied,
        }
    }

    fn into_status(self) -> Status {
        match self {
            Way::Mend(repaired) => repaired.applied.status,
            Way::Restore(restored) => restored.applied.status,
        }
    }

    /// Does it, if the file is still the one that was looked at.
    fn go(&self, path: &Path, plan: &NewFile, context: &Context<'_>) -> Result<Way, StoreError> {
        let context = &Context { expected_revision: Some(self.applied().before), ..*context };
        Ok(match self {
            Way::Mend(_) => Way::Mend(Box::new(Store::open(path.to_owned())?.repair(context)?)),
            Way::Restore(_) => {
                Way::Restore(Box::new(Store::restore(path, RestoreFrom::Best, plan, context)?))
            }
        })
    }

    fn question(&self) -> String {
        let what = match self {
            Way::Mend(_) => "Mend status.json?",
            Way::Restore(_) => "Bring status.json back?",
        };
        format!("{what} {} The file that is there now is kept in .tallymark/.", self.told(false))
    }

    /// What is done, and what is lost by it.
    fn told(&self, done: bool) -> String {
        let is = if done { "is" } else { "would be" };
        let restored = match self {
            Way::Mend(repaired) => return format!("It {is} mended: {}.", repaired.mended.join("; ")),
            Way::Restore(restored) => restored,
        };
        let mut told = match &restored.base {
            Base::Generation(generation) => {
                let tasks = generation.status.as_ref().map_or(0, |status| status.entries.len());
                format!("It {is} the copy number {} ({tasks} tasks).", generation.number)
            }
            Base::Plan => {
                format!(
                    "No copy of it is kept: it {is} made from the marks of the plan, without times, notes and errors."
                )
            }
        };
        if !restored.replayed.is_empty() {
            told.push_str(&format!(" Changes done again from the history: {}.", restored.replayed.len()));
        }
        if !restored.missed.is_empty() {
            told.push_str(&format!(
                " Changes lost, as they cannot be done again: {}.",
                restored.missed.len()
            ));
        }
        if restored.unanchored {
            told.push_str(" The history does not know this copy: what was changed after it is lost.");
        }
        match (restored.compared, restored.differences.as_slice()) {
            (0, _) if restored.broken.is_some() => {
                told.push_str(" No task can be read in the broken file: what else is lost cannot be told.");
            }
            (0, _) => {}
            (compared, []) => {
                told.push_str(&format!(
                    " All {compared} tasks that can be read in the broken file are as in it."
                ));
            }
            (compared, differences) => {
                let named: Vec<&str> =
                    differences.iter().take(NAMED).map(|difference| difference.id.as_str()).collect();
                let more = if differences.len() > NAMED { ", …" } else { "" };
                told.push_str(&format!(
                    " Of {compared} tasks that can be read in the broken file, {} are not as in it: {}{more}.",
                    differences.len(),
                    named.join(", ")
                ));
            }
        }
        told
    }

    fn answer(&self) -> Value {
        match self {
            Way::Mend(repaired) => json!({ "restored": true, "mended": repaired.mended }),
            Way::Restore(restored) => {
                let different: Vec<&str> =
                    restored.differences.iter().map(|difference| difference.id.as_str()).collect();
                json!({
                    "restored": true,
                    "generation": match &restored.base {
                        Base::Generation(generation) => Some(generation.number),
                        Base::Plan => None,
                    },
                    "replayed": restored.replayed.len(),
                    "missed": restored.missed.len(),
                    "different": different,
                })
            }
        }
    }
}
