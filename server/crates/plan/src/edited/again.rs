//! Reading again what an edit touches, up to a cut from which on all is as it was.

use std::ops::Range;

use tallymark_text::{Replaced, Source};

use crate::blocks::{self, Block, Blocks};
use crate::cuts::{self, Cut, Place};
use crate::evidence::{self, Counted};
use crate::front_matter::front_matter;
use crate::read::{self, Found, Part, State};
use crate::shift::Shift;
use crate::trail::{Trail, may_have_elements};
use crate::{PhaseIndex, Plan, Problem, TaskIndex, dialects, markdown_text};

/// A part of a text that was read again.
pub(super) struct Again {
    /// The cuts that it begins and ends with; the end of the list is the end of the text.
    pub cuts: Range<usize>,
    /// Its bytes, before and now.
    pub was: Range<usize>,
    pub is: Range<usize>,
    /// The phases and tasks that it had.
    pub phases: Range<usize>,
    pub tasks: Range<usize>,
    pub blocks: Blocks,
    pub deep: Vec<Problem>,
    pub places: Vec<Place>,
    pub counted: Counted,
    /// What the reader knew at the beginning.
    pub begin: State,
    pub found: Found,
    /// The cut at its end.
    pub end: Option<Place>,
    /// Whether the file has one heading of the first level, its title.
    pub only_title: bool,
    pub shift: Shift,
}

/// Why a part cannot be what is read again.
enum Not {
    /// What follows would be read differently: a larger one may do.
    Enough,
    /// All has to be read.
    Possible,
}

/// Reads what an edit touches; `None`: all has to be read.
pub(super) fn read_again(plan: &Plan, trail: &Trail, source: &Source, replaced: Replaced) -> Option<Again> {
    let (old, new) = (plan.source.as_ref(), source);
    let fits = replaced.old.start == replaced.new.start
        && replaced.old.end as usize <= old.len()
        && i64::try_from(new.len()).ok()? - i64::try_from(old.len()).ok()? == replaced.shift()
        && old.has_bom() == new.has_bom();
    if !fits || replaced.old.start < trail.front.end || front_matter(new) != trail.front {
        return None;
    }
    // The cut's own line must be as it was, with its end.
    let line = old.full_line_span(old.line_of(replaced.old.start as usize)).start;
    let first = trail.cuts.partition_point(|cut| cut.at < line).saturating_sub(1);
    let mut last = trail.cuts.partition_point(|cut| cut.at <= replaced.old.end).max(first + 1);
    let mut step = 1;
    loop {
        match read_part(plan, trail, new, replaced, first..last) {
            Ok(again) => return Some(again),
            Err(Not::Possible) => return None,
            Err(Not::Enough) if last >= trail.cuts.len() => return None,
            Err(Not::Enough) => {
                last = (last + step).min(trail.cuts.len());
                step *= 2;
            }
        }
    }
}

fn read_part(
    plan: &Plan,
    trail: &Trail,
    source: &Source,
    replaced: Replaced,
    cuts: Range<usize>,
) -> Result<Again, Not> {
    let text = source.text();
    let mut shift = Shift::new(replaced);
    let (begin, end) = (&trail.cuts[cuts.start], trail.cuts.get(cuts.end));
    let start = begin.at as usize;
    let was = start..end.map_or(plan.source.len(), |end| end.at as usize);
    let is = start..end.map_or(text.len(), |end| end.at.wrapping_add(shift.bytes) as usize);
    let elements = may_have_elements(&text[is.clone()]);
    if (0..2).all(|tag| elements[tag] || trail.may_have_elements[tag]) {
        return Err(Not::Possible);
    }
    // The line behind it shows whether everything is closed there.
    let seen = match end {
        Some(_) => start..source.full_line_span(source.line_of(is.end)).end as usize,
        None => is.clone(),
    };
    let (markdown, mut deep) = markdown_text::prepare(source, seen.clone(), &[]);
    let mut blocks = blocks::walk(&markdown, seen);
    if blocks.has_definitions {
        return Err(Not::Possible);
    }
    let end_place = match end {
        Some(_) => Some(cut_off(text, &mut blocks, &mut deep, is.end).ok_or(Not::Enough)?),
        None => None,
    };

    let level_one = |level: u8| level == 1;
    let had = trail.headings.iter().filter(|heading| level_one(heading.level)).count();
    let gone = trail
        .headings
        .iter()
        .filter(|heading| level_one(heading.level) && was.contains(&(heading.start as usize)));
    let only_title = had == 1;
    if (had - gone.count() + blocks.headings_of_first_level as usize == 1) != only_title {
        return Err(Not::Possible);
    }
    let places = cuts::places(text, &blocks, begin.at);
    let counted = evidence::count(text, &blocks, only_title, begin.standing, &places);
    let all_phases = trail.all_phases(plan);
    let phases = places_in(all_phases, &was, |phase| phase.heading.start);
    let tasks = places_in(&plan.tasks, &was, |task| task.line.start);
    let found = read::read(&Part {
        text,
        blocks: &blocks,
        front: trail.front,
        reading: dialects::reading(plan.dialect),
        only_title,
        state: begin.state,
        phases: &all_phases[..phases.start],
        tasks: &plan.tasks[..tasks.start],
        cuts: &places,
        end: end_place,
    });
    shift.first_phase = phases.start as u32;
    shift.phases = (found.phases.len() as u32).wrapping_sub(phases.len() as u32);
    shift.first_task = tasks.start as u32;
    shift.tasks = (found.tasks.len() as u32).wrapping_sub(tasks.len() as u32);
    let again = Again {
        cuts,
        was,
        is,
        phases,
        tasks,
        blocks,
        deep,
        places,
        counted,
        begin: begin.state,
        found,
        end: end_place,
        only_title,
        shift,
    };
    match end {
        Some(end) if !again.leads_on(plan, trail, text, end) => Err(Not::Enough),
        _ => Ok(again),
    }
}

/// The indices of those that begin in a part.
pub(super) fn places_in<T>(all: &[T], part: &Range<usize>, start: impl Fn(&T) -> u32) -> Range<usize> {
    let before = |at: usize| all.partition_point(|one| (start(one) as usize) < at);
    before(part.start)..before(part.end)
}

/// Takes off what stands behind `end`, if a block begins there that can be cut at.
fn cut_off(text: &str, blocks: &mut Blocks, deep: &mut Vec<Problem>, end: usize) -> Option<Place> {
    let start = |block: &Block| match *block {
        Block::Heading { span, .. } | Block::Label { span, .. } => span.start,
        Block::Item(item) => blocks.items[item as usize].span.start,
        Block::Element(element) => blocks.elements[element as usize].line.start,
    };
    let block = blocks.order.partition_point(|block| (start(block) as usize) < end);
    let found = (block < blocks.order.len()).then(|| cuts::place(text, blocks, block)).flatten();
    let place = found.filter(|place| place.at as usize == end)?;
    let cut = |at: u32| (at as usize) < end;
    blocks.headings_of_first_level -= u32::from(place.level == 1);
    blocks.order.truncate(block);
    blocks.items.retain(|item| cut(item.span.start));
    blocks.ignored.retain(|ignored| cut(ignored.span.start));
    blocks.comments.retain(|comment| cut(comment.start));
    blocks.html.retain(|html| cut(html.start));
    blocks.indented.retain(|indented| cut(indented.start));
    blocks.problems.retain(|problem| cut(problem.span.start));
    deep.retain(|problem| cut(problem.span.start));
    Some(place)
}

impl Again {
    /// What the reader knows at the end.
    pub fn state(&self) -> State {
        self.found.states.last().copied().unwrap_or_default()
    }

    /// The phases that are open behind the end.
    pub fn open_phases(&self) -> impl Iterator<Item = PhaseIndex> + use<> {
        self.behind().into_iter().flat_map(|state| state.open_phases())
    }

    /// The tasks that are headings and open behind the end.
    pub fn open_tasks(&self) -> impl Iterator<Item = TaskIndex> + use<> {
        self.behind().into_iter().flat_map(|state| state.open_tasks())
    }

    fn behind(&self) -> Option<State> {
        self.end.map(|end| self.state().closed(end.level))
    }

    /// The index before of a phase that is open behind the end: it was open there before, too.
    pub fn phase_before(&self, phase: PhaseIndex) -> PhaseIndex {
        let found = phase.get() >= self.phases.start;
        PhaseIndex(phase.0.wrapping_sub(if found { self.shift.phases } else { 0 }))
    }

    /// The same of a task.
    pub fn task_before(&self, task: TaskIndex) -> TaskIndex {
        let found = task.get() >= self.tasks.start;
        TaskIndex(task.0.wrapping_sub(if found { self.shift.tasks } else { 0 }))
    }

    /// Whether all that follows would be found as it was.
    fn leads_on(&self, plan: &Plan, trail: &Trail, text: &str, end: &Cut) -> bool {
        let (Some(&standing), old_text) = (self.counted.standing.last(), plan.source.text()) else {
            return false;
        };
        let (was, is) = (end.state.closed(end.level), self.state().closed(end.level));
        let old_standing = end.standing.closed(end.level);
        if !is.leads_on_as(&was.shifted(&self.shift), end.level)
            || !standing.closed(end.level).leads_on_as(&old_standing.shifted(&self.shift))
        {
            return false;
        }
        // What follows may look at these words.
        let same_words = |old, new| plan.source.slice(old) == &text[tallymark_text::Span::range(new)];
        let same_group = match (old_standing.group(), standing.closed(end.level).group()) {
            (Some(old), Some(new)) => same_words(old, new),
            _ => true,
        };
        let same_names = is.open_phases().zip(was.open_phases()).all(|(new, old)| {
            let Some(new) = new.get().checked_sub(self.phases.start) else { return true };
            let (old, new) = (&trail.all_phases(plan)[old.get()], &self.found.phases[new]);
            let name = |text: &str, phase: &crate::Phase| {
                let end = phase.number.map_or(phase.title.start, |number| number.end);
                text[phase.title.start as usize..end as usize].to_owned()
            };
            old.number.is_some() == new.number.is_some() && name(old_text, old) == name(text, new)
        });
        same_group && same_names && (end.level > 0 || same_words(was.heading(), is.heading()))
    }
}
