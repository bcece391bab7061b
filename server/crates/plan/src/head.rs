//! The words of a task behind its mark: labels, id, title, and what is taken off its end.

use tallymark_text::Span;

use crate::boxes::{skip_blanks, trim_end};
use crate::ids::{IdForms, id_at};

/// The words of a task behind its mark.
pub(crate) struct Head {
    pub id: Option<Span>,
    pub title: Span,
    pub parallel: bool,
    pub sequential: bool,
}

impl Head {
    /// Reads `1.1 [P] [US1] **Title** (depends: …) [PARALLEL]` behind the box.
    pub fn read(text: &str, words: usize, end: usize, forms: IdForms) -> Self {
        let bytes = text.as_bytes();
        let mut head = Head { id: None, title: Span::new(words, end), parallel: false, sequential: false };
        let mut at = head.labels_before(text, words + stamp(&text[words..end]), end);
        if let Some(id) = id_at(text, at, end, forms) {
            head.id = Some(id.id);
            at = head.labels_before(text, id.rest.min(end), end);
        }
        let stop = head.labels_behind(text, at, end);
        // `**1.1 Title**`: the bold that opened before the id closes behind the title.
        let mut stop = trim_end(bytes, at, stop);
        if head.id.is_some_and(|id| (id.start as usize) > words) {
            let title = &text[at..stop];
            if title.ends_with("**") && title.matches("**").count() % 2 == 1 {
                stop = trim_end(bytes, at, stop - 2);
            }
        }
        head.title = Span::new(at, stop);
        head
    }

    /// Skips `[P]`, `(P)`, `[US1]`, `[PARALLEL]`, `[SEQUENTIAL]` in front.
    fn labels_before(&mut self, text: &str, mut at: usize, end: usize) -> usize {
        let bytes = text.as_bytes();
        while let Some((length, label)) = label_at(&text[at..end]) {
            self.take(label);
            at = skip_blanks(bytes, at + length).min(end);
        }
        at
    }

    /// Takes `(depends: …)`, `[P]`, `[PARALLEL]` off the end; returns the new end.
    fn labels_behind(&mut self, text: &str, at: usize, end: usize) -> usize {
        let mut stop = end;
        loop {
            let title = text[at..stop].trim_end();
            // A comment is no part of the title, or an allowance would rename the task.
            if title.ends_with("-->")
                && let Some(comment) = title.rfind("<!--")
            {
                stop = at + comment;
                continue;
            }
            let open = match title.as_bytes().last() {
                Some(b']') => title.rfind('['),
                Some(b')') => title.rfind('('),
                _ => None,
            };
            let Some(open) = open else { return at + title.len() };
            if let Some((length, label)) = label_at(&title[open..])
                && open + length == title.len()
                && open > 0
            {
                self.take(label);
            } else if !crate::dependencies::begins(&title[open + 1..]) {
                return at + title.len();
            }
            stop = at + open;
        }
    }

    fn take(&mut self, label: Label) {
        match label {
            Label::Parallel => self.parallel = true,
            Label::Sequential => self.sequential = true,
            Label::Story | Label::Criteria => {}
        }
    }
}

/// How long a date in brackets is that `words` begin with, the blanks behind it included: `(2025-10-01 13:00Z) `. It is no part
/// of a title, or ticking a box and noting when would make another task of it.
fn stamp(words: &str) -> usize {
    let Some(inside) = words.strip_prefix('(') else { return 0 };
    let digits = |from: usize, to: usize| {
        inside.as_bytes().get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let dated = digits(0, 4) && digits(5, 7) && digits(8, 10) && inside.as_bytes()[4] == b'-';
    let Some(close) = inside.bytes().take(40).position(|byte| byte == b')').filter(|_| dated) else {
        return 0;
    };
    let behind = &inside[close + 1..];
    words.len() - behind.trim_start_matches([' ', '\t']).len()
}

#[derive(Clone, Copy)]
enum Label {
    Parallel,
    Sequential,
    /// `[US1]`: the story that a task serves.
    Story,
    /// `(AC: 1, 3)`: the acceptance criteria that a task serves.
    Criteria,
}

/// The label that `text` begins with, and its length.
fn label_at(text: &str) -> Option<(usize, Label)> {
    let bytes = text.as_bytes();
    if !matches!(bytes.first(), Some(b'[' | b'(')) {
        return None;
    }
    for (word, label) in [
        ("[P]", Label::Parallel),
        ("(P)", Label::Parallel),
        ("[PARALLEL]", Label::Parallel),
        ("[SEQUENTIAL]", Label::Sequential),
    ] {
        // `[P][US2]`: labels may stand close together.
        let closed = |next: &u8| next.is_ascii_whitespace() || *next == b'[';
        if text.starts_with(word) && bytes.get(word.len()).is_none_or(closed) {
            return Some((word.len(), label));
        }
    }
    if let Some(criteria) = text.strip_prefix("(AC") {
        let inside = criteria.starts_with([':', ' ', '#']).then(|| criteria.find(')'))??;
        let listed = |byte: u8| byte.is_ascii_digit() || b":#, -&".contains(&byte) || b"ACal".contains(&byte);
        return criteria.bytes().take(inside).all(listed).then_some((inside + 4, Label::Criteria));
    }
    if text.starts_with("[Story]") {
        return Some(("[Story]".len(), Label::Story));
    }
    // `[US1]`, `[US1, US2]`
    let inside = text.strip_prefix("[US")?;
    let close = inside.bytes().take(40).position(|byte| byte == b']')?;
    let listed = |byte: u8| byte.is_ascii_digit() || b"US, /&-".contains(&byte);
    let stories =
        inside.starts_with(|first: char| first.is_ascii_digit()) && inside.bytes().take(close).all(listed);
    stories.then_some((close + 4, Label::Story))
}

/// `[x] = done`, `[P] tasks = different files`: what explains a mark. A mark that is known may be part of a real task with
/// an equals sign somewhere in it.
pub(crate) fn explains(words: &str, known: bool) -> bool {
    let reach = if known { 1 } else { 3 };
    words.split(' ').take(reach).any(|word| word == "=")
}

/// `**VERIFY 1**: …`, `VERIFY: …`: a box that says itself that it verifies.
pub(crate) fn says_verify(words: &str) -> bool {
    let bare = words.trim_start_matches(['*', '_']);
    bare.strip_prefix("VERIFY").is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}
