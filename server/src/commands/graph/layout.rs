//! Where cards and lines go: cards in the columns of a grid, a band for each phase, dependencies downward; lines at right
//! angles through the gaps between rows and columns, each source in a track of its own.
//!
//! A plan is not what graph drawing libraries expect: most tasks have no arrow at all, and the phases are what a reader looks
//! for. Layered layouts put all that waits for nothing side by side, in one row as wide as the plan is long.

use std::collections::{BTreeMap, HashMap};

/// Sizes in pixels.
pub const CARD_WIDTH: u32 = 250;
/// The gap between columns before lines are added.
const COLUMN_GAP: u32 = 20;
/// The gap between rows before lines are added.
const ROW_GAP: u32 = 18;
/// Between two lines.
const TRACK: u32 = 7;
/// Above the first row of a band, for its heading.
const BAND_HEAD: u32 = 46;
/// Below the last row of a band.
const BAND_FOOT: u32 = 14;
/// Between two bands.
const BAND_GAP: u32 = 16;
/// Around everything.
const MARGIN: u32 = 24;

/// A card to be placed.
pub struct Card {
    /// The band it stands in; cards come band by band.
    pub band: usize,
    /// Its height.
    pub height: u32,
}

/// Where everything is.
pub struct Layout {
    /// The top left corner of each card.
    pub cards: Vec<(u32, u32)>,
    /// Left, top, width and height of each band.
    pub bands: Vec<(u32, u32, u32, u32)>,
    /// The corners of each line, in the order of the arrows; empty for one from a card to itself.
    pub lines: Vec<Vec<(u32, u32)>>,
    /// The width of it all.
    pub width: u32,
    /// The height of it all.
    pub height: u32,
}

/// A stretch of a line along a gap between rows or columns.
struct Stretch {
    source: usize,
    from: u32,
    to: u32,
}

/// The gaps that a line takes: below its source, beside a column where it goes further, above its target.
#[derive(Clone, Copy)]
struct Way {
    below: usize,
    between: Option<usize>,
    above: usize,
}

/// Lays out cards in bands, with arrows between cards; below `top` pixels.
pub fn lay_out(cards: &[Card], bands: usize, arrows: &[(usize, usize)], top: u32) -> Layout {
    let columns = columns(cards, bands);
    let places = place(cards, bands, arrows, columns);
    let rows = places.iter().map(|&(row, _)| row + 1).max().unwrap_or(0);
    let mut row_stretches: Vec<Vec<Stretch>> = (0..=rows).map(|_| Vec::new()).collect();
    let mut column_stretches: Vec<Vec<Stretch>> = (0..=columns).map(|_| Vec::new()).collect();
    // Coordinates for comparing: three to a column, so that leaving, arriving and the gap before a card differ.
    let (leave, arrive, gap) = (
        |column: usize| 3 * column as u32 + 1,
        |column: usize| 3 * column as u32 + 2,
        |column: usize| 3 * column as u32,
    );
    let mut ways: Vec<Option<Way>> = Vec::with_capacity(arrows.len());
    for &(from, to) in arrows {
        if from == to {
            ways.push(None);
            continue;
        }
        let ((row, column), (to_row, to_column)) = (places[from], places[to]);
        let (below, above) = (row + 1, to_row);
        let between = if below == above {
            None
        } else {
            // The gap beside the target that is nearer to the source.
            Some(if column > to_column { to_column + 1 } else { to_column })
        };
        let mut stretch = |at: usize, one: u32, other: u32| {
            row_stretches[at].push(Stretch { source: from, from: one.min(other), to: one.max(other) });
        };
        match between {
            None => stretch(below, leave(column), arrive(to_column)),
            Some(between) => {
                stretch(below, leave(column), gap(between));
                stretch(above, gap(between), arrive(to_column));
                let (one, other) = (below as u32, above as u32);
                column_stretches[between].push(Stretch {
                    source: from,
                    from: one.min(other),
                    to: one.max(other),
                });
            }
        }
        ways.push(Some(Way { below, between, above }));
    }
    let row_tracks: Vec<_> = row_stretches.iter().map(|stretches| tracks(stretches)).collect();
    let column_tracks: Vec<_> = column_stretches.iter().map(|stretches| tracks(stretches)).collect();
    let size =
        |tracks: &HashMap<usize, u32>| tracks.values().map(|track| track + 1).max().unwrap_or(0) * TRACK;
    // Columns from left to right.
    let mut x = MARGIN;
    let mut column_x = Vec::with_capacity(columns);
    let mut column_gap = Vec::with_capacity(columns + 1);
    for tracks in &column_tracks {
        column_gap.push(x + COLUMN_GAP / 2);
        x += COLUMN_GAP + size(tracks);
        column_x.push(x);
        x += CARD_WIDTH;
    }
    column_x.pop();
    let width = x - CARD_WIDTH + MARGIN;
    // Rows from top to bottom, bands around them.
    let mut row_height = vec![0; rows];
    let mut row_band = vec![0; rows];
    for (card, &(row, _)) in cards.iter().zip(&places) {
        row_height[row] = card.height.max(row_height[row]);
        row_band[row] = card.band;
    }
    let mut y = top;
    let (mut row_y, mut row_gap) = (Vec::with_capacity(rows), Vec::with_capacity(rows + 1));
    let mut edges: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    for row in 0..rows {
        let band = row_band[row];
        let first = row == 0 || row_band[row - 1] != band;
        let lines = size(&row_tracks[row]);
        if first {
            if row > 0 {
                y += BAND_GAP;
            }
            edges.insert(band, (y, y));
            y += BAND_HEAD;
        }
        row_gap.push(y + if first { 2 } else { ROW_GAP / 2 });
        y += lines + if first { 6 } else { ROW_GAP };
        row_y.push(y);
        y += row_height[row];
        let last = row + 1 == rows || row_band[row + 1] != band;
        if last {
            y += BAND_FOOT;
            if let Some(edge) = edges.get_mut(&band) {
                edge.1 = y;
            }
        }
    }
    row_gap.push(y + 4);
    let bottom = y + row_tracks.last().map_or(0, size);
    let line = |(&(from, to), way): (&(usize, usize), &Option<Way>)| {
        let Some(Way { below, between, above }) = *way else { return Vec::new() };
        let ((row, column), (to_row, to_column)) = (places[from], places[to]);
        let start = (column_x[column] + CARD_WIDTH / 3, row_y[row] + cards[from].height);
        let end = (column_x[to_column] + 2 * CARD_WIDTH / 3, row_y[to_row]);
        let track_y = |at: usize| row_gap[at] + row_tracks[at].get(&from).copied().unwrap_or(0) * TRACK;
        let mut corners = vec![start, (start.0, track_y(below))];
        if let Some(between) = between {
            let x = column_gap[between] + column_tracks[between].get(&from).copied().unwrap_or(0) * TRACK;
            corners.extend([(x, track_y(below)), (x, track_y(above))]);
        }
        corners.extend([(end.0, track_y(above)), end]);
        corners
    };
    let bands = (0..bands).map(|band| {
        let (from, to) = edges.get(&band).copied().unwrap_or((0, 0));
        (MARGIN / 2, from, width - MARGIN, to - from)
    });
    Layout {
        bands: bands.collect(),
        lines: arrows.iter().zip(&ways).map(line).collect(),
        cards: places.iter().map(|&(row, column)| (column_x[column], row_y[row])).collect(),
        width,
        height: bottom + MARGIN,
    }
}

/// How many columns: as many as make the picture about as high as wide, as far as the largest band can fill them.
fn columns(cards: &[Card], bands: usize) -> usize {
    let mut sizes = vec![0_usize; bands];
    cards.iter().for_each(|card| sizes[card.band] += 1);
    let largest = sizes.iter().copied().max().unwrap_or(0);
    let even = (cards.len() as f64 * 0.3).sqrt().ceil() as usize;
    even.clamp(2, 6).min(largest.max(1))
}

/// Row and column of each card: in each band, what waits for nothing of the band first, then what waits for that; cards without
/// arrows fill the rows behind.
fn place(cards: &[Card], bands: usize, arrows: &[(usize, usize)], columns: usize) -> Vec<(usize, usize)> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); cards.len()];
    let mut linked = vec![false; cards.len()];
    for &(from, to) in arrows {
        linked[from] = true;
        linked[to] = true;
        before[to].push(from);
    }
    let ranks = ranks(cards, arrows);
    let mut places = vec![(0, 0); cards.len()];
    let mut row = 0;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); bands];
    cards.iter().enumerate().for_each(|(at, card)| members[card.band].push(at));
    for mut band in members {
        band.sort_by_key(|&at| (!linked[at], ranks[at], at));
        let mut taken = vec![false; columns];
        let mut rank = None;
        for at in band {
            let own = Some((linked[at], ranks[at]));
            // A card without arrows may stand beside what came before, one that waits may not.
            let same = rank == own || (!linked[at] && rank.is_some());
            if (rank.is_some() && !same) || taken.iter().all(|taken| *taken) {
                row += 1;
                taken.fill(false);
            }
            rank = own;
            // Below the middle of what it waits for, or as near to that as is free.
            let wished = match before[at].as_slice() {
                [] => 0,
                all => all.iter().map(|&before| places[before].1).sum::<usize>() / all.len(),
            };
            let free = (0..columns).filter(|&column| !taken[column]);
            let column = free.min_by_key(|&column| (column.abs_diff(wished), column)).unwrap_or(0);
            taken[column] = true;
            places[at] = (row, column);
        }
        row += usize::from(rank.is_some());
    }
    places
}

/// How many cards of its band each has to wait for in a row. What is in a circle comes when all else is placed.
fn ranks(cards: &[Card], arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); cards.len()];
    let mut missing = vec![0_usize; cards.len()];
    for &(from, to) in arrows.iter().filter(|(from, to)| from != to && cards[*from].band == cards[*to].band) {
        after[from].push(to);
        missing[to] += 1;
    }
    let mut ranks = vec![0; cards.len()];
    let mut queue: Vec<usize> = (0..cards.len()).filter(|&at| missing[at] == 0).collect();
    let mut next = 0;
    while next < queue.len() {
        let at = queue[next];
        next += 1;
        for &later in &after[at] {
            ranks[later] = ranks[later].max(ranks[at] + 1);
            missing[later] -= 1;
            if missing[later] == 0 {
                queue.push(later);
            }
        }
    }
    ranks
}

/// A track for each source in a gap: the lines of one source share theirs, and two that would meet have different ones.
fn tracks(stretches: &[Stretch]) -> HashMap<usize, u32> {
    let mut merged: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
    for stretch in stretches {
        let whole = merged.entry(stretch.source).or_insert((stretch.from, stretch.to));
        *whole = (whole.0.min(stretch.from), whole.1.max(stretch.to));
    }
    let mut order: Vec<(usize, (u32, u32))> = merged.into_iter().collect();
    order.sort_by_key(|&(source, (from, to))| (from, to, source));
    let mut ends: Vec<u32> = Vec::new();
    let mut tracks = HashMap::with_capacity(order.len());
    for (source, (from, to)) in order {
        let free = ends.iter().position(|&end| end < from);
        let track = free.unwrap_or(ends.len());
        match free {
            Some(track) => ends[track] = to,
            None => ends.push(to),
        }
        tracks.insert(source, track as u32);
    }
    tracks
}
