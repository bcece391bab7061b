//! What can be done at a place.

use tallymark_plan::TaskIndex;
use tallymark_sync::{Analysis, File, Fix, FixAction};
use tallymark_text::Span;

use crate::target::{Target, entry_at, target_at, tasks_in};
use crate::verb::{Choice, choice};
use crate::waiting::blocked_by_whom;
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
    /// `refactor.rewrite.tallymark.renumber`: counts all ids through.
    Renumber,
    /// `refactor.rewrite.tallymark.undo`: takes the last change of status.json back.
    Undo,
    /// `refactor.rewrite.tallymark`: makes a status.json or brings one back, or has a file read as a plan.
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
            ActionKind::Renumber => "refactor.rewrite.tallymark.renumber",
            ActionKind::Undo => "refactor.rewrite.tallymark.undo",
            ActionKind::Prepare => "refactor.rewrite.tallymark",
            ActionKind::FixAll => "source.fixAll.tallymark",
        }
    }
}

/// Of how many findings under a selection the fixes are offered.
const MOST_FIXED_FINDINGS: usize = 50;

/// The marks that are open to what `span` of `file` is about: the task of its line, the tasks of a selection, or the
/// tasks of the phase whose heading it touches. Those that are closed for now come too, with the reason. Without a
/// status.json the last one makes one; beside one that cannot be read it brings it back.
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
    let broken = joined.unreadable_status().filter(|status| status.format.is_ours());
    if file == File::Plan && broken.is_some() && (on_title || !actions.is_empty()) {
        let title = format!("Restore {}", analysis.facts.status_path);
        actions.push(action(title, ActionKind::Prepare, Effect::Restore));
    }
    let stateless = joined.status().is_none() && joined.unreadable_status().is_none();
    if file == File::Plan && stateless && (on_title || !actions.is_empty()) {
        let facts = &analysis.facts;
        let path = facts.own_status_path.as_ref().unwrap_or(&facts.status_path);
        let title = format!("Make {path} (tallymark init)");
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
        let fixes = analysis.own_fixes(finding).into_iter();
        actions.extend(fixes.map(|fix| fix_action(analysis, fix, index)));
        if !rules.iter().any(|&(code, _)| code == finding.code) {
            rules.push((finding.code, index));
        }
    }
    for (code, index) in rules {
        actions.extend(analysis.fix_of_all(code).map(|fix| fix_action(analysis, fix, index)));
    }
    actions
}

fn fix_action(analysis: &Analysis, fix: Fix, finding: usize) -> Action {
    let effect = match fix.action {
        FixAction::Plan(edits) => Effect::EditPlan(edits),
        FixAction::Status(requests) => Effect::ChangeStatus(requests),
        FixAction::Renumber(changes) => {
            let key = |task| analysis.joined.plan.key(task).to_owned();
            Effect::Renumber(changes.into_iter().map(|(task, id)| (key(task), id)).collect())
        }
        FixAction::Init => Effect::Init,
        FixAction::Restore => Effect::Restore,
        FixAction::Show(text) => Effect::Show(text),
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

/// Takes the last change of the plan's status.json back, whoever made it; `None` if there is none that can be written. Whether
/// there is something to take back, only the history knows: it is looked at when the action is chosen.
pub fn undo_action(analysis: &Analysis) -> Option<Action> {
    analysis.joined.status()?;
    Some(action("Undo the last change of status.json".to_owned(), ActionKind::Undo, Effect::Undo))
}

/// Counts the ids of the plan through, in status.json too; `None` where they are so already.
pub fn renumber_action(analysis: &Analysis) -> Option<Action> {
    let plan = &*analysis.joined.plan;
    let count = if plan.is_plan() { analysis.counted_ids().len() } else { 0 };
    let title = match count {
        0 => return None,
        1 => "Count the ids through (1 changes)".to_owned(),
        count => format!("Count the ids through ({count} change)"),
    };
    Some(action(title, ActionKind::Renumber, Effect::Renumber(Vec::new())))
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
                Choice::Blocked(reason) => Some(blocked_by_whom(&analysis.joined, task).unwrap_or(reason)),
                Choice::Refused(reason) => Some(reason),
            };
            let effect = Effect::Mark(verb.mark(vec![plan.key(task).to_owned()]));
            Some(Action { disabled, ..action(verb.title(&name), ActionKind::Mark(verb), effect) })
        })
        .collect()
}

/// Each verb with the tasks that it is open to: by name if that is one, else by number; if it is open to some of those
/// that it suits, of how many.
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
                    open.push(task);
                }
                Choice::Blocked(reason) => {
                    suited += 1;
                    closed.get_or_insert_with(|| format!("{} is {reason}", quoted_name(plan, task)));
                }
                Choice::Refused(reason) => {
                    suited += 1;
                    closed.get_or_insert(reason);
                }
                Choice::Unfit => {}
            }
        }
        if suited == 0 {
            continue;
        }
        let title = match open.as_slice() {
            [] => verb.title(&format!("{}{of}", tasks(suited))),
            [one] => verb.title(&quoted_name(plan, *one)),
            _ if open.len() == suited => verb.title(&format!("{}{of}", tasks(suited))),
            _ => verb.title(&format!("{} of {}{of}", open.len(), tasks(suited))),
        };
        let disabled = if open.is_empty() { closed } else { None };
        let keys = open.iter().map(|&task| plan.key(task).to_owned()).collect();
        let effect = Effect::Mark(verb.mark(keys));
        actions.push(Action { disabled, ..action(title, ActionKind::Mark(verb), effect) });
    }
    actions
}

/// Whether a cursor or selection touches a finding's place: either end counts, as a cursor stands between two bytes.
fn touch(place: Span, span: Span) -> bool {
    place.start <= span.end && span.start <= place.end
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::fixture::{BILLING, Fixture, billing_at, billing_without_status};

    fn told(actions: &[Action]) -> String {
        let mut shown = String::new();
        for action in actions {
            let does = match &action.effect {
                Effect::Mark(mark) => {
                    let asks = mark.question.map_or("", |question| question.text());
                    format!("{} → {} {asks}", mark.keys.join(" "), mark.to.as_str())
                }
                other => format!("{other:?}"),
            };
            let disabled = action.disabled.as_ref().map_or(String::new(), |reason| format!("✗ {reason}"));
            shown.push_str(format!("{} | {} {disabled}", action.title, does.trim_end()).trim_end());
            shown.push('\n');
        }
        shown
    }

    fn marks(fixture: &Fixture) -> String {
        told(&mark_actions(&fixture.analysis, fixture.file, fixture.span))
    }

    #[test]
    fn a_task_offers_what_its_state_allows() {
        assert_snapshot!(marks(&billing_at("Sort")), @r"
        Mark 2.5 started | 2.5 → in_progress
        Mark 2.5 complete | 2.5 → completed
        Mark 2.5 failed… | 2.5 → failed What went wrong?
        Mark 2.5 skipped… | 2.5 → skipped Why is it skipped?
        ");
        assert_snapshot!(marks(&billing_at("Credit side")), @r"
        Mark 1.2.2 complete | 1.2.2 → completed
        Mark 1.2.2 failed… | 1.2.2 → failed What went wrong?
        Mark 1.2.2 skipped… | 1.2.2 → skipped Why is it skipped?
        Put 1.2.2 back to pending | 1.2.2 → pending
        ");
        assert_snapshot!(marks(&billing_at("Number invoices")), @r"
        Mark 2.1 complete | 2.1 → completed
        Retry 2.1 | 2.1 → in_progress
        Mark 2.1 skipped… | 2.1 → skipped Why is it skipped?
        Put 2.1 back to pending | 2.1 → pending
        ");
        assert_snapshot!(marks(&billing_at("Create the")), @"Reopen 1.1 | 1.1 → pending");
    }

    #[test]
    fn what_is_closed_says_why() {
        assert_snapshot!(marks(&billing_at("Send them")), @r"
        Mark 2.2 started | 2.2 → in_progress ✗ blocked by 2.1 and 1.3
        Mark 2.2 complete | 2.2 → completed
        Mark 2.2 failed… | 2.2 → failed What went wrong?
        Mark 2.2 skipped… | 2.2 → skipped Why is it skipped?
        ");
    }

    #[test]
    fn a_selection_is_marked_together() {
        let text = BILLING.replace("- [ ] 2.1 N", "- [ ] 2.$01 N").replace("2.4 Print\n", "2.4 Print\n$0");
        assert_snapshot!(marks(&Fixture::new(&text)), @r"
        Mark 2.4 started | 2.4 → in_progress
        Mark 3 tasks complete | 2.1 2.2 2.4 → completed
        Retry 2.1 | 2.1 → in_progress
        Mark 2 tasks failed… | 2.2 2.4 → failed What went wrong?
        Mark 3 tasks skipped… | 2.1 2.2 2.4 → skipped Why is it skipped?
        Put 2.1 back to pending | 2.1 → pending
        Reopen 2.3 | 2.3 → pending
        ");
    }

    #[test]
    fn a_phase_is_marked_as_a_whole() {
        assert_snapshot!(marks(&billing_at("Phase 1: Ledger")), @r"
        Mark 1 task of phase 1 started |  → in_progress ✗ 1.3 is blocked by 1.2
        Mark 3 tasks of phase 1 complete | 1.2 1.2.2 1.3 → completed
        Mark 3 tasks of phase 1 failed… | 1.2 1.2.2 1.3 → failed What went wrong?
        Mark 3 tasks of phase 1 skipped… | 1.2 1.2.2 1.3 → skipped Why is it skipped?
        Put 2 tasks of phase 1 back to pending | 1.2 1.2.2 → pending
        Reopen 2 tasks of phase 1 | 1.1 1.2.1 → pending
        ");
    }

    #[test]
    fn a_detail_line_belongs_to_its_task() {
        let text = "# A\n\n## Phase 1: B\n\n- [ ] 1.1 Task\n  - a det$0ail\n- [ ] 1.2 Other\n";
        assert_snapshot!(marks(&Fixture::new(text)), @r#"
        Mark 1.1 started | 1.1 → in_progress
        Mark 1.1 complete | 1.1 → completed
        Mark 1.1 failed… | 1.1 → failed What went wrong? ✗ the plan has no mark for "failed": 1.1 needs status.json (`tallymark init`)
        Mark 1.1 skipped… | 1.1 → skipped Why is it skipped? ✗ the plan has no mark for "skipped": 1.1 needs status.json (`tallymark init`)
        Make docs/plan-outputs/x/status.json (tallymark init) | Init
        "#);
    }

    #[test]
    fn a_task_without_an_id_is_called_by_its_title() {
        let text = "//- openspec/changes/a/tasks.md\n## 1. Group\n\n- [ ] Write **bold** `code`$0\n- [ ] 1.2 Other\n";
        let fixture = Fixture::new(text);
        let actions = mark_actions(&fixture.analysis, fixture.file, fixture.span);
        assert_eq!(actions[0].title, "Mark “Write bold code” started");
    }

    #[test]
    fn an_entry_of_status_json_offers_the_marks_of_its_task() {
        assert_snapshot!(marks(&billing_at("\"id\": \"1.3\"")), @r"
        Mark 1.3 started | 1.3 → in_progress ✗ blocked by 1.2, in progress
        Mark 1.3 complete | 1.3 → completed
        Mark 1.3 failed… | 1.3 → failed What went wrong?
        Mark 1.3 skipped… | 1.3 → skipped Why is it skipped?
        ");
        assert_eq!(marks(&billing_at("\"id\": \"9.9\"")), "");
    }

    #[test]
    fn without_a_status_file_one_can_be_made() {
        let text = billing_without_status().replace("2.5 Sort", "2.5 $0Sort");
        assert_snapshot!(marks(&Fixture::new(&text)), @r#"
        Mark 2.5 started | 2.5 → in_progress
        Mark 2.5 complete | 2.5 → completed
        Mark 2.5 failed… | 2.5 → failed What went wrong? ✗ the plan has no mark for "failed": 2.5 needs status.json (`tallymark init`)
        Mark 2.5 skipped… | 2.5 → skipped Why is it skipped? ✗ the plan has no mark for "skipped": 2.5 needs status.json (`tallymark init`)
        Make docs/plan-outputs/x/status.json (tallymark init) | Init
        "#);
        let text = billing_without_status().replace("# Billing", "# $0Billing");
        assert_snapshot!(marks(&Fixture::new(&text)), @"Make docs/plan-outputs/x/status.json (tallymark init) | Init");
    }

    #[test]
    fn an_unreadable_status_file_closes_all_marks() {
        let text = billing_without_status().replace("2.5 Sort", "2.5 $0Sort");
        assert_snapshot!(marks(&Fixture::new(&format!("{text}//- status.json\n{{"))), @r"
        Mark 2.5 started | 2.5 → in_progress ✗ status.json cannot be read, so nothing is written to it; `tallymark validate` says why, `tallymark restore` brings it back
        Mark 2.5 complete | 2.5 → completed ✗ status.json cannot be read, so nothing is written to it; `tallymark validate` says why, `tallymark restore` brings it back
        Mark 2.5 failed… | 2.5 → failed What went wrong? ✗ status.json cannot be read, so nothing is written to it; `tallymark validate` says why, `tallymark restore` brings it back
        Mark 2.5 skipped… | 2.5 → skipped Why is it skipped? ✗ status.json cannot be read, so nothing is written to it; `tallymark validate` says why, `tallymark restore` brings it back
        Restore status.json | Restore
        ");
    }

    #[test]
    fn findings_bring_their_fixes() {
        let fixture = billing_at("x] 1.2.1");
        assert_eq!(told(&fix_actions(&fixture.analysis, File::Plan, fixture.span)), "");
        let text = BILLING.replace("[ ] 1.3", "[$0x] 1.3");
        let fixture = Fixture::new(&text);
        let actions = fix_actions(&fixture.analysis, File::Plan, fixture.span);
        let shown: Vec<String> = actions
            .iter()
            .map(|action| {
                let finding = action.finding.map(|finding| fixture.analysis.findings[finding].code);
                format!("{} {} {finding:?}", action.title, if action.preferred { "(preferred)" } else { "" })
            })
            .collect();
        assert_snapshot!(shown.join("\n"), @r#"
        Mark 1.3 complete in status.json (preferred) Some("TM103")
        Untick 1.3  Some("TM103")
        "#);
    }

    #[test]
    fn all_safe_fixes_are_one_edit_that_leaves_marks_alone() {
        let text = "# A\n\n## Phase 1: B\n\n-[ ] 1.1 One\n- [x] 1.2 Two\n- [ ]1.3 Three\n- [ ] 1.4 Four\n";
        let fixture = Fixture::new(text);
        let action = fix_all(&fixture.analysis).expect("two boxes are none");
        assert_eq!(action.kind, ActionKind::FixAll);
        let Effect::EditPlan(edits) = action.effect else { panic!("it edits the plan alone") };
        let fixed = tallymark_text::apply_edits(text, &edits).expect("they do not overlap");
        assert_snapshot!(fixed, @r"
        # A

        ## Phase 1: B

        - [ ] 1.1 One
        - [x] 1.2 Two
        - [ ] 1.3 Three
        - [ ] 1.4 Four
        ");
        assert_eq!(fix_all(&Fixture::new(&fixed).analysis), None);
    }

    #[test]
    fn the_last_change_can_be_undone_where_there_is_a_status_file() {
        let undo = undo_action(&Fixture::new(BILLING).analysis).map(|action| action.kind.name());
        assert_eq!(undo, Some("refactor.rewrite.tallymark.undo"));
        assert_eq!(undo_action(&Fixture::new(billing_without_status()).analysis), None);
    }

    #[test]
    fn a_file_with_boxes_that_is_no_plan_can_be_made_one() {
        let readme = Fixture::new("//- README.md\n# My tool\n\nA tool.\n\n- [ ] first\n- [x] second\n");
        assert!(!readme.analysis.joined.plan.is_plan());
        assert_snapshot!(told(&actions_on_file(&readme.analysis)), @"Treat this file as a plan | TreatAsPlan");
        assert_eq!(marks(&readme), "");
        let prose = Fixture::new("//- README.md\n# My tool\n\nA tool.\n");
        assert_eq!(actions_on_file(&prose.analysis), []);
        assert_eq!(actions_on_file(&Fixture::new(BILLING).analysis), []);
    }
}
