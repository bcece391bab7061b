//! What is worth a word though it was done as asked: a task that was begun or completed before what it depends on.

use tallymark_sync::State;

use super::Done;

/// How many of the tasks in the way are named.
const NAMED: usize = 3;

/// A sentence for each task that is now in progress or completed while a task that it depends on is not done.
pub fn of(done: &Done) -> Vec<String> {
    let joined = &done.after;
    let plan = &*joined.plan;
    let mut warnings = Vec::new();
    for task in done.marking.changed.iter().filter_map(|&task| {
        // The boxes that were set can have moved what follows: the key still names the task.
        joined.task_with_key(done.current.loaded.analysis.joined.plan.key(task))
    }) {
        let state = joined.state(task);
        if !matches!(state, State::InProgress | State::Completed) {
            continue;
        }
        let own = plan.task(task);
        let in_the_way: Vec<_> = joined
            .blockers(task)
            .filter(|&other| {
                // A whole is not held up by its parts, nor they by it.
                let other = plan.task(other);
                !own.block.contains(other.line.start as usize)
                    && !other.block.contains(own.line.start as usize)
            })
            .take(NAMED + 1)
            .collect();
        if in_the_way.is_empty() {
            continue;
        }
        let mut named: Vec<String> = in_the_way
            .iter()
            .take(NAMED)
            .map(|&other| format!("{} ({})", plan.name(other), joined.state(other).label()))
            .collect();
        if in_the_way.len() > NAMED {
            named.push("others".to_owned());
        }
        let last = named.pop().unwrap_or_default();
        let on = if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) };
        warnings.push(format!(
            "{} is {}, but what it depends on is not done: {on}",
            plan.name(task),
            state.label()
        ));
    }
    warnings
}
