//! `tallymark dialect`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use serde::Serialize;
use tallymark_plan::{LineKind, Meaning, Plan, Verdict};
use tallymark_workspace::load;

use crate::exit::{Exit, Failure};
use crate::judgement::{Judgement, judge, meaning_word};
use crate::output::{ACTIVE, BAD, FAINT, GOOD, Output, STRONG, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// Tell which dialect a file is written in, why, and what each of its lines was taken for
///
/// Lines of plain prose are left out. `tallymark explain FILE:LINE` tells all of one line.
#[derive(Args)]
pub struct Dialect {
    /// The file
    file: PathBuf,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Object<'a> {
    schema_version: u32,
    /// Absent means `null`: the file is no plan.
    dialect: Option<&'static str>,
    why: &'static str,
    lines: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    line: usize,
    kind: &'static str,
    id: Option<String>,
    mark: Option<&'a str>,
    rule: String,
}

impl Dialect {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let path = session.absolute(&self.file);
        let workspace = session.workspace(session.root_of(&path));
        session.warn_of_settings(&workspace);
        let loaded =
            load(&workspace.root, &path, &workspace.settings, Some(session.now)).map_err(|error| {
                Failure::could_not(format!("{} {}", session.shown(&error.path), error.message))
            })?;
        let plan = &*loaded.analysis.joined.plan;
        let judgements = (0..plan.source.line_count()).map(|line| judge(plan, line));
        let text = if self.json {
            json(plan, judgements)
        } else {
            let shown = harmless(&session.shown(&path));
            text(&session.output, plan, &shown, judgements)
        };
        session.output.text(&text);
        Ok(Exit::Done)
    }
}

fn json<'p>(plan: &'p Plan, judgements: impl Iterator<Item = Judgement<'p>>) -> String {
    let (dialect, why) = match plan.verdict {
        Verdict::Plan(why) => (Some(plan.dialect.name()), why),
        Verdict::NotAPlan(why) => (None, why),
    };
    let lines = judgements.filter_map(|judgement| {
        Some(Row {
            line: judgement.line + 1,
            kind: judgement.kind?,
            id: judgement.id,
            mark: judgement.mark.map(|(mark, _)| mark),
            rule: judgement.rule,
        })
    });
    json_text(&Object { schema_version: SCHEMA_VERSION, dialect, why, lines: lines.collect() }) + "\n"
}

/// How wide the column of kinds is: as wide as `criterion`.
const KIND_WIDTH: usize = 9;

/// A line of the table.
struct Shown {
    /// The last of the lines that are the same, from zero.
    last: usize,
    /// The first of them.
    first: usize,
    judged: LineKind,
    kind: &'static str,
    id: String,
    mark: String,
    style: Style,
    words: String,
    rule: String,
}

fn text<'p>(
    output: &Output,
    plan: &'p Plan,
    shown: &str,
    judgements: impl Iterator<Item = Judgement<'p>>,
) -> String {
    let mut text = match plan.verdict {
        Verdict::Plan(why) => {
            format!("{} is a plan ({}): {why}.\n", output.styled(STRONG, shown), plan.dialect.name())
        }
        Verdict::NotAPlan(why) => format!(
            "{} is not taken for a plan: {why}.\nRead as a plain list, its lines would be:\n",
            output.styled(STRONG, shown)
        ),
    };
    let rows = rows(plan, judgements);
    if rows.is_empty() {
        return text;
    }
    let widest = |of: fn(&Shown) -> &str, most: usize| {
        rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0).min(most)
    };
    let (ids, marks) = (widest(|row| &row.id, 14), widest(|row| &row.mark, 16));
    let numbers: Vec<String> = rows.iter().map(numbers).collect();
    let number_width = numbers.iter().map(|number| number.chars().count()).max().unwrap_or(0);
    let left = number_width + 2 + KIND_WIDTH + 2 + ids + 2 + marks + 2;
    let room = output.width().saturating_sub(left).max(40);
    // The words give way to the reasons, but not by more than half.
    let reasons = widest(|row| &row.rule, room / 2);
    let words = widest(|row| &row.words, room - reasons - 2);
    text.push('\n');
    for (row, number) in rows.iter().zip(numbers) {
        _ = write!(
            text,
            "{}  {}  {}  {}  {}  {}",
            output.styled(FAINT, &pad(&number, number_width, true)),
            output.styled(style_of(row.kind), &pad(row.kind, KIND_WIDTH, false)),
            pad(&row.id, ids, false),
            output.styled(row.style, &pad(&row.mark, marks, false)),
            pad(&row.words, words, false),
            output.styled(FAINT, &cut(&row.rule, room - words - 2)),
        );
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    _ = writeln!(text, "\n{}", counts(plan));
    text
}

/// The rows; lines in a row that are the same, such as those of a code block, are one.
fn rows<'p>(plan: &'p Plan, judgements: impl Iterator<Item = Judgement<'p>>) -> Vec<Shown> {
    let mut rows: Vec<Shown> = Vec::new();
    for judgement in judgements {
        let blank = judgement.judged == LineKind::Blank;
        let Some(kind) = judgement.kind else { continue };
        if let (LineKind::Ignored(_), Some(last)) = (judgement.judged, rows.last_mut())
            && last.judged == judgement.judged
            && (blank || (last.last + 1..judgement.line).all(|line| plan.source.line(line).trim().is_empty()))
        {
            last.last = judgement.line;
            last.words.clear();
            continue;
        }
        let (mark, style) = judgement.mark.map_or((String::new(), Style::new()), |(mark, meaning)| {
            let mark = harmless(mark);
            // A word or a sign stands for itself.
            let boxed = if mark.chars().count() <= 1 && mark.is_ascii() { format!("[{mark}]") } else { mark };
            let meant = meaning_word(meaning);
            let said = if boxed.eq_ignore_ascii_case(meant) { boxed } else { format!("{boxed} {meant}") };
            (said, style_of_meaning(meaning))
        });
        rows.push(Shown {
            first: judgement.line,
            last: judgement.line,
            judged: judgement.judged,
            kind,
            id: harmless(&judgement.id.unwrap_or_default()),
            mark,
            style,
            words: harmless(words(plan, judgement.judged, judgement.line)),
            rule: judgement.rule,
        });
    }
    rows
}

/// What is shown of a line beside its id and mark.
fn words(plan: &Plan, judged: LineKind, line: usize) -> &str {
    match judged {
        LineKind::Task(task) => plan.title(task),
        LineKind::Criterion(index) => plan.slice(plan.criteria[index].title),
        LineKind::Phase(phase) => plan.slice(plan.phases[phase.get()].title),
        _ => plan.source.line(line).trim(),
    }
}

/// `12`, or `12–19`.
fn numbers(row: &Shown) -> String {
    if row.first == row.last {
        (row.first + 1).to_string()
    } else {
        format!("{}–{}", row.first + 1, row.last + 1)
    }
}

/// A text of at most `width` characters.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text in a column of that width: filled with blanks, or cut.
fn pad(text: &str, width: usize, right: bool) -> String {
    let text = cut(text, width);
    if right { format!("{text:>width$}") } else { format!("{text:<width$}") }
}

/// `2 phases · 7 tasks · 3 criteria · 1 finding`
fn counts(plan: &Plan) -> String {
    let count =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    [
        count(plan.phases.len(), "phase", "phases"),
        count(plan.tasks.len(), "task", "tasks"),
        count(plan.criteria.len(), "criterion", "criteria"),
        count(plan.problems.len(), "finding", "findings"),
    ]
    .join(" · ")
}

fn style_of(kind: &str) -> Style {
    match kind {
        "task" => ACTIVE,
        "criterion" => GOOD,
        "phase" => STRONG,
        "claim" => WARNING,
        "finding" => BAD,
        _ => FAINT,
    }
}

fn style_of_meaning(meaning: Meaning) -> Style {
    match meaning {
        Meaning::Done => GOOD,
        Meaning::InProgress => ACTIVE,
        Meaning::Failed | Meaning::Unknown => BAD,
        Meaning::Blocked => WARNING,
        Meaning::Open | Meaning::Queued | Meaning::Skipped | Meaning::Cancelled => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, pad};

    #[test]
    fn columns_are_of_one_width() {
        assert_eq!(pad("é", 3, false), "é  ");
        assert_eq!(pad("7", 3, true), "  7");
        assert_eq!(pad("seven lines", 7, false), "seven… ");
        assert_eq!(cut("ééé", 2), "é…");
    }
}
