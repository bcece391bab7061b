//! `tallymark.init`: makes a status.json from a plan.

use serde_json::Value;

use super::Prepared;
use crate::event::Handle;

/// Makes it where the plan's status.json would be. `Err` says why it could not be.
pub(super) async fn run(prepared: &Prepared, engine: &Handle) -> Result<Value, String> {
    let path = prepared.status_path()?;
    let _ = engine;
    Err(format!("{} cannot be written by this build yet", path.display()))
}
