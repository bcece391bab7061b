//! Boxes: `[ ]`, `[x]`, and what people write when they mean one.

use tallymark_text::Span;

/// How a box is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// As it should be: one mark between the brackets.
    Sound,
    /// `[]`
    Empty,
    /// `[  ]`, `[x ]`, `[ x]`
    Padded,
    /// A no-break space, a tab or another blank that is no space.
    OddBlank,
}

/// Something in brackets that a person would take for a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Boxed {
    /// With the brackets.
    pub outer: Span,
    /// Between the brackets, without blanks around a mark.
    pub mark: Span,
    pub shape: Shape,
}

/// A box is never longer than this between its brackets: four emoji with their variation selectors and a slash.
const LONGEST: usize = 32;

/// The box that begins at `at`. Links (`[x](…)`), footnotes, citations (`[1]`) and words in brackets are none.
pub(crate) fn box_at(text: &str, at: usize) -> Option<Boxed> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    let inside = &bytes[at + 1..bytes.len().min(at + 2 + LONGEST)];
    let length = inside.iter().position(|&byte| matches!(byte, b']' | b'[' | b'\n' | b'\r'))?;
    if inside[length] != b']' {
        return None;
    }
    let (start, end) = (at + 1, at + 1 + length);
    let (mark, shape) = read_inside(text.get(start..end)?, start)?;
    let found = Boxed { outer: Span::new(at, end + 1), mark, shape };
    let blank = matches!(shape, Shape::Empty) || text[mark.range()].trim().is_empty();
    match bytes.get(end + 1) {
        // A link or a reference; `[ ](x)` is one for markdown, but nobody writes a link without words.
        Some(b'(' | b'[') if !blank => None,
        _ => Some(found),
    }
}

fn read_inside(inside: &str, start: usize) -> Option<(Span, Shape)> {
    let whole = Span::new(start, start + inside.len());
    match inside.as_bytes() {
        [] => return Some((whole, Shape::Empty)),
        [b' ' | b'x' | b'X'] => return Some((whole, Shape::Sound)),
        [byte] if byte.is_ascii_digit() => return None,
        _ => {}
    }
    let trimmed = inside.trim_matches(is_blank);
    if trimmed.is_empty() {
        let odd = inside.chars().any(|character| character != ' ');
        return Some((whole, if odd { Shape::OddBlank } else { Shape::Padded }));
    }
    if !is_mark(trimmed) {
        return None;
    }
    if trimmed.len() == inside.len() {
        return Some((whole, Shape::Sound));
    }
    // `[ a ]` is a word in brackets; `[ x]` and `[ ~ ]` are boxes.
    if trimmed.chars().all(char::is_alphanumeric) && !trimmed.eq_ignore_ascii_case("x") {
        return None;
    }
    let from = start + inside.len() - inside.trim_start_matches(is_blank).len();
    let odd = inside.chars().any(|character| character != ' ' && is_blank(character));
    let shape = if odd { Shape::OddBlank } else { Shape::Padded };
    Some((Span::new(from, from + trimmed.len()), shape))
}

/// One letter or symbol, or a few symbols with at least one beyond ASCII (`✅/❌`).
fn is_mark(inside: &str) -> bool {
    let mut characters = inside.chars().filter(|&character| character != '\u{fe0f}');
    let Some(first) = characters.next() else {
        return false;
    };
    match characters.next() {
        None => !matches!(first, '…' | '^') && !first.is_ascii_digit() && !first.is_control(),
        Some(_) => {
            let symbols = |character: char| {
                !character.is_alphanumeric() && !is_blank(character) && !matches!(character, '.' | '…' | '_')
            };
            inside.chars().all(symbols) && !inside.is_ascii()
        }
    }
}

/// White space, also the kinds that cannot be seen.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

/// If a bullet (`-`, `*`, `+`, `1.`, `1)`) with a blank behind it begins at `at`: where the words begin.
pub(crate) fn bullet_at(bytes: &[u8], at: usize) -> Option<usize> {
    let digits =
        bytes[at.min(bytes.len())..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let behind = match bytes.get(at + digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => at + 1,
        Some(b'.' | b')') if digits > 0 => at + digits + 1,
        _ => return None,
    };
    matches!(bytes.get(behind), Some(b' ' | b'\t')).then(|| skip_blanks(bytes, behind))
}

/// Where the words of a list item begin: behind the bullet that starts at `at` and the blanks after it.
pub(crate) fn after_bullet(bytes: &[u8], at: usize) -> usize {
    bullet_at(bytes, at).unwrap_or_else(|| line_end(bytes, at))
}

/// Skips spaces and tabs.
pub(crate) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// The end of the line that `at` lies in, before its line end.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

/// Takes blanks off the end.
pub(crate) fn trim_end(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && bytes[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    end
}
