//! What people do to plans.

use std::collections::HashMap;

use crate::chance::Chance;
use crate::draft::{Draft, Origin, Style, Task, fresh_title, number_subtasks, number_tasks};
use crate::wording;

/// What was done to a task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Edit {
    /// Nothing, neither to it nor to its number.
    Untouched,
    /// Its number moved because of what was done to others.
    Shifted,
    Insert,
    Delete,
    Reorder,
    /// It was given another number by itself.
    Renumber,
    RewordSlightly,
    RewordStrongly,
    /// Its phase was given another name.
    RenamePhase,
    Move,
    Split,
}

const KINDS: [Edit; 9] = [
    Edit::Insert,
    Edit::Delete,
    Edit::Reorder,
    Edit::Renumber,
    Edit::RewordSlightly,
    Edit::RewordStrongly,
    Edit::RenamePhase,
    Edit::Move,
    Edit::Split,
];

/// Edits up to a fifth of the tasks, and says what was done to which. A task is edited once.
pub fn edit(chance: &mut Chance, draft: &mut Draft) -> HashMap<Origin, Edit> {
    let count: usize = draft.phases.iter().map(|phase| phase.tasks.len()).sum();
    let ids_before = ids(draft);
    let mut done = HashMap::new();
    for _ in 0..chance.between(1, (count / 5).max(1)) {
        let kind = KINDS[chance.below(KINDS.len())];
        let at = chance.below(draft.phases.len());
        if draft.phases[at].tasks.is_empty() {
            continue;
        }
        let index = chance.below(draft.phases[at].tasks.len());
        let Some(origin) = draft.phases[at].tasks[index].origin else { continue };
        if done.contains_key(&origin) {
            continue;
        }
        apply(chance, draft, kind, (at, index), &mut done);
    }
    // A person either numbers the plan anew or lets the numbers be.
    if chance.percent(50) {
        draft.number_all();
    }
    for (origin, id) in ids(draft) {
        if ids_before.get(&origin) != Some(&id) {
            done.entry(origin).or_insert(Edit::Shifted);
        }
    }
    done
}

fn apply(
    chance: &mut Chance,
    draft: &mut Draft,
    kind: Edit,
    (at, index): (usize, usize),
    done: &mut HashMap<Origin, Edit>,
) {
    let free_id = free_id(draft, at);
    let tasks = &mut draft.phases[at].tasks;
    let origin = tasks[index].origin;
    let mut note = |origin: Option<Origin>, edit| done.extend(origin.map(|origin| (origin, edit)));
    match kind {
        // A whole phase, with the numbers that its neighbour has until somebody numbers the plan anew.
        Edit::Insert if chance.percent(15) => {
            let mut phase = Draft::new(chance, draft.style, 3).phases.remove(0);
            phase.number.clone_from(&draft.phases[at].number);
            phase.origin = None;
            for task in &mut phase.tasks {
                task.origin = None;
                task.subtasks.clear();
            }
            number_tasks(draft.style, &mut phase, &mut 0);
            draft.phases.insert(at, phase);
        }
        Edit::Insert => {
            let title = fresh_title(chance, tasks);
            tasks.insert(index, Task { origin: None, id: free_id, title, done: false, subtasks: Vec::new() });
        }
        Edit::Delete => {
            if tasks.len() > 1 {
                let gone = tasks.remove(index);
                note(gone.origin, kind);
                gone.subtasks.iter().for_each(|subtask| note(subtask.origin, kind));
            }
        }
        Edit::Reorder => {
            let to = chance.below(tasks.len());
            if to != index {
                let task = tasks.remove(index);
                tasks.insert(to, task);
                note(origin, kind);
            }
        }
        Edit::Renumber => {
            if draft.style != Style::Plain {
                tasks[index].id = free_id;
                number_subtasks(&mut tasks[index]);
                note(origin, kind);
            }
        }
        Edit::RewordSlightly => {
            tasks[index].title = wording::reword_slightly(chance, &tasks[index].title);
            note(origin, kind);
        }
        Edit::RewordStrongly => {
            tasks[index].title = wording::reword_strongly(chance, &tasks[index].title);
            note(origin, kind);
        }
        Edit::RenamePhase => {
            let all: Vec<Option<Origin>> = tasks.iter().map(|task| task.origin).collect();
            for origin in all.into_iter().flatten() {
                done.entry(origin).or_insert(kind);
            }
            let number = chance.below(12);
            draft.phases[at].title = wording::phase(chance, number);
        }
        Edit::Move => {
            let to = chance.below(draft.phases.len());
            let same_name =
                draft.phases[to].tasks.iter().any(|task| task.title == draft.phases[at].tasks[index].title);
            if to != at && !same_name && draft.phases[at].tasks.len() > 1 {
                let id = self::free_id(draft, to);
                let mut task = draft.phases[at].tasks.remove(index);
                if draft.style != Style::SpecKit {
                    task.id = id;
                    number_subtasks(&mut task);
                }
                let target = &mut draft.phases[to].tasks;
                let place = chance.between(0, target.len());
                target.insert(place, task);
                note(origin, kind);
            }
        }
        Edit::Split => {
            let (first, second) = wording::split(chance, &tasks[index].title);
            tasks[index].title = first;
            let half = Task { origin, id: free_id, title: second, done: false, subtasks: Vec::new() };
            tasks.insert(index + 1, half);
            note(origin, kind);
        }
        Edit::Untouched | Edit::Shifted => {}
    }
    // Whoever puts a phase's tasks in another order often numbers that phase anew.
    if matches!(kind, Edit::Insert | Edit::Delete | Edit::Reorder | Edit::Move)
        && chance.percent(50)
        && draft.style != Style::SpecKit
    {
        number_tasks(draft.style, &mut draft.phases[at], &mut 0);
    }
}

/// The next number that nobody in the phase has, or in the plan where it is numbered from end to end.
fn free_id(draft: &Draft, phase: usize) -> String {
    let last = |id: &str| {
        id.trim_start_matches('T').rsplit('.').next().and_then(|part| part.parse::<usize>().ok()).unwrap_or(0)
    };
    let highest = |tasks: &[Task]| tasks.iter().map(|task| last(&task.id)).max().unwrap_or(0);
    match draft.style {
        Style::Plain => String::new(),
        Style::SpecKit => {
            let highest = draft.phases.iter().map(|phase| highest(&phase.tasks)).max();
            format!("T{:03}", highest.unwrap_or(0) + 1)
        }
        _ => format!("{}.{}", draft.phases[phase].number, highest(&draft.phases[phase].tasks) + 1),
    }
}

fn ids(draft: &Draft) -> HashMap<Origin, String> {
    let mut ids = HashMap::new();
    for phase in &draft.phases {
        for task in phase.tasks.iter().flat_map(|task| std::iter::once(task).chain(&task.subtasks)) {
            if let Some(origin) = task.origin {
                ids.entry(origin).or_insert_with(|| task.id.clone());
            }
        }
    }
    ids
}
