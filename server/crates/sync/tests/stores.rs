//! The rules, and marking, where another program keeps the state of the plan.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use tallymark_plan::{Dialect, Options, TaskIndex};
use tallymark_status::{Status, Word};
use tallymark_sync::{Analysis, Config, Facts, File, FixAction, Mark, State};
use tallymark_text::Source;

const PLAN: &str = "# Tide tables\n\n## Tasks\n\n- [x] 1. Read the gauge\n  - [x] 1.1 Open it\n  - [ ] 1.2 Close it\n\
    - [x] 2. Write the table\n- [ ] 3. Sell status.json\n";

fn analysis(plan: &str, dialect: Dialect, path: &str, status: Status) -> Analysis {
    let plan = tallymark_plan::parse(
        Arc::new(Source::new(plan)),
        Options { path: "docs/plan.md", dialect: Some(dialect) },
    );
    let facts = Facts { plan_path: "docs/plan.md".into(), status_path: path.into(), ..Facts::default() };
    Analysis::new(Arc::new(plan), Some(Arc::new(status)), facts, Arc::new(Config::default()))
}

fn with(path: &str, store: &str) -> Analysis {
    let status = Status::read(path, Arc::new(Source::new(store)));
    analysis(PLAN, Dialect::Kiro, path, status)
}

/// The findings about the two together and about the store, each with its line.
fn told(analysis: &Analysis) -> String {
    let status = analysis.joined.status_file.as_deref().unwrap();
    let line = |finding: &tallymark_sync::Finding| {
        let span = finding.place.span;
        let (name, source, span) = match finding.place.file {
            File::Plan => ("plan", &analysis.joined.plan.source, span),
            File::Status => {
                let place = status.place(span);
                (place.file.unwrap_or("store"), place.source, place.span)
            }
        };
        let line = source.line_of(span.start as usize) + 1;
        let fixes: Vec<String> = analysis.fixes(finding).into_iter().map(|fix| fix.title).collect();
        format!("{} {name}:{line} {} {fixes:?}", finding.code, finding.message)
    };
    let of_both = |finding: &&tallymark_sync::Finding| !finding.code.starts_with("TM2");
    analysis.findings.iter().filter(of_both).map(line).collect::<Vec<_>>().join("\n")
}

fn states(analysis: &Analysis) -> Vec<State> {
    analysis.joined.states.to_vec()
}

const TASK_MASTER: &str = r#"{"master": {"tasks": [
    {"id": 1, "title": "Read the gauge", "status": "in-progress", "dependencies": [], "subtasks": [
        {"id": 1, "title": "Open it", "status": "done"},
        {"id": 2, "title": "Shut it", "status": "frozen"}
    ]},
    {"id": 2, "title": "Write the table", "status": "deferred", "dependencies": [1]},
    {"id": 9, "title": "Sail", "status": "pending"}
]}}"#;

#[test]
fn task_master_and_the_plan_are_compared_task_by_task() {
    let analysis = with(".taskmaster/tasks/tasks.json", TASK_MASTER);
    insta::assert_snapshot!(told(&analysis));
    assert_eq!(
        states(&analysis),
        [State::InProgress, State::Completed, State::Unknown, State::Pending, State::Pending]
    );
}

#[test]
fn nothing_is_written_to_another_programs_file_and_the_way_to_do_it_is_named() {
    let analysis = with(".taskmaster/tasks/tasks.json", TASK_MASTER);
    let refusal = |task, to| analysis.marking(&[TaskIndex(task)], &Mark::to(to)).unwrap_err().to_string();
    insta::assert_snapshot!(refusal(0, Word::Completed), @".taskmaster/tasks/tasks.json is Task Master's; tallymark only reads it: mark 1 with `task-master set-status --id=1 --status=done`");
    insta::assert_snapshot!(refusal(2, Word::Failed), @r#".taskmaster/tasks/tasks.json is Task Master's; tallymark only reads it, and Task Master has no word for "failed""#);
    insta::assert_snapshot!(refusal(4, Word::Completed), @".taskmaster/tasks/tasks.json is Task Master's; tallymark only reads it, and it does not have 3");
    let written = analysis.findings.iter().flat_map(|finding| analysis.fixes(finding));
    assert!(written.into_iter().all(|fix| matches!(fix.action, FixAction::Plan(_) | FixAction::Show(_))));
    // What is so already is no refusal.
    let done = analysis.marking(&[TaskIndex(1)], &Mark::to(Word::Completed)).unwrap();
    assert_eq!(done.already, [TaskIndex(1)]);
}

#[test]
fn a_store_that_cannot_be_read_is_one_finding_with_its_place() {
    let analysis = with(".taskmaster/tasks/tasks.json", "{\"master\": {\"tasks\": [\n{\"id\": 1,");
    insta::assert_snapshot!(told(&analysis), @"TM301 store:2 tasks.json is cut short at line 2; until it can be read, the boxes of the plan count []");
}

#[test]
fn kiro_says_when_and_the_boxes_say_whether() {
    let analysis = with(
        "tasks.meta.json",
        r#"{"pbtResults": {}, "executionHistory": {"1.1 Open it": [{"timestamp": 1788105474823}], "7. Gone": []}}"#,
    );
    assert_eq!(told(&analysis), "");
    assert_eq!(analysis.joined.record(TaskIndex(1)), Some("set by Kiro once, on 2026-08-30T15:57:54.823Z"));
    assert_eq!(analysis.joined.record(TaskIndex(0)), None);
    // The mark goes into the plan, as without any store.
    let marking = analysis.marking(&[TaskIndex(2)], &Mark::to(Word::Completed)).unwrap();
    assert_eq!((marking.edits.len(), marking.requests.len()), (1, 0));
    let broken = with("tasks.meta.json", "{");
    insta::assert_snapshot!(told(&broken), @"TM301 store:1 tasks.meta.json is cut short at line 1; it says nothing of what is done, so the boxes count as before []");
    assert!(broken.marking(&[TaskIndex(2)], &Mark::to(Word::Completed)).is_ok());
}

#[test]
fn a_sprint_status_is_compared_by_the_numbers_of_the_stories() {
    let plan = "# Epics\n\n## Phase 1: Accounts\n\n- [x] 1.1 Sign in (with a key)\n- [ ] 1.2 ログアウト\n- [ ] 1.3 Rename\n";
    let store = "development_status:\n  epic-1: in-progress\n  1-1-sign-in-with-a-key: review\n  1-2-log-out: done\n  1-9-gone: backlog\n  2-1-other-plan: done\n";
    let status = Status::read("sprint-status.yaml", Arc::new(Source::new(store)));
    let analysis = analysis(plan, Dialect::Phased, "docs/sprint-status.yaml", status);
    insta::assert_snapshot!(told(&analysis));
    assert_eq!(states(&analysis), [State::InProgress, State::Completed, State::Pending]);
    let refusal = analysis.marking(&[TaskIndex(0)], &Mark::to(Word::Completed)).unwrap_err().to_string();
    insta::assert_snapshot!(refusal, @"docs/sprint-status.yaml is BMAD's; tallymark only reads it: mark 1.1 with the line `1-1-sign-in-with-a-key: done` there, or BMAD's own workflows");
}

#[test]
fn ids_that_a_program_gives_by_itself_are_not_compared() {
    let store = concat!(
        r#"{"id":"1","title":"Something else","status":"open"}"#,
        "\n",
        r#"{"id":"x-2","title":"1.2 Close it","status":"closed","closed_at":"2026-01-04T16:23:40Z"}"#,
        "\n",
        r#"{"id":"x-3","title":"Write the table","status":"in_progress"}"#,
        "\n{\"id\":"
    );
    let analysis = with(".beads/issues.jsonl", store);
    insta::assert_snapshot!(told(&analysis));
    assert_eq!(
        states(&analysis),
        [State::Completed, State::Completed, State::Completed, State::InProgress, State::Pending]
    );
}

#[test]
fn a_task_list_of_several_files_shows_each_place_in_its_file() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let status = Status::from_folder(vec![
        file("1.json", "{\"id\": \"1\",\n \"subject\": \"Write the table\",\n \"status\": \"pending\"}"),
        file("2.json", "{\"id\": \"2\", \"subject\": \"Dance\",\n \"status\": \"paused\"}"),
        file("3.json", "{\"id\": \"3\", \"subj"),
    ]);
    let analysis = analysis(PLAN, Dialect::Kiro, "tasks", status);
    insta::assert_snapshot!(told(&analysis));
}
