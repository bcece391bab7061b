//! The attempts at tasks, from whoever tells of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_events::RunStatus;
use tallymark_live::{Live, LiveRun};
use tallymark_status::{HistoryLine, Store};
use tallymark_sync::stats::{Attempt, Outcome, together};
use tallymark_sync::{Joined, State};
use tallymark_workspace::{
    Loaded, discover, has_only_one_plan, load_if_plan, monitoring_places, read_monitoring,
};

use crate::commands::history::taken_back;
use crate::current::no_plan;
use crate::exit::Failure;
use crate::session::Session;

/// What was found.
#[derive(Debug, Default)]
pub struct Collected {
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// How many plans were looked at.
    pub plans: usize,
    /// Files that could not be read, and why.
    pub problems: Vec<(String, String)>,
}

/// Collects the attempts at the tasks of a plan, or of all plans of the workspace.
///
/// # Errors
/// There is no plan.
pub fn collect(session: &Session, plan: Option<&Path>) -> Result<Collected, Failure> {
    let named = plan.map(|plan| session.absolute(plan));
    let root = session.root_of(named.as_ref().unwrap_or(&session.folder));
    let workspace = session.workspace(root);
    session.warn_of_settings(&workspace);
    let (root, settings) = (&workspace.root, &workspace.settings);
    let found = discover(root, named.as_slice(), settings);
    let mut collected = Collected::default();
    let mut loaded = Vec::new();
    for path in &found.plans {
        match load_if_plan(root, path, settings, Some(session.now)) {
            Ok(Some(plan)) => loaded.push(plan),
            Ok(None) => {}
            Err(error) => collected.problems.push((session.shown(&error.path), error.message)),
        }
    }
    if loaded.is_empty() {
        return Err(match collected.problems.pop() {
            Some((path, message)) => Failure::could_not(format!("{path} {message}")),
            None => no_plan(session, std::slice::from_ref(root), found.looked_at),
        });
    }
    let files = read_monitoring(&monitoring_places(root, settings));
    let unreadable = files.unreadable.iter().map(|error| (session.shown(&error.path), error.message.clone()));
    collected.problems.extend(unreadable);
    let live = Live::new(&files.files, &[], tallymark_status::host(), session.now, &settings.live_limits());
    let live = Arc::new(live);
    let only_plan = named.is_none() && loaded.len() == 1 || has_only_one_plan(root, settings);
    let mut joined_runs = BTreeSet::new();
    for plan in &mut loaded {
        plan.analysis.facts.only_plan = only_plan;
        let tasks =
            tallymark_sync::LiveTasks::new(&plan.analysis.joined, &plan.analysis.facts, Arc::clone(&live));
        let runs: Vec<Attempt> = tasks
            .tasks()
            .flat_map(|(task, of)| of.runs.into_iter().map(move |run| (task, run)))
            .map(|(task, run)| {
                joined_runs.insert((run.path.clone(), run.run.task.clone()));
                attempt_of_run(run, &live, name(plan, plan.analysis.joined.plan.key(task)))
            })
            .collect();
        let told = match of_status(plan) {
            Ok(told) => told,
            Err(message) => {
                collected.problems.push((session.shown(&plan.located.path), message));
                Vec::new()
            }
        };
        collected.attempts.extend(together(told, runs));
    }
    if named.is_none() {
        // Work that belongs to no plan that is here is work all the same.
        let others =
            live.runs.iter().filter(|run| !joined_runs.contains(&(run.path.clone(), run.run.task.clone())));
        collected
            .attempts
            .extend(others.map(|run| attempt_of_run(run, &live, format!("{} {}", run.path, run.run.task))));
    }
    collected.plans = loaded.len();
    Ok(collected)
}

/// A task's name among those of all plans.
fn name(plan: &Loaded, key: &str) -> String {
    format!("{} {key}", plan.path.display())
}

fn attempt_of_run(run: &LiveRun, live: &Live, task: String) -> Attempt {
    let usage = run.usage(live);
    let agent = run.agents.first().map(|&agent| live.agents[agent].name().to_owned());
    Attempt {
        task,
        agent: agent.or_else(|| run.run.agent.clone()),
        created: run.run.created,
        started: run.run.started,
        ended: run.run.ended,
        outcome: match run.run.status {
            RunStatus::Completed => Outcome::Completed,
            RunStatus::Failed | RunStatus::TimedOut => Outcome::Failed,
            RunStatus::Cancelled => Outcome::Cancelled,
            RunStatus::Queued | RunStatus::Running | RunStatus::Unknown => Outcome::Open,
        },
        dollars: usage.dollars,
        tokens: usage.input_tokens.saturating_add(usage.output_tokens),
    }
}

/// What status.json and its history tell.
fn of_status(plan: &Loaded) -> Result<Vec<Attempt>, String> {
    let joined = &plan.analysis.joined;
    let Some(path) = plan.located.own_file() else { return Ok(Vec::new()) };
    if joined.status().is_none() {
        return Err("cannot be read; `tallymark check` says why".to_owned());
    }
    let keys = keys(joined);
    let lines = history(&path)?;
    let mut attempts = of_history(&lines, |id| name(plan, keys.get(id).map_or(id, |key| key)));
    let known: BTreeSet<String> = attempts.iter().map(|attempt| attempt.task.clone()).collect();
    attempts
        .extend(of_entries(joined, |key| name(plan, key)).filter(|attempt| !known.contains(&attempt.task)));
    Ok(attempts)
}

fn history(path: &PathBuf) -> Result<Vec<HistoryLine>, String> {
    Store::open(path).and_then(|store| store.history()).map_err(|error| error.to_string())
}

/// The keys of the plan's tasks, by the ids of their entries.
fn keys(joined: &Joined) -> BTreeMap<&str, &str> {
    let Some(status) = joined.status() else { return BTreeMap::new() };
    let tasks = joined.plan.tasks().map(|(task, _)| task);
    tasks.filter_map(|task| Some((status.id(joined.entry(task)?), joined.plan.key(task)))).collect()
}

/// An attempt begins with `in_progress` and ends with the next status. What was undone did not happen.
fn of_history(lines: &[HistoryLine], name: impl Fn(&str) -> String) -> Vec<Attempt> {
    let undone = taken_back(lines);
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.undoes.is_none() && !undone.contains(&line.seq)) {
        let (Some(id), Some(time)) = (line.task.as_deref(), tallymark_text::time::milliseconds(&line.time))
        else {
            continue;
        };
        let outcome = match State::of_word(&line.to) {
            State::InProgress => Outcome::Open,
            State::Completed => Outcome::Completed,
            State::Failed => Outcome::Failed,
            _ => Outcome::Cancelled,
        };
        if line.from == line.to || line.to.is_empty() {
            continue;
        }
        match (open.remove(id), outcome) {
            (_, Outcome::Open) => {
                open.insert(id, attempts.len());
                attempts.push(attempt(name(id), Some(line.actor.clone()), Some(time), None, outcome));
            }
            (Some(at), _) => {
                attempts[at].ended = Some(time);
                attempts[at].outcome = outcome;
            }
            // Done without having been begun: that it was done is known, and not since when.
            (None, Outcome::Completed | Outcome::Failed) => {
                attempts.push(attempt(name(id), Some(line.actor.clone()), None, Some(time), outcome));
            }
            (None, _) => {}
        }
    }
    attempts
}

/// Entries of a writer that keeps no history: the last attempt is all that they tell.
fn of_entries<'a>(
    joined: &'a Joined,
    name: impl Fn(&str) -> String + 'a,
) -> impl Iterator<Item = Attempt> + 'a {
    let entries = joined.status().into_iter().flat_map(|status| status.entries());
    let keys = keys(joined);
    entries.filter_map(move |(index, entry)| {
        let status = joined.status()?;
        let milliseconds = |time: &Option<tallymark_status::Time>| time.as_ref()?.milliseconds;
        let outcome = match State::of_entry(status, index) {
            State::InProgress => Outcome::Open,
            State::Completed => Outcome::Completed,
            State::Failed => Outcome::Failed,
            _ => return None,
        };
        let started = milliseconds(&entry.started_at);
        let end = milliseconds(&entry.completed_at).or_else(|| milliseconds(&entry.last_error_at));
        let ended = if outcome == Outcome::Open { None } else { end };
        let id = status.id(index);
        Some(attempt(name(keys.get(id).map_or(id, |key| key)), None, started, ended, outcome))
    })
}

fn attempt(
    task: String,
    agent: Option<String>,
    started: Option<i64>,
    ended: Option<i64>,
    outcome: Outcome,
) -> Attempt {
    Attempt { task, agent, created: None, started, ended, outcome, dollars: None, tokens: 0 }
}
