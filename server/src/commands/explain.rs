//! `tallymark explain`.

mod line;

use std::path::Path;

use clap::Args;
use tallymark_sync::rules;

use super::check::unknown_rule;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::rule_url;
use crate::session::Session;

/// Tell what a rule means, or why a line is, or is not, a task
#[derive(Args)]
#[command(after_help = "tallymark explain TM103\ntallymark explain docs/plans/parser.md:12")]
pub struct Explain {
    /// A rule's code or name, or FILE:LINE; without it, all rules are listed
    subject: Option<String>,
}

impl Explain {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let Some(subject) = self.subject else {
            list(&mut session.output);
            return Ok(Exit::Done);
        };
        if let Some(rule) = rules::find(&subject) {
            let page = page(&session.output, rule.page);
            session.output.text(&page);
            let url = session.output.styled(FAINT, &rule_url(rule));
            session.output.text(&format!("\n{url}\n"));
            return Ok(Exit::Done);
        }
        // A Windows path has a colon too, and a file's name may: the last ones count.
        match file_and_line(&subject) {
            Some((file, line)) => line::explain(session, Path::new(file), line),
            None if session.absolute(Path::new(&subject)).is_file() => {
                line::explain(session, Path::new(&subject), None)
            }
            None => Err(unknown_rule(&subject).help("a line is named FILE:LINE")),
        }
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
fn list(output: &mut Output) {
    let widest = rules::RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    for rule in rules::RULES {
        let code = output.styled(STRONG, rule.code);
        let severity = output.styled(FAINT, &format!("{:<11}", rule.severity.name()));
        output.text(&format!("{code}  {severity}  {:<widest$}  {}\n", rule.name, rule.summary));
    }
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
