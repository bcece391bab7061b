//! What speaks for a dialect: counts taken in one look over the blocks.

use memchr::memmem;
use tallymark_text::Span;

use crate::blocks::{Block, Blocks, Item};
use crate::boxes::{Shape, after_bullet, box_at, skip_blanks};
use crate::cuts::Place;
use crate::dialects::{PHASE, is_task_heading};
use crate::elements::ElementKind;
use crate::front_matter::fields;
use crate::headings::{
    PHASE_WORDS, announces_criteria, contains_any, label_words, mark_in, phase_name, plain_name,
};
use crate::ids::{Form, IdForms, id_at};

/// What is known of a file, for [`Dialect`](crate::Dialect)s to be told by.
#[derive(Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// The path with `/`, as given; may be empty.
    pub path: &'a str,
    text: &'a str,
    /// The keys of the front matter.
    pub front_keys: Vec<&'a str>,
    /// `<name>` inside `<task>`.
    pub task_elements: u32,
    counts: Counts,
}

impl std::ops::Deref for Evidence<'_> {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        &self.counts
    }
}

/// Defines [`Counts`] with its sums and differences.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counts over a text or a part of it; those of a text are the sums of those of its parts.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub(crate) struct Counts {
            $($(#[$doc])* pub $name: u32,)*
        }

        impl std::ops::AddAssign for Counts {
            fn add_assign(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
        }

        impl std::ops::SubAssign for Counts {
            fn sub_assign(&mut self, other: Self) {
                $(self.$name -= other.$name;)*
            }
        }
    };
}

counts! {
    /// List items with a sound box.
    boxes,
    /// Boxes with an id like `T001`.
    task_numbers,
    /// Boxes with an id like `1.1`.
    dotted,
    /// Boxes with an id like `1.`.
    single,
    /// Boxes like Kiro's `[ ]*`.
    optional,
    /// Headings and labels `Phase 1`.
    phases,
    /// Boxes below a phase.
    boxes_in_phases,
    /// Phases with boxes below them.
    phases_with_boxes,
    /// `## 1. Group`
    groups,
    /// Boxes whose id begins with the number of the group they stand in.
    boxes_of_group,
    /// `**VERIFY …` labels.
    verify,
    /// `### Step 1` headings with numbered items or boxes below them.
    steps,
    /// Those items and boxes.
    step_items,
    /// `### DISCREPANCY #1`, `### Issue 1`
    discrepancies,
    /// Headings that hold numbered steps or validation criteria.
    resolutions,
    /// `### 4.1 Title ✅`
    marked_headings,
    /// Boxes under headings that announce criteria.
    criteria,
    /// `### Task 1: …`
    task_headings,
    /// `- [ ] **Step 1: …**`
    step_boxes,
    /// `## Tasks / Subtasks`
    tasks_subtasks,
    /// Boxes with `(AC: 1)` in their line.
    criteria_references,
    /// Boxes `**Phase 1: Name**`
    phase_boxes,
    /// Boxes with an id like `01-02`.
    plan_numbers,
    /// `<!-- AC:BEGIN -->` and the like.
    backlog_comments,
    /// `## Progress`
    progress_headings,
    /// The other headings that ExecPlans must have, and nobody else has.
    exec_plan_headings,
}

/// What the blocks that come next stand in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Standing {
    /// The level of the open phase.
    phase: Option<u8>,
    phase_has_boxes: bool,
    /// The number of the open group.
    group: Option<Span>,
    /// The level of the open heading that announces criteria.
    criteria: Option<u8>,
    /// Below a step's heading: whether one of its items was seen.
    step: Option<bool>,
}

impl Standing {
    /// The number of the open group.
    pub fn group(&self) -> Option<Span> {
        self.group
    }

    /// What is left of it below a heading of `level`; 0: no heading.
    pub fn closed(mut self, level: u8) -> Self {
        if level > 0 {
            self.phase = self.phase.filter(|&open| open < level);
            self.criteria = self.criteria.filter(|&open| open < level);
            self.group = self.group.filter(|_| level > 2);
            self.step = None;
        }
        self.phase_has_boxes &= self.phase.is_some();
        self
    }

    /// Whether what follows is counted the same.
    pub fn leads_on_as(&self, other: &Standing) -> bool {
        self == other
    }

    /// The same behind an edit.
    pub fn shifted(mut self, shift: &crate::shift::Shift) -> Self {
        self.group = self.group.map(|group| shift.any_span(group));
        self
    }
}

/// The words for a discrepancy.
pub(crate) const DISCREPANCY_WORDS: &[&str] = &["discrepancy", "issue", "gap", "problem", "finding"];

/// The words for a step.
pub(crate) const STEP_WORDS: &[&str] = &["step"];

/// What an ExecPlan must have beside its progress.
const EXEC_PLAN_HEADINGS: &[&str] = &[
    "purpose / big picture",
    "surprises & discoveries",
    "surprises and discoveries",
    "decision log",
    "outcomes & retrospective",
    "outcomes and retrospective",
    "context and orientation",
    "plan of work",
    "concrete steps",
    "idempotence and recovery",
    "validation and acceptance",
];

/// Counts taken over blocks, and where the counting stood at each cut.
pub(crate) struct Counted {
    /// Of each part: from the beginning to the first cut, from there to the second, and so on.
    pub parts: Vec<Counts>,
    /// At each cut, and at the end.
    pub standing: Vec<Standing>,
}

impl Counted {
    /// What is counted in all.
    pub fn sum(&self) -> Counts {
        let mut sum = Counts::default();
        self.parts.iter().for_each(|&part| sum += part);
        sum
    }
}

/// Looks over blocks once. `only_title`: the file has one heading of the first level, its title.
pub(crate) fn count(
    text: &str,
    blocks: &Blocks,
    only_title: bool,
    from: Standing,
    cuts: &[Place],
) -> Counted {
    let mut counting = Counting { text, only_title, standing: from, counts: Counts::default() };
    let mut counted =
        Counted { parts: Vec::with_capacity(cuts.len() + 1), standing: Vec::with_capacity(cuts.len() + 1) };
    let mut begin = 0;
    let ends = cuts.iter().map(|cut| cut.block).chain([blocks.order.len()]);
    for end in ends {
        for &block in &blocks.order[begin..end] {
            counting.block(blocks, block);
        }
        counted.parts.push(std::mem::take(&mut counting.counts));
        counted.standing.push(counting.standing);
        begin = end;
    }
    for comment in &blocks.comments {
        if is_backlog_comment(&text[comment.range()]) {
            let part = cuts.partition_point(|cut| cut.at <= comment.start);
            counted.parts[part].backlog_comments += 1;
        }
    }
    counted
}

struct Counting<'t> {
    text: &'t str,
    only_title: bool,
    standing: Standing,
    counts: Counts,
}

impl Counting<'_> {
    fn block(&mut self, blocks: &Blocks, block: Block) {
        let text = self.text;
        match block {
            Block::Heading { level, text: span, .. } => self.heading(level, span),
            Block::Label { span, item: None } => {
                if let Some(words) = label_words(text, span) {
                    self.counts.verify += u32::from(text[words.range()].starts_with("VERIFY"));
                    if text[span.range()].starts_with("**") && phase_name(text, words, PHASE_WORDS).is_some()
                    {
                        self.phase(7);
                    }
                }
            }
            Block::Label { .. } | Block::Element(_) => {}
            Block::Item(index) => self.item(blocks.items[index as usize]),
        }
    }

    fn phase(&mut self, level: u8) {
        self.standing.phase = Some(level);
        self.standing.phase_has_boxes = false;
        self.counts.phases += 1;
    }

    fn heading(&mut self, level: u8, span: Span) {
        let (text, standing) = (self.text, &mut self.standing);
        if standing.phase.is_some_and(|open| level <= open) {
            standing.phase = None;
        }
        if standing.criteria.is_some_and(|open| level <= open) {
            standing.criteria = None;
        }
        if level <= 2 {
            standing.group = None;
        }
        standing.step = phase_name(text, span, STEP_WORDS).map(|_| false);
        if level == 1 && self.only_title {
            // The title.
        } else if phase_name(text, span, PHASE_WORDS).is_some() {
            self.phase(level);
        } else {
            self.other_heading(level, span);
            if self.standing.criteria.is_none() && announces_criteria(&text[span.range()]) {
                self.standing.criteria = Some(level);
            }
        }
    }

    fn other_heading(&mut self, level: u8, span: Span) {
        let (text, counts) = (self.text, &mut self.counts);
        let words = &text[span.range()];
        if level == 2
            && words.starts_with(|first: char| first.is_ascii_digit())
            && let Some(number) = plain_name(text, span).number
            && text[number.end as usize..].starts_with(['.', ')', ':'])
        {
            self.standing.group = Some(number);
            counts.groups += 1;
        }
        counts.task_headings += u32::from(is_task_heading(words));
        counts.tasks_subtasks += u32::from(is_tasks_subtasks(words));
        counts.progress_headings += u32::from(words.eq_ignore_ascii_case("progress"));
        counts.exec_plan_headings +=
            u32::from(EXEC_PLAN_HEADINGS.iter().any(|known| words.eq_ignore_ascii_case(known)));
        counts.discrepancies += u32::from(phase_name(text, span, DISCREPANCY_WORDS).is_some());
        counts.resolutions +=
            u32::from(contains_any(words, &["validation criteria", "implementation steps"]));
        let id = id_at(text, span.start as usize, span.end as usize, IdForms::default());
        counts.marked_headings += u32::from(id.is_some() && mark_in(text, span).is_some());
    }

    fn item(&mut self, item: Item) {
        let (text, counts, standing) = (self.text, &mut self.counts, &mut self.standing);
        let bytes = text.as_bytes();
        let content = after_bullet(bytes, item.span.start as usize);
        if let Some(counted) = &mut standing.step
            && item.parent.is_none()
            && standing.criteria.is_none()
            && (item.ordered || box_at(text, content).is_some())
        {
            counts.step_items += 1;
            counts.steps += u32::from(!*counted);
            *counted = true;
        }
        let Some(found) = box_at(text, content).filter(|found| found.shape == Shape::Sound) else { return };
        let end = crate::boxes::line_end(bytes, content);
        let mut at = found.outer.end as usize;
        counts.boxes += 1;
        if bytes.get(at) == Some(&b'*') && bytes.get(at + 1) == Some(&b' ') {
            counts.optional += 1;
            at += 1;
        }
        counts.criteria += u32::from(standing.criteria.is_some());
        if standing.phase.is_some() {
            counts.boxes_in_phases += 1;
            counts.phases_with_boxes += u32::from(!standing.phase_has_boxes);
            standing.phase_has_boxes = true;
        }
        let words = skip_blanks(bytes, at).min(end);
        let said = &text[words..end];
        counts.step_boxes += u32::from(said.trim_start_matches('*').starts_with("Step "));
        counts.criteria_references += u32::from(names_criteria(said));
        counts.phase_boxes += u32::from(phase_name(text, Span::new(words, end), PHASE).is_some());
        let Some(id) = id_at(text, words, end, ALL_FORMS) else { return };
        match id.form {
            Form::TaskNumber => counts.task_numbers += 1,
            Form::Dotted => {
                counts.dotted += 1;
                let own = text[id.id.range()].split('.').next();
                let group = standing.group.map(|group| &text[group.range()]);
                counts.boxes_of_group += u32::from(own.is_some() && own == group);
            }
            Form::Single => counts.single += 1,
            Form::PlanNumber => counts.plan_numbers += 1,
            Form::Prefixed => {}
        }
    }
}

/// `<!-- AC:BEGIN -->`, `<!-- SECTION:DESCRIPTION:BEGIN -->`
fn is_backlog_comment(comment: &str) -> bool {
    let inside = comment.trim_start_matches("<!--").trim_end_matches("-->").trim();
    inside.ends_with(":BEGIN") && ["AC:", "DOD:", "SECTION:"].iter().any(|start| inside.starts_with(start))
}

/// `Tasks / Subtasks`, with blanks around the slash or not.
fn is_tasks_subtasks(words: &str) -> bool {
    words.split_once('/').is_some_and(|(tasks, subtasks)| {
        tasks.trim().eq_ignore_ascii_case("tasks") && subtasks.trim().eq_ignore_ascii_case("subtasks")
    })
}

/// Whether `(AC: 1)` or `(AC 1)` stands somewhere in a line.
fn names_criteria(line: &str) -> bool {
    let bytes = line.as_bytes();
    memchr::memchr_iter(b'(', bytes)
        .any(|at| matches!(bytes.get(at + 1..at + 4), Some([b'A', b'C', b':' | b' '])))
}

const ALL_FORMS: IdForms = IdForms { single: true, task_number: true, prefixed: false, plan_number: true };

impl<'a> Evidence<'a> {
    /// What can be said before the file is read.
    pub fn of_path(path: &'a str) -> Self {
        Evidence { path, ..Evidence::default() }
    }

    /// Everything that is known of a file.
    pub fn new(
        text: &'a str,
        path: &'a str,
        front: Span,
        elements: &[crate::elements::Element],
        counts: Counts,
    ) -> Self {
        let is_task = |element: &&crate::elements::Element| matches!(element.kind, ElementKind::Task { .. });
        Self {
            path,
            text,
            front_keys: fields(text, front).map(|field| field.key).collect(),
            task_elements: elements.iter().filter(is_task).count() as u32,
            counts,
        }
    }

    /// Whether `_Requirements: …_` stands somewhere.
    pub fn names_requirements(&self) -> bool {
        memmem::find(self.text.as_bytes(), b"_Requirements:").is_some()
    }

    /// Whether `**Output:** …` stands somewhere.
    pub fn names_output(&self) -> bool {
        memmem::find(self.text.as_bytes(), b"**Output").is_some()
    }

    /// Whether the front matter has a key.
    pub fn has_front_key(&self, key: &str) -> bool {
        self.front_keys.contains(&key)
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or("")
    }

    /// Whether a folder of this name (or run of names, `a/b`) lies on the path.
    pub fn in_folder(&self, folder: &str) -> bool {
        let mut rest = self.path;
        loop {
            if rest.strip_prefix(folder).is_some_and(|behind| behind.starts_with('/')) {
                return true;
            }
            let Some((_, below)) = rest.split_once('/') else { return false };
            rest = below;
        }
    }
}
