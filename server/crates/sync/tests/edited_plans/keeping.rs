//! The status.json that was made of a plan before the plan was edited: as this program makes it, and as others do.

use std::sync::Arc;

use serde_json::json;
use tallymark_plan::{Options, Plan};
use tallymark_status::Status;
use tallymark_sync::{Analysis, Config, Facts};
use tallymark_text::Source;

use crate::draft::{Draft, Origin, Task};

/// Who wrote the status.json, and so what its ids are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writer {
    /// `init`: keys of the plan as ids.
    Init,
    /// An orchestrator that counts within phases, whatever the plan's ids are.
    Ordinal,
    /// The same, but the plan's id stands at the front of the description.
    Embedded,
    /// The plan's ids, only tasks of the first level, and criteria of each phase as tasks of their own.
    FirstLevel,
}

impl Writer {
    pub const ALL: [Self; 4] = [Self::Init, Self::Ordinal, Self::Embedded, Self::FirstLevel];
}

/// A status.json, and for each entry the task that it was made of; `None` for a criterion's.
pub fn status_of(draft: &Draft, writer: Writer) -> (Status, Vec<Option<Origin>>) {
    let (mut entries, mut origins) = (Vec::new(), Vec::new());
    let mut add = |id: String, phase: String, description: String, origin: Option<Origin>| {
        entries.push(json!({ "id": id, "phase": phase, "description": description, "status": "pending" }));
        origins.push(origin);
    };
    if writer == Writer::Init {
        let (text, tasks) = draft.write();
        let plan = parse(draft, &text);
        let analysis = Analysis::new(plan, None, Facts::default(), Arc::new(Config::default()));
        for (entry, (origin, _)) in analysis.initial_entries().into_iter().zip(tasks) {
            add(entry.id, entry.phase, entry.description, origin);
        }
    } else {
        for (at, phase) in draft.phases.iter().enumerate() {
            let named = format!("Phase {}: {}", at + 1, phase.title);
            let mut all: Vec<&Task> = Vec::new();
            for task in &phase.tasks {
                all.push(task);
                if writer != Writer::FirstLevel {
                    all.extend(&task.subtasks);
                }
            }
            if let Some(origin) = phase.origin {
                add(format!("{}", at + 1), named.clone(), phase.title.clone(), Some(origin));
            }
            let mut ordinal = 0;
            for task in all {
                ordinal += 1;
                let counted = format!("{}.{ordinal}", at + 1);
                let title = task.title.replace('`', "");
                let (id, description) = match writer {
                    Writer::Embedded if !task.id.is_empty() => (counted, format!("{} {title}", task.id)),
                    Writer::FirstLevel if !task.id.is_empty() => (task.id.clone(), title),
                    _ => (counted, title),
                };
                add(id, named.clone(), description, task.origin);
            }
            for criterion in &phase.criteria {
                ordinal += 1;
                add(format!("{}.{ordinal}", at + 1), named.clone(), criterion.clone(), None);
            }
        }
    }
    let text = json!({ "tasks": entries }).to_string();
    (Status::parse(Arc::new(Source::new(&text))), origins)
}

/// The plan that a draft's markdown is read as.
pub fn parse(draft: &Draft, text: &str) -> Arc<Plan> {
    let options = Options { path: "docs/plans/drawn.md", dialect: Some(draft.style.dialect()) };
    Arc::new(tallymark_plan::parse(Arc::new(Source::new(text)), options))
}
