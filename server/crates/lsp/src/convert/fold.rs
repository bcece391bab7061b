//! What can be folded away.

use tallymark_ide::{Fold, FoldKind};
use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind};

use crate::session::Session;
use crate::snapshot::Snapshot;

/// The folds of a plan; if the client takes fewer than there are, those of most lines.
pub(crate) fn folds(snapshot: &Snapshot, session: &Session) -> Vec<FoldingRange> {
    let mut folds = tallymark_ide::folds(&snapshot.analysis);
    if let Some(most) = session.can.most_folds.map(|most| most as usize).filter(|&most| most < folds.len()) {
        folds.sort_by_key(|fold| std::cmp::Reverse(fold.last_line - fold.first_line));
        folds.truncate(most);
        folds.sort_by_key(|fold| fold.first_line);
    }
    folds.into_iter().map(|fold| convert(fold, session)).collect()
}

/// Finished phases are regions, of which editors fold all at once; for other kinds the protocol has no name.
fn convert(fold: Fold, session: &Session) -> FoldingRange {
    let kind = match fold.kind {
        FoldKind::FinishedPhase => Some(FoldingRangeKind::Region),
        FoldKind::Comment => Some(FoldingRangeKind::Comment),
        FoldKind::Phase | FoldKind::Task | FoldKind::Code | FoldKind::FrontMatter => None,
    };
    FoldingRange {
        start_line: fold.first_line,
        end_line: fold.last_line,
        kind,
        collapsed_text: Some(fold.collapsed).filter(|text| session.can.collapsed_text && !text.is_empty()),
        ..FoldingRange::default()
    }
}
