//! Tasks written for other programs, and read from tables: what `tallymark export` and `tallymark import` do, without disk
//! and clock. What a format has no place for is counted, field by field.

mod beads;
mod csv;
mod task_master;

use serde_json::{Map, Value};

use crate::{Entry, EntryIndex, Status, Text, Word, time};

pub use csv::{CsvError, read as read_csv};

/// A task with all that status.json can say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The plan's key of the task.
    pub id: String,
    /// The title of its phase; empty if it has none.
    pub phase: String,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Word,
    /// When it was started, in milliseconds since 1970-01-01 UTC.
    pub started_at: Option<i64>,
    /// When it was completed, likewise.
    pub completed_at: Option<i64>,
    /// How long it took, in milliseconds.
    pub duration: Option<i64>,
    /// Its priority, as the source has it.
    pub priority: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// The error, of one that failed.
    pub error: Option<String>,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// The ids of the tasks that it waits for.
    pub dependencies: Vec<String>,
}

/// A format to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Task Master's `tasks.json`.
    TaskMaster,
    /// Lines for `bd import`.
    Beads,
    /// A table, RFC 4180, with a line of headings.
    Csv,
    /// A status.json.
    Json,
}

/// What a file as a whole says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The plan's path, from the root and with slashes.
    pub plan_path: String,
    /// The plan's title.
    pub plan_name: String,
}

/// What was written, and what of it the format has no place for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The text of the file.
    pub text: String,
    /// What is lost; empty if nothing is.
    pub losses: Vec<Loss>,
}

/// Something that a format has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The field: `notes`, `status failed`.
    pub field: &'static str,
    /// Of how many tasks.
    pub tasks: usize,
    /// What becomes of it: "left out", "written as pending".
    pub fate: &'static str,
}

/// Writes tasks for another program. `now`: milliseconds since 1970-01-01 UTC.
pub fn export(records: &[Record], head: &Head, target: Target, now: i64) -> Exported {
    match target {
        Target::TaskMaster => task_master::write(records, now),
        Target::Beads => beads::write(records, now),
        Target::Csv => Exported { text: csv::write(records), losses: Vec::new() },
        Target::Json => Exported { text: status_json(records, head, now), losses: Vec::new() },
    }
}

/// The entries of a file as tasks; `status` gives the status of each.
pub fn records(status: &Status, word: impl Fn(EntryIndex) -> Word) -> Vec<Record> {
    status.entries().map(|(index, entry)| record(status, entry, word(index))).collect()
}

/// An entry as a task.
pub fn record(status: &Status, entry: &Entry, word: Word) -> Record {
    let own = |text: &Option<Text>| text.as_ref().map(|text| status.str(text).to_owned());
    let at = |time: &Option<crate::Time>| time.as_ref().and_then(|time| time.milliseconds);
    Record {
        id: own(&entry.id).unwrap_or_default(),
        phase: own(&entry.phase).unwrap_or_default(),
        title: own(&entry.description).unwrap_or_default(),
        status: word,
        started_at: at(&entry.started_at),
        completed_at: at(&entry.completed_at),
        duration: entry.duration.map(|(duration, _)| duration),
        priority: own(&entry.priority),
        notes: own(&entry.notes),
        error: own(&entry.error),
        reason: own(&entry.reason),
        dependencies: entry.dependencies.iter().map(|id| status.str(id).to_owned()).collect(),
    }
}

/// A status.json of tasks, as JSON.stringify writes it with two blanks, without a newline at the end.
pub(crate) fn status_json(records: &[Record], head: &Head, now: i64) -> String {
    let finished = |record: &&Record| matches!(record.status, Word::Completed | Word::Skipped);
    let current = records.iter().find(|record| !finished(record)).or(records.last());
    let mut summary = Map::new();
    summary.insert("totalTasks".into(), records.len().into());
    for word in [Word::Completed, Word::Pending, Word::InProgress, Word::Failed, Word::Skipped] {
        let count = records.iter().filter(|record| record.status == word).count();
        summary.insert(word.as_str().into(), count.into());
    }
    let mut file = Map::new();
    file.insert("schema_version".into(), 1.into());
    file.insert("planPath".into(), head.plan_path.clone().into());
    file.insert("planName".into(), head.plan_name.clone().into());
    file.insert("createdAt".into(), time::format(now).into());
    file.insert("lastUpdatedAt".into(), time::format(now).into());
    file.insert("currentPhase".into(), current.map_or("", |record| &record.phase).into());
    file.insert("tasks".into(), records.iter().map(entry).collect());
    file.insert("runs".into(), Value::Array(Vec::new()));
    file.insert("summary".into(), summary.into());
    pretty(&Value::Object(file))
}

fn entry(record: &Record) -> Value {
    let mut entry = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            entry.insert(key.into(), value);
        }
    };
    put("id", Some(record.id.clone().into()));
    put("phase", Some(record.phase.clone().into()));
    put("description", Some(record.title.clone().into()));
    put("status", Some(record.status.as_str().into()));
    put("startedAt", record.started_at.map(|at| time::format(at).into()));
    put("completedAt", record.completed_at.map(|at| time::format(at).into()));
    put("duration", record.duration.map(Value::from));
    put("priority", record.priority.clone().map(Value::from));
    put("notes", record.notes.clone().map(Value::from));
    put("error", record.error.clone().map(Value::from));
    put("skipReason", record.reason.clone().map(Value::from));
    put("dependencies", (!record.dependencies.is_empty()).then(|| record.dependencies.clone().into()));
    entry.into()
}

fn pretty(value: &Value) -> String {
    // A value has string keys and no failing serializer: it always becomes JSON.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Counts what a format has no place for.
struct Losses<'a> {
    records: &'a [Record],
    found: Vec<Loss>,
}

impl<'a> Losses<'a> {
    fn of(records: &'a [Record]) -> Self {
        Self { records, found: Vec::new() }
    }

    fn count(&mut self, field: &'static str, fate: &'static str, lost: impl Fn(&Record) -> bool) {
        let tasks = self.records.iter().filter(|record| lost(record)).count();
        if tasks > 0 {
            self.found.push(Loss { field, tasks, fate });
        }
    }
}
