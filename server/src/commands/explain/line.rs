//! What a line of a file is, and why.

use std::path::Path;

use tallymark_plan::{Criterion, LineKind, PhaseIndex, Plan, TaskIndex, Verdict};
use tallymark_sync::{Analysis, MatchKind};
use tallymark_workspace::{SETTINGS_FILE, load, relative};

use crate::exit::Failure;
use crate::judgement::judge;
use crate::output::{FAINT, STRONG, harmless};
use crate::session::Session;

/// Tells what a line (from one) is; without one, what the file is.
pub fn explain(session: &Session, file: &Path, line: Option<usize>) -> Result<String, Failure> {
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
            let path = harmless(&session.shown(&loaded.located.path));
            let status = analysis.joined.status_file.as_deref().map(|status| status.format);
            told.push(match status.filter(|format| !format.is_ours()) {
                None => format!("Its status.json is {path}{exists}."),
                Some(format) if format.holds_states() => {
                    format!("Its state is kept by {}, in {path}, which is only read.", format.owner())
                }
                Some(format) => {
                    format!("{} keeps {path} for it, which does not say what is done.", format.owner())
                }
            });
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
    Ok(told.join("\n") + "\n")
}

/// What a line (from zero) is, in sentences.
fn line_words(analysis: &Analysis, line: usize) -> Vec<String> {
    let plan = &*analysis.joined.plan;
    let span = plan.source.line_span(line);
    let judgement = judge(plan, line);
    let mut told = match judgement.judged {
        LineKind::Task(task) => task_words(analysis, task),
        LineKind::Criterion(index) => criterion_words(plan, &plan.criteria[index]),
        LineKind::Phase(index) => vec![phase_words(analysis, index)],
        LineKind::Claim(_) => vec!["This line says how far the work is.".to_owned()],
        LineKind::Allowance(_) => vec!["This line allows findings.".to_owned()],
        // Told below, with whatever else is wrong with the line.
        LineKind::Problem(_) => Vec::new(),
        LineKind::Ignored(why) => vec![format!("Boxes do not count here: {}.", why.words())],
        LineKind::Title => vec!["This is the title.".to_owned()],
        LineKind::Output => vec!["This line names the folder of status.json.".to_owned()],
        LineKind::Dependencies(_) => vec![format!("This line says {}.", judgement.rule)],
        LineKind::Announcement => vec!["This line announces criteria: boxes below it verify.".to_owned()],
        LineKind::Heading | LineKind::Label => vec![format!("This is {}.", judgement.rule)],
        LineKind::Detail(_) | LineKind::Prose | LineKind::Blank => {
            vec!["This line is text: it has no box, and no heading that stands for a task.".to_owned()]
        }
    };
    for problem in plan.problems.iter().filter(|problem| span.meets(problem.span)) {
        told.push(format!("{}.", capital(&problem.kind.words())));
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
                let name = status.format.file_name();
                format!("{name} has no entry for it: its mark says {}.", joined.state(index).label())
            }
            Some(found) => format!(
                "{} has it as {} ({}), and says \"{}\".",
                status.format.file_name(),
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

fn phase_words(analysis: &Analysis, index: PhaseIndex) -> String {
    let plan = &*analysis.joined.plan;
    let progress = analysis.joined.phases.get(index.get()).copied().unwrap_or_default();
    format!("This is a phase: {}, {progress}.", harmless(plan.slice(plan.phases[index.get()].title)))
}

/// A sentence begins with a capital.
fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or(String::new(), |first| first.to_uppercase().chain(rest).collect())
}
