//! From what a person or program types to tasks.

use std::collections::{HashMap, HashSet};

use tallymark_plan::{PhaseIndex, Plan, TaskIndex};
use tallymark_sync::Joined;
use tallymark_workspace::nearest;

use crate::exit::{Exit, Failure};

/// How many keys or ids are named.
const SHOWN: usize = 5;

/// The tasks of keys and ids, each once, in the order in which they were given.
///
/// # Errors
/// One of them is unknown, or means several tasks: nothing is to be done then.
pub fn tasks(joined: &Joined, names: &[String]) -> Result<Vec<TaskIndex>, Failure> {
    let known = Names::new(joined);
    let mut tasks = Vec::with_capacity(names.len());
    let mut seen = HashSet::new();
    for name in names {
        let task = known.task(name)?;
        if seen.insert(task) {
            tasks.push(task);
        }
    }
    Ok(tasks)
}

/// The names of a plan's tasks.
pub struct Names<'a> {
    joined: &'a Joined,
    by_key: HashMap<&'a str, TaskIndex>,
    by_id: HashMap<&'a str, Vec<TaskIndex>>,
}

impl<'a> Names<'a> {
    /// Those of this plan.
    pub fn new(joined: &'a Joined) -> Self {
        let plan = &*joined.plan;
        let mut by_key: HashMap<&str, TaskIndex> = HashMap::with_capacity(plan.tasks.len());
        let mut by_id: HashMap<&str, Vec<TaskIndex>> = HashMap::with_capacity(plan.tasks.len());
        for (task, _) in plan.tasks() {
            by_key.insert(plan.key(task), task);
            by_id.entry(plan.id(task).unwrap_or_default()).or_default().push(task);
        }
        Self { joined, by_key, by_id }
    }

    /// The task of a key, or of an id that means one task only, in the plan or else in status.json.
    ///
    /// # Errors
    /// It is unknown, or means several tasks.
    pub fn task(&self, name: &str) -> Result<TaskIndex, Failure> {
        let plan = &*self.joined.plan;
        let name = name.trim();
        Ok(match (self.by_key.get(name), self.by_id.get(name).map(Vec::as_slice)) {
            (Some(&task), _) => task,
            (None, Some(&[task])) => task,
            (None, Some(several)) if !name.is_empty() => {
                let mut failure = Failure::new(
                    Exit::Found,
                    format!("{name} means {} tasks; name one by its key", several.len()),
                );
                for &task in several {
                    failure = failure.help(format!("{}  {}", plan.key(task), plan.title(task)));
                }
                return Err(failure);
            }
            _ => match of_entry(self.joined, name) {
                Some(task) => task,
                None => return Err(unknown(self.joined, name)),
            },
        })
    }
}

/// The task that status.json has under another id than the plan.
fn of_entry(joined: &Joined, id: &str) -> Option<TaskIndex> {
    let mut entries = joined.entries_with_id(id);
    let task = joined.tasks_of_entries[entries.next()?.get()]?;
    entries.next().is_none().then_some(task)
}

/// The line, from 1, of the criterion with an id such as `V1.2`: the second of phase 1.
fn line_of_criterion(plan: &Plan, id: &str) -> Option<usize> {
    let (phase, ordinal) = id.strip_prefix(['V', 'v'])?.rsplit_once('.')?;
    let ordinal: u32 = ordinal.parse().ok()?;
    let number = |at: PhaseIndex| plan.phases[at.get()].number.map(|number| plan.slice(number));
    let criterion = plan
        .criteria
        .iter()
        .find(|criterion| criterion.ordinal == ordinal && criterion.phase.and_then(number) == Some(phase))?;
    Some(plan.source.line_of(criterion.line.start as usize) + 1)
}

fn unknown(joined: &Joined, name: &str) -> Failure {
    let plan = &*joined.plan;
    if joined.entries_with_id(name).next().is_some() {
        return Failure::new(Exit::Found, format!("{name} is in status.json, but no task of the plan"))
            .help("`tallymark explain TM102` tells what to do about it");
    }
    if name.is_empty() {
        return Failure::new(Exit::Found, "the name of a task is empty".to_owned())
            .help("`tallymark status --json` lists all tasks with their keys");
    }
    if let Some(line) = line_of_criterion(plan, name) {
        return Failure::new(Exit::Found, format!("{name} is a criterion, not a task"))
            .help(format!("tick its box in line {line} of the plan"));
    }
    let failure = Failure::new(Exit::Found, format!("the plan has no task {name}"));
    let names = plan.tasks().map(|(task, _)| plan.key(task)).filter(|key| !key.starts_with('~'));
    match nearest(name, names, SHOWN).as_slice() {
        [] => failure.help("`tallymark status --json` lists all tasks with their keys"),
        close => failure.help(format!("the nearest: {}", close.join(", "))),
    }
}
