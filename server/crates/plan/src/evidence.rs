//! What speaks for a dialect: counts taken in one look over the blocks.

use memchr::memmem;
use tallymark_text::Span;

use crate::blocks::{Block, Blocks};
use crate::boxes::{Shape, after_bullet, box_at, skip_blanks};
use crate::dialects::{PHASE, is_task_heading};
use crate::elements::ElementKind;
use crate::front_matter::fields;
use crate::headings::{PHASE_WORDS, contains_any, label_words, mark_in, phase_name, plain_name};
use crate::ids::{Form, IdForms, id_at};

/// Counts over a file, for [`Dialect`](crate::Dialect)s to be told by.
#[derive(Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// The path with `/`, as given; may be empty.
    pub path: &'a str,
    text: &'a str,
    /// List items with a sound box.
    pub boxes: u32,
    /// Boxes with an id like `T001`.
    pub task_numbers: u32,
    /// Boxes with an id like `1.1`.
    pub dotted: u32,
    /// Boxes with an id like `1.`.
    pub single: u32,
    /// Boxes like Kiro's `[ ]*`.
    pub optional: u32,
    /// Headings and labels `Phase 1`.
    pub phases: u32,
    /// Boxes below a phase.
    pub boxes_in_phases: u32,
    /// Phases with boxes below them.
    pub phases_with_boxes: u32,
    /// `## 1. Group`
    pub groups: u32,
    /// Boxes whose id begins with the number of the group they stand in.
    pub boxes_of_group: u32,
    /// `**VERIFY …` labels.
    pub verify: u32,
    /// `### Step 1` headings with numbered items or boxes below them.
    pub steps: u32,
    /// Those items and boxes.
    pub step_items: u32,
    /// `### DISCREPANCY #1`, `### Issue 1`
    pub discrepancies: u32,
    /// Headings that hold numbered steps or validation criteria.
    pub resolutions: u32,
    /// `### 4.1 Title ✅`
    pub marked_headings: u32,
    /// Boxes under headings that announce criteria.
    pub criteria: u32,
    /// `### Task 1: …`
    pub task_headings: u32,
    /// `- [ ] **Step 1: …**`
    pub step_boxes: u32,
    /// `## Tasks / Subtasks`
    pub tasks_subtasks: bool,
    /// Boxes with `(AC: 1)` in their line.
    pub criteria_references: u32,
    /// Boxes `**Phase 1: Name**`
    pub phase_boxes: u32,
    /// Boxes with an id like `01-02`.
    pub plan_numbers: u32,
    /// `<name>` inside `<task>`.
    pub task_elements: u32,
    /// The keys of the front matter.
    pub front_keys: Vec<&'a str>,
    /// `<!-- AC:BEGIN -->` and the like.
    pub backlog_comments: bool,
    /// `## Progress`
    pub progress_headings: u32,
    /// The other headings that ExecPlans must have, and nobody else has.
    pub exec_plan_headings: u32,
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

    /// Looks over a file.
    pub fn gather(text: &'a str, blocks: &Blocks, path: &'a str, front: Span) -> Self {
        let bytes = text.as_bytes();
        let mut seen = Evidence {
            path,
            text,
            front_keys: fields(text, front).map(|field| field.key).collect(),
            backlog_comments: blocks
                .comments
                .iter()
                .any(|comment| is_backlog_comment(&text[comment.range()])),
            task_elements: blocks
                .elements
                .iter()
                .filter(|element| matches!(element.kind, ElementKind::Task { .. }))
                .count() as u32,
            ..Evidence::default()
        };
        let mut phase = None;
        let mut phase_has_boxes = false;
        let mut group = None;
        let mut criteria = None;
        let mut step = None;
        for block in &blocks.order {
            match *block {
                Block::Heading { level, text: span, .. } => {
                    if phase.is_some_and(|open| level <= open) {
                        phase = None;
                    }
                    if criteria.is_some_and(|open| level <= open) {
                        criteria = None;
                    }
                    if level <= 2 {
                        group = None;
                    }
                    step = phase_name(text, span, STEP_WORDS).map(|_| false);
                    if level == 1 && blocks.headings_of_first_level == 1 {
                        // The title.
                    } else if phase_name(text, span, PHASE_WORDS).is_some() {
                        phase = Some(level);
                        phase_has_boxes = false;
                        seen.phases += 1;
                    } else {
                        seen.heading(text, level, span, &mut group);
                        if criteria.is_none() && crate::headings::announces_criteria(&text[span.range()]) {
                            criteria = Some(level);
                        }
                    }
                }
                Block::Label { span, item: None } => {
                    if let Some(words) = label_words(text, span) {
                        seen.verify += u32::from(text[words.range()].starts_with("VERIFY"));
                        if text[span.range()].starts_with("**")
                            && phase_name(text, words, PHASE_WORDS).is_some()
                        {
                            phase = Some(7);
                            phase_has_boxes = false;
                            seen.phases += 1;
                        }
                    }
                }
                Block::Label { .. } | Block::Element(_) => {}
                Block::Item(index) => {
                    let item = blocks.items[index as usize];
                    let content = after_bullet(bytes, item.span.start as usize);
                    if let Some(counted) = &mut step
                        && item.parent.is_none()
                        && criteria.is_none()
                        && (item.ordered || box_at(text, content).is_some())
                    {
                        seen.step_items += 1;
                        seen.steps += u32::from(!*counted);
                        *counted = true;
                    }
                    let Some(found) = box_at(text, content).filter(|found| found.shape == Shape::Sound)
                    else {
                        continue;
                    };
                    let end = crate::boxes::line_end(bytes, content);
                    let mut at = found.outer.end as usize;
                    seen.boxes += 1;
                    if bytes.get(at) == Some(&b'*') && bytes.get(at + 1) == Some(&b' ') {
                        seen.optional += 1;
                        at += 1;
                    }
                    seen.criteria += u32::from(criteria.is_some());
                    if phase.is_some() {
                        seen.boxes_in_phases += 1;
                        seen.phases_with_boxes += u32::from(!phase_has_boxes);
                        phase_has_boxes = true;
                    }
                    let words = skip_blanks(bytes, at).min(end);
                    let said = &text[words..end];
                    seen.step_boxes += u32::from(said.trim_start_matches('*').starts_with("Step "));
                    seen.criteria_references += u32::from(names_criteria(said));
                    seen.phase_boxes += u32::from(phase_name(text, Span::new(words, end), PHASE).is_some());
                    let Some(id) = id_at(text, words, end, ALL_FORMS) else { continue };
                    match id.form {
                        Form::TaskNumber => seen.task_numbers += 1,
                        Form::Dotted => {
                            seen.dotted += 1;
                            let own = text[id.id.range()].split('.').next();
                            seen.boxes_of_group += u32::from(own.is_some() && own == group);
                        }
                        Form::Single => seen.single += 1,
                        Form::PlanNumber => seen.plan_numbers += 1,
                        Form::Prefixed => {}
                    }
                }
            }
        }
        seen
    }

    fn heading<'t>(&mut self, text: &'t str, level: u8, span: Span, group: &mut Option<&'t str>) {
        let words = &text[span.range()];
        if level == 2
            && words.starts_with(|first: char| first.is_ascii_digit())
            && let Some(number) = plain_name(text, span).number
            && text[number.end as usize..].starts_with(['.', ')', ':'])
        {
            *group = Some(&text[number.range()]);
            self.groups += 1;
        }
        self.task_headings += u32::from(is_task_heading(words));
        self.tasks_subtasks |= is_tasks_subtasks(words);
        self.progress_headings += u32::from(words.eq_ignore_ascii_case("progress"));
        self.exec_plan_headings +=
            u32::from(EXEC_PLAN_HEADINGS.iter().any(|known| words.eq_ignore_ascii_case(known)));
        self.discrepancies += u32::from(phase_name(text, span, DISCREPANCY_WORDS).is_some());
        self.resolutions += u32::from(contains_any(words, &["validation criteria", "implementation steps"]));
        let id = id_at(text, span.start as usize, span.end as usize, IdForms::default());
        self.marked_headings += u32::from(id.is_some() && mark_in(text, span).is_some());
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
