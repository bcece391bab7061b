//! What a plan says beside its tasks: where its output goes, which tasks run alone or together,
//! and which findings it allows.

use std::ops::Range;

use memchr::memmem;
use tallymark_text::{Source, Span};

use crate::ids::reference;
use crate::{Allowance, Ignored, Task};

/// How far from the beginning of its line a label's word may stand, in bytes.
const LONGEST_LABEL: usize = 80;

/// Where the path that a plan's output goes to was looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputLine {
    /// The line that ended the search.
    pub line: Span,
    /// The path on it, where it has one as it should be.
    pub path: Option<Span>,
}

/// The path behind the first `**Output:**` that begins a line outside code, in a part of the text.
pub(crate) fn output(source: &Source, part: Range<usize>, ignored: &[Ignored]) -> Option<OutputLine> {
    let text = source.text();
    let bytes = text.as_bytes();
    for at in memmem::find_iter(&bytes[part.clone()], b"Output") {
        let at = part.start + at;
        let line = source.line_span(source.line_of(at));
        if at - line.start as usize > LONGEST_LABEL {
            continue;
        }
        let before = text[line.start as usize..at]
            .trim_matches(|c: char| c.is_ascii_whitespace() || "-*+_".contains(c));
        if !before.is_empty() || is_ignored(ignored, at) {
            continue;
        }
        let end = line.end as usize;
        let mut from = at + "Output".len();
        for word in [" Path", " path", " Directory", " directory", " Dir", " Folder"] {
            from += if text[from..end].starts_with(word) { word.len() } else { 0 };
        }
        let Some(colon) = text[from..end].find(':') else { return Some(OutputLine { line, path: None }) };
        if !text[from..from + colon].trim_matches(['*', '_', ' ']).is_empty() {
            continue;
        }
        from += colon + 1;
        while matches!(bytes[from..end].first(), Some(b'*' | b'_' | b' ' | b'\t')) {
            from += 1;
        }
        let value = &text[from..end];
        let Some(span) = path_in(value, from) else { return Some(OutputLine { line, path: None }) };
        // "Output: see below" names no path.
        let path = value.starts_with(['`', '[']) || text[span.range()].contains('/');
        if !span.is_empty() && path {
            return Some(OutputLine { line, path: Some(span) });
        }
    }
    None
}

/// The path that a value begins with, which stands at `from`: in backticks, as the target of a link, or up to a blank.
fn path_in(value: &str, from: usize) -> Option<Span> {
    if let Some(code) = value.strip_prefix('`') {
        return Some(Span::new(from + 1, from + 1 + code.find('`')?));
    }
    if let Some(words) = value.strip_prefix('[') {
        let target = words.find("](")? + 3;
        let length = value[target..].find(')')?;
        return Some(Span::new(from + target, from + target + length));
    }
    let length = value.find([' ', '\t']).unwrap_or(value.len());
    Some(Span::new(from, from + length))
}

/// Whether `at` lies in an ignored stretch.
pub(crate) fn is_ignored(ignored: &[Ignored], at: usize) -> bool {
    let index = ignored.partition_point(|ignored| (ignored.span.end as usize) <= at);
    ignored.get(index).is_some_and(|ignored| ignored.span.contains(at))
}

/// Tasks that a note says to run alone or together: `**Execution Note:** Tasks 3.1-3.4 are [SEQUENTIAL] - why`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Note {
    sequential: bool,
    /// The first and the last number of each range.
    ranges: Vec<(Vec<u32>, Vec<u32>)>,
}

/// The notes in a part of the text, and where each has its sign.
pub(crate) fn notes(source: &Source, part: Range<usize>, ignored: &[Ignored]) -> Vec<(u32, Note)> {
    let text = source.text();
    let bytes = text.as_bytes();
    let mut notes = Vec::new();
    for (sign, sequential) in [("[SEQUENTIAL]", true), ("[PARALLEL]", false)] {
        for at in memmem::find_iter(&bytes[part.clone()], sign.as_bytes()) {
            let at = part.start + at;
            let start = source.line_span(source.line_of(at)).start as usize;
            let before = &text[start.max(floor(text, at.saturating_sub(LONGEST_NOTE)))..at];
            let word = before
                .rfind("asks ")
                .map(|found| found + 5)
                .or_else(|| before.rfind("ask ").map(|found| found + 4));
            let Some(word) = word.filter(|_| !is_ignored(ignored, at)) else { continue };
            notes.push((at as u32, Note { sequential, ranges: named_ranges(&before[word..]) }));
        }
    }
    notes
}

/// Marks the tasks that notes speak of.
pub(crate) fn mark_noted<'n>(text: &str, notes: impl Iterator<Item = &'n Note>, tasks: &mut [Task]) {
    // Made once there is a note: the tasks in the order of their numbers.
    let mut order: Option<Vec<(Vec<u32>, usize)>> = None;
    // How many ranges begin and end at each place of the order: of those that run alone, and of the others.
    let mut begins: [Vec<i32>; 2] = Default::default();
    for note in notes {
        let order = order.get_or_insert_with(|| numbered(text, tasks));
        let begins = &mut begins[usize::from(note.sequential)];
        begins.resize(order.len() + 1, 0);
        for (first, last) in &note.ranges {
            let from = order.partition_point(|(number, _)| number < first);
            let to = order.partition_point(|(number, _)| number <= last);
            if from < to {
                begins[from] += 1;
                begins[to] -= 1;
            }
        }
    }
    for (begins, sequential) in begins.iter().zip([false, true]) {
        let mut open = 0;
        for (begin, (_, task)) in begins.iter().zip(order.iter().flatten()) {
            open += begin;
            tasks[*task].sequential |= sequential && open > 0;
            tasks[*task].parallel |= !sequential && open > 0;
        }
    }
}

/// How many bytes before `[SEQUENTIAL]` its tasks may be named.
const LONGEST_NOTE: usize = 400;

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The tasks with dotted numbers, in the order of these.
fn numbered(text: &str, tasks: &[Task]) -> Vec<(Vec<u32>, usize)> {
    let mut order: Vec<(Vec<u32>, usize)> = tasks
        .iter()
        .enumerate()
        .filter_map(|(index, task)| Some((number(&text[task.id?.range()])?, index)))
        .collect();
    order.sort();
    order
}

fn number(id: &str) -> Option<Vec<u32>> {
    id.split('.').map(|part| part.parse().ok()).collect()
}

/// The ranges that `3.1-3.4, 3.6` names.
fn named_ranges(words: &str) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut ranges: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
    let (mut at, mut ranged) = (0, false);
    while at < words.len() {
        let rest = &words[at..];
        if let Some(length) = reference(rest) {
            if let Some(number) = number(&rest[..length]) {
                match ranges.last_mut() {
                    Some(last) if ranged => last.1 = number,
                    _ => ranges.push((number.clone(), number)),
                }
            }
            ranged = false;
            at += length;
        } else {
            ranged |= ["-", "–", "to ", "through "].iter().any(|dash| rest.starts_with(dash));
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ranges
}

/// `<!-- tallymark: allow TM103, TM104 -->` among the comments.
pub(crate) fn allowances(source: &Source, comments: &[Span]) -> Vec<Allowance> {
    let text = source.text();
    comments.iter().filter_map(|&comment| allowance(source, text, comment)).collect()
}

/// What a comment allows.
pub(crate) fn allowance(source: &Source, text: &str, comment: Span) -> Option<Allowance> {
    let inside = text[comment.range()].strip_prefix("<!--")?.strip_suffix("-->")?;
    let words = inside.trim_start().strip_prefix("tallymark:")?.trim_start();
    let (codes, file) = match words.strip_prefix("allow-file") {
        Some(rest) => (rest, true),
        None => (words.strip_prefix("allow")?, false),
    };
    if !codes.starts_with([' ', '\t', '\n', '\r']) && !codes.is_empty() {
        return None;
    }
    let mut at = comment.end as usize - "-->".len() - codes.len();
    let mut spans = Vec::new();
    for word in codes.split(|separator: char| separator.is_whitespace() || separator == ',') {
        if word == "--" || word == "—" || word == "–" {
            // What follows is the reason.
            break;
        }
        if !word.is_empty() {
            spans.push(Span::new(at, at + word.len()));
        }
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    let (first, last) = (source.line_of(comment.start as usize), source.line_of(comment.end as usize - 1));
    let scope = if file {
        Span::new(0, text.len())
    } else {
        let own = source.full_line_span(first).cover(source.full_line_span(last));
        let around = [own.start as usize..comment.start as usize, comment.end as usize..own.end as usize];
        let alone = around
            .into_iter()
            .all(|part| text[part].trim_matches(|c: char| c.is_whitespace() || c == '-').is_empty());
        if alone { own.cover(source.full_line_span(last + 1)) } else { own }
    };
    Some(Allowance { span: comment, codes: spans, scope })
}
