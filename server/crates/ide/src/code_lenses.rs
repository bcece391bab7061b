//! What can be done next, above the lines.

use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_sync::{Analysis, Place, State};
use tallymark_text::Span;

use crate::target::tasks_in;
use crate::verb::{Choice, choice};
use crate::words::{progress_in_words, quoted_name};
use crate::{Effect, Verb};

/// How many tasks of a plan bear lenses: first those that are being worked on or have failed, then those that can be
/// started, from the top. An editor asks for the lenses of a whole file at once.
pub const MOST_TASK_LENSES: usize = 200;

/// A line of text above a line, which may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLens {
    /// The line it stands above.
    pub span: Span,
    /// `Complete`, `blocked by 1.2`.
    pub title: String,
    /// What a click does; `None` only tells.
    pub effect: Option<Effect>,
    /// More of it, plain text.
    pub tooltip: String,
}

/// The lenses of a plan: its progress and its status.json at the title, progress and the next task at each phase,
/// and what can be done at the tasks that something can be done with. A parent with open subtasks bears none: theirs count.
pub fn code_lenses(analysis: &Analysis) -> Vec<CodeLens> {
    let plan = &*analysis.joined.plan;
    let mut lenses = Vec::new();
    if !plan.is_plan() || plan.tasks.is_empty() {
        return lenses;
    }
    title_lenses(analysis, &mut lenses);
    for index in 0..plan.phases.len() {
        phase_lenses(analysis, PhaseIndex(index as u32), &mut lenses);
    }
    for task in tasks_with_lenses(analysis) {
        task_lenses(analysis, task, &mut lenses);
    }
    lenses.sort_by_key(|lens| lens.span.start);
    lenses
}

/// The lenses of a status.json: the way back to the plan.
pub fn status_code_lenses(analysis: &Analysis) -> Vec<CodeLens> {
    let joined = &analysis.joined;
    let Some(status) = joined.status() else { return Vec::new() };
    if !joined.plan.is_plan() {
        return Vec::new();
    }
    let title = joined.plan.title.unwrap_or(Span::at(0));
    vec![CodeLens {
        span: status.source.line_span(0),
        title: format!("{} · {}", joined.total, analysis.facts.plan_path),
        effect: Some(Effect::Open(Place::plan(title))),
        tooltip: "Opens the plan".to_owned(),
    }]
}

fn title_lenses(analysis: &Analysis, lenses: &mut Vec<CodeLens>) {
    let joined = &analysis.joined;
    let Some(title) = joined.plan.title else { return };
    let path = &analysis.facts.status_path;
    let total = joined.total;
    let in_words = progress_in_words(total);
    let (text, effect, tooltip) = match (&joined.status_file, joined.status()) {
        (Some(status), None) => {
            let at = status.problems.first().map_or(Span::at(0), |problem| problem.span);
            let open = Effect::Open(Place::status(at));
            ("status.json cannot be read".to_owned(), Some(open), format!("Opens {path}"))
        }
        (Some(_), Some(_)) => {
            let open = Effect::Open(Place::status(Span::at(0)));
            (format!("{total} · Open status.json"), Some(open), format!("{in_words}\nOpens {path}"))
        }
        (None, _) if analysis.facts.status_expected => {
            (format!("{total} · Make status.json"), Some(Effect::Init), format!("{in_words}\nMakes {path}"))
        }
        (None, _) => (total.to_string(), None, in_words),
    };
    lenses.push(CodeLens { span: title, title: text, effect, tooltip });
}

fn phase_lenses(analysis: &Analysis, phase: PhaseIndex, lenses: &mut Vec<CodeLens>) {
    let joined = &analysis.joined;
    let progress = joined.phases[phase.get()];
    if progress.total == 0 {
        return;
    }
    let span = joined.plan.phases[phase.get()].heading;
    lenses.push(CodeLens {
        span,
        title: progress.to_string(),
        effect: None,
        tooltip: progress_in_words(progress),
    });
    if progress.in_progress > 0 {
        return;
    }
    if let Some(task) = next_task(analysis, phase) {
        let name = quoted_name(&joined.plan, task);
        lenses.push(CodeLens {
            span,
            title: format!("Start {name}"),
            effect: Some(mark(analysis, task, Verb::Start)),
            tooltip: Verb::Start.title(&name),
        });
    }
}

/// The first task of a phase that can be started and has no open subtasks.
fn next_task(analysis: &Analysis, phase: PhaseIndex) -> Option<TaskIndex> {
    let joined = &analysis.joined;
    tasks_in(&joined.plan, joined.plan.phases[phase.get()].block).map(TaskIndex).find(|&task| {
        joined.plan.task(task).phase == Some(phase)
            && !has_open_subtasks(analysis, task)
            && choice(analysis, task, Verb::Start) == Choice::Open
    })
}

fn has_open_subtasks(analysis: &Analysis, task: TaskIndex) -> bool {
    let below = analysis.joined.below[task.get()];
    below.completed < below.counted()
}

/// The tasks that bear lenses, [`MOST_TASK_LENSES`] at most.
fn tasks_with_lenses(analysis: &Analysis) -> Vec<TaskIndex> {
    let joined = &analysis.joined;
    let open = |wanted: fn(State) -> bool| {
        joined.plan.tasks().map(|(task, _)| task).filter(move |&task| {
            let state = joined.state(task);
            !state.is_settled() && wanted(state) && !has_open_subtasks(analysis, task)
        })
    };
    let urgent = |state| matches!(state, State::InProgress | State::Failed);
    open(urgent)
        .chain(open(|state| !matches!(state, State::InProgress | State::Failed)))
        .take(MOST_TASK_LENSES)
        .collect()
}

fn task_lenses(analysis: &Analysis, task: TaskIndex, lenses: &mut Vec<CodeLens>) {
    let plan = &*analysis.joined.plan;
    let span = plan.task(task).line;
    let verbs: &[Verb] = match analysis.joined.state(task) {
        State::InProgress => &[Verb::Complete],
        State::Failed => &[Verb::Retry],
        _ => &[Verb::Start, Verb::Complete],
    };
    for &verb in verbs {
        match choice(analysis, task, verb) {
            Choice::Open => lenses.push(CodeLens {
                span,
                title: verb.short_title().to_owned(),
                effect: Some(mark(analysis, task, verb)),
                tooltip: verb.title(&quoted_name(plan, task)),
            }),
            Choice::Closed(reason) => {
                lenses.push(CodeLens { span, tooltip: reason.clone(), title: reason, effect: None });
                return;
            }
            Choice::Unfit => {}
        }
    }
}

fn mark(analysis: &Analysis, task: TaskIndex, verb: Verb) -> Effect {
    Effect::Mark(verb.mark(vec![analysis.joined.plan.key(task).to_owned()]))
}
