//! Hints at the ends of lines.

use tallymark_ide::HintKind;
use tallymark_sync::File;
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Range};

use super::position;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The hints of a range of the plan. `now`: milliseconds since 1970-01-01 UTC.
pub(crate) fn hints(
    snapshot: &Snapshot,
    file: File,
    range: Range,
    session: &Session,
    now: i64,
) -> Vec<InlayHint> {
    if file != File::Plan {
        return Vec::new();
    }
    let source = &snapshot.analysis.joined.plan.source;
    let span = position::span(source, range, session.encoding);
    let shown = |kind| match kind {
        HintKind::Progress => session.settings.progress_hints,
        HintKind::State => session.settings.state_hints,
    };
    tallymark_ide::inlay_hints(&snapshot.analysis, span, Some(now))
        .into_iter()
        .filter(|hint| shown(hint.kind))
        .map(|hint| InlayHint {
            position: position::position(source, hint.offset as usize, session.encoding),
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(InlayHintTooltip::String(hint.tooltip)),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
        .collect()
}
