//! Two status files that went apart, and the one they both came from, to one file again: what `git merge` needs where two
//! branches marked tasks. Pure; nothing is read or written here.
//!
//! The unit is a field of a task, not a line of the file. What only one side changed is taken; what both changed alike is
//! that. Of two states of a task the later one of the state machine wins, then the later time. Lists of ids are united, and
//! what one side took out of them stays out. Only what is left, two different texts in one field, is a conflict: the longer
//! text stands in the field, and all of them in [`CONFLICTS`] beside it, until somebody settles it.
//!
//! The result does not depend on which side is called ours: the file that was written last gives order and layout to
//! whatever both have.

mod fields;
mod order;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use tallymark_text::{Edit, Source, Span, apply_edits};

use crate::{
    EntryIndex, ProblemKind, Status,
    draft::{Draft, ListStyle},
    edit::Object,
    json, transition,
};
use fields::{Fields, Kind};

/// The key, in an entry or in the head, of what a merge could not decide: an object of field names, each with a list of the
/// values that it was given.
pub(crate) const CONFLICTS: &str = "mergeConflicts";

/// Two status files made one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The file.
    pub source: Source,
    /// What two sides gave different values, and nobody has settled yet, in the order of the file.
    pub unsettled: Vec<Unsettled>,
}

/// A field that a merge could not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The entry; `None` for the file's head.
    pub entry: Option<EntryIndex>,
    /// The field's key.
    pub field: String,
    /// The values it was given: texts as they are, anything else as JSON.
    pub values: Vec<String>,
    /// The list of these values in the file, in bytes.
    pub span: Span,
}

/// Why files cannot be merged task by task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MergeError {
    /// One of the files is no status file that can be read: why, completing "… is".
    Unreadable(String),
    /// Two entries of one file have this id, or one has none (then it is empty): nobody can say which belong together.
    Ambiguous(String),
}

/// Merges. `base` is the file that both sides come from, if there was one.
///
/// # Errors
/// One of the files cannot be read, or its entries cannot be told apart.
pub fn merge(base: Option<&Source>, ours: &Source, theirs: &Source) -> Result<Merged, MergeError> {
    let read = |source: &Source| {
        let status = Status::parse(Arc::new(source.clone()));
        check(&status).map(|()| status)
    };
    let (ours, theirs) = (read(ours)?, read(theirs)?);
    let base = base.map(read).transpose()?;
    let same = |one: &Status, other: &Status| one.source.text() == other.source.text();
    if same(&ours, &theirs) || base.as_ref().is_some_and(|base| same(base, &theirs)) {
        return Ok(done(&ours));
    }
    if base.as_ref().is_some_and(|base| same(base, &ours)) {
        return Ok(done(&theirs));
    }
    // Which side gives order and layout must not depend on who is called ours.
    let written = |status: &Status| status.last_updated_at.as_ref().and_then(|time| time.milliseconds);
    let ours_first =
        (written(&ours), ours.source.text()).cmp(&(written(&theirs), theirs.source.text())).is_gt();
    let (first, second) = if ours_first { (&ours, &theirs) } else { (&theirs, &ours) };
    let text = head(base.as_ref(), first, second);
    let status = Status::parse(Arc::new(first.source.with_text(&text)));
    Ok(done(&with_sums(status)))
}

fn done(status: &Status) -> Merged {
    Merged { source: Source::clone(&status.source), unsettled: status.unsettled() }
}

/// Refuses what cannot be merged task by task.
fn check(status: &Status) -> Result<(), MergeError> {
    for problem in &status.problems {
        match &problem.kind {
            ProblemKind::Unreadable(reason) => return Err(MergeError::Unreadable(reason.clone())),
            ProblemKind::TrailingGarbage => {
                let reason = "a whole status file with something behind its end".to_owned();
                return Err(MergeError::Unreadable(reason));
            }
            ProblemKind::MissingId => return Err(MergeError::Ambiguous(String::new())),
            _ => {}
        }
    }
    match status.entries().find(|(index, _)| status.find_all(status.id(*index)).len() > 1) {
        Some((index, _)) => Err(MergeError::Ambiguous(status.id(index).to_owned())),
        None => Ok(()),
    }
}

/// The merged file, its sums not yet recomputed.
fn head(base: Option<&Status>, first: &Status, second: &Status) -> String {
    fn fields(status: &Status) -> Fields<'_> {
        let text = status.source.text();
        Fields::read(&text[head_range(text)])
    }
    let (base_head, first_head, second_head) = (base.map(fields), fields(first), fields(second));
    let text = first.source.text();
    let range = head_range(text);
    let mut object = Object::new(&text[range.clone()]);
    fields::merge(&mut object, base_head.as_ref(), &first_head, &second_head, Kind::Head);
    object.set("tasks", tasks(base, first, second), &[]);
    let mut merged = String::with_capacity(text.len() + 256);
    merged.push_str(&text[..range.start]);
    object.render_into(&mut merged);
    merged.push_str(&text[range.end..]);
    merged
}

/// Where the file's one object stands in its text.
fn head_range(text: &str) -> std::ops::Range<usize> {
    text.len() - text.trim_ascii_start().len()..text.trim_ascii_end().len()
}

/// The merged list of entries, with its brackets.
fn tasks(base: Option<&Status>, first: &Status, second: &Status) -> String {
    let mut texts: HashMap<&str, Cow<'_, str>> = HashMap::with_capacity(first.entries.len());
    let ids = order::merge(base.map(order::ids), &order::ids(first), &order::ids(second));
    for &id in &ids {
        let before = base.and_then(|base| entry_text(base, id));
        let text = match (entry_text(first, id), entry_text(second, id)) {
            (Some(one), Some(other)) => entry(before, one, other),
            // The other side took it out, unless it was not there before; a change is worth more than that.
            (Some(only), None) | (None, Some(only)) if !fields::same(before, Some(only)) => {
                Cow::Borrowed(only)
            }
            _ => continue,
        };
        texts.insert(id, text);
    }
    let order: Vec<&str> = ids.into_iter().filter(|id| texts.contains_key(id)).collect();
    list(first, &order, &texts)
}

/// The text of the one entry with this id.
fn entry_text<'a>(status: &'a Status, id: &str) -> Option<&'a str> {
    let index = *status.find_all(id).first()?;
    Some(status.source.slice(status.entry(index).span))
}

/// An entry that both sides have.
fn entry<'a>(before: Option<&str>, first: &'a str, second: &str) -> Cow<'a, str> {
    if fields::same(Some(first), Some(second)) {
        return Cow::Borrowed(first);
    }
    let mut object = Object::new(first);
    let (one, other) = (Fields::read(first), Fields::read(second));
    fields::merge(&mut object, before.map(Fields::read).as_ref(), &one, &other, Kind::Entry);
    Cow::Owned(object.render())
}

/// The list of these entries, written as `first` writes its own; where it has the very same ones, with every blank of it.
fn list(first: &Status, order: &[&str], texts: &HashMap<&str, Cow<'_, str>>) -> String {
    let text = first.source.text();
    let Some(span) = first.tasks_span else { return "[]".to_owned() };
    let own: Vec<&str> = first.entries().map(|(index, _)| first.id(index)).collect();
    if own == order {
        let edits: Vec<Edit> = first
            .entries()
            .map(|(index, entry)| {
                let place = Span { start: entry.span.start - span.start, end: entry.span.end - span.start };
                Edit::replace(place, texts[first.id(index)].as_ref())
            })
            .collect();
        // One edit for each entry, in their order: there is nothing in them that could fail.
        return apply_edits(&text[span.range()], &edits).unwrap_or_else(|_| text[span.range()].to_owned());
    }
    let style = ListStyle::of_tasks(first);
    let mut list = "[".to_owned();
    for (at, id) in order.iter().enumerate() {
        list.push_str(if at == 0 { &style.first } else { "," });
        list.push_str(if at == 0 { "" } else { &style.element });
        list.push_str(&texts[id]);
    }
    list.push_str(if order.is_empty() { "" } else { &style.close });
    list.push(']');
    list
}

/// The same file with `summary` and `currentPhase`, where it has them, as its entries make them.
fn with_sums(status: Status) -> Status {
    let text = status.source.text();
    let range = head_range(text);
    let mut head = Object::new(&text[range.clone()]);
    let draft = Draft::new(&status, 0, false, true);
    let (lead, colon) = head.style();
    let stored = head.get("summary").filter(|summary| summary.starts_with('{')).map(str::to_owned);
    if let Some(summary) = draft.summary(stored.as_deref(), lead, colon) {
        head.set("summary", summary, &[]);
    }
    if let (Some(old), Some(new)) = (head.get("currentPhase"), draft.current_phase())
        && json::text_of(old) != json::text_of(&new)
    {
        head.set("currentPhase", new, &[]);
    }
    let merged = format!("{}{}{}", &text[..range.start], head.render(), &text[range.end..]);
    Status::parse(Arc::new(status.source.with_text(&merged)))
}

/// Gives a field one of the values that a merge found for it, and takes the mark out; says whether there was one.
///
/// # Errors
/// The field is marked, and this is none of its values.
pub(crate) fn settle(entry: &mut Object<'_>, field: &str, value: &str) -> Result<bool, ()> {
    let Some(marks) = entry.get(CONFLICTS).filter(|marks| marks.starts_with('{')).map(str::to_owned) else {
        return Ok(false);
    };
    let mut marks = Object::new(&marks);
    let Some(values) = marks.remove(field) else { return Ok(false) };
    let mut chosen = None;
    let read = json::elements(&values, |known| {
        if json::text_of(known.get()) == value {
            chosen = Some(known.get().to_owned());
        }
    });
    let chosen = chosen.filter(|_| read.is_ok()).ok_or(())?;
    transition::set(entry, field, chosen);
    match marks.render() {
        rest if rest.trim_matches(['{', '}', ' ', '\n', '\r', '\t']).is_empty() => {
            drop(entry.remove(CONFLICTS))
        }
        rest => entry.set(CONFLICTS, rest, &[]),
    }
    Ok(true)
}

impl Status {
    /// The value of any field of an entry: a text as it is, anything else as JSON. `None` if it has no such field.
    pub fn field(&self, entry: EntryIndex, key: &str) -> Option<String> {
        let object = Object::new(self.source.slice(self.entry(entry).span));
        object.get(key).map(|value| json::text_of(value).into_owned())
    }

    /// What a merge could not decide, and nobody has settled yet: the head's first, then in the order of the entries.
    pub fn unsettled(&self) -> Vec<Unsettled> {
        let text = self.source.text();
        let head = self.members.iter().find(|(key, _)| key.as_ref() == CONFLICTS).map(|(_, span)| *span);
        let entries = self.entries().filter_map(|(index, entry)| Some((Some(index), entry.merge_conflicts?)));
        let mut unsettled = Vec::new();
        for (entry, span) in head.map(|span| (None, span)).into_iter().chain(entries) {
            let object = self.source.slice(span);
            if !object.starts_with('{') {
                continue;
            }
            let read = json::members(object, |field, list| {
                let mut values = Vec::new();
                let read = json::elements(list.get(), |value| {
                    values.push(match value.get().starts_with('"') {
                        true => json::text_of(value.get()).into_owned(),
                        false => value.get().to_owned(),
                    });
                });
                if read.is_ok() && !values.is_empty() {
                    let span = json::span_in(text, list.get());
                    unsettled.push(Unsettled { entry, field: Cow::into_owned(field), values, span });
                }
            });
            debug_assert!(read.is_ok(), "the object has been read before");
        }
        unsettled
    }
}
