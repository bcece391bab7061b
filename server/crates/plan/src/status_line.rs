//! Words that say how the whole of a file stands: `Status: done` below a title, `status: In Progress` in front matter.

use tallymark_text::Span;

use crate::boxes::{line_end, trim_end};
use crate::{Mark, Meaning};

/// How far behind a title its status line may stand, in bytes.
const REACH: usize = 2_000;

/// The words of the first status line behind `from`: `Status: done`, `**Status**: In Progress`, `## Status: Done`, or a heading
/// `## Status` with the words below it.
pub(crate) fn status_line(text: &str, from: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < text.len() && at - from < REACH {
        let end = line_end(bytes, at);
        let line = &text[at..end];
        let bare = line.trim_start_matches([' ', '\t', '#', '*', '_', '-']);
        let labelled = bare.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("status"));
        if labelled {
            let rest = bare[6..].trim_start_matches(['*', '_', ' ']);
            if let Some(words) = rest.strip_prefix([':', '：']) {
                return words_of(text, end - words.len(), end);
            }
            if rest.is_empty() && line.starts_with('#') {
                let below = at + line.len() + text[end..].len() - text[end..].trim_start().len();
                return words_of(text, below, line_end(bytes, below));
            }
        } else if line.starts_with("## ") || line.starts_with("- [") {
            // What stands in a section speaks for that section.
            if !bare.is_empty() && at > from {
                return None;
            }
        }
        at = end + 1;
    }
    None
}

/// The words up to a remark, without markup and signs around them.
fn words_of(text: &str, from: usize, to: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let mut start = from;
    while start < to {
        let first = text[start..].chars().next()?;
        if first.is_alphanumeric() || first == '[' {
            break;
        }
        start += first.len_utf8();
    }
    let rest = &text[start..to];
    let stop = [" - ", " – ", " — ", "(", "|", "<!--", "*", "`", ",", "."]
        .iter()
        .filter_map(|end| rest.find(end))
        .min();
    let mut end = trim_end(bytes, start, start + stop.unwrap_or(rest.len()));
    // `Done ✅`
    while end > start && !text[..end].ends_with(|last: char| last.is_alphanumeric()) {
        end -= text[..end].chars().next_back().map_or(1, char::len_utf8);
    }
    (start < end).then(|| Span::new(start, end))
}

/// The mark that status words make. `own` are words that only the dialect knows, in lower case.
pub(crate) fn mark_of(text: &str, words: Span, own: &[(&str, Meaning)]) -> Mark {
    Mark { span: words, outer: words, meaning: meaning_of(&text[words.range()], own) }
}

/// What status words mean; `-`, `_` and blanks are one, and so are capitals and small letters.
fn meaning_of(words: &str, own: &[(&str, Meaning)]) -> Meaning {
    let is = |known: &str| {
        let bare = |byte: &u8| !matches!(byte, b' ' | b'-' | b'_');
        words.bytes().filter(bare).map(|byte| byte.to_ascii_lowercase()).eq(known.bytes().filter(bare))
    };
    own.iter().chain(WORDS).find(|(known, _)| is(known)).map_or(Meaning::Unknown, |&(_, meaning)| meaning)
}

/// The words that all dialects know.
const WORDS: &[(&str, Meaning)] = &[
    ("done", Meaning::Done),
    ("complete", Meaning::Done),
    ("completed", Meaning::Done),
    ("finished", Meaning::Done),
    ("in progress", Meaning::InProgress),
    ("doing", Meaning::InProgress),
    ("started", Meaning::InProgress),
    ("to do", Meaning::Open),
    ("open", Meaning::Open),
    ("pending", Meaning::Open),
    ("not started", Meaning::Open),
    ("backlog", Meaning::Open),
    ("draft", Meaning::Open),
    ("planned", Meaning::Open),
    ("ready", Meaning::Open),
    ("ready for dev", Meaning::Open),
    ("blocked", Meaning::Blocked),
    ("failed", Meaning::Failed),
    ("skipped", Meaning::Skipped),
    ("cancelled", Meaning::Cancelled),
    ("canceled", Meaning::Cancelled),
    ("abandoned", Meaning::Cancelled),
];

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning_of, status_line};

    #[test]
    fn the_words_are_found_in_every_way_they_are_written() {
        for (text, words) in [
            ("\nStatus: done\n", Some("done")),
            ("\n**Status**: In Progress (2 left)\n", Some("In Progress")),
            ("\n**Status:** ✅ COMPLETED - after review\n", Some("COMPLETED")),
            ("\n## Status: Completed\n", Some("Completed")),
            ("\n## Status\n\nReady for Review\n", Some("Ready for Review")),
            ("\n- Status: `blocked`\r\n", Some("blocked")),
            ("\n## Tasks\n\nStatus: done\n", None),
            ("\nStatus quo: bad\n", None),
            ("\nStatus:\n", None),
        ] {
            let found = status_line(text, 0).map(|span| &text[span.range()]);
            assert_eq!(found, words, "{text:?}");
        }
    }

    #[test]
    fn what_words_mean() {
        for (words, meaning) in [
            ("DONE", Meaning::Done),
            ("in-progress", Meaning::InProgress),
            ("InProgress", Meaning::InProgress),
            ("To Do", Meaning::Open),
            ("review", Meaning::Unknown),
        ] {
            assert_eq!(meaning_of(words, &[]), meaning, "{words}");
        }
        assert_eq!(meaning_of("Review", &[("review", Meaning::InProgress)]), Meaning::InProgress);
    }
}
