//! The line that a place begins on, ready to be shown.

use std::ops::Range;

use tallymark_text::{Encoding, Source, Span};

/// Lines of more bytes than this are not shown: a status.json without line ends is one line.
const LINE_LIMIT: usize = 2048;

/// A line, and the part of it that is meant.
pub struct Excerpt<'a> {
    /// The line's number, from one.
    pub line: usize,
    /// The column of the part's first character, from one.
    pub column: usize,
    /// The line without its line end; `None` if it is empty or too long to be shown.
    pub text: Option<&'a str>,
    /// The part of the line's text.
    pub part: Range<usize>,
}

/// The excerpt for a place. Of a place of several lines, the first is shown.
pub fn excerpt<'a>(source: &'a Source, span: Span) -> Excerpt<'a> {
    let start = (span.start as usize).min(source.len());
    let position = source.position(start, Encoding::Utf32);
    let line = source.line_span(source.line_of(start));
    let text = source.slice(line);
    let from = start.saturating_sub(line.start as usize).min(text.len());
    let to = (span.end as usize).saturating_sub(line.start as usize).clamp(from, text.len());
    let shown = text.len() <= LINE_LIMIT && !text.trim().is_empty();
    Excerpt {
        line: position.line as usize + 1,
        column: position.column as usize + 1,
        text: shown.then_some(text),
        part: from..to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_lines_the_first_is_shown() {
        let source = Source::new("# A\r\n- [ ] ü b\r\n  c\r\n");
        let excerpt = excerpt(&source, Span::new(13, 21));
        assert_eq!((excerpt.line, excerpt.column), (2, 8));
        assert_eq!((excerpt.text, excerpt.part), (Some("- [ ] ü b"), 8..10));
    }

    #[test]
    fn a_line_without_end_is_placed_and_not_shown() {
        let source = Source::new(&format!("{{\"a\":\"{}\"}}", "x".repeat(LINE_LIMIT)));
        let excerpt = excerpt(&source, Span::new(1, 4));
        assert_eq!((excerpt.line, excerpt.column, excerpt.text), (1, 2, None));
    }

    #[test]
    fn a_place_behind_the_end_is_at_the_end() {
        let source = Source::new("a");
        assert_eq!(excerpt(&source, Span::new(7, 9)).part, 1..1);
    }
}
