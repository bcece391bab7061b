//! Ids as numbers, and giving tasks other ids: only where it is sure what has to change.

use std::collections::HashMap;

use tallymark_plan::{Plan, Target, TaskIndex};
use tallymark_text::{Edit, Span};

use super::Context;
use crate::FixAction;

/// An id taken apart at its last number: `2.` `10` `` of 2.10, `T` `012` ``, `Step ` `3` ``, `3.` `6` `a`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Number<'a> {
    /// What stands before the number.
    pub prefix: &'a str,
    /// The number as written, zeros in front included.
    pub digits: &'a str,
    /// The letter behind the number, where there is one.
    pub letter: &'a str,
}

impl<'a> Number<'a> {
    /// Takes an id apart; `None` where it does not end in a number (with a letter), or in one too long to count with.
    pub(crate) fn of(id: &'a str) -> Option<Self> {
        let bytes = id.as_bytes();
        let letter = match bytes {
            [.., before, last] if before.is_ascii_digit() && last.is_ascii_lowercase() => 1,
            _ => 0,
        };
        let end = bytes.len() - letter;
        let digits = bytes[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let start = end - digits;
        (1..=9).contains(&digits).then(|| Self {
            prefix: &id[..start],
            digits: &id[start..end],
            letter: &id[end..],
        })
    }

    /// The number.
    pub(crate) fn value(&self) -> u32 {
        self.digits.bytes().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    }

    /// The id with a larger number, written as this one is: `T009` gives `T010`, `1.9` gives `1.10`.
    pub(crate) fn with(&self, value: u32) -> String {
        format!("{}{value:0width$}", self.prefix, width = self.digits.len())
    }

    /// Whether it is a plain count (`1`, `Step 1`), which may begin anew under each heading.
    pub(crate) fn restarts(&self) -> bool {
        self.prefix.is_empty() || self.prefix.ends_with(' ')
    }
}

/// For each task the number of headings above it: what a plain count may begin anew below. Any line with `#` in front is
/// taken for a heading, a comment in code too: a count that seems to begin anew is no fault, one that is held together
/// wrongly would be.
pub(crate) fn sections(plan: &Plan) -> Vec<u32> {
    let text = plan.source.text();
    let (mut section, mut done) = (0, 0);
    plan.tasks
        .iter()
        .map(|task| {
            let start = task.line.start as usize;
            let between = text.get(done..start).unwrap_or("");
            section += u32::from(between.starts_with('#') || between.contains("\n#"));
            done = done.max(start);
            section
        })
        .collect()
}

/// The edits that give tasks other ids: at their place, below them (`2.2.1` follows `2.2`), and where dependencies name
/// them. `None` where that is not sure: a new id is taken, an old one is borne twice, stands at an end of a range, or is
/// named anywhere else in the text.
pub(super) fn edits(plan: &Plan, changes: &[(TaskIndex, String)]) -> Option<Vec<Edit>> {
    let all = with_descendants(plan, changes)?;
    let mut new_ids: HashMap<&str, &str> = HashMap::with_capacity(all.len());
    for (task, new) in &all {
        if new_ids.insert(plan.id(*task)?, new).is_some() {
            return None;
        }
    }
    let mut edits = Vec::with_capacity(all.len());
    for (index, task) in plan.tasks() {
        let (Some(id), Some(span)) = (plan.id(index), task.id) else { continue };
        match all.iter().find(|(changed, _)| *changed == index) {
            Some((_, new)) => edits.push(Edit::replace(span, new.as_str())),
            None if new_ids.contains_key(id) || all.iter().any(|(_, new)| new == id) => return None,
            None => {}
        }
    }
    let of_phases = plan.phase_dependencies.iter().map(|(_, dependency)| dependency);
    for dependency in plan.dependencies.iter().chain(of_phases) {
        let names = |span: Span| new_ids.contains_key(plan.slice(span));
        match dependency.target {
            Target::Task => {
                if let Some(new) = new_ids.get(plan.slice(dependency.span)) {
                    edits.push(Edit::replace(dependency.span, *new));
                }
            }
            Target::Range(first, last) if names(first) || names(last) => return None,
            Target::Range(..) | Target::Phase(_) => {}
        }
    }
    let known: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    new_ids.keys().all(|old| !named_elsewhere(plan, old, &known)).then_some(edits)
}

/// What gives tasks other ids: edits of the plan, or, where status.json knows one of the tasks by its id, a renumbering of both.
pub(super) fn action(
    context: &Context<'_>,
    changes: Vec<(TaskIndex, String)>,
    edits: Vec<Edit>,
) -> FixAction {
    let ours = context.status.filter(|status| status.format.is_ours());
    let known = |task: TaskIndex| {
        ours.zip(context.joined.entry(task)).is_some_and(|(status, entry)| {
            let id = status.id(entry);
            !id.is_empty() && (Some(id) == context.plan.id(task) || id == context.plan.key(task))
        })
    };
    if changes.iter().any(|(task, _)| known(*task)) {
        FixAction::Renumber(changes)
    } else {
        FixAction::Plan(edits)
    }
}

/// The edits that give one task another id, where nothing else in the text names the old one: for an id that two tasks
/// bear, as a name elsewhere may mean either.
pub(super) fn of_twin(plan: &Plan, task: TaskIndex, new: &str) -> Option<Vec<Edit>> {
    let old = plan.id(task)?;
    let has_descendants = plan.tasks.get(task.get() + 1).is_some_and(|next| next.parent == Some(task));
    let taken = plan.tasks().any(|(index, _)| plan.id(index) == Some(new));
    if taken || has_descendants {
        return None;
    }
    let bearers: Vec<Span> = plan
        .tasks()
        .filter(|(index, _)| plan.id(*index) == Some(old))
        .filter_map(|(_, task)| task.id)
        .collect();
    let span = plan.task(task).id?;
    (!named_elsewhere(plan, old, &bearers)).then(|| vec![Edit::replace(span, new)])
}

/// The changes, and those of the tasks below whose ids begin with the old id and a point. `None` for too many.
fn with_descendants(plan: &Plan, changes: &[(TaskIndex, String)]) -> Option<Vec<(TaskIndex, String)>> {
    const MOST: usize = 200;
    let mut all = Vec::with_capacity(changes.len());
    for (task, new) in changes {
        let old = plan.id(*task)?;
        let block = plan.task(*task).block;
        all.push((*task, new.clone()));
        let below = plan.tasks.iter().enumerate().skip(task.get() + 1);
        for (index, _) in below.take_while(|(_, below)| below.line.start < block.end) {
            let below = TaskIndex(index as u32);
            let rest =
                plan.id(below).and_then(|id| id.strip_prefix(old)).filter(|rest| rest.starts_with('.'));
            if let Some(rest) = rest {
                all.push((below, format!("{new}{rest}")));
            }
        }
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// Whether the text names an id outside the given places, as a word of its own.
fn named_elsewhere(plan: &Plan, id: &str, known: &[Span]) -> bool {
    let text = plan.source.text();
    text.match_indices(id).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + id.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let begins = !before.is_some_and(|before| before.is_alphanumeric() || before == '.');
        let ends = match next {
            Some('.') => !second.is_some_and(|second| second.is_alphanumeric()),
            next => !next.is_some_and(char::is_alphanumeric),
        };
        begins && ends && !known.iter().any(|span| span.contains(at))
    })
}
