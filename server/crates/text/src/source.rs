use std::sync::Arc;

use crate::{Encoding, LineIndex, Position, Span};

/// A file's text with its line index. A byte order mark is taken off the front and remembered: it is no part of the text
/// and of no position, and comes back with [`Source::to_bytes`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    text: Arc<String>,
    lines: LineIndex,
    bom: bool,
}

/// Why bytes are no text that Tallymark reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Not valid UTF-8 from this byte of the file on.
    NotUtf8 {
        /// The offset of the first byte that is not valid, from the start of the file (a BOM counted).
        at: usize,
    },
    /// UTF-16 or UTF-32, by its byte order mark.
    Utf16,
    /// 4 GiB or more.
    TooLarge,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DecodeError::NotUtf8 { at } => write!(f, "not valid UTF-8 at byte {at}"),
            DecodeError::Utf16 => write!(f, "encoded in UTF-16; save it as UTF-8"),
            DecodeError::TooLarge => write!(f, "4 GiB or larger"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// What ends a text's lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineEnd {
    /// `\n`, also for a text without any line end.
    Lf,
    /// `\r\n`.
    CrLf,
    /// `\r`.
    Cr,
}

impl LineEnd {
    /// Its characters.
    pub fn as_str(self) -> &'static str {
        match self {
            LineEnd::Lf => "\n",
            LineEnd::CrLf => "\r\n",
            LineEnd::Cr => "\r",
        }
    }
}

const BOM: &str = "\u{feff}";

impl Source {
    /// From a text that may begin with a byte order mark.
    pub fn new(text: &str) -> Self {
        let (text, bom) = match text.strip_prefix(BOM) {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        Self { lines: LineIndex::new(text), text: Arc::new(text.to_owned()), bom }
    }

    /// From a file's bytes.
    ///
    /// # Errors
    /// Bytes that are not UTF-8, and texts of 4 GiB and more.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(DecodeError::Utf16);
        }
        if u32::try_from(bytes.len()).is_err() {
            return Err(DecodeError::TooLarge);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(text)),
            Err(error) => Err(DecodeError::NotUtf8 { at: error.valid_up_to() }),
        }
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file began with a byte order mark.
    pub fn has_bom(&self) -> bool {
        self.bom
    }

    /// The bytes to write to a file: the byte order mark, if there was one, and the text.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.pieces().concat()
    }

    /// The same bytes without a copy: the byte order mark, or nothing, and the text.
    pub fn pieces(&self) -> [&[u8]; 2] {
        [if self.bom { BOM.as_bytes() } else { &[] }, self.text.as_bytes()]
    }

    /// The same file with another text: the byte order mark stays.
    #[must_use]
    pub fn with_text(&self, text: &str) -> Self {
        Self { lines: LineIndex::new(text), text: Arc::new(text.to_owned()), bom: self.bom }
    }

    /// What stands in `span`; empty if it lies outside the text or cuts a character.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> usize {
        self.lines.line_count()
    }

    /// The line, from zero, in which `offset` lies.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.line_of(offset)
    }

    /// The bytes of `line` (from zero) without its line end.
    pub fn line_span(&self, line: usize) -> Span {
        self.lines.line_span(line, &self.text)
    }

    /// The bytes of `line` (from zero) with its line end.
    pub fn full_line_span(&self, line: usize) -> Span {
        Span::new(self.lines.line_start(line, &self.text), self.lines.line_start(line + 1, &self.text))
    }

    /// The text of `line` (from zero) without its line end.
    pub fn line(&self, line: usize) -> &str {
        self.slice(self.line_span(line))
    }

    /// Line and column of `offset`; see [`LineIndex::position`].
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        self.lines.position(&self.text, offset, encoding)
    }

    /// The offset of a line and column; see [`LineIndex::offset`] for how positions outside the text are clamped.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        self.lines.offset(&self.text, position, encoding)
    }

    /// Replaces `span` by `text`, and follows it in the line index without reading the rest again.
    /// A span outside the text is clamped to it; one that cuts a character is widened to whole characters.
    pub fn replace(&mut self, span: Span, text: &str) {
        let mut start = (span.start as usize).min(self.text.len());
        let mut end = (span.end as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        match Arc::get_mut(&mut self.text) {
            Some(own) => own.replace_range(start..end, text),
            // Somebody still looks at the text as it was.
            None => {
                let mut replaced = String::with_capacity(self.text.len() - (end - start) + text.len());
                replaced.push_str(&self.text[..start]);
                replaced.push_str(text);
                replaced.push_str(&self.text[end..]);
                self.text = Arc::new(replaced);
            }
        }
        self.lines.replace(&self.text, Span::new(start, end), text.len());
    }

    /// The line end that most lines have: what a line that we add should end with.
    pub fn line_end(&self) -> LineEnd {
        let bytes = self.text.as_bytes();
        let (mut lf, mut crlf, mut cr) = (0_usize, 0_usize, 0_usize);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            match bytes[at] {
                b'\n' if at > 0 && bytes[at - 1] == b'\r' => crlf += 1,
                b'\n' => lf += 1,
                _ if bytes.get(at + 1) != Some(&b'\n') => cr += 1,
                _ => {}
            }
        }
        if crlf > lf && crlf >= cr {
            LineEnd::CrLf
        } else if cr > lf {
            LineEnd::Cr
        } else {
            LineEnd::Lf
        }
    }
}
