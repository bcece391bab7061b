//! The ids that tasks would have if they were counted through.

use std::collections::HashMap;

use tallymark_plan::{Plan, TaskIndex};

use crate::rules::renumber::{Number, sections};

/// What is counted together: ids with one beginning; a plain count (`1`, `Step 1`) below one task and one heading.
type Series = (String, Option<(Option<TaskIndex>, u32)>);

/// For each task whose id would be another if its series counted on by one, that id. `1.2.1` follows `1.2`, `2.1` is the first
/// below Phase 2, `T001` counts through the plan. A series begins at 0 where the plan has a 0, else a plain count and a ticket
/// number begin where they begin now, dotted numbers at 1.
pub(super) fn counted(plan: &Plan) -> Vec<(TaskIndex, String)> {
    let sections = sections(plan);
    let follows_phases = follows_phases(plan);
    let mut new_ids: Vec<Option<String>> = vec![None; plan.tasks.len()];
    let mut starts: HashMap<Series, u32> = HashMap::new();
    // The prefix that a task's series has now, so that where it begins can be told before it is counted.
    for (task, own) in plan.tasks() {
        if let Some(number) = plan.id(task).and_then(Number::of) {
            let series = series(number.prefix.to_owned(), number, own.parent, sections[task.get()]);
            let start = starts.entry(series).or_insert(number.value());
            *start = number.value().min(*start);
        }
    }
    let mut next: HashMap<Series, u32> = HashMap::new();
    let mut changes = Vec::new();
    for (task, own) in plan.tasks() {
        let Some(id) = plan.id(task) else { continue };
        let Some(number) = Number::of(id) else { continue };
        let dotted = number.prefix.ends_with('.');
        let above = own.parent.and_then(|parent| {
            let old = plan.id(parent)?;
            let is_below = number.prefix.strip_prefix(old) == Some(".");
            is_below.then(|| format!("{}.", new_ids[parent.get()].as_deref().unwrap_or(old)))
        });
        let phase = own.phase.filter(|_| follows_phases && dotted && own.parent.is_none());
        let phase = phase.and_then(|phase| plan.phases[phase.get()].number);
        let phase = phase.map(|number| format!("{}.", plan.slice(number)));
        let prefix = above.or(phase).unwrap_or_else(|| number.prefix.to_owned());
        let old = series(number.prefix.to_owned(), number, own.parent, sections[task.get()]);
        let first = match starts.get(&old) {
            Some(&start) if !dotted || start == 0 => start,
            _ => 1,
        };
        let count =
            next.entry(series(prefix.clone(), number, own.parent, sections[task.get()])).or_insert(first);
        let new = format!("{prefix}{:0width$}", *count, width = number.digits.len().min(width_of(number)));
        *count += 1;
        if new != id {
            changes.push((task, new.clone()));
        }
        new_ids[task.get()] = Some(new);
    }
    changes
}

fn series(prefix: String, number: Number<'_>, parent: Option<TaskIndex>, section: u32) -> Series {
    (prefix, number.restarts().then_some((parent, section)))
}

/// How wide a number is written: with zeros in front only where it has some now, as `T001` has.
fn width_of(number: Number<'_>) -> usize {
    if number.digits.starts_with('0') || !(number.prefix.is_empty() || number.prefix.ends_with('.')) {
        number.digits.len()
    } else {
        1
    }
}

/// Whether most dotted ids of the first level begin with their phase's number.
fn follows_phases(plan: &Plan) -> bool {
    let (mut agreeing, mut others) = (0_usize, 0_usize);
    for (task, own) in plan.tasks().filter(|(_, own)| own.parent.is_none()) {
        let number = own.phase.and_then(|phase| plan.phases[phase.get()].number);
        let (Some(id), Some(number)) = (plan.id(task), number) else { continue };
        match id.strip_prefix(plan.slice(number)) {
            Some(rest) if rest.starts_with('.') => agreeing += 1,
            _ => others += usize::from(id.contains('.')),
        }
    }
    agreeing > others
}
