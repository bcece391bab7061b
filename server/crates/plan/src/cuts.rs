//! Where reading can begin in the middle of a text.
//!
//! At a heading `# …` that stands in no list and no quote, and at an item of a list that stands in none, nothing that was written
//! before is open any more: what markdown makes of the text from there on does not depend on what stands before it, but for
//! links that are defined elsewhere. (A list is *loose* or not as a whole, and pulldown-cmark tells paragraphs in the one and not
//! in the other; so the walk over the blocks looks at neither.) What the reader knows there is written down with the cut.

use crate::blocks::{Block, Blocks};
use crate::evidence::{Counts, Standing};
use crate::read::State;

/// How many bytes lie between two cuts, at least. Tests have small texts, and many cuts in them.
const APART: u32 = if cfg!(test) { 40 } else { 2048 };

/// A place among the blocks where reading can begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The start of the line.
    pub at: u32,
    /// The index in [`Blocks::order`] of the block that begins there.
    pub block: usize,
    /// The level of the heading; 0 for an item.
    pub level: u8,
}

/// A cut with all that reading on from it takes.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    /// The start of the line.
    pub at: u32,
    /// The level of the heading; 0 for an item, and for the beginning of the text.
    pub level: u8,
    /// What the reader knows before it reads the block.
    pub state: State,
    /// The same for the counts.
    pub standing: Standing,
    /// What is counted from here to the next cut.
    pub counts: Counts,
}

/// The place at a block, if reading can begin there.
pub(crate) fn place(text: &str, blocks: &Blocks, index: usize) -> Option<Place> {
    let bytes = text.as_bytes();
    let (start, level) = match blocks.order[index] {
        Block::Heading { level, span, .. } if bytes.get(span.start as usize) == Some(&b'#') => {
            (span.start, level)
        }
        Block::Item(item) if blocks.items[item as usize].parent.is_none() => {
            (blocks.items[item as usize].span.start, 0)
        }
        _ => return None,
    };
    let indent = bytes[..start as usize].iter().rev().take(4).take_while(|&&byte| byte == b' ').count();
    let at = start as usize - indent;
    let begins_line = at == 0 || matches!(bytes[at - 1], b'\n' | b'\r');
    (indent < 4 && begins_line).then_some(Place { at: at as u32, block: index, level })
}

/// The places to cut at, as far apart as they should be, behind `from`.
pub(crate) fn places(text: &str, blocks: &Blocks, from: u32) -> Vec<Place> {
    let mut last = from;
    let mut places = Vec::new();
    for index in 0..blocks.order.len() {
        let near = match blocks.order[index] {
            Block::Heading { span, .. } => span.start < last + APART,
            Block::Item(item) => blocks.items[item as usize].span.start < last + APART,
            Block::Label { .. } | Block::Element(_) => true,
        };
        if near {
            continue;
        }
        if let Some(place) = place(text, blocks, index) {
            last = place.at;
            places.push(place);
        }
    }
    places
}
