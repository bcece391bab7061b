//! Lines while they are being written: what a parser does not look at, because it is no task yet.

use tallymark_text::Span;

use crate::boxes::{line_end, skip_blanks};
use crate::dialects::reading;
use crate::ids::id_at;
use crate::{Dialect, Meaning};

/// The head of a list item, as far as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemHead {
    /// The blanks before the bullet.
    pub indentation: Span,
    /// `-`, `*`, `+`, `1.`, `1)`.
    pub bullet: Span,
    /// The box with its brackets; without the second one as long as that is not written: up to the end of the line.
    pub outer: Option<Span>,
    /// Whether the box has its second bracket.
    pub closed: bool,
    /// The id without markup, where its form is one of the dialect's.
    pub id: Option<Span>,
    /// Where the words begin: behind the box, the id and what stands around it. The end of the line if there are none.
    pub words: usize,
    /// The end of the line.
    pub end: usize,
}

/// Reads the head of the list item in the line that begins at `line_start`; `None` if there is no bullet.
pub fn item_head(text: &str, line_start: usize, dialect: Dialect) -> Option<ItemHead> {
    let bytes = text.as_bytes();
    let end = line_end(bytes, line_start);
    let bytes = &bytes[..end];
    let at = skip_blanks(bytes, line_start);
    let digits = bytes[at..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let behind = match bytes.get(at + digits)? {
        b'-' | b'*' | b'+' if digits == 0 => at + 1,
        b'.' | b')' if (1..10).contains(&digits) => at + digits + 1,
        _ => return None,
    };
    if !matches!(bytes.get(behind), None | Some(b' ' | b'\t')) {
        return None;
    }
    let from = skip_blanks(bytes, behind);
    let mut head = ItemHead {
        indentation: Span::new(line_start, at),
        bullet: Span::new(at, behind),
        outer: None,
        closed: false,
        id: None,
        words: from,
        end,
    };
    if bytes.get(from) != Some(&b'[') {
        return Some(head);
    }
    // A mark is one sign, and a sign may be a few characters long.
    let inside = bytes[from + 1..].iter().take(32).position(|&byte| matches!(byte, b']' | b'['));
    head.closed = inside.is_some_and(|length| bytes[from + 1 + length] == b']');
    let close = match inside {
        Some(length) if head.closed => from + 2 + length,
        _ => end,
    };
    head.outer = Some(Span::new(from, close));
    head.words = skip_blanks(bytes, close);
    if let Some(found) = id_at(text, head.words, end, reading(dialect).ids()) {
        head.id = Some(found.id);
        head.words = found.rest;
    }
    Some(head)
}

impl Dialect {
    /// The marks that can be written in a box, with what they mean; of several that mean the same all.
    pub fn marks(self) -> impl Iterator<Item = (&'static str, Meaning)> {
        let common = [(" ", Meaning::Open), ("x", Meaning::Done)];
        common.into_iter().chain(reading(self).marks().iter().copied())
    }

    /// Whether ids start again below each task.
    pub fn ids_restart(self) -> bool {
        reading(self).ids_restart()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bullet, box, whether that is closed, id, words.
    type Head<'a> = (&'a str, Option<&'a str>, bool, Option<&'a str>, &'a str);

    fn head(line: &str) -> Option<Head<'_>> {
        let head = item_head(line, 0, Dialect::Phased)?;
        let slice = |span: Span| &line[span.range()];
        let words = &line[head.words..head.end];
        Some((slice(head.bullet), head.outer.map(slice), head.closed, head.id.map(slice), words))
    }

    #[test]
    fn a_head_is_read_however_far_it_is_written() {
        let cases = [
            ("- [ ] 1.2 Write", Some(("-", Some("[ ]"), true, Some("1.2"), "Write"))),
            ("  * [x] **1.2:** Ää\r\n", Some(("*", Some("[x]"), true, Some("1.2"), "Ää"))),
            ("3. [~] T012 [P] x", Some(("3.", Some("[~]"), true, Some("T012"), "[P] x"))),
            ("- [ ] 1.2 ", Some(("-", Some("[ ]"), true, Some("1.2"), ""))),
            ("- [ ]", Some(("-", Some("[ ]"), true, None, ""))),
            ("- [", Some(("-", Some("["), false, None, ""))),
            ("- [✅", Some(("-", Some("[✅"), false, None, ""))),
            ("-", Some(("-", None, false, None, ""))),
            ("- plain", Some(("-", None, false, None, "plain"))),
            ("-x", None),
            ("**bold**", None),
            ("2024 was", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(head(line), expected, "{line:?}");
        }
    }
}
