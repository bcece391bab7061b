//! Mending a status file, as far as it needs no guess.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use serde_json::Value;
use tallymark_text::{Edit, Source, apply_edits};

use crate::{
    Applied, Change, Context, Expected, Outcome, ProblemKind, Request, Revision, Status, Store, StoreError,
    aside, draft,
    edit::Object,
    json,
    lock::{Folder, StoreLock},
    store::{check, check_revision, lost_lock, put, read},
};

/// What was mended.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The file before and after.
    pub applied: Applied,
    /// What was wrong, and what stands there now: a sentence each. None if nothing could be mended.
    pub mended: Vec<String>,
    /// Where the file is kept as it was.
    pub kept: Option<PathBuf>,
}

impl Store {
    /// Mends what can be mended without guessing, and keeps the file as it was in `.tallymark/`.
    ///
    /// # Errors
    /// The file cannot be mended: why. And whatever the system does not allow; nothing is written then.
    pub fn repair(&self, context: &Context<'_>) -> Result<Repaired, StoreError> {
        // As in `apply`.
        for _ in 0..2 {
            let path = self.real_path()?;
            let folder = Folder::beside(&path);
            let mut lock = StoreLock::acquire(&path, &folder, context.waiting())?;
            let mut repaired = self.repair_dry_run(context)?;
            if repaired.mended.is_empty() {
                return Ok(repaired);
            }
            repaired.kept = aside::keep(&path, &folder, context.now_milliseconds)?;
            if put(&path, &repaired.applied, &folder, &mut lock, context)? {
                return Ok(repaired);
            }
        }
        Err(lost_lock(&self.real_path()?, context))
    }

    /// What [`Store::repair`] would do: takes no lock and writes nothing.
    ///
    /// # Errors
    /// As those of [`Store::repair`], without those of the lock and of writing.
    pub fn repair_dry_run(&self, context: &Context<'_>) -> Result<Repaired, StoreError> {
        let path = self.real_path()?;
        let bytes = read(&path)?;
        let before = Revision::of(&bytes);
        check_revision(&path, before, context)?;
        let (status, mended) = mend(&bytes, context.now_milliseconds)
            .map_err(|reason| StoreError::Refused { path: path.clone(), reason })?;
        check(&path, &status)?;
        let outcome = Outcome {
            change: "repair",
            to: mended.join("; "),
            changed: !mended.is_empty(),
            ..Outcome::default()
        };
        let after = status.revision();
        let applied = Applied { outcomes: vec![outcome], status, before, after };
        Ok(Repaired { applied, mended, kept: None })
    }
}

/// Finds what one sort of mending would edit, and says so.
type Pass = fn(&Status, &mut Vec<String>) -> Vec<Edit>;

/// In this order: each reads the file that those before it have left.
const PASSES: [Pass; 3] = [shadowed_keys, equal_entries, types];

/// The file as it can be made without a guess, and what was done to it; the error is why it cannot be read even so.
fn mend(bytes: &[u8], now: i64) -> Result<(Status, Vec<String>), String> {
    let mut mended = Vec::new();
    let mut status = Status::parse(Arc::new(decode(bytes, &mut mended)?));
    if !status.readable
        && let Some(text) = without_trailing_commas(status.source.text())
    {
        let other = Status::parse(Arc::new(status.source.with_text(&text)));
        if other.readable {
            status = other;
            mended.push("commas before closing brackets taken out".to_owned());
        }
    }
    if !status.readable {
        let why = status.problems.first().map(|problem| &problem.kind);
        let why = why.map_or("", |kind| if let ProblemKind::Unreadable(why) = kind { why } else { "" });
        return Err(format!(
            "{why}; that cannot be mended without guessing: `{}` brings back the newest whole one",
            status.restore_command()
        ));
    }
    if let Some(text) = without_tail(&status)? {
        let line = 1 + status.source.line_of(text.len());
        status = Status::parse(Arc::new(status.source.with_text(&text)));
        mended.push(format!("what stood behind the end, from line {line} on, taken away"));
    }
    for pass in PASSES {
        let edits = pass(&status, &mut mended);
        if !edits.is_empty() {
            let text = apply_edits(status.source.text(), &edits).map_err(|error| error.to_string())?;
            status = Status::parse(Arc::new(status.source.with_text(&text)));
        }
    }
    if status.members.iter().any(|(key, _)| key.as_ref() == "summary") {
        let request =
            Request { entry: String::new(), expected: Expected::default(), change: Change::RecomputeSummary };
        let (text, outcomes) =
            draft::apply(&status, &[request], now, false).map_err(|error| error.to_string())?;
        if outcomes.iter().any(|outcome| outcome.changed) {
            status = Status::parse(Arc::new(status.source.with_text(&text)));
            mended.push("the summary counted anew".to_owned());
        }
    }
    Ok((status, mended))
}

/// The text of the bytes, with one byte order mark at most, and in UTF-8.
fn decode(bytes: &[u8], mended: &mut Vec<String>) -> Result<Source, String> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let mut rest = bytes;
    let mut marks = 0;
    while let Some(behind) = rest.strip_prefix(MARK) {
        rest = behind;
        marks += 1;
    }
    if marks > 1 {
        mended.push(format!("of {marks} byte order marks one left"));
    }
    let single = &bytes[bytes.len() - rest.len() - if marks > 0 { MARK.len() } else { 0 }..];
    let wide = |order: fn([u8; 2]) -> u16| {
        let units = rest[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().filter(|_| rest.len().is_multiple_of(2))
    };
    let utf16 = match rest {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => None,
    };
    if let Some(text) = utf16 {
        mended.push("written in UTF-8 instead of UTF-16".to_owned());
        return Ok(Source::new(&text));
    }
    Source::from_bytes(single).map_err(|error| {
        format!("{error}; that cannot be mended without guessing: `tallymark restore` brings back the newest whole one")
    })
}

/// The text up to the end of its first value, if something stands behind that.
fn without_tail(status: &Status) -> Result<Option<String>, String> {
    let garbage = status.problems.iter().find(|problem| problem.kind == ProblemKind::TrailingGarbage);
    let Some(garbage) = garbage else { return Ok(None) };
    let (front, tail) = status.source.text().split_at(garbage.span.start as usize);
    if Status::parse(Arc::new(Source::new(tail))).readable {
        return Err(
            "two whole status files, one behind the other: which of them is right, nobody can tell; \
                    take one away, or `tallymark restore` brings back the newest whole one"
                .to_owned(),
        );
    }
    Ok(Some(front.trim_end().to_owned()))
}

/// The text without commas before `}` and `]`, outside strings; `None` if there are none.
fn without_trailing_commas(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut quoted, mut escaped) = (false, false);
    let mut comma: Option<usize> = None;
    let mut commas = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        if quoted {
            (quoted, escaped) = (escaped || byte != b'"', !escaped && byte == b'\\');
            continue;
        }
        match byte {
            b'"' => (quoted, comma) = (true, None),
            b',' => comma = Some(at),
            b'}' | b']' => commas.extend(comma.take()),
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => comma = None,
        }
    }
    if commas.is_empty() {
        return None;
    }
    let edits: Vec<Edit> =
        commas.iter().map(|&at| Edit::replace(tallymark_text::Span::new(at, at + 1), "")).collect();
    apply_edits(text, &edits).ok()
}

/// Of keys that stand twice in one entry the last one is left, which is the one that counts.
fn shadowed_keys(status: &Status, mended: &mut Vec<String>) -> Vec<Edit> {
    let mut edits = Vec::new();
    if !status.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::DuplicateKey(_))) {
        return edits;
    }
    for (index, entry) in status.entries() {
        let touched = status.problems.iter().any(|problem| {
            matches!(problem.kind, ProblemKind::DuplicateKey(_))
                && entry.span.start <= problem.span.start
                && problem.span.end <= entry.span.end
        });
        if touched {
            let mut object = Object::new(status.source.slice(entry.span));
            let keys = object.drop_shadowed();
            if !keys.is_empty() {
                mended.push(format!(
                    "of `{}`, which stood twice in the entry of {}, the last one left, which counts",
                    keys.join("`, `"),
                    named(status.id(index))
                ));
                edits.push(Edit::replace(entry.span, object.render()));
            }
        }
    }
    edits
}

/// Of entries that say the very same, one is left.
fn equal_entries(status: &Status, mended: &mut Vec<String>) -> Vec<Edit> {
    let mut seen: HashMap<&str, Vec<Value>> = HashMap::new();
    let mut edits = Vec::new();
    let mut end = None;
    for (index, entry) in status.entries() {
        let id = status.id(index);
        let before = end.replace(entry.span.end);
        if id.is_empty() || status.find_all(id).len() < 2 {
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(status.source.slice(entry.span)) else { continue };
        let others = seen.entry(id).or_default();
        if others.contains(&value) {
            let Some(before) = before else { continue };
            let span = tallymark_text::Span::new(before as usize, entry.span.end as usize);
            edits.push(Edit::replace(span, ""));
            mended.push(format!("a second entry of {} that says the same taken out", named(id)));
        } else {
            others.push(value);
        }
    }
    edits
}

/// Values of another type that have one reading only: numbers in the place of texts, and digits in the place of numbers.
fn types(status: &Status, mended: &mut Vec<String>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for problem in &status.problems {
        let ProblemKind::WrongType { field, expected } = &problem.kind else { continue };
        let raw = status.source.slice(problem.span);
        let digits = raw.trim_matches('"');
        let number = digits.parse::<f64>().ok();
        // Programs that read 1.10 as a number write 1.1: only what they write as it stands has one reading.
        let exact = number.is_some_and(|number| number.to_string() == digits);
        let value = match (raw.starts_with('"'), expected.contains("string")) {
            (false, true) if exact => json::quote(raw),
            (true, false) if exact && field != "summary" && expected.contains("whole") => digits.to_owned(),
            _ => continue,
        };
        if field == "id" && status.find_all(digits).len() > 1 {
            continue;
        }
        mended.push(format!("`{field}` is {value} now instead of {raw}"));
        edits.push(Edit::replace(problem.span, value));
    }
    edits
}

/// An id for a sentence.
fn named(id: &str) -> String {
    if id.is_empty() { "a task without an id".to_owned() } else { format!("task {id}") }
}
