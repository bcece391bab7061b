//! What can be done at a place.

use tallymark_plan::TaskIndex;
use tallymark_sync::{Analysis, File, Fix, FixAction};
use tallymark_text::Span;

use crate::target::{Target, entry_at, target_at, tasks_in};
use crate::verb::{Choice, choice};
use crate::words::{one_line, plain_title, quoted_name, tasks};
use crate::{Effect, Verb};

/// Something that can be done, as a menu shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// `Mark 1.2 complete`.
    pub title: String,
    /// What sort of action it is.
    pub kind: ActionKind,
    /// What it does; for a disabled one, what it would do.
    pub effect: Effect,
    /// Why it cannot be done now; the client shows it greyed, or not at all.
    pub disabled: Option<String>,
    /// The one that a person most likely wants, of the fixes of one finding.
    pub preferred: bool,
    /// Ask the person this first. No answer, no change.
    pub ask: Option<String>,
    /// The finding that it mends: index into [`Analysis::findings`].
    pub finding: Option<usize>,
}

/// The sorts of action, which clients ask for one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// `quickfix`: mends a finding.
    QuickFix,
    /// `refactor.rewrite.tallymark.start` and so on, a kind a verb, so that a key can be bound to it: marks tasks.
    Mark(Verb),
    /// `refactor.rewrite.tallymark`: makes a status.json, or has a file read as a plan.
    Prepare,
    /// `source.fixAll.tallymark`: all safe fixes of the plan.
    FixAll,
}

impl ActionKind {
    /// The name by which clients ask for it. Asking for `refactor.rewrite.tallymark` asks for the verbs too.
    pub fn name(self) -> &'static str {
        match self {
            ActionKind::QuickFix => "quickfix",
            ActionKind::Mark(Verb::Start) => "refactor.rewrite.tallymark.start",
            ActionKind::Mark(Verb::Complete) => "refactor.rewrite.tallymark.complete",
            ActionKind::Mark(Verb::Retry) => "refactor.rewrite.tallymark.retry",
            ActionKind::Mark(Verb::Fail) => "refactor.rewrite.tallymark.fail",
            ActionKind::Mark(Verb::Skip) => "refactor.rewrite.tallymark.skip",
            ActionKind::Mark(Verb::Reset) => "refactor.rewrite.tallymark.reset",
            ActionKind::Mark(Verb::Reopen) => "refactor.rewrite.tallymark.reopen",
            ActionKind::Prepare => "refactor.rewrite.tallymark",
            ActionKind::FixAll => "source.fixAll.tallymark",
        }
    }
}

/// Of how many findings under a selection the fixes are offered.
const MOST_FIXED_FINDINGS: usize = 50;

/// The marks that are open to what `span` of `file` is about: the task of its line, the tasks of a selection, or the
/// tasks of the phase whose heading it touches. Those that are closed for now come too, with the reason. Without a
/// status.json the last one makes one.
pub fn mark_actions(analysis: &Analysis, file: File, span: Span) -> Vec<Action> {
    let joined = &analysis.joined;
    let plan = &*joined.plan;
    if !plan.is_plan() {
        return Vec::new();
    }
    let target = match file {
        File::Plan => target_at(plan, span),
        File::Status => joined
            .status()
            .and_then(|status| entry_at(status, span.start as usize))
            .and_then(|entry| joined.tasks_of_entries[entry.get()])
            .map(Target::Task),
    };
    let mut actions = match target {
        Some(Target::Task(task)) => marks_of_one(analysis, task),
        Some(Target::Tasks(tasks)) => marks_of_many(analysis, &tasks, ""),
        Some(Target::Phase(phase)) => {
            let own = &plan.phases[phase.get()];
            let tasks: Vec<TaskIndex> = tasks_in(plan, own.block).map(TaskIndex).collect();
            let name = own.number.map_or_else(
                || format!("“{}”", one_line(&plain_title(plan.slice(own.title)), 32)),
                |number| format!("phase {}", plan.slice(number)),
            );
            marks_of_many(analysis, &tasks, &format!(" of {name}"))
        }
        None => Vec::new(),
    };
    let on_title = plan.title.is_some_and(|title| title.meets(span));
    if file == File::Plan && joined.status_file.is_none() && (on_title || !actions.is_empty()) {
        let title = format!("Make {} (tallymark init)", analysis.facts.status_path);
        actions.push(action(title, ActionKind::Prepare, Effect::Init));
    }
    actions
}

/// The fixes of the findings of `file` that `span` touches, best first for each finding; then, once for each rule, the
/// one that mends all of its findings in the file.
pub fn fix_actions(analysis: &Analysis, file: File, span: Span) -> Vec<Action> {
    let touched = analysis
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.place.file == file && touch(finding.place.span, span));
    let mut actions = Vec::new();
    let mut rules: Vec<(&'static str, usize)> = Vec::new();
    for (index, finding) in touched.take(MOST_FIXED_FINDINGS) {
        actions.extend(analysis.own_fixes(finding).into_iter().map(|fix| fix_action(fix, index)));
        if !rules.iter().any(|&(code, _)| code == finding.code) {
            rules.push((finding.code, index));
        }
    }
    for (code, index) in rules {
        actions.extend(analysis.fix_of_all(code).map(|fix| fix_action(fix, index)));
    }
    actions
}

fn fix_action(fix: Fix, finding: usize) -> Action {
    let effect = match fix.action {
        FixAction::Plan(edits) => Effect::EditPlan(edits),
        FixAction::Status(requests) => Effect::ChangeStatus(requests),
        FixAction::Init => Effect::Init,
    };
    Action {
        preferred: fix.preferred,
        ask: fix.ask,
        finding: Some(finding),
        ..action(fix.title, ActionKind::QuickFix, effect)
    }
}

/// All safe fixes of the plan as one edit; `None` if there are none. Never a mark, never status.json.
pub fn fix_all(analysis: &Analysis) -> Option<Action> {
    let edits = analysis.safe_edits();
    (!edits.is_empty()).then(|| {
        let title = "Fix all that Tallymark can mend safely".to_owned();
        action(title, ActionKind::FixAll, Effect::EditPlan(edits))
    })
}

/// For a markdown file that has boxes and is not taken for a plan: the way to make it one. Nothing otherwise.
pub fn actions_on_file(analysis: &Analysis) -> Vec<Action> {
    let plan = &*analysis.joined.plan;
    if plan.is_plan() || (plan.tasks.is_empty() && plan.criteria.is_empty()) {
        return Vec::new();
    }
    vec![action("Treat this file as a plan".to_owned(), ActionKind::Prepare, Effect::TreatAsPlan)]
}

fn action(title: String, kind: ActionKind, effect: Effect) -> Action {
    Action { title, kind, effect, disabled: None, preferred: false, ask: None, finding: None }
}

fn marks_of_one(analysis: &Analysis, task: TaskIndex) -> Vec<Action> {
    let plan = &*analysis.joined.plan;
    let name = quoted_name(plan, task);
    Verb::ALL
        .into_iter()
        .filter_map(|verb| {
            let disabled = match choice(analysis, task, verb) {
                Choice::Unfit => return None,
                Choice::Open => None,
                Choice::Closed(reason) => Some(reason),
            };
            let effect = Effect::Mark(verb.mark(vec![plan.key(task).to_owned()]));
            Some(Action { disabled, ..action(verb.title(&name), ActionKind::Mark(verb), effect) })
        })
        .collect()
}

/// Each verb with the tasks that it is open to. A verb that is open to some of those it suits says of how many.
fn marks_of_many(analysis: &Analysis, all: &[TaskIndex], of: &str) -> Vec<Action> {
    let plan = &*analysis.joined.plan;
    let mut actions = Vec::new();
    for verb in Verb::ALL {
        let mut open = Vec::new();
        let mut closed: Option<String> = None;
        let mut suited = 0;
        for &task in all {
            match choice(analysis, task, verb) {
                Choice::Open => {
                    suited += 1;
                    open.push(plan.key(task).to_owned());
                }
                Choice::Closed(reason) => {
                    suited += 1;
                    closed.get_or_insert_with(|| format!("{} is {reason}", quoted_name(plan, task)));
                }
                Choice::Unfit => {}
            }
        }
        if suited == 0 {
            continue;
        }
        let what = match open.len() {
            0 => tasks(suited),
            count if count == suited => tasks(count),
            count => format!("{count} of {}", tasks(suited)),
        };
        let disabled = if open.is_empty() { closed } else { None };
        let effect = Effect::Mark(verb.mark(open));
        actions.push(Action {
            disabled,
            ..action(verb.title(&format!("{what}{of}")), ActionKind::Mark(verb), effect)
        });
    }
    actions
}

/// Whether a cursor or selection touches a finding's place: either end counts, as a cursor stands between two bytes.
fn touch(place: Span, span: Span) -> bool {
    place.start <= span.end && span.start <= place.end
}
