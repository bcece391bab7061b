//! Words for messages.

/// The longest text that a message quotes, in characters.
const LONGEST_QUOTE: usize = 60;

/// A text of the plan or of status.json inside a message: in quotes, on one line, not endless, without `**`.
pub(crate) fn quoted(text: &str) -> String {
    format!("“{}”", short(text))
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

/// `1 task`, `2 tasks`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_one_short_line() {
        assert_eq!(quoted("**Create** `a.rs`\nand more"), "“Create `a.rs`”");
        let long =
            "Implement the thing with all that belongs to it and everything else that somebody thought of";
        assert_eq!(quoted(long), "“Implement the thing with all that belongs to it and…”");
        assert_eq!(quoted(&"長".repeat(70)), format!("“{}…”", "長".repeat(60)));
    }
}
