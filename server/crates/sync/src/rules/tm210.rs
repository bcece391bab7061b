//! TM210: a statement about progress that is not what the tasks, or the numbers beside it, add up to.

use tallymark_plan::{Claim, ClaimKind, Counted, Number, Plan, SpeaksOf};
use tallymark_text::{Edit, Span};

use super::tallies::{Counts, Tallies, Way};
use super::{Context, Needs, Reads, Reporter, Rule};
use crate::words::quoted;
use crate::{Finding, Fix, FixAction, Place, Severity, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM210",
    name: "wrong-claim",
    severity: Severity::Information,
    summary: "a number in the text is not what the tasks, or the numbers beside it, add up to",
    page: include_str!("../../../../../docs/rules/TM210.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: None,
    reads: &[Reads::States, Reads::Entries, Reads::Claims, Reads::Criteria, Reads::Problems, Reads::Names],
    check,
    fixes,
    fix_all: None,
};

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    if plan.claims.is_empty() {
        return;
    }
    let tallies = Tallies::new(context.joined);
    for claim in &plan.claims {
        let Some(wrong) = judge(plan, &tallies, claim) else { continue };
        let subject = match claim.speaks_of {
            SpeaksOf::Phase(phase) => Subject::Phase(phase),
            SpeaksOf::Task(task) => Subject::Task(task),
            SpeaksOf::Plan | SpeaksOf::Section(_) | SpeaksOf::Itself => Subject::File,
        };
        reporter.report(Place::plan(claim.span), subject, wrong.message, Vec::new());
    }
}

/// What is wrong with a claim, and what it should say.
struct Wrong {
    message: String,
    /// The digits (or the bar), and what should stand there.
    truth: Vec<(Span, String)>,
}

impl Wrong {
    fn new(message: String, truth: impl IntoIterator<Item = (Number, u32)>) -> Option<Self> {
        let truth = truth.into_iter().filter(|(number, value)| number.value != *value);
        Some(Self { message, truth: truth.map(|(number, value)| (number.span, value.to_string())).collect() })
    }
}

/// `None` for a claim that is true, and for one that may be: what is counted is not always sure, and any way of counting
/// that makes it true is taken.
fn judge(plan: &Plan, tallies: &Tallies<'_>, claim: &Claim) -> Option<Wrong> {
    match claim.kind {
        ClaimKind::Percent { percent, about } => percentage(plan, tallies, claim, percent, about),
        ClaimKind::Fraction { done, total } if claim.counts == Counted::Phases => {
            let (completed, all) = tallies.phases(|all| all == total.value)?;
            if completed.contains(&done.value) {
                return None;
            }
            let message = format!(
                "this says {}/{} phases, but {} are completed",
                done.value,
                total.value,
                completed.start()
            );
            Wrong::new(message, [(done, *completed.start()), (total, all)])
        }
        ClaimKind::Fraction { done, total } => fraction(plan, tallies, claim, done, total),
        ClaimKind::Total { total } => number_of(plan, tallies, claim, total),
        ClaimKind::Sum { total, sum } => {
            let message = format!("this says {}, but the numbers beside it add up to {sum}", total.value);
            if sum == total.value { None } else { Wrong::new(message, [(total, sum)]) }
        }
        ClaimKind::Share { percent, done, total } => {
            let exact = f64::from(done) * 100.0 / f64::from(total);
            let off = (exact - f64::from(percent.value)).abs();
            let truth = (u64::from(done) * 100 / u64::from(total)) as u32;
            let message = format!("this says {}%, but {done} of {total} are {truth}%", percent.value);
            if off < 1.0 { None } else { Wrong::new(message, [(percent, truth)]) }
        }
        ClaimKind::Bar { filled, cells, bar, percent: Some(percent) } => {
            let off = (u64::from(filled) * 100).abs_diff(u64::from(percent.value) * u64::from(cells));
            if off <= 100 || percent.value > 100 {
                return None;
            }
            let message = format!(
                "the bar shows {filled} of {cells} cells, and the number beside it says {}%",
                percent.value
            );
            Some(Wrong { message, truth: vec![(bar, drawn(plan.slice(bar), cells, percent.value))] })
        }
        ClaimKind::Bar { filled, cells, bar, percent: None } => {
            let share = (u64::from(filled) * 100 / u64::from(cells)) as u32;
            let all = tallies.of(plan, claim)?;
            let cell = 100 / u64::from(cells) + 1;
            if all.iter().any(|counts| allows(counts, share, cell)) {
                return None;
            }
            let counts = *all.first()?;
            let percent = counts.percent()?;
            let message = format!(
                "the bar shows {filled} of {cells} cells, but {} of {} are completed",
                counts.told(),
                whose(plan, claim, Way::All)
            );
            Some(Wrong { message, truth: vec![(bar, drawn(plan.slice(bar), cells, percent))] })
        }
    }
}

/// Whether a percentage may be meant of what is counted: tasks that are in progress, and one more, may be taken for partly
/// done; but 100 means all and 0 none.
fn allows(counts: &Counts, percent: u32, margin: u64) -> bool {
    let (total, percent) = (u64::from(counts.counted()), u64::from(percent));
    if total == 0 {
        return false;
    }
    let (done, begun) = (u64::from(counts.completed), u64::from(counts.in_progress));
    // Of few criteria or outer tasks one more would explain almost anything.
    let partly = u64::from(counts.way == Way::All);
    let low = (done * 100 / total).saturating_sub(margin);
    let high = match percent {
        // 199 of 200 may be told as 100%, but not 99 of 100.
        100 => (done * 100).div_ceil(total),
        0 => 0,
        _ => ((done + begun + partly) * 100).div_ceil(total) + margin,
    };
    low <= percent && percent <= high
}

fn percentage(
    plan: &Plan,
    tallies: &Tallies<'_>,
    claim: &Claim,
    percent: Number,
    about: bool,
) -> Option<Wrong> {
    let all = tallies.of(plan, claim)?;
    let margin = if about { 10 } else { 1 };
    if percent.value > 100 || all.iter().any(|counts| allows(counts, percent.value, margin)) {
        return None;
    }
    let counts = *all.first()?;
    let truth = counts.percent()?;
    let message = format!(
        "this says {}%, but {} of {} are completed",
        percent.value,
        counts.told(),
        whose(plan, claim, Way::All)
    );
    let mut wrong = Wrong::new(message, [(percent, truth)])?;
    // The bar in front of the number is of the same share.
    let before = plan.claims.partition_point(|other| other.span.start < claim.span.start).checked_sub(1);
    if let Some(Claim { kind: ClaimKind::Bar { cells, bar, percent: Some(beside), .. }, .. }) =
        before.map(|before| plan.claims[before])
        && beside.span == percent.span
    {
        wrong.truth.insert(0, (bar, drawn(plan.slice(bar), cells, truth)));
    }
    Some(wrong)
}

fn fraction(plan: &Plan, tallies: &Tallies<'_>, claim: &Claim, done: Number, total: Number) -> Option<Wrong> {
    let all = tallies.of(plan, claim)?;
    if all.iter().any(|counts| counts.allows(done.value, total.value)) {
        return None;
    }
    let same = all.iter().find(|counts| [counts.total, counts.counted()].contains(&total.value));
    let counts = match same {
        Some(counts) => counts,
        // It says that it counts tasks, and there are not so many in any way of counting.
        None if claim.counts == Counted::Tasks && plan.problems.is_empty() => all.first()?,
        None => return None,
    };
    let all_told =
        if same.is_some_and(|same| same.total == total.value) { counts.total } else { counts.counted() };
    let message = format!(
        "this says {}/{}, but {}/{all_told} of {} are completed",
        done.value,
        total.value,
        counts.completed,
        whose(plan, claim, counts.way)
    );
    Wrong::new(message, [(done, counts.completed), (total, all_told)])
}

fn number_of(plan: &Plan, tallies: &Tallies<'_>, claim: &Claim, total: Number) -> Option<Wrong> {
    if !plan.problems.is_empty() {
        return None;
    }
    if claim.counts == Counted::Phases {
        let (_, all) = tallies.phases(|all| all == total.value).or_else(|| tallies.phases(|_| true))?;
        let message = format!("this says {} phases, but there are {all}", total.value);
        return if all == total.value { None } else { Wrong::new(message, [(total, all)]) };
    }
    let all = tallies.of(plan, claim)?;
    if all.iter().any(|counts| [counts.total, counts.counted()].contains(&total.value)) {
        return None;
    }
    let truth = all.first()?.total;
    let whose = match claim.speaks_of {
        SpeaksOf::Phase(phase) => quoted(plan.slice(plan.phases[phase.get()].title)),
        _ => "the plan".to_owned(),
    };
    Wrong::new(format!("this says {} tasks, but {whose} has {truth}", total.value), [(total, truth)])
}

/// What is counted, in words.
fn whose(plan: &Plan, claim: &Claim, way: Way) -> String {
    let what = way.words();
    match claim.speaks_of {
        SpeaksOf::Phase(phase) => {
            format!("the {what} of {}", quoted(plan.slice(plan.phases[phase.get()].title)))
        }
        SpeaksOf::Task(task) => format!("the {what} below {}", quoted(plan.name(task))),
        SpeaksOf::Section(_) => format!("the {what} below this heading"),
        SpeaksOf::Plan | SpeaksOf::Itself => format!("the plan's {what}"),
    }
}

/// A bar of so many cells for a percentage, with the signs of the old one.
fn drawn(old: &str, cells: u32, percent: u32) -> String {
    let is_full = |cell: &char| matches!(cell, '█' | '▓' | '■' | '▰');
    let (first, last) = (old.chars().next(), old.chars().last());
    let full = first.filter(is_full);
    let empty = last.filter(|cell| !is_full(cell));
    let pair = |full| match full {
        '■' => '□',
        '▰' => '▱',
        _ => '░',
    };
    let empty = empty.unwrap_or_else(|| pair(full.unwrap_or('█')));
    let full = full.unwrap_or(match empty {
        '□' => '■',
        '▱' => '▰',
        _ => '█',
    });
    let filled = (u64::from(cells) * u64::from(percent) / 100) as usize;
    let cells = cells as usize;
    (0..cells).map(|cell| if cell < filled { full } else { empty }).collect()
}

/// Writes the true number.
fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let plan = context.plan;
    let index = plan.claims.partition_point(|claim| claim.span.start < finding.place.span.start);
    let Some(claim) = plan.claims.get(index).filter(|claim| claim.span == finding.place.span) else {
        return Vec::new();
    };
    let Some(wrong) = judge(plan, &Tallies::new(context.joined), claim) else { return Vec::new() };
    let title = match claim.kind {
        ClaimKind::Bar { .. } => "Redraw the bar".to_owned(),
        _ => {
            let mut words = plan.slice(claim.span).to_owned();
            for (span, text) in wrong.truth.iter().rev() {
                if claim.span.contains(span.start as usize) {
                    let start = (span.start - claim.span.start) as usize;
                    words.replace_range(start..start + span.len(), text);
                }
            }
            format!("Write {}", quoted(&words))
        }
    };
    let edits = wrong.truth.into_iter().map(|(span, text)| Edit::replace(span, text)).collect();
    vec![Fix { title, safe: false, preferred: true, ask: None, action: FixAction::Plan(edits) }]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, plan};

    const TASKS: &str = "## Phase 1: Work\n\n- [x] 1.1 Read\n- [x] 1.2 Sort\n- [ ] 1.3 Write\n\n## Phase 2: Rest\n\n- [x] 2.1 Sleep\n- [ ] 2.2 Dream\n\n**VERIFY Phase 2:**\n- [ ] All are awake\n";

    /// A plan of five tasks, three of them done, in two phases, with this in front.
    fn with(claim: &str) -> Case {
        plan(&format!("# P\n\n{claim}\n\n{TASKS}"))
    }

    /// The messages about a claim.
    fn told(claim: &str) -> Vec<String> {
        let findings = with(claim).findings("TM210");
        findings
            .iter()
            .map(|finding| finding.split_once("\": ").map_or("", |told| told.1).to_owned())
            .collect()
    }

    #[test]
    fn tells_what_is_wrong_in_each_form() {
        for (claim, message) in [
            ("**Status**: 20% implemented", "this says 20%, but 3/5 · 60% of the plan's tasks are completed"),
            ("Progress: 100%", "this says 100%, but 3/5 · 60% of the plan's tasks are completed"),
            ("Progress: 2/5 tasks", "this says 2/5, but 3/5 of the plan's tasks are completed"),
            ("Tasks: 3/7", "this says 3/7, but 3/5 of the plan's tasks are completed"),
            ("2 of 5 tasks are complete.", "this says 2/5, but 3/5 of the plan's tasks are completed"),
            ("Overall progress: 1/2 phases complete", "this says 1/2 phases, but 0 are completed"),
            ("**Total tasks**: 9", "this says 9 tasks, but the plan has 5"),
            (
                "Progress: ██░░░░░░░░",
                "the bar shows 2 of 10 cells, but 3/5 · 60% of the plan's tasks are completed",
            ),
            ("Speed: ██░░░░░░░░ 80%", "the bar shows 2 of 10 cells, and the number beside it says 80%"),
            ("Lamps: 3/5 (90%)", "this says 90%, but 3 of 5 are 60%"),
            ("28 tests, 3 passing / 24 failing", "this says 28, but the numbers beside it add up to 27"),
            ("## All [4/5]", "this says 4/5, but 3/5 of the tasks below this heading are completed"),
            (
                "**Phase 2**: 2/2 tasks",
                "this says 2/2, but 1/2 of the tasks of “Phase 2: Rest” are completed",
            ),
        ] {
            let claim = if claim.starts_with("##") { claim.replace("## ", "# ") } else { claim.to_owned() };
            assert_eq!(told(&claim), [message], "{claim}");
        }
    }

    #[test]
    fn what_may_be_true_or_speaks_of_something_else_is_no_finding() {
        for claim in [
            "**Status**: 60% implemented",
            "Progress: 70%",
            "Progress: ~52%",
            "Progress: 3/5 tasks (60%)",
            "Progress: 3/6 tasks and criteria",
            "Progress: 4/9",
            "Test progress: 3/4",
            "Target status: 100% implemented",
            "Status: 90% coverage",
            "Status: 1/2 reviewers agree",
            "Progress: ██████░░░░ 60%",
            "Phase: 1/2 - Work",
            "28 tests written, 3 passing",
            "28 tests, 3 passing / 25 failing",
            "12 of 40 lamps are done",
            "Progress: 2025/11/01",
            "Progress: 30% → 60%",
            "## Session log\n\nProgress: 1/5 tasks",
            "`Progress: 1/5 tasks`",
            "> Progress: 1/5 tasks",
        ] {
            assert_eq!(told(claim), [""; 0], "{claim}");
        }
    }

    #[test]
    fn rows_of_progress_tables_are_looked_at_and_their_totals() {
        let table = "| Phase | Plans Complete | Hours |\n|---|---|---|\n| 1. Work | 3/3 | 4 |\n| 2. Rest | 1/2 | 5 |\n| **Total** | **4/6** | **8** |\n";
        assert_eq!(
            told(table),
            [
                "this says 3/3, but 2/3 of the tasks of “Phase 1: Work” are completed",
                "this says 6, but the numbers beside it add up to 5",
                "this says 8, but the numbers beside it add up to 9",
            ]
        );
        let open =
            table.replace("4/6", "4/5").replace("**8**", "").replace("3/3", "2/3").replace("4/5", "3/5");
        assert_eq!(told(&open), [""; 0]);
    }

    #[test]
    fn a_cookie_counts_what_stands_below() {
        let case = plan(
            "# P\n\n## Phase 1: Work [50%]\n\n- [ ] 1.1 Read [1/3]\n  - [x] 1.1.1 Letters\n  - [x] 1.1.2 Bills\n  - [ ] 1.1.3 Cards\n",
        );
        assert_eq!(
            case.findings("TM210"),
            [r#"plan:5 "1/3": this says 1/3, but 2/3 of the tasks below “1.1” are completed"#]
        );
        assert!(case.fixed("TM210", "Write “2/3”").contains("1.1 Read [2/3]\n"));
    }

    #[test]
    fn the_true_numbers_are_written_and_the_bar_is_drawn_anew() {
        let case = with("Progress: ██░░░░░░░░ 20% done");
        assert!(case.fixed("TM210", "Write “60%”").contains("Progress: ██████░░░░ 60% done\n"));
        let case = with("Speed: ██░░░░░░░░ 80%");
        assert!(case.fixed("TM210", "Redraw the bar").contains("Speed: ████████░░ 80%\n"));
        let case = with("Progress: 4/7 tasks");
        assert!(case.fixed("TM210", "Write “3/5 tasks”").contains("Progress: 3/5 tasks\n"));
    }

    #[test]
    fn steps_without_boxes_may_all_be_done() {
        let case = plan(
            "# Gaps\n\n**Current Status**: 65% implemented\n\n### DISCREPANCY #1: Lamps\n\n1. **Read the sensor** (Priority: HIGH)\n2. **Switch lamps** (Priority: LOW)\n\n#### Validation Criteria\n\n- [ ] No lamp burns\n",
        );
        assert_eq!(case.dialect(tallymark_plan::Dialect::ActionPlan).findings("TM210"), [""; 0]);
    }

    #[test]
    fn what_status_json_says_counts() {
        let case = with("Progress: 3/5 tasks").entries(&[
            ("1.1", "Read", "completed"),
            ("1.2", "Sort", "pending"),
            ("1.3", "Write", "pending"),
            ("2.1", "Sleep", "pending"),
            ("2.2", "Dream", "pending"),
        ]);
        assert_eq!(
            case.findings("TM210"),
            [r#"plan:3 "3/5 tasks": this says 3/5, but 1/5 of the plan's tasks are completed"#]
        );
    }
}
