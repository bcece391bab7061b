//! `tallymark history`.

use std::collections::HashSet;

use clap::Args;
use serde::Serialize;
use tallymark_status::{HistoryLine, Store};
use tallymark_sync::{Joined, State};
use tallymark_workspace::nearest;

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::marking::store_failure;
use crate::output::{FAINT, Output, STRONG, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// How many ids are named where one is unknown.
const SHOWN: usize = 5;

/// Tell what was done to a task, or to all, when and by whom
///
/// Changes that Tallymark made are told one by one, with who forced or undid what. Other programs keep no history: that one wrote
/// status.json in between is told in the story of all tasks, and in that of one task where its status shows it. Times are UTC.
#[derive(Args)]
pub struct History {
    /// The task's id; without it, all changes are told
    id: Option<String>,
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told<'a> {
    schema_version: u32,
    plan: String,
    status: String,
    /// Oldest first. One without a `seq` (0) stands in no history: the lines around it show that it happened.
    #[cfg_attr(test, schemars(with = "Vec<schema::Change>"))]
    changes: &'a [HistoryLine],
}

impl History {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let loaded = self.choice.load(session)?.loaded;
        let mut lines = if loaded.located.exists {
            let store = Store::open(&loaded.located.path).map_err(store_failure)?;
            store.history().map_err(store_failure)?
        } else {
            Vec::new()
        };
        let undone = taken_back(&lines);
        if let Some(id) = self.id.as_deref().map(str::trim) {
            let ids = ids_of(&loaded.analysis.joined, id);
            let told = lines.iter().any(|line| line.task.as_deref() == Some(id));
            if ids.is_empty() && !told {
                return Err(unknown(&loaded.analysis.joined, &lines, id));
            }
            lines.retain(|line| line.task.as_deref().is_some_and(|task| task == id || ids.contains(&task)));
            let joined = &loaded.analysis.joined;
            let now = joined.status().and_then(|status| {
                let entry = ids.first().and_then(|id| joined.entries_with_id(id).next());
                entry.map(|entry| status.word(entry))
            });
            lines = with_gaps(lines, now, session.now);
        }
        let status = session.shown(&loaded.located.path);
        let text = if self.json {
            let plan = session.shown(&loaded.path);
            json_text(&Told { schema_version: SCHEMA_VERSION, plan, status, changes: &lines }) + "\n"
        } else if lines.is_empty() {
            let of = self.id.as_deref().map_or_else(|| status.as_str(), str::trim);
            format!("no change of {} is recorded\n", harmless(of))
        } else {
            lines.iter().map(|line| line_text(&session.output, line, undone.contains(&line.seq))).collect()
        };
        session.output.text(&text);
        Ok(Exit::Done)
    }
}

/// The ids under which status.json has what somebody calls `name`: a task's key or id, or an entry's own id.
fn ids_of<'a>(joined: &'a Joined, name: &'a str) -> Vec<&'a str> {
    let by_key = joined.task_with_key(name);
    // A key means its own task alone, though others below other headings may have it as their id.
    let by_id = joined.tasks_with_id(name).filter(|_| by_key.is_none());
    let tasks = by_key.into_iter().chain(by_id);
    let mut ids: Vec<&str> = tasks
        .map(|task| match (joined.status(), joined.entry(task)) {
            (Some(status), Some(entry)) => status.id(entry),
            _ => name,
        })
        .collect();
    if joined.entries_with_id(name).next().is_some() {
        ids.push(name);
    }
    ids
}

fn unknown(joined: &Joined, lines: &[HistoryLine], id: &str) -> Failure {
    let failure = Failure::new(Exit::Found, format!("neither the plan nor its history has a task {id}"));
    let plan = &*joined.plan;
    let keys = plan.tasks().map(|(task, _)| plan.key(task)).filter(|key| !key.starts_with('~'));
    let mut names: Vec<&str> = keys.chain(lines.iter().filter_map(|line| line.task.as_deref())).collect();
    names.sort_unstable();
    names.dedup();
    match nearest(id, names, SHOWN).as_slice() {
        [] => failure.help("`tallymark status --json` lists all tasks with their keys"),
        close => failure.help(format!("the nearest: {}", close.join(", "))),
    }
}

/// One change on one line: `2026-11-20 22:10:03  1.2  pending → in progress  by ann@host  reason`.
fn line_text(output: &Output, line: &HistoryLine, undone: bool) -> String {
    let time = output.styled(FAINT, &one_line(&shown_time(&line.time)));
    if line.change == "unknown" {
        let what = match &line.task {
            None => "status.json was changed by a program that keeps no history".to_owned(),
            Some(task) => format!(
                "{}  {}  at some time before, by a program that keeps no history",
                one_line(task),
                states(&line.from, &line.to)
            ),
        };
        return format!("{time}  {}\n", output.styled(WARNING, &what));
    }
    let mut text = time;
    if let Some(task) = &line.task {
        text.push_str(&format!("  {}", output.styled(STRONG, &one_line(task))));
    }
    text.push_str(&format!("  {}", change_text(line)));
    text.push_str(&format!("  by {}", one_line(&line.actor)));
    match line.change.as_str() {
        "undo" => text.push_str("  took a change back"),
        "redo" => text.push_str("  did again what was undone"),
        _ => {}
    }
    if undone {
        text.push_str(&format!("  {}", output.styled(FAINT, "taken back later")));
    }
    if line.forced {
        text.push_str(&format!("  {}", output.styled(WARNING, "forced")));
    }
    if let Some(reason) = &line.reason {
        text.push_str(&format!("  {}", one_line(reason)));
    }
    text.push('\n');
    text
}

/// The states between which a task went without anybody writing it down: a line for each, where it shows.
fn with_gaps(lines: Vec<HistoryLine>, now: Option<&str>, found_at: i64) -> Vec<HistoryLine> {
    let mut told: Vec<HistoryLine> = Vec::with_capacity(lines.len());
    // The status that the lines so far lead to.
    let mut word: Option<String> = None;
    let gap = |task: &Option<String>, time: String, from: String, to: &str| HistoryLine {
        time,
        actor: "unknown".to_owned(),
        task: task.clone(),
        change: "unknown".to_owned(),
        from,
        to: to.to_owned(),
        ..HistoryLine::default()
    };
    for line in lines {
        let states = is_transition(&line);
        if let Some(before) = word.take() {
            if states && !line.from.is_empty() && before != line.from {
                told.push(gap(&line.task, line.time.clone(), before, &line.from));
            } else {
                word = Some(before);
            }
        }
        if (states || line.change == "add") && !line.to.is_empty() {
            word = Some(line.to.clone());
        }
        told.push(line);
    }
    if let (Some(word), Some(now), Some(last)) = (word, now, told.last())
        && word != now
    {
        let time = jiff::Timestamp::from_millisecond(found_at).unwrap_or_default();
        let gap = gap(&last.task, format!("{time:.3}"), word, now);
        told.push(gap);
    }
    told
}

/// The places of the lines that were taken back later, and not done again.
pub fn taken_back(lines: &[HistoryLine]) -> HashSet<u64> {
    let mut undone = HashSet::new();
    // From the last to the first: an undo that was itself taken back undid nothing.
    for line in lines.iter().rev().filter(|line| line.undoes.is_some()) {
        if undone.contains(&line.seq) {
            continue;
        }
        let start = lines.partition_point(|other| Some(other.seq) < line.undoes);
        let Some(first) = lines.get(start).filter(|first| Some(first.seq) == line.undoes) else { continue };
        let of_write = |other: &&HistoryLine| (&other.before, &other.after) == (&first.before, &first.after);
        undone.extend(lines[start..].iter().take_while(of_write).map(|line| line.seq));
    }
    undone
}

/// What was changed: the states for a transition, else the change's name with what it was and became.
pub fn change_text(line: &HistoryLine) -> String {
    if is_transition(line) {
        return states(&line.from, &line.to);
    }
    let values = match (one_line(&line.from), one_line(&line.to)) {
        (from, to) if from.is_empty() => to,
        (from, to) if to.is_empty() => from,
        (from, to) => format!("{from} → {to}"),
    };
    let change = one_line(&line.change);
    if values.is_empty() { change } else { format!("{change} {values}") }
}

/// Whether a line tells of two states of a task.
pub fn is_transition(line: &HistoryLine) -> bool {
    ["transition", "mend-word", "undo", "redo"].contains(&line.change.as_str())
}

/// From one status to another, in the words that people read.
pub fn states(from: &str, to: &str) -> String {
    let word = |word: &str| match State::of_word(word) {
        State::Unknown => one_line(word),
        state => state.label().to_owned(),
    };
    match (from, to) {
        ("", to) => word(to),
        (from, "") => word(from),
        (from, to) => format!("{} → {}", word(from), word(to)),
    }
}

/// A time of status.json to the second, as people read it; anything else as it is.
fn shown_time(time: &str) -> String {
    match time.parse::<jiff::Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => time.to_owned(),
    }
}

/// A stored text, fit for a line of a terminal.
fn one_line(text: &str) -> String {
    harmless(&text.replace(['\r', '\n'], " "))
}

#[cfg(test)]
pub mod schema {
    //! The shape of a [`HistoryLine`](tallymark_status::HistoryLine), for `docs/schema/`.

    /// One change, as the history tells it.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    pub struct Change {
        /// Counts the lines of the history from 1; 0 stands in no history.
        seq: u64,
        /// When, in UTC: `2025-12-23T03:00:00.000Z`.
        time: String,
        /// Who; `unknown` for a program that keeps no history.
        actor: String,
        /// The task's id; absent for changes of the whole file.
        #[schemars(skip_serializing_if = "absent")]
        task: Option<String>,
        /// What kind of change: `transition`, `add`, `remove`, `set-id`, …
        change: String,
        /// What it was; absent if it was nothing.
        #[schemars(skip_serializing_if = "absent")]
        from: String,
        /// What it became; absent if that is nothing.
        #[schemars(skip_serializing_if = "absent")]
        to: String,
        /// Why, if somebody said so.
        #[schemars(skip_serializing_if = "absent")]
        reason: Option<String>,
        /// The file's revision before.
        before: String,
        /// The file's revision afterwards.
        after: String,
        /// It went against the table of transitions.
        #[schemars(skip_serializing_if = "absent")]
        forced: bool,
        /// The members of the entry that are others than before.
        #[schemars(skip_serializing_if = "absent")]
        fields: Vec<Field>,
        /// What was done to the task's box in the plan.
        #[schemars(skip_serializing_if = "absent")]
        mark: Option<Mark>,
        /// The `seq` of the first line that this change took back.
        #[schemars(skip_serializing_if = "absent")]
        undoes: Option<u64>,
    }

    /// A member of an entry.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    pub struct Field {
        key: String,
        /// Its value before; absent if there was none.
        #[schemars(skip_serializing_if = "absent")]
        was: serde_json::Value,
        /// Its value afterwards; absent if there is none.
        #[schemars(skip_serializing_if = "absent")]
        now: serde_json::Value,
    }

    /// What stands between the brackets of a box.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    struct Mark {
        was: String,
        now: String,
    }
}
