//! What marking a task comes to: with status.json, with boxes that mirror it, and with the plan alone.

use std::sync::Arc;

use tallymark_plan::{Dialect, Options, TaskIndex};
use tallymark_status::{Change, Status, Word};
use tallymark_sync::{Analysis, Boxes, Config, Facts, Mark, Marking, Refusal, RefusalKind};
use tallymark_text::{Source, apply_edits};

const PLAN: &str =
    "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read\n- [ ] 1.2 Parse\n- [ ] 1.3 Join\n- [ ] Ship **it**\n";

fn analysis(dialect: Dialect, plan: &str, status: Option<&str>, boxes: Boxes) -> Analysis {
    let options = Options { path: "docs/plans/a.md", dialect: Some(dialect) };
    let plan = Arc::new(tallymark_plan::parse(Arc::new(Source::new(plan)), options));
    let status = status.map(|text| Arc::new(Status::parse(Arc::new(Source::new(text)))));
    let config = Config { boxes, ..Config::default() };
    let facts = Facts { status_path: "out/status.json".to_owned(), ..Facts::default() };
    Analysis::new(plan, status, facts, Arc::new(config))
}

fn with_status(words: [&str; 3], boxes: Boxes) -> Analysis {
    let entries: Vec<String> = words
        .iter()
        .zip([("1.1", "Read"), ("1.2", "Parse"), ("1.3", "Join")])
        .filter(|(word, _)| !word.is_empty())
        .map(|(word, (id, text))| {
            format!("{{\"id\": \"{id}\", \"description\": \"{text}\", \"status\": \"{word}\"}}")
        })
        .collect();
    analysis(Dialect::Phased, PLAN, Some(&format!("{{\"tasks\": [{}]}}", entries.join(", "))), boxes)
}

fn mark(analysis: &Analysis, task: u32, to: Word) -> Result<Marking, Refusal> {
    analysis.marking(&[TaskIndex(task)], &Mark::to(to))
}

fn edited(plan: &str, marking: &Marking) -> String {
    apply_edits(plan, &marking.edits).expect("edits that fit the plan")
}

#[test]
fn under_reference_only_status_json_changes() {
    let analysis = with_status(["completed", "pending", "pending"], Boxes::Reference);
    let marking = mark(&analysis, 1, Word::Completed).expect("a way");
    assert_eq!(marking.edits, []);
    assert_eq!(marking.changed, [TaskIndex(1)]);
    let request = &marking.requests[0];
    assert_eq!(request.entry, "1.2");
    assert_eq!(request.expected.status.as_deref(), Some("pending"));
    assert!(request.expected.revision.is_some());
    let to_completed = Change::Transition { to: Word::Completed, reason: None, notes: None, reopen: false };
    assert_eq!(request.change, to_completed);
}

#[test]
fn under_mirror_the_box_follows() {
    let analysis = with_status(["completed", "pending", "pending"], Boxes::Mirror);
    let marking = mark(&analysis, 1, Word::Completed).expect("a way");
    assert_eq!(marking.requests.len(), 1);
    assert_eq!(edited(PLAN, &marking), PLAN.replace("[ ] 1.2", "[x] 1.2"));
    let reopen = Mark { reopen: true, ..Mark::to(Word::Pending) };
    let marking = analysis.marking(&[TaskIndex(0)], &reopen).expect("a way");
    assert_eq!(edited(PLAN, &marking), PLAN.replace("[x] 1.1", "[ ] 1.1"));
}

#[test]
fn without_status_json_the_mark_alone_is_set() {
    let plan = "# Tasks\n\n- [ ] 1. Read\n- [ ] 2. Parse\n";
    let analysis = analysis(Dialect::Kiro, plan, None, Boxes::Auto);
    let marking = mark(&analysis, 0, Word::InProgress).expect("a way");
    assert_eq!(marking.requests, []);
    assert_eq!(edited(plan, &marking), plan.replace("[ ] 1.", "[-] 1."));
}

#[test]
fn what_the_plan_has_no_mark_for_needs_status_json() {
    let analysis = analysis(Dialect::SpecKit, "# Tasks\n\n- [ ] T001 Read\n", None, Boxes::Auto);
    let refusal = mark(&analysis, 0, Word::Failed).expect_err("no mark for it");
    assert_eq!(refusal.kind, RefusalKind::NeedsStatus);
    assert_eq!(
        refusal.to_string(),
        "the plan has no mark for \"failed\": T001 needs status.json (`tallymark init`)"
    );
}

#[test]
fn what_a_task_already_is_changes_nothing() {
    let analysis = with_status(["completed", "pending", "pending"], Boxes::Mirror);
    let marking = mark(&analysis, 0, Word::Completed).expect("no refusal");
    assert_eq!(marking, Marking { already: vec![TaskIndex(0)], ..Marking::default() });
}

#[test]
fn completed_and_skipped_can_only_be_reopened() {
    let analysis = with_status(["completed", "skipped", "failed"], Boxes::Reference);
    for (task, to) in [(0, Word::InProgress), (0, Word::Pending), (1, Word::Completed)] {
        let refusal = mark(&analysis, task, to).expect_err("no way");
        assert_eq!(refusal.kind, RefusalKind::Illegal);
        assert!(refusal.to_string().ends_with("; it can only be reopened"), "{refusal}");
    }
    assert_eq!(
        mark(&analysis, 0, Word::Failed).expect_err("no way").to_string(),
        "1.1 is completed; it can only be reopened"
    );
    let reopen = Mark { reopen: true, ..Mark::to(Word::Pending) };
    assert_eq!(analysis.marking(&[TaskIndex(0)], &reopen).expect("a way").requests.len(), 1);
    assert_eq!(mark(&analysis, 2, Word::InProgress).expect("a retry").requests.len(), 1);
}

#[test]
fn who_claims_a_task_says_what_it_saw() {
    let analysis = with_status(["completed", "in_progress", "pending"], Boxes::Reference);
    let claim = Mark { expected_status: Some("pending".to_owned()), ..Mark::to(Word::InProgress) };
    // Also where the task is so already: somebody else has it.
    let refusal = analysis.marking(&[TaskIndex(1)], &claim).expect_err("somebody has it");
    assert_eq!(refusal.kind, RefusalKind::Unexpected);
    assert_eq!(refusal.to_string(), "1.2 is \"in_progress\", not \"pending\"");
    assert_eq!(analysis.marking(&[TaskIndex(2)], &claim).expect("free").requests.len(), 1);
}

#[test]
fn a_task_that_status_json_lacks_is_added_and_then_marked() {
    let analysis = with_status(["completed", "", "pending"], Boxes::Reference);
    let tasks = [TaskIndex(1), TaskIndex(3)];
    let marking = analysis.marking(&tasks, &Mark::to(Word::InProgress)).expect("a way");
    let key = analysis.joined.plan.key(TaskIndex(3));
    let told: Vec<_> = marking
        .requests
        .iter()
        .map(|request| match &request.change {
            Change::Add { entry, after } => {
                (request.entry.as_str(), "add", entry.description.as_str(), after.as_deref())
            }
            Change::Transition { to, .. } => (request.entry.as_str(), to.as_str(), "", None),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1.2", "add", "Parse", Some("1.1")),
            ("1.2", "in_progress", "", None),
            (key, "add", "Ship it", Some("1.3")),
            (key, "in_progress", "", None)
        ]
    );
}

#[test]
fn an_id_that_status_json_uses_for_something_else_is_not_given_twice() {
    let plan = "## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] 1.1.1 Open\n- [ ] 1.2 Parse\n";
    let status = r#"{"tasks": [{"id": "1.1", "description": "1.1 Read", "status": "pending"},
        {"id": "1.2", "description": "1.1.1 Open", "status": "pending"}]}"#;
    let analysis = analysis(Dialect::Phased, plan, Some(status), Boxes::Auto);
    let refusal = mark(&analysis, 2, Word::Completed).expect_err("1.2 is taken");
    assert_eq!(refusal.kind, RefusalKind::IdTaken);
}

#[test]
fn one_refusal_refuses_all() {
    let analysis = with_status(["completed", "pending", "pending"], Boxes::Reference);
    assert!(analysis.marking(&[TaskIndex(1), TaskIndex(0)], &Mark::to(Word::InProgress)).is_err());
}

#[test]
fn nothing_is_written_beside_an_unreadable_status_file() {
    let analysis = analysis(Dialect::Phased, PLAN, Some("{\"tasks\": ["), Boxes::Auto);
    let refusal = mark(&analysis, 1, Word::Completed).expect_err("unreadable");
    assert_eq!(refusal.kind, RefusalKind::Unreadable);
    assert!(refusal.to_string().starts_with("out/status.json cannot be read"));
}

#[test]
fn a_new_status_file_begins_with_what_the_plan_says() {
    let analysis = analysis(Dialect::Phased, PLAN, None, Boxes::Auto);
    let entries = analysis.initial_entries();
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.id.as_str(), entry.description.as_str(), entry.status)).collect();
    assert_eq!(told[0], ("1.1", "Read", Word::Completed));
    assert_eq!(told[1], ("1.2", "Parse", Word::Pending));
    assert!(told[3].0.starts_with('~'), "{:?}", told[3]);
    assert_eq!(told[3].1, "Ship it");
    assert!(entries.iter().all(|entry| entry.phase == "Phase 1: Work"));
}

#[test]
fn where_nobody_keeps_boxes_a_subtask_that_status_json_does_not_list_goes_with_its_task() {
    let plan = "## Phase 1: Work\n\n- [ ] 1.1 Read\n  - [ ] 1.1.1 Open\n    - [ ] 1.1.1.1 Find\n- [ ] 1.2 Parse\n  - [ ] 1.2.1 Scan\n";
    let status = r#"{"tasks": [{"id": "1.1", "description": "Read", "status": "completed"},
        {"id": "1.2", "description": "Parse", "status": "in_progress"}]}"#;
    let progress = |boxes| analysis(Dialect::Phased, plan, Some(status), boxes).joined.total.to_string();
    assert_eq!(progress(Boxes::Reference), "3/5 · 60%");
    assert_eq!(progress(Boxes::Mirror), "1/5 · 20%");
}

#[test]
fn front_matter_that_is_a_task_is_marked_by_its_word() {
    let plan = "---\nid: BACK-1\ntitle: Read\nstatus: 'To Do'\n---\n\n- [ ] Part\n";
    let analysis = analysis(Dialect::Backlog, plan, None, Boxes::Auto);
    let marking = mark(&analysis, 0, Word::Completed).expect("a way");
    assert_eq!(edited(plan, &marking), plan.replace("To Do", "Done"));
    let marking = mark(&analysis, 1, Word::Completed).expect("a way");
    assert_eq!(edited(plan, &marking), plan.replace("[ ]", "[x]"));
    let refusal = mark(&analysis, 0, Word::Failed).expect_err("no word for it");
    assert_eq!(refusal.kind, RefusalKind::NeedsStatus);
}
