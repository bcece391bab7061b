//! Findings of one file, as an editor shows them.

use std::cmp::Reverse;

use tallymark_sync::{Analysis, File, Related, Severity};
use tallymark_text::Span;

/// How many findings an editor is given for one file; `tallymark check` shows all.
pub const MOST_DIAGNOSTICS: usize = 500;

/// A finding in one of the two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where, in the file that was asked for.
    pub span: Span,
    /// How much it matters.
    pub severity: Severity,
    /// The rule's code, whose page [`page_url`] gives; `None` for the line that says how many more there are.
    pub code: Option<&'static str>,
    /// What disagrees, and with what; plain text.
    pub message: String,
    /// The other places.
    pub related: Vec<Related>,
    /// The finding it shows: index into [`Analysis::findings`].
    pub finding: Option<usize>,
}

/// The findings of `file`, the most severe first, those of one severity by place. Beyond [`MOST_DIAGNOSTICS`] the last
/// says how many more there are and how to list them.
pub fn diagnostics(analysis: &Analysis, file: File) -> Vec<Diagnostic> {
    let mut findings: Vec<usize> =
        (0..analysis.findings.len()).filter(|&index| analysis.findings[index].place.file == file).collect();
    // Stable: the findings come by place.
    findings.sort_by_key(|&index| Reverse(analysis.findings[index].severity));
    let left = findings.len().saturating_sub(MOST_DIAGNOSTICS);
    let shown = if left > 0 { MOST_DIAGNOSTICS - 1 } else { findings.len() };
    let mut diagnostics: Vec<Diagnostic> =
        findings[..shown].iter().map(|&index| diagnostic(analysis, index)).collect();
    if left > 0 {
        diagnostics.push(how_many_more(analysis, file, findings.len() - shown));
    }
    diagnostics
}

/// The address of a rule's page.
pub fn page_url(code: &str) -> String {
    format!("{}/blob/main/docs/rules/{code}.md", env!("CARGO_PKG_REPOSITORY"))
}

fn diagnostic(analysis: &Analysis, index: usize) -> Diagnostic {
    let finding = &analysis.findings[index];
    Diagnostic {
        span: finding.place.span,
        severity: finding.severity,
        code: Some(finding.code),
        message: finding.message.clone(),
        related: finding.related.clone(),
        finding: Some(index),
    }
}

/// The last line of a list that was cut.
fn how_many_more(analysis: &Analysis, file: File, more: usize) -> Diagnostic {
    let source = match (file, &analysis.joined.status_file) {
        (File::Status, Some(status)) => &status.source,
        _ => &analysis.joined.plan.source,
    };
    let path = &analysis.facts.plan_path;
    Diagnostic {
        span: source.line_span(0),
        severity: Severity::Information,
        code: None,
        message: format!("{more} more findings are not shown here. `tallymark check {path}` lists all."),
        related: Vec::new(),
        finding: None,
    }
}
