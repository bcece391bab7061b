//! Paths in a plan and its status.json that lead to files: the output folder, findings, requirements, the files that tasks name.
//!
//! Markdown's own links are left to the editor, which follows them in every markdown file. Whether a file is there is not known
//! here: a link is a path with the folders it may begin at, and whoever reads the disk drops those that lead nowhere.

use tallymark_plan::Dialect;
use tallymark_sync::{Analysis, File};
use tallymark_text::Span;

use crate::words::one_line;

/// How many links of a file are given at the most.
pub const MOST_LINKS: usize = 1000;

/// A path that leads to a file or folder, if it is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLink {
    /// The words that are the link.
    pub span: Span,
    /// The path, with `/`.
    pub path: String,
    /// Where it may begin, best first.
    pub from: &'static [Base],
    /// What is behind it.
    pub tooltip: String,
}

/// Where a path may begin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Base {
    /// At the root of the workspace.
    Root,
    /// At the plan's folder.
    Plan,
    /// At the folder of status.json, where findings lie.
    Output,
}

const ANYWHERE: &[Base] = &[Base::Root, Base::Plan, Base::Output];

/// The links of one of the two files, in document order.
pub fn file_links(analysis: &Analysis, file: File) -> Vec<FileLink> {
    if !analysis.joined.plan.is_plan() {
        return Vec::new();
    }
    let mut links = match file {
        File::Plan => plan_links(analysis),
        File::Status => status_links(analysis),
    };
    links.sort_by_key(|link| link.span);
    links.truncate(MOST_LINKS);
    links
}

fn plan_links(analysis: &Analysis) -> Vec<FileLink> {
    let plan = &*analysis.joined.plan;
    let mut links = Vec::new();
    if let Some(output) = plan.output {
        let path = plan.slice(output).to_owned();
        let tooltip = "Output folder".to_owned();
        links.push(FileLink { span: output, path, from: &[Base::Root, Base::Plan], tooltip });
    }
    let mut ignored = plan.ignored.iter().peekable();
    for line in 0..plan.source.line_count() {
        let span = plan.source.line_span(line);
        while ignored.next_if(|ignored| ignored.span.end <= span.start).is_some() {}
        let is_shut = ignored.peek().is_some_and(|ignored| ignored.span.meets(span)) || span.is_empty();
        if is_shut || plan.output.is_some_and(|output| output.meets(span)) {
            continue;
        }
        for path in tallymark_sync::rules::files_named_in(plan, span) {
            if links.len() > MOST_LINKS {
                return links;
            }
            let text = plan.slice(path).to_owned();
            // What stands in a link already is one.
            let before = &plan.source.text()[span.start as usize..path.start as usize];
            if !before.trim_end_matches('`').ends_with(['[', '(', '<']) {
                let tooltip = format!("Open {}", one_line(&text, 80));
                links.push(FileLink { span: path, path: text, from: ANYWHERE, tooltip });
            }
        }
        if plan.dialect == Dialect::Kiro {
            links.extend(requirements(plan.slice(span), span));
        }
    }
    links
}

/// Kiro's `_Requirements: 1.1, 2.3_`: numbers of the requirements.md beside the plan.
fn requirements(line: &str, span: Span) -> Option<FileLink> {
    const WORD: &str = "Requirements:";
    let word = line.find(WORD)?;
    let behind = &line[word + WORD.len()..];
    let numbers = behind.trim_end_matches(['_', '*', ' ', '.']);
    let lead = numbers.len() - numbers.trim_start_matches([' ', '*', '_']).len();
    if !numbers.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let start = span.start as usize + word + WORD.len();
    Some(FileLink {
        span: Span::new(start + lead, start + numbers.len()),
        path: "requirements.md".to_owned(),
        from: &[Base::Plan],
        tooltip: format!("Requirements {}", one_line(&numbers[lead..], 60)),
    })
}

fn status_links(analysis: &Analysis) -> Vec<FileLink> {
    let Some(status) = analysis.joined.status() else { return Vec::new() };
    let mut links = Vec::new();
    // Without the quotes.
    let inner =
        |span: Span| Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1) };
    if let Some(path) = &status.plan_path {
        let text = status.str(path).replace('\\', "/");
        let from = &[Base::Root, Base::Output][..];
        links.push(FileLink {
            span: inner(path.span),
            path: text,
            from,
            tooltip: "Open the plan".to_owned(),
        });
    }
    for (index, entry) in status.entries() {
        let Some(path) = entry.findings_path.as_ref().filter(|path| path.span.len() > 2) else { continue };
        let text = status.str(path).replace('\\', "/");
        let tooltip = format!("Findings of {}", one_line(status.id(index), 40));
        links.push(FileLink {
            span: inner(path.span),
            path: text,
            from: &[Base::Output, Base::Root],
            tooltip,
        });
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn told(text: &str, file: File) -> Vec<String> {
        let fixture = Fixture::new(text);
        let joined = &fixture.analysis.joined;
        let source = match file {
            File::Plan => &joined.plan.source,
            File::Status => &joined.status().expect("there is one").source,
        };
        file_links(&fixture.analysis, file)
            .iter()
            .map(|link| {
                format!("{} → {} {:?} ({})", source.slice(link.span), link.path, link.from, link.tooltip)
            })
            .collect()
    }

    #[test]
    fn a_plan_leads_to_its_output_and_to_what_its_lines_name() {
        let text = "# A\n\n**Output:** `docs/plan-outputs/a/`\n\nSee `docs/design.md`, [this](docs/other.md) and findings/1-1.md.\n\n\
                    ## Phase 1: B\n\n- [ ] 1.1 Mend `src/main.rs:12`\n\n```\nsrc/code.rs\n```\n";
        assert_eq!(
            told(text, File::Plan),
            [
                "docs/plan-outputs/a/ → docs/plan-outputs/a/ [Root, Plan] (Output folder)",
                "docs/design.md → docs/design.md [Root, Plan, Output] (Open docs/design.md)",
                "findings/1-1.md → findings/1-1.md [Root, Plan, Output] (Open findings/1-1.md)",
                "src/main.rs → src/main.rs [Root, Plan, Output] (Open src/main.rs)",
            ]
        );
    }

    #[test]
    fn kiros_requirements_lie_beside_the_plan() {
        let text = "//- .kiro/specs/login/tasks.md\n# Implementation Plan\n\n- [ ] 1. Log in\n  - Ask for a name\n  - _Requirements: 1.1, 2.3_\n";
        assert_eq!(told(text, File::Plan), ["1.1, 2.3 → requirements.md [Plan] (Requirements 1.1, 2.3)"]);
    }

    #[test]
    fn status_json_leads_to_the_plan_and_to_findings() {
        let text = BILLING.replace(
            "\"description\": \"Print\",",
            "\"description\": \"Print\", \"findingsPath\": \"findings/2-4.md\",",
        );
        assert_eq!(
            told(&text, File::Status),
            [
                "docs/plans/billing.md → docs/plans/billing.md [Root, Output] (Open the plan)",
                "findings/2-4.md → findings/2-4.md [Output, Root] (Findings of 2.4)",
            ]
        );
    }
}
