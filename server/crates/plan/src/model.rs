//! The plan as plain data. Flat arrays with indices of parents: no recursion, however deep the nesting.

use std::sync::Arc;

use tallymark_text::{Edit, Source, Span};

use crate::trail::Trail;

/// Index into [`Plan::tasks`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TaskIndex(pub u32);

/// Index into [`Plan::phases`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PhaseIndex(pub u32);

impl TaskIndex {
    /// To index a slice with.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

impl PhaseIndex {
    /// To index a slice with.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// A markdown file as a plan. All spans are bytes of `source`'s text.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The text all spans point into.
    pub source: Arc<Source>,
    /// How the file was read.
    pub dialect: Dialect,
    /// Whether the file is a plan at all, and why not. Not a plan: all arrays below are still filled with what a plain
    /// reading found, for `explain` to tell; every surface stays silent.
    pub verdict: Verdict,
    /// The text of the first level-1 heading.
    pub title: Option<Span>,
    /// Phases in document order.
    pub phases: Vec<Phase>,
    /// Tasks in document order: a parent before its children, `parent` pointing back.
    pub tasks: Vec<Task>,
    /// Criteria in document order.
    pub criteria: Vec<Criterion>,
    /// All dependencies of all tasks; [`Task::dependencies`] is a range of it.
    pub dependencies: Vec<Dependency>,
    /// What whole phases wait for, by phase: `**pipeline-start:** when 1.3 completes`, `Phase 3 depends on Phase 2`, `**Depends on**: Phase 1`
    /// between a phase's heading and its first task. Each task of the phase waits for that too.
    pub phase_dependencies: Vec<(PhaseIndex, Dependency)>,
    /// The path that `**Output:**` names, without backticks.
    pub output: Option<Span>,
    /// Statements about progress that can be checked.
    pub claims: Vec<Claim>,
    /// `<!-- tallymark: allow … -->` comments.
    pub allowances: Vec<Allowance>,
    /// What could not be read as it was meant.
    pub problems: Vec<Problem>,
    /// Stretches in which boxes do not count, in document order.
    pub ignored: Vec<Ignored>,
    /// What [`Plan::edited`] goes on from.
    pub(crate) trail: Option<Arc<Trail>>,
}

/// The kinds of plan. Each is one file under `dialects/` and one page under `docs/dialects/`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dialect {
    /// `## Phase 1: …` with `- [ ] 1.1 …` and VERIFY boxes: the home dialect.
    Phased,
    /// Discrepancies with validation criteria and numbered steps.
    ActionPlan,
    /// Steps and deliverables with a validation checklist.
    FeatureSpec,
    /// Headings are tasks: `### 4.1 TaskScheduler ✅`.
    ProgressReport,
    /// spec-kit's `tasks.md`: `- [ ] T012 [P] [US1] …`.
    SpecKit,
    /// Kiro's and cc-sdd's `tasks.md`: `- [-] 2.1 …`, `- [ ]* …`.
    Kiro,
    /// OpenSpec's `tasks.md`: `## 1. Group`, `- [ ] 1.1 …`.
    OpenSpec,
    /// Backlog.md: a file is a task, told in its front matter; its boxes are criteria.
    Backlog,
    /// GSD: roadmaps with phases and plans `01-02`, and PLAN files with `<task>` elements.
    Gsd,
    /// superpowers' plans: `### Task 1: …` with boxes `**Step 1: …**` that start again in each.
    Superpowers,
    /// BMAD stories: `- [ ] Task 1: … (AC: 1)` below `Status: review`.
    Bmad,
    /// Codex ExecPlans: boxes under `## Progress`.
    ExecPlan,
    /// Any box is a task, any heading a phase.
    Plain,
}

/// Whether a file is a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is; why, in words for `tallymark explain`.
    Plan(&'static str),
    /// It is not; why, in words for `tallymark explain`.
    NotAPlan(&'static str),
}

/// A heading (or a bold label) that groups tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phase {
    /// The heading's bytes, without the line end.
    pub heading: Span,
    /// From the heading to the next of its level or above.
    pub block: Span,
    /// The heading's text without `#`, with the phase word: `Phase 1: Fix races`. This is what status.json calls `phase`.
    pub title: Span,
    /// The number after the phase word (`1`, `2.1`), where there is one.
    pub number: Option<Span>,
    /// The heading's level, 1 to 6; 0 for a label.
    pub level: u8,
    /// The mark in the heading (`[x] COMPLETE ✅`), where there is one.
    pub mark: Option<Mark>,
}

/// Something to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// The whole item: its line, details and subtasks.
    pub block: Span,
    /// The first line's bytes without indentation and line end.
    pub line: Span,
    /// The box or emoji, where there is one.
    pub mark: Option<Mark>,
    /// The id as written, without markup and the punctuation after it.
    pub id: Option<Span>,
    /// The words after mark, id and labels, on the first line, without a trailing `(depends: …)`.
    pub title: Span,
    /// The key where it is not the id: see [`Plan::key`].
    pub derived_key: Option<Arc<str>>,
    /// The phase it stands in.
    pub phase: Option<PhaseIndex>,
    /// The task above it.
    pub parent: Option<TaskIndex>,
    /// How many tasks are above it.
    pub depth: u16,
    /// A range of [`Plan::dependencies`].
    pub dependencies: std::ops::Range<u32>,
    /// Marked as one that may run beside others (`[P]`, `(P)`, `[PARALLEL]`).
    pub parallel: bool,
    /// Marked as one that runs alone, after the one before it (`[SEQUENTIAL]`).
    pub sequential: bool,
    /// Marked as optional (Kiro's `[ ]*`).
    pub optional: bool,
    /// What stands for it: a list item, a heading, front matter.
    pub form: TaskForm,
}

/// What stands for a task in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskForm {
    /// A list item with a box: its mark can be set.
    Box,
    /// A heading, with or without a mark.
    Heading,
    /// A list item without a box (a numbered step), or an XML element.
    Step,
    /// The front matter of a file that is a task: its state is a word there.
    FrontMatter,
}

/// What stands in a box, or the emoji or word that stands for a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The mark itself: what lies between the brackets (empty for `[]`), or the emoji.
    pub span: Span,
    /// With its brackets; the same as `span` for an emoji.
    pub outer: Span,
    /// What it means in the plan's dialect.
    pub meaning: Meaning,
}

/// What a mark says of its task.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Meaning {
    /// Not done.
    Open,
    /// Waiting in a queue (Kiro's `[~]`).
    Queued,
    /// Being worked on.
    InProgress,
    /// Cannot go on.
    Blocked,
    /// Done.
    Done,
    /// Tried, and failed.
    Failed,
    /// Left out on purpose.
    Skipped,
    /// Given up.
    Cancelled,
    /// No meaning in this dialect: a finding, never "open".
    Unknown,
}

/// A box that verifies: under VERIFY, Acceptance, Success Criteria and the like. Counted apart from tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Criterion {
    /// The first line's bytes without indentation and line end.
    pub line: Span,
    /// The box.
    pub mark: Mark,
    /// The words after the box.
    pub title: Span,
    /// The phase it belongs to.
    pub phase: Option<PhaseIndex>,
    /// The task it belongs to, where it stands below one.
    pub task: Option<TaskIndex>,
    /// Its number among the phase's criteria, from 1: its id is `V<phase number>.<n>`.
    pub ordinal: u32,
}

/// Something a task waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dependency {
    /// The id, range or phase as written.
    pub span: Span,
    /// What it names.
    pub target: Target,
}

/// What a dependency names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// One task, by the id in the span.
    Task,
    /// All tasks from the first id to the last: the spans of both.
    Range(Span, Span),
    /// A whole phase, by the number in the span.
    Phase(Span),
}

/// A statement about progress that can be checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The words: `65% implemented`, `3/7 tasks`.
    pub span: Span,
    /// What it says.
    pub kind: ClaimKind,
    /// What it speaks of.
    pub speaks_of: SpeaksOf,
    /// What it counts.
    pub counts: Counted,
}

/// What a claim says. Each number knows its digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClaimKind {
    /// `65%`; `about` is a `~` or "about" in front.
    Percent {
        /// The percentage.
        percent: Number,
        /// Whether it is a rough one.
        about: bool,
    },
    /// `3/7`, `3 of 7`, `[3/7]`.
    Fraction {
        /// How many are done.
        done: Number,
        /// Of how many.
        total: Number,
    },
    /// `Total tasks: 28`.
    Total {
        /// How many there are.
        total: Number,
    },
    /// A total, and the numbers beside it that should make it: `28 tests, 3 passing / 25 failing`, the last row of a table.
    Sum {
        /// What is said.
        total: Number,
        /// What the others make.
        sum: u32,
    },
    /// A percentage behind the two numbers that it is of: `3/7 (43%)`.
    Share {
        /// The percentage.
        percent: Number,
        /// The first number.
        done: u32,
        /// The second, never 0.
        total: u32,
    },
    /// A bar of blocks: `████░░░░░░ 40%`.
    Bar {
        /// The filled cells.
        filled: u32,
        /// All cells.
        cells: u32,
        /// The bytes of the cells.
        bar: Span,
        /// The percentage beside it.
        percent: Option<Number>,
    },
}

/// A number as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// Its digits.
    pub span: Span,
    /// Its value.
    pub value: u32,
}

/// What a claim speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpeaksOf {
    /// The whole plan.
    Plan,
    /// A phase.
    Phase(PhaseIndex),
    /// The tasks below a task.
    Task(TaskIndex),
    /// The tasks in a part of the text that is no phase: all below one heading.
    Section(Span),
    /// Nothing but the numbers beside it.
    Itself,
}

/// What a claim counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// It says: tasks, steps, items.
    Tasks,
    /// It says: phases.
    Phases,
    /// It does not say.
    Unsaid,
}

/// `<!-- tallymark: allow TM103 -->`, `<!-- tallymark: allow-file TM103 -->`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allowance {
    /// The comment.
    pub span: Span,
    /// The codes as written, each with its bytes.
    pub codes: Vec<Span>,
    /// The bytes that findings are silenced in: the comment's own line, with the next if it stands alone; or the file.
    pub scope: Span,
}

/// Something in the text that could not be read as it was meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
    /// What would mend it, if that is sure.
    pub mend: Vec<Edit>,
}

/// The kinds of problem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// Looks like a box to a person, and is none.
    NotATask(WhyNot),
    /// A code fence that is never closed; so many lines that look like tasks lie in it.
    UnclosedFence {
        /// Lines in it that look like boxes.
        swallowed: u32,
    },
    /// An HTML comment that is never closed; so many lines that look like tasks lie in it.
    UnclosedComment {
        /// Lines in it that look like boxes.
        swallowed: u32,
    },
    /// Nested deeper than is read.
    TooDeep,
}

/// Why a line that looks like a box is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyNot {
    /// `-[ ] text`: no blank between the bullet and the box.
    NoBlankAfterBullet,
    /// `- []text` or `- [ ]text`: no blank behind the box.
    NoBlankAfterBox,
    /// `- [] text`: nothing in the box.
    EmptyBox,
    /// `- [x ] text`, `- [ x] text`: more than one character in the box.
    BlankInBox,
    /// A no-break space, a tab or another blank where a space belongs.
    OddBlank,
    /// A box inside HTML.
    InsideHtml,
    /// `[ ] text` without a bullet.
    NoBullet,
    /// A box indented so far that markdown reads it as code.
    IndentedCode,
    /// A box with nothing behind it.
    NoText,
    /// A box-like mark inside a table, a heading or running text.
    NotAnItem,
}

/// A stretch in which boxes do not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ignored {
    /// Where.
    pub span: Span,
    /// Why.
    pub why: IgnoredWhy,
}

/// Why boxes do not count somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IgnoredWhy {
    /// A code block.
    Code,
    /// An HTML comment.
    Comment,
    /// A block quote.
    Quote,
    /// Front matter.
    FrontMatter,
    /// A legend that explains the marks.
    Legend,
    /// A list that repeats tasks told elsewhere.
    Repetition,
}

impl Plan {
    /// Whether the file is a plan.
    pub fn is_plan(&self) -> bool {
        matches!(self.verdict, Verdict::Plan(_))
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// A task.
    pub fn task(&self, task: TaskIndex) -> &Task {
        &self.tasks[task.get()]
    }

    /// All tasks with their indices.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = (TaskIndex, &Task)> + DoubleEndedIterator {
        self.tasks.iter().enumerate().map(|(index, task)| (TaskIndex(index as u32), task))
    }

    /// The id as written.
    pub fn id(&self, task: TaskIndex) -> Option<&str> {
        self.task(task).id.map(|id| self.slice(id))
    }

    /// The key, unique in the plan: the id; if that is unique only below its parent, `<parent key>/<id>`; without an id
    /// `~` and 8 base32 characters of a hash of (parent key, NFC title without mark and markup), then `-2`, `-3`.
    pub fn key(&self, task: TaskIndex) -> &str {
        let task = self.task(task);
        match &task.derived_key {
            Some(key) => key,
            None => task.id.map_or("", |id| self.slice(id)),
        }
    }

    /// What to call the task in a sentence: its id, or its key where others have that id too; without an id its title.
    pub fn name(&self, task: TaskIndex) -> &str {
        if self.task(task).id.is_some() { self.key(task) } else { self.title(task) }
    }

    /// The title as written, with markup.
    pub fn title(&self, task: TaskIndex) -> &str {
        self.slice(self.task(task).title)
    }

    /// The title of the phase a task stands in: `Phase 1: Fix races`.
    pub fn phase_title(&self, task: TaskIndex) -> Option<&str> {
        self.task(task).phase.map(|phase| self.slice(self.phases[phase.get()].title))
    }

    /// What the mark of a task says; [`Meaning::Open`] where there is none.
    pub fn meaning(&self, task: TaskIndex) -> Meaning {
        self.task(task).mark.map_or(Meaning::Open, |mark| mark.meaning)
    }

    /// The dependencies of a task.
    pub fn dependencies(&self, task: TaskIndex) -> &[Dependency] {
        let range = &self.task(task).dependencies;
        &self.dependencies[range.start as usize..range.end as usize]
    }

    /// What a phase waits for as a whole.
    pub fn dependencies_of_phase(&self, phase: PhaseIndex) -> impl Iterator<Item = &Dependency> {
        let first = self.phase_dependencies.partition_point(|(other, _)| *other < phase);
        let own = self.phase_dependencies[first..].iter().take_while(move |(other, _)| *other == phase);
        own.map(|(_, dependency)| dependency)
    }

    /// The innermost task whose first line lies at `offset` (line end included).
    pub fn task_at_line(&self, offset: usize) -> Option<TaskIndex> {
        let line = self.source.line_span(self.source.line_of(offset));
        let index = self.tasks.partition_point(|task| task.line.start < line.start);
        let task = self.tasks.get(index)?;
        (task.line.start <= line.end).then_some(TaskIndex(index as u32))
    }
}

impl Dialect {
    /// All dialects, in the order in which they are tried.
    pub const ALL: [Dialect; 13] = [
        Dialect::Backlog,
        Dialect::Gsd,
        Dialect::Bmad,
        Dialect::Superpowers,
        Dialect::SpecKit,
        Dialect::Kiro,
        Dialect::OpenSpec,
        Dialect::ExecPlan,
        Dialect::Phased,
        Dialect::ActionPlan,
        Dialect::FeatureSpec,
        Dialect::ProgressReport,
        Dialect::Plain,
    ];

    /// The name in settings and in output.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Phased => "phased",
            Dialect::ActionPlan => "action-plan",
            Dialect::FeatureSpec => "feature-spec",
            Dialect::ProgressReport => "progress-report",
            Dialect::SpecKit => "spec-kit",
            Dialect::Kiro => "kiro",
            Dialect::OpenSpec => "openspec",
            Dialect::Backlog => "backlog",
            Dialect::Gsd => "gsd",
            Dialect::Superpowers => "superpowers",
            Dialect::Bmad => "bmad",
            Dialect::ExecPlan => "exec-plan",
            Dialect::Plain => "plain",
        }
    }

    /// The dialect of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}
