//! `28 tests, 3 passing / 25 failing`: a total with its parts.

use tallymark_text::Span;

use super::amount::number;
use crate::{Claim, ClaimKind, Counted, SpeaksOf};

/// Finds a total of tests with all its parts in a line. Parts that may be incomplete are no sum, unless they are more than
/// the total.
pub(super) fn find(text: &str, line: Span) -> Option<Claim> {
    let (start, end) = (line.start as usize, line.end as usize);
    let words = &text[line.range()];
    let at = words.find(" tests")?;
    // Another total makes it unclear which one the parts belong to.
    if words[at + 1..].contains(" tests") {
        return None;
    }
    let digits = words[..at].len() - words[..at].trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
    let total = number(text, start + at - digits, end)?;
    if words[..at - digits].ends_with(['/', '~', '+', '-', '≥', '>', '<', '.'])
        || words[..at - digits].ends_with("of ")
    {
        return None;
    }
    let (mut sum, mut passing, mut failing) = (0u32, 0, 0);
    let mut from = start + at + " tests".len();
    let stop = text[from..end].find(['.', ';']).map_or(end, |stop| from + stop);
    let mut last = from;
    while let Some(found) = text[from..stop].find(|digit: char| digit.is_ascii_digit()) {
        let part = number(text, from + found, stop)?;
        from = part.span.end as usize;
        let rest = text[from..stop].strip_prefix(' ')?;
        let length = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        match rest[..length].to_ascii_lowercase().as_str() {
            "passing" | "passed" | "pass" => passing += 1,
            "failing" | "failed" | "fail" => failing += 1,
            "skipped" | "ignored" | "pending" => {}
            // A number of something else.
            _ => return None,
        }
        sum += part.value;
        from += 1 + length;
        last = from;
    }
    let told = sum > total.value && passing <= 1 && failing <= 1 || passing == 1 && failing == 1;
    told.then(|| Claim {
        span: Span::new(total.span.start as usize, last),
        kind: ClaimKind::Sum { total, sum },
        speaks_of: SpeaksOf::Itself,
        counts: Counted::Unsaid,
    })
}
