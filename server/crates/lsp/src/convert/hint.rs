//! Hints at the ends of lines.

use tallymark_ide::HintKind;
use tallymark_sync::File;
use tallymark_text::Span;
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Range};

use super::position;
use super::resolve::Data;
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
    tallymark_ide::inlay_hints(&snapshot.analysis, span, Some(now))
        .into_iter()
        .filter(|hint| is_shown(hint.kind, session))
        .map(|hint| {
            // A line may bear two.
            let is_live = hint.kind == HintKind::Live;
            let later = session.can.resolve_tooltips;
            InlayHint {
                position: position::position(source, hint.offset as usize, session.encoding),
                label: InlayHintLabel::String(hint.label),
                kind: None,
                text_edits: None,
                tooltip: (!later).then_some(InlayHintTooltip::String(hint.tooltip)),
                padding_left: Some(true),
                padding_right: None,
                data: later.then(|| Data::write(&snapshot.uri, snapshot, (hint.offset, is_live))).flatten(),
            }
        })
        .collect()
}

/// Adds the tooltip. A hint of an older version of the plan stays as it is: the client is about to ask for new ones.
pub(crate) fn resolve(
    mut hint: InlayHint,
    snapshot: Option<&Snapshot>,
    session: &Session,
    now: i64,
) -> InlayHint {
    let data = Data::<(u32, bool)>::read(hint.data.as_ref());
    let current = data.zip(snapshot).filter(|(data, snapshot)| data.is_of(snapshot));
    if let Some((data, snapshot)) = current {
        let (offset, is_live) = data.item;
        let at = Span::at((offset as usize).min(snapshot.analysis.joined.plan.source.len()));
        let shown = tallymark_ide::inlay_hints(&snapshot.analysis, at, Some(now));
        let is_own = |hint: &tallymark_ide::InlayHint| {
            hint.offset == offset && (hint.kind == HintKind::Live) == is_live
        };
        let own = shown.into_iter().find(|own| is_own(own) && is_shown(own.kind, session));
        hint.tooltip = own.map(|own| InlayHintTooltip::String(own.tooltip));
    }
    hint
}

fn is_shown(kind: HintKind, session: &Session) -> bool {
    match kind {
        HintKind::Progress => session.settings.progress_hints,
        HintKind::State => session.settings.state_hints,
        HintKind::Live => session.settings.live_hints,
    }
}
