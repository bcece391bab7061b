//! The phases after an edit. Some dialects drop those without tasks: then all of them are kept apart, as the reader counts them.

use std::ops::Range;

use tallymark_text::Span;

use super::again::Again;
use crate::shift::Shift;
use crate::trail::Trail;
use crate::{Phase, PhaseIndex, Plan};

/// The phases after an edit.
pub(super) struct Phases {
    /// All of them, where the dialect drops those without tasks.
    pub all: Option<Vec<Phase>>,
    /// Those of the plan.
    pub kept: Vec<Phase>,
    /// The places in the plan of those in the part, before and now.
    pub was: Range<usize>,
    pub is: Range<usize>,
    /// Their indices now, by those before, where that is not a mere shift.
    moved: Option<Vec<u32>>,
}

impl Phases {
    /// The phases with those that were read again; `None` if one that began before is dropped now, or no longer: the indices of
    /// all behind it are others. What was found gets the indices that phases have in the plan.
    pub fn new(old: &Plan, trail: &Trail, again: &mut Again) -> Option<Self> {
        let old_all = trail.all_phases(old);
        let all = all(old_all, again);
        let was = again.phases.clone();
        let is = was.start..was.start + again.found.phases.len();
        if trail.all_phases.is_none() {
            return Some(Self { all: None, kept: all, was, is, moved: None });
        }
        let kept_before = kept_before(old, old_all);
        let kept_now = kept_now(old, again, &kept_before)?;
        let (places_before, places_now) = (places(&kept_before), places(&kept_now));
        let place = |phase: PhaseIndex| PhaseIndex(places_now[phase.get()]);
        for task in &mut again.found.tasks {
            task.phase = task.phase.map(place);
        }
        for criterion in &mut again.found.criteria {
            criterion.phase = criterion.phase.map(place);
        }
        let now = |index: usize| {
            let shifted = again.shift.phase(PhaseIndex(index as u32)).get();
            // One that is gone is nobody's.
            places_now.get(shifted).copied().unwrap_or_default()
        };
        let moved = (0..old_all.len()).filter(|&index| kept_before[index]).map(now).collect();
        let kept = |phases: &[Phase], kept: &[bool]| -> Vec<Phase> {
            let both = phases.iter().zip(kept);
            both.filter(|(_, kept)| **kept).map(|(phase, _)| phase.clone()).collect()
        };
        let in_plan =
            |places: &[u32], part: Range<usize>| places[part.start] as usize..places[part.end] as usize;
        let phases = Self {
            kept: kept(&all, &kept_now),
            was: in_plan(&places_before, was),
            is: in_plan(&places_now, is.clone()),
            moved: Some(moved),
            all: None,
        };
        again.found.phases = kept(&all[is.clone()], &kept_now[is]);
        Some(Self { all: Some(all), ..phases })
    }

    /// The index now of a phase of the plan before.
    pub fn place(&self, shift: &Shift, phase: PhaseIndex) -> PhaseIndex {
        match &self.moved {
            Some(moved) => PhaseIndex(moved[phase.get()]),
            None => shift.phase(phase),
        }
    }
}

/// All phases, with those that were read again, and with the ends of those that are open at the ends of the part.
fn all(old: &[Phase], again: &Again) -> Vec<Phase> {
    let (places, shift) = (again.phases.clone(), again.shift);
    let mut phases = Vec::with_capacity(old.len() - places.len() + again.found.phases.len());
    phases.extend_from_slice(&old[..places.start]);
    phases.extend_from_slice(&again.found.phases);
    for &(phase, end) in &again.found.ends_of_phases {
        phases[phase.get()].block.end = end;
    }
    for phase in again.open_phases() {
        let before = again.phase_before(phase);
        moved_end(&mut phases[phase.get()].block, old[before.get()].block, &shift);
    }
    phases.extend(old[places.end..].iter().map(|phase| Phase {
        heading: shift.span(phase.heading),
        block: shift.span(phase.block),
        title: shift.span(phase.title),
        number: phase.number.map(|number| shift.span(number)),
        level: phase.level,
        mark: phase.mark.map(|mark| shift.mark(mark)),
    }));
    phases
}

/// Where a block ends that began before the end of the part and is still open there.
pub(super) fn moved_end(block: &mut Span, old: Span, shift: &Shift) {
    block.end = old.end.wrapping_add(shift.bytes);
}

/// Which of all phases the plan before has.
fn kept_before(old: &Plan, all: &[Phase]) -> Vec<bool> {
    let mut kept = old.phases.iter().peekable();
    let is_next = |phase: &Phase| kept.next_if(|next| next.heading == phase.heading).is_some();
    all.iter().map(is_next).collect()
}

/// Which of all phases hold tasks or criteria now; `None` if that is another answer for one that began before the part.
fn kept_now(old: &Plan, again: &Again, before: &[bool]) -> Option<Vec<bool>> {
    let (was, tasks) = (again.phases.clone(), again.tasks.clone());
    let found = again.found.phases.len();
    let mut now = Vec::with_capacity(before.len() - was.len() + found);
    now.extend_from_slice(&before[..was.start]);
    now.extend((0..found).map(|_| false));
    now.extend_from_slice(&before[was.end..]);
    let mut holds = vec![false; was.start];
    let found = &again.found;
    let phases = found.tasks.iter().filter_map(|task| task.phase);
    for phase in phases.chain(found.criteria.iter().filter_map(|criterion| criterion.phase)) {
        match phase.get() < was.start {
            true => holds[phase.get()] = true,
            false => now[phase.get()] = true,
        }
    }
    let places = places(before);
    // What the old plan has outside of the part.
    let criteria = super::again::places_in(&old.criteria, &again.was, |criterion| criterion.line.start);
    let held = |phase: usize, tasks: &[crate::Task], criteria: &[crate::Criterion]| {
        let phase = Some(PhaseIndex(places[phase]));
        tasks.iter().any(|task| task.phase == phase)
            || criteria.iter().any(|criterion| criterion.phase == phase)
    };
    for phase in again.begin.open_phases().map(PhaseIndex::get) {
        let still = holds[phase]
            || before[phase]
                && (!held(phase, &old.tasks[tasks.clone()], &old.criteria[criteria.clone()])
                    || held(phase, &old.tasks[..tasks.start], &old.criteria[..criteria.start])
                    || held(phase, &old.tasks[tasks.end..], &old.criteria[criteria.end..]));
        if still != before[phase] {
            return None;
        }
    }
    for phase in again.open_phases().filter(|phase| phase.get() >= was.start) {
        let counterpart = again.phase_before(phase).get();
        now[phase.get()] |=
            before[counterpart] && held(counterpart, &old.tasks[tasks.end..], &old.criteria[criteria.end..]);
    }
    Some(now)
}

/// How many are kept before each, and in all.
fn places(kept: &[bool]) -> Vec<u32> {
    let mut places = Vec::with_capacity(kept.len() + 1);
    let mut count = 0;
    places.push(count);
    for &kept in kept {
        count += u32::from(kept);
        places.push(count);
    }
    places
}
