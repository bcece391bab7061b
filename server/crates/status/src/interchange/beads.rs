//! Tasks for beads: an issue a line, as `bd import` reads them.

use serde_json::{Map, Value, json};

use super::{Exported, Losses, Record};
use crate::{Word, time};

/// Writes the lines.
pub(super) fn write(records: &[Record], now: i64) -> Exported {
    let mut losses = Losses::of(records);
    losses.count("status failed", "written as open", |record| record.status == Word::Failed);
    losses.count("status skipped", "written as closed", |record| record.status == Word::Skipped);
    losses.count("phase", "left out", |record| !record.phase.is_empty());
    losses.count("duration", "left out", |record| record.duration.is_some());
    losses.count("error", "left out", |record| record.error.is_some());
    losses.count("skipReason", "left out, unless the task is skipped", |record| {
        record.reason.is_some() && record.status != Word::Skipped
    });
    losses.count("priority", "left out, as it is no number from 0 to 4", |record| {
        record.priority.as_deref().is_some_and(|written| priority(written).is_none())
    });
    let now = time::format(now);
    let mut text = String::new();
    for record in records {
        text.push_str(&Value::from(issue(record, &now)).to_string());
        text.push('\n');
    }
    Exported { text, losses: losses.found }
}

fn issue(record: &Record, now: &str) -> Map<String, Value> {
    let mut issue = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            issue.insert(key.into(), value);
        }
    };
    let closed = matches!(record.status, Word::Completed | Word::Skipped);
    let at = |at: i64| Value::from(time::format(at));
    put("id", Some(record.id.clone().into()));
    put("title", Some(record.title.clone().into()));
    put("status", Some(word(record.status).into()));
    put("priority", record.priority.as_deref().and_then(priority).map(Value::from));
    put("issue_type", Some("task".into()));
    put("created_at", Some(now.into()));
    put("updated_at", Some(now.into()));
    put("started_at", record.started_at.map(at));
    put("closed_at", record.completed_at.map(at).or_else(|| closed.then(|| now.into())));
    put("close_reason", record.reason.clone().filter(|_| record.status == Word::Skipped).map(Value::from));
    put("notes", record.notes.clone().map(Value::from));
    let dependencies = record
        .dependencies
        .iter()
        .map(|on| json!({ "issue_id": record.id, "depends_on_id": on, "type": "blocks", "created_at": now }));
    put("dependencies", (!record.dependencies.is_empty()).then(|| dependencies.collect()));
    issue
}

fn priority(written: &str) -> Option<u8> {
    written.parse().ok().filter(|number| *number <= 4)
}

fn word(word: Word) -> &'static str {
    match word {
        Word::Pending | Word::Failed => "open",
        Word::InProgress => "in_progress",
        Word::Completed | Word::Skipped => "closed",
    }
}
