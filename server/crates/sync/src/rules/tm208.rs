//! TM208: two marks of one line, or a heading and the tasks below it, contradict each other.

use tallymark_plan::{Mark, Meaning, PhaseIndex, Plan, TaskForm, TaskIndex};
use tallymark_text::Span;

use super::{Context, Needs, Reporter, Rule};
use crate::words::count;
use crate::{File, Place, Related, Severity, State, Subject};

pub(super) static RULE: Rule = Rule {
    code: "TM208",
    name: "contradictory-marks",
    severity: Severity::Hint,
    summary: "the box says one thing, the words or the emoji beside it another",
    page: include_str!("../../../../../docs/rules/TM208.md"),
    needs: Needs::Plan,
    trusts_boxes: false,
    each_task: Some(each_task),
    reads: &[],
    check,
    fixes: super::no_fixes,
    fix_all: None,
};

/// Tasks with a box.
const BOXES: usize = 0;

fn each_task(context: &Context<'_>, index: TaskIndex, reporter: &mut Reporter<'_>) {
    let task = context.plan.task(index);
    if task.form == TaskForm::Box
        && let Some(mark) = boxed(task.mark)
    {
        reporter.count(BOXES);
        look_at(context.plan, mark, task.title, Subject::Task(index), reporter);
    }
}

fn check(context: &Context<'_>, reporter: &mut Reporter<'_>) {
    let plan = context.plan;
    let mut boxes = reporter.counted(BOXES);
    for (index, criterion) in (0..).zip(&plan.criteria) {
        if let Some(mark) = boxed(Some(criterion.mark)) {
            boxes += 1;
            look_at(plan, mark, criterion.title, Subject::Criterion(index), reporter);
        }
    }
    let headings = headings(context, reporter);
    reporter.once(File::Plan, boxes + headings, |count| {
        format!("{count} lines say one thing in their box and another beside it")
    });
}

/// A mark that stands in a box.
fn boxed(mark: Option<Mark>) -> Option<Mark> {
    mark.filter(|mark| mark.outer != mark.span)
}

/// Compares the box of a line with the sign at its end.
fn look_at(plan: &Plan, mark: Mark, title: Span, subject: Subject, reporter: &mut Reporter<'_>) {
    let Some(sign) = closing_sign(plan, title) else { return };
    let contradicts = match mark.meaning {
        Meaning::Open | Meaning::Queued => sign.done,
        Meaning::Done => !sign.done,
        _ => false,
    };
    if contradicts {
        let (written, sign) = (plan.slice(mark.outer), sign.span);
        let message = format!("the box says {written}, the end of the line says {}", plan.slice(sign));
        let related = Related { place: Place::plan(mark.outer), message: "the box".to_owned() };
        reporter.report(Place::plan(sign), subject, message, vec![related]);
    }
}

/// Done headings above tasks that are not. How many done headings there are.
fn headings(context: &Context<'_>, reporter: &mut Reporter<'_>) -> usize {
    let plan = context.plan;
    let mut headings = 0;
    for (index, phase) in plan.phases.iter().enumerate() {
        let Some(mark) = phase.mark.filter(|mark| mark.meaning == Meaning::Done) else { continue };
        headings += 1;
        let first = plan.tasks.partition_point(|task| task.line.start < phase.heading.end);
        let end = plan.tasks.partition_point(|task| task.line.start < phase.block.end);
        let below = (first..end.max(first)).map(|index| TaskIndex(index as u32));
        let open: Vec<TaskIndex> = below.clone().filter(|&task| is_open(context, task)).collect();
        // In front of a title an emoji is often an ornament; where something below is done, it is not.
        let front = Span { start: phase.heading.start, end: mark.outer.start.max(phase.heading.start) };
        let in_front = plan.slice(front).trim_matches(['#', ' ', '\t']).is_empty();
        if in_front && !below.clone().any(|task| context.joined.state(task) == State::Completed) {
            continue;
        }
        if let Some(&task) = open.first() {
            let name = context.name(task);
            let message = match open.len() {
                1 => format!("the heading says done, but {name} below it is not"),
                more => format!("the heading says done, but {} below it are not", count(more, "task")),
            };
            let state = context.joined.state(task).label();
            let related =
                Related { place: Place::plan(plan.task(task).line), message: format!("{name} is {state}") };
            let subject = Subject::Phase(PhaseIndex(index as u32));
            reporter.report(Place::plan(mark.outer), subject, message, vec![related]);
        }
    }
    headings
}

/// Whether a task's box or entry says that it is not done.
fn is_open(context: &Context<'_>, task: TaskIndex) -> bool {
    let fields = context.plan.task(task);
    let speaks = fields.mark.is_some() || context.joined.entry(task).is_some();
    let state = context.joined.state(task);
    speaks && !fields.optional && matches!(state, State::Pending | State::Ready | State::InProgress)
}

/// A sign at the end of a title that says how the task stands.
pub(super) struct Sign {
    pub(super) span: Span,
    done: bool,
}

/// Emoji that say done, and emoji that say not done.
const DONE: [char; 4] = ['✅', '✔', '☑', '🎉'];
const NOT_DONE: [char; 4] = ['❌', '⏳', '🚧', '⬜'];

/// Words that may follow the emoji: `✅ COMPLETE`.
const WORDS: [&str; 9] =
    ["complete", "completed", "done", "finished", "failed", "pending", "todo", "not started", "in progress"];

/// Words before an emoji that make it a thing to show rather than a sign: `the badge shows ✅`.
const SHOWN: [&str; 24] = [
    "a", "an", "and", "as", "by", "display", "displays", "emoji", "for", "from", "mark", "or", "output",
    "outputs", "print", "prints", "return", "returns", "show", "shows", "the", "to", "use", "with",
];

/// The sign that closes a title: an emoji, a word of state behind it or not, and nothing else. Silent where the emoji is
/// rather what the sentence is about: several kinds of it in the title, a word or an arrow before that shows it, code.
pub(super) fn closing_sign(plan: &Plan, title: Span) -> Option<Sign> {
    let text = plan.slice(title);
    if text.is_ascii() {
        return None;
    }
    let is_sign = |character: char| DONE.contains(&character) || NOT_DONE.contains(&character);
    let (at, emoji) = text.char_indices().rev().find(|&(_, character)| is_sign(character))?;
    let behind = text[at + emoji.len_utf8()..].trim_start_matches('\u{fe0f}');
    let behind =
        behind.trim_matches(|character: char| character.is_whitespace() || "*_()!.".contains(character));
    if !(behind.is_empty() || WORDS.iter().any(|word| behind.eq_ignore_ascii_case(word))) {
        return None;
    }
    let before =
        text[..at].trim_end_matches(|character: char| character.is_whitespace() || "*_(".contains(character));
    let word = before.rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    let inside = |quote: char| before.matches(quote).count() % 2 == 1;
    let led_to = before.ends_with(['→', '>', '=', ':', '/', ',', '+', '|'])
        || SHOWN.iter().any(|shows| word.eq_ignore_ascii_case(shows));
    let shown = before.is_empty()
        || before.contains(is_sign)
        || inside('`')
        || inside('"')
        || (behind.is_empty() && led_to);
    let end = title.start as usize + text.trim_end().len();
    (!shown).then(|| Sign { span: Span::new(title.start as usize + at, end), done: DONE.contains(&emoji) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;

    fn lines(tasks: &str) -> Vec<String> {
        plan(&format!("# P\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n{tasks}")).findings("TM208")
    }

    #[test]
    fn an_open_box_and_a_closing_check_mark() {
        for line in [
            "1.3 Write ✅",
            "1.3 Write ✅ COMPLETE",
            "1.3 Write **✅ Done**",
            "1.3 Write (✅)",
            "1.3 Write - ✅",
            "1.3 Write `a.rs` ✅",
            "1.3 Write these: ✅ DONE",
        ] {
            assert_eq!(lines(&format!("- [ ] {line}\n")).len(), 1, "{line}");
        }
        assert_eq!(
            lines("- [ ] 1.3 Write ✅ COMPLETE\n"),
            [
                r#"plan:7 "✅ COMPLETE": the box says [ ], the end of the line says ✅ COMPLETE | plan:7 "[ ]": the box"#
            ]
        );
    }

    #[test]
    fn a_ticked_box_and_a_closing_cross() {
        assert_eq!(lines("- [x] 1.3 Write ❌\n- [x] 1.4 Send ⏳ pending\n").len(), 2);
        assert_eq!(lines("- [x] 1.3 Write ✅\n- [ ] 1.4 Send ❌\n"), [""; 0]);
    }

    #[test]
    fn prose_about_signs_is_no_sign() {
        for line in [
            "1.3 Show ✅ when it is done",
            "1.3 The badge shows ✅",
            "1.3 Replace ❌ with ✅",
            "1.3 Log prefix: ✅",
            "1.3 Map true → ✅",
            "1.3 Print `✅`",
            "1.3 Emit \"done ✅\"",
            "1.3 ✅",
        ] {
            assert_eq!(lines(&format!("- [ ] {line}\n")), [""; 0], "{line}");
        }
    }

    #[test]
    fn a_done_heading_above_open_tasks() {
        let case = plan(
            "# P\n\n## Phase 1: Work ✅\n\n- [x] 1.1 Read\n- [ ] 1.2 Sort\n- [ ] 1.3 Write\n\n## Phase 2: Rest\n\n- [ ] 2.1 Send\n",
        );
        let findings = case.findings("TM208");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("the heading says done, but 2 tasks below it are not"), "{findings:?}");
    }

    #[test]
    fn an_ornament_in_front_of_a_heading_is_no_sign() {
        let text = "# P\n\n## ✅ Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Sort\n\n## Phase 2: Rest\n\n- [ ] 2.1 Send\n";
        assert_eq!(plan(text).findings("TM208"), [""; 0]);
        assert_eq!(plan(&text.replace("[ ] 1.1", "[x] 1.1")).findings("TM208").len(), 1);
    }
}
