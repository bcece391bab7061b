use std::cell::OnceCell;

use crate::{Encoding, Position, Source};

/// So many bytes are counted at once; lines shorter than this need no help.
const STRIDE: usize = 4096;

/// Many positions in one text. A column is counted from the beginning of its line, and a file without line ends is one
/// line: asked for thousands of places in megabytes, [`Source::position`] would count them over and over. This counts
/// the text once, when first asked for a place far into a line.
#[derive(Debug)]
pub struct Positions<'a> {
    source: &'a Source,
    /// For each stride, the UTF-16 units and the characters before it, from the beginning of the text.
    counted: OnceCell<Vec<[u32; 2]>>,
}

impl<'a> Positions<'a> {
    /// Of a text.
    pub fn new(source: &'a Source) -> Self {
        Self { source, counted: OnceCell::new() }
    }

    /// Line and column of `offset`, as [`Source::position`] gives them.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = self.boundary(offset);
        let line = self.source.line_of(offset);
        let start = self.source.line_span(line).start as usize;
        if encoding == Encoding::Utf8 || offset.saturating_sub(start) <= STRIDE {
            return self.source.position(offset, encoding);
        }
        let column = self.before(offset, encoding) - self.before(start, encoding);
        Position { line: line as u32, column }
    }

    /// How many units there are before `offset`, from the beginning of the text.
    fn before(&self, offset: usize, encoding: Encoding) -> u32 {
        let counted = self.counted.get_or_init(|| self.count());
        let stride = offset / STRIDE;
        let from = self.boundary(stride * STRIDE);
        let base = counted[stride][usize::from(encoding == Encoding::Utf32)];
        base + encoding.width_of(&self.source.text()[from..offset]) as u32
    }

    fn count(&self) -> Vec<[u32; 2]> {
        let text = self.source.text();
        let mut counted = Vec::with_capacity(text.len() / STRIDE + 1);
        let (mut from, mut utf16, mut utf32) = (0, 0, 0);
        for stride in 0..=text.len() / STRIDE {
            let to = self.boundary(stride * STRIDE);
            let part = &text[from..to];
            utf16 += Encoding::Utf16.width_of(part) as u32;
            utf32 += Encoding::Utf32.width_of(part) as u32;
            counted.push([utf16, utf32]);
            from = to;
        }
        counted
    }

    /// The character boundary at or before an offset.
    fn boundary(&self, offset: usize) -> usize {
        let text = self.source.text();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_the_same_as_one_by_one() {
        let line = "aü🚧 ".repeat(1500);
        let source = Source::new(&format!("{line}\r\nshort\n{line}x\n{line}"));
        let positions = Positions::new(&source);
        for offset in (0..source.len() + 3).step_by(89).chain(12_000..12_020) {
            let at = positions.boundary(offset);
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                assert_eq!(positions.position(offset, encoding), source.position(at, encoding), "{offset}");
            }
        }
    }
}
