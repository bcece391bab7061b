//! Near-misses: lines that look like a box to a person and became neither task nor criterion, each with the reason.

use std::ops::Range;

use tallymark_text::{Edit, Source, Span};

use crate::boxes::{Boxed, Shape, box_at, bullet_at, is_blank, skip_blanks, trim_end};
use crate::{Ignored, Mark, Problem, ProblemKind, WhyNot};

/// The marks that stand in tasks, criteria and phases: their lines are accounted for.
pub(crate) struct Accounted<'a> {
    /// Offsets of the boxes, ascending.
    pub boxes: &'a [u32],
    pub ignored: &'a [Ignored],
    pub html: &'a [Span],
    pub indented: &'a [Span],
}

/// Looks at each line of a part of the text once, if it has a bracket.
pub(crate) fn find(source: &Source, part: Range<usize>, accounted: &Accounted<'_>) -> Vec<Problem> {
    let text = source.text();
    let bytes = text.as_bytes();
    let mut problems = Vec::new();
    let mut boxes = accounted.boxes;
    let (mut ignored, mut html, mut indented) = (accounted.ignored, accounted.html, accounted.indented);
    let mut read_to = 0;
    for bracket in memchr::memchr_iter(b'[', &bytes[part.clone()]) {
        let bracket = part.start + bracket;
        if bracket < read_to {
            continue;
        }
        let span = source.line_span(source.line_of(bracket));
        let (start, end) = (span.start as usize, span.end as usize);
        read_to = end;
        boxes = &boxes[boxes.partition_point(|&known| known < span.start)..];
        if boxes.first().is_some_and(|&known| known < span.end) {
            continue;
        }
        let Some((at, found)) = candidate(text, start, end) else { continue };
        let place = found.outer.start;
        while ignored.first().is_some_and(|ignored| ignored.span.end <= place) {
            ignored = &ignored[1..];
        }
        if ignored.first().is_some_and(|ignored| ignored.span.start <= place) {
            continue;
        }
        let within = |spans: &mut &[Span]| {
            while spans.first().is_some_and(|known| known.end <= place) {
                *spans = &spans[1..];
            }
            spans.first().is_some_and(|known| known.start <= place)
        };
        let (in_html, in_indented) = (within(&mut html), within(&mut indented));
        let (why, mend) = if in_html {
            (WhyNot::InsideHtml, Vec::new())
        } else if in_indented {
            (WhyNot::IndentedCode, Vec::new())
        } else {
            reason(text, at, found, end)
        };
        let from = skip_blanks(bytes, start);
        let span = Span::new(from, trim_end(bytes, from, end));
        problems.push(Problem { span, kind: ProblemKind::NotATask(why), mend });
    }
    problems
}

/// How a line comes to its box.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `- [ ] …`
    Bullet,
    /// `-[ ] …`; where the bullet ends.
    TightBullet(usize),
    /// `-\u{a0}[ ] …`; the odd blanks.
    OddBlank(Span),
    /// `[ ] …`
    Bare,
    /// A cell of a table, a heading, the end of an item.
    Inside,
}

/// The first thing on the line that looks like a box, at the places where a person looks for one.
fn candidate(text: &str, start: usize, end: usize) -> Option<(Way, Boxed)> {
    let bytes = text.as_bytes();
    let mut at = skip_blanks(bytes, start);
    if at >= end {
        return None;
    }
    let boxed = |at: usize| box_at(text, at).filter(|found| found.outer.end as usize <= end);
    match bytes[at] {
        b'[' => {
            let found = boxed(at)?;
            return plain_box(text, found).then_some((Way::Bare, found));
        }
        b'|' => {
            let cells =
                memchr::memchr_iter(b'|', &bytes[at..end]).map(|cell| skip_blanks(bytes, at + cell + 1));
            return cells
                .filter(|&cell| cell < end)
                .find_map(boxed)
                .filter(|&found| plain_box(text, found))
                .map(|found| (Way::Inside, found));
        }
        b'#' => return inside(text, at, end),
        _ => {}
    }
    // Bullets may follow one another on a line.
    let mut listed = false;
    while let Some(next) = bullet_at(bytes, at).filter(|&next| next < end) {
        at = next;
        listed = true;
        if let Some(found) = boxed(at) {
            return Some((Way::Bullet, found));
        }
    }
    let digits = bytes[at..end].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let behind = match bytes.get(at + digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => at + 1,
        Some(b'.' | b')') if digits > 0 => at + digits + 1,
        _ if !listed && bytes[at] >= 0x80 => return bullet_beyond_ascii(text, at, end),
        _ => return listed.then(|| inside(text, at, end)).flatten(),
    };
    if let Some(found) = boxed(behind) {
        return plain_box(text, found).then_some((Way::TightBullet(behind), found));
    }
    let rest = &text[behind..end];
    let odd = rest.len() - rest.trim_start_matches(is_blank).len();
    if odd > 0
        && let Some(found) = boxed(behind + odd)
    {
        return Some((Way::OddBlank(Span::new(behind, behind + odd)), found));
    }
    listed.then(|| inside(text, at, end)).flatten()
}

/// `• [ ] text`, `– [ ] text`, or a no-break space before the bullet.
fn bullet_beyond_ascii(text: &str, at: usize, end: usize) -> Option<(Way, Boxed)> {
    let rest = &text[at..end];
    let bare = rest.trim_start_matches(is_blank);
    let bullet = bare.trim_start_matches(['•', '–', '—', '‣', '◦', '·', '-', '*', '+', '●', '▪']);
    if bare.len() - bullet.len() > 4 {
        return None;
    }
    let words = bullet.trim_start_matches(is_blank);
    let found = box_at(text, end - words.len()).filter(|found| found.outer.end as usize <= end)?;
    plain_box(text, found).then_some((Way::OddBlank(Span::new(at, found.outer.start as usize)), found))
}

/// A box at the end of an item or in a heading, with at most a word or a sign behind it.
fn inside(text: &str, at: usize, end: usize) -> Option<(Way, Boxed)> {
    // Look at the last brackets only: a line may hold thousands.
    let words = &text[at..end];
    let mut stop = words.len();
    for _ in 0..3 {
        let open = memchr::memrchr(b'[', &words.as_bytes()[..stop])?;
        if let Some(found) = box_at(text, at + open)
            && found.shape == Shape::Sound
            && plain_box(text, found)
            && open > 0
            && words.as_bytes()[open - 1] == b' '
        {
            let behind = &text[found.outer.end as usize..end];
            if !behind.is_empty() && !behind.starts_with([' ', '\t']) {
                return None;
            }
            let word =
                |behind: &str| behind.split_whitespace().count() <= 2 && !behind.contains(['`', ']', '=']);
            let in_code = words[..open].bytes().filter(|&byte| byte == b'`').count() % 2 == 1;
            return (word(behind) && !in_code).then_some((Way::Inside, found));
        }
        stop = open;
    }
    None
}

/// Whether a box needs no bullet to look like one: blank, `x`, a tick. A letter in brackets without a bullet is anything.
fn plain_box(text: &str, found: Boxed) -> bool {
    let mark = text[found.mark.range()].trim_matches(is_blank);
    let behind = text.as_bytes().get(found.outer.end as usize);
    // `[x]: /url` defines a link.
    !matches!(behind, Some(b':'))
        && match mark {
            "" => found.shape != Shape::Empty || matches!(behind, Some(b' ')),
            "x" | "X" | "~" | "✓" | "✔" | "✅" | "❌" | "√" => true,
            _ => false,
        }
}

/// Why the box is none, and what mends it.
fn reason(text: &str, way: Way, found: Boxed, end: usize) -> (WhyNot, Vec<Edit>) {
    let behind = found.outer.end as usize;
    let rest = &text[behind..end];
    let blank_behind = rest.starts_with([' ', '\t']);
    let (mut why, mut mend) = match way {
        Way::Inside => return (WhyNot::NotAnItem, Vec::new()),
        Way::Bare => (Some(WhyNot::NoBullet), vec![Edit::insert(found.outer.start as usize, "- ")]),
        Way::TightBullet(at) => (Some(WhyNot::NoBlankAfterBullet), vec![Edit::insert(at, " ")]),
        Way::OddBlank(span) => {
            let bullet = if text[span.range()].chars().all(is_blank) { " " } else { "- " };
            (Some(WhyNot::OddBlank), vec![Edit::replace(span, bullet)])
        }
        Way::Bullet => (None, Vec::new()),
    };
    if rest.trim_matches(is_blank).is_empty() {
        // Words are what it lacks: nothing to mend.
        return (why.unwrap_or(WhyNot::NoText), if why.is_some() { mend } else { Vec::new() });
    }
    match found.shape {
        Shape::Sound => {}
        Shape::Empty => {
            why = why.or(Some(WhyNot::EmptyBox));
            mend.push(Edit::replace(found.outer, "[ ]"));
        }
        Shape::Padded | Shape::OddBlank => {
            why = why.or(Some(if found.shape == Shape::Padded {
                WhyNot::BlankInBox
            } else {
                WhyNot::OddBlank
            }));
            let mark = text[found.mark.range()].trim_matches(is_blank);
            mend.push(Edit::replace(found.outer, format!("[{}]", if mark.is_empty() { " " } else { mark })));
        }
    }
    if !blank_behind {
        let odd = rest.len() - rest.trim_start_matches(is_blank).len();
        if odd > 0 {
            why = why.or(Some(WhyNot::OddBlank));
            mend.push(Edit::replace(Span::new(behind, behind + odd), " "));
        } else {
            why = why.or(Some(WhyNot::NoBlankAfterBox));
            // `[x]: …` explains a mark, `[ ](…)` may be a link: who knows what was meant?
            if rest.starts_with([':', '(', '[']) {
                mend.clear();
            } else {
                mend.push(Edit::insert(behind, " "));
            }
        }
    }
    // A sound box behind a bullet that is no item after all: a line inside another construct.
    (why.unwrap_or(WhyNot::NotAnItem), mend)
}

/// The offsets of the boxes of marks, ascending.
pub(crate) fn offsets<'a>(marks: impl Iterator<Item = &'a Mark>) -> Vec<u32> {
    let mut offsets: Vec<u32> = marks.map(|mark| mark.outer.start).collect();
    // Tasks, criteria and phases are each in order already.
    offsets.sort();
    offsets
}
