//! GitHub's workflow commands: findings become annotations of a pull request.

use tallymark_sync::Severity;
use tallymark_text::Encoding;

use super::percent::{command_property, command_text};
use super::{Checked, Report, Summary, counted, rule_name};

/// The format.
pub struct Github;

impl Report for Github {
    fn plan(&self, checked: &Checked<'_>) -> String {
        let mut text = String::new();
        for finding in &checked.analysis.findings {
            let (start, end) = checked.range(finding.place, Encoding::Utf32);
            let (name, ..) = checked.file(finding.place);
            let mut message = finding.message.clone();
            for related in &finding.related {
                let (at, _) = checked.range(related.place, Encoding::Utf32);
                let (name, ..) = checked.file(related.place);
                message.push_str(&format!("\n{}:{}: {}", name.shown, at.line + 1, related.message));
            }
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Information | Severity::Hint => "notice",
            };
            // An end column is understood only on the line where it starts.
            let end_column = if end.line == start.line && end.column > start.column {
                format!(",endColumn={}", end.column + 1)
            } else {
                String::new()
            };
            text.push_str(&format!(
                "::{level} file={},line={},endLine={},col={}{end_column},title={}::{}\n",
                command_property(&name.shown),
                start.line + 1,
                end.line + 1,
                start.column + 1,
                command_property(&format!("{} {}", finding.code, rule_name(finding.code))),
                command_text(&message),
            ));
        }
        text
    }

    fn tail(&self, summary: &Summary) -> String {
        let mut text = String::new();
        for problem in &summary.problems {
            let place =
                problem.position.map_or(String::new(), |(line, column)| format!(",line={line},col={column}"));
            let file = command_property(&problem.name.shown);
            text.push_str(&format!("::error file={file}{place}::{}\n", command_text(&problem.message)));
        }
        let findings: usize = summary.findings.iter().sum();
        text.push_str(&format!(
            "{}, {}, {}, {}\n",
            counted(summary.plans, "plan", "plans"),
            counted(summary.tasks, "task", "tasks"),
            counted(findings, "finding", "findings"),
            summary.progress
        ));
        text
    }
}
