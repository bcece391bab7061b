//! Setting the boxes of a plan.

use std::sync::Arc;
use std::time::Duration;

use tallymark_plan::Plan;
use tallymark_status::FileLock;
use tallymark_text::{Edit, Source, apply_edits};
use tallymark_workspace::{Loaded, load_text, read_source};

use super::store_failure;
use crate::current::Current;
use crate::exit::{Exit, Failure};
use crate::plan_file;

/// How long to wait for others of our kind who write the same plan.
const WAIT: Duration = Duration::from_secs(10);

/// So often it is tried anew when an editor or another program writes the plan meanwhile.
const ATTEMPTS: usize = 5;

/// Makes edits of boxes in the plan's file, and gives the plan as it is then. If the plan is another by now, `again` makes
/// the edits for that one.
pub fn set(
    current: &Current,
    edits: &[Edit],
    again: &dyn Fn(&Loaded) -> Result<Vec<Edit>, Failure>,
    dry_run: bool,
) -> Result<Arc<Plan>, Failure> {
    let plan = &current.loaded.analysis.joined.plan;
    if dry_run {
        let text = edited(&plan.source, edits)?;
        return Ok(parsed(current, &plan.source, &text));
    }
    let path = &current.loaded.path;
    let _lock = FileLock::acquire(path, WAIT).map_err(store_failure)?;
    let mut attempts = 1;
    loop {
        // Who waited for the lock finds another plan than before: the edits are made anew for it, unless others have only set
        // other boxes.
        let source = Arc::new(read_source(path)?);
        let text = if leaves_alone(plan, &source, edits) {
            edited(&source, edits)?
        } else {
            edited(&source, &again(&reloaded(current, &source))?)?
        };
        match plan_file::replace(path, &source, &text) {
            Ok(()) => return Ok(parsed(current, &source, &text)),
            Err(failure) if failure.exit == Exit::Conflict && attempts < ATTEMPTS => attempts += 1,
            Err(failure) => return Err(failure),
        }
    }
}

/// Whether the text that the plan has by now is the same but for boxes that the edits do not concern.
fn leaves_alone(plan: &Plan, source: &Arc<Source>, edits: &[Edit]) -> bool {
    *source == plan.source
        || (edits.iter().all(|edit| source.slice(edit.span) == plan.slice(edit.span))
            && plan.with_marks_of(source).is_some())
}

/// The plan with a text that it has by now.
fn reloaded(current: &Current, source: &Arc<Source>) -> Loaded {
    let (workspace, path) = (&current.workspace, &current.loaded.path);
    let now = current.loaded.analysis.facts.now;
    load_text(&workspace.root, path, Arc::clone(source), &workspace.settings, now)
}

fn edited(source: &Source, edits: &[Edit]) -> Result<String, Failure> {
    apply_edits(source.text(), edits)
        .map_err(|error| Failure::could_not(format!("the plan's boxes cannot be set: {error}")))
}

fn parsed(current: &Current, source: &Source, text: &str) -> Arc<Plan> {
    let plan = &current.loaded.analysis.joined.plan;
    let source = Arc::new(source.with_text(text));
    let with_marks = plan.with_marks_of(&source);
    let path = &current.loaded.analysis.facts.plan_path;
    let options = tallymark_plan::Options { path, dialect: Some(plan.dialect) };
    Arc::new(with_marks.unwrap_or_else(|| tallymark_plan::parse(source, options)))
}
