//! A small document that is written once and read twice: as markdown, and as plain text.

/// A card of a title, sentences and fields. What is put into it is text; nothing of it is taken for markup.
#[derive(Default)]
pub(crate) struct Card {
    markdown: String,
    plain: String,
}

impl Card {
    /// A card with a title.
    pub(crate) fn new(title: &str) -> Self {
        Self { markdown: format!("**{}**\n", escape(title)), plain: format!("{title}\n") }
    }

    /// A sentence of its own paragraph.
    pub(crate) fn sentence(&mut self, text: &str) {
        self.markdown.push_str(&format!("\n{}\n", escape(text)));
        self.plain.push_str(&format!("\n{text}\n"));
    }

    /// A group of fields begins.
    pub(crate) fn gap(&mut self) {
        self.markdown.push('\n');
        self.plain.push('\n');
    }

    /// A field: `started: 12 m ago`.
    pub(crate) fn field(&mut self, label: &str, value: &str) {
        self.markdown.push_str(&format!("- {label}: {}\n", escape(value)));
        self.plain.push_str(&format!("{label}: {value}\n"));
    }

    /// One of a list below the last field.
    pub(crate) fn item(&mut self, text: &str) {
        self.markdown.push_str(&format!("  - {}\n", escape(text)));
        self.plain.push_str(&format!("  {text}\n"));
    }

    /// Both readings: markdown, plain text.
    pub(crate) fn finish(self) -> (String, String) {
        (self.markdown.trim_end().to_owned(), self.plain.trim_end().to_owned())
    }
}

/// A text as markdown that shows just this text: nothing in it is markup, HTML, an entity or a link. The text must not
/// stand at the start of a line that it does not begin itself with a letter; the card's lines begin with words of ours.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let after = text[at + character.len_utf8()..].chars().next().unwrap_or(' ');
        let special = match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '@' | '$' => true,
            // Inside a word an underscore is text in every markdown that editors use.
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            // A bare address would become a link.
            ':' => after == '/',
            '.' => at >= 3 && text[..at].ends_with("www"),
            // At the start of a text these could begin a heading, a list, a rule or a quotation.
            '#' | '+' | '-' | '=' => at == 0,
            _ => false,
        };
        if character == '\n' || character == '\r' {
            escaped.push(' ');
        } else {
            if special {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let cases = [
            ("in_progress", "in_progress"),
            ("_emphasis_ **bold**", "\\_emphasis\\_ \\*\\*bold\\*\\*"),
            ("[run](command:x)", "\\[run\\](command:x)"),
            ("![](https://x.y/z.png)", "!\\[\\](https\\://x.y/z.png)"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("see www.example.org", "see www\\.example.org"),
            ("&lt;b&gt;", "\\&lt;b\\&gt;"),
            ("`code` | cell", "\\`code\\` \\| cell"),
            ("# no heading", "\\# no heading"),
            ("one\ntwo", "one two"),
            ("a\\b", "a\\\\b"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected);
        }
    }
}
