//! A plan after an edit of its text.

use std::ops::Range;
use std::sync::Arc;

use tallymark_text::{Replaced, Source, Span};

use crate::{Options, Plan, parse};

/// What differs between two plans. Outside these stretches all is equal: tasks, phases and criteria in their order, with the
/// same keys and marks, but that indices and offsets behind them are shifted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Nothing is said: the stretches hold all there is.
    pub everything: bool,
    /// The bytes.
    pub bytes: Replaced,
    /// Indices of tasks.
    pub tasks: Stretch,
    /// Indices of phases. The block of a phase around the bytes ends elsewhere, which is no change.
    pub phases: Stretch,
    /// Indices of criteria.
    pub criteria: Stretch,
    /// The keys of tasks outside `tasks` are others too.
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

impl Changed {
    /// Says nothing of two plans.
    pub fn everything(old: &Plan, new: &Plan) -> Self {
        let all = |old: usize, new: usize| Stretch { old: 0..old as u32, new: 0..new as u32 };
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
    /// The plan of a text that differs from this one's in one stretch, and what changed: what [`parse`] would read with the
    /// same options.
    pub fn edited(&self, source: Arc<Source>, _replaced: Replaced, options: Options<'_>) -> (Plan, Changed) {
        let plan = parse(source, options);
        let changed = Changed::everything(self, &plan);
        (plan, changed)
    }
}
