use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::Span;

/// One replacement: the bytes of `span` become `text`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// A replacement.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// An insertion before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self { span: Span::at(offset), text: text.into() }
    }
}

/// Why edits cannot be applied to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits touch the same bytes.
    Overlap,
    /// An edit lies outside the text or cuts a character.
    OutOfText,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            EditError::Overlap => "two edits touch the same place",
            EditError::OutOfText => "an edit lies outside the text",
        })
    }
}

impl std::error::Error for EditError {}

/// Applies edits, given in any order, to a text. Two insertions at one place keep their order.
///
/// # Errors
/// Edits that overlap, lie outside the text, or cut a character; nothing is applied then.
pub fn apply_edits(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(text.len() + added);
    let mut done = 0;
    for edit in order {
        let range = edit.span.range();
        if range.start < done {
            return Err(EditError::Overlap);
        }
        result.push_str(text.get(done..range.start).ok_or(EditError::OutOfText)?);
        text.get(range.clone()).ok_or(EditError::OutOfText)?;
        result.push_str(&edit.text);
        done = range.end;
    }
    result.push_str(text.get(done..).ok_or(EditError::OutOfText)?);
    Ok(result)
}

/// The edits that make `new` of `old`, line by line, and inside a changed stretch of lines only what differs between its
/// common beginning and end. What the two share is touched by no edit.
pub fn minimal_edits(old: &str, new: &str) -> Vec<Edit> {
    if old == new {
        return Vec::new();
    }
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    // What lies between two equal stretches is one edit, in however many operations the diff tells it.
    let mut edits = Vec::new();
    let (mut old_done, mut new_done) = (0, 0);
    let mut change = |old_end: usize, new_end: usize, old_next: usize, new_next: usize| {
        if (old_done, new_done) != (old_end, new_end) {
            let text = &new[new_starts[new_done]..new_starts[new_end]];
            edits.push(trim(old, old_starts[old_done]..old_starts[old_end], text));
        }
        (old_done, new_done) = (old_next, new_next);
    };
    for operation in capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines) {
        if let DiffOp::Equal { old_index, new_index, len } = operation {
            change(old_index, new_index, old_index + len, new_index + len);
        }
    }
    change(old_lines.len(), new_lines.len(), old_lines.len(), new_lines.len());
    edits
}

/// Offsets of the line starts, and of the end.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = Vec::with_capacity(lines.len() + 1);
    for line in lines {
        starts.push(at);
        at += line.len();
    }
    starts.push(at);
    starts
}

/// Takes the common beginning and end off a replacement, at char boundaries.
fn trim(old: &str, span: Range<usize>, text: &str) -> Edit {
    let replaced = &old[span.clone()];
    let front: usize = replaced
        .chars()
        .zip(text.chars())
        .take_while(|(old, new)| old == new)
        .map(|(old, _)| old.len_utf8())
        .sum();
    let back: usize = replaced[front..]
        .chars()
        .rev()
        .zip(text[front..].chars().rev())
        .take_while(|(old, new)| old == new)
        .map(|(old, _)| old.len_utf8())
        .sum();
    Edit::replace(Span::new(span.start + front, span.end - back), &text[front..text.len() - back])
}
