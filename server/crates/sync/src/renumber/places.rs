//! Where a plan names a task, for those who want to go there: the same places that renumbering edits, and the ranges that
//! hold the task without naming it.

use tallymark_plan::{Target, TaskIndex};
use tallymark_text::Span;

use super::{ids_of, mentions, one_named, only_one};
use crate::Analysis;

/// A place that names a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Named {
    /// The bytes of the id; those of the whole range, if it stands between the two ids.
    pub span: Span,
    /// As what.
    pub as_what: NamedAs,
}

/// What a place says of the task that it names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NamedAs {
    /// It is the task's own id.
    Own,
    /// This task waits for it.
    Dependency(TaskIndex),
    /// A whole phase waits for it.
    PhaseDependency,
    /// A table or a sentence speaks of it.
    Mention,
}

impl Analysis {
    /// The places of the plan that surely name a task, in document order. A task without an id has none.
    pub fn places_naming(&self, task: TaskIndex) -> Vec<Named> {
        let joined = &self.joined;
        let plan = &*joined.plan;
        let Some((own, id)) = plan.task(task).id.zip(plan.id(task)) else { return Vec::new() };
        let mut named = vec![Named { span: own, as_what: NamedAs::Own }];
        for (by, fields) in plan.tasks() {
            if fields.dependencies.is_empty() {
                continue;
            }
            for dependency in plan.dependencies(by) {
                let as_what = NamedAs::Dependency(by);
                let before = named.len();
                for span in ids_of(dependency) {
                    if one_named(joined, plan.slice(span), by) == Some(task) {
                        named.push(Named { span, as_what });
                    }
                }
                if named.len() == before
                    && let Target::Range(first, last) = dependency.target
                    && let Some(range) = joined.range(plan.slice(first), plan.slice(last), by)
                    && range.contains(&task.0)
                {
                    named.push(Named { span: dependency.span, as_what });
                }
            }
        }
        for (_, dependency) in &plan.phase_dependencies {
            for span in ids_of(dependency) {
                if only_one(joined, plan.slice(span)) == Some(task) {
                    named.push(Named { span, as_what: NamedAs::PhaseDependency });
                }
            }
        }
        if only_one(joined, id) == Some(task) {
            let mentions = mentions::of(plan, id);
            named.extend(mentions.into_iter().map(|span| Named { span, as_what: NamedAs::Mention }));
        }
        // What is a dependency is no mere mention; what stands once is told once.
        named.sort_by_key(|place| (place.span, place.as_what));
        let mut end = 0;
        named.retain(|place| {
            let new = place.span.start >= end || place.as_what != NamedAs::Mention;
            if new {
                end = end.max(place.span.end);
            }
            new
        });
        named.dedup_by_key(|place| place.span);
        named
    }
}

/// The places of another text, such as a findings file, that surely name a task by `id`, in its order.
pub fn names_in(text: &tallymark_plan::Plan, id: &str) -> Vec<Span> {
    mentions::of(text, id)
}
