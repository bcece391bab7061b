//! The members of one JSON object, merged one by one.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use serde_json::Value;

use super::CONFLICTS;
use crate::{Word, edit::Object, json, time, transition};

/// What kind of object it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The whole file.
    Head,
    /// A task's entry.
    Entry,
    /// An element of another list, such as a run.
    Element,
}

/// What tells a task's state: it goes together, or a completed task would keep the error of the other side.
const STATE: [&str; 7] = ["status", "startedAt", "completedAt", "duration", "error", "skipReason", "reason"];
/// What tells of the last failure: the later one is the last.
const LAST_ERROR: [&str; 2] = ["lastErrorAt", "lastError"];
/// Numbers that only grow.
const GROWING: [&str; 3] = ["retryCount", "tasksCompleted", "tasksFailed"];

/// The members of an object; of a key that stands twice the last counts.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Fields<'a> {
    /// Of an object that has been read as JSON before.
    pub(super) fn read(object: &'a str) -> Self {
        let mut fields: Vec<(Cow<'a, str>, &'a str)> = Vec::new();
        let read =
            json::members(object, |key, value| match fields.iter_mut().find(|(known, _)| *known == key) {
                Some(field) => field.1 = value.get(),
                None => fields.push((key, value.get())),
            });
        debug_assert!(read.is_ok(), "the object has been read before");
        Self(fields)
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| *value)
    }

    /// Some of them together.
    fn group(&self, keys: &[&str]) -> Vec<Option<&'a str>> {
        keys.iter().map(|key| self.get(key)).collect()
    }
}

/// Whether two values are the same, however they are written.
pub(super) fn same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || canonical(one) == canonical(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn same_group(one: &[Option<&str>], other: &[Option<&str>]) -> bool {
    one.iter().zip(other).all(|(one, other)| same(*one, *other))
}

/// A value without its blanks and with one way of writing each text and number; what nests too deep for that, as it is.
fn canonical(value: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Value>(value) {
        Ok(value) => Cow::Owned(value.to_string()),
        Err(_) => Cow::Borrowed(value),
    }
}

/// Makes `object`, which is `first`, what both sides together say.
pub(super) fn merge(
    object: &mut Object<'_>,
    base: Option<&Fields<'_>>,
    first: &Fields<'_>,
    second: &Fields<'_>,
    kind: Kind,
) {
    let mut merge = Merge { object, base, first, second, kind, conflicts: Vec::new() };
    let mut done: Vec<&str> = vec![CONFLICTS];
    match kind {
        Kind::Entry => {
            merge.state();
            merge.last_error();
            done.extend(STATE);
            done.extend(LAST_ERROR);
        }
        Kind::Head => done.extend(["tasks", "summary", "currentPhase"]),
        Kind::Element => {}
    }
    if kind == Kind::Head {
        // Both are computed from the entries later, so it matters only that they are there.
        for key in ["summary", "currentPhase"] {
            if first.get(key).is_none()
                && let Some(value) = second.get(key)
            {
                merge.set(key, Some(value.to_owned()));
            }
        }
    }
    let keys = first.0.iter().chain(second.0.iter().filter(|(key, _)| first.get(key).is_none()));
    for (key, _) in keys.filter(|(key, _)| !done.contains(&key.as_ref())) {
        merge.field(key);
    }
    merge.conflicts();
}

struct Merge<'m, 'o, 'a> {
    object: &'m mut Object<'o>,
    base: Option<&'m Fields<'a>>,
    first: &'m Fields<'a>,
    second: &'m Fields<'a>,
    kind: Kind,
    /// Fields, and the values that they were given.
    conflicts: Vec<(String, [String; 2])>,
}

impl<'a> Merge<'_, '_, 'a> {
    fn set(&mut self, key: &str, value: Option<String>) {
        match value {
            None => drop(self.object.remove(key)),
            Some(value) if self.object.get(key) == Some(value.as_str()) => {}
            Some(value) if self.kind == Kind::Entry => transition::set(self.object, key, value),
            Some(value) => self.object.set(key, value, &[]),
        }
    }

    fn before(&self, keys: &[&str]) -> Vec<Option<&'a str>> {
        self.base.map_or_else(|| vec![None; keys.len()], |base| base.group(keys))
    }

    /// Takes a group of fields from the second side, if that has the greater `rank`; the one that did not change has none.
    fn group<R: Ord>(&mut self, keys: &[&str], rank: impl Fn(&[Option<&str>]) -> R) {
        let (first, second) = (self.first.group(keys), self.second.group(keys));
        if same_group(&first, &second) {
            return;
        }
        let before = self.before(keys);
        let unchanged = (
            self.base.is_some() && same_group(&first, &before),
            self.base.is_some() && same_group(&second, &before),
        );
        let take = match unchanged {
            (true, _) => true,
            (_, true) => false,
            _ => (rank(&second), written(&second)) > (rank(&first), written(&first)),
        };
        if take {
            for (key, value) in keys.iter().zip(second) {
                self.set(key, value.map(str::to_owned));
            }
        }
    }

    fn state(&mut self) {
        let word = |group: &[Option<&str>]| group[0].map(json::text_of).unwrap_or_default().into_owned();
        let (first, second, before) =
            (self.first.group(&STATE), self.second.group(&STATE), self.before(&STATE));
        let words = [word(&first), word(&second)];
        let changed = |group: &[Option<&str>]| self.base.is_none() || !same_group(group, &before);
        let unknown = words.iter().any(|word| transition::meaning(word).is_none());
        if unknown && words[0] != words[1] && changed(&first) && changed(&second) {
            let values = words.map(|word| json::quote(&word));
            self.conflicts.push(("status".to_owned(), values));
        }
        self.group(&STATE, |group| {
            let times = [group[1], group[2]].into_iter().flatten().filter_map(milliseconds).max();
            (rank(&word(group)), times)
        });
    }

    fn last_error(&mut self) {
        self.group(&LAST_ERROR, |group| group[0].and_then(milliseconds));
    }

    fn field(&mut self, key: &str) {
        let (first, second) = (self.first.get(key), self.second.get(key));
        let before = self.base.and_then(|base| base.get(key));
        if same(first, second) || (self.base.is_some() && same(second, before)) {
            return;
        }
        if self.base.is_some() && same(first, before) {
            return self.set(key, second.map(str::to_owned));
        }
        let (Some(first), Some(second)) = (first, second) else {
            // Taken out here and changed there: what was changed is worth more.
            return self.set(key, first.or(second).map(str::to_owned));
        };
        if first.starts_with('[') && second.starts_with('[') {
            return self
                .set(key, Some(lists(before.filter(|before| before.starts_with('[')), first, second)));
        }
        if let (Some(one), Some(other)) = (milliseconds(first), milliseconds(second)) {
            let later = (other, second) > (one, first);
            let earliest = self.kind != Kind::Element && key == "createdAt";
            return self.set(key, Some(if later == earliest { first } else { second }.to_owned()));
        }
        if GROWING.contains(&key)
            && let (Ok(one), Ok(other)) = (first.parse::<i64>(), second.parse::<i64>())
        {
            return self.set(key, Some(one.max(other).to_string()));
        }
        let winner = if size(second) > size(first) { second } else { first };
        self.set(key, Some(winner.to_owned()));
        self.conflicts.push((key.to_owned(), [first.to_owned(), second.to_owned()]));
    }

    /// Writes down what could not be decided, now and before, unless one side settled it.
    fn conflicts(&mut self) {
        let read = |fields: &Fields<'_>| {
            fields.get(CONFLICTS).filter(|value| value.starts_with('{')).map(str::to_owned)
        };
        let (first, second, before) = (read(self.first), read(self.second), self.base.and_then(read));
        if first.is_none() && second.is_none() && self.conflicts.is_empty() {
            return;
        }
        let fields = |text: &'_ Option<String>| -> Vec<(String, BTreeSet<String>)> {
            let Some(text) = text else { return Vec::new() };
            Fields::read(text).0.iter().map(|(key, list)| (key.to_string(), elements(list))).collect()
        };
        let (first, second, before) = (fields(&first), fields(&second), fields(&before));
        let of = |fields: &[(String, BTreeSet<String>)], key: &str| {
            fields.iter().find(|(known, _)| known == key).map(|(_, values)| values.clone())
        };
        let mut keys: BTreeSet<String> = self.conflicts.iter().map(|(key, _)| key.clone()).collect();
        keys.extend(first.iter().chain(&second).map(|(key, _)| key.clone()));
        let mut told = String::new();
        for key in keys {
            let (one, other, was) = (of(&first, &key), of(&second, &key), of(&before, &key));
            let mut values = match (one == was, other == was) {
                _ if was.is_none() || (one != was && other != was) => {
                    one.into_iter().chain(other).flatten().collect()
                }
                (true, _) => other.unwrap_or_default(),
                _ => one.unwrap_or_default(),
            };
            for (_, added) in self.conflicts.iter().filter(|(known, _)| *known == key) {
                values.extend(added.iter().map(|value| canonical(value).into_owned()));
            }
            if key == "status" && self.kind == Kind::Entry && !values.is_empty() {
                // Of the words that have a place in the table the one that won speaks for all.
                values.retain(|word| transition::meaning(&json::text_of(word)).is_none());
                values.extend(self.object.get("status").map(|word| canonical(word).into_owned()));
            }
            let values = settled_by_themselves(values);
            if values.len() > 1 {
                let list: Vec<String> = values.into_iter().collect();
                let comma = if told.is_empty() { "" } else { ", " };
                told.push_str(&format!("{comma}{}: [{}]", json::quote(&key), list.join(", ")));
            }
        }
        self.set(CONFLICTS, (!told.is_empty()).then(|| format!("{{{told}}}")));
    }
}

/// What need not be asked: a text that another goes on from is in that one.
fn settled_by_themselves(values: BTreeSet<String>) -> BTreeSet<String> {
    let inside = |value: &String| {
        let text = json::text_of(value);
        values.iter().any(|other| other != value && json::text_of(other).starts_with(text.as_ref()))
    };
    values.iter().filter(|value| !(value.starts_with('"') && inside(value))).cloned().collect()
}

/// Where a state stands in the machine; what nobody knows comes before all.
fn rank(word: &str) -> u8 {
    match transition::meaning(word) {
        None => 0,
        Some(Word::Pending) => 1,
        Some(Word::InProgress) => 2,
        Some(Word::Failed) => 3,
        Some(Word::Skipped) => 4,
        Some(Word::Completed) => 5,
    }
}

/// Decides where nothing else does, the same way on every machine.
fn written(group: &[Option<&str>]) -> Vec<Option<String>> {
    group.iter().map(|value| value.map(|value| canonical(value).into_owned())).collect()
}

/// The longer of two values stands in the field: it says more.
fn size(value: &str) -> (usize, Cow<'_, str>) {
    let value = canonical(value);
    (value.len(), value)
}

fn milliseconds(value: &str) -> Option<i64> {
    value.starts_with('"').then(|| time::milliseconds(&json::text_of(value)))?
}

/// The elements of a list, each in one way of writing.
fn elements(list: &str) -> BTreeSet<String> {
    let mut elements = BTreeSet::new();
    let read = json::elements(list, |element| {
        elements.insert(canonical(element.get()).into_owned());
    });
    if read.is_err() {
        elements.clear();
    }
    elements
}

/// Two lists as one: what either added is in, what either took out is out. Objects with a `runId` or an `id` are merged.
fn lists(before: Option<&str>, first: &str, second: &str) -> String {
    let read = |list| {
        let mut elements: Vec<(String, &str)> = Vec::new();
        let read = json::elements(list, |element| elements.push((name(element.get()), element.get())));
        debug_assert!(read.is_ok(), "the list has been read before");
        elements
    };
    let (was, one, other) = (before.map(read).unwrap_or_default(), read(first), read(second));
    let by_name = |list: &[(String, &'_ str)]| -> HashMap<String, String> {
        // Of two with one name the first counts.
        list.iter().rev().map(|(name, value)| (name.clone(), (*value).to_owned())).collect()
    };
    let (in_was, in_one, in_other) = (by_name(&was), by_name(&one), by_name(&other));
    let mut merged: Vec<String> = Vec::with_capacity(one.len() + other.len());
    for (name, value) in &one {
        let before = in_was.get(name).map(String::as_str);
        match in_other.get(name) {
            Some(also) => merged.push(element(before, value, also)),
            None if same(before, Some(value)) => {}
            None => merged.push((*value).to_owned()),
        }
    }
    for (name, value) in other.iter().filter(|(name, _)| !in_one.contains_key(name)) {
        if !same(in_was.get(name).map(String::as_str), Some(value)) {
            merged.push((*value).to_owned());
        }
    }
    let styled = if one.is_empty() { (second, &other) } else { (first, &one) };
    in_style(styled.0, styled.1, &merged)
}

/// What an element of a list is known by: the id of an object, else the whole of it.
fn name(element: &str) -> String {
    let id = element.starts_with('{').then(|| {
        let fields = Fields::read(element);
        fields.get("runId").or(fields.get("id")).map(|id| canonical(id).into_owned())
    });
    id.flatten().unwrap_or_else(|| canonical(element).into_owned())
}

fn element(before: Option<&str>, first: &str, second: &str) -> String {
    if !first.starts_with('{') || !second.starts_with('{') || same(Some(first), Some(second)) {
        return first.to_owned();
    }
    let mut object = Object::new(first);
    let before = before.filter(|before| before.starts_with('{')).map(Fields::read);
    merge(&mut object, before.as_ref(), &Fields::read(first), &Fields::read(second), Kind::Element);
    object.render()
}

/// Elements as a list, with the blanks of a list that is there.
fn in_style(list: &str, own: &[(String, &str)], elements: &[String]) -> String {
    let at = |element: &str| json::span_in(list, element).range();
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return format!("[{}]", elements.join(", "));
    };
    let lead = &list[1..at(first.1).start];
    let between = match own.get(1) {
        Some(second) => &list[at(first.1).end..at(second.1).start],
        None if lead.is_empty() => ", ",
        None => &format!(",{lead}"),
    };
    let close = &list[at(last.1).end..];
    match elements.is_empty() {
        true => "[]".to_owned(),
        false => format!("[{lead}{}{close}", elements.join(between)),
    }
}
