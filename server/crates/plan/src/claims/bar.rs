//! Bars of blocks: `[████░░░░░░] 40%`.

use tallymark_text::Span;

use super::amount::{amount, percent};
use crate::{Claim, ClaimKind, Counted, Number, SpeaksOf};

/// Fewer cells are an ornament.
const FEWEST: u32 = 5;

/// A bar in a line.
pub(super) struct Bar {
    cells: Span,
    filled: u32,
    count: u32,
    percent: Option<(Number, Span)>,
    /// Whether an amount other than a percentage stands behind it.
    told_otherwise: bool,
    /// Whether nothing stands in front of it.
    pub alone: bool,
}

/// The first bar of a line.
pub(super) fn find(text: &str, line: Span) -> Option<Bar> {
    let words = &text[line.range()];
    let start = words.find(|cell| is_filled(cell) || is_empty(cell))?;
    let (mut filled, mut count, mut length) = (0, 0, 0);
    for cell in words[start..].chars() {
        if is_filled(cell) && filled == count {
            filled += 1;
        } else if !is_empty(cell) {
            break;
        }
        count += 1;
        length += cell.len_utf8();
    }
    let (from, to) = (line.start as usize + start, line.start as usize + start + length);
    let end = line.end as usize;
    if count < FEWEST || text[to..end].starts_with(|cell| is_filled(cell) || is_empty(cell)) {
        return None;
    }
    let behind = end - text[to..end].trim_start_matches([']', ' ', '|', '*', '`', '(']).len();
    let percent = percent(text, behind, end).map(|(number, to)| (number, Span::new(behind, to)));
    Some(Bar {
        cells: Span::new(from, to),
        filled,
        count,
        percent,
        told_otherwise: percent.is_none() && amount(text, behind, end, false).is_some(),
        alone: !words[..start].contains(char::is_alphanumeric),
    })
}

fn is_filled(cell: char) -> bool {
    matches!(cell, '█' | '▓' | '■' | '▰')
}

fn is_empty(cell: char) -> bool {
    matches!(cell, '░' | '▒' | '□' | '▱')
}

impl Bar {
    /// What the bar says, and the percentage beside it, of `speaks_of`; of themselves only if that is not known.
    pub(super) fn claims(&self, speaks_of: Option<SpeaksOf>) -> Vec<Claim> {
        if self.told_otherwise {
            return Vec::new();
        }
        let percent = self.percent.map(|(number, _)| number);
        let itself = percent.map(|_| SpeaksOf::Itself);
        let kind = ClaimKind::Bar { filled: self.filled, cells: self.count, bar: self.cells, percent };
        let bar = itself.or(speaks_of).map(|speaks_of| Claim {
            span: self.cells,
            kind,
            speaks_of,
            counts: Counted::Unsaid,
        });
        let number = self.percent.zip(speaks_of).map(|((percent, span), speaks_of)| Claim {
            span,
            kind: ClaimKind::Percent { percent, about: false },
            speaks_of,
            counts: Counted::Unsaid,
        });
        bar.into_iter().chain(number).collect()
    }
}
