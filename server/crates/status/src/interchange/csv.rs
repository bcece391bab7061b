//! Tasks as a table: RFC 4180, a line of headings, every field of a task. Several dependencies stand in one field with `;`
//! between them; a `;` or `\` in an id has a `\` before it.

use std::fmt;

use super::Record;
use crate::{Word, time};

/// The headings, in the order in which they are written. In which order they are read does not matter, and what is not
/// there is empty.
const HEADINGS: [&str; 12] = [
    "id",
    "phase",
    "title",
    "status",
    "started_at",
    "completed_at",
    "duration_ms",
    "priority",
    "notes",
    "error",
    "skip_reason",
    "dependencies",
];

/// Why a table cannot be read, and in which line (from one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The line.
    pub line: usize,
    /// Why.
    pub message: String,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for CsvError {}

/// Writes a table.
pub(super) fn write(records: &[Record]) -> String {
    let mut text = HEADINGS.join(",") + "\r\n";
    let time = |at: Option<i64>| at.map(time::format).unwrap_or_default();
    for record in records {
        let escaped = |id: &String| id.replace('\\', "\\\\").replace(';', "\\;");
        let fields = [
            record.id.clone(),
            record.phase.clone(),
            record.title.clone(),
            record.status.as_str().to_owned(),
            time(record.started_at),
            time(record.completed_at),
            record.duration.map(|duration| duration.to_string()).unwrap_or_default(),
            record.priority.clone().unwrap_or_default(),
            record.notes.clone().unwrap_or_default(),
            record.error.clone().unwrap_or_default(),
            record.reason.clone().unwrap_or_default(),
            record.dependencies.iter().map(escaped).collect::<Vec<_>>().join(";"),
        ];
        text.push_str(&fields.map(|field| quoted(&field)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn fail<T>(line: usize, message: String) -> Result<T, CsvError> {
    Err(CsvError { line, message })
}

/// A field, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\r', '\n']) || field.trim() != field {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Reads a table with a line of headings; columns with other names are passed over.
///
/// # Errors
/// It has no column `id` or `status`, a quote is never closed, or a field is not what its heading says.
pub fn read(text: &str) -> Result<Vec<Record>, CsvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = rows(text)?.into_iter();
    let Some((line, headings)) = rows.next() else { return fail(1, "the table is empty".to_owned()) };
    let column = |name: &str| headings.iter().position(|heading| heading.trim().eq_ignore_ascii_case(name));
    let columns = HEADINGS.map(column);
    for needed in ["id", "status"] {
        if column(needed).is_none() {
            return fail(line, format!("there is no column `{needed}`; the first line names the columns"));
        }
    }
    let mut records = Vec::new();
    for (line, row) in rows {
        if row.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let field = |at: usize| columns[at].and_then(|at| row.get(at)).map_or("", String::as_str);
        let some = |at: usize| Some(field(at)).filter(|field| !field.is_empty()).map(str::to_owned);
        let time = |at: usize| match field(at) {
            "" => Ok(None),
            written => match time::milliseconds(written) {
                Some(milliseconds) => Ok(Some(milliseconds)),
                None => fail(line, format!("{} is no time: {written:?}", HEADINGS[at])),
            },
        };
        let word = field(3).trim();
        let Some(status) = Word::from_exact(word) else {
            return fail(line, format!("status is none of the five words: {word:?}"));
        };
        let duration = match field(6) {
            "" => None,
            written => match written.parse() {
                Ok(duration) => Some(duration),
                Err(_) => return fail(line, format!("duration_ms is no whole number: {written:?}")),
            },
        };
        if field(0).is_empty() {
            return fail(line, "the id is empty".to_owned());
        }
        records.push(Record {
            id: field(0).to_owned(),
            phase: field(1).to_owned(),
            title: field(2).to_owned(),
            status,
            started_at: time(4)?,
            completed_at: time(5)?,
            duration,
            priority: some(7),
            notes: some(8),
            error: some(9),
            reason: some(10),
            dependencies: split(field(11)),
        });
    }
    Ok(records)
}

/// The rows, each with the line that it begins in.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, CsvError> {
    let mut rows = Vec::new();
    let (mut row, mut field) = (Vec::new(), String::new());
    let (mut line, mut begun_in, mut quote) = (1, 1, None);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        line += usize::from(character == '\n');
        match character {
            '"' if quote.is_some() && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quote.is_some() => quote = None,
            _ if quote.is_some() => field.push(character),
            '"' if field.is_empty() => quote = Some(line),
            ',' => row.push(std::mem::take(&mut field)),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push((begun_in, std::mem::take(&mut row)));
                begun_in = line;
            }
            _ => field.push(character),
        }
    }
    if let Some(line) = quote {
        return Err(CsvError { line, message: "this quote is never closed".to_owned() });
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push((begun_in, row));
    }
    Ok(rows)
}

/// The ids of a field.
fn split(field: &str) -> Vec<String> {
    let mut ids = vec![String::new()];
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        let last = ids.len() - 1;
        match character {
            ';' => ids.push(String::new()),
            '\\' => ids[last].extend(characters.next()),
            _ => ids[last].push(character),
        }
    }
    ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
}
