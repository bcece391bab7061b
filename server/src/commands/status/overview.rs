//! A plan at a glance, and as an object.

use serde::Serialize;
use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_status::Time;
use tallymark_sync::State;
use tallymark_workspace::Loaded;
use unicode_width::UnicodeWidthStr;

use crate::bar;
use crate::output::{ACTIVE, BAD, FAINT, GOOD, Output, STRONG, WARNING, harmless};
use crate::report::{Counts, SCHEMA_VERSION, json_text, state_name};
use crate::session::Session;
use crate::times::age;

/// How many pending tasks of a phase are named.
const PENDING_SHOWN: usize = 3;

/// A longer title does not push the others' progress to the right.
const WIDEST: usize = 60;

/// The plan at a glance.
pub fn text(session: &Session, loaded: &Loaded) -> String {
    let output = &session.output;
    let joined = &loaded.analysis.joined;
    let plan = &*joined.plan;
    let shown = session.shown(&loaded.path);
    let title = plan.title.map(|title| harmless(plan.slice(title))).unwrap_or_else(|| harmless(&shown));
    let status = harmless(&session.shown(&loaded.located.path));
    let status = if loaded.located.exists { status } else { "no status.json".to_owned() };
    let mut text = format!("{}\n", output.styled(STRONG, &title));
    text.push_str(&format!("{}\n\n", output.styled(FAINT, &format!("{} · {status}", harmless(&shown)))));
    text.push_str(&bar::line(output, joined.total));
    text.push('\n');

    let widest = widest_phase(loaded);
    // Tasks before the first phase, then phase by phase, in the order of the plan.
    let mut now: Option<PhaseIndex> = None;
    let mut pending = 0;
    let mut told = vec![false; plan.phases.len()];
    for (index, task) in plan.tasks() {
        if task.phase != now || index.0 == 0 {
            now = task.phase;
            pending = 0;
        }
        if let Some(phase) = now
            && !std::mem::replace(&mut told[phase.get()], true)
        {
            text.push_str(&phase_line(output, loaded, phase, widest));
        }
        let state = joined.state(index);
        let open = matches!(state, State::Pending | State::Ready | State::Unknown);
        pending += usize::from(open);
        let named = match state {
            State::Completed | State::Skipped | State::Cancelled => false,
            _ if open => pending <= PENDING_SHOWN && begun(loaded, now),
            _ => true,
        };
        if named {
            text.push_str(&task_line(session, loaded, index));
        }
    }
    text
}

/// Whether a phase is begun and not finished: the tasks that are left in it are of interest.
fn begun(loaded: &Loaded, phase: Option<PhaseIndex>) -> bool {
    let progress = match phase {
        Some(phase) => loaded.analysis.joined.phases[phase.get()],
        None => loaded.analysis.joined.total,
    };
    progress.completed + progress.in_progress + progress.failed > 0
}

/// How many columns the titles of phases take.
fn widest_phase(loaded: &Loaded) -> usize {
    let plan = &*loaded.analysis.joined.plan;
    plan.phases.iter().map(|phase| harmless(plan.slice(phase.title)).width()).max().unwrap_or(0).min(WIDEST)
}

/// A line for every phase.
pub fn phase_lines(output: &Output, loaded: &Loaded) -> String {
    let widest = widest_phase(loaded);
    let phases = 0..loaded.analysis.joined.plan.phases.len();
    phases.map(|phase| phase_line(output, loaded, PhaseIndex(phase as u32), widest)).collect()
}

fn phase_line(output: &Output, loaded: &Loaded, phase: PhaseIndex, widest: usize) -> String {
    let joined = &loaded.analysis.joined;
    let progress = joined.phases[phase.get()];
    let title = harmless(joined.plan.slice(joined.plan.phases[phase.get()].title));
    let (sign, style) = match progress.percent() {
        Some(100) => ("✓", GOOD),
        _ if progress.failed > 0 => ("✗", BAD),
        _ if begun(loaded, Some(phase)) => ("›", ACTIVE),
        _ => (" ", FAINT),
    };
    let gap = " ".repeat(widest.saturating_sub(title.width()));
    format!("{} {title}{gap}  {}\n", output.styled(style, sign), output.styled(FAINT, &progress.to_string()))
}

fn task_line(session: &Session, loaded: &Loaded, index: TaskIndex) -> String {
    let output = &session.output;
    let joined = &loaded.analysis.joined;
    let state = joined.state(index);
    let (sign, style) = match state {
        State::InProgress => ("●", ACTIVE),
        State::Failed => ("✗", BAD),
        State::Blocked => ("■", WARNING),
        _ => ("·", FAINT),
    };
    let key = joined.plan.key(index);
    let mut line = format!("    {} {} ", output.styled(style, sign), output.styled(STRONG, &harmless(key)));
    line.push_str(&harmless(joined.plan.title(index)));
    let mut detail = String::new();
    if let (Some(status), Some(entry)) = (joined.status(), joined.entry(index)) {
        let entry = status.entry(entry);
        let started = entry.started_at.as_ref().and_then(|time| time.milliseconds);
        match state {
            State::InProgress => {
                detail =
                    started.map_or(String::new(), |started| format!("for {}", age(session.now - started)));
            }
            State::Failed => {
                detail = entry.error.as_ref().map_or(String::new(), |error| first_line(status.str(error)));
            }
            _ => {}
        }
    }
    if !detail.is_empty() {
        line.push_str("  ");
        line.push_str(&output.styled(style, &harmless(&detail)));
    }
    line.push('\n');
    line
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Overview<'a> {
    schema_version: u32,
    plan: String,
    title: Option<&'a str>,
    status: StatusFile,
    progress: Counts,
    phases: Vec<Phase<'a>>,
    tasks: Vec<Task<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StatusFile {
    path: String,
    exists: bool,
    readable: bool,
    /// The revision to compare with, where it could be read.
    revision: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Phase<'a> {
    title: &'a str,
    progress: Counts,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Task<'a> {
    key: &'a str,
    id: Option<&'a str>,
    title: &'a str,
    phase: Option<&'a str>,
    parent: Option<&'a str>,
    line: usize,
    state: &'static str,
    /// The status word as status.json has it.
    status: Option<&'a str>,
    started_at: Option<&'a str>,
    completed_at: Option<&'a str>,
    duration: Option<i64>,
    error: Option<&'a str>,
    dependencies: Vec<&'a str>,
}

/// The plan as an object.
pub fn json(session: &Session, loaded: &Loaded) -> String {
    let joined = &loaded.analysis.joined;
    let plan = &*joined.plan;
    let status = joined.status();
    let tasks = plan.tasks().map(|(index, task)| {
        let entry =
            status.zip(joined.entry(index)).map(|(status, entry)| (status, entry, status.entry(entry)));
        let time = |time: fn(&tallymark_status::Entry) -> &Option<Time>| {
            entry.and_then(|(status, _, entry)| time(entry).as_ref().map(|time| status.str(&time.text)))
        };
        Task {
            key: plan.key(index),
            id: plan.id(index),
            title: plan.title(index),
            phase: plan.phase_title(index),
            parent: task.parent.map(|parent| plan.key(parent)),
            line: plan.source.line_of(task.line.start as usize) + 1,
            state: state_name(joined.state(index)),
            status: entry.map(|(status, entry, _)| status.word(entry)),
            started_at: time(|entry| &entry.started_at),
            completed_at: time(|entry| &entry.completed_at),
            duration: entry.and_then(|(_, _, entry)| entry.duration.map(|(duration, _)| duration)),
            error: entry.and_then(|(status, _, entry)| entry.error.as_ref().map(|error| status.str(error))),
            dependencies: plan.dependencies(index).iter().map(|to| plan.slice(to.span)).collect(),
        }
    });
    let overview = Overview {
        schema_version: SCHEMA_VERSION,
        plan: session.shown(&loaded.path),
        title: plan.title.map(|title| plan.slice(title)),
        status: StatusFile {
            path: session.shown(&loaded.located.path),
            exists: loaded.located.exists,
            readable: status.is_some(),
            revision: status.map(|status| status.revision().to_string()),
        },
        progress: joined.total.into(),
        phases: plan
            .phases
            .iter()
            .zip(&joined.phases)
            .map(|(phase, &progress)| Phase { title: plan.slice(phase.title), progress: progress.into() })
            .collect(),
        tasks: tasks.collect(),
    };
    json_text(&overview) + "\n"
}
