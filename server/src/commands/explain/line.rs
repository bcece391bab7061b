//! What a line of a file is, and why.

use std::path::Path;

use tallymark_plan::{Criterion, IgnoredWhy, Phase, Plan, ProblemKind, TaskIndex, Verdict, WhyNot};
use tallymark_sync::{Analysis, MatchKind};
use tallymark_workspace::{SETTINGS_FILE, load, relative};

use crate::exit::{Exit, Failure};
use crate::output::{FAINT, STRONG, harmless};
use crate::session::Session;

/// Tells what a line (from one) is; without one, what the file is.
pub fn explain(session: &mut Session, file: &Path, line: Option<usize>) -> Result<Exit, Failure> {
    let path = session.absolute(file);
    let workspace = session.workspace(session.root_of(&path));
    session.warn_of_settings(&workspace);
    let loaded = load(&workspace.root, &path, &workspace.settings, Some(session.now))
        .map_err(|error| Failure::could_not(format!("{} {}", session.shown(&error.path), error.message)))?;
    let analysis = &loaded.analysis;
    let plan = &*analysis.joined.plan;
    let mut told: Vec<String> = Vec::new();
    if let Some(line) = line {
        let count = plan.source.line_count();
        if line == 0 || line > count {
            let shown = session.shown(&path);
            return Err(Failure::could_not(format!(
                "{shown} has {count} lines, and none with number {line}"
            )));
        }
        let number = session.output.styled(FAINT, &format!("{line} |"));
        told.push(format!("{number} {}", harmless(plan.source.line(line - 1))));
        told.push(String::new());
        told.extend(line_words(analysis, line - 1));
    }
    let shown = session.output.styled(STRONG, &harmless(&session.shown(&path)));
    match plan.verdict {
        Verdict::Plan(why) => {
            told.push(format!("{shown} is a plan ({}): {why}.", plan.dialect.name()));
            let exists = if loaded.located.exists { "" } else { ", which is not there" };
            told.push(format!(
                "Its status.json is {}{exists}.",
                harmless(&session.shown(&loaded.located.path))
            ));
        }
        Verdict::NotAPlan(why) => {
            told.push(format!("{shown} is not taken for a plan: {why}. Nothing is reported in it."));
            told.push(format!("If it is one, say so in {SETTINGS_FILE}:"));
            told.push(String::new());
            told.push("  [[dialect]]".to_owned());
            told.push(format!("  glob = \"{}\"", harmless(&relative(&workspace.root, &path))));
            told.push("  name = \"plain\"".to_owned());
        }
    }
    session.output.text(&(told.join("\n") + "\n"));
    Ok(Exit::Done)
}

/// What a line (from zero) is, in sentences.
fn line_words(analysis: &Analysis, line: usize) -> Vec<String> {
    let plan = &*analysis.joined.plan;
    let span = plan.source.line_span(line);
    let mut told = Vec::new();
    if let Some(task) = plan.task_at_line(span.start as usize) {
        told.extend(task_words(analysis, task));
    } else if let Some(criterion) = plan.criteria.iter().find(|criterion| span.meets(criterion.line)) {
        told.extend(criterion_words(plan, criterion));
    } else if let Some(phase) = plan.phases.iter().find(|phase| span.meets(phase.heading)) {
        told.push(phase_words(analysis, phase));
    }
    for problem in plan.problems.iter().filter(|problem| span.meets(problem.span)) {
        told.push(problem_words(problem.kind));
    }
    if told.is_empty() {
        told.push(match plan.ignored.iter().find(|ignored| ignored.span.meets(span)) {
            Some(ignored) => ignored_words(ignored.why).to_owned(),
            None => "This line is text: it has no box, and no heading that stands for a task.".to_owned(),
        });
    }
    for finding in analysis
        .findings
        .iter()
        .filter(|finding| finding.place.file == tallymark_sync::File::Plan && finding.place.span.meets(span))
    {
        told.push(format!("{} {}: {}", finding.severity.name(), finding.code, harmless(&finding.message)));
    }
    told.push(String::new());
    told
}

fn task_words(analysis: &Analysis, index: TaskIndex) -> Vec<String> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    let task = plan.task(index);
    let mut told = vec![match plan.id(index) {
        Some(id) => format!("This is task {}: {}", harmless(id), harmless(plan.title(index))),
        None => format!("This is a task without an id: {}", harmless(plan.title(index))),
    }];
    let key = plan.key(index);
    if plan.id(index) != Some(key) {
        told.push(format!("Commands know it as {}.", harmless(key)));
    }
    if let Some(parent) = task.parent {
        told.push(format!("It is part of {}.", harmless(plan.name(parent))));
    }
    if let Some(phase) = plan.phase_title(index) {
        told.push(format!("It stands in {}.", harmless(phase)));
    }
    told.push(match joined.status() {
        None => format!("There is no status.json to read: its mark says {}.", joined.state(index).label()),
        Some(status) => match joined.matches[index.get()] {
            None => {
                format!("status.json has no entry for it: its mark says {}.", joined.state(index).label())
            }
            Some(found) => format!(
                "status.json has it as {} ({}), and says \"{}\".",
                harmless(status.id(found.entry)),
                match_words(found.kind),
                harmless(status.word(found.entry))
            ),
        },
    });
    told
}

fn match_words(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::IdAndText => "id and text agree",
        MatchKind::EmbeddedId => "its id stands in the description",
        MatchKind::Text => "the text agrees",
        MatchKind::Id => "the id agrees; it has no text",
        MatchKind::IdAndCloseText => "the id agrees, the text nearly",
        MatchKind::CloseText => "the text agrees nearly",
        MatchKind::IdOnly => "only the id agrees",
    }
}

fn criterion_words(plan: &Plan, criterion: &Criterion) -> Vec<String> {
    let phase = criterion.phase.map(|phase| plan.slice(plan.phases[phase.get()].title));
    let of = phase.map_or(String::new(), |phase| format!(" of {}", harmless(phase)));
    vec![
        format!("This is a criterion{of}: a box that verifies."),
        "It is counted apart from the tasks, and has no entry in status.json.".to_owned(),
    ]
}

fn phase_words(analysis: &Analysis, phase: &Phase) -> String {
    let plan = &*analysis.joined.plan;
    let at = plan.phases.iter().position(|other| other.heading == phase.heading);
    let progress = at.and_then(|at| analysis.joined.phases.get(at)).copied().unwrap_or_default();
    format!("This is a phase: {}, {progress}.", harmless(plan.slice(phase.title)))
}

fn problem_words(kind: ProblemKind) -> String {
    match kind {
        ProblemKind::NotATask(why) => format!("This looks like a task, and is none: {}.", why_not_words(why)),
        ProblemKind::UnclosedFence { swallowed } => {
            format!("A code block begins here and is never closed; it hides {}.", lines(swallowed))
        }
        ProblemKind::UnclosedComment { swallowed } => {
            format!("A comment begins here and is never closed; it hides {}.", lines(swallowed))
        }
        ProblemKind::TooDeep => "This is nested deeper than is read.".to_owned(),
    }
}

fn lines(count: u32) -> String {
    if count == 1 {
        "1 line that looks like a task".to_owned()
    } else {
        format!("{count} lines that look like tasks")
    }
}

fn why_not_words(why: WhyNot) -> &'static str {
    match why {
        WhyNot::NoBlankAfterBullet => "there is no blank between the bullet and the box",
        WhyNot::NoBlankAfterBox => "there is no blank behind the box",
        WhyNot::EmptyBox => "the box has nothing in it, not even a blank",
        WhyNot::BlankInBox => "there is a blank too many in the box",
        WhyNot::OddBlank => "it has a blank that is no space (a tab, a no-break space)",
        WhyNot::InsideHtml => "it stands inside HTML",
        WhyNot::NoBullet => "there is no bullet before the box",
        WhyNot::IndentedCode => "it is indented so far that markdown reads it as code",
        WhyNot::NoText => "there is nothing behind the box",
        WhyNot::NotAnItem => "the box does not begin a list item",
    }
}

fn ignored_words(why: IgnoredWhy) -> &'static str {
    match why {
        IgnoredWhy::Code => "This line is in a code block: boxes in code do not count.",
        IgnoredWhy::Comment => "This line is in a comment: boxes in comments do not count.",
        IgnoredWhy::Quote => "This line is in a quote: boxes in quotes do not count.",
        IgnoredWhy::FrontMatter => "This line is in the front matter.",
        IgnoredWhy::Legend => "This line is in a legend that explains the marks: it is no task.",
        IgnoredWhy::Repetition => "This line repeats a task that stands elsewhere: it is not counted twice.",
    }
}
