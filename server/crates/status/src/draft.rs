//! From a status file's text and requests to the new text: pure, nothing is written here.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    Change, Entry, EntryIndex, Expected, FieldChange, NewEntry, Request, Status, StoreError, SummaryField,
    Text, Word, edit::Object, fields, history::MarkChange, json, merge, nearest, time, transition,
};

mod render;
mod runs;

pub(crate) use render::ListStyle;

/// What became of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The entry's id in the file; empty for changes of the head.
    pub entry: String,
    /// The change's name, as the history has it: `transition`, `add`, `remove`, `set-id`, …
    pub change: &'static str,
    /// What it was: the status word, the old id, description or phase.
    pub from: String,
    /// What it is now.
    pub to: String,
    /// Why, where the request said so.
    pub reason: Option<String>,
    /// Whether anything is different from before: a task that was so already is not changed.
    pub changed: bool,
    /// Whether it went against the table of transitions, by `force`.
    pub forced: bool,
    /// What became of the members of the entry.
    pub fields: Vec<FieldChange>,
    /// What the caller was about to do to the task's box in the plan.
    pub mark: Option<MarkChange>,
    /// The first line of the history that it takes back.
    pub undoes: Option<u64>,
}

/// Applies requests to a status file that can be read, and gives the new text; nothing is applied if one of them fails.
///
/// Entries are named by their ids as the file has them before the first request, so that a renumbering can swap ids;
/// only an id that is not there is looked for among what earlier requests made.
pub(crate) fn apply(
    status: &Status,
    requests: &[Request],
    now: i64,
    force: bool,
) -> Result<(String, Vec<Outcome>), StoreError> {
    let mut outcomes = Vec::with_capacity(requests.len());
    let mut between: Option<Status> = None;
    loop {
        let status = between.as_ref().unwrap_or(status);
        let done = outcomes.len();
        let mut draft = Draft::new(status, now, force, requests.len() < 8);
        for request in &requests[done..] {
            match draft.request(request)? {
                Step::Done(outcome) => outcomes.push(outcome),
                Step::NeedsText => break,
            }
        }
        let changed = outcomes[done..].iter().any(|outcome| outcome.changed);
        let text = if changed { draft.render()? } else { status.source.text().to_owned() };
        if outcomes.len() == requests.len() {
            return Ok((text, outcomes));
        }
        // The next one names something that only the new text has.
        between = Some(Status::parse(Arc::new(status.source.with_text(&text))));
    }
}

/// What became of a request.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Step {
    Done(Outcome),
    /// It can be answered only from the text that the requests before it make.
    NeedsText,
}

/// An entry that is to be added.
struct Added {
    id: String,
    word: Word,
    /// As JSON.
    phase: String,
    /// The entry it stands behind, or behind what was added there before; at the end if `None`.
    anchor: Option<EntryIndex>,
    text: String,
}

/// A status file, and what is to change in it.
pub(crate) struct Draft<'a> {
    status: &'a Status,
    now: i64,
    force: bool,
    /// There are so few requests that looking through all entries for each costs less than ordering them.
    few: bool,
    touched: BTreeMap<EntryIndex, Object<'a>>,
    ids: HashMap<EntryIndex, String>,
    removed: BTreeSet<EntryIndex>,
    added: Vec<Added>,
    added_ids: HashSet<String>,
    plan_path: Option<String>,
    current_phase: Option<String>,
    runs: Option<String>,
    /// Whether a task's status or phase changed, and so perhaps the current phase.
    moved: bool,
    whole_summary: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(status: &'a Status, now: i64, force: bool, few: bool) -> Self {
        Self {
            status,
            now,
            force,
            few,
            touched: BTreeMap::new(),
            ids: HashMap::new(),
            removed: BTreeSet::new(),
            added: Vec::new(),
            added_ids: HashSet::new(),
            plan_path: None,
            current_phase: None,
            runs: None,
            moved: false,
            whole_summary: false,
        }
    }

    fn request(&mut self, request: &Request) -> Result<Step, StoreError> {
        let outcome = |change, from: String, to: &str, changed| Outcome {
            entry: request.entry.clone(),
            change,
            from,
            to: to.to_owned(),
            changed,
            ..Outcome::default()
        };
        match &request.change {
            Change::Add { entry, after } => return self.add(entry, after.as_deref()),
            Change::RecomputeSummary => {
                self.check_head(&request.expected)?;
                self.whole_summary = true;
                let stored = self.status.summary.iter().flat_map(|summary| &summary.counts);
                let stored: HashMap<SummaryField, i64> =
                    stored.map(|&(field, count, _)| (field, count)).collect();
                let right = self.counts().iter().all(|(field, count)| stored.get(field) == Some(count));
                return Ok(Step::Done(outcome("recompute-summary", String::new(), "", !right)));
            }
            Change::SetCurrentPhase(phase) => {
                self.check_head(&request.expected)?;
                let from = self.head_text(self.current_phase.as_deref(), self.status.current_phase.as_ref());
                let changed = from != *phase;
                self.current_phase = Some(phase.clone());
                return Ok(Step::Done(outcome("set-current-phase", from, phase, changed)));
            }
            Change::SetPlanPath(path) => {
                self.check_head(&request.expected)?;
                let from = self.head_text(self.plan_path.as_deref(), self.status.plan_path.as_ref());
                let changed = from != *path;
                self.plan_path = Some(path.clone());
                return Ok(Step::Done(outcome("set-plan-path", from, path, changed)));
            }
            Change::BeginRun | Change::EndRun { .. } => {
                self.check_head(&request.expected)?;
                let (from, to, changed) = self.run(&request.change)?;
                let change = if request.change == Change::BeginRun { "begin-run" } else { "end-run" };
                return Ok(Step::Done(outcome(change, from, &to, changed)));
            }
            Change::Remove if !self.added.is_empty() => return Ok(Step::NeedsText),
            _ => {}
        }
        let Some(index) = self.find(request)? else { return Ok(Step::NeedsText) };
        let (status, now) = (self.status, self.now);
        let word = self.word(index).into_owned();
        let before = self.touched.get(&index).cloned().unwrap_or_else(|| Object::new(self.entry_text(index)));
        let mut outcome = match &request.change {
            Change::Transition { to, reason, notes, reopen } => {
                let (reason, notes) = (reason.as_deref(), notes.as_deref());
                if word == to.as_str() {
                    return Ok(Step::Done(outcome("transition", word, to.as_str(), false)));
                }
                let mut forced = false;
                if transition::meaning(&word) == Some(*to) {
                    // `done` is to be completed: it is so already, in another word.
                    transition::set(self.object(index), "status", json::quote(to.as_str()));
                } else {
                    forced = self.check_transition(&request.entry, &word, *to, *reopen)?;
                    transition::apply(self.object(index), *to, reason, notes, now);
                }
                self.moved = true;
                let reason = reason.map(str::to_owned);
                Outcome { forced, reason, ..outcome("transition", word, to.as_str(), true) }
            }
            Change::MendWord(to) => {
                let changed = word != to.as_str();
                if changed && Word::from_exact(&word).is_some() {
                    return Err(StoreError::Conflict {
                        id: request.entry.clone(),
                        expected: "a status that is no known word".to_owned(),
                        actual: word,
                        changed_by: None,
                    });
                }
                transition::set(self.object(index), "status", json::quote(to.as_str()));
                self.moved = true;
                outcome("mend-word", word, to.as_str(), changed)
            }
            Change::Remove => {
                self.touched.remove(&index);
                self.removed.insert(index);
                self.moved = true;
                outcome("remove", word, "", true)
            }
            Change::SetId(id) => {
                let quoted = json::quote(id);
                let object = self.object(index);
                let changed =
                    object.get("id").is_none_or(|old| json::text_of(old) != *id || !old.starts_with('"'));
                if changed {
                    transition::set(object, "id", quoted);
                    self.ids.insert(index, id.clone());
                }
                outcome("set-id", request.entry.clone(), id, changed)
            }
            Change::SetDescription(description) => {
                let from = status.description(index).to_owned();
                let key = self.key_in_use(index, "description", "title");
                outcome("set-description", from, description, self.set_text(index, key, description))
            }
            Change::SetPhase(phase) => {
                let from =
                    status.entry(index).phase.as_ref().map_or("", |phase| status.str(phase)).to_owned();
                let key = self.key_in_use(index, "phase", "phaseName");
                self.moved = true;
                outcome("set-phase", from, phase, self.set_text(index, key, phase))
            }
            Change::ClearError => {
                let error = self.object(index).remove("error");
                let changed = error.is_some();
                outcome(
                    "clear-error",
                    error.map_or(String::new(), |error| json::text_of(&error).into_owned()),
                    "",
                    changed,
                )
            }
            Change::SetFindingsPath(path) => {
                let from = status.entry(index).findings_path.as_ref().map_or("", |path| status.str(path));
                let from = from.to_owned();
                outcome("set-findings-path", from, path, self.set_text(index, "findingsPath", path))
            }
            Change::CountRetry { error } => {
                let object = self.object(index);
                let (from, to) = transition::count_retry(object);
                let now = transition::not_before(object, now);
                transition::set(object, "lastErrorAt", json::quote(&time::format(now)));
                if let Some(error) = error {
                    // What failed last is what a failed task's `error` says too: it becomes `lastError` when it is tried.
                    if object.get("error").is_some() {
                        transition::set(object, "error", json::quote(error));
                    }
                    transition::set(object, "lastError", json::quote(error));
                }
                let reason = error.clone();
                Outcome { reason, ..outcome("count-retry", from.to_string(), &to.to_string(), true) }
            }
            Change::SetFields(changes) => {
                let object = self.object(index);
                for FieldChange { key, now, .. } in changes {
                    match now {
                        Some(value) => transition::set(object, key, value.as_str().to_owned()),
                        None => drop(object.remove(key)),
                    }
                }
                let changed = !fields::changed(Some(&before), Some(object)).is_empty();
                self.moved |= changed;
                let now = self.word(index).into_owned();
                outcome("set-fields", word, &now, changed)
            }
            Change::Settle { field, value } => {
                self.moved = true;
                let from = status.field(index, field).unwrap_or_default();
                let changed = merge::settle(self.object(index), field, value);
                outcome("settle", from, value, changed.map_err(|()| unknown_value(request))?)
            }
            Change::Add { .. }
            | Change::BeginRun
            | Change::EndRun { .. }
            | Change::RecomputeSummary
            | Change::SetCurrentPhase(_)
            | Change::SetPlanPath(_) => {
                unreachable!("answered above")
            }
        };
        if outcome.changed {
            outcome.fields = fields::changed(Some(&before), self.touched.get(&index));
        }
        Ok(Step::Done(outcome))
    }

    /// The entry that a request names, as the caller saw it; `None` if only the new text can have it.
    fn find(&self, request: &Request) -> Result<Option<EntryIndex>, StoreError> {
        let (status, id) = (self.status, &request.entry);
        let mut candidates = if self.few {
            let same = |(index, entry): (EntryIndex, &Entry)| {
                (entry.id.is_some() && status.id(index) == id).then_some(index)
            };
            status.entries().filter_map(same).collect()
        } else {
            status.find_all(id).to_vec()
        };
        candidates.retain(|index| !self.removed.contains(index));
        if candidates.len() > 1
            && let Some(revision) = request.expected.revision
        {
            let seen: Vec<EntryIndex> = candidates
                .iter()
                .copied()
                .filter(|&index| status.entry_revision(index) == revision)
                .collect();
            if seen.len() == 1 {
                candidates = seen;
            }
        }
        let index = match candidates[..] {
            [index] => index,
            [] if self.added.is_empty() && self.ids.is_empty() && self.removed.is_empty() => {
                let ids = status.entries().map(|(index, _)| status.id(index)).filter(|id| !id.is_empty());
                return Err(StoreError::UnknownId { id: id.clone(), nearest: nearest::nearest(id, ids) });
            }
            [] => return Ok(None),
            _ => return Err(StoreError::DuplicateId { id: id.clone(), count: candidates.len() }),
        };
        let quoted =
            status.entry(index).id.as_ref().is_some_and(|id| status.source.slice(id.span).starts_with('"'));
        if !quoted && !matches!(request.change, Change::SetId(_) | Change::Remove) {
            return Err(StoreError::NumericId { id: id.clone() });
        }
        let word = self.word(index);
        let conflict = |expected: String, actual: String| StoreError::Conflict {
            id: id.clone(),
            expected,
            actual,
            changed_by: None,
        };
        match &request.expected {
            Expected { status: Some(expected), .. } if *expected != word => {
                Err(conflict(expected.clone(), described(&word).to_owned()))
            }
            Expected { revision: Some(revision), .. } if *revision != status.entry_revision(index) => {
                let now = format!("another now (its status: {})", described(&word));
                Err(conflict("the entry that was seen".to_owned(), now))
            }
            _ => Ok(Some(index)),
        }
    }

    /// Holds the file as a whole against what the caller saw of it.
    fn check_head(&self, expected: &Expected) -> Result<(), StoreError> {
        match expected.revision {
            Some(revision) if revision != self.status.revision() => Err(StoreError::Conflict {
                id: String::new(),
                expected: format!("revision {revision}"),
                actual: format!("revision {}", self.status.revision()),
                changed_by: None,
            }),
            _ => Ok(()),
        }
    }

    /// Whether a transition needs force, and has it.
    fn check_transition(&self, id: &str, from: &str, to: Word, reopen: bool) -> Result<bool, StoreError> {
        match (transition::legal(from, reopen).contains(&to), self.force) {
            (true, _) => Ok(false),
            (false, true) => Ok(true),
            (false, false) => Err(illegal(id, from, to)),
        }
    }

    fn add(&mut self, entry: &NewEntry, after: Option<&str>) -> Result<Step, StoreError> {
        if !self.removed.is_empty() || !self.ids.is_empty() {
            return Ok(Step::NeedsText);
        }
        let taken = !self.status.find_all(&entry.id).is_empty();
        if taken || !self.added_ids.insert(entry.id.clone()) {
            return Err(StoreError::IdTaken { id: entry.id.clone() });
        }
        // Behind what was added before with this id, else behind the entry, else at the end.
        let earlier = after.filter(|&after| self.added_ids.contains(after));
        let earlier = earlier.and_then(|after| self.added.iter().rposition(|added| added.id == after));
        let (place, anchor) = match earlier {
            Some(earlier) => (earlier + 1, self.added[earlier].anchor),
            None => (self.added.len(), after.and_then(|after| self.status.find_all(after).last().copied())),
        };
        let text = self.new_entry(entry, anchor);
        let fields = fields::changed(None, Some(&Object::new(&text)));
        let added = Added {
            id: entry.id.clone(),
            word: entry.status,
            phase: json::quote(&entry.phase),
            anchor,
            text,
        };
        self.added.insert(place, added);
        self.moved = true;
        Ok(Step::Done(Outcome {
            entry: entry.id.clone(),
            change: "add",
            to: entry.status.as_str().to_owned(),
            changed: true,
            fields,
            ..Outcome::default()
        }))
    }

    /// A new entry's text, written as its neighbour is.
    fn new_entry(&self, entry: &NewEntry, anchor: Option<EntryIndex>) -> String {
        let neighbour =
            anchor.or_else(|| self.status.entries.len().checked_sub(1).map(|last| EntryIndex(last as u32)));
        let style;
        let mut object = match neighbour {
            Some(neighbour) => {
                let neighbour = Object::new(self.entry_text(neighbour));
                let mut object = neighbour.sibling();
                let title = neighbour.get("description").is_none() && neighbour.get("title").is_some();
                fill(&mut object, entry, if title { "title" } else { "description" });
                return object.render();
            }
            None => {
                style = ListStyle::of_head(self.status.source.text());
                Object::with_style(&style.member, &style.colon, &style.first)
            }
        };
        fill(&mut object, entry, "description");
        object.render()
    }

    fn entry_text(&self, index: EntryIndex) -> &'a str {
        self.status.source.slice(self.status.entry(index).span)
    }

    fn object(&mut self, index: EntryIndex) -> &mut Object<'a> {
        let text = self.entry_text(index);
        self.touched.entry(index).or_insert_with(|| Object::new(text))
    }

    /// The status word as the requests so far have left it.
    fn word(&self, index: EntryIndex) -> Cow<'_, str> {
        match self.touched.get(&index) {
            Some(object) => object.get("status").map_or(Cow::Borrowed(""), json::text_of),
            None => Cow::Borrowed(self.status.word(index)),
        }
    }

    /// The phase of an entry as JSON, as the requests so far have left it.
    fn phase(&self, index: EntryIndex) -> Option<&str> {
        let phase = match self.touched.get(&index) {
            Some(object) => object.get("phase").or_else(|| object.get("phaseName")),
            None => self.status.entry(index).phase.as_ref().map(|phase| self.status.source.slice(phase.span)),
        };
        phase.filter(|phase| phase.starts_with('"'))
    }

    fn head_text(&self, drafted: Option<&str>, stored: Option<&Text>) -> String {
        drafted.or_else(|| stored.map(|text| self.status.str(text))).unwrap_or("").to_owned()
    }

    /// `key`, unless the entry has only the `other`.
    fn key_in_use<'k>(&mut self, index: EntryIndex, key: &'k str, other: &'k str) -> &'k str {
        let object = self.object(index);
        if object.get(key).is_none() && object.get(other).is_some() { other } else { key }
    }

    /// Sets a text, and says whether it was another.
    fn set_text(&mut self, index: EntryIndex, key: &str, text: &str) -> bool {
        let object = self.object(index);
        let changed = object.get(key).is_none_or(|old| json::text_of(old) != text);
        if changed {
            transition::set(object, key, json::quote(text));
        }
        changed
    }

    /// Entries and added ones in the order they will have, as indices into either.
    fn order(&self) -> Vec<Result<EntryIndex, usize>> {
        let mut by_anchor: HashMap<Option<EntryIndex>, Vec<usize>> = HashMap::new();
        for (at, added) in self.added.iter().enumerate() {
            by_anchor.entry(added.anchor).or_default().push(at);
        }
        let mut order = Vec::with_capacity(self.status.entries.len() + self.added.len());
        for (index, _) in self.status.entries() {
            if !self.removed.contains(&index) {
                order.push(Ok(index));
            }
            if !by_anchor.is_empty() {
                order.extend(by_anchor.remove(&Some(index)).into_iter().flatten().map(Err));
            }
        }
        order.extend(by_anchor.remove(&None).into_iter().flatten().map(Err));
        order
    }

    /// What `summary` will have to say.
    fn counts(&self) -> [(SummaryField, i64); 6] {
        let mut counts = self.status.counted();
        let mut count = |word: &str, by: i64| {
            counts[0].1 += by;
            if let Some(count) = counts[1..].iter_mut().find(|(field, _)| field.key() == word) {
                count.1 += by;
            }
        };
        for &index in self.touched.keys() {
            count(self.status.word(index), -1);
            count(&self.word(index), 1);
        }
        for &index in &self.removed {
            count(self.status.word(index), -1);
        }
        for added in &self.added {
            count(added.word.as_str(), 1);
        }
        counts
    }
}

/// The members of a new entry in the order of the orchestrator.
fn fill(object: &mut Object<'_>, entry: &NewEntry, description: &str) {
    let members = [
        ("id", entry.id.as_str()),
        ("phase", &entry.phase),
        (description, &entry.description),
        ("status", entry.status.as_str()),
    ];
    for (key, value) in members {
        object.set(key, json::quote(value), &[]);
    }
}

/// The values that a merge found are others by now.
fn unknown_value(request: &Request) -> StoreError {
    StoreError::Conflict {
        id: request.entry.clone(),
        expected: "a value that the merge found".to_owned(),
        actual: "without it".to_owned(),
        changed_by: None,
    }
}

/// A status word for a sentence.
fn described(word: &str) -> &str {
    if word.is_empty() { "without a status" } else { word }
}

fn illegal(id: &str, from: &str, to: Word) -> StoreError {
    let plain = transition::legal(from, false);
    let by_reopening = plain.is_empty();
    let legal = if by_reopening { transition::legal(from, true) } else { plain };
    StoreError::Illegal { id: id.to_owned(), from: from.to_owned(), to, legal: legal.to_vec(), by_reopening }
}
