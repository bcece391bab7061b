//! Texts as a person compares them: without markup, case, and what stands at the end by habit.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How far a link's text is looked for; real ones are shorter, and an endless line of `[` must not cost its square.
const LONGEST_LINK: usize = 300;

/// Appends the plain form of a title or description: lower case, NFC, blanks as one, without `*`, `` ` ``, `~`, link
/// targets, a `(depends …)` at the end, and the punctuation at the end.
pub(crate) fn push_plain(raw: &str, into: &mut String) {
    let start = into.len();
    let raw = without_dependencies(raw);
    if raw.is_ascii() {
        push_ascii(raw.as_bytes(), into);
    } else {
        let composed: Cow<'_, str> = match is_nfc_quick(raw.chars()) {
            IsNormalized::Yes => Cow::Borrowed(raw),
            _ => Cow::Owned(raw.nfc().collect()),
        };
        push_unicode(&composed, into);
    }
    let kept = into[start..].trim_end_matches(['.', ':', ';', ',', '!', '?', '：', '。', ' ']).len();
    into.truncate(start + kept);
}

/// The plain form of a text.
pub(crate) fn plain(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    push_plain(raw, &mut plain);
    plain
}

/// A text without a `(depends: 1.1)`, `(depends on T003)` at its end.
fn without_dependencies(raw: &str) -> &str {
    let raw = raw.trim();
    if !raw.ends_with(')') {
        return raw;
    }
    match raw.rfind('(') {
        Some(open) if raw.as_bytes()[open + 1..].len() > 7 && is_depends(&raw.as_bytes()[open + 1..]) => {
            raw[..open].trim_end()
        }
        _ => raw,
    }
}

fn is_depends(bytes: &[u8]) -> bool {
    bytes.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"depend"))
}

fn push_ascii(bytes: &[u8], into: &mut String) {
    let mut blank = true;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'*' | b'`' | b'~' => {}
            b'[' if opens_link(&bytes[at..]) => {}
            b']' if bytes.get(at + 1) == Some(&b'(') => at = end_of_target(bytes, at),
            byte if byte.is_ascii_whitespace() => {
                if !blank {
                    into.push(' ');
                    blank = true;
                }
            }
            byte => {
                into.push(byte.to_ascii_lowercase() as char);
                blank = false;
            }
        }
        at += 1;
    }
}

fn push_unicode(text: &str, into: &mut String) {
    let bytes = text.as_bytes();
    let mut blank = true;
    let mut skip_until = 0;
    for (at, character) in text.char_indices() {
        if at < skip_until {
            continue;
        }
        match character {
            '*' | '`' | '~' | '\u{fe0f}' => {}
            '[' if opens_link(&bytes[at..]) => {}
            ']' if bytes.get(at + 1) == Some(&b'(') => skip_until = end_of_target(bytes, at) + 1,
            _ if character.is_whitespace() => {
                if !blank {
                    into.push(' ');
                    blank = true;
                }
            }
            _ => {
                into.extend(character.to_lowercase());
                blank = false;
            }
        }
    }
}

/// Whether the `[` at the front begins `[text](target)`.
fn opens_link(bytes: &[u8]) -> bool {
    let near = &bytes[..bytes.len().min(LONGEST_LINK)];
    near.iter().position(|&byte| byte == b']').is_some_and(|close| near.get(close + 1) == Some(&b'('))
}

/// Where the `)` of a link's target stands whose `](` is at `at`; `at` itself if there is none near.
fn end_of_target(bytes: &[u8], at: usize) -> usize {
    let near = &bytes[at..bytes.len().min(at + LONGEST_LINK)];
    near.iter().position(|&byte| byte == b')').map_or(at, |close| at + close)
}

/// The plain forms of many texts in one buffer, each made when it is first asked for.
#[derive(Default)]
pub(crate) struct Plains {
    buffer: String,
    spans: Vec<Option<(u32, u32)>>,
}

impl Plains {
    /// Makes the plain form of a text, unless it is there.
    pub(crate) fn make(&mut self, index: usize, raw: &str) {
        if self.spans.len() <= index {
            self.spans.resize(index + 1, None);
        }
        if self.spans[index].is_none() {
            let start = self.buffer.len() as u32;
            push_plain(raw, &mut self.buffer);
            self.spans[index] = Some((start, self.buffer.len() as u32));
        }
    }

    /// A plain form that was made before; empty if it was not.
    pub(crate) fn get(&self, index: usize) -> &str {
        let span = self.spans.get(index).copied().flatten();
        span.map_or("", |(start, end)| &self.buffer[start as usize..end as usize])
    }
}

/// An id at the front of a description, and what follows it: `("2.1.1", "Create …")` of `2.1.1 Create …`,
/// `**T012**: …`, `3.6a. …`. Words (`Task 3: …`) count with their number. Something that looks like an id, no more.
pub(crate) fn leading_id(description: &str) -> Option<(&str, &str)> {
    let text = description.trim_start_matches(['*', '`', ' ']);
    let mut end = token_end(text);
    let mut start = 0;
    if ["task", "step"].iter().any(|word| text[..end].eq_ignore_ascii_case(word)) {
        start = end + text[end..].len() - text[end..].trim_start().len();
        end = start + token_end(&text[start..]);
    }
    let id = text[start..end].trim_end_matches(['.', '-']);
    let has_digit = id.bytes().any(|byte| byte.is_ascii_digit());
    let short = id.len() <= 16;
    let rest = text[end..].trim_start_matches(['*', '`', ':', '.', ')', '-', ' ', '\u{2013}', '\u{2014}']);
    (has_digit && short && !rest.is_empty() && rest.len() < text.len() - end).then_some((id, rest))
}

/// The length of the word at the front, as ids are written.
fn token_end(text: &str) -> usize {
    text.bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/')))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_case_and_habits_do_not_count() {
        assert_eq!(plain("**Create**  the `Registry`: "), "create the registry");
        assert_eq!(plain("See [the guide](docs/guide.md) first."), "see the guide first");
        assert_eq!(plain("Add locking (depends: 1.1, 1.2)"), "add locking");
        assert_eq!(plain("Add locking (Depends on T003)"), "add locking");
        assert_eq!(plain("Call f(x)"), "call f(x)");
        assert_eq!(plain("Cafe\u{301} ÖFFNEN：\t*jetzt*"), "café öffnen： jetzt");
        assert_eq!(plain("[x] is no link"), "[x] is no link");
        assert_eq!(plain("日本語。"), "日本語");
    }

    #[test]
    fn an_id_at_the_front_is_seen() {
        assert_eq!(leading_id("2.1.1 Create it"), Some(("2.1.1", "Create it")));
        assert_eq!(leading_id("**T012**: Create it"), Some(("T012", "Create it")));
        assert_eq!(leading_id("3.6a. Create it"), Some(("3.6a", "Create it")));
        assert_eq!(leading_id("Task 3: Create it"), Some(("3", "Create it")));
        assert_eq!(leading_id("1.1 - Create it"), Some(("1.1", "Create it")));
        assert_eq!(leading_id("Create it"), None);
        assert_eq!(leading_id("utf8Reader"), None);
        assert_eq!(leading_id("1.1"), None);
    }

    #[test]
    fn an_endless_line_of_brackets_is_read_in_its_length() {
        let brackets = "[".repeat(200_000);
        assert_eq!(plain(&brackets).len(), brackets.len());
    }
}
