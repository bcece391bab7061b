//! How tasks and entries find each other, what is done, and what waits for what.

use std::sync::Arc;

use proptest::prelude::*;
use tallymark_plan::{Dialect, Options, TaskIndex};
use tallymark_status::Status;
use tallymark_sync::{Counterpart, Joined, MatchKind, Progress, State, join};
use tallymark_text::Source;

fn joined(plan: &str, entries: &[(&str, &str, &str, &str)]) -> Joined {
    let entries: Vec<String> = entries
        .iter()
        .map(|(id, phase, text, word)| {
            format!(
                "{{\"id\": {id:?}, \"phase\": {phase:?}, \"description\": {text:?}, \"status\": {word:?}}}"
            )
        })
        .collect();
    joined_with(plan, &format!("{{\"tasks\": [{}]}}", entries.join(", ")))
}

fn joined_with(plan: &str, status: &str) -> Joined {
    let options = Options { path: "docs/plans/a.md", dialect: Some(Dialect::Phased) };
    let plan = tallymark_plan::parse(Arc::new(Source::new(plan)), options);
    join(Arc::new(plan), Some(Arc::new(Status::parse(Arc::new(Source::new(status))))))
}

/// For each task the position of its entry, and by what it was found.
fn matches(joined: &Joined) -> Vec<Option<(usize, MatchKind)>> {
    joined.matches.iter().map(|found| found.map(|found| (found.entry.get(), found.kind))).collect()
}

const PLAN: &str = "# Plan\n\n## Phase 1: Read\n\n- [ ] 1.1 Read the settings\n- [ ] 1.2 Parse the plan\n\n**VERIFY Phase 1:**\n- [ ] All is read\n\n## Phase 2: Join\n\n- [ ] 2.1 Join both sides\n";

#[test]
fn id_and_text_agree_whatever_the_markup() {
    let joined = joined(
        PLAN,
        &[
            ("1.1", "", "Read the settings", "pending"),
            ("1.2", "", "1.2 **Parse** the `plan`.", "pending"),
            ("2.1", "", "join  both SIDES (depends: 1.1)", "pending"),
        ],
    );
    let by = MatchKind::IdAndText;
    assert_eq!(matches(&joined), [Some((0, by)), Some((1, by)), Some((2, by))]);
}

#[test]
fn an_id_inside_the_description_beats_the_ordinal_before_it() {
    let plan = "## Phase 2: Work\n\n- [ ] 2.1 Read\n  - [ ] 2.1.1 Create the reader\n- [ ] 2.2 Parse\n";
    let joined = joined(
        plan,
        &[
            ("2.1", "", "2.1 Read", "pending"),
            ("2.2", "", "2.1.1 Create the reader", "completed"),
            ("2.3", "", "2.2 Parse", "pending"),
        ],
    );
    assert_eq!(
        matches(&joined),
        [Some((0, MatchKind::IdAndText)), Some((1, MatchKind::EmbeddedId)), Some((2, MatchKind::EmbeddedId))]
    );
    assert_eq!(joined.state(TaskIndex(1)), State::Completed);
}

#[test]
fn a_text_finds_its_task_under_any_id_and_equal_texts_keep_to_their_phases() {
    let plan = "## Phase 1: One\n\n- [ ] Write tests\n- [ ] Ship\n\n## Phase 2: Two\n\n- [ ] Write tests\n";
    let joined = joined(
        plan,
        &[
            ("7", "Phase 2: Two", "Write tests", "completed"),
            ("8", "Phase 1: One", "Write tests", "pending"),
            ("9", "Phase 1: One", "Ship", "pending"),
        ],
    );
    let by = MatchKind::Text;
    assert_eq!(matches(&joined), [Some((1, by)), Some((2, by)), Some((0, by))]);
}

#[test]
fn edited_texts_are_found_by_the_id_and_then_without_it() {
    let joined = joined(
        PLAN,
        &[
            ("1.1", "", "Read all of the settings", "pending"),
            ("5.5", "", "Parse the whole plan", "pending"),
            ("2.1", "", "Drop support for old servers", "pending"),
        ],
    );
    assert_eq!(
        matches(&joined),
        [Some((0, MatchKind::IdAndCloseText)), Some((1, MatchKind::CloseText)), Some((2, MatchKind::IdOnly))]
    );
}

#[test]
fn an_entry_without_a_text_is_found_by_its_id() {
    let joined = joined_with(PLAN, r#"{"tasks": [{"id": "1.2", "status": "completed"}]}"#);
    assert_eq!(matches(&joined), [None, Some((0, MatchKind::Id)), None]);
}

#[test]
fn entries_stand_for_criteria_and_headings_too() {
    let joined = joined(
        PLAN,
        &[
            ("1.9", "", "All is read", "completed"),
            ("2.9", "", "Phase 2: Join", "pending"),
            ("1.8", "", "**VERIFY Phase 1:** all is read, and well", "pending"),
            ("9.9", "", "Celebrate", "pending"),
        ],
    );
    assert!(matches!(
        joined.counterparts[..],
        [
            Some(Counterpart::Criterion(0)),
            Some(Counterpart::Phase(_)),
            Some(Counterpart::CriteriaOf(_)),
            None
        ]
    ));
    assert_eq!(joined.criterion_state(0), State::Completed);
    assert_eq!(matches(&joined), [None, None, None]);
}

#[test]
fn the_entry_says_what_is_done_and_the_mark_where_there_is_none() {
    let plan = "## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [x] 1.1.1 Open\n  - [ ] 1.1.2 Close\n- [x] 1.2 Parse\n\n### Phase 1.1: Inner\n\n- [x] 1.3 Ship\n";
    let joined = joined(
        plan,
        &[
            ("1.1", "", "Read", "completed"),
            ("1.1.2", "", "Close", "skipped"),
            ("1.2", "", "Parse", "rolled_back"),
        ],
    );
    let states: Vec<State> = joined.states.to_vec();
    assert_eq!(
        states,
        [State::Completed, State::Completed, State::Skipped, State::Unknown, State::Completed]
    );
    assert_eq!(joined.below[0], Progress { completed: 1, skipped: 1, total: 2, ..Progress::default() });
    assert_eq!(joined.total.to_string(), "3/4 · 75%");
    // The outer phase counts the tasks of the one inside it.
    assert_eq!(joined.phases[0], joined.total);
    assert_eq!(joined.phases[1].to_string(), "1/1 · 100%");
}

#[test]
fn an_unreadable_status_file_says_nothing() {
    let joined = joined_with(PLAN, "{\"tasks\": [");
    assert!(joined.status().is_none());
    assert_eq!(matches(&joined), [None, None, None]);
    assert_eq!(joined.total.to_string(), "0/3 · 0%");
}

#[test]
fn what_a_task_waits_for_comes_from_both_sides() {
    let plan = "## Phase 1: Work\n\n- [ ] 1.1 Read\n- [x] 1.2 Parse\n- [ ] 1.3 Check (depends: 1.1, 1.2)\n\n## Phase 2: Rest\n\n- [ ] 2.1 Sleep\n";
    let joined = joined_with(
        plan,
        r#"{"tasks": [{"id": "1.3", "description": "Check", "status": "pending"},
            {"id": "2.1", "description": "Sleep", "status": "pending", "dependencies": ["1.3", "2.1", "9.9"]}]}"#,
    );
    let blockers = |task: u32| joined.blockers(TaskIndex(task)).map(|task| task.0).collect::<Vec<_>>();
    assert_eq!(joined.dependencies(TaskIndex(2)), [TaskIndex(0), TaskIndex(1)]);
    assert_eq!(blockers(2), [0]);
    assert_eq!(blockers(3), [2]);
    assert!(joined.waits_for(TaskIndex(3), TaskIndex(2)) && !joined.waits_for(TaskIndex(2), TaskIndex(3)));
}

#[test]
fn a_range_with_an_end_that_is_nowhere_waits_for_the_other_end() {
    let depends = |range: &str| {
        let joined = joined_with(
            &format!(
                "## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Parse\n- [ ] 1.3 Check (depends: {range})\n"
            ),
            "",
        );
        joined.dependencies(TaskIndex(2))
    };
    assert_eq!(depends("1.1-1.2"), [TaskIndex(0), TaskIndex(1)]);
    assert_eq!(depends("1.1-1.9"), [TaskIndex(0)]);
    assert_eq!(depends("1.0-1.2"), [TaskIndex(1)]);
    assert_eq!(depends("1.7-1.9"), []);
}

#[test]
fn a_key_names_one_task_and_an_id_perhaps_several() {
    let plan =
        "## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] 1 Open\n- [ ] 1.2 Parse\n  - [ ] 1 Open\n- [ ] Ship\n";
    let joined = joined(plan, &[]);
    for (task, _) in joined.plan.tasks() {
        assert_eq!(joined.task_with_key(joined.plan.key(task)), Some(task));
    }
    assert_eq!(joined.task_with_key("9.9"), None);
    assert_eq!(joined.tasks_with_id("1.1").map(|task| task.0).collect::<Vec<_>>(), [0]);
}

proptest! {
    /// Whatever the texts: one to one, both directions agree, and all entries of a plan's own make are found again.
    #[test]
    fn matching_is_one_to_one(
        tasks in prop::collection::vec(("[1-3]\\.[1-3]|", "(read|write|parse|tests|a\\.rs|[*`]|é){1,4}"), 0..12),
        entries in prop::collection::vec(("[1-3]\\.[1-3]|", "([1-3]\\.[1-3] )?(read|write|parse|tests| |é){0,4}"), 0..12),
    ) {
        let mut plan = String::from("## Phase 1: Work\n\n");
        for (id, title) in &tasks {
            plan.push_str(&format!("- [ ] {id} {title}\n"));
        }
        let entries: Vec<_> =
            entries.iter().map(|(id, text)| (id.as_str(), "", text.as_str(), "completed")).collect();
        let joined = joined(&plan, &entries);
        let mut taken = vec![false; entries.len()];
        for (at, found) in joined.matches.iter().enumerate() {
            let Some(found) = found else { continue };
            prop_assert!(!std::mem::replace(&mut taken[found.entry.get()], true));
            prop_assert_eq!(joined.tasks_of_entries[found.entry.get()], Some(TaskIndex(at as u32)));
        }
        for (entry, task) in joined.tasks_of_entries.iter().enumerate() {
            prop_assert_eq!(task.is_some(), taken[entry]);
        }
    }

    #[test]
    fn a_plan_finds_all_its_own_entries(
        titles in prop::collection::vec("(read|write|parse|tests|all|é){1,3}", 1..12),
    ) {
        let mut plan = String::from("## Phase 1: Work\n\n");
        for title in &titles {
            plan.push_str(&format!("- [ ] {title}\n"));
        }
        let first = joined(&plan, &[]);
        let entries: Vec<(String, String)> = first
            .plan
            .tasks()
            .map(|(task, _)| (first.plan.key(task).to_owned(), first.plan.title(task).to_owned()))
            .collect();
        let entries: Vec<_> =
            entries.iter().rev().map(|(id, text)| (id.as_str(), "", text.as_str(), "pending")).collect();
        let joined = joined(&plan, &entries);
        let last = entries.len() - 1;
        for (at, found) in matches(&joined).into_iter().enumerate() {
            prop_assert_eq!(found, Some((last - at, MatchKind::IdAndText)));
        }
    }
}

#[test]
fn a_heading_without_a_mark_is_as_far_as_what_stands_below_it() {
    let plan = "# Plan\n\n### Task 1: Read\n\n- [x] **Step 1: Open**\n- [x] **Step 2: Close**\n\n### Task 2: Sort\n\n- [x] **Step 1: Look**\n- [ ] **Step 2: Move**\n\n### Task 3: Write\n\n- [ ] **Step 1: Dip**\n\n### Task 4: Rest\n";
    let options = Options { path: "", dialect: Some(Dialect::Superpowers) };
    let plan = Arc::new(tallymark_plan::parse(Arc::new(Source::new(plan)), options));
    let states =
        |joined: &Joined| ["1", "2", "3", "4"].map(|key| joined.state(joined.task_with_key(key).unwrap()));
    let alone = join(plan.clone(), None);
    assert_eq!(states(&alone), [State::Completed, State::InProgress, State::Pending, State::Pending]);
    assert_eq!(alone.total.to_string(), "4/9 · 44%");
    // An entry of its own says it instead.
    let status = r#"{"tasks": [{"id": "1", "description": "Read", "status": "failed"}]}"#;
    let with = join(plan, Some(Arc::new(Status::parse(Arc::new(Source::new(status))))));
    assert_eq!(states(&with)[0], State::Failed);
}
