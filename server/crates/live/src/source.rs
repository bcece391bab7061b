//! A file's bytes as text: byte order mark off, what is no UTF-8 replaced, places still counted in the file's own bytes.

use std::borrow::Cow;

use tallymark_events::Unreadable;

/// What some editors write before all else; no part of the text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug)]
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    mark: usize,
    text: Cow<'a, str>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Self { bytes, mark, text: String::from_utf8_lossy(&bytes[mark..]) }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the text's byte `at` is in the file.
    pub(crate) fn place(&self, at: usize) -> u64 {
        let mut place = self.mark;
        if matches!(self.text, Cow::Borrowed(_)) {
            return (place + at) as u64;
        }
        let mut rest = at;
        for chunk in self.bytes[self.mark..].utf8_chunks() {
            let valid = chunk.valid().len();
            if rest <= valid {
                return (place + rest) as u64;
            }
            rest = (rest - valid).saturating_sub(char::REPLACEMENT_CHARACTER.len_utf8());
            place += valid + chunk.invalid().len();
        }
        place as u64
    }

    /// The first byte that is no UTF-8, as a problem.
    pub(crate) fn garbled(&self) -> Option<Unreadable> {
        let Err(error) = std::str::from_utf8(&self.bytes[self.mark..]) else { return None };
        Some(Unreadable {
            at: (self.mark + error.valid_up_to()) as u64,
            message: "Bytes that are no UTF-8 begin here; they were read as \u{fffd}.".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn places_are_those_of_the_file() {
        let bytes = b"\xef\xbb\xbfab\xff\xfecd\xe2\x82";
        let source = Source::new(bytes);
        assert_eq!(source.text(), "ab\u{fffd}\u{fffd}cd\u{fffd}");
        for (letter, place) in [('a', 3), ('b', 4), ('c', 7), ('d', 8)] {
            let at = source.text().find(letter).expect("it is there");
            assert_eq!(source.place(at), place, "{letter}");
        }
        assert_eq!(source.garbled().map(|problem| problem.at), Some(5));
        assert_eq!(Source::new("äö".as_bytes()).place(2), 2);
        assert!(Source::new("äö".as_bytes()).garbled().is_none());
    }
}
