//! `tallymark watch --once`: what there is, as text or as one object.

use std::fmt::Write as _;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use serde::Serialize;
use tallymark_events::{Monitored, PlanState, Process};
use tallymark_ide::age;

use super::draw::{counted, running};
use super::lives::Lives;
use super::rows::AgentRow;
use super::view::View;
use super::{News, take};
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::{Session, now};

/// The first snapshot comes within this, or not at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lines that stand behind one another, as in a file, come within this.
const PAUSE: Duration = Duration::from_millis(150);

/// All that was told.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told {
    schema_version: u32,
    /// The time at which ages were judged, in milliseconds since 1970-01-01 UTC.
    now: i64,
    /// The plans, as in the sidecar's lines.
    #[cfg_attr(test, schemars(with = "Vec<serde_json::Value>"))]
    plans: Vec<PlanState>,
    /// The agents, as they are judged.
    agents: Vec<AgentRow>,
    /// The monitoring files, as in the sidecar's lines.
    #[cfg_attr(test, schemars(with = "Vec<serde_json::Value>"))]
    monitoring: Vec<Monitored>,
    /// The processes that they name, as in the sidecar's lines.
    #[cfg_attr(test, schemars(with = "Vec<serde_json::Value>"))]
    processes: Vec<Process>,
    /// What is wrong.
    alerts: Vec<String>,
}

/// Shows what there is.
///
/// # Errors
/// Nothing was told, or a plan could not be read: what could be is shown then.
pub fn show(
    session: &mut Session,
    mut view: View,
    news: &Receiver<News>,
    json: bool,
) -> Result<Exit, Failure> {
    let until = Instant::now() + PATIENCE;
    while !view.picture.complete && view.picture.ended.is_none() {
        match news.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(told) => _ = take(&mut view, told),
            Err(_) => break,
        }
    }
    while view.picture.ended.is_none()
        && let Ok(told) = news.recv_timeout(PAUSE)
    {
        take(&mut view, told);
    }
    if !view.picture.complete {
        let why = view.picture.ended.or_else(|| view.picture.problems.pop());
        let why = why.unwrap_or_else(|| "nothing was told in 30 seconds".to_owned());
        return Err(Failure::could_not(why));
    }
    let time = view.picture.time(now());
    let lives = Lives::of(&view, time);
    let unreadable = view.picture.plans.values().find_map(|plan| plan.error.clone());
    let told = Told {
        schema_version: SCHEMA_VERSION,
        now: time,
        alerts: lives.alerts,
        agents: lives.agents,
        plans: view.picture.plans.into_values().collect(),
        monitoring: view.picture.monitoring.into_values().collect(),
        processes: view.picture.processes.into_values().collect(),
    };
    let text = if json { json_text(&told) + "\n" } else { text(session, &told) };
    session.output.text(&text);
    match unreadable {
        None => Ok(Exit::Done),
        Some(_) if json => Ok(Exit::CouldNot),
        Some(why) => Err(Failure::could_not(why).help("`tallymark check` says more")),
    }
}

fn text(session: &Session, told: &Told) -> String {
    let output = &session.output;
    let mut text = String::new();
    if told.plans.is_empty() {
        text.push_str("no plan was found\n");
    }
    for plan in &told.plans {
        let path = harmless(&session.shown(plan.path.as_ref()));
        _ = writeln!(text, "{path}  {}", output.styled(STRONG, &counted(plan.progress)));
        for task in plan.tasks.iter().filter(|task| task.state == "in_progress") {
            let since =
                task.started.map(|started| format!("  {}", age(told.now - started))).unwrap_or_default();
            let line = format!("{}  {}", harmless(&task.key), harmless(&task.title));
            _ = writeln!(text, "  ● {line}{}", output.styled(FAINT, &since));
        }
    }
    for agent in &told.agents {
        text.push_str(&agent_line(output, agent, told.now));
    }
    for alert in &told.alerts {
        _ = writeln!(text, "{}", output.styled(WARNING, &format!("! {}", harmless(alert))));
    }
    text
}

fn agent_line(output: &Output, agent: &AgentRow, now: i64) -> String {
    let since = agent.since.map(|since| format!(" {}", running(now - since))).unwrap_or_default();
    let task = agent.task.as_deref().map(|task| format!("  {}", harmless(task))).unwrap_or_default();
    let name = output.styled(STRONG, &harmless(&agent.name));
    format!("{name}{task}  {}{since}\n", harmless(&agent.words))
}
