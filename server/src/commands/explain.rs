//! `tallymark explain`.

mod line;

use std::path::Path;

use clap::Args;
use serde::Serialize;
use tallymark_sync::{Rule, rules};

use super::check::unknown_rule;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::{SCHEMA_VERSION, rule_url};
use crate::session::Session;

/// Tell what a rule means, or why a line is, or is not, a task
#[derive(Args)]
pub struct Explain {
    /// A rule's code or name, or FILE:LINE; without it, all rules are listed
    subject: Option<String>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// What is explained.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Explanation {
    schema_version: u32,
    /// The rules: the one that was asked for, with its page, or all.
    rules: Vec<RuleExplained>,
    /// What was asked of a file or line, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A rule.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RuleExplained {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    summary: &'static str,
    url: String,
    /// The whole page, in markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

impl Explain {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        if self.json {
            // What is written for a program has no colour, whatever was asked for.
            session.output.colour = false;
        }
        let result = explain(session, self.subject.as_deref());
        session.answer(self.json, result, |output, told| match (&told.text, &told.rules[..]) {
            (Some(text), _) => text.clone(),
            (None, [RuleExplained { page: Some(text), url, .. }]) => {
                format!("{}\n{}\n", page(output, text), output.styled(FAINT, url))
            }
            (None, rules) => list(output, rules),
        })
    }
}

fn explain(session: &Session, subject: Option<&str>) -> Result<Explanation, Failure> {
    let of_rules = |rules| Explanation { schema_version: SCHEMA_VERSION, rules, text: None };
    let Some(subject) = subject else {
        return Ok(of_rules(rules::RULES.iter().map(|rule| explained(rule, false)).collect()));
    };
    if let Some(rule) = rules::find(subject) {
        return Ok(of_rules(vec![explained(rule, true)]));
    }
    // A Windows path has a colon too, and a file's name may: the last ones count.
    let text = match file_and_line(subject) {
        Some((file, line)) => line::explain(session, Path::new(file), line)?,
        None if session.absolute(Path::new(subject)).is_file() => {
            line::explain(session, Path::new(subject), None)?
        }
        None => return Err(unknown_rule(subject).help("a line is named FILE:LINE")),
    };
    Ok(Explanation { text: Some(text), ..of_rules(Vec::new()) })
}

fn explained(rule: &Rule, whole: bool) -> RuleExplained {
    RuleExplained {
        code: rule.code,
        name: rule.name,
        severity: rule.severity.name(),
        summary: rule.summary,
        url: rule_url(rule),
        page: whole.then_some(rule.page),
    }
}

/// `a.md:12` and `a.md:12:5` apart; the line from one.
fn file_and_line(subject: &str) -> Option<(&str, Option<usize>)> {
    let (rest, last) = subject.rsplit_once(':')?;
    let last: usize = last.parse().ok()?;
    match rest.rsplit_once(':').map(|(file, line)| (file, line.parse::<usize>())) {
        Some((file, Ok(line))) => Some((file, Some(line))),
        _ => Some((rest, Some(last))),
    }
}

/// All rules, a line each.
fn list(output: &Output, rules: &[RuleExplained]) -> String {
    let widest = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let line = |rule: &RuleExplained| {
        let code = output.styled(STRONG, rule.code);
        let severity = output.styled(FAINT, &format!("{:<11}", rule.severity));
        format!("{code}  {severity}  {:<widest$}  {}\n", rule.name, rule.summary)
    };
    rules.iter().map(line).collect()
}

/// A page as it is written, its headings strong.
fn page(output: &Output, page: &str) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in page.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let heading = line.starts_with('#') && !fenced;
        text.push_str(&if heading { output.styled(STRONG, line) } else { harmless(line) });
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::file_and_line;

    #[test]
    fn the_line_stands_behind_the_last_colon_but_for_a_column() {
        assert_eq!(file_and_line("a.md:12"), Some(("a.md", Some(12))));
        assert_eq!(file_and_line("a b:c.md:12:5"), Some(("a b:c.md", Some(12))));
        assert_eq!(file_and_line("C:\\a.md:7"), Some(("C:\\a.md", Some(7))));
        assert_eq!(file_and_line("TM103"), None);
        assert_eq!(file_and_line("a:b"), None);
    }
}
