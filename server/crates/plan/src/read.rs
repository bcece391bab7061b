//! From blocks to phases, tasks and criteria, as a dialect reads them.

mod elements;
mod items;
mod phases;
mod state;
mod whole_file;

use std::collections::HashSet;

pub(crate) use state::State;
use tallymark_text::Span;

use crate::blocks::{Block, Blocks, ItemIndex};
use crate::boxes::{Boxed, line_end, skip_blanks, trim_end};
use crate::cuts::Place;
use crate::dialects::{Reading, WholeFile, meaning};
use crate::headings::{
    PHASE_WORDS, PhaseName, announces_criteria, announces_legend, announces_tasks, label_words, mark_in,
    phase_name, sign,
};
use crate::ids::id_at;
use crate::nesting::nest_by_id;
use crate::{Criterion, Ignored, Mark, Meaning, Phase, PhaseIndex, Task, TaskForm, TaskIndex};

/// What reading finds. Indices are those of the whole plan.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub title: Option<Span>,
    pub phases: Vec<Phase>,
    pub tasks: Vec<Task>,
    pub criteria: Vec<Criterion>,
    /// Legends and repetitions, in document order.
    pub ignored: Vec<Ignored>,
    /// What the reader knew at each cut, and at the end.
    pub states: Vec<State>,
    /// Where the phases end that were open at the beginning, as far as they end.
    pub ends_of_phases: Vec<(PhaseIndex, u32)>,
    /// The same of the tasks that are headings.
    pub ends_of_tasks: Vec<(TaskIndex, u32)>,
}

/// What is read, and from where to where.
pub(crate) struct Part<'t> {
    pub text: &'t str,
    pub blocks: &'t Blocks,
    pub front: Span,
    pub reading: &'t dyn Reading,
    /// Whether the file has one heading of the first level, its title.
    pub only_title: bool,
    /// What is known at the beginning.
    pub state: State,
    /// The phases and tasks before the beginning.
    pub phases: &'t [Phase],
    pub tasks: &'t [Task],
    /// Where to write down what is known.
    pub cuts: &'t [Place],
    /// The cut that ends the part; `None`: it ends with the text.
    pub end: Option<Place>,
}

/// Reads a part of a text as its dialect says.
pub(crate) fn read(part: &Part<'_>) -> Found {
    let Part { text, blocks, front, reading, .. } = *part;
    let mut reader = Reader {
        text,
        reading,
        blocks,
        found: Found::default(),
        items: Vec::with_capacity(blocks.items.len()),
        open_phases: Vec::new(),
        open_headings: Vec::new(),
        section: part.state.section,
        criteria_level: part.state.criteria_level,
        legend_level: part.state.legend_level,
        ordinals: Vec::new(),
        loose_ordinals: part.state.loose_ordinals,
        told: HashSet::new(),
        phase_index: Vec::new(),
        title_is_task: false,
        has_title: part.state.has_title,
        only_title: part.only_title,
        phases_before: part.state.open_phases().collect(),
        tasks_before: part.state.open_tasks().collect(),
        first_phase: part.phases.len() as u32,
        first_task: part.tasks.len() as u32,
    };
    reader.take_up(part);
    reader.found.tasks.reserve(blocks.items.len());
    if reading.whole_file() == WholeFile::Task {
        reader.title_is_task = !reader.front_matter_task(front);
    }
    let mut begin = 0;
    let ends = part.cuts.iter().map(|cut| cut.block).chain([blocks.order.len()]);
    for end in ends {
        for block in &blocks.order[begin..end] {
            match *block {
                Block::Heading { level, span, text } => reader.heading(level, span, text),
                Block::Label { span, item } => reader.label(span, item),
                Block::Item(index) => reader.item(index),
                Block::Element(index) => reader.element(blocks.elements[index as usize]),
            }
        }
        let state = reader.state();
        reader.found.states.push(state);
        begin = end;
    }
    reader.finish(part.end)
}

/// What the items below an item inherit.
#[derive(Clone, Copy, Default)]
struct ItemState {
    /// The innermost task that the item is or stands in.
    task: Option<TaskIndex>,
    /// Whether boxes below are criteria.
    criteria: bool,
    /// Whether a label inside the item has said so.
    labelled: bool,
}

/// The heading and label that the reader stands under.
#[derive(Clone, Copy, Debug, Default)]
struct Section {
    heading: Span,
    is_phase: bool,
    /// What the last label announced: criteria, tasks, or nothing.
    label: Option<Announced>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Announced {
    Criteria,
    Tasks,
    Other,
}

struct Reader<'t> {
    text: &'t str,
    reading: &'t dyn Reading,
    blocks: &'t Blocks,
    found: Found,
    /// One for each item read so far.
    items: Vec<ItemState>,
    /// Phases whose block is open, with their level; a label's is 7, below all headings.
    open_phases: Vec<(u8, PhaseIndex)>,
    /// Heading tasks whose block is open.
    open_headings: Vec<(u8, TaskIndex)>,
    section: Section,
    criteria_level: Option<u8>,
    legend_level: Option<u8>,
    /// For each phase, how many criteria it has so far.
    ordinals: Vec<u32>,
    loose_ordinals: u32,
    /// Ids and one-word titles of the tasks that are headings: what the text repeats them by.
    told: HashSet<&'t str>,
    /// Tasks that may be phases of an index, with the phase's number.
    phase_index: Vec<(TaskIndex, Span)>,
    /// Whether the first title is the task that the file is.
    title_is_task: bool,
    has_title: bool,
    only_title: bool,
    /// The phases and tasks that were open at the beginning: they stand before all that is found, under other indices.
    phases_before: Vec<PhaseIndex>,
    tasks_before: Vec<TaskIndex>,
    /// The indices of the first phase and the first task that are found here.
    first_phase: u32,
    first_task: u32,
}

/// Below the headings of all levels.
const LABEL_LEVEL: u8 = 7;

impl<'t> Reader<'t> {
    fn heading(&mut self, level: u8, span: Span, text: Span) {
        self.close(level, span.start as usize);
        self.section = Section { heading: text, ..Section::default() };
        let words = &self.text[text.range()];
        let first_title = level == 1 && !self.has_title;
        if first_title {
            self.has_title = true;
            self.found.title = Some(text);
        }
        if self.legend_level.is_none() && announces_legend(words) {
            self.legend_level = Some(level);
        }
        // Below a heading that announces criteria, headings only divide them.
        if self.criteria_level.is_some() {
            return;
        }
        let is_title = first_title && self.only_title;
        if first_title && self.title_is_task {
            self.title_task(span, text);
            return;
        }
        let may_be_phase = !is_title || self.reading.whole_file() == WholeFile::Phase;
        if let Some(name) = self.reading.phase(self.text, level, text)
            && may_be_phase
            && !self.repeats_open_phase(&name, text)
        {
            self.open_phase(level, span, name);
            if is_title {
                self.phase_status(span.end as usize);
            }
            return;
        }
        if self.reading.is_task_heading(words) && !is_title && self.heading_task(level, span, text) {
            return;
        }
        if !first_title && announces_criteria(words) {
            self.criteria_level = Some(level);
        }
    }

    /// Ends what a heading of `level` at `at` ends.
    fn close(&mut self, level: u8, at: usize) {
        let end = trim_end(self.text.as_bytes(), 0, at);
        while let Some(&(open, phase)) = self.open_phases.last() {
            if open < level {
                break;
            }
            self.open_phases.pop();
            let block = &mut self.found.phases[phase.get()].block;
            *block = Span::new(block.start as usize, end);
        }
        while let Some(&(open, task)) = self.open_headings.last() {
            if open < level {
                break;
            }
            self.open_headings.pop();
            let block = &mut self.found.tasks[task.get()].block;
            *block = Span::new(block.start as usize, end);
        }
        for open in [&mut self.criteria_level, &mut self.legend_level] {
            if open.is_some_and(|open| level <= open) {
                *open = None;
            }
        }
    }

    /// `#### Phase 1 Acceptance Criteria` inside Phase 1 is no second Phase 1.
    fn repeats_open_phase(&self, name: &PhaseName, text: Span) -> bool {
        // The phase word with its number: `Step 1` inside `Phase 1` is another.
        let named =
            |title: Span, number: Option<Span>| Some(&self.text[title.start as usize..number?.end as usize]);
        let wanted = named(name.title, name.number);
        let same = |phase: PhaseIndex| {
            let open = &self.found.phases[phase.get()];
            match (named(open.title, open.number), wanted) {
                (Some(open), Some(wanted)) => open.eq_ignore_ascii_case(wanted),
                _ => false,
            }
        };
        if self.open_phases.iter().any(|&(_, phase)| same(phase)) {
            return true;
        }
        // `### Phase 1 Validation`, without a colon or dash behind the number.
        let behind = name.number.map_or("", |number| &self.text[number.end as usize..text.end as usize]);
        !behind.trim_start().starts_with([':', '-', '–', '—', '.', '(', '：'])
            && behind.trim_start().starts_with(|first: char| first.is_alphabetic())
            && announces_criteria(behind)
    }

    fn open_phase(&mut self, level: u8, span: Span, name: PhaseName) {
        let index = PhaseIndex(self.found.phases.len() as u32);
        self.found.phases.push(Phase {
            heading: span,
            block: Span::new(span.start as usize, self.text.len()),
            title: name.title,
            number: name.number,
            level: if level == LABEL_LEVEL { 0 } else { level },
            mark: name.mark.map(|mark| self.mark(mark)),
        });
        self.ordinals.push(0);
        self.open_phases.push((level, index));
        self.section.is_phase = true;
    }

    /// A heading with an id, as a task; whether it is one.
    fn heading_task(&mut self, level: u8, span: Span, text: Span) -> bool {
        let end = text.end as usize;
        let mark = mark_in(self.text, text);
        // A sign may stand before the id: `### ✅ 4.1 Title`.
        let mut at = text.start as usize;
        if let Some(mark) = mark
            && mark.outer.start as usize == at
        {
            at = skip_blanks(self.text.as_bytes(), mark.outer.end as usize).min(end);
        }
        let Some(id) = id_at(self.text, at, end, self.reading.ids()) else { return false };
        let mut title_end = end;
        if let Some(mark) = mark
            && mark.outer.start as usize >= id.rest
        {
            title_end = mark.outer.start as usize;
        }
        let parent = self.open_headings.last().map(|&(_, task)| task);
        let index = TaskIndex(self.found.tasks.len() as u32);
        let title = Span::new(id.rest, trim_end(self.text.as_bytes(), id.rest, title_end));
        let mark = mark.map(|mark| self.mark(mark));
        let mut task = self.new_task(span, span, TaskForm::Heading, parent);
        task.block = Span::new(span.start as usize, self.text.len());
        task.mark = mark;
        task.id = Some(id.id);
        task.title = title;
        self.found.tasks.push(task);
        self.open_headings.push((level, index));
        if self.reading.repeats_headings() {
            self.told.insert(&self.text[id.id.range()]);
            if !title.is_empty() && !self.text[title.range()].contains(' ') {
                self.told.insert(&self.text[title.range()]);
            }
        }
        true
    }

    fn mark(&self, found: Boxed) -> Mark {
        let text = &self.text[found.mark.range()];
        let meaning = if found.mark == found.outer {
            sign(text).unwrap_or(Meaning::Unknown)
        } else {
            meaning(self.reading, text)
        };
        Mark { span: found.mark, outer: found.outer, meaning }
    }

    fn label(&mut self, span: Span, item: Option<ItemIndex>) {
        let Some(words) = label_words(self.text, span) else { return };
        let announced = announced(&self.text[words.range()]);
        if let Some(item) = item {
            let bullet = self.blocks.items[item as usize].span.start as usize;
            // The item's own line is read with the item.
            if line_end(self.text.as_bytes(), bullet) < span.start as usize {
                self.items[item as usize].labelled = announced == Announced::Criteria;
            }
            return;
        }
        let bold = self.text[span.range()].starts_with("**");
        let named = bold && self.criteria_level.is_none() && announced != Announced::Criteria;
        if named
            && let Some(name) = phase_name(self.text, words, PHASE_WORDS)
            && self.reading.phase(self.text, LABEL_LEVEL, words).is_some()
            && !self.repeats_open_phase(&name, words)
        {
            self.close(LABEL_LEVEL, span.start as usize);
            let name = PhaseName { mark: mark_in(self.text, span), ..name };
            let title = self.text[name.title.range()].trim_end_matches([':', '：', ' ']);
            let title = Span::new(name.title.start as usize, name.title.start as usize + title.len());
            self.open_phase(LABEL_LEVEL, span, PhaseName { title, ..name });
            self.section.label = None;
            return;
        }
        self.section.label = Some(announced);
    }

    fn phase(&self) -> Option<PhaseIndex> {
        self.open_phases.last().map(|&(_, phase)| phase)
    }

    fn in_criteria(&self) -> bool {
        match self.section.label {
            Some(Announced::Criteria) => true,
            Some(Announced::Tasks) => false,
            Some(Announced::Other) | None => self.criteria_level.is_some(),
        }
    }

    fn new_task(&self, block: Span, line: Span, form: TaskForm, parent: Option<TaskIndex>) -> Task {
        let parent = parent.or_else(|| match form {
            TaskForm::Heading | TaskForm::FrontMatter => None,
            TaskForm::Box | TaskForm::Step => self.open_headings.last().map(|&(_, task)| task),
        });
        Task {
            block,
            line,
            mark: None,
            id: None,
            title: Span::at(line.end as usize),
            derived_key: None,
            phase: self.phase(),
            parent,
            depth: parent.map_or(0, |parent| self.found.tasks[parent.get()].depth.saturating_add(1)),
            dependencies: 0..0,
            parallel: false,
            sequential: false,
            optional: false,
            form,
        }
    }

    fn criterion(&mut self, line: Span, mark: Mark, title: Span, task: Option<TaskIndex>) {
        let task = task.or_else(|| self.open_headings.last().map(|&(_, task)| task));
        let phase = self.phase();
        let counter = match phase {
            Some(phase) => &mut self.ordinals[phase.get()],
            None => &mut self.loose_ordinals,
        };
        *counter += 1;
        self.found.criteria.push(Criterion { line, mark, title, phase, task, ordinal: *counter });
    }

    fn finish(mut self, end: Option<Place>) -> Found {
        match end {
            None => self.close(0, self.text.len()),
            Some(cut) if cut.level > 0 => self.close(cut.level, cut.at as usize),
            Some(_) => {}
        }
        if self.reading.nests_by_id() {
            nest_by_id(self.text, &mut self.found.tasks);
        }
        self.fold_phase_index();
        self.leave();
        self.found
    }
}

fn announced(words: &str) -> Announced {
    if announces_criteria(words) {
        Announced::Criteria
    } else if announces_tasks(words) {
        Announced::Tasks
    } else {
        Announced::Other
    }
}
