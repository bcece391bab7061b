//! Words for messages.

use similar::{DiffTag, TextDiff};

/// The longest text that a message quotes, in characters.
const LONGEST_QUOTE: usize = 60;

/// A text of the plan or of status.json inside a message: in quotes, on one line, not endless, without `**`.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", short(text))
}

/// Two texts in quotes, cut so that the place shows where they differ.
pub(crate) fn quoted_apart(one: &str, other: &str) -> (String, String) {
    let (one, other) = (without_emphasis(one), without_emphasis(other));
    let common: usize = one
        .chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one.len_utf8())
        .sum();
    // A few words before the difference, where it lies too far behind for a short quote.
    let before = one[..common].char_indices().rev().nth(LONGEST_QUOTE / 3).map_or(0, |(at, _)| at);
    let start = one[before..common].find(' ').map_or(before, |blank| before + blank + 1);
    if one[..common].chars().count() < LONGEST_QUOTE / 2 || start == 0 {
        return (quoted(&one), quoted(&other));
    }
    (format!("“…{}”", short(&one[start..])), format!("“…{}”", short(&other[start..])))
}

/// A text on one line, cut behind a word where it is long.
pub(crate) fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let line = without_emphasis(line);
    match line.char_indices().nth(LONGEST_QUOTE) {
        None => line,
        Some((end, _)) => {
            let cut = line[..end].rfind(' ').filter(|&cut| cut > end / 2).unwrap_or(end);
            format!("{}…", line[..cut].trim_end())
        }
    }
}

/// A title as plain text: without `**` and `~~`; code stays code.
pub(crate) fn without_emphasis(title: &str) -> String {
    title.replace("**", "").replace("~~", "").trim().to_owned()
}

/// Both texts in one, with the words that only one of them has in marks: `Read [- some -] {+ all +} settings`.
pub(crate) fn word_difference(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.split_whitespace().collect();
    let new: Vec<&str> = new.split_whitespace().collect();
    let mut told: Vec<String> = Vec::new();
    for change in TextDiff::from_slices(&old, &new).ops() {
        let (gone, come) = (old[change.old_range()].join(" "), new[change.new_range()].join(" "));
        if change.tag() == DiffTag::Equal {
            told.push(come);
            continue;
        }
        if !gone.is_empty() {
            told.push(format!("[- {gone} -]"));
        }
        if !come.is_empty() {
            told.push(format!("{{+ {come} +}}"));
        }
    }
    told.join(" ")
}

/// `1 task`, `2 tasks`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// `message` with `name` for `word`, but for what it quotes of the plan or the status file: “…” and "…".
pub(crate) fn outside_quotes(message: &str, word: &str, name: &str) -> String {
    let mut result = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((start, quote)) = rest.char_indices().find(|(_, char)| matches!(char, '“' | '"')) {
        let close = if quote == '"' { '"' } else { '”' };
        let inside = start + quote.len_utf8();
        let Some(end) = rest[inside..].find(close).map(|end| inside + end + close.len_utf8()) else { break };
        result.push_str(&rest[..start].replace(word, name));
        result.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    result.push_str(&rest.replace(word, name));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_in_both_quotes() {
        assert_eq!(quoted_apart("Read", "Write"), ("“Read”".to_owned(), "“Write”".to_owned()));
        let common = "Implement the thing with all that belongs to it and everything else ";
        let (one, other) = quoted_apart(&format!("{common}now"), &format!("{common}later"));
        assert_eq!(
            (one.as_str(), other.as_str()),
            ("“…and everything else now”", "“…and everything else later”")
        );
        let (one, other) = quoted_apart(common, &format!("{common}é"));
        assert!(one.starts_with("“…") && other.ends_with("else é”"), "{one} {other}");
    }

    #[test]
    fn a_word_inside_quotes_stays() {
        assert_eq!(
            outside_quotes(
                "status.json calls “Read status.json” \"status.json\" in status.json",
                "status.json",
                "x"
            ),
            "x calls “Read status.json” \"status.json\" in x"
        );
        assert_eq!(outside_quotes("a \" status.json", "status.json", "x"), "a \" x");
    }

    #[test]
    fn a_quote_is_one_short_line() {
        assert_eq!(quoted("**Create** `a.rs`\nand more"), "“Create `a.rs`”");
        let long =
            "Implement the thing with all that belongs to it and everything else that somebody thought of";
        assert_eq!(quoted(long), "“Implement the thing with all that belongs to it and…”");
        assert_eq!(quoted(&"長".repeat(70)), format!("“{}…”", "長".repeat(60)));
    }
}
