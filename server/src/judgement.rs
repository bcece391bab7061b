//! What a line of a plan was taken for, in words: for `dialect` and for `explain FILE:LINE`.

use tallymark_plan::{LineKind, Meaning, Plan, ProblemKind, TaskForm, TaskIndex, line_kind};

use crate::output::harmless;

/// What a line was taken for.
pub struct Judgement<'p> {
    /// The line, from zero.
    pub line: usize,
    /// What it is, as the plan has it.
    pub judged: LineKind,
    /// `task`, `criterion`, `phase`, `claim`, `finding`, `code`, `other`; nothing for plain prose.
    pub kind: Option<&'static str>,
    /// The id of a task (its key, where it has none), the number of a phase, `V1.2` of a criterion.
    pub id: Option<String>,
    /// What stands in the box, or the sign or word that stands for one.
    pub mark: Option<(&'p str, Meaning)>,
    /// By what it was told, or why it is no task.
    pub rule: String,
}

/// Judges a line (from zero).
pub fn judge(plan: &Plan, line: usize) -> Judgement<'_> {
    let judged = line_kind(plan, line);
    let mut judgement =
        Judgement { line, judged, kind: Some("other"), id: None, mark: None, rule: String::new() };
    let rule = match judged {
        LineKind::Task(task) => {
            let own = plan.task(task);
            judgement.kind = Some("task");
            judgement.id = Some(plan.key(task).to_owned());
            judgement.mark = own.mark.map(|mark| (plan.slice(mark.span), mark.meaning));
            task_rule(plan, task)
        }
        LineKind::Criterion(index) => {
            let own = &plan.criteria[index];
            let number = own.phase.and_then(|phase| plan.phases[phase.get()].number);
            judgement.kind = Some("criterion");
            judgement.id =
                Some(format!("V{}.{}", number.map_or("", |number| plan.slice(number)), own.ordinal));
            judgement.mark = Some((plan.slice(own.mark.span), own.mark.meaning));
            "a box without an id, where criteria are announced".to_owned()
        }
        LineKind::Phase(phase) => {
            let own = &plan.phases[phase.get()];
            judgement.kind = Some("phase");
            judgement.id = own.number.map(|number| plan.slice(number).to_owned());
            judgement.mark = own.mark.map(|mark| (plan.slice(mark.span), mark.meaning));
            let what = if own.level == 0 { "a label" } else { "a heading" };
            let told =
                if own.number.is_some() { "with the number of a phase" } else { "with tasks below it" };
            format!("{what} {told}")
        }
        LineKind::Claim(_) => {
            judgement.kind = Some("claim");
            "says how far the work is".to_owned()
        }
        LineKind::Problem(index) => {
            judgement.kind = Some("finding");
            match plan.problems[index].kind {
                ProblemKind::NotATask(why) => format!("TM202: {}", why.words()),
                kind => format!("{}: {}", code(kind), kind.words()),
            }
        }
        LineKind::Ignored(why) => {
            if why == tallymark_plan::IgnoredWhy::Code {
                judgement.kind = Some("code");
            }
            format!("boxes do not count here: {}", why.words())
        }
        LineKind::Allowance(_) => "allows findings".to_owned(),
        LineKind::Title => "the title".to_owned(),
        LineKind::Output => "names the folder of status.json".to_owned(),
        LineKind::Dependencies(task) => format!("what {} waits for", harmless(plan.name(task))),
        LineKind::Announcement => "announces criteria: boxes below it verify".to_owned(),
        LineKind::Heading => "a heading that names no phase, and is no task".to_owned(),
        LineKind::Label => {
            let words = plan.source.line(line).trim_start_matches([' ', '\t', '*']);
            let checkpoint =
                words.get(.."checkpoint".len()).is_some_and(|word| word.eq_ignore_ascii_case("checkpoint"));
            if checkpoint {
                "a checkpoint: no task".to_owned()
            } else {
                "a label that names no phase".to_owned()
            }
        }
        LineKind::Detail(_) | LineKind::Prose | LineKind::Blank => {
            judgement.kind = None;
            String::new()
        }
    };
    judgement.rule = rule;
    judgement
}

/// The code of the rule that reports a problem.
fn code(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::NotATask(_) | ProblemKind::TooDeep => "TM202",
        ProblemKind::UnclosedFence { .. } | ProblemKind::UnclosedComment { .. } => "TM211",
    }
}

fn task_rule(plan: &Plan, index: TaskIndex) -> String {
    let task = plan.task(index);
    let id = if task.id.is_some() { "with" } else { "without" };
    let mut rule = match task.form {
        TaskForm::Box => format!("a box {id} an id"),
        TaskForm::Heading => format!("a heading {id} an id, which this dialect takes for a task"),
        TaskForm::Step => format!("a step {id} an id, and no box"),
        TaskForm::FrontMatter => format!("front matter {id} an id: the file is the task"),
    };
    if let Some(parent) = task.parent {
        rule.push_str(&format!(", part of {}", harmless(plan.name(parent))));
    }
    for (flag, word) in
        [(task.optional, "optional"), (task.parallel, "parallel"), (task.sequential, "sequential")]
    {
        if flag {
            rule.push_str(&format!(", {word}"));
        }
    }
    rule
}

/// What a mark says, for a person.
pub fn meaning_word(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Open => "open",
        Meaning::Queued => "queued",
        Meaning::InProgress => "in progress",
        Meaning::Blocked => "blocked",
        Meaning::Done => "done",
        Meaning::Failed => "failed",
        Meaning::Skipped => "skipped",
        Meaning::Cancelled => "cancelled",
        Meaning::Unknown => "unknown",
    }
}
