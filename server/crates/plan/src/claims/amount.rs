//! `65%`, `3/7`, `3 of 7`: an amount with the words that say what it is of.

use tallymark_text::Span;

use crate::{ClaimKind, Counted, Number};

/// An amount in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount {
    pub kind: ClaimKind,
    /// The numbers, without the words behind them.
    pub span: Span,
}

/// The words behind an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Behind {
    /// None, or `complete`.
    Nothing,
    /// What is counted.
    Thing(Counted),
    /// Something else is counted: tests, files, coverage.
    Other,
}

/// The number at `at`, of at most six digits.
pub(super) fn number(text: &str, at: usize, end: usize) -> Option<Number> {
    let digits =
        text.as_bytes().get(at..end)?.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&digits) || (at > 0 && matches!(text.as_bytes()[at - 1], b'.' | b'0'..=b'9')) {
        return None;
    }
    let value = text[at..at + digits].parse().ok()?;
    Some(Number { span: Span::new(at, at + digits), value })
}

/// The percentage at `at`, with where it ends. One with a fraction or a `+` is none.
pub(super) fn percent(text: &str, at: usize, end: usize) -> Option<(Number, usize)> {
    let number = number(text, at, end)?;
    let rest = &text[number.span.end as usize..end];
    let sign = rest.strip_prefix('%').or_else(|| rest.strip_prefix(" %"))?;
    (!sign.starts_with('+')).then(|| (number, end - sign.len()))
}

/// The amount at `at`.
pub(super) fn amount(text: &str, at: usize, end: usize, about: bool) -> Option<Amount> {
    if let Some((percent, to)) = percent(text, at, end) {
        return Some(Amount { kind: ClaimKind::Percent { percent, about }, span: Span::new(at, to) });
    }
    let (done, total) = fraction(text, at, end)?;
    let span = done.span.cover(total.span);
    Some(Amount { kind: ClaimKind::Fraction { done, total }, span })
}

/// `3/7`, `3 / 7`, `3 of 7`, `3 out of 7` at `at`. A date or a version is none, nor is more than all.
pub(super) fn fraction(text: &str, at: usize, end: usize) -> Option<(Number, Number)> {
    let done = number(text, at, end)?;
    let rest = &text[done.span.end as usize..end];
    let behind =
        ["/", " / ", " of ", " out of ", " of the "].iter().rev().find_map(|sign| rest.strip_prefix(sign))?;
    let total = number(text, end - behind.len(), end)?;
    let next = text.as_bytes().get(total.span.end as usize);
    let other = next.is_some_and(|byte| matches!(byte, b'/' | b'%') || byte.is_ascii_alphabetic())
        || text[total.span.end as usize..end].starts_with('.')
            && text.as_bytes().get(total.span.end as usize + 1).is_some_and(u8::is_ascii_digit);
    (!other && total.value > 0 && done.value <= total.value).then_some((done, total))
}

/// Words that say that something is done.
pub(super) const DONE_WORDS: [&str; 6] =
    ["complete", "completed", "done", "finished", "implemented", "completion"];

/// What a word counts.
pub(super) fn thing(word: &str) -> Option<Counted> {
    const TASKS: [&str; 6] = ["tasks", "steps", "items", "plans", "todos", "subtasks"];
    let is = |known: &&str| word.eq_ignore_ascii_case(known);
    if TASKS.iter().any(is) {
        return Some(Counted::Tasks);
    }
    is(&"phases").then_some(Counted::Phases)
}

/// What stands behind an amount that ends at `at`, and where those words end.
pub(super) fn behind(text: &str, at: usize, end: usize) -> (Behind, usize) {
    let is_markup = |sign: char| matches!(sign, ' ' | '*' | '_' | '`' | ']');
    let (mut found, mut to) = (Behind::Nothing, at);
    let mut from = at;
    // `of the tasks`, `tasks are complete`.
    for _ in 0..4 {
        let rest = text[from..end].trim_start_matches(is_markup);
        from = end - rest.len();
        let length = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..length];
        if word.is_empty() {
            break;
        }
        if ["of", "the", "all", "are", "is", "have", "been", "overall"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
        {
            from += length;
            continue;
        }
        if let Some(counted) = thing(word) {
            found = Behind::Thing(counted);
        } else if !DONE_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return (if found == Behind::Nothing { Behind::Other } else { found }, to);
        }
        from += length;
        to = from;
    }
    (found, to)
}
