//! A plan after an edit of its text: only what the edit touches is read again.
//!
//! Reading goes on from the last cut before the edit ([`crate::cuts`]), and ends at a cut behind it at which the reader knows what it
//! knew there before: from there on it would find the same again. What speaks of the whole file (the dialect, keys, claims, notes) is kept
//! where nothing that it looks at has changed, and found anew where something may have.

mod again;
mod claimed;
mod joined;
mod phases;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use tallymark_text::{Replaced, Source, Span};

use crate::{Options, Plan, parse_to_edit};

/// What differs between two plans. Outside these stretches all is equal: tasks, phases and criteria in their order, with the
/// same keys and marks, but that indices and offsets behind them are shifted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Nothing is said: the stretches hold all there is.
    pub everything: bool,
    /// The bytes.
    pub bytes: Replaced,
    /// Indices of tasks. The block of a task that is a heading may end elsewhere, which is no change.
    pub tasks: Stretch,
    /// Indices of phases. The block of a phase around the bytes ends elsewhere, which is no change.
    pub phases: Stretch,
    /// Indices of criteria.
    pub criteria: Stretch,
    /// The keys of tasks outside `tasks` may be others too.
    pub keys: bool,
}

/// What stands in the place of what, in a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stretch {
    /// The places in the list before.
    pub old: Range<u32>,
    /// The places in the list now; they begin where `old` begins.
    pub new: Range<u32>,
}

impl Stretch {
    fn new(old: Range<usize>, new: Range<usize>) -> Self {
        let places = |range: Range<usize>| range.start as u32..range.end as u32;
        Self { old: places(old), new: places(new) }
    }

    /// Where something of the list before stands now; `None` for what is in the stretch.
    pub fn place(&self, old: u32) -> Option<u32> {
        if old < self.old.start {
            Some(old)
        } else {
            old.checked_sub(self.old.end).map(|behind| self.new.end + behind)
        }
    }
}

impl Changed {
    /// Says nothing of two plans.
    pub fn everything(old: &Plan, new: &Plan) -> Self {
        let all = |old: usize, new: usize| Stretch::new(0..old, 0..new);
        Self {
            everything: true,
            bytes: Replaced::new(Span::new(0, old.source.len()), new.source.len()),
            tasks: all(old.tasks.len(), new.tasks.len()),
            phases: all(old.phases.len(), new.phases.len()),
            criteria: all(old.criteria.len(), new.criteria.len()),
            keys: true,
        }
    }
}

impl Plan {
    /// The plan of a text that differs from this one's in one stretch, and what changed: what [`crate::parse`] would read with the
    /// same options, at a cost that follows the edit, but for moving what stands behind it. A plan that was read by
    /// [`crate::parse_to_edit`], or comes from here, knows how; any other is read anew, and so is one where a small edit may
    /// mean much: in the front matter, among link definitions, in dialects whose files are short.
    pub fn edited(&self, source: &Arc<Source>, replaced: Replaced, options: Options<'_>) -> (Plan, Changed) {
        let trail = self.trail.as_deref().filter(|trail| trail.fits(options));
        let edited = trail.and_then(|trail| {
            let again = again::read_again(self, trail, source, replaced)?;
            joined::join(self, trail, Arc::clone(source), again, options)
        });
        edited.unwrap_or_else(|| {
            let plan = parse_to_edit(Arc::clone(source), options);
            let changed = Changed::everything(self, &plan);
            (plan, changed)
        })
    }
}
