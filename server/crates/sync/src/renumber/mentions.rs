//! Where a plan's tables and sentences name tasks by their ids.
//!
//! `1.2` may be a version, a section or an amount. It is surely a task's id where the words say so (`Task 1.2`, `depends on
//! 1.2`), where it stands alone in backticks or in a cell of a column of ids, and anywhere in prose if it has letters (`T012`,
//! `AUTH-3`). In code nothing is sure.

use std::collections::HashMap;
use std::ops::Range;

use tallymark_plan::{IgnoredWhy, Plan, TaskIndex};
use tallymark_text::Span;

use super::Renumbered;
use crate::join::Joined;

/// The places that name tasks.
pub(super) struct Mentions<'t> {
    /// Those that surely do, each with the task's new id.
    pub sure: Vec<(Span, &'t str)>,
    /// Those that may.
    pub uncertain: Vec<Span>,
}

/// Words before an id that say that it is one: each list of ids behind one of them too.
const WORDS: [&str; 14] = [
    "task",
    "tasks",
    "subtask",
    "subtasks",
    "step",
    "steps",
    "item",
    "items",
    "todo",
    "depends on",
    "blocked by",
    "waits for",
    "unblocks",
    "dependencies",
];

/// Words in the head of a table's column of ids.
const COLUMN_WORDS: [&str; 10] =
    ["task", "id", "#", "step", "depend", "block", "prerequisite", "after", "subtask", "item"];

/// Finds what names one of the tasks, outside the places that are known already.
pub(super) fn find<'t>(joined: &Joined, tasks: &'t [Renumbered], known: &[Span]) -> Mentions<'t> {
    let plan = &*joined.plan;
    let new_ids: HashMap<&str, &str> = tasks.iter().map(|one| (one.from.as_str(), one.to.as_str())).collect();
    let mut mentions = Mentions { sure: Vec::new(), uncertain: Vec::new() };
    let mut known = known.iter().peekable();
    walk(
        plan,
        0..plan.source.len(),
        |_| true,
        |span, certainty| {
            while known.next_if(|known| known.end <= span.start).is_some() {}
            if known.peek().is_some_and(|known| known.start < span.end) {
                return;
            }
            let Some((&id, &new)) = new_ids.get_key_value(plan.slice(span)) else { return };
            let one = joined.tasks_with_id(id).count() == 1;
            match certainty {
                Certainty::Sure if one => mentions.sure.push((span, new)),
                // A bare number is anything.
                _ if id.bytes().all(|byte| byte.is_ascii_digit()) && certainty != Certainty::Sure => {}
                _ => mentions.uncertain.push(span),
            }
        },
    );
    mentions
}

/// The task that is surely named at an offset, with the bytes of the id.
pub(super) fn at(joined: &Joined, offset: usize) -> Option<(TaskIndex, Span)> {
    let plan = &*joined.plan;
    let text = plan.source.text();
    let line = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text[line..].find('\n').map_or(text.len(), |at| line + at);
    let mut found = None;
    walk(
        plan,
        table_start(text, line)..end,
        |own| own.start == line,
        |span, certainty| {
            if span.touches(offset) && certainty == Certainty::Sure {
                let mut tasks = joined.tasks_with_id(plan.slice(span));
                found = tasks.next().filter(|_| tasks.next().is_none()).map(|task| (task, span)).or(found);
            }
        },
    );
    found
}

/// The places that surely name the one task with an id, in the order of the text. Its own id and dependencies may be among
/// them.
pub(super) fn of(plan: &Plan, id: &str) -> Vec<Span> {
    let text = plan.source.text();
    let mut found = Vec::new();
    walk(
        plan,
        0..text.len(),
        |line| text[line].contains(id),
        |span, certainty| {
            if certainty == Certainty::Sure && plan.slice(span) == id {
                found.push(span);
            }
        },
    );
    found
}

/// Where what has to be read begins, to know what the line at `start` means: at the first row of its table, if it is a row.
fn table_start(text: &str, start: usize) -> usize {
    let is_row = |line: &str| line.contains('|');
    let mut start = start;
    if !text[start..].split('\n').next().is_some_and(is_row) {
        return start;
    }
    while let Some(above) = text[..start].strip_suffix('\n') {
        let from = above.rfind('\n').map_or(0, |at| at + 1);
        if !is_row(&above[from..]) {
            break;
        }
        start = from;
    }
    start
}

/// How sure it is that a word that looks like an id is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Sure,
    Perhaps,
}

/// Calls back for each word that looks like an id, in the order of the text: in a stretch of it, which begins and ends with a
/// line, and in those of its lines that are asked for.
fn walk(
    plan: &Plan,
    stretch: Range<usize>,
    wanted: impl Fn(Range<usize>) -> bool,
    mut found: impl FnMut(Span, Certainty),
) {
    let text = &plan.source.text()[..stretch.end];
    let first = plan.ignored.partition_point(|ignored| (ignored.span.end as usize) <= stretch.start);
    let mut ignored = plan.ignored[first..].iter().peekable();
    let mut table = Table::default();
    let mut start = stretch.start;
    let mut lines = text[start..].split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end_matches(['\n', '\r']);
        table.next_line(content, lines.peek().copied().unwrap_or_default());
        let own = start..start + content.len();
        start += line.len();
        if !wanted(own.clone()) {
            continue;
        }
        while ignored.next_if(|ignored| ignored.span.end as usize <= own.start).is_some() {}
        let shut = ignored.peek().filter(|ignored| ignored.span.meets(Span::from(own.clone())));
        let prose = shut.is_none_or(|ignored| {
            matches!(ignored.why, IgnoredWhy::Quote | IgnoredWhy::Legend | IgnoredWhy::Repetition)
        });
        let mut words = Words { line: content, at: 0, list: false, ticks: 0 };
        while let Some((from, to)) = words.next() {
            let sure = prose && (words.is_sure(from, to) || table.is_id(content, from, to));
            words.list = sure && words.ticks.is_multiple_of(2) && words.list;
            let certainty = if sure { Certainty::Sure } else { Certainty::Perhaps };
            found(Span::new(own.start + from, own.start + to), certainty);
        }
    }
}

/// The words of a line that look like ids.
struct Words<'l> {
    line: &'l str,
    at: usize,
    /// Whether the id before this one was told to be one by a word: then one behind a comma is one too.
    list: bool,
    /// How many backticks stand before this place.
    ticks: usize,
}

impl Words<'_> {
    /// The next word with a digit that may be an id: `1.2`, `T012`, `AUTH-3`, `3`.
    fn next(&mut self) -> Option<(usize, usize)> {
        let bytes = self.line.as_bytes();
        loop {
            let rest = &self.line[self.at..];
            let skipped = rest.find(|character: char| character.is_alphanumeric())?;
            self.ticks += rest.as_bytes()[..skipped].iter().filter(|&&byte| byte == b'`').count();
            let from = self.at + skipped;
            let mut to = from;
            loop {
                let length = self.line[to..].find(|character: char| !character.is_alphanumeric());
                to = length.map_or(self.line.len(), |length| to + length);
                // A point or dash inside, as in `1.2` and `AUTH-3`; not the dash of a range, `1.1-1.4`.
                let inner = match bytes.get(to) {
                    Some(b'.' | b'_') => true,
                    Some(b'-') => !bytes[from..to].contains(&b'.') && bytes[from].is_ascii_uppercase(),
                    _ => false,
                };
                let goes_on = |next: char| next.is_alphanumeric();
                let range = inner && bytes[to] == b'-' && is_task_number(&self.line[from..to]);
                if inner && !range && self.line[to + 1..].starts_with(goes_on) {
                    to += 1;
                } else {
                    break;
                }
            }
            self.at = to;
            let before = self.line[..from].chars().next_back();
            let after = self.line[to..].chars().next();
            let glued = before.is_some_and(|before| "/\\@$_.=&?".contains(before))
                || after.is_some_and(|after| "/\\@%_=&".contains(after))
                || (before == Some('-') && !self.line[..from - 1].ends_with(|c: char| c.is_ascii_digit()));
            if !glued && bytes[from..to].iter().any(u8::is_ascii_digit) && bytes[from].is_ascii_alphanumeric()
            {
                return Some((from, to));
            }
            self.list &= matches!(&self.line[from..to], "and" | "or" | "to" | "through" | "und" | "bis");
        }
    }

    /// Whether the words around say that it is an id.
    fn is_sure(&mut self, from: usize, to: usize) -> bool {
        let before = &self.line[..from];
        let alone = before.ends_with('`') && self.line[to..].starts_with('`');
        if !self.ticks.is_multiple_of(2) && !alone {
            return false;
        }
        if self.line[from..to].bytes().any(|byte| byte.is_ascii_uppercase()) || alone {
            return true;
        }
        let bare = before.trim_end_matches([' ', '*', '_', '[', '(', '#', ':', '\u{a0}']);
        let told = WORDS.iter().any(|word| ends_with_word(bare, word));
        let continues = self.list
            && before
                .trim_end_matches([' ', '*', '_', '[', '`'])
                .ends_with([',', '-', '–', '—', '&', '/', 'd', 'o', 'r', 'h']);
        self.list = told || continues;
        self.list
    }
}

/// Whether `text` ends with a word, in whatever case.
fn ends_with_word(text: &str, word: &str) -> bool {
    let Some(start) = text.len().checked_sub(word.len()) else { return false };
    text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
        && !text[..start].ends_with(|before: char| before.is_alphanumeric())
}

/// `T012`: its dash is that of a range.
fn is_task_number(word: &str) -> bool {
    word.len() > 1 && word.starts_with('T') && word.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

/// Which columns of the table at hand hold ids.
#[derive(Default)]
struct Table {
    columns: Vec<bool>,
    rows: u32,
}

impl Table {
    /// Looks at a line, and the one behind it, which makes a head of it.
    fn next_line(&mut self, line: &str, next: &str) {
        if !line.contains('|') {
            *self = Self::default();
            return;
        }
        self.rows += 1;
        if self.rows == 1 && is_delimiter(next) {
            self.columns = cells(line)
                .map(|cell| {
                    let cell = cell.trim().to_ascii_lowercase();
                    COLUMN_WORDS.iter().any(|word| cell.contains(word))
                })
                .collect();
        }
    }

    /// Whether the word is all that a cell of a column of ids holds, or part of a list of ids in one.
    fn is_id(&self, line: &str, from: usize, to: usize) -> bool {
        if self.rows < 3 || self.columns.is_empty() {
            return false;
        }
        let column = line[..from].matches('|').count() - usize::from(line.trim_start().starts_with('|'));
        if !self.columns.get(column).is_some_and(|is| *is) {
            return false;
        }
        let start = line[..from].rfind('|').map_or(0, |at| at + 1);
        let end = line[to..].find('|').map_or(line.len(), |at| to + at);
        let rest = |text: &str| {
            text.chars()
                .all(|character| character.is_ascii_digit() || " .,-–—*_`[]()#&✅☑".contains(character))
        };
        rest(&line[start..from]) && rest(&line[to..end])
    }
}

/// The cells of a row.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim();
    line.strip_prefix('|').unwrap_or(line).split('|')
}

/// `|---|:--:|`
fn is_delimiter(line: &str) -> bool {
    let line = line.trim();
    line.contains('-') && line.contains('|') && line.bytes().all(|byte| b"|-: \t".contains(&byte))
}
