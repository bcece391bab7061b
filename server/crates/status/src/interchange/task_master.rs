//! Tasks for Task Master: `tasks.json` with the tag `master`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{Exported, Losses, Record, pretty};
use crate::{Word, time};

/// Writes the file. Ids such as `1` and `1.2` stay: `1.2` is subtask 2 of task 1, which is made of the phase where there is no
/// such task. Where one of them is of another form, or would stand there twice, all are numbered from 1.
pub(super) fn write(records: &[Record], now: i64) -> Exported {
    let mut losses = Losses::of(records);
    let kept = places(records);
    let numbered: Vec<(u64, Option<u64>)>;
    let places = match &kept {
        Some(places) => places,
        None => {
            losses.count("id", "numbered anew", |_| true);
            numbered = (1..=records.len() as u64).map(|number| (number, None)).collect();
            &numbered
        }
    };
    losses.count("status failed", "written as pending", |record| record.status == Word::Failed);
    losses.count("startedAt", "left out", |record| record.started_at.is_some());
    losses.count("completedAt", "left out", |record| record.completed_at.is_some());
    losses.count("duration", "left out", |record| record.duration.is_some());
    losses.count("notes", "left out", |record| record.notes.is_some());
    losses.count("error", "left out", |record| record.error.is_some());
    losses.count("skipReason", "left out", |record| record.reason.is_some());
    let known = |priority: &str| matches!(priority, "high" | "medium" | "low");
    losses.count("priority", "left out, as it is none of high, medium, low", |record| {
        record.priority.as_deref().is_some_and(|priority| !known(priority))
    });
    let own: HashMap<&str, (u64, Option<u64>)> =
        records.iter().zip(places).map(|(record, place)| (record.id.as_str(), *place)).collect();
    losses.count("dependencies", "left out where they name no task that is written", |record| {
        record.dependencies.iter().any(|id| !own.contains_key(id.as_str()))
    });
    losses.count("phase", "left out", |record| {
        let above = own.get(record.id.as_str()).is_some_and(|(_, subtask)| subtask.is_some());
        !record.phase.is_empty() && !above
    });

    let mut tasks: Vec<Map<String, Value>> = Vec::new();
    let mut at: HashMap<u64, usize> = HashMap::new();
    for (record, &(task, subtask)) in records.iter().zip(places) {
        let mut value = Map::new();
        value.insert("id".into(), subtask.unwrap_or(task).into());
        value.insert("title".into(), record.title.clone().into());
        value.insert("status".into(), word(record.status).into());
        let dependencies = record.dependencies.iter().filter_map(|id| match own.get(id.as_str())? {
            // A number below a task means a task beside it.
            (other, Some(number)) if subtask.is_some() && *other == task => Some(Value::from(*number)),
            (other, Some(number)) => Some(format!("{other}.{number}").into()),
            (other, None) if subtask.is_none() => Some((*other).into()),
            // Inside a task a bare number is a subtask: a whole task cannot be named.
            (_, None) => None,
        });
        value.insert("dependencies".into(), dependencies.collect());
        if let Some(priority) = record.priority.as_deref().filter(|priority| known(priority)) {
            value.insert("priority".into(), priority.into());
        }
        match subtask {
            None => {
                value.insert("subtasks".into(), Value::Array(Vec::new()));
                at.insert(task, tasks.len());
                tasks.push(value);
            }
            Some(_) => {
                let index = *at.entry(task).or_insert_with(|| {
                    tasks.push(phase(task, record, records, places));
                    tasks.len() - 1
                });
                if let Some(Value::Array(subtasks)) = tasks[index].get_mut("subtasks") {
                    subtasks.push(value.into());
                }
            }
        }
    }
    losses.count("dependencies of a subtask on a whole task", "left out", |record| {
        let inside = own.get(record.id.as_str()).is_some_and(|(_, subtask)| subtask.is_some());
        let whole = |id: &String| own.get(id.as_str()).is_some_and(|(_, subtask)| subtask.is_none());
        inside && record.dependencies.iter().any(whole)
    });
    let now = time::format(now);
    let file = json!({
        "master": { "tasks": tasks, "metadata": { "created": now, "updated": now, "description": "Exported by tallymark" } }
    });
    Exported { text: pretty(&file) + "\n", losses: losses.found }
}

/// Where each task goes: as which task, and as which subtask of it. `None` if an id is of another form, or stands twice, or
/// below a task that comes after it.
fn places(records: &[Record]) -> Option<Vec<(u64, Option<u64>)>> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|read| read.to_string() == text).map(u64::from);
    let mut seen = HashSet::new();
    let mut begun = HashSet::new();
    let mut places = Vec::with_capacity(records.len());
    for record in records {
        let place = match record.id.split_once('.') {
            None => (number(&record.id)?, None),
            Some((task, subtask)) => (number(task)?, Some(number(subtask)?)),
        };
        if !seen.insert(place) || (place.1.is_none() && begun.contains(&place.0)) {
            return None;
        }
        begun.insert(place.0);
        places.push(place);
    }
    Some(places)
}

/// A task for the phase that stands above subtasks.
fn phase(task: u64, first: &Record, records: &[Record], places: &[(u64, Option<u64>)]) -> Map<String, Value> {
    let states =
        || records.iter().zip(places).filter(|(_, place)| place.0 == task).map(|(record, _)| record.status);
    let settled = |word| matches!(word, Word::Completed | Word::Skipped);
    let status = if states().all(settled) {
        "done"
    } else if states().any(|word| word != Word::Pending) {
        "in-progress"
    } else {
        "pending"
    };
    let title = if first.phase.is_empty() { format!("Task {task}") } else { first.phase.clone() };
    let mut value = Map::new();
    value.insert("id".into(), task.into());
    value.insert("title".into(), title.into());
    value.insert("status".into(), status.into());
    value.insert("dependencies".into(), Value::Array(Vec::new()));
    value.insert("subtasks".into(), Value::Array(Vec::new()));
    value
}

fn word(word: Word) -> &'static str {
    match word {
        Word::Pending | Word::Failed => "pending",
        Word::InProgress => "in-progress",
        Word::Completed => "done",
        Word::Skipped => "cancelled",
    }
}
