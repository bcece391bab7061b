//! Progress tables: rows that name a phase, and the totals in the last row.

use tallymark_text::{Source, Span};

use super::amount::{amount, number};
use super::is_row;
use super::scope::Scopes;
use crate::headings::contains_any;
use crate::{Claim, ClaimKind, Counted, Number, PhaseIndex, SpeaksOf};

/// A larger table is data.
const MOST_ROWS: usize = 500;

/// Columns whose numbers are not added up.
const NO_SUM: &[&str] = &[
    "%", "avg", "average", "rate", "mean", "median", "ratio", "coverage", "id", "no", "number", "priority",
    "phase", "week", "day", "unique", "max", "min",
];

/// Reads the table around a line, from no earlier than `from`; gives the first line behind it.
pub(super) fn read(
    source: &Source,
    line: usize,
    from: usize,
    scopes: &mut Scopes<'_>,
    claims: &mut Vec<Claim>,
) -> usize {
    let is_row_at = |line: usize| is_row(source.slice(source.line_span(line)));
    let mut first = line;
    while first > from && is_row_at(first - 1) {
        first -= 1;
    }
    let mut end = line + 1;
    while end < source.line_count() && is_row_at(end) {
        end += 1;
    }
    let place = scopes.at(source.line_span(line));
    if end - first < 3 || end - first > MOST_ROWS || place.tells_the_past {
        return end;
    }
    let text = source.text();
    let rows: Vec<Vec<Span>> = (first..end).map(|line| cells(text, source.line_span(line))).collect();
    let ruled = rows[1].iter().all(|cell| text[cell.range()].trim_matches([':', '-', ' ']).is_empty());
    if ruled && !rows[0].is_empty() {
        let table = Table { text, head: &rows[0], body: &rows[2..] };
        table.phases(scopes, claims);
        table.totals(claims);
    }
    end
}

/// The cells of a row, without blanks and emphasis around them.
fn cells(text: &str, line: Span) -> Vec<Span> {
    let row = text[line.range()].trim_end();
    let row_end = row.strip_suffix('|').filter(|row| !row.ends_with('\\')).map_or(row.len(), str::len);
    let mut at = row.find('|').map_or(0, |bar| bar + 1);
    let mut cells = Vec::new();
    while at <= row_end {
        let mut end = at;
        while end < row_end && (row.as_bytes()[end] != b'|' || row.as_bytes()[end - 1] == b'\\') {
            end += 1;
        }
        let trim = |sign: char| matches!(sign, ' ' | '\t' | '*' | '_' | '`');
        let inner = &row[at..end];
        let from = at + inner.len() - inner.trim_start_matches(trim).len();
        let words = inner.trim_matches(trim);
        let start = line.start as usize + from;
        cells.push(Span::new(start, start + words.len()));
        at = end + 1;
    }
    cells
}

struct Table<'a> {
    text: &'a str,
    head: &'a [Span],
    body: &'a [Vec<Span>],
}

/// What a column says of a phase.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    /// `2/3` or `66%`.
    Amount,
    /// How many tasks it has.
    Tasks,
}

impl Table<'_> {
    fn words(&self, cell: Span) -> &str {
        &self.text[cell.range()]
    }

    /// The claims of rows that name a phase.
    fn phases(&self, scopes: &Scopes<'_>, claims: &mut Vec<Claim>) {
        let of_phases = contains_any(self.words(self.head[0]), &["phase", "phases"]);
        let columns: Vec<Option<Column>> = self.head.iter().map(|&cell| column(self.words(cell))).collect();
        for row in self.body {
            let Some(&first) = row.first() else { continue };
            let Some(phase) = self.phase(first, of_phases, scopes) else { continue };
            for (&cell, column) in row.iter().zip(&columns).skip(1) {
                let Some(column) = column else { continue };
                claims.extend(self.claim(cell, *column, phase));
            }
        }
    }

    /// The phase that a row's first cell names: `Phase 2: Fix`, in a table of phases also `2. Fix` and `2`.
    fn phase(&self, cell: Span, of_phases: bool, scopes: &Scopes<'_>) -> Option<PhaseIndex> {
        let words = self.words(cell);
        if let Some(phase) = scopes.phase_called(words) {
            return Some(phase);
        }
        let length = words.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(words.len());
        let number = words[..length].trim_end_matches('.');
        let alone = words.len() == number.len() || words[number.len()..].starts_with(['.', ' ', ':']);
        (of_phases && !number.is_empty() && alone).then(|| scopes.phase_numbered(number)).flatten()
    }

    fn claim(&self, cell: Span, column: Column, phase: PhaseIndex) -> Option<Claim> {
        let (start, end) = (cell.start as usize, cell.end as usize);
        let speaks_of = SpeaksOf::Phase(phase);
        match column {
            Column::Amount => {
                let found = amount(self.text, start, end, false)?;
                let counts = if matches!(found.kind, ClaimKind::Fraction { .. }) {
                    Counted::Tasks
                } else {
                    Counted::Unsaid
                };
                let alone = found.span.end as usize == end;
                alone.then_some(Claim { span: found.span, kind: found.kind, speaks_of, counts })
            }
            Column::Tasks => {
                let total = number(self.text, start, end).filter(|number| number.span.end as usize == end)?;
                Some(Claim {
                    span: total.span,
                    kind: ClaimKind::Total { total },
                    speaks_of,
                    counts: Counted::Tasks,
                })
            }
        }
    }

    /// The claims of a last row that adds the others up.
    fn totals(&self, claims: &mut Vec<Claim>) {
        let Some((last, rows)) = self.body.split_last() else { return };
        let is_total = |row: &Vec<Span>| {
            row.first()
                .is_some_and(|&cell| contains_any(self.words(cell), &["total", "totals", "sum", "subtotal"]))
        };
        if rows.len() < 2 || !is_total(last) || rows.iter().any(is_total) {
            return;
        }
        for (column, &cell) in last.iter().enumerate().skip(1) {
            if self
                .head
                .get(column)
                .is_none_or(|&head| self.words(head).is_empty() || contains_any(self.words(head), NO_SUM))
            {
                continue;
            }
            let Some(totals) = self.numbers(cell) else { continue };
            let mut sums = vec![0u32; totals.len()];
            let mut told = 0;
            let fits = rows.iter().all(|row| {
                let Some(&cell) = row.get(column) else { return false };
                if matches!(self.words(cell), "" | "-" | "–" | "—") {
                    return true;
                }
                told += 1;
                let Some(numbers) = self.numbers(cell).filter(|numbers| numbers.len() == sums.len()) else {
                    return false;
                };
                sums.iter_mut()
                    .zip(&numbers)
                    .for_each(|(sum, number)| *sum = sum.saturating_add(number.value));
                true
            });
            if !fits || told < 2 {
                continue;
            }
            claims.extend(totals.into_iter().zip(sums).map(|(total, sum)| Claim {
                span: total.span,
                kind: ClaimKind::Sum { total, sum },
                speaks_of: SpeaksOf::Itself,
                counts: Counted::Unsaid,
            }));
        }
    }

    /// The numbers of a cell that holds nothing else: `28` or `3/7`.
    fn numbers(&self, cell: Span) -> Option<Vec<Number>> {
        let (start, end) = (cell.start as usize, cell.end as usize);
        let first = number(self.text, start, end)?;
        if first.span.end as usize == end {
            return Some(vec![first]);
        }
        let rest = self.text[first.span.end as usize..end].trim_start().strip_prefix('/')?;
        let second = number(self.text, end - rest.trim_start().len(), end)?;
        (second.span.end as usize == end).then(|| vec![first, second])
    }
}

fn column(head: &str) -> Option<Column> {
    if ["tasks", "task count", "total tasks", "# tasks"].iter().any(|known| head.eq_ignore_ascii_case(known))
    {
        return Some(Column::Tasks);
    }
    const AMOUNT: [&str; 10] = [
        "plans complete",
        "plans",
        "progress",
        "complete",
        "completed",
        "tasks complete",
        "tasks completed",
        "tasks done",
        "done",
        "completion",
    ];
    AMOUNT.iter().any(|known| head.eq_ignore_ascii_case(known)).then_some(Column::Amount)
}
