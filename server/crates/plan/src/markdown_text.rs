//! The text as pulldown-cmark gets it, of the same length as the source's, so that offsets fit both.
//!
//! A parser of markdown needs time for each level of nesting on each line, and no person nests this deep: lines that do are
//! blanked out, and said so. A lone `\r` becomes `\n`: pulldown-cmark does not end all blocks at one.

use std::borrow::Cow;
use std::ops::Range;

use tallymark_text::{Source, Span};

use crate::{Problem, ProblemKind};

/// How many bullets and quote signs one line may open.
const MARKERS: usize = 64;

/// How far a bullet may be indented, in columns: two for each level, at least.
const COLUMNS: usize = 400;

/// The text for pulldown-cmark, fit to be read in this part of it, without the lines that are `tags`, and a problem for each
/// stretch that is nested too deep. The part is made of whole lines.
pub(crate) fn prepare<'t>(
    source: &'t Source,
    part: Range<usize>,
    tags: &[Span],
) -> (Cow<'t, str>, Vec<Problem>) {
    let text = source.text();
    let deep = deep_stretches(source, &part);
    let lone = |at: &usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    let returns = memchr::memchr_iter(b'\r', &text.as_bytes()[part.clone()]).map(|at| part.start + at);
    let returns: Vec<usize> = returns.filter(lone).collect();
    if deep.is_empty() && returns.is_empty() && tags.is_empty() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut bytes = text.as_bytes().to_vec();
    for at in returns {
        bytes[at] = b'\n';
    }
    for span in deep.iter().chain(tags) {
        for byte in &mut bytes[span.range()] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    // Whole lines were blanked, so no character is cut.
    let prepared = String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned);
    let problem = |span| Problem { span, kind: ProblemKind::TooDeep, mend: Vec::new() };
    (prepared, deep.into_iter().map(problem).collect())
}

/// The stretches of lines that are nested too deep.
fn deep_stretches(source: &Source, part: &Range<usize>) -> Vec<Span> {
    let mut deep: Vec<Span> = Vec::new();
    // So many bytes in a row would fill one of these pieces, wherever they begin; hardly a text has one.
    let mut pieces = source.text().as_bytes()[part.clone()].chunks_exact(MARKERS / 2);
    if !pieces.any(|piece| piece.iter().all(|&byte| is_prefix(byte))) {
        return deep;
    }
    for line in source.line_of(part.start)..source.line_count() {
        let span = source.line_span(line);
        if span.start as usize >= part.end {
            break;
        }
        if span.len() >= MARKERS && is_deep(source.slice(span).as_bytes()) {
            match deep.last_mut() {
                // Only a line end lies between two lines that follow each other.
                Some(last) if span.start - last.end <= 2 => last.end = span.end,
                _ => deep.push(span),
            }
        }
    }
    deep
}

/// Whether a byte may stand among the bullets and quote signs that begin a line.
fn is_prefix(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'>' | b'-' | b'*' | b'+' | b'.' | b')') || byte.is_ascii_digit()
}

/// Whether a line of at least [`MARKERS`] bytes opens too many containers, or a list item too far to the right.
fn is_deep(line: &[u8]) -> bool {
    // All but a few lines have a letter among their first bytes.
    if !line[..MARKERS].iter().all(|&byte| is_prefix(byte)) {
        return false;
    }
    let (mut at, mut markers, mut columns) = (0, 0, 0);
    let (mut bullets, mut first, mut far) = (0, None, false);
    while let Some(&byte) = line.get(at) {
        let digits = line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let behind = at + digits + 1;
        let blank_behind = matches!(line.get(behind), None | Some(b' ' | b'\t'));
        match line.get(at + digits) {
            Some(b' ') if digits == 0 => columns += 1,
            Some(b'\t') if digits == 0 => columns += 4 - columns % 4,
            Some(b'>') if digits == 0 => {
                markers += 1;
                columns += 1;
            }
            Some(b'-' | b'*' | b'+') if digits == 0 && blank_behind => {
                bullets += usize::from(first.is_none_or(|first| first == byte));
                first = first.or(Some(byte));
                far |= columns > COLUMNS;
                markers += 1;
                columns += 1;
            }
            Some(b'.' | b')') if digits > 0 && blank_behind => {
                far |= columns > COLUMNS;
                markers += 1;
                columns += digits + 1;
            }
            _ => break,
        }
        at = behind;
    }
    // `- - - - -` to the end of the line is a thematic break, however long.
    let thematic = at == line.len() && bullets == markers && first.is_some();
    (markers > MARKERS || far) && !thematic
}
