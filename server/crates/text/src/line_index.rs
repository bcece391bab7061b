use std::sync::OnceLock;

use crate::Span;

/// How an editor counts columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the default of the Language Server Protocol.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The width of `character` in this encoding's units.
    fn width(self, character: char) -> usize {
        match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }

    /// The width of a whole text in this encoding's units.
    pub fn width_of(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            _ => text.chars().map(|character| self.width(character)).sum(),
        }
    }
}

/// A line and a column, both from zero; the column is in the units of an [`Encoding`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Position {
    /// The line, from zero.
    pub line: u32,
    /// The column, from zero, in units of the encoding it was computed for.
    pub column: u32,
}

/// Where each line of a text begins. Lines end with `\n`, `\r\n` or a lone `\r`, as in the Language Server Protocol.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Counted when a column beyond [`BLOCK`] bytes is asked for: JSON without line ends is one line of many megabytes.
    widths: OnceLock<Widths>,
}

impl PartialEq for LineIndex {
    fn eq(&self, other: &Self) -> bool {
        self.starts == other.starts
    }
}

impl Eq for LineIndex {}

/// How many bytes are counted through for one column at the most.
const BLOCK: usize = 4096;

/// For each block of a text, the width of all before it: the places are multiples of [`BLOCK`] bytes, moved to the start of
/// the character there.
#[derive(Clone, Debug, Default)]
struct Widths {
    utf16: Vec<u32>,
    utf32: Vec<u32>,
}

impl Widths {
    fn new(text: &str) -> Self {
        let mut widths = Self::default();
        let (mut utf16, mut utf32, mut done) = (0, 0, 0);
        for place in (0..=text.len()).step_by(BLOCK) {
            let place = floor_boundary(text, place);
            utf16 += Encoding::Utf16.width_of(&text[done..place]) as u32;
            utf32 += Encoding::Utf32.width_of(&text[done..place]) as u32;
            done = place;
            widths.utf16.push(utf16);
            widths.utf32.push(utf32);
        }
        widths
    }

    /// The width of all before `offset`, which is the start of a character.
    fn before(&self, text: &str, offset: usize, encoding: Encoding) -> usize {
        let block = offset / BLOCK;
        let counted = match encoding {
            Encoding::Utf8 => return offset,
            Encoding::Utf16 => self.utf16[block],
            Encoding::Utf32 => self.utf32[block],
        };
        counted as usize + encoding.width_of(&text[floor_boundary(text, block * BLOCK)..offset])
    }
}

impl LineIndex {
    /// One pass over the bytes.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 40 + 1);
        starts.push(0);
        push_starts(text.as_bytes(), 0, text.len(), &mut starts);
        Self { starts, widths: OnceLock::new() }
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from zero, in which `offset` lies; beyond the end, the last.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// Where `line` begins; beyond the last line, the end of the text.
    pub fn line_start(&self, line: usize, text: &str) -> usize {
        self.starts.get(line).map_or(text.len(), |&start| start as usize)
    }

    /// The bytes of `line` without its line end.
    pub fn line_span(&self, line: usize, text: &str) -> Span {
        let start = self.line_start(line, text);
        let mut end = self.line_start(line + 1, text);
        let bytes = text.as_bytes();
        if line + 1 < self.starts.len() {
            if end > start && bytes[end - 1] == b'\n' {
                end -= 1;
            }
            if end > start && bytes[end - 1] == b'\r' {
                end -= 1;
            }
        }
        Span::new(start, end)
    }

    /// The position of `offset`. An offset inside a character counts as that character's start, one beyond the end as the end.
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = floor_boundary(text, offset);
        let line = self.line_of(offset);
        let start = self.starts[line] as usize;
        let column = if offset - start <= BLOCK {
            encoding.width_of(&text[start..offset])
        } else {
            let widths = self.widths.get_or_init(|| Widths::new(text));
            widths.before(text, offset, encoding) - widths.before(text, start, encoding)
        };
        Position { line: line as u32, column: column as u32 }
    }

    /// The offset of `position`. As the Language Server Protocol says: a column beyond the line's end is the line's end
    /// (before its line-end characters), a line beyond the last is the end of the text. A column inside a character
    /// (between two surrogates) is that character's start.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return text.len();
        }
        let span = self.line_span(line, text);
        let column = position.column as usize;
        let content = &text[span.range()];
        if encoding == Encoding::Utf8 {
            return floor_boundary(text, (span.start as usize).saturating_add(column).min(span.end as usize));
        }
        let mut seen = 0;
        for (at, character) in content.char_indices() {
            let width = encoding.width(character);
            if seen + width > column {
                return span.start as usize + at;
            }
            seen += width;
        }
        span.end as usize
    }

    /// Follows a replacement of `replaced` (bytes of the old text) by `inserted` bytes, `text` being the new text:
    /// only the lines touched are looked at again, the starts after them are shifted.
    pub(crate) fn replace(&mut self, text: &str, replaced: Span, inserted: usize) {
        self.widths.take();
        let bytes = text.as_bytes();
        // A line start depends on the byte before it, and `\r` on the byte after: look one line further on both sides.
        let first = self.line_of((replaced.start as usize).saturating_sub(1));
        let scan_start = self.starts[first] as usize;
        let new_end = replaced.start as usize + inserted;
        let shift = new_end as i64 - i64::from(replaced.end);
        // A start that lies behind the replaced bytes and one more stays a start: its preceding byte did not change.
        let kept = self.starts.partition_point(|&start| u64::from(start) <= u64::from(replaced.end) + 1);
        let scan_end = self.starts.get(kept).map_or(text.len(), |&start| (i64::from(start) + shift) as usize);
        let mut fresh = Vec::new();
        push_starts(bytes, scan_start, scan_end, &mut fresh);
        // The kept start itself is found again by the scan.
        if self.starts.get(kept).is_some() && fresh.last() == Some(&(scan_end as u32)) {
            fresh.pop();
        }
        for start in &mut self.starts[kept..] {
            *start = (i64::from(*start) + shift) as u32;
        }
        self.starts.splice(first + 1..kept, fresh);
    }
}

/// Appends the line starts that lie in `from + 1 ..= to`.
fn push_starts(bytes: &[u8], from: usize, to: usize, starts: &mut Vec<u32>) {
    // Nearly all texts have `\n` alone, and one sign is found in less than half the time of two.
    if memchr::memchr(b'\r', &bytes[from..to]).is_none() {
        starts.extend(memchr::memchr_iter(b'\n', &bytes[from..to]).map(|at| (from + at + 1) as u32));
        return;
    }
    for at in memchr::memchr2_iter(b'\n', b'\r', &bytes[from..to]) {
        let at = from + at;
        let ends_line = bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n');
        if ends_line {
            starts.push((at + 1) as u32);
        }
    }
}

/// The largest char boundary at or before `offset`, at most the text's length.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
