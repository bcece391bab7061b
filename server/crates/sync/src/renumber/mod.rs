//! Giving tasks other ids: in their headings and boxes, in dependencies and ranges, where tables and sentences surely name
//! them, and in status.json. Every other byte stays.
//!
//! What would come of it is read again before anything is promised: if the plan were not the same one with other ids, it is
//! refused.

mod count;
mod mentions;
mod places;

use std::collections::HashMap;
use std::sync::Arc;

use tallymark_plan::{Options, Plan, Target, TaskIndex};
use tallymark_status::{Change, Request, Status};
use tallymark_text::{Edit, Span, apply_edits};

use crate::join::{Joined, MatchKind, join};
use crate::words::quoted;
use crate::{Analysis, marking};

pub use places::{Named, NamedAs, names_in};

/// The longest id that is given, in bytes.
const LONGEST_ID: usize = 64;

/// What must be written so that tasks have other ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renumbering {
    /// The tasks whose ids change, those below the named ones too, in document order.
    pub tasks: Vec<Renumbered>,
    /// The edits of the plan, in document order.
    pub edits: Vec<Edit>,
    /// What the store shall do.
    pub requests: Vec<Request>,
    /// Findings files that bear the ids of tasks in their names.
    pub findings: Vec<Findings>,
    /// Places of the plan that may mean one of the tasks, or may not: they are left as they are.
    pub uncertain: Vec<Span>,
}

/// A task that gets another id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renumbered {
    /// The task.
    pub task: TaskIndex,
    /// Its id.
    pub from: String,
    /// Its new one.
    pub to: String,
}

/// A findings file that is to be renamed, if it exists. Its paths begin at the folder of status.json or at the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// Its path: `findings/1-2.md`, or what the entry's `findingsPath` says.
    pub from: String,
    /// The path it gets.
    pub to: String,
}

/// Why tasks cannot have other ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenumberRefusal {
    /// What kind of reason it is.
    pub kind: RenumberRefusalKind,
    /// The reason, in one sentence without a full stop.
    pub message: String,
}

/// The kinds of reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenumberRefusalKind {
    /// The task has no id that could be another.
    NoId,
    /// Another task has the new id, or status.json uses it for something else.
    Taken,
    /// The new id is none that the plan's dialect reads, or the plan would be read as another one.
    NotAnId,
    /// There is a status.json, and it cannot be read.
    Unreadable,
    /// The ids are in a file that another program keeps.
    NotOurs,
}

impl std::fmt::Display for RenumberRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RenumberRefusal {}

fn refuse<T>(kind: RenumberRefusalKind, message: String) -> Result<T, RenumberRefusal> {
    Err(RenumberRefusal { kind, message })
}

impl Analysis {
    /// What must be written so that tasks have other ids. The tasks below them follow: `2.2.1` goes with `2.2`.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn renumbering(&self, changes: &[(TaskIndex, String)]) -> Result<Renumbering, RenumberRefusal> {
        let joined = &self.joined;
        let plan = &*joined.plan;
        if joined.status_file.is_some() && joined.status().is_none() {
            let message = format!(
                "{} cannot be read, so no id is changed in it; `tallymark check` says why",
                self.facts.status_path
            );
            return refuse(RenumberRefusalKind::Unreadable, message);
        }
        let tasks = with_descendants(plan, changes)?;
        check_taken(joined, &tasks)?;
        let new_of: HashMap<TaskIndex, &str> = tasks.iter().map(|one| (one.task, one.to.as_str())).collect();
        let mut edits: Vec<Edit> = tasks
            .iter()
            .filter_map(|one| Some(Edit::replace(plan.task(one.task).id?, one.to.as_str())))
            .collect();
        edits.extend(dependency_edits(joined, &new_of));
        let known: Vec<Span> = {
            let mut known: Vec<Span> = plan.tasks.iter().filter_map(|task| task.id).collect();
            known.extend(plan.dependencies.iter().map(|dependency| dependency.span));
            let of_phases = plan.phase_dependencies.iter().flat_map(|(_, dependency)| ids_of(dependency));
            known.extend(of_phases.filter(|&span| only_one(joined, plan.slice(span)).is_some()));
            known.sort_unstable();
            known
        };
        let mentions = mentions::find(joined, &tasks, &known);
        edits.extend(mentions.sure.iter().map(|(span, to)| Edit::replace(*span, *to)));
        edits.sort_by_key(|edit| edit.span);
        edits.dedup();
        let after = self.read_again(&tasks, &edits)?;
        let findings = tasks.iter().map(|one| findings(joined, one)).filter(|file| file.from != file.to);
        let findings: Vec<Findings> = findings.collect();
        let requests = match joined.status() {
            Some(status) if !status.format.is_ours() => {
                if !requests(joined, &after, status, &tasks, &findings)?.is_empty() {
                    let message = format!(
                        "{} has these ids too, and another program keeps it: change them there",
                        self.facts.status_path
                    );
                    return refuse(RenumberRefusalKind::NotOurs, message);
                }
                Vec::new()
            }
            Some(status) => requests(joined, &after, status, &tasks, &findings)?,
            None => Vec::new(),
        };
        Ok(Renumbering { edits, requests, findings, uncertain: mentions.uncertain, tasks })
    }

    /// The ids that count through each phase, below each task, and through the plan, where tasks have others now.
    pub fn counted_ids(&self) -> Vec<(TaskIndex, String)> {
        count::counted(&self.joined.plan)
    }

    /// The task whose id stands at an offset, be it its own or where it is named, with the bytes of the id. An id that is
    /// not surely that of one task is none.
    pub fn id_at(&self, offset: usize) -> Option<(TaskIndex, Span)> {
        let joined = &self.joined;
        let plan = &*joined.plan;
        let line = plan.source.line_span(plan.source.line_of(offset));
        let first = plan.tasks.partition_point(|task| task.line.end < line.start);
        let own = plan.tasks[first..].iter().take_while(|task| task.line.start <= line.end);
        for (at, task) in own.enumerate() {
            if let Some(id) = task.id.filter(|id| id.touches(offset)) {
                return Some((TaskIndex((first + at) as u32), id));
            }
        }
        for (task, own) in plan.tasks() {
            // A task's dependencies stand in its block.
            if own.block.start as usize > offset || (own.block.end as usize) < offset {
                continue;
            }
            for span in plan.dependencies(task).iter().flat_map(ids_of) {
                if span.touches(offset) {
                    return Some((one_named(joined, plan.slice(span), task)?, span));
                }
            }
        }
        let mut of_phases = plan.phase_dependencies.iter().flat_map(|(_, dependency)| ids_of(dependency));
        if let Some(span) = of_phases.find(|span| span.touches(offset)) {
            return Some((only_one(joined, plan.slice(span))?, span));
        }
        mentions::at(joined, offset)
    }

    /// The plan with the edits, joined with the same status.json: the same tasks, with the new ids.
    fn read_again(&self, tasks: &[Renumbered], edits: &[Edit]) -> Result<Joined, RenumberRefusal> {
        let plan = &*self.joined.plan;
        let names = || match tasks {
            [one] => format!("{} cannot become {}", one.from, one.to),
            _ => "these ids cannot be given".to_owned(),
        };
        let Ok(text) = apply_edits(plan.source.text(), edits) else {
            return refuse(RenumberRefusalKind::NotAnId, format!("{}: two edits meet", names()));
        };
        let options = Options { path: &self.facts.plan_path, dialect: Some(plan.dialect) };
        let after = tallymark_plan::parse(Arc::new(plan.source.with_text(&text)), options);
        let new_of: HashMap<TaskIndex, &str> = tasks.iter().map(|one| (one.task, one.to.as_str())).collect();
        let same_tasks = plan.tasks.len() == after.tasks.len()
            && plan.dependencies.len() == after.dependencies.len()
            && plan.phase_dependencies.len() == after.phase_dependencies.len()
            && plan.tasks().all(|(task, own)| {
                let other = after.task(task);
                let expected = new_of.get(&task).copied().or(plan.id(task));
                after.id(task) == expected
                    && own.parent == other.parent
                    && own.phase == other.phase
                    && own.mark.map(|mark| mark.meaning) == other.mark.map(|mark| mark.meaning)
                    && own.dependencies == other.dependencies
            });
        if !same_tasks {
            let dialect = plan.dialect.name();
            let message = format!("{}: the plan ({dialect}) would be read as another one", names());
            return refuse(RenumberRefusalKind::NotAnId, message);
        }
        let after = join(Arc::new(after), self.joined.status_file.clone());
        let same_dependencies = plan.tasks().all(|(task, own)| {
            own.dependencies.is_empty() || self.joined.dependencies(task) == after.dependencies(task)
        });
        let of_phases = plan.phase_dependencies.iter().zip(&after.plan.phase_dependencies);
        let same_of_phases = of_phases.into_iter().all(|((phase, own), (other_phase, other))| {
            let named = |joined: &Joined, span| only_one(joined, joined.plan.slice(span));
            phase == other_phase
                && ids_of(own)
                    .map(|span| named(&self.joined, span))
                    .eq(ids_of(other).map(|span| named(&after, span)))
        });
        if !same_dependencies || !same_of_phases {
            let message = format!("{}: a dependency would name another task", names());
            return refuse(RenumberRefusalKind::NotAnId, message);
        }
        Ok(after)
    }
}

/// The changes with those of the tasks below whose ids begin with the old id and a point, in document order.
fn with_descendants(
    plan: &Plan,
    changes: &[(TaskIndex, String)],
) -> Result<Vec<Renumbered>, RenumberRefusal> {
    let mut wished: HashMap<TaskIndex, String> = HashMap::with_capacity(changes.len());
    for (task, to) in changes {
        let sound = |to: &str| {
            !to.is_empty()
                && to.len() <= LONGEST_ID
                && to.chars().all(|character| character.is_alphanumeric() || ".-_/#".contains(character))
        };
        if plan.id(*task).is_none() {
            let message = format!("{} has no id that could be another", quoted(plan.title(*task)));
            return refuse(RenumberRefusalKind::NoId, message);
        }
        if !sound(to) {
            return refuse(RenumberRefusalKind::NotAnId, format!("{} is no id", quoted(to)));
        }
        wished.insert(*task, to.clone());
    }
    // A parent stands before its children, so what is above a task is known when it is looked at.
    for (task, own) in plan.tasks() {
        let Some(parent) = own.parent.filter(|_| !wished.contains_key(&task)) else { continue };
        if let (Some(id), Some(old), Some(new)) = (plan.id(task), plan.id(parent), wished.get(&parent))
            && let Some(rest) = id.strip_prefix(old).filter(|rest| rest.starts_with('.'))
        {
            wished.insert(task, format!("{new}{rest}"));
        }
    }
    let changed = plan.tasks().filter_map(|(task, _)| {
        let (from, to) = (plan.id(task)?.to_owned(), wished.remove(&task)?);
        (from != to).then_some(Renumbered { task, from, to })
    });
    Ok(changed.collect())
}

/// Whether a new id is free: another task that keeps its id may bear it only where it bore the old one too.
fn check_taken(joined: &Joined, tasks: &[Renumbered]) -> Result<(), RenumberRefusal> {
    let plan = &*joined.plan;
    let mut new_ids: HashMap<(&str, Option<TaskIndex>), TaskIndex> = HashMap::with_capacity(tasks.len());
    let changed: HashMap<TaskIndex, &str> = tasks.iter().map(|one| (one.task, one.from.as_str())).collect();
    for one in tasks {
        let parent = plan.task(one.task).parent;
        let home = parent.filter(|_| joined.tasks_with_id(&one.from).count() > 1);
        let keeper = joined.tasks_with_id(&one.to).find(|other| {
            !changed.contains_key(other) && (home.is_none() || plan.task(*other).parent == home)
        });
        let twin = new_ids.insert((&one.to, home), one.task);
        if let Some(other) = keeper.or(twin) {
            let message = format!("{} is the id of {} already", one.to, quoted(plan.title(other)));
            return refuse(RenumberRefusalKind::Taken, message);
        }
    }
    Ok(())
}

/// The ids that a dependency names tasks by.
fn ids_of(dependency: &tallymark_plan::Dependency) -> impl Iterator<Item = Span> {
    let (first, last) = match dependency.target {
        Target::Task => (Some(dependency.span), None),
        Target::Range(first, last) => (Some(first), Some(last)),
        Target::Phase(_) => (None, None),
    };
    first.into_iter().chain(last)
}

/// The task that an id means where another names it, if it means only one.
fn one_named(joined: &Joined, id: &str, by: TaskIndex) -> Option<TaskIndex> {
    let mut named = joined.named(id, by);
    named.next().filter(|_| named.next().is_none())
}

/// The task that bears an id, if only one does: what an id means where a whole phase waits for it.
fn only_one(joined: &Joined, id: &str) -> Option<TaskIndex> {
    let mut bearers = joined.tasks_with_id(id);
    bearers.next().filter(|_| bearers.next().is_none())
}

/// The edits of what dependencies name.
fn dependency_edits(joined: &Joined, new_of: &HashMap<TaskIndex, &str>) -> Vec<Edit> {
    let plan = &*joined.plan;
    let mut edits = Vec::new();
    for (task, _) in plan.tasks() {
        for span in plan.dependencies(task).iter().flat_map(ids_of) {
            let written = plan.slice(span);
            if let Some(new) = one_named(joined, written, task).and_then(|named| {
                // By a key (`1.1/2`), which is no id, nothing is renamed: it is a mention that is left.
                (plan.id(named) == Some(written)).then(|| new_of.get(&named)).flatten()
            }) {
                edits.push(Edit::replace(span, *new));
            }
        }
    }
    for span in plan.phase_dependencies.iter().flat_map(|(_, dependency)| ids_of(dependency)) {
        if let Some(new) = only_one(joined, plan.slice(span)).and_then(|named| new_of.get(&named)) {
            edits.push(Edit::replace(span, *new));
        }
    }
    edits
}

/// What the store shall do, so that the entries have the ids that the plan's tasks have afterwards.
fn requests(
    joined: &Joined,
    after: &Joined,
    status: &Status,
    tasks: &[Renumbered],
    findings: &[Findings],
) -> Result<Vec<Request>, RenumberRefusal> {
    let (before_plan, after_plan) = (&*joined.plan, &*after.plan);
    let ids: HashMap<TaskIndex, &Renumbered> = tasks.iter().map(|one| (one.task, one)).collect();
    let paths: HashMap<&str, &str> =
        findings.iter().map(|file| (file.from.as_str(), file.to.as_str())).collect();
    let mut requests = Vec::new();
    let mut moving = HashMap::new();
    for (task, _) in before_plan.tasks() {
        let Some(found) = joined.matches[task.get()] else { continue };
        let known = status.id(found.entry);
        let renumbered = ids.get(&task);
        // An id-less task's key has that of the one above in it, so keys may change where ids do not.
        let new = match renumbered {
            Some(one) if known == one.from => Some(one.to.as_str()),
            _ if !known.is_empty() && known == before_plan.key(task) => {
                Some(after_plan.key(task)).filter(|new| *new != known)
            }
            _ => None,
        };
        if let Some(new) = new {
            moving.insert(found.entry, (task, new));
            requests.push(marking::request(status, found.entry, Change::SetId(new.to_owned())));
        }
        if found.kind == MatchKind::EmbeddedId
            && let Some(one) = renumbered
            && let Some(rest) = status.description(found.entry).strip_prefix(&*one.from)
        {
            let change = Change::SetDescription(format!("{}{rest}", one.to));
            requests.push(marking::request(status, found.entry, change));
        }
        let path = status.entry(found.entry).findings_path.as_ref().map(|path| status.str(path));
        if renumbered.is_some()
            && let Some(to) = path.and_then(|path| paths.get(path))
        {
            let change = Change::SetFindingsPath((*to).to_owned());
            requests.push(marking::request(status, found.entry, change));
        }
    }
    for (task, new) in moving.values() {
        if let Some(other) = joined.entries_with_id(new).find(|entry| !moving.contains_key(entry)) {
            let other = quoted(status.description(other));
            let message =
                format!("status.json has {new} for {other}, so {} cannot have it", before_plan.name(*task));
            return refuse(RenumberRefusalKind::Taken, message);
        }
    }
    Ok(requests)
}

/// The findings file of a task: the one that its entry names, if that bears the task's id in its name, else the one where
/// findings lie.
fn findings(joined: &Joined, one: &Renumbered) -> Findings {
    let name = |id: &str| format!("{}.md", id.replace(['.', '/'], "-"));
    let written = joined.status().zip(joined.entry(one.task)).and_then(|(status, entry)| {
        let path = status.str(status.entry(entry).findings_path.as_ref()?);
        let (folder, file) = path.rfind(['/', '\\']).map_or(("", path), |at| path.split_at(at + 1));
        let to = match file {
            _ if file == name(&one.from) => name(&one.to),
            _ if file.strip_suffix(".md") == Some(&*one.from) => format!("{}.md", one.to),
            _ => return None,
        };
        Some(Findings { from: path.to_owned(), to: format!("{folder}{to}") })
    });
    written.unwrap_or_else(|| Findings {
        from: format!("findings/{}", name(&one.from)),
        to: format!("findings/{}", name(&one.to)),
    })
}
