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
    /// The rule's code, whose page [`page_url`](tallymark_sync::rules::page_url) gives; `None` for the line that says how many more there are.
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn shown(fixture: &Fixture, file: File) -> String {
        let mut shown = String::new();
        for diagnostic in diagnostics(&fixture.analysis, file) {
            let line = match file {
                File::Plan => fixture.line(diagnostic.span.start),
                File::Status => fixture.status_line(diagnostic.span.start),
            };
            let code = diagnostic.code.unwrap_or("-");
            shown.push_str(&format!(
                "{} {code} {}\n   {line}\n",
                diagnostic.severity.name(),
                diagnostic.message
            ));
            for related in &diagnostic.related {
                let line = match related.place.file {
                    File::Plan => fixture.line(related.place.span.start),
                    File::Status => fixture.status_line(related.place.span.start),
                };
                shown.push_str(&format!("   + {}: {line}\n", related.message));
            }
        }
        shown
    }

    #[test]
    fn each_file_gets_its_own_findings_with_the_places_in_the_other() {
        let text = BILLING.replace("[ ] 1.3", "[x] 1.3");
        let fixture = Fixture::new(&text);
        let plan = shown(&fixture, File::Plan);
        assert!(plan.contains("TM103"), "{plan}");
        let both = diagnostics(&fixture.analysis, File::Plan).len()
            + diagnostics(&fixture.analysis, File::Status).len();
        assert_eq!(both, fixture.analysis.findings.len());
    }

    #[test]
    fn the_most_severe_come_first_and_those_of_one_severity_by_place() {
        let fixture = Fixture::new(BILLING);
        for file in [File::Plan, File::Status] {
            let order: Vec<_> = diagnostics(&fixture.analysis, file)
                .into_iter()
                .map(|diagnostic| (Reverse(diagnostic.severity), diagnostic.span))
                .collect();
            assert!(order.is_sorted(), "{order:?}");
        }
    }

    #[test]
    fn a_finding_leads_back_to_itself() {
        let fixture = Fixture::new(BILLING);
        for diagnostic in diagnostics(&fixture.analysis, File::Plan) {
            let finding = &fixture.analysis.findings[diagnostic.finding.expect("it shows one")];
            assert_eq!((Some(finding.code), &finding.message), (diagnostic.code, &diagnostic.message));
        }
    }

    #[test]
    fn beyond_the_most_the_last_says_how_many_more_and_how_to_list_them() {
        let mut fixture = Fixture::new(&BILLING.replace("[ ] 1.3", "[x] 1.3"));
        let finding = fixture.analysis.findings[0].clone();
        fixture.analysis.findings = vec![finding; MOST_DIAGNOSTICS];
        assert_eq!(diagnostics(&fixture.analysis, File::Plan).len(), MOST_DIAGNOSTICS);
        assert!(
            diagnostics(&fixture.analysis, File::Plan).iter().all(|diagnostic| diagnostic.code.is_some())
        );
        let finding = fixture.analysis.findings[0].clone();
        fixture.analysis.findings = vec![finding; MOST_DIAGNOSTICS + 13];
        let shown = diagnostics(&fixture.analysis, File::Plan);
        assert_eq!(shown.len(), MOST_DIAGNOSTICS);
        assert_snapshot!(shown[MOST_DIAGNOSTICS - 1].message, @"14 more findings are not shown here. `tallymark check docs/plans/billing.md` lists all.");
    }
}
