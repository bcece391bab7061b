//! What each line was taken for, and why: for `tallymark explain FILE:LINE` and for showing how a dialect reads a file.

use tallymark_text::Span;

use crate::headings::{announces_criteria, label_words};
use crate::{IgnoredWhy, PhaseIndex, Plan, ProblemKind, TaskIndex, WhyNot};

/// What a line was taken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// The first line of a task.
    Task(TaskIndex),
    /// A line of details of a task.
    Detail(TaskIndex),
    /// A criterion: an index into [`Plan::criteria`].
    Criterion(usize),
    /// The heading or label of a phase.
    Phase(PhaseIndex),
    /// A line with a claim: an index into [`Plan::claims`].
    Claim(usize),
    /// A line with an allowance: an index into [`Plan::allowances`].
    Allowance(usize),
    /// A line that could not be read as it was meant: an index into [`Plan::problems`].
    Problem(usize),
    /// A line in which boxes do not count.
    Ignored(IgnoredWhy),
    /// The title of the file, where it is neither phase nor task.
    Title,
    /// A line with the path that the plan's output goes to.
    Output,
    /// A line of details that names what a task waits for.
    Dependencies(TaskIndex),
    /// A heading or label below which boxes are criteria.
    Announcement,
    /// A heading that is neither phase nor task.
    Heading,
    /// A bold label that is no phase: `**Checkpoint**: …`, `**Files:**`.
    Label,
    /// Anything else that has words.
    Prose,
    /// No words.
    Blank,
}

/// What `line` (from zero) of a plan was taken for.
pub fn line_kind(plan: &Plan, line: usize) -> LineKind {
    let span = plan.source.line_span(line);
    let text = plan.slice(span);
    if text.trim().is_empty() {
        return LineKind::Blank;
    }
    let begins = |places: usize, place: &dyn Fn(usize) -> Span| starts_on(span, places, place);
    if let Some(index) = begins(plan.tasks.len(), &|index| plan.tasks[index].line) {
        return LineKind::Task(TaskIndex(index as u32));
    }
    if let Some(index) = begins(plan.criteria.len(), &|index| plan.criteria[index].line) {
        return LineKind::Criterion(index);
    }
    if let Some(index) = begins(plan.phases.len(), &|index| plan.phases[index].heading) {
        return LineKind::Phase(PhaseIndex(index as u32));
    }
    if let Some(index) = reaches(span, plan.problems.len(), &|index| plan.problems[index].span) {
        return LineKind::Problem(index);
    }
    if let Some(index) = reaches(span, plan.allowances.len(), &|index| plan.allowances[index].span) {
        return LineKind::Allowance(index);
    }
    let first = span.start as usize + (text.len() - text.trim_start().len());
    let ignored = reaches(Span::new(first, first + 1), plan.ignored.len(), &|index| plan.ignored[index].span);
    if let Some(index) = ignored {
        return LineKind::Ignored(plan.ignored[index].why);
    }
    if let Some(index) = reaches(span, plan.claims.len(), &|index| plan.claims[index].span) {
        return LineKind::Claim(index);
    }
    if plan.title.is_some_and(|title| title.meets(span)) {
        return LineKind::Title;
    }
    if plan.output.is_some_and(|output| output.meets(span)) {
        return LineKind::Output;
    }
    if is_heading(text.trim_start()) {
        return if announces_criteria(text) { LineKind::Announcement } else { LineKind::Heading };
    }
    let task = innermost(plan, first);
    if let Some(task) = task
        && plan.dependencies(task).iter().any(|dependency| dependency.span.meets(span))
    {
        return LineKind::Dependencies(task);
    }
    let last = span.start as usize + text.trim_end().len();
    if let Some(words) = label_words(plan.source.text(), Span::new(first, last)) {
        if announces_criteria(plan.slice(words)) {
            return LineKind::Announcement;
        }
        if plan.source.text()[first..].starts_with("**") {
            return LineKind::Label;
        }
    }
    match task {
        Some(task) => LineKind::Detail(task),
        None => LineKind::Prose,
    }
}

/// The first place, among ascending ones, that begins on the line.
fn starts_on(line: Span, places: usize, place: &dyn Fn(usize) -> Span) -> Option<usize> {
    let index = first_from(line.start, places, place);
    (index < places && place(index).start <= line.end).then_some(index)
}

/// The first place, among ascending ones that do not overlap, that shares a byte with the line.
fn reaches(line: Span, places: usize, place: &dyn Fn(usize) -> Span) -> Option<usize> {
    let index = first_from(line.start, places, place);
    let before = index.checked_sub(1).filter(|&before| place(before).meets(line));
    before.or_else(|| (index < places && place(index).meets(line)).then_some(index))
}

/// The first place, among ascending ones, that begins at `start` or behind it.
fn first_from(start: u32, places: usize, place: &dyn Fn(usize) -> Span) -> usize {
    let (mut low, mut high) = (0, places);
    while low < high {
        let middle = low + (high - low) / 2;
        if place(middle).start < start {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The innermost task whose block holds `offset`.
fn innermost(plan: &Plan, offset: usize) -> Option<TaskIndex> {
    let before = plan.tasks.partition_point(|task| (task.block.start as usize) <= offset);
    let mut at = TaskIndex(before.checked_sub(1)? as u32);
    loop {
        let task = plan.task(at);
        if task.block.contains(offset) {
            return Some(at);
        }
        at = task.parent?;
    }
}

/// `# …` to `###### …`
fn is_heading(text: &str) -> bool {
    let hashes = text.bytes().take_while(|&byte| byte == b'#').count();
    (1..=6).contains(&hashes) && text[hashes..].chars().next().is_none_or(char::is_whitespace)
}

impl WhyNot {
    /// Why the line is no task, as the end of a sentence: "is no task: …".
    pub fn words(self) -> &'static str {
        match self {
            WhyNot::NoBlankAfterBullet => "a blank is missing between the bullet and the box",
            WhyNot::NoBlankAfterBox => "a blank is missing behind the box",
            WhyNot::EmptyBox => "nothing stands in the box; an open box has a blank in it",
            WhyNot::BlankInBox => "the box holds more than one character",
            WhyNot::OddBlank => {
                "a blank that is no space (a no-break space or a tab) stands where a space belongs"
            }
            WhyNot::InsideHtml => {
                "it stands inside HTML, where markdown sees no list; a blank line behind the tag ends that"
            }
            WhyNot::NoBullet => "the box has no bullet in front",
            WhyNot::IndentedCode => "it is indented so far that markdown takes it for code",
            WhyNot::NoText => "no words follow the box",
            WhyNot::NotAnItem => "the box does not begin a list item",
        }
    }
}

impl IgnoredWhy {
    /// Why boxes do not count there, as the end of a sentence: "boxes do not count here: …".
    pub fn words(self) -> &'static str {
        match self {
            IgnoredWhy::Code => "this is code",
            IgnoredWhy::Comment => "this is a comment",
            IgnoredWhy::Quote => "this is quoted",
            IgnoredWhy::FrontMatter => "this is front matter",
            IgnoredWhy::Legend => "this explains the marks",
            IgnoredWhy::Repetition => "this repeats a task that is told elsewhere",
        }
    }
}

impl ProblemKind {
    /// What is wrong, as a sentence without its full stop.
    pub fn words(self) -> String {
        match self {
            ProblemKind::NotATask(why) => format!("this looks like a task and is none: {}", why.words()),
            ProblemKind::UnclosedFence { swallowed: 0 } => "this code fence is never closed".to_owned(),
            ProblemKind::UnclosedFence { swallowed } => {
                format!("this code fence is never closed, and swallows {}", boxes(swallowed))
            }
            ProblemKind::UnclosedComment { swallowed: 0 } => "this comment is never closed".to_owned(),
            ProblemKind::UnclosedComment { swallowed } => {
                format!("this comment is never closed, and swallows {}", boxes(swallowed))
            }
            ProblemKind::TooDeep => "this is nested too deep and is not read".to_owned(),
        }
    }
}

fn boxes(count: u32) -> String {
    if count == 1 { "1 line with a box".to_owned() } else { format!("{count} lines with boxes") }
}
