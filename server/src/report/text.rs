//! For people: each finding with the lines it is about, and one line about all of it.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use tallymark_sync::{Place, Severity};

use super::excerpt::excerpt;
use super::{Checked, Report, SEVERITIES, Summary, counted};
use crate::output::{ACTIVE, BAD, FAINT, GOOD, STRONG, WARNING, harmless};

/// The format.
pub struct Text {
    renderer: Renderer,
    colour: bool,
}

impl Text {
    /// `width`: the columns that lines are cut to.
    pub fn new(colour: bool, terminal: bool, width: usize) -> Self {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let decor = if terminal { DecorStyle::Unicode } else { DecorStyle::Ascii };
        Self { renderer: renderer.decor_style(decor).term_width(width), colour }
    }

    fn styled(&self, style: anstyle::Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

impl Report for Text {
    fn plan(&self, checked: &Checked<'_>) -> String {
        let mut text = String::new();
        for (finding, fixes) in checked.fixes() {
            let level = level(finding.severity);
            let mut group = level
                .primary_title(finding.message.as_str())
                .id(finding.code)
                .elements(elements(checked, finding.place, AnnotationKind::Primary, None));
            for related in &finding.related {
                let label = Some(related.message.as_str());
                group = group.elements(elements(checked, related.place, AnnotationKind::Context, label));
            }
            for fix in fixes {
                let level = if fix.safe { Level::HELP.with_name("fix") } else { Level::HELP };
                group = group.element(level.message(fix.title));
            }
            text.push_str(&self.renderer.render(&[group]));
            text.push_str("\n\n");
        }
        text
    }

    fn tail(&self, summary: &Summary) -> String {
        let mut text = String::new();
        for problem in &summary.problems {
            let place = problem.position.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
            let error = self.styled(BAD.bold(), "error");
            let name = harmless(&problem.name.shown);
            text.push_str(&format!(
                "{error}{} {name}{place}: {}\n",
                self.styled(STRONG, ":"),
                harmless(&problem.message)
            ));
        }
        if !summary.problems.is_empty() {
            text.push('\n');
        }
        let mut parts = vec![
            counted(summary.plans, "plan", "plans"),
            counted(summary.tasks, "task", "tasks"),
            counted(summary.criteria, "criterion", "criteria"),
        ];
        let mut findings = Vec::new();
        for severity in SEVERITIES {
            let count = summary.count(severity);
            if count > 0 {
                let (one, many) = words(severity);
                findings.push(self.styled(style(severity), &counted(count, one, many)));
            }
        }
        parts.push(if findings.is_empty() { self.styled(GOOD, "no findings") } else { findings.join(", ") });
        parts.push(self.styled(STRONG, &summary.progress.to_string()));
        text.push_str(&parts.join(&self.styled(FAINT, " · ")));
        text.push('\n');
        if summary.fixed > 0 {
            text.push_str(&format!("{} fixed\n", counted(summary.fixed, "finding", "findings")));
        }
        if summary.would_fix > 0 {
            text.push_str(&format!("{} would be fixed\n", counted(summary.would_fix, "finding", "findings")));
        }
        if let Some(baseline) = &summary.baseline {
            let file = harmless(&baseline.file);
            text.push_str(&format!("{} hidden by {file}\n", counted(baseline.hidden, "finding", "findings")));
            if !baseline.obsolete.is_empty() {
                let entries = counted(baseline.obsolete.len(), "entry", "entries");
                text.push_str(&format!("{entries} of it obsolete; --write-baseline leaves them out:\n"));
            }
            for entry in &baseline.obsolete {
                text.push_str(&format!("  {}\n", harmless(entry)));
            }
        }
        if summary.fixable > 0 {
            text.push_str(&self.styled(FAINT, &format!("{} can be fixed with --fix\n", summary.fixable)));
        }
        text
    }
}

/// The line of a place with the place marked in it; only where it is, if the line cannot be shown.
fn elements<'a>(
    checked: &'a Checked<'_>,
    place: Place,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Vec<Element<'a>> {
    let (name, source, span) = checked.file(place);
    let Some(source) = source else {
        return alone(Origin::path(name.shown.as_str()), label);
    };
    let excerpt = excerpt(source, span);
    match excerpt.text {
        Some(text) => {
            let annotation = kind.span(excerpt.part).label(label);
            let snippet = Snippet::source(text).line_start(excerpt.line).path(name.shown.as_str());
            vec![snippet.annotation(annotation).into()]
        }
        None => {
            alone(Origin::path(name.shown.as_str()).line(excerpt.line).char_column(excerpt.column), label)
        }
    }
}

fn alone<'a>(origin: Origin<'a>, label: Option<&'a str>) -> Vec<Element<'a>> {
    let mut elements = vec![origin.into()];
    elements.extend(label.map(|label| Level::NOTE.message(label).into()));
    elements
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARNING,
        Severity::Information => ACTIVE,
        Severity::Hint => FAINT,
    }
}

fn words(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "errors"),
        Severity::Warning => ("warning", "warnings"),
        Severity::Information => ("info", "infos"),
        Severity::Hint => ("hint", "hints"),
    }
}
