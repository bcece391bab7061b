//! What a heading or a label says: a phase, criteria, a mark.

use tallymark_text::Span;

use crate::Meaning;
use crate::boxes::{Boxed, box_at};

/// A heading outside lists and quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heading {
    pub level: u8,
    pub start: u32,
    /// The words, without `#`.
    pub text: Span,
}

/// A heading or label that names a phase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PhaseName {
    /// From the phase word on, without a mark behind it.
    pub title: Span,
    pub number: Option<Span>,
    /// A box or a status emoji.
    pub mark: Option<Boxed>,
}

/// The words for a phase, in lower case.
pub(crate) const PHASE_WORDS: &[&str] = &[
    "phase",
    "stage",
    "milestone",
    "sprint",
    "fase",
    "etapa",
    "étape",
    "этап",
    "фаза",
    "阶段",
    "階段",
    "フェーズ",
    "단계",
];

/// Words that say that the boxes below verify.
const CRITERIA_WORDS: &[&str] = &[
    "verify",
    "verification",
    "validation",
    "acceptance",
    "success criteria",
    "success metrics",
    "exit criteria",
    "completion criteria",
    "definition of done",
    "quality gate",
    "验收",
    "驗收",
    "受け入れ",
    CHECKLIST,
];

/// The last of [`CRITERIA_WORDS`]: it says so only where it is no checklist of tasks.
const CHECKLIST: &str = "checklist";

/// Reads a phase's name in `text[span]`: a phase word and a number (`Phase 1: …`, `第1阶段`), a symbol before it or not.
pub(crate) fn phase_name(text: &str, span: Span, words: &[&str]) -> Option<PhaseName> {
    let end = span.end as usize;
    let mut at = span.start as usize;
    for _ in 0..3 {
        at = skip_markup(text, at, end);
        if let Some(number) = numbered(&text[at..end], words) {
            let number = Span::new(at + number.start, at + number.end);
            return Some(named(text, at, end, Some(number), Span::new(span.start as usize, end)));
        }
        // An emoji, or one that was decoded with the wrong character set.
        if text.as_bytes()[at..end].first()?.is_ascii_alphanumeric() {
            return None;
        }
        let token = memchr::memchr2(b' ', b'\t', &text.as_bytes()[at..end])?;
        if text[at..at + token].bytes().any(|byte| byte.is_ascii_alphanumeric() || byte == b'[') {
            return None;
        }
        at += token;
    }
    None
}

/// A phase named by whatever its heading says, with the number it begins with: `1. Setup`.
pub(crate) fn plain_name(text: &str, span: Span) -> PhaseName {
    let (start, end) = (span.start as usize, span.end as usize);
    let digits = text[start..end].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let number = text[start..start + digits].trim_end_matches('.');
    let number = (!number.is_empty() && number.starts_with(|first: char| first.is_ascii_digit()))
        .then(|| Span::new(start, start + number.len()));
    named(text, start, end, number, span)
}

fn named(text: &str, at: usize, end: usize, number: Option<Span>, whole: Span) -> PhaseName {
    let mark = mark_in(text, whole);
    let mut stop = end;
    if let Some(mark) = mark
        && mark.outer.start as usize > at
        && is_status_words(&text[mark.outer.end as usize..end])
    {
        stop = mark.outer.start as usize;
    }
    let title = text[at..stop].trim_end().trim_end_matches("**").trim_end_matches([' ', '\t']);
    PhaseName { title: Span::new(at, at + title.len()), number, mark }
}

/// Whether nothing but `COMPLETE`, `in progress`, emoji and punctuation stand here.
fn is_status_words(text: &str) -> bool {
    text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty()).all(|word| {
        [
            "complete",
            "completed",
            "done",
            "in",
            "progress",
            "pending",
            "not",
            "started",
            "mostly",
            "partial",
            "todo",
        ]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
            || !word.is_ascii()
    })
}

/// If `words` begin with a phase word and a number: where the number is.
fn numbered(words: &str, known: &[&str]) -> Option<std::ops::Range<usize>> {
    let first = words.as_bytes().first()?.to_ascii_lowercase();
    for word in known {
        // Beyond ASCII the first byte is not the same in both cases.
        let own = word.as_bytes()[0];
        if first.is_ascii() && own != first || first.is_ascii() != own.is_ascii() {
            continue;
        }
        if let Some(length) = prefix_length(words, word) {
            let rest = &words[length..];
            let gap = rest.len() - rest.trim_start_matches([' ', '\t', '#', '-', '_', '\u{a0}']).len();
            if gap == 0 && word.is_ascii() {
                continue;
            }
            let number = number_length(&rest[gap..])?;
            return Some(length + gap..length + gap + number);
        }
    }
    // 第1阶段, 第一階段
    let rest = words.strip_prefix('第')?;
    let number = number_length(rest)?;
    let after = rest[number..].trim_start();
    known.iter().any(|word| after.starts_with(word)).then_some('第'.len_utf8()..'第'.len_utf8() + number)
}

/// How long `word` (lower case) is at the beginning of `text`, letter case aside.
fn prefix_length(text: &str, word: &str) -> Option<usize> {
    if word.is_ascii() {
        let head = text.as_bytes().get(..word.len())?;
        return head.eq_ignore_ascii_case(word.as_bytes()).then_some(word.len());
    }
    let mut characters = text.char_indices();
    for wanted in word.chars() {
        let (_, found) = characters.next()?;
        if found.to_lowercase().next() != Some(wanted) {
            return None;
        }
    }
    Some(characters.next().map_or(text.len(), |(at, _)| at))
}

/// `1`, `2.1`, `3b`, `A`, `IV`, `一`: the length of a phase's number, if one begins here and ends at a boundary.
fn number_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if at > 0 {
        while bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        if bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
        }
    } else {
        at = bytes.iter().take_while(|byte| matches!(byte, b'I' | b'V' | b'X')).count();
        if at == 0 && bytes.first().is_some_and(u8::is_ascii_uppercase) {
            at = 1;
        }
        if at == 0 {
            at = text
                .chars()
                .take_while(|&character| "一二三四五六七八九十".contains(character))
                .map(char::len_utf8)
                .sum();
        }
    }
    if at == 0 || bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    Some(at)
}

/// Skips blanks and the signs of bold, italics, strike-through.
fn skip_markup(text: &str, at: usize, end: usize) -> usize {
    let is_markup = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'*' | b'_' | b'~' | b'`');
    at + text.as_bytes()[at..end].iter().take_while(is_markup).count()
}

/// What emoji and signs beside a title say.
pub(crate) const STATUS_SIGNS: &[(&str, Meaning)] = &[
    ("✅", Meaning::Done),
    ("☑", Meaning::Done),
    ("✔", Meaning::Done),
    ("⏳", Meaning::Queued),
    ("⌛", Meaning::Queued),
    ("🔄", Meaning::InProgress),
    ("🚧", Meaning::InProgress),
    ("❌", Meaning::Failed),
    ("⏸", Meaning::Blocked),
    ("🚫", Meaning::Blocked),
    ("⛔", Meaning::Blocked),
    ("⬜", Meaning::Open),
    ("🔲", Meaning::Open),
    ("☐", Meaning::Open),
    ("⏭", Meaning::Skipped),
];

/// The meaning of a sign.
pub(crate) fn sign(text: &str) -> Option<Meaning> {
    let bare = text.trim_end_matches('\u{fe0f}');
    STATUS_SIGNS.iter().find(|(sign, _)| *sign == bare).map(|&(_, meaning)| meaning)
}

/// The first box in `span`, else the first status sign.
pub(crate) fn mark_in(text: &str, span: Span) -> Option<Boxed> {
    let words = &text[span.range()];
    let start = span.start as usize;
    for at in memchr::memchr_iter(b'[', words.as_bytes()) {
        if let Some(found) = box_at(text, start + at)
            && found.outer.end <= span.end
            && !text[found.mark.range()]
                .bytes()
                .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'x' | b'X'))
        {
            return Some(found);
        }
    }
    if words.is_ascii() {
        return None;
    }
    let (at, sign) =
        words.char_indices().filter(|(_, character)| !character.is_ascii()).find_map(|(at, _)| {
            let (sign, _) = STATUS_SIGNS.iter().find(|(sign, _)| words[at..].starts_with(sign))?;
            Some((at, sign))
        })?;
    let mut end = start + at + sign.len();
    if text[end..].starts_with('\u{fe0f}') {
        end += '\u{fe0f}'.len_utf8();
    }
    let mark = Span::new(start + at, end);
    Some(Boxed { outer: mark, mark, shape: crate::boxes::Shape::Sound })
}

/// Whether these words announce boxes that verify.
pub(crate) fn announces_criteria(words: &str) -> bool {
    if !contains_any(words, CRITERIA_WORDS) {
        return false;
    }
    if contains_any(words, &CRITERIA_WORDS[..CRITERIA_WORDS.len() - 1]) {
        // "Development phases (entry and exit criteria, tasks, acceptance criteria)" announces the phases.
        return !contains_any(words, &["phases"]);
    }
    // "Implementation checklist", "Task checklist": those are the tasks themselves.
    !contains_any(words, &["implementation", "task", "todo"])
}

/// Whether these words announce tasks, after criteria.
pub(crate) fn announces_tasks(words: &str) -> bool {
    contains_any(words, &["task", "implementation", "steps"])
}

/// Whether these words announce an explanation of the marks.
pub(crate) fn announces_legend(words: &str) -> bool {
    contains_any(
        words,
        &["legend", "status key", "status marker", "checkbox format", "task format", "format: `"],
    )
}

/// Whether `words` contain `known` (lower case), the case of ASCII letters aside, at the beginning of a word.
pub(crate) fn contains(words: &str, known: &str) -> bool {
    contains_any(words, &[known])
}

/// Whether `words` contain one of `known` (lower case), as [`contains`] does.
pub(crate) fn contains_any(words: &str, known: &[&str]) -> bool {
    let bytes = words.as_bytes();
    // The low five bits of a letter are the same in both cases: few words pass that cannot be one of the known.
    let beginnings = known.iter().fold(0_u32, |bits, known| bits | 1 << (known.as_bytes()[0] & 31));
    let mut at = 0;
    while at < bytes.len() {
        if beginnings >> (bytes[at] & 31) & 1 == 1 {
            let here = |known: &&str| {
                bytes[at..]
                    .get(..known.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(known.as_bytes()))
            };
            if known.iter().any(here) {
                return true;
            }
        }
        // To the next word. Scripts beyond ASCII write no blanks between words.
        while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            at += 1;
        }
        at += 1;
    }
    false
}

/// The words of a label that begins at `span`: what is bold, or the whole line up to its colon.
/// Nothing if the line is a sentence with a bold word in front.
pub(crate) fn label_words(text: &str, span: Span) -> Option<Span> {
    let (start, end) = (span.start as usize, span.end as usize);
    let line = &text[start..end];
    for (fence, sign) in [("**", b'*'), ("__", b'_')] {
        if let Some(rest) = line.strip_prefix(fence) {
            let bytes = rest.as_bytes();
            let length = memchr::memchr_iter(sign, bytes).find(|&at| bytes.get(at + 1) == Some(&sign))?;
            let (bold, behind) = (&rest[..length], rest[length + 2..].trim_start());
            let closes = bold.trim_end().ends_with([':', '：']);
            if closes || behind.is_empty() || behind.starts_with([':', '：']) || mark_only(behind) {
                return Some(Span::new(start + 2, start + 2 + length));
            }
            return None;
        }
    }
    let words = line.strip_suffix(':').or_else(|| line.strip_suffix('：'))?;
    // A longer line is a sentence.
    (words.chars().count() <= 60).then(|| Span::new(start, start + words.len()))
}

/// `[x] COMPLETE`, `✅`, `(2 h)` behind a bold label.
fn mark_only(text: &str) -> bool {
    let span = Span::new(0, text.len());
    text.starts_with('(')
        || mark_in(text, span)
            .is_some_and(|mark| mark.outer.start == 0 && is_status_words(&text[mark.outer.end as usize..]))
}
