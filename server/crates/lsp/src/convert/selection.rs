//! What a growing selection takes in next.

use tower_lsp::ls_types::{Position, SelectionRange};

use super::position;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// More steps than this are left out from the middle: each nests the answer one deeper, and who reads it may recurse.
const MOST_STEPS: usize = 48;

/// For each position what a selection there grows to, the innermost first.
pub(crate) fn selections(
    snapshot: &Snapshot,
    positions: &[Position],
    session: &Session,
) -> Option<Vec<SelectionRange>> {
    let source = &snapshot.analysis.joined.plan.source;
    let selection = |at: &Position| {
        let offset = position::offset(source, *at, session.encoding);
        let mut steps = tallymark_ide::selection_steps(&snapshot.analysis, offset)?;
        if steps.len() > MOST_STEPS {
            steps.drain(MOST_STEPS / 2..steps.len() - MOST_STEPS / 2);
        }
        let ranges = steps.into_iter().map(|step| position::range(source, step, session.encoding));
        ranges.rev().fold(None, |parent, range| Some(SelectionRange { range, parent: parent.map(Box::new) }))
    };
    positions.iter().map(selection).collect()
}
