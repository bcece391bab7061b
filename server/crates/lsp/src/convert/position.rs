//! Places.

use tallymark_text::{Encoding, Source, Span};
use tower_lsp::ls_types::{Position, Range};

/// The position of a byte.
pub(crate) fn position(source: &Source, offset: usize, encoding: Encoding) -> Position {
    let position = source.position(offset, encoding);
    Position::new(position.line, position.column)
}

/// The range of a span.
pub(crate) fn range(source: &Source, span: Span, encoding: Encoding) -> Range {
    Range::new(position(source, span.start as usize, encoding), position(source, span.end as usize, encoding))
}

/// The byte of a position. Positions outside the text are clamped to it.
pub(crate) fn offset(source: &Source, position: Position, encoding: Encoding) -> usize {
    let position = tallymark_text::Position { line: position.line, column: position.character };
    source.offset(position, encoding)
}

/// The span of a range. One whose end lies before its start is empty at its start.
pub(crate) fn span(source: &Source, range: Range, encoding: Encoding) -> Span {
    Span::new(offset(source, range.start, encoding), offset(source, range.end, encoding))
}
