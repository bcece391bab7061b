//! Front matter, cut off at byte 0 and nowhere else: pulldown-cmark's metadata blocks would take a `---` in the middle
//! of a plan for one, and swallow a phase.

use tallymark_text::{Source, Span};

use crate::boxes::{line_end, trim_end};

/// The bytes of the front matter with its fences; empty if there is none. Between the fences anything goes: broken YAML is
/// front matter all the same.
pub(crate) fn front_matter(source: &Source) -> Span {
    let fence = match source.line(0).trim_end() {
        "---" => "---",
        "+++" => "+++",
        _ => return Span::default(),
    };
    // A thematic break on the first line is no front matter: that has a key on its second line (or ends there).
    let second = source.line(1).trim_end();
    let is_key = second == fence
        || second.starts_with('#')
        || second.find([':', '=']).is_some_and(|at| at > 0 && !second[..at].contains(['*', '[', '`']));
    if !is_key {
        return Span::default();
    }
    for line in 1..source.line_count() {
        let text = source.line(line).trim_end();
        if text == fence || (fence == "---" && text == "...") {
            return Span::new(0, source.full_line_span(line).end as usize);
        }
    }
    Span::default()
}

/// A key of front matter with its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Field<'t> {
    pub key: &'t str,
    /// The line that the value stands on, without blanks at its end.
    pub line: Span,
    /// The value without quotes: the words behind the colon, or the first line of a folded text. Empty for a list.
    pub value: Span,
}

/// The keys at the margin of front matter, in order. No YAML is parsed: what a broken file still says is read.
pub(crate) fn fields<'t>(text: &'t str, front: Span) -> impl Iterator<Item = Field<'t>> {
    let bytes = text.as_bytes();
    let front_end = front.end as usize;
    let mut next = 0;
    std::iter::from_fn(move || {
        while next < front_end {
            let start = next;
            let end = line_end(bytes, start).min(front_end);
            next = end + 1;
            let line = &text[start..end];
            let Some((key, value)) = line.split_once(':') else { continue };
            if key.is_empty()
                || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            {
                continue;
            }
            let mut span = Span::new(start, trim_end(bytes, start, end));
            let mut from = end - value.len();
            let mut to = end;
            // `title: >-` with the words on the lines below.
            if matches!(value.trim(), ">" | ">-" | "|" | "|-") && next < front_end {
                from = if text[next..].starts_with('\n') { next + 1 } else { next };
                to = line_end(bytes, from).min(front_end);
                if !text[from..to].starts_with([' ', '\t']) {
                    to = from;
                }
                span = Span::new(from, trim_end(bytes, from, to));
            }
            return Some(Field { key, line: span, value: bare(text, from, to) });
        }
        None
    })
}

/// Takes blanks, quotes and a comment off a value.
fn bare(text: &str, from: usize, to: usize) -> Span {
    let whole = &text[from..to];
    let value = whole.trim_start();
    let start = to - value.len();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some(length) = rest.find(quote)
        {
            return Span::new(start + 1, start + 1 + length);
        }
    }
    let length = value.find(" #").unwrap_or(value.len());
    let value = value[..length].trim_end();
    if value.starts_with(['[', '{', '>', '|']) {
        Span::at(start)
    } else {
        Span::new(start, start + value.len())
    }
}
