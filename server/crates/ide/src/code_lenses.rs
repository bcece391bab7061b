//! What can be done next, above the lines.

use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_sync::{Analysis, Place, State};
use tallymark_text::Span;

use crate::live::live_lens;
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

/// The lenses of a status.json: at its top the way back to the plan; at the entries of those tasks that bear lenses in the plan, the
/// same, and the way to their lines.
pub fn status_code_lenses(analysis: &Analysis) -> Vec<CodeLens> {
    let joined = &analysis.joined;
    let Some(status) = joined.status() else { return Vec::new() };
    if !joined.plan.is_plan() {
        return Vec::new();
    }
    let title = joined.plan.title.unwrap_or(Span::at(0));
    let mut lenses = vec![CodeLens {
        span: status.source.line_span(0),
        title: format!("{} · {}", joined.total, analysis.facts.plan_path),
        effect: Some(Effect::Open(Place::plan(title))),
        tooltip: "Opens the plan".to_owned(),
    }];
    if status.source.line_count() <= status.entries.len() {
        // Written without line ends: all lenses would stand above one line.
        return lenses;
    }
    for task in tasks_with_lenses(analysis) {
        let Some(entry) = joined.entry(task) else { continue };
        let name = quoted_name(&joined.plan, task);
        let line = joined.plan.source.line_of(joined.plan.task(task).line.start as usize) + 1;
        let span = status.source.line_span(status.source.line_of(status.entry(entry).span.start as usize));
        lenses.push(CodeLens {
            span,
            title: format!("{name} · {} · open in plan", joined.state(task).label()),
            effect: Some(Effect::Open(Place::plan(joined.plan.task(task).line))),
            tooltip: format!("Opens {}, line {line}", analysis.facts.plan_path),
        });
        let first = lenses.len();
        task_lenses(analysis, task, &mut lenses);
        lenses[first..].iter_mut().for_each(|lens| lens.span = span);
    }
    lenses.sort_by_key(|lens| lens.span.start);
    lenses
}

fn title_lenses(analysis: &Analysis, lenses: &mut Vec<CodeLens>) {
    let joined = &analysis.joined;
    let Some(title) = joined.plan.title else { return };
    let path = &analysis.facts.status_path;
    let total = joined.total;
    let in_words = progress_in_words(total);
    let name = joined.status_file.as_deref().map_or("status.json", |status| status.format.file_name());
    let (text, effect, tooltip) = match (joined.unreadable_status(), joined.status()) {
        (Some(status), _) => {
            let at = status.problems.first().map_or(Span::at(0), |problem| problem.span);
            let open = Effect::Open(Place::status(at));
            (format!("{name} cannot be read"), Some(open), format!("Opens {path}"))
        }
        (None, Some(_)) => {
            let open = Effect::Open(Place::status(Span::at(0)));
            (format!("{total} · Open {name}"), Some(open), format!("{in_words}\nOpens {path}"))
        }
        (None, None) if analysis.facts.status_expected => {
            (format!("{total} · Make status.json"), Some(Effect::Init), format!("{in_words}\nMakes {path}"))
        }
        (None, None) => (total.to_string(), None, in_words),
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
            && matches!(joined.state(task), State::Pending | State::Ready)
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
    lenses.extend(live_lens(analysis, task));
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
            Choice::Blocked(reason) => {
                lenses.push(CodeLens { span, tooltip: reason.clone(), title: reason, effect: None });
                return;
            }
            // Where nothing can be marked the title says why.
            Choice::Refused(_) | Choice::Unfit => {}
        }
    }
}

fn mark(analysis: &Analysis, task: TaskIndex, verb: Verb) -> Effect {
    Effect::Mark(verb.mark(vec![analysis.joined.plan.key(task).to_owned()]))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture, billing_without_status};

    fn lenses(text: &str) -> String {
        let fixture = Fixture::new(text);
        let mut shown = String::new();
        for lens in code_lenses(&fixture.analysis) {
            let does = lens.effect.as_ref().map_or("tells".to_owned(), told);
            let tooltip = lens.tooltip.replace('\n', " / ");
            shown.push_str(&format!(
                "{}  ‹{}› {does} ({tooltip})\n",
                fixture.line(lens.span.start),
                lens.title
            ));
        }
        shown
    }

    fn told(effect: &Effect) -> String {
        match effect {
            Effect::Mark(mark) => format!("{} → {}", mark.keys.join(" "), mark.to.as_str()),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_can_be_done_next_stands_above_the_lines() {
        assert_snapshot!(lenses(BILLING), @r"
         1 # Billing  ‹2/9 · 22% · Open status.json› Open(Place { file: Status, span: 0..0 }) (2 of 9 completed, 2 in progress, 1 failed; 1 skipped, not counted / Opens docs/plan-outputs/billing/status.json)
         5 ## Phase 1: Ledger  ‹2/5 · 40%› tells (2 of 5 completed, 2 in progress)
        10 - [ ] 1.2.2 Credit side  ‹Complete› 1.2.2 → completed (Mark 1.2.2 complete)
        11 - [ ] 1.3 Reconcile nightly (depends: 1.2)  ‹blocked by 1.2› tells (blocked by 1.2)
        17 ## Phase 2: Invoices  ‹0/4 · 0%› tells (0 of 4 completed, 1 failed; 1 skipped, not counted)
        17 ## Phase 2: Invoices  ‹Start 2.5› 2.5 → in_progress (Mark 2.5 started)
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹Retry› 2.1 → in_progress (Retry 2.1)
        20 - [ ] 2.2 Send them by mail (depends: 2.1, 1.3)  ‹blocked by 2.1 and 1.3› tells (blocked by 2.1 and 1.3)
        22 - [ ] 2.4 Print  ‹Start› 2.4 → in_progress (Mark 2.4 started)
        22 - [ ] 2.4 Print  ‹Complete› 2.4 → completed (Mark 2.4 complete)
        23 - [ ] 2.5 Sort  ‹Start› 2.5 → in_progress (Mark 2.5 started)
        23 - [ ] 2.5 Sort  ‹Complete› 2.5 → completed (Mark 2.5 complete)
        ");
    }

    #[test]
    fn without_a_status_file_the_title_offers_one() {
        assert_snapshot!(lenses(billing_without_status()), @r"
         1 # Billing  ‹2/10 · 20% · Make status.json› Init (2 of 10 completed / Makes docs/plan-outputs/x/status.json)
         5 ## Phase 1: Ledger  ‹2/5 · 40%› tells (2 of 5 completed)
         5 ## Phase 1: Ledger  ‹Start 1.2.2› 1.2.2 → in_progress (Mark 1.2.2 started)
        10 - [ ] 1.2.2 Credit side  ‹Start› 1.2.2 → in_progress (Mark 1.2.2 started)
        10 - [ ] 1.2.2 Credit side  ‹Complete› 1.2.2 → completed (Mark 1.2.2 complete)
        11 - [ ] 1.3 Reconcile nightly (depends: 1.2)  ‹blocked by 1.2› tells (blocked by 1.2)
        17 ## Phase 2: Invoices  ‹0/5 · 0%› tells (0 of 5 completed)
        17 ## Phase 2: Invoices  ‹Start 2.1› 2.1 → in_progress (Mark 2.1 started)
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹Start› 2.1 → in_progress (Mark 2.1 started)
        19 - [ ] 2.1 Number invoices (depends: 1.1)  ‹Complete› 2.1 → completed (Mark 2.1 complete)
        20 - [ ] 2.2 Send them by mail (depends: 2.1, 1.3)  ‹blocked by 2.1 and 1.3› tells (blocked by 2.1 and 1.3)
        21 - [ ] 2.3 Archive [old](command:erase) ones  ‹Start› 2.3 → in_progress (Mark 2.3 started)
        21 - [ ] 2.3 Archive [old](command:erase) ones  ‹Complete› 2.3 → completed (Mark 2.3 complete)
        22 - [ ] 2.4 Print  ‹Start› 2.4 → in_progress (Mark 2.4 started)
        22 - [ ] 2.4 Print  ‹Complete› 2.4 → completed (Mark 2.4 complete)
        23 - [ ] 2.5 Sort  ‹Start› 2.5 → in_progress (Mark 2.5 started)
        23 - [ ] 2.5 Sort  ‹Complete› 2.5 → completed (Mark 2.5 complete)
        ");
    }

    #[test]
    fn an_unreadable_status_file_is_said_at_the_title_and_nothing_can_be_marked() {
        let broken = format!("{}//- status.json\n{{ \"tasks\": [", billing_without_status());
        assert_snapshot!(lenses(&broken), @r"
         1 # Billing  ‹status.json cannot be read› Open(Place { file: Status, span: 11..12 }) (Opens status.json)
         5 ## Phase 1: Ledger  ‹2/5 · 40%› tells (2 of 5 completed)
        17 ## Phase 2: Invoices  ‹0/5 · 0%› tells (0 of 5 completed)
        ");
    }

    #[test]
    fn a_status_file_leads_back_to_its_plan() {
        let fixture = Fixture::new(BILLING);
        let lenses = status_code_lenses(&fixture.analysis);
        let shown: Vec<String> =
            lenses[..1].iter().map(|lens| format!("{} {:?}", lens.title, lens.effect)).collect();
        assert_snapshot!(shown.join("\n"), @"2/9 · 22% · docs/plans/billing.md Some(Open(Place { file: Plan, span: 2..9 }))");
    }

    #[test]
    fn entries_lead_to_the_plan_and_can_be_marked() {
        let fixture = Fixture::new(BILLING);
        let lenses = status_code_lenses(&fixture.analysis);
        let told: Vec<String> = lenses[1..]
            .iter()
            .map(|lens| {
                format!(
                    "{} ‹{}›",
                    fixture.status_line(lens.span.start).split(',').next().unwrap(),
                    lens.title
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                " 8 { \"id\": \"1.2.2\" ‹1.2.2 · in progress · open in plan›",
                " 8 { \"id\": \"1.2.2\" ‹Complete›",
                " 9 { \"id\": \"1.3\" ‹1.3 · pending · open in plan›",
                " 9 { \"id\": \"1.3\" ‹blocked by 1.2›",
                "10 { \"id\": \"2.1\" ‹2.1 · failed · open in plan›",
                "10 { \"id\": \"2.1\" ‹Retry›",
                "11 { \"id\": \"2.2\" ‹2.2 · pending · open in plan›",
                "11 { \"id\": \"2.2\" ‹blocked by 2.1 and 1.3›",
                "13 { \"id\": \"2.4\" ‹2.4 · unknown · open in plan›",
                "13 { \"id\": \"2.4\" ‹Start›",
                "13 { \"id\": \"2.4\" ‹Complete›",
            ]
        );
    }

    #[test]
    fn above_a_file_of_one_line_stands_only_the_way_back() {
        let text = BILLING.split("//- docs/plan-outputs").next().unwrap();
        let status = r#"{"tasks":[{"id":"1.2","status":"in_progress"},{"id":"1.3","status":"pending"}]}"#;
        let fixture = Fixture::new(&format!("{text}//- status.json\n{status}"));
        assert_eq!(status_code_lenses(&fixture.analysis).len(), 1);
    }

    #[test]
    fn of_many_tasks_those_that_are_worked_on_come_first() {
        let mut text = "# Many\n\n## Phase 1: All\n\n".to_owned();
        for task in 0..1000 {
            text.push_str(&format!("- [ ] 1.{task} Do {task}\n"));
        }
        text.push_str("//- status.json\n{\"tasks\":[{\"id\":\"1.999\",\"description\":\"Do 999\",\"status\":\"in_progress\"}]}");
        let fixture = Fixture::new(&text);
        let mut tasks: Vec<Span> = code_lenses(&fixture.analysis)
            .into_iter()
            .filter(|lens| matches!(&lens.effect, Some(Effect::Mark(mark)) if mark.to != tallymark_status::Word::InProgress))
            .map(|lens| lens.span)
            .collect();
        tasks.dedup();
        assert_eq!(tasks.len(), MOST_TASK_LENSES);
        assert_eq!(fixture.line(tasks[0].start), " 5 - [ ] 1.0 Do 0");
        assert_eq!(fixture.line(tasks[MOST_TASK_LENSES - 1].start), "1004 - [ ] 1.999 Do 999");
    }
}
