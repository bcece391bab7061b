//! status.json as plain data with byte spans.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use tallymark_text::{Source, Span};

use crate::{Format, parts::Part};

/// Index into [`Status::entries`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EntryIndex(pub u32);

impl EntryIndex {
    /// To index a slice with.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// A status.json, or what another program keeps instead. All spans are bytes of `source`'s text.
#[derive(Clone, Debug)]
pub struct Status {
    /// The text all spans point into; of a store of several files, one behind the other: see
    /// [`Status::place`](Status::place).
    pub source: Arc<Source>,
    /// Whose file it is.
    pub format: Format,
    /// Whether it could be read as a status file at all; if not, `problems` begins with why, and the rest is empty.
    pub readable: bool,
    /// The task entries in the order of the file.
    pub entries: Vec<Entry>,
    /// `summary`.
    pub summary: Option<Summary>,
    /// `planPath`.
    pub plan_path: Option<Text>,
    /// `planName`.
    pub plan_name: Option<Text>,
    /// `currentPhase`.
    pub current_phase: Option<Text>,
    /// `createdAt`.
    pub created_at: Option<Time>,
    /// `lastUpdatedAt`.
    pub last_updated_at: Option<Time>,
    /// `schema_version`, which no writer known to us has written yet.
    pub schema_version: Option<(i64, Span)>,
    /// The span of the `tasks` array with its brackets.
    pub tasks_span: Option<Span>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// The lists of tasks in it, in the order of the file, where a file may hold several: the tags of Task Master.
    pub lists: Vec<List>,
    /// The files that `source` was made of, where they are several.
    pub(crate) parts: Arc<[Part]>,
    /// The keys of the whole object, and where their values are.
    pub(crate) members: Box<[(Box<str>, Span)]>,
    /// The entries that have an id, by id; made when first asked for.
    by_id: OnceLock<Box<[EntryIndex]>>,
}

/// One of several lists of tasks in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its name.
    pub name: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// One task's entry.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The whole object with its braces.
    pub span: Span,
    /// `id`; a number is taken as its digits.
    pub id: Option<Text>,
    /// `phase`, or `phaseName`.
    pub phase: Option<Text>,
    /// `description`, or `title`.
    pub description: Option<Text>,
    /// `status`.
    pub status: Option<Text>,
    /// `startedAt`.
    pub started_at: Option<Time>,
    /// `completedAt`.
    pub completed_at: Option<Time>,
    /// `duration`, whole milliseconds, with the value's span.
    pub duration: Option<(i64, Span)>,
    /// `notes`.
    pub notes: Option<Text>,
    /// `error`, or `lastError`.
    pub error: Option<Text>,
    /// `skipReason`, or `reason`.
    pub reason: Option<Text>,
    /// `findingsPath`.
    pub findings_path: Option<Text>,
    /// `retryCount`.
    pub retry_count: Option<(i64, Span)>,
    /// `lastErrorAt`.
    pub last_error_at: Option<Time>,
    /// `priority`, a word or a number (taken as its digits).
    pub priority: Option<Text>,
    /// `dependencies`.
    pub dependencies: Vec<Text>,
    /// `dependents`.
    pub dependents: Vec<Text>,
    /// `mergeConflicts`, an object: what a merge of two branches could not decide; see [`Status::unsettled`].
    pub merge_conflicts: Option<Span>,
}

/// A string value: a slice of the source, or its own text where the JSON has escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The value with its quotes (a number: its digits).
    pub span: Span,
    /// The text where it is not simply what lies between the quotes.
    pub unescaped: Option<Box<str>>,
}

/// A time value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// The value as written.
    pub text: Text,
    /// Milliseconds since 1970-01-01 UTC; `None` if it is no time that we know.
    pub milliseconds: Option<i64>,
}

/// The stored `summary`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The whole object with its braces.
    pub span: Span,
    /// Its numbers as stored: field name, number, span of the number, in the order of the file.
    pub counts: Vec<(SummaryField, i64, Span)>,
}

/// The fields of `summary`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SummaryField {
    /// `totalTasks`
    TotalTasks,
    /// `completed`
    Completed,
    /// `pending`
    Pending,
    /// `in_progress`
    InProgress,
    /// `failed`
    Failed,
    /// `skipped`
    Skipped,
}

impl SummaryField {
    /// All, in the order in which a new file has them.
    pub const ALL: [SummaryField; 6] = [
        SummaryField::TotalTasks,
        SummaryField::Completed,
        SummaryField::Pending,
        SummaryField::InProgress,
        SummaryField::Failed,
        SummaryField::Skipped,
    ];

    /// The key in the file.
    pub fn key(self) -> &'static str {
        match self {
            SummaryField::TotalTasks => "totalTasks",
            SummaryField::Completed => "completed",
            SummaryField::Pending => "pending",
            SummaryField::InProgress => "in_progress",
            SummaryField::Failed => "failed",
            SummaryField::Skipped => "skipped",
        }
    }
}

/// The five words that status.json is written with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    /// `pending`
    Pending,
    /// `in_progress`
    InProgress,
    /// `completed`
    Completed,
    /// `failed`
    Failed,
    /// `skipped`
    Skipped,
}

impl Word {
    /// All five.
    pub const ALL: [Word; 5] =
        [Word::Pending, Word::InProgress, Word::Completed, Word::Failed, Word::Skipped];

    /// As it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Word::Pending => "pending",
            Word::InProgress => "in_progress",
            Word::Completed => "completed",
            Word::Failed => "failed",
            Word::Skipped => "skipped",
        }
    }

    /// The word exactly as written; `None` for any other.
    pub fn from_exact(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// The states that a task may go to from here, *reopen* included (completed and skipped go back to pending only by it).
    pub fn successors(self) -> &'static [Word] {
        match self {
            Word::Pending => &[Word::InProgress, Word::Completed, Word::Failed, Word::Skipped],
            Word::InProgress => &[Word::Completed, Word::Failed, Word::Skipped, Word::Pending],
            Word::Failed => &[Word::InProgress, Word::Completed, Word::Skipped, Word::Pending],
            Word::Completed | Word::Skipped => &[Word::Pending],
        }
    }
}

/// What is wrong with a status file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
}

/// The kinds of problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// Not JSON, cut short, not UTF-8, not a status file: why, in words. Nothing of it is used.
    Unreadable(String),
    /// A part of it, such as one line of many or one file of several, cannot be read: why, in words that complete
    /// "it is …". The rest is used.
    UnreadablePart(String),
    /// A whole value, and something behind it.
    TrailingGarbage,
    /// A field of another type than it should have.
    WrongType {
        /// The field's key.
        field: String,
        /// What it should be: "a string".
        expected: &'static str,
    },
    /// An entry without an id.
    MissingId,
    /// An entry without a status.
    MissingStatus,
    /// A key that stands twice in one object.
    DuplicateKey(String),
}

/// The first 16 hex digits of BLAKE3 of some bytes: the revision of a file, the hash of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Revision(pub u64);

impl Revision {
    /// Of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::first_of(blake3::hash(bytes))
    }

    /// Of the bytes of a file with this text.
    pub fn of_source(source: &Source) -> Self {
        let mut hasher = blake3::Hasher::new();
        for piece in source.pieces() {
            hasher.update(piece);
        }
        Self::first_of(hasher.finalize())
    }

    fn first_of(hash: blake3::Hash) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        Self(u64::from_be_bytes(first))
    }
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl std::str::FromStr for Revision {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

impl Status {
    /// A status file of which nothing is known.
    pub(crate) fn empty(source: Arc<Source>) -> Self {
        Self {
            source,
            format: Format::StatusJson,
            readable: false,
            entries: Vec::new(),
            summary: None,
            plan_path: None,
            plan_name: None,
            current_phase: None,
            created_at: None,
            last_updated_at: None,
            schema_version: None,
            tasks_span: None,
            problems: Vec::new(),
            lists: Vec::new(),
            parts: Arc::new([]),
            members: Box::new([]),
            by_id: OnceLock::new(),
        }
    }

    /// The members of the whole object, with the places of their values counted from `start`.
    pub(crate) fn head(&self, start: usize) -> impl Iterator<Item = (Cow<'_, str>, Span)> {
        let local = move |span: Span| Span::new(span.start as usize - start, span.end as usize - start);
        self.members.iter().map(move |(key, value)| (Cow::Borrowed(key.as_ref()), local(*value)))
    }

    /// The text of a string value.
    pub fn str<'a>(&'a self, text: &'a Text) -> &'a str {
        match &text.unescaped {
            Some(own) => own,
            None => {
                let raw = self.source.slice(text.span);
                raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw)
            }
        }
    }

    /// Whether a time says which zone it is of; a bare number is of UTC.
    pub fn names_zone(&self, time: &Time) -> bool {
        let written = self.str(&time.text);
        let behind_date = written.as_bytes().get("2025-12-23".len()..).unwrap_or_default();
        behind_date.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
            || written.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// An entry.
    pub fn entry(&self, entry: EntryIndex) -> &Entry {
        &self.entries[entry.get()]
    }

    /// All entries with their indices.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (EntryIndex, &Entry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (EntryIndex(index as u32), entry))
    }

    /// The id of an entry; empty if it has none.
    pub fn id(&self, entry: EntryIndex) -> &str {
        self.entry(entry).id.as_ref().map_or("", |id| self.str(id))
    }

    /// The description of an entry; empty if it has none.
    pub fn description(&self, entry: EntryIndex) -> &str {
        self.entry(entry).description.as_ref().map_or("", |description| self.str(description))
    }

    /// The status word of an entry as written; empty if it has none.
    pub fn word(&self, entry: EntryIndex) -> &str {
        self.entry(entry).status.as_ref().map_or("", |status| self.str(status))
    }

    /// The status word of an entry in Tallymark's vocabulary: as written, unless the file's own program means something
    /// by it that its word alone does not say (`deferred`, `closed`). Empty if it has none.
    pub fn known_word(&self, entry: EntryIndex) -> &str {
        let word = self.word(entry);
        self.format.known_word(word).unwrap_or(word)
    }

    /// The entries with this id, in the order of the file: one, unless the file is wrong or has none.
    pub fn find_all(&self, id: &str) -> &[EntryIndex] {
        let by_id = self.by_id.get_or_init(|| {
            let with_id = self.entries().filter(|(_, entry)| entry.id.is_some());
            let mut by_id: Box<[EntryIndex]> = with_id.map(|(index, _)| index).collect();
            by_id.sort_by(|&a, &b| self.id(a).cmp(self.id(b)));
            by_id
        });
        let start = by_id.partition_point(|&index| self.id(index) < id);
        let count = by_id[start..].iter().take_while(|&&index| self.id(index) == id).count();
        &by_id[start..start + count]
    }

    /// What `summary` should say: all entries, and those whose status is each of the five words exactly as written.
    /// A word that is none of them counts in the total only.
    pub fn counted(&self) -> [(SummaryField, i64); 6] {
        let mut counts = SummaryField::ALL.map(|field| (field, 0));
        counts[0].1 = self.entries.len() as i64;
        for (index, _) in self.entries() {
            let word = self.word(index);
            if let Some(count) = counts[1..].iter_mut().find(|(field, _)| field.key() == word) {
                count.1 += 1;
            }
        }
        counts
    }

    /// The hash of an entry's bytes: what a caller saw of it, for compare and change.
    pub fn entry_revision(&self, entry: EntryIndex) -> Revision {
        Revision::of(self.source.slice(self.entry(entry).span).as_bytes())
    }

    /// The revision of the whole file (BOM included).
    pub fn revision(&self) -> Revision {
        Revision::of_source(&self.source)
    }
}
