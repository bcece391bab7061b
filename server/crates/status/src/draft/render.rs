//! A draft's new text: the tasks that changed, and what follows from them in the head.

use std::{borrow::Cow, collections::HashMap};

use tallymark_text::{Edit, Span, apply_edits};

use super::Draft;
use crate::{EntryIndex, Status, StoreError, Text, Word, edit::Object, json, time, transition};

impl Draft<'_> {
    /// The first phase with an unfinished task, or the last phase, as JSON. Phases come in the order in which they are first
    /// named. Completed and skipped tasks are finished.
    pub(crate) fn current_phase(&self) -> Option<String> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let (mut last, mut first_open): (Option<&str>, Option<(usize, &str)>) = (None, None);
        // Phases come in runs: most tasks have that of the one before.
        let mut current: Option<(usize, &str)> = None;
        for at in self.order() {
            let (word, phase) = match at {
                Ok(index) => (self.word(index), self.phase(index)),
                Err(added) => {
                    let added = &self.added[added];
                    (Cow::Borrowed(added.word.as_str()), Some(added.phase.as_str()))
                }
            };
            let Some(phase) = phase else { continue };
            let place = match current {
                Some((place, current)) if current == phase => place,
                _ => {
                    let next = places.len();
                    let place = *places.entry(phase).or_insert(next);
                    if place == next {
                        last = Some(phase);
                    }
                    place
                }
            };
            current = Some((place, phase));
            let finished = matches!(transition::meaning(&word), Some(Word::Completed | Word::Skipped));
            if !finished && first_open.is_none_or(|(first, _)| place < first) {
                first_open = Some((place, phase));
            }
        }
        first_open.map(|(_, phase)| phase).or(last).map(str::to_owned)
    }

    /// The new text.
    pub(super) fn render(mut self) -> Result<String, StoreError> {
        self.check_ids()?;
        self.rename_references();
        let text = self.status.source.text();
        let start = text.len() - text.trim_ascii_start().len();
        let end = text.trim_ascii_end().len();
        let mut head = Object::with_members(&text[start..end], self.status.head(start));
        if let Some(tasks) = self.tasks() {
            head.set("tasks", tasks, &[]);
        }
        if let Some(runs) = &self.runs {
            head.set("runs", runs.as_str(), &["tasks"]);
        }
        if let Some(path) = &self.plan_path {
            head.set("planPath", json::quote(path), &[]);
        }
        if let Some(phase) = &self.current_phase {
            head.set(
                "currentPhase",
                json::quote(phase),
                &["lastUpdatedAt", "createdAt", "planName", "planPath"],
            );
        } else if self.moved
            && let (Some(old), Some(new)) = (head.get("currentPhase"), self.current_phase())
            && json::text_of(old) != json::text_of(&new)
        {
            head.set("currentPhase", new, &[]);
        }
        if head.get("lastUpdatedAt").is_some() {
            head.set("lastUpdatedAt", json::quote(&time::format(self.now)), &[]);
        }
        let (lead, colon) = head.style();
        let stored = head.get("summary").filter(|summary| summary.starts_with('{')).map(str::to_owned);
        if let Some(summary) = self.summary(stored.as_deref(), lead, colon) {
            head.set("summary", summary, &[]);
        }
        let mut rendered = String::with_capacity(text.len() + 256);
        rendered.push_str(&text[..start]);
        head.render_into(&mut rendered);
        rendered.push_str(&text[end..]);
        Ok(rendered)
    }

    /// The new `summary`: its numbers replaced, and those added that are not zero; all six, and the object itself, only
    /// if that was asked for.
    pub(crate) fn summary(&self, stored: Option<&str>, head_lead: &str, colon: &str) -> Option<String> {
        let indent = head_lead.trim_start_matches(['\r', '\n']);
        let lead = format!("{head_lead}{indent}");
        let mut summary = match stored {
            Some(stored) => Object::new(stored),
            None if self.whole_summary => Object::with_style(&lead, colon, head_lead),
            None => return None,
        };
        for (field, count) in self.counts() {
            let old = summary.get(field.key());
            if old.is_some() || count != 0 || self.whole_summary {
                let same = old.is_some_and(|old| old.parse() == Ok(count));
                if !same {
                    summary.set(field.key(), count.to_string(), &[]);
                }
            }
        }
        Some(summary.render())
    }

    /// No new id may be one that another entry has.
    fn check_ids(&self) -> Result<(), StoreError> {
        let mut counts: HashMap<&str, usize> = self.ids.values().map(|id| (id.as_str(), 0)).collect();
        if counts.is_empty() {
            return Ok(());
        }
        for (index, _) in self.status.entries().filter(|(index, _)| !self.removed.contains(index)) {
            let id = self.ids.get(&index).map_or(self.status.id(index), String::as_str);
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        for added in &self.added {
            if let Some(count) = counts.get_mut(added.id.as_str()) {
                *count += 1;
            }
        }
        match counts.into_iter().find(|(_, count)| *count > 1) {
            Some((id, _)) => Err(StoreError::IdTaken { id: id.to_owned() }),
            None => Ok(()),
        }
    }

    /// Follows new ids in the dependencies and dependents of the others.
    fn rename_references(&mut self) {
        if self.ids.is_empty() {
            return;
        }
        let status = self.status;
        let new_ids: HashMap<&str, String> =
            self.ids.iter().map(|(&index, new)| (status.id(index), json::quote(new))).collect();
        for (index, entry) in status.entries().filter(|(index, _)| !self.removed.contains(index)) {
            for (key, references) in
                [("dependencies", &entry.dependencies), ("dependents", &entry.dependents)]
            {
                let renamed: Vec<(&Text, &String)> = references
                    .iter()
                    .filter_map(|reference| Some((reference, new_ids.get(status.str(reference))?)))
                    .collect();
                if renamed.is_empty() {
                    continue;
                }
                // Of a key that stands twice the last was read: its value is the one to be replaced.
                let object =
                    self.touched.entry(index).or_insert_with(|| Object::new(status.source.slice(entry.span)));
                let Some(list) = object.get(key).map(str::to_owned) else { continue };
                let Some(offset) = list_offset(status.source.text(), &list, renamed[0].0) else { continue };
                let edits: Vec<Edit> = renamed
                    .iter()
                    .map(|(reference, new)| {
                        let span =
                            (reference.span.start as usize - offset)..(reference.span.end as usize - offset);
                        Edit::replace(span.into(), new.as_str())
                    })
                    .collect();
                let list = apply_edits(&list, &edits).expect("the elements of a list do not overlap");
                object.set(key, list, &[]);
            }
        }
    }

    /// The new `tasks` with its brackets; `None` if no entry changes.
    fn tasks(&self) -> Option<String> {
        if self.touched.is_empty() && self.removed.is_empty() && self.added.is_empty() {
            return None;
        }
        let source = &self.status.source;
        let tasks = self.status.tasks_span?;
        let mut edits: Vec<Edit> = Vec::new();
        let local =
            |start: u32, end: u32| ((start - tasks.start) as usize..(end - tasks.start) as usize).into();
        for (&index, object) in &self.touched {
            let span = self.status.entry(index).span;
            edits.push(Edit::replace(local(span.start, span.end), object.render()));
        }
        edits.extend(self.removals().into_iter().map(|(start, end)| Edit::replace(local(start, end), "")));
        edits.extend(self.insertions(tasks));
        Some(apply_edits(source.slice(tasks), &edits).expect("the entries of a file do not overlap"))
    }

    /// The added entries, each with its comma and blanks, in places counted from the start of `tasks`.
    fn insertions(&self, tasks: Span) -> Vec<Edit> {
        if self.added.is_empty() {
            return Vec::new();
        }
        let list = self.status.source.slice(tasks);
        let style = ListStyle::of_tasks(self.status);
        // What is not an object stands in the list too.
        let content_end = list[..list.len() - 1].trim_ascii_end().len();
        let empty = content_end == 1;
        let last = self.status.entries.len().checked_sub(1).map(|last| EntryIndex(last as u32));
        let mut insertions = Vec::new();
        for added in self.order().into_iter().filter_map(Result::err).map(|added| &self.added[added]) {
            let place = match added.anchor.or(last) {
                Some(anchor) => (self.status.entry(anchor).span.end - tasks.start) as usize,
                None => content_end,
            };
            let (comma, lead) =
                if empty && insertions.is_empty() { ("", &style.first) } else { (",", &style.element) };
            insertions.push(Edit::insert(place, format!("{comma}{lead}{}", added.text)));
        }
        if empty {
            insertions.push(Edit::replace(Span::new(content_end, list.len() - 1), style.close));
        }
        insertions
    }

    /// The bytes that go with the removed entries, a comma with each.
    fn removals(&self) -> Vec<(u32, u32)> {
        let text = self.status.source.text();
        let mut removals: Vec<(u32, u32)> = Vec::new();
        // Where the next entry has come to stand because everything before it is gone.
        let mut front = None;
        for &index in &self.removed {
            let span = self.status.entry(index).span;
            let before = text[..span.start as usize].trim_ascii_end();
            if before.ends_with('[') || front == Some(span.start) {
                // With the comma behind it: the next entry takes its place.
                let rest = &text[span.end as usize..];
                let behind = rest.trim_ascii_start().strip_prefix(',').map(str::trim_ascii_start);
                let end = behind.map_or(span.end as usize, |behind| text.len() - behind.len()) as u32;
                removals.push((span.start, end));
                front = Some(end);
            } else {
                let comma = before.strip_suffix(',').unwrap_or(before).trim_ascii_end();
                removals.push((comma.len() as u32, span.end));
            }
        }
        removals
    }
}

/// Where in the text the list begins of which `reference` is an element; `list` is the list's own text.
fn list_offset(text: &str, list: &str, reference: &Text) -> Option<usize> {
    // Not simply the nearest bracket: an id before it can hold one.
    let mut brackets = text[..reference.span.start as usize].rmatch_indices('[').map(|(at, _)| at);
    brackets.find(|&at| text[at..].starts_with(list))
}

/// The blanks of a list of objects.
pub(crate) struct ListStyle {
    /// Before the first element.
    pub(crate) first: String,
    /// Before a later element, behind its comma.
    pub(crate) element: String,
    /// Before the closing bracket.
    pub(crate) close: String,
    /// Before a key of an element.
    pub(crate) member: String,
    /// Around a colon.
    pub(crate) colon: String,
}

impl ListStyle {
    /// Of a list whose elements stand one level deeper than the members of the head, as JSON.stringify writes them.
    pub(super) fn of_head(text: &str) -> Self {
        let head = Object::new(text.trim_ascii());
        let (lead, colon) = head.style();
        let unit = lead.trim_start_matches(['\r', '\n']);
        let deeper = |levels: usize| match lead.contains('\n') {
            true => format!("{lead}{}", unit.repeat(levels)),
            false => String::new(),
        };
        let element = if lead.contains('\n') { deeper(1) } else { lead.to_owned() };
        Self { first: deeper(1), element, close: deeper(0), member: deeper(2), colon: colon.to_owned() }
    }

    /// Of the entries, where there are two; with one or none, as the blanks before the first, or the head's.
    pub(crate) fn of_tasks(status: &Status) -> Self {
        let text = status.source.text();
        let before = |index: usize| {
            let start = status.entries[index].span.start as usize;
            text[text[..start].trim_ascii_end().len()..start].to_owned()
        };
        match status.entries.len() {
            0 => Self::of_head(text),
            1 if before(0).contains('\n') => Self { element: before(0), ..Self::of_head(text) },
            1 => Self::of_head(text),
            _ => Self { element: before(1), ..Self::of_head(text) },
        }
    }
}
