//! Ids as they are written: `1.1`, `1.1.2`, `3.6a`, `T001`, `ABC-1`, `2.`, `Task 3:`, also in bold.

use tallymark_text::Span;

/// Which forms of an id a dialect knows, beside dotted numbers (`1.1`, `3.6a`), which all know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct IdForms {
    /// `1.`, `2:`, `3)`: one number, with punctuation behind it.
    pub single: bool,
    /// `T001`: a capital T and at least three digits.
    pub task_number: bool,
    /// `ABC-1:`, `V1.`, `**ABC-1**`: capitals and a number, with punctuation behind them or in bold.
    pub prefixed: bool,
    /// `01-02`, `02.1-01`, `01-02-PLAN.md`: a phase and a plan in it.
    pub plan_number: bool,
}

/// An id found at the beginning of some words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub id: Span,
    /// Where the words after the id begin: behind punctuation, markup and blanks.
    pub rest: usize,
    pub form: Form,
}

/// What an id looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// `1.1`
    Dotted,
    /// `1.`
    Single,
    /// `T001`
    TaskNumber,
    /// `ABC-1`
    Prefixed,
    /// `01-02`
    PlanNumber,
}

/// The words before a number that are no part of an id: `Task 1.1: …`.
const WORDS: [&str; 6] = ["Task", "TASK", "task", "Step", "Subtask", "Задача"];

/// Reads the id at `at`, not beyond `end`.
pub(crate) fn id_at(text: &str, at: usize, end: usize, forms: IdForms) -> Option<Found> {
    let bytes = &text.as_bytes()[..end];
    let mut from = at;
    let markup = bytes[from..].iter().take(3).take_while(|&&byte| matches!(byte, b'*' | b'_' | b'`')).count();
    from += markup;
    let mut worded = false;
    for word in WORDS {
        if text[from..end].starts_with(word) && bytes.get(from + word.len()) == Some(&b' ') {
            from += word.len() + 1;
            worded = true;
            break;
        }
    }
    // `[1.1]`, `[T004]`; any other letter in brackets is a label.
    let numbered = |byte: &u8| byte.is_ascii_digit() || (forms.task_number && *byte == b'T');
    let bracket = bytes.get(from) == Some(&b'[') && bytes.get(from + 1).is_some_and(numbered);
    from += usize::from(bracket);
    let first = *bytes.get(from)?;
    let (to, form) = if first.is_ascii_digit() {
        match forms.plan_number.then(|| plan_number(bytes, from)).flatten() {
            Some(to) => (to, Form::PlanNumber),
            None => number(bytes, from)?,
        }
    } else if first.is_ascii_uppercase() && (forms.task_number || forms.prefixed) && !worded {
        prefixed(bytes, from, forms)?
    } else {
        return None;
    };
    let mut rest = to;
    if form == Form::PlanNumber && text[to..end].starts_with("-PLAN.md") {
        rest += "-PLAN.md".len();
    }
    if bracket {
        if bytes.get(rest) != Some(&b']') {
            return None;
        }
        rest += 1;
    }
    let (mut punctuated, mut closed) = (false, false);
    // `**1.1:** x`, `**1.1**: x`, `1.1. x`, `1.1) x`, and the full-width colon.
    loop {
        match bytes.get(rest) {
            Some(b'.' | b':' | b')') if !punctuated => {
                punctuated = true;
                rest += 1;
            }
            Some(0xef) if !punctuated && text[rest..].starts_with('：') => {
                punctuated = true;
                rest += '：'.len_utf8();
            }
            Some(0xe3) if !punctuated && text[rest..].starts_with('、') => {
                punctuated = true;
                rest += '、'.len_utf8();
            }
            Some(b'*' | b'_' | b'`') if markup > 0 && !closed => {
                let run =
                    bytes[rest..].iter().take(markup).take_while(|&&byte| matches!(byte, b'*' | b'_' | b'`'));
                rest += run.count();
                closed = true;
            }
            _ => break,
        }
    }
    let boundary = match bytes.get(rest) {
        None | Some(b' ' | b'\t') => true,
        // `1.1：标题`, `1.1、标题`: scripts that write no blanks.
        Some(byte) => punctuated && !byte.is_ascii(),
    };
    let sure = match form {
        Form::Dotted | Form::PlanNumber => true,
        Form::TaskNumber => forms.task_number,
        Form::Single => forms.single && (punctuated || worded) || worded && punctuated,
        Form::Prefixed => forms.prefixed && (punctuated || closed || bracket),
    };
    if !boundary || !sure {
        return None;
    }
    rest = crate::boxes::skip_blanks(bytes, rest);
    // `1.1 - Title`, `1.1 – Title`
    for dash in ["- ", "– ", "— ", ": "] {
        if let Some(behind) = text[rest..end].strip_prefix(dash) {
            rest = end - behind.trim_start_matches([' ', '\t']).len();
            break;
        }
    }
    Some(Found { id: Span::new(from, to), rest, form })
}

/// `1`, `1.1`, `1.1.2`, `3.6a`; nothing for `1.5x` or `2024-01-02`, which are no ids.
fn number(bytes: &[u8], from: usize) -> Option<(usize, Form)> {
    let mut at = from;
    let mut dots = 0;
    loop {
        let digits = bytes[at..].iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        // No plan has a task 1000000; a number that long is something else.
        if digits == 0 || digits > 6 {
            return None;
        }
        at += digits;
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) && dots < 8 {
            dots += 1;
            at += 1;
        } else {
            break;
        }
    }
    if dots > 0
        && matches!(bytes.get(at), Some(b'a'..=b'j'))
        && !bytes.get(at + 1).is_some_and(|byte| byte.is_ascii_alphanumeric())
    {
        at += 1;
    }
    Some((at, if dots > 0 { Form::Dotted } else { Form::Single }))
}

/// `01-02`, `02.1-01`: where it ends.
fn plan_number(bytes: &[u8], from: usize) -> Option<usize> {
    let digits = |at: usize| bytes[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = from + digits(from);
    if bytes.get(at) == Some(&b'.') {
        at += 1 + digits(at + 1);
    }
    let plan = (bytes.get(at) == Some(&b'-')).then(|| digits(at + 1))?;
    // `2025-10-01` is a day.
    let ends = at - from <= 6 && (1..=3).contains(&plan) && !is_day(bytes.get(at + 1 + plan..)?);
    ends.then_some(at + 1 + plan)
}

/// Whether what stands behind `2025-10` makes a date of it.
fn is_day(behind: &[u8]) -> bool {
    behind.first() == Some(&b'-') && behind.get(1).is_some_and(u8::is_ascii_digit)
}

/// `T001`, `ABC-1`, `V1`, `AUTH-01.2`.
fn prefixed(bytes: &[u8], from: usize, forms: IdForms) -> Option<(usize, Form)> {
    let capitals = bytes[from..].iter().take(11).take_while(|byte| byte.is_ascii_uppercase()).count();
    if capitals > 10 {
        return None;
    }
    let mut at = from + capitals;
    let dash = bytes.get(at) == Some(&b'-');
    at += usize::from(dash);
    let digits = bytes[at..].iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 6 {
        return None;
    }
    at += digits;
    if forms.task_number && capitals == 1 && bytes[from] == b'T' && !dash && digits >= 3 {
        if matches!(bytes.get(at), Some(b'a'..=b'j' | b'A'..=b'J'))
            && !bytes.get(at + 1).is_some_and(|byte| byte.is_ascii_alphanumeric())
        {
            at += 1;
        }
        return Some((at, Form::TaskNumber));
    }
    while matches!(bytes.get(at), Some(b'.' | b'-')) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    Some((at, Form::Prefixed))
}

/// The length of the id at the beginning of `text` that a dependency may name: `1.1`, `T003`, `ABC-1`, `3`.
pub(crate) fn reference(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let forms = IdForms { single: true, task_number: true, prefixed: true, plan_number: false };
    let first = *bytes.first()?;
    let (to, _) = if first.is_ascii_digit() {
        number(bytes, 0)?
    } else if first.is_ascii_uppercase() {
        prefixed(bytes, 0, forms)?
    } else {
        return None;
    };
    let boundary =
        !bytes.get(to).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'%' || *byte == b'/');
    boundary.then_some(to)
}
