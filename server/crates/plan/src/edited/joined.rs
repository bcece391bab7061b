//! The plan after an edit: what was read again between what was there before.

use std::ops::Range;
use std::sync::Arc;

use tallymark_text::{Source, Span};

use super::again::{Again, places_in};
use super::claimed::{self, Skeleton};
use super::phases::{Phases, moved_end};
use super::{Changed, Stretch};
use crate::annotations::{self, Note, OutputLine};
use crate::cuts::Cut;
use crate::keys;
use crate::parse::{Unread, cuts_from, headings, tell, unread};
use crate::shift::Shift;
use crate::trail::{Trail, may_have_elements};
use crate::{Allowance, Criterion, Ignored, Options, Plan, Problem, Task, dependencies, dialects};

/// Puts a part that was read again in its place; `None`: all has to be read.
pub(super) fn join(
    old: &Plan,
    trail: &Trail,
    source: Arc<Source>,
    mut again: Again,
    options: Options<'_>,
) -> Option<(Plan, Changed)> {
    let text = source.text();
    let (was, is, shift) = (again.was.clone(), again.is.clone(), again.shift);

    let mut counts = trail.counts;
    trail.cuts[again.cuts.clone()].iter().for_each(|cut| counts -= cut.counts);
    counts += again.counted.sum();
    let (dialect, verdict) = tell(text, options, trail.front, &again.blocks, counts);
    if dialect != old.dialect {
        return None;
    }
    let reading = dialects::reading(dialect);
    let phases = Phases::new(old, trail, &mut again)?;
    let deep = std::mem::take(&mut again.deep);
    let Unread { ignored: ignored_again, problems: problems_again } =
        unread(&source, is.clone(), &mut again.blocks, deep, &mut again.found);
    let ignored = spliced(
        &old.ignored,
        &was,
        |one| one.span.start,
        ignored_again,
        |one| Ignored { span: shift.span(one.span), ..*one },
    );

    // Notes speak of tasks anywhere.
    let (notes, same_notes) = notes(trail, &source, &was, &is, &shift, &ignored);
    if !same_notes {
        return None;
    }
    let mut tasks = tasks(old, &mut again);
    annotations::mark_noted(text, notes.iter().map(|(_, note)| note), &mut tasks[again.tasks.start..]);
    // No task that is a heading is open: what a line inside belongs to stands inside too.
    let tasks_inside = trail.cuts[again.cuts.start].state.open_tasks().next().is_none()
        && again.state().open_tasks().next().is_none();
    let tasks_again = again.tasks.start..tasks.len();
    let dependencies = if tasks_inside {
        let places = places_in(&old.dependencies, &was, |dependency| dependency.span.start);
        let inside = dependencies::find(text, is.clone(), &mut tasks, again.tasks.start, &ignored);
        let count = inside.len();
        shift_ranges(&mut tasks[tasks_again.clone()], places.start as u32);
        append_tasks(&mut tasks, old, &again, &phases, (count as u32).wrapping_sub(places.len() as u32));
        spliced(&old.dependencies, &was, |one| one.span.start, inside, |one| shift.dependency(*one))
    } else {
        append_tasks(&mut tasks, old, &again, &phases, 0);
        tasks.iter_mut().for_each(|task| task.dependencies = 0..0);
        dependencies::find(text, trail.front.end as usize..text.len(), &mut tasks, 0, &ignored)
    };
    let (keys, keys_outside) = keys::Update {
        old_text: old.source.text(),
        old: &old.tasks,
        text,
        restart: reading.ids_restart(),
        read_again: (again.tasks.clone(), tasks_again.clone()),
    }
    .update(&mut tasks, &trail.keys);

    let criteria_was = places_in(&old.criteria, &was, |criterion| criterion.line.start);
    let criteria_is = criteria_was.start..criteria_was.start + again.found.criteria.len();
    let criteria_again = std::mem::take(&mut again.found.criteria);
    let criteria = spliced(
        &old.criteria,
        &was,
        |one| one.line.start,
        criteria_again,
        |one| Criterion {
            line: shift.span(one.line),
            mark: shift.mark(one.mark),
            title: shift.span(one.title),
            phase: one.phase.map(|phase| phases.place(&shift, phase)),
            task: one.task.map(|task| shift.task(task)),
            ordinal: one.ordinal,
        },
    );
    let headings_again = headings(&again.blocks);
    let headings_is = headings_again.len();
    let headings = spliced(
        &trail.headings,
        &was,
        |one| one.start,
        headings_again,
        |one| {
            let mut heading = *one;
            heading.start = heading.start.wrapping_add(shift.bytes);
            heading.text = shift.span(heading.text);
            heading
        },
    );
    let headings_was = places_in(&trail.headings, &was, |heading| heading.start);
    let headings_is = headings_was.start..headings_was.start + headings_is;

    let before = Skeleton::new(
        old.source.text(),
        &trail.headings[headings_was],
        &old.phases[phases.was.clone()],
        &old.tasks[again.tasks.clone()],
    );
    let now = Skeleton::new(
        text,
        &headings[headings_is],
        &phases.kept[phases.is.clone()],
        &tasks[tasks_again.clone()],
    );
    let all = claimed::All {
        old,
        old_headings: &trail.headings,
        source: &source,
        front: trail.front,
        was: &was,
        is: &is,
        first_task: again.tasks.start,
        only_title: again.only_title,
        headings: &headings,
        ignored: &ignored,
        phases: &phases.kept,
        tasks: &tasks,
        shift: &shift,
    };
    let by_parts = tasks_inside && before == now;
    let (claims, phase_dependencies) = if by_parts {
        (all.claims_by_parts(), all.phase_dependencies_by_parts())
    } else {
        (all.claims(), all.phase_dependencies())
    };

    let comments_again = std::mem::take(&mut again.blocks.comments);
    let comments =
        spliced(&trail.comments, &was, |one| one.start, comments_again.clone(), |one| shift.span(*one));
    let output = output(trail, &source, &was, &is, &shift, &ignored);
    let changed = Changed {
        everything: false,
        bytes: shift.replaced,
        tasks: Stretch::new(again.tasks.clone(), tasks_again),
        phases: Stretch::new(phases.was, phases.is),
        criteria: Stretch::new(criteria_was, criteria_is),
        keys: keys_outside,
    };
    let plan = Plan {
        dialect,
        verdict,
        title: match old.title {
            Some(title) if (title.start as usize) < was.start => old.title,
            Some(title) if title.start as usize >= was.end => Some(shift.span(title)),
            _ => again.found.title,
        },
        phases: phases.kept,
        criteria,
        dependencies,
        phase_dependencies,
        output: output.and_then(|line| line.path),
        claims,
        allowances: allowances(old, &source, &was, &comments_again, &shift),
        problems: spliced(
            &old.problems,
            &was,
            |one| one.span.start,
            problems_again,
            |one| shifted_problem(one, &shift),
        ),
        ignored,
        trail: Some(Arc::new(Trail {
            path: trail.path.clone(),
            dialect: trail.dialect,
            front: trail.front,
            all_phases: phases.all,
            counts,
            cuts: cuts(trail, &again),
            headings,
            comments,
            notes,
            output,
            keys,
            may_have_elements: {
                let again = may_have_elements(&text[is]);
                [0, 1].map(|tag| again[tag] || trail.may_have_elements[tag])
            },
        })),
        tasks,
        source,
    };
    Some((plan, changed))
}

/// A list after an edit: what stands before the part that was read again, what was found in it, and what stands behind it.
pub(super) fn spliced<T: Clone>(
    old: &[T],
    was: &Range<usize>,
    start: impl Fn(&T) -> u32,
    again: Vec<T>,
    shifted: impl Fn(&T) -> T,
) -> Vec<T> {
    let places = places_in(old, was, start);
    let mut list = Vec::with_capacity(old.len() - places.len() + again.len());
    list.extend_from_slice(&old[..places.start]);
    list.extend(again);
    list.extend(old[places.end..].iter().map(shifted));
    list
}

/// The tasks up to the end of the part, with room for those behind it.
fn tasks(old: &Plan, again: &mut Again) -> Vec<Task> {
    let (places, shift) = (again.tasks.clone(), again.shift);
    let mut tasks = Vec::with_capacity(old.tasks.len() - places.len() + again.found.tasks.len());
    tasks.extend_from_slice(&old.tasks[..places.start]);
    tasks.append(&mut again.found.tasks);
    for &(task, end) in &again.found.ends_of_tasks {
        tasks[task.get()].block.end = end;
    }
    for task in again.open_tasks() {
        let before = again.task_before(task);
        moved_end(&mut tasks[task.get()].block, old.tasks[before.get()].block, &shift);
    }
    tasks
}

/// Moves the ranges of dependencies of tasks that have some.
fn shift_ranges(tasks: &mut [Task], by: u32) {
    for range in tasks.iter_mut().map(|task| &mut task.dependencies) {
        if range.start < range.end {
            *range = range.start.wrapping_add(by)..range.end.wrapping_add(by);
        }
    }
}

/// Puts the tasks behind the part to those before them. `dependencies`: how many more there are before theirs.
fn append_tasks(tasks: &mut Vec<Task>, old: &Plan, again: &Again, phases: &Phases, dependencies: u32) {
    let shift = again.shift;
    let first = tasks.len();
    tasks.extend(old.tasks[again.tasks.end..].iter().map(|task| Task {
        block: shift.span(task.block),
        line: shift.span(task.line),
        mark: task.mark.map(|mark| shift.mark(mark)),
        id: task.id.map(|id| shift.span(id)),
        title: shift.span(task.title),
        derived_key: task.derived_key.clone(),
        phase: task.phase.map(|phase| phases.place(&shift, phase)),
        parent: task.parent.map(|parent| shift.task(parent)),
        depth: task.depth,
        dependencies: task.dependencies.clone(),
        parallel: task.parallel,
        sequential: task.sequential,
        optional: task.optional,
        form: task.form,
    }));
    shift_ranges(&mut tasks[first..], dependencies);
}

fn cuts(trail: &Trail, again: &Again) -> Vec<Cut> {
    let begin = &trail.cuts[again.cuts.start];
    let inside = cuts_from(
        (begin.state, begin.standing),
        begin.at,
        begin.level,
        &again.places,
        &again.found.states,
        &again.counted,
    );
    let behind = &trail.cuts[again.cuts.end..];
    let mut cuts = Vec::with_capacity(again.cuts.start + inside.len() + behind.len());
    cuts.extend_from_slice(&trail.cuts[..again.cuts.start]);
    cuts.extend(inside);
    let first = cuts.len();
    cuts.extend(behind.iter().map(|cut| Cut {
        at: cut.at.wrapping_add(again.shift.bytes),
        level: cut.level,
        state: cut.state.shifted(&again.shift),
        standing: cut.standing.shifted(&again.shift),
        counts: cut.counts,
    }));
    // At the first of them it may know more: of what the cut itself ends.
    if let (Some(cut), Some(&standing)) = (cuts.get_mut(first), again.counted.standing.last()) {
        cut.state = again.state();
        cut.standing = standing;
    }
    cuts
}

/// The notes, and whether those in the part say what they said.
fn notes(
    trail: &Trail,
    source: &Source,
    was: &Range<usize>,
    is: &Range<usize>,
    shift: &Shift,
    ignored: &[Ignored],
) -> (Vec<(u32, Note)>, bool) {
    let inside = annotations::notes(source, is.clone(), ignored);
    let gone = trail.notes.iter().filter(|(at, _)| was.contains(&(*at as usize)));
    let same = gone.map(|(_, note)| note).eq(inside.iter().map(|(_, note)| note));
    let outside = trail.notes.iter().filter(|(at, _)| !was.contains(&(*at as usize))).map(|(at, note)| {
        let behind = *at as usize >= was.end;
        (if behind { at.wrapping_add(shift.bytes) } else { *at }, note.clone())
    });
    (outside.chain(inside.iter().cloned()).collect(), same)
}

/// The line that tells where the output goes: the first of them.
fn output(
    trail: &Trail,
    source: &Source,
    was: &Range<usize>,
    is: &Range<usize>,
    shift: &Shift,
    ignored: &[Ignored],
) -> Option<OutputLine> {
    let before = trail.output.filter(|output| (output.line.start as usize) < was.start);
    let behind = || match trail.output {
        // There was one before the part's end: what stands behind it was not looked at.
        Some(output) if (output.line.start as usize) < was.end => {
            annotations::output(source, is.end..source.len(), ignored)
        }
        output => output.map(|output| OutputLine {
            line: shift.span(output.line),
            path: output.path.map(|path| shift.span(path)),
        }),
    };
    before.or_else(|| annotations::output(source, is.clone(), ignored)).or_else(behind)
}

/// The allowances. One before the part may hold for the part's first line.
fn allowances(
    old: &Plan,
    source: &Source,
    was: &Range<usize>,
    comments_again: &[Span],
    shift: &Shift,
) -> Vec<Allowance> {
    let text = source.text();
    let places = places_in(&old.allowances, was, |allowance| allowance.span.start);
    let anew = |span: Span| annotations::allowance(source, text, span);
    let inside = comments_again.iter().filter_map(|&comment| anew(comment));
    let before = old.allowances[..places.start].iter().filter_map(|allowance| {
        let far = (allowance.scope.end as usize) < was.start;
        if far { Some(allowance.clone()) } else { anew(allowance.span) }
    });
    let behind = old.allowances[places.end..].iter().filter_map(|allowance| anew(shift.span(allowance.span)));
    before.chain(inside).chain(behind).collect()
}

fn shifted_problem(problem: &Problem, shift: &Shift) -> Problem {
    let mut problem = problem.clone();
    problem.span = shift.span(problem.span);
    for edit in &mut problem.mend {
        edit.span = shift.span(edit.span);
    }
    problem
}
