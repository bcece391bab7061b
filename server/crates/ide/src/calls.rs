//! Who waits for whom, as a call hierarchy: a task "calls" what it waits for.

use tallymark_plan::{Dependency, TaskIndex};
use tallymark_sync::{Analysis, File};
use tallymark_text::Span;

use crate::cursor::{Subject, subject_at};
use crate::words::{detail, task_name};

/// A task in the hierarchy. All spans are of the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallItem {
    /// The plan's key of the task: what finds it again.
    pub key: String,
    /// Its id and title.
    pub name: String,
    /// Its state and the progress below it: `in progress, 1/2 · 50%`.
    pub detail: String,
    /// All that belongs to it.
    pub span: Span,
    /// Its id, or its line.
    pub shown: Span,
}

/// One task that waits for another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The one that was not asked about.
    pub item: CallItem,
    /// Where the waiting task names the other.
    pub places: Vec<Span>,
}

/// The task at an offset, as the root of a hierarchy.
pub fn call_item(analysis: &Analysis, file: File, offset: usize) -> Option<CallItem> {
    let (Subject::Task(task), _) = subject_at(analysis, file, offset)? else { return None };
    Some(item(analysis, task))
}

/// The tasks that wait for a task, in document order.
pub fn incoming_calls(analysis: &Analysis, key: &str) -> Vec<Call> {
    let joined = &analysis.joined;
    let Some(task) = joined.task_with_key(key) else { return Vec::new() };
    let waiting = joined.plan.tasks().map(|(other, _)| other);
    waiting
        .filter(|&other| may_wait(analysis, other) && joined.waits_for(other, task))
        .map(|other| Call { item: item(analysis, other), places: places(analysis, other, task) })
        .collect()
}

/// The tasks that a task waits for, in document order.
pub fn outgoing_calls(analysis: &Analysis, key: &str) -> Vec<Call> {
    let joined = &analysis.joined;
    let Some(task) = joined.task_with_key(key) else { return Vec::new() };
    let needed = joined.dependencies(task).into_iter();
    needed.map(|other| Call { item: item(analysis, other), places: places(analysis, task, other) }).collect()
}

fn item(analysis: &Analysis, task: TaskIndex) -> CallItem {
    let plan = &*analysis.joined.plan;
    let own = plan.task(task);
    CallItem {
        key: plan.key(task).to_owned(),
        name: task_name(plan, task),
        detail: detail(&analysis.joined, task),
        span: own.block.cover(own.line),
        shown: own.id.unwrap_or(own.line),
    }
}

/// Whether a task names others at all: most do not, and asking on is dear.
fn may_wait(analysis: &Analysis, task: TaskIndex) -> bool {
    let joined = &analysis.joined;
    let own = joined.plan.task(task);
    let in_entry = || {
        let entry = joined.status().zip(joined.entry(task));
        entry.is_some_and(|(status, entry)| !status.entry(entry).dependencies.is_empty())
    };
    !own.dependencies.is_empty()
        || own.phase.is_some_and(|phase| joined.plan.dependencies_of_phase(phase).next().is_some())
        || in_entry()
}

/// Where `waiting` names `needed`: in its own dependencies, in its phase's, else (status.json says so) its own line.
fn places(analysis: &Analysis, waiting: TaskIndex, needed: TaskIndex) -> Vec<Span> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let names = |dependency: &&Dependency| joined.names(dependency, waiting, needed);
    let mut places: Vec<Span> =
        plan.dependencies(waiting).iter().filter(names).map(|dependency| dependency.span).collect();
    if let Some(phase) = plan.task(waiting).phase.filter(|_| places.is_empty()) {
        places.extend(plan.dependencies_of_phase(phase).filter(names).map(|dependency| dependency.span));
    }
    if places.is_empty() {
        places.push(plan.task(waiting).line);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture, billing_at};

    fn told(fixture: &Fixture, calls: &[Call]) -> Vec<String> {
        let source = &fixture.analysis.joined.plan.source;
        calls
            .iter()
            .map(|call| {
                let places: Vec<&str> = call.places.iter().map(|&place| source.slice(place)).collect();
                format!("{} ({}) by {}", call.item.name, call.item.detail, places.join(" and "))
            })
            .collect()
    }

    #[test]
    fn who_waits_calls_what_it_waits_for() {
        let fixture = billing_at("1.3 Reconcile");
        let root = call_item(&fixture.analysis, fixture.file, fixture.span.start as usize).unwrap();
        assert_eq!((root.key.as_str(), root.name.as_str()), ("1.3", "1.3 Reconcile nightly"));
        assert_eq!(
            told(&fixture, &outgoing_calls(&fixture.analysis, "1.3")),
            ["1.2 Write postings (in progress, 1/2 · 50%) by 1.2"]
        );
        assert_eq!(
            told(&fixture, &incoming_calls(&fixture.analysis, "1.3")),
            ["2.2 Send them by mail () by 1.3"]
        );
        let from_status = billing_at("\"Reconcile nightly\"");
        let offset = from_status.span.start as usize;
        assert_eq!(call_item(&from_status.analysis, from_status.file, offset), Some(root));
    }

    #[test]
    fn ranges_phases_and_status_json_make_tasks_wait_too() {
        let text = BILLING.replace("(depends: 2.1, 1.3)", "(depends: 1.1-1.3, Phase 1)").replace(
            "\"description\": \"Print\",",
            "\"description\": \"Print\", \"dependencies\": [\"1.1\"],",
        );
        let fixture = Fixture::new(&text);
        assert_eq!(
            told(&fixture, &incoming_calls(&fixture.analysis, "1.1")),
            [
                "1.2 Write postings (in progress, 1/2 · 50%) by 1.1",
                "2.1 Number invoices (failed) by 1.1",
                "2.2 Send them by mail () by 1.1-1.3 and Phase 1",
                "2.4 Print (unknown) by - [ ] 2.4 Print",
            ]
        );
        assert_eq!(incoming_calls(&fixture.analysis, "7.7"), []);
    }
}
