//! Setting the boxes of a plan.

use std::sync::Arc;
use std::time::Duration;

use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::FileLock;
use tallymark_sync::{Mark, Marking};
use tallymark_text::{Source, apply_edits};
use tallymark_workspace::{load_text, read_source};

use super::{refused, store_failure};
use crate::current::Current;
use crate::exit::{Exit, Failure};
use crate::plan_file;

/// How long to wait for others of our kind who write the same plan.
const WAIT: Duration = Duration::from_secs(10);

/// So often it is tried anew when an editor or another program writes the plan meanwhile.
const ATTEMPTS: usize = 5;

/// Makes the edits of a marking in the plan's file, and gives the plan as it is then.
pub fn set(current: &Current, marking: &Marking, mark: &Mark, dry_run: bool) -> Result<Arc<Plan>, Failure> {
    let plan = &current.loaded.analysis.joined.plan;
    if dry_run {
        let text = edited(&plan.source, marking)?;
        return Ok(parsed(current, &plan.source, &text));
    }
    let path = &current.loaded.path;
    let _lock = FileLock::acquire(path, WAIT).map_err(store_failure)?;
    let mut attempts = 1;
    loop {
        // Who waited for the lock finds another plan than before: the edits are made anew for it.
        let source = Arc::new(read_source(path)?);
        let text = if *source == *plan.source {
            edited(&source, marking)?
        } else {
            edited(&source, &again(current, marking, mark, &source)?)?
        };
        match plan_file::replace(path, &source, &text) {
            Ok(()) => return Ok(parsed(current, &source, &text)),
            Err(failure) if failure.exit == Exit::Conflict && attempts < ATTEMPTS => attempts += 1,
            Err(failure) => return Err(failure),
        }
    }
}

/// The marking for a plan that is another by now; the tasks are known by their keys.
fn again(
    current: &Current,
    marking: &Marking,
    mark: &Mark,
    source: &Arc<Source>,
) -> Result<Marking, Failure> {
    let before = &current.loaded.analysis;
    let workspace = &current.workspace;
    let path = &current.loaded.path;
    let loaded = load_text(&workspace.root, path, Arc::clone(source), &workspace.settings, before.facts.now);
    let plan = &loaded.analysis.joined.plan;
    let tasks: Vec<TaskIndex> = plan
        .tasks()
        .map(|(task, _)| task)
        .filter(|&task| {
            marking.changed.iter().any(|&changed| before.joined.plan.key(changed) == plan.key(task))
        })
        .collect();
    if before.joined.status().is_some() {
        // status.json is written already, so a new look at it would find nothing to do: the boxes alone are set.
        let edits = tasks.iter().filter_map(|&task| loaded.analysis.box_edit(task, mark.to)).collect();
        return Ok(Marking { edits, ..Marking::default() });
    }
    loaded.analysis.marking(&tasks, mark).map_err(refused)
}

fn edited(source: &Source, marking: &Marking) -> Result<String, Failure> {
    apply_edits(source.text(), &marking.edits)
        .map_err(|error| Failure::could_not(format!("the plan's boxes cannot be set: {error}")))
}

fn parsed(current: &Current, source: &Source, text: &str) -> Arc<Plan> {
    let path = &current.loaded.analysis.facts.plan_path;
    let dialect = Some(current.loaded.analysis.joined.plan.dialect);
    Arc::new(tallymark_plan::parse(
        Arc::new(source.with_text(text)),
        tallymark_plan::Options { path, dialect },
    ))
}
