//! Findings.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use tallymark_sync::{Analysis, File, Severity, rules};
use tallymark_text::{Encoding, Source};
use tower_lsp::ls_types::*;

use super::position;
use crate::roots::Root;
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The source of our diagnostics, as clients show it.
pub(crate) const SOURCE: &str = "tallymark";

/// The findings in one of the two files of a snapshot.
pub(crate) fn diagnostics(snapshot: &Snapshot, file: File, session: &Session) -> Vec<Diagnostic> {
    let Some(source) = source(&snapshot.analysis, file) else { return Vec::new() };
    tallymark_ide::diagnostics(&snapshot.analysis, file)
        .into_iter()
        .map(|diagnostic| convert(diagnostic, source, snapshot, session))
        .collect()
}

/// The text that places in one of the two files are in.
pub(crate) fn source(analysis: &Analysis, file: File) -> Option<&Arc<Source>> {
    match file {
        File::Plan => Some(&analysis.joined.plan.source),
        File::Status => analysis.joined.status_file.as_ref().map(|status| &status.source),
    }
}

/// One finding, which lies in `source`.
pub(crate) fn convert(
    diagnostic: tallymark_ide::Diagnostic,
    source: &Source,
    snapshot: &Snapshot,
    session: &Session,
) -> Diagnostic {
    let related = session.can.related_information.then(|| related(&diagnostic.related, snapshot, session));
    let page = diagnostic.code.filter(|_| session.can.code_description).and_then(page);
    Diagnostic {
        range: position::range(source, diagnostic.span, session.encoding),
        severity: Some(severity(diagnostic.severity)),
        code: diagnostic.code.map(|code| NumberOrString::String(code.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: diagnostic.message,
        related_information: related.filter(|related| !related.is_empty()),
        tags: None,
        data: None,
    }
}

/// The address of the page of the rule with this code.
fn page(code: &'static str) -> Option<Uri> {
    static PAGES: LazyLock<HashMap<&str, Uri>> = LazyLock::new(|| {
        let codes = rules::RULES.iter().map(|rule| rule.code);
        codes.filter_map(|code| Some((code, rules::page_url(code).parse().ok()?))).collect()
    });
    PAGES.get(code).cloned()
}

fn related(
    related: &[tallymark_sync::Related],
    snapshot: &Snapshot,
    session: &Session,
) -> Vec<DiagnosticRelatedInformation> {
    let location = |place: tallymark_sync::Place| {
        let source = source(&snapshot.analysis, place.file)?;
        let uri = snapshot.uri_of(place.file)?.clone();
        Some(Location { uri, range: position::range(source, place.span, session.encoding) })
    };
    related
        .iter()
        .filter_map(|related| {
            let location = location(related.place)?;
            Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
        })
        .collect()
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// The finding of an index, as it was published.
pub(crate) fn of_finding(snapshot: &Snapshot, index: usize, session: &Session) -> Option<Diagnostic> {
    let finding = snapshot.analysis.findings.get(index)?;
    let source = source(&snapshot.analysis, finding.place.file)?;
    let diagnostic = tallymark_ide::Diagnostic {
        span: finding.place.span,
        severity: finding.severity,
        code: Some(finding.code),
        message: finding.message.clone(),
        related: finding.related.clone(),
        finding: Some(index),
    };
    Some(convert(diagnostic, source, snapshot, session))
}

/// What is wrong in a `tallymark.toml`.
pub(crate) fn settings_problems(root: &Root, encoding: Encoding) -> Vec<Diagnostic> {
    let empty = Source::new("");
    let source = root.settings.source.as_deref().unwrap_or(&empty);
    root.problems
        .iter()
        .map(|problem| Diagnostic {
            range: position::range(source, problem.span.clone().into(), encoding),
            severity: Some(DiagnosticSeverity::WARNING),
            source: Some(SOURCE.to_owned()),
            message: problem.message.clone(),
            ..Diagnostic::default()
        })
        .collect()
}
