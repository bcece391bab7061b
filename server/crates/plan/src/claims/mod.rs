//! Statements about progress: `**Progress**: 3/7 tasks`, `Status: 65% implemented`, `### Group [2/5]`, `28 tests, 3 passing /
//! 25 failing`, bars of blocks, the rows of progress tables.
//!
//! Only what surely speaks of the plan's own tasks becomes a [`Claim`]: a number beside other words (coverage, tests, speed)
//! is none, nor is one under a heading that tells the past, nor one that says what is wished for.

mod amount;
mod bar;
mod line;
mod scope;
mod sum;
mod table;

use std::ops::Range;

use memchr::{memchr2_iter, memmem};
use tallymark_text::{Source, Span};

use crate::headings::Heading;
use crate::{Claim, Ignored, Phase, Task};
pub(crate) use scope::PAST;
use scope::Scopes;

/// A longer line is no statement about progress.
const LONGEST_LINE: usize = 600;

/// What claims are found in.
pub(crate) struct Around<'a> {
    pub source: &'a Source,
    /// The part of the text that is looked at.
    pub part: Range<usize>,
    /// The first task that may be open there.
    pub first_task: usize,
    pub headings: &'a [Heading],
    /// Whether the file has one heading of the first level, its title.
    pub only_title: bool,
    pub ignored: &'a [Ignored],
    pub phases: &'a [Phase],
    pub tasks: &'a [Task],
}

/// Finds all claims, in document order; none shares a byte with another.
pub(crate) fn find(around: &Around<'_>) -> Vec<Claim> {
    let source = around.source;
    let mut claims = Vec::new();
    let mut scopes = Scopes::new(around);
    let mut read_to = 0;
    for number in worth_reading(source, &around.part) {
        if number < read_to {
            continue;
        }
        let line = source.line_span(number);
        if line.len() > LONGEST_LINE || crate::annotations::is_ignored(around.ignored, line.start as usize) {
            continue;
        }
        let before = claims.len();
        if is_row(source.slice(line)) {
            read_to = table::read(source, number, read_to, &mut scopes, &mut claims);
        } else {
            line::read(source.text(), line, &mut scopes, &mut claims);
        }
        claims[before..].sort_by_key(|claim| claim.span.start);
    }
    let mut end = 0;
    claims.retain(|claim| {
        let free = claim.span.start >= end;
        end = end.max(claim.span.end);
        free
    });
    claims
}

/// The lines that hold a number in the company of which claims are made.
fn worth_reading(source: &Source, part: &Range<usize>) -> Vec<usize> {
    let bytes = &source.text().as_bytes()[part.clone()];
    let behind_digit = |at: &usize| {
        let back = bytes[..*at].iter().rev().take(2).position(|byte| *byte != b' ');
        back.is_some_and(|back| bytes[at - back - 1].is_ascii_digit())
    };
    let mut found: Vec<usize> = memchr2_iter(b'%', b'/', bytes).filter(behind_digit).collect();
    found.extend(memmem::find_iter(bytes, b" of ").filter(behind_digit));
    found.extend(memmem::find_iter(bytes, b" tests").filter(behind_digit));
    found.extend(memmem::find_iter(bytes, b"otal"));
    // The blocks of bars, U+2580 to U+25BF.
    found.extend(memmem::find_iter(bytes, b"\xe2\x96"));
    let mut lines: Vec<usize> = found.into_iter().map(|at| source.line_of(part.start + at)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Whether a line is a row of a table.
fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

/// The words of a line behind blanks, bullets, `#`, `*` and signs: where its first letter or digit stands; the line's end
/// if it begins with code.
fn first_word(text: &str, line: Span) -> usize {
    let words = text[line.range()].find(|sign: char| sign.is_alphanumeric() || sign == '`');
    let words = words.filter(|&at| !text[line.range()][at..].starts_with('`'));
    line.start as usize + words.unwrap_or(line.len())
}
