//! What names a task: in its own two files, in its findings, in other plans.

use std::sync::Arc;

use tallymark_plan::Options;
use tallymark_sync::{File, Place};
use tallymark_text::Span;
use tower_lsp::ls_types::{DocumentHighlight, DocumentHighlightKind, Location, Position, Range, Uri};

use super::{diagnostic, place, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// All that names what is named at a position. `others` are the other plans; findings are read from the disk.
pub(crate) fn references(
    snapshot: &Snapshot,
    file: File,
    at: Position,
    with_own: bool,
    others: &[Arc<Snapshot>],
    session: &Session,
) -> Option<Vec<Location>> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at, session.encoding);
    let found = tallymark_ide::references(&snapshot.analysis, file, offset);
    let wanted = found.into_iter().filter(|reference| with_own || !reference.is_own);
    let mut locations: Vec<Location> = wanted
        .filter_map(|one| place::location(snapshot, Place { file: one.file, span: one.span }, session))
        .collect();
    if let Some((_, id)) = tallymark_ide::id_of_task_at(&snapshot.analysis, file, offset) {
        locations.extend(in_findings(snapshot, id, session));
        locations.extend(in_other_plans(snapshot, id, others, session));
    }
    Some(locations)
}

/// The places of the same file that name what is named at a position. `None` where nothing is: there the editor highlights as it
/// does in any text.
pub(crate) fn highlights(
    snapshot: &Snapshot,
    file: File,
    at: Position,
    session: &Session,
) -> Option<Vec<DocumentHighlight>> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let offset = position::offset(source, at, session.encoding);
    let found = tallymark_ide::highlights(&snapshot.analysis, file, offset);
    let convert = |one: &tallymark_ide::Reference| DocumentHighlight {
        range: position::range(source, one.span, session.encoding),
        kind: Some(if one.is_own { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    (!found.is_empty()).then(|| found.iter().map(convert).collect())
}

/// The task's own findings, as a whole, and where findings speak of it.
fn in_findings(snapshot: &Snapshot, id: &str, session: &Session) -> Vec<Location> {
    let Some(located) = &snapshot.located else { return Vec::new() };
    let mut locations = Vec::new();
    for path in tallymark_workspace::findings_files(&located.path) {
        let Some(uri) = Uri::from_file_path(&path) else { continue };
        let is_own = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .is_some_and(|stem| stem == id || stem == id.replace(['.', '/'], "-"));
        if is_own {
            locations.push(Location { uri: uri.clone(), range: Range::default() });
        }
        let Ok(source) = tallymark_workspace::read_source(&path) else { continue };
        if !source.text().contains(id) {
            continue;
        }
        let text = tallymark_plan::parse(Arc::new(source), Options { path: "", dialect: None });
        locations.extend(tallymark_sync::names_in(&text, id).into_iter().map(|span| Location {
            uri: uri.clone(),
            range: position::range(&text.source, span, session.encoding),
        }));
    }
    locations
}

/// Where other plans name the task: in a line that names the plan's file too, as their own tasks may have the same id.
fn in_other_plans(
    snapshot: &Snapshot,
    id: &str,
    others: &[Arc<Snapshot>],
    session: &Session,
) -> Vec<Location> {
    let Some(name) = snapshot.path.as_ref().and_then(|path| path.file_name()).and_then(|name| name.to_str())
    else {
        return Vec::new();
    };
    let mut locations = Vec::new();
    for other in others.iter().filter(|other| other.uri != snapshot.uri && other.is_plan()) {
        let plan = &*other.analysis.joined.plan;
        if !plan.source.text().contains(name) {
            continue;
        }
        let names_plan =
            |span: &Span| plan.source.line(plan.source.line_of(span.start as usize)).contains(name);
        let named = tallymark_sync::names_in(plan, id).into_iter().filter(names_plan);
        locations.extend(named.map(|span| Location {
            uri: other.uri.clone(),
            range: position::range(&plan.source, span, session.encoding),
        }));
    }
    locations
}
