//! A line that says how far something is: a label with an amount, a cookie, a bar, a sum.

use tallymark_text::Span;

use super::amount::{Amount, Behind, DONE_WORDS, amount, behind, number, percent, thing};
use super::scope::{Line, Scopes};
use super::{bar, first_word, sum};
use crate::{Claim, ClaimKind, Counted, SpeaksOf};

/// How far from the beginning of its line a label's colon may stand, in bytes.
const LONGEST_LABEL: usize = 60;

/// Finds the claims of one line.
pub(super) fn read(text: &str, line: Span, scopes: &mut Scopes<'_>, claims: &mut Vec<Claim>) {
    let place = scopes.at(line);
    if place.tells_the_past {
        return;
    }
    let end = line.end as usize;
    claims.extend(sum::find(text, line));
    claims.extend(shares(text, line));
    let bar = bar::find(text, line);
    if let Some(cookie) = cookie(text, line, &place, scopes) {
        claims.push(cookie);
    }
    // What a box asks for is no statement.
    if place.is_box {
        return;
    }
    let start = first_word(text, line);
    let label = label(text, start, end);
    let named = label.as_ref().and_then(|label| label.speaks_of(text, &place, scopes));
    if let Some(bar) = &bar {
        claims.extend(bar.claims(named.or(bar.alone.then_some(place.speaks_of).flatten())));
        return;
    }
    if let Some(label) = label
        && let Some(speaks_of) = named
    {
        claims.extend(label.claim(text, end, speaks_of));
    } else if let Some(speaks_of) = place.speaks_of {
        claims.extend(sentence(text, start, end, speaks_of));
    }
}

/// The words before a line's colon.
struct Label {
    words: Span,
    /// Behind the colon.
    value: usize,
}

fn label(text: &str, start: usize, end: usize) -> Option<Label> {
    let line = &text[start..end];
    let colon = line.find([':', '：']).filter(|&colon| colon <= LONGEST_LABEL)?;
    let words = line[..colon].trim_end_matches(['*', '_', ' ']);
    let width = line[colon..].chars().next().map_or(1, char::len_utf8);
    Some(Label { words: Span::new(start, start + words.len()), value: start + colon + width })
}

impl Label {
    /// What a value behind the label speaks of; `None` if the label is no statement about progress.
    fn speaks_of(&self, text: &str, place: &Line, scopes: &Scopes<'_>) -> Option<SpeaksOf> {
        let words = &text[self.words.range()];
        if let Some(phase) = scopes.phase_called(words) {
            return Some(SpeaksOf::Phase(phase));
        }
        let known = |word: &str| {
            const KNOWN: [&str; 14] = [
                "current",
                "implementation",
                "task",
                "phase",
                "of",
                "number",
                "plan",
                "project",
                "overall",
                "total",
                "step",
                "count",
                "the",
                "so",
            ];
            tells(word) || KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known))
        };
        let parts = || words.split([' ', '*', '_', '-']).filter(|word| !word.is_empty());
        if !parts().all(known) || !parts().any(|word| tells(word) || word.eq_ignore_ascii_case("total")) {
            return None;
        }
        let whole = |word: &str| {
            ["plan", "project", "overall", "total"].iter().any(|known| word.eq_ignore_ascii_case(known))
        };
        if parts().any(whole) { Some(SpeaksOf::Plan) } else { place.speaks_of }
    }

    /// What the label itself counts: `Tasks: 3/7`.
    fn counts(&self, text: &str) -> Option<Counted> {
        let words = text[self.words.range()].split([' ', '*', '_']);
        words.filter(|word| !word.is_empty()).find_map(|word| match word.to_ascii_lowercase().as_str() {
            "task" => Some(Counted::Tasks),
            word => thing(word),
        })
    }

    fn claim(&self, text: &str, end: usize, speaks_of: SpeaksOf) -> Option<Claim> {
        let value = text[self.value..end].trim_start_matches(|sign: char| {
            // Signs and markup, but nothing that makes a limit of the number.
            !sign.is_alphanumeric() && !matches!(sign, '<' | '>' | '≥' | '≤' | '+' | '-' | '~' | '±')
        });
        let (value, about) = match ["~", "about ", "approx. ", "approximately ", "ca. "]
            .iter()
            .find_map(|sign| value.strip_prefix(sign))
        {
            Some(value) => (value, true),
            None => (value, false),
        };
        let at = end - value.len();
        let label_counts = self.counts(text);
        if let Some(Amount { kind, span }) = amount(text, at, end, about) {
            let (behind, to) = behind(text, span.end as usize, end);
            let counts = match behind {
                Behind::Thing(counts) => counts,
                Behind::Nothing => label_counts.unwrap_or(Counted::Unsaid),
                Behind::Other => return None,
            };
            // `100% → 50%` or `40% - 60%` are no statement of one number.
            let rest = text[to..end].trim_start_matches([' ', '*', '_', '`']);
            if rest.starts_with(['→', '–', '-', '—', '/'])
                && rest.chars().nth(1).is_some_and(|next| next == ' ' || next.is_ascii_digit())
                && rest[rest.chars().next().map_or(0, char::len_utf8)..]
                    .trim_start()
                    .starts_with(|next: char| next.is_ascii_digit())
                && matches!(kind, ClaimKind::Percent { .. })
            {
                return None;
            }
            return Some(Claim { span: Span::new(at, to), kind, speaks_of, counts });
        }
        // `Total tasks: 28`.
        let words = &text[self.words.range()];
        let is_total =
            ["total", "count", "number"].iter().any(|word| words.to_ascii_lowercase().contains(word));
        let counts = label_counts.filter(|_| is_total && !about)?;
        let total = number(text, at, end)?;
        let rest = text[total.span.end as usize..end].trim_start_matches(['*', '_', '`']);
        let alone = rest.is_empty() || rest.starts_with([' ', ',', ';', '|']);
        let (behind, to) = behind(text, total.span.end as usize, end);
        let fits = matches!(behind, Behind::Nothing) && to == total.span.end as usize
            || behind == Behind::Thing(counts);
        (alone && fits).then_some(Claim {
            span: total.span,
            kind: ClaimKind::Total { total },
            speaks_of,
            counts,
        })
    }
}

/// Whether a word of a label makes it one of progress.
fn tells(word: &str) -> bool {
    ["progress", "status", "overall", "tasks", "phases", "steps"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
        || DONE_WORDS[..5].iter().chain(&["completion"]).any(|known| word.eq_ignore_ascii_case(known))
}

/// `[2/5]` or `[40%]` at the end of a heading or of a task's line; `(3/7 tasks)` at the end of a heading.
fn cookie(text: &str, line: Span, place: &Line, scopes: &Scopes<'_>) -> Option<Claim> {
    let speaks_of = scopes.below(place)?;
    let words = text[line.range()].trim_end_matches([' ', '#', '*', '_', ':']);
    let end = line.start as usize + words.len();
    let square = words.ends_with(']');
    if !square && !place.is_heading || !words.ends_with([']', ')']) {
        return None;
    }
    let open = line.start as usize + words.rfind(if square { '[' } else { '(' })?;
    if open == line.start as usize || text.as_bytes()[open - 1] != b' ' {
        return None;
    }
    let Amount { kind, span } = amount(text, open + 1, end - 1, false)?;
    let (behind, to) = behind(text, span.end as usize, end - 1);
    let counts = match behind {
        Behind::Thing(counts) => counts,
        // `(80%)` behind a heading may be anything.
        Behind::Nothing if square || to > span.end as usize || matches!(kind, ClaimKind::Fraction { .. }) => {
            Counted::Unsaid
        }
        Behind::Nothing | Behind::Other => return None,
    };
    (text[to..end - 1].trim().is_empty()).then_some(Claim {
        span: Span::new(span.start as usize, to),
        kind,
        speaks_of,
        counts,
    })
}

/// A line that begins with `4 of 10 phases are complete` or `3/7 tasks done`.
fn sentence(text: &str, start: usize, end: usize, speaks_of: SpeaksOf) -> Option<Claim> {
    let Amount { kind: kind @ ClaimKind::Fraction { .. }, span } = amount(text, start, end, false)? else {
        return None;
    };
    let (behind, to) = behind(text, span.end as usize, end);
    let Behind::Thing(counts) = behind else { return None };
    let done = DONE_WORDS.iter().any(|word| text[span.end as usize..to].to_ascii_lowercase().ends_with(word));
    done.then_some(Claim { span: Span::new(start, to), kind, speaks_of, counts })
}

/// `3/7 (43%)`, `3 of 7 tasks (43%)`.
fn shares(text: &str, line: Span) -> impl Iterator<Item = Claim> {
    let (start, end) = (line.start as usize, line.end as usize);
    text[line.range()].match_indices('(').filter_map(move |(at, _)| {
        let at = start + at + 1;
        let (percent, to) = percent(text, at, end)?;
        if !text[to..end].starts_with(')') {
            return None;
        }
        let mut before = text[start..at - 1].trim_end_matches([' ', '*', '_']);
        let word = before.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        if thing(&before[word.len()..]).is_some() || DONE_WORDS.contains(&&before[word.len()..]) {
            before = word.trim_end();
        }
        let digits = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
        let sign = ["/", " of ", " / ", " out of "].iter().find_map(|sign| digits.strip_suffix(sign))?;
        let first = sign.trim_end_matches(|digit: char| digit.is_ascii_digit());
        let ClaimKind::Fraction { done, total } = amount(text, start + first.len(), end, false)?.kind else {
            return None;
        };
        let kind = ClaimKind::Share { percent, done: done.value, total: total.value };
        Some(Claim { span: Span::new(at, to), kind, speaks_of: SpeaksOf::Itself, counts: Counted::Unsaid })
    })
}
