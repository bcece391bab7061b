//! `tallymark history`.

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
/// Only changes that Tallymark made are told one by one; where another program wrote status.json in between, a line of
/// the story of all tasks says so. Times are UTC.
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
struct Told<'a> {
    schema_version: u32,
    plan: String,
    status: String,
    /// Oldest first.
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
        if let Some(id) = self.id.as_deref().map(str::trim) {
            let ids = ids_of(&loaded.analysis.joined, id);
            let told = lines.iter().any(|line| line.task.as_deref() == Some(id));
            if ids.is_empty() && !told {
                return Err(unknown(&loaded.analysis.joined, &lines, id));
            }
            lines.retain(|line| line.task.as_deref().is_some_and(|task| task == id || ids.contains(&task)));
        }
        let status = session.shown(&loaded.located.path);
        let text = if self.json {
            let plan = session.shown(&loaded.path);
            json_text(&Told { schema_version: SCHEMA_VERSION, plan, status, changes: &lines }) + "\n"
        } else if lines.is_empty() {
            let of = self.id.as_deref().map_or_else(|| status.as_str(), str::trim);
            format!("no change of {} is recorded\n", harmless(of))
        } else {
            lines.iter().map(|line| line_text(&session.output, line)).collect()
        };
        session.output.text(&text);
        Ok(Exit::Done)
    }
}

/// The ids under which status.json has what somebody calls `name`: a task's key or id, or an entry's own id.
fn ids_of<'a>(joined: &'a Joined, name: &'a str) -> Vec<&'a str> {
    let tasks = joined.task_with_key(name).into_iter().chain(joined.tasks_with_id(name));
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
fn line_text(output: &Output, line: &HistoryLine) -> String {
    let time = output.styled(FAINT, &one_line(&shown_time(&line.time)));
    if line.change == "unknown" {
        let what = "status.json was changed by a program that keeps no history";
        return format!("{time}  {}\n", output.styled(WARNING, what));
    }
    let mut text = time;
    if let Some(task) = &line.task {
        text.push_str(&format!("  {}", output.styled(STRONG, &one_line(task))));
    }
    text.push_str(&format!("  {}", change(line)));
    text.push_str(&format!("  by {}", one_line(&line.actor)));
    if line.forced {
        text.push_str(&format!("  {}", output.styled(WARNING, "forced")));
    }
    if let Some(reason) = &line.reason {
        text.push_str(&format!("  {}", one_line(reason)));
    }
    text.push('\n');
    text
}

/// What was changed: the states for a transition, else the change's name with what it was and became.
fn change(line: &HistoryLine) -> String {
    let transition = line.change == "transition";
    let word = |word: &str| match State::of_word(word) {
        state if transition && state != State::Unknown => state.label().to_owned(),
        _ => one_line(word),
    };
    let values = match (line.from.as_str(), line.to.as_str()) {
        ("", to) => word(to),
        (from, "") => word(from),
        (from, to) => format!("{} → {}", word(from), word(to)),
    };
    match (transition, values.is_empty()) {
        (true, _) => values,
        (false, true) => one_line(&line.change),
        (false, false) => format!("{} {values}", one_line(&line.change)),
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
