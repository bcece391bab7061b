//! Which id a new task gets, and how it is written.

use tallymark_plan::{ItemHead, PhaseIndex, Plan, TaskForm, TaskIndex, item_head};
use tallymark_sync::Analysis;

/// An id for a new task, with what stands around it, as at the task that it is counted on from: `**1.4:** `, `T013 `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextId {
    /// The id alone.
    pub(crate) id: String,
    /// The markup and words before it: `**`, `Task `.
    pub(crate) before: String,
    /// The punctuation and markup behind it, with a blank.
    pub(crate) after: String,
}

impl NextId {
    /// As it stands in a line.
    pub(crate) fn written(&self) -> String {
        [&*self.before, &*self.id, &*self.after].concat()
    }
}

/// The id of a task that follows `task`, beside it: the first behind its own that neither the plan nor status.json has.
/// An id that only status.json has is a former task's, whose entry would be taken for the new one's.
pub(crate) fn id_after(analysis: &Analysis, task: TaskIndex) -> Option<NextId> {
    let plan = &*analysis.joined.plan;
    let id = plan.id(task)?;
    let (before, after) = surroundings(plan, task)?;
    let restarts = plan.dialect.ids_restart();
    let own = plan.task(task);
    let is_taken = |id: &str| {
        let mut tasks = analysis.joined.tasks_with_id(id);
        if restarts {
            // The same id below another heading is another task's.
            return tasks.any(|other| {
                let other = plan.task(other);
                other.parent == own.parent && other.phase == own.phase
            });
        }
        tasks.next().is_some() || analysis.joined.entries_with_id(id).next().is_some()
    };
    let next = std::iter::successors(counted_on(id), |id| counted_on(id));
    let id = next.take(LONGEST_RUN).find(|id| !is_taken(id))?;
    Some(NextId { id, before, after })
}

/// The id of the first task of a phase, as the other phases begin: `2.1` where theirs begin with `1.1`, `T013` where ids
/// are counted through the whole plan.
pub(crate) fn first_id(analysis: &Analysis, phase: PhaseIndex) -> Option<NextId> {
    let plan = &*analysis.joined.plan;
    let own = &plan.phases[phase.get()];
    let before = plan.tasks.partition_point(|task| task.line.start < own.heading.start);
    let last_above = (0..before).rev().map(|index| TaskIndex(index as u32));
    let last =
        last_above.filter(|&task| plan.task(task).parent.is_none()).find(|&task| plan.id(task).is_some());
    let template = match last {
        Some(task) => task,
        None => plan.tasks().map(|(task, _)| task).find(|&task| {
            plan.id(task).is_some()
                && plan.task(task).parent.is_none()
                && plan.task(task).phase != Some(phase)
        })?,
    };
    let id = plan.id(template)?;
    let its_phase = plan.task(template).phase.and_then(|phase| plan.phases[phase.get()].number);
    let own_number = own.number.map(|number| plan.slice(number));
    let prefix = id.strip_suffix(|character: char| character.is_ascii_digit())?;
    let prefix = prefix.trim_end_matches(|character: char| character.is_ascii_digit());
    match (its_phase.map(|number| plan.slice(number)), own_number) {
        (Some(its), Some(own)) if prefix.strip_suffix('.') == Some(its) => {
            let (before, after) = surroundings(plan, template)?;
            let id = format!("{own}.1");
            let taken = analysis.joined.tasks_with_id(&id).next().is_some()
                || analysis.joined.entries_with_id(&id).next().is_some();
            (!taken).then_some(NextId { id, before, after })
        }
        // Counted through: on from the last.
        _ if !plan.dialect.ids_restart() => id_after(analysis, template),
        _ => None,
    }
}

/// How many numbers are tried in search of a free one.
const LONGEST_RUN: usize = 100_000;

/// `1.3` → `1.4`, `T009` → `T010`, `01-02` → `01-03`, `3.6a` → `3.6b`; `None` where there is nothing to count.
fn counted_on(id: &str) -> Option<String> {
    let letter = id.as_bytes().last().copied().filter(|last| matches!(last, b'a'..=b'i'));
    if let Some(letter) = letter {
        let stem =
            id.get(..id.len() - 1).filter(|stem| stem.ends_with(|last: char| last.is_ascii_digit()))?;
        return Some(format!("{stem}{}", char::from(letter + 1)));
    }
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (stem, number) = id.split_at(id.len() - digits);
    let next = number.parse::<u32>().ok()?.checked_add(1)?;
    Some(format!("{stem}{next:0digits$}"))
}

/// What stands around the id of a task between box and words.
fn surroundings(plan: &Plan, task: TaskIndex) -> Option<(String, String)> {
    let own = plan.task(task);
    let ItemHead { id, words, outer, .. } = head_of(plan, task)?;
    let id = id.filter(|id| Some(*id) == own.id)?;
    let text = plan.source.text();
    let before = text[outer?.end as usize..id.start as usize].trim_start();
    let after = text[id.end as usize..words].trim_end_matches([' ', '\t']);
    // `**1.1 Title**`: the markup is closed behind the title, and there is none yet.
    let is_markup = |character: char| matches!(character, '*' | '_' | '`');
    let is_closed = !before.contains(is_markup) || after.contains(is_markup);
    let before = if is_closed { before.to_owned() } else { before.replace(is_markup, "") };
    Some((before, format!("{after} ")))
}

/// The head of a task's line, where the task is a box in a list.
pub(crate) fn head_of(plan: &Plan, task: TaskIndex) -> Option<ItemHead> {
    let own = plan.task(task);
    if own.form != TaskForm::Box {
        return None;
    }
    let start = plan.source.line_span(plan.source.line_of(own.line.start as usize)).start;
    item_head(plan.source.text(), start as usize, plan.dialect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn next(text: &str) -> Vec<Option<String>> {
        let fixture = Fixture::new(text);
        let plan = &fixture.analysis.joined.plan;
        plan.tasks().map(|(task, _)| id_after(&fixture.analysis, task).map(|next| next.written())).collect()
    }

    #[test]
    fn ids_are_counted_on_in_the_way_of_the_plan() {
        let cases = [
            ("## Phase 1: A\n- [ ] **1.9:** A\n- [ ] **1.10:** B\n", "**1.11:** "),
            ("## Phase 1: A\n- [ ] **1.1 A**\n- [ ] **1.2 B**\n", "1.3 "),
            ("## Phase 1: A\n- [ ] T008 A\n- [ ] T010 [P] B\n", "T009 "),
            ("## Phase 1: A\n- [ ] AB-1: A\n", "AB-2: "),
            ("## Phase 1: A\n- [ ] 1.1 A\n- [ ] 1.2a B\n", "1.2 "),
            ("## Phase 1: A\n- [ ] Task 1.1: A\n", "Task 1.2: "),
            ("//- tasks.md\n# Tasks\n## 1. A\n- [ ] 1.1 Ü\n  - [ ] 1.1.1 Ü\n", "1.2 "),
        ];
        for (text, expected) in cases {
            assert_eq!(next(text)[0].as_deref(), Some(expected), "{text}");
        }
        assert_eq!(next("## Phase 1: A\n- [ ] 1.1 A\n- [ ] 1.2a B\n")[1].as_deref(), Some("1.2b "));
        assert_eq!(next("## Phase 1: A\n- [ ] 1.1 A\n- [ ] B\n")[1], None);
    }

    #[test]
    fn an_id_that_only_the_status_file_has_is_not_given_again() {
        let taken = BILLING.replace("\"id\": \"9.9\"", "\"id\": \"2.6\"");
        assert_eq!(next(&taken).last().unwrap().as_deref(), Some("2.7 "));
        assert_eq!(next(BILLING).last().unwrap().as_deref(), Some("2.6 "));
    }

    #[test]
    fn a_phase_begins_as_the_others_do() {
        let first = |text: &str| {
            let fixture = Fixture::new(text);
            let last = fixture.analysis.joined.plan.phases.len() as u32 - 1;
            first_id(&fixture.analysis, PhaseIndex(last)).map(|next| next.written())
        };
        let dotted = "## Phase 1: A\n- [ ] 1.1 A\n- [ ] 1.2 B\n## Phase 2: B\n";
        assert_eq!(first(dotted).as_deref(), Some("2.1 "));
        assert_eq!(
            first("## Phase 1: A\n- [ ] T001 A\n- [ ] T002 B\n## Phase 2: B\n").as_deref(),
            Some("T003 ")
        );
        assert_eq!(first("## Phase 1: A\n- [ ] A\n## Phase 2: B\n"), None);
    }
}
