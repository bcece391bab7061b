use std::sync::Arc;

use tallymark_status::{Format, Status, Word};

use super::{problems, read, told};

const TASK_MASTER: &str = r#"{
  "master": {
    "tasks": [
      {"id": 1, "title": "Read the \"log\"", "status": "done", "dependencies": [], "subtasks": [
        {"id": 1, "title": "Open it", "status": "done"},
        {"id": 2, "title": "Close it", "status": "in-progress", "dependencies": [1, "2"]}
      ]},
      {"id": "2", "title": "Write it", "status": "deferred", "dependencies": [1, "1.2"]}
    ],
    "metadata": {"created": "2025-07-01T10:00:00.000Z"}
  },
  "later": {"tasks": [{"id": 1, "title": "Sell it", "status": "cancelled"}]}
}"#;

#[test]
fn task_masters_tasks_come_with_their_subtasks() {
    let status = read("/w/.taskmaster/tasks/tasks.json", TASK_MASTER);
    assert_eq!(status.format, Format::TaskMaster);
    assert!(status.readable);
    assert_eq!(problems(&status), [""; 0]);
    insta::assert_snapshot!(told(&status).join("\n"), @r#"
    1 (1) | Read the "log" ("Read the \"log\"") | done ("done") = completed | after 
    1.1 (1) | Open it ("Open it") | done ("done") = completed | after 
    1.2 (2) | Close it ("Close it") | in-progress ("in-progress") = in_progress | after 1.1, 1.2
    2 ("2") | Write it ("Write it") | deferred ("deferred") = pending | after 1, 1.2
    1 (1) | Sell it ("Sell it") | cancelled ("cancelled") = cancelled | after 
    "#);
}

#[test]
fn a_tag_is_a_list_of_its_own() {
    let status = Arc::new(read("tasks.json", TASK_MASTER));
    let names: Vec<&str> = status.lists.iter().map(|list| &*list.name).collect();
    assert_eq!(names, ["master", "later"]);
    let count = |name| status.of_list(name).entries.len();
    assert_eq!((count(None), count(Some("LATER")), count(Some("none"))), (4, 1, 4));
    assert_eq!(told(&status.of_list(Some("later")))[0].split(' ').next(), Some("1"));
}

#[test]
fn tasks_before_there_were_tags_are_one_list() {
    let status =
        read("tasks.json", r#"{"tasks": [{"id": 1, "title": "A", "status": "review", "subtasks": []}]}"#);
    assert_eq!(told(&status), [r#"1 (1) | A ("A") | review ("review") = in_progress | after "#]);
}

#[test]
fn a_tasks_json_of_somebody_else_is_read_as_a_status_json() {
    assert_eq!(Format::of("src/tasks.json", r#"{"version": "2.0.0", "tasks": []}"#), Format::StatusJson);
    assert_eq!(Format::of("a/status.json", TASK_MASTER), Format::StatusJson);
}

#[test]
fn kiro_keeps_no_status_only_when_boxes_were_set() {
    let status = read(
        ".kiro/specs/a/tasks.meta.json",
        r#"{"pbtResults": {}, "executionHistory": {
            "1. Set up": [{"executionId": "x", "chatSessionId": "y", "timestamp": 1788105474823}, {"timestamp": 1788105493506}],
            "2.1 Make `types`": []}}"#,
    );
    assert_eq!(problems(&status), [""; 0]);
    assert!(!status.format.holds_states());
    let ids: Vec<&str> = status.entries().map(|(index, _)| status.id(index)).collect();
    assert_eq!(ids, ["1", "2.1"]);
    let titles: Vec<&str> = status.entries().map(|(index, _)| status.description(index)).collect();
    assert_eq!(titles, ["Set up", "Make `types`"]);
    let notes = status.entries[0].notes.as_ref().map(|notes| status.str(notes));
    assert_eq!(notes, Some("set by Kiro 2 times, last on 2026-08-30T15:58:13.506Z"));
}

#[test]
fn bmads_stories_are_read_and_its_epics_are_not() {
    let status = read(
        "docs/sprint-status.yaml",
        "# ünï: done\ngenerated: 2026-01-01\nproject: \"Café\"\ndevelopment_status:\n  # Epic 1\n  epic-1: in-progress\n  \
         1-1-user-authentication: done\n  1-2-account-management: 'review' # soon\n  22-1a-x: ready-for-dev\n  \
         spike: backlog\n  2-1-empty:\n  epic-1-retrospective: optional\nlast: 1-9-not-this: \n",
    );
    // The last line is no YAML: nothing behind `development_status` may take it away, but a broken file is said to be so.
    assert!(!status.readable);
    let status = read(
        "docs/sprint-status.yaml",
        "# ünï: done\nproject: \"Café\"\ndevelopment_status:\n  # Epic 1\n  epic-1: in-progress\n  \
         1-1-user-authentication: done\n  1-2-account-management: 'review' # soon\n  22-1a-x: ready-for-dev\n  \
         spike: backlog\n  2-1-empty:\n  epic-1-retrospective: optional\nlast:\n  3-1-not-this: done\n",
    );
    assert_eq!(problems(&status), [r#"MissingStatus at "2-1-empty""#]);
    insta::assert_snapshot!(told(&status).join("\n"), @r"
    1.1 (1-1-user-authentication) | user authentication (1-1-user-authentication) | done (done) = completed | after 
    1.2 (1-2-account-management) | account management (1-2-account-management) | review ('review') = in_progress | after 
    22.1a (22-1a-x) | x (22-1a-x) | ready-for-dev (ready-for-dev) = ready | after 
    spike (spike) | spike (spike) | backlog (backlog) = pending | after 
    2.1 (2-1-empty) | empty (2-1-empty) | – =  | after 
    ");
}

#[test]
fn beads_issues_are_lines() {
    let status = read(
        ".beads/issues.jsonl",
        concat!(
            r#"{"id":"app-1","title":"Read","status":"closed","closed_at":"2026-01-04T16:23:40.96654-08:00","close_reason":"Done"}"#,
            "\n\n",
            r#"{"id":"app-2","title":"Write","status":"open","dependencies":[{"issue_id":"app-2","depends_on_id":"app-1","type":"blocks"},{"depends_on_id":"app-0","type":"parent-child"}]}"#,
            "\r\n",
            r#"{"id":"app-3","title":"Gone","status":"tombstone"}"#,
            "\n"
        ),
    );
    assert_eq!(problems(&status), [""; 0]);
    insta::assert_snapshot!(told(&status).join("\n"), @r#"
    app-1 ("app-1") | Read ("Read") | closed ("closed") = completed | after 
    app-2 ("app-2") | Write ("Write") | open ("open") = pending | after app-1
    "#);
    let completed = status.entries[0].completed_at.as_ref().and_then(|time| time.milliseconds);
    assert_eq!(completed, Some(1_767_572_620_966));
}

#[test]
fn a_folder_of_claude_code_is_one_status_with_the_way_back_to_its_files() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let status = Status::from_folder(vec![
        file("10.json", r#"{"id":"10","subject":"Sell","status":"pending","blockedBy":["2"],"blocks":[]}"#),
        file(".highwatermark", "10"),
        file("2.json", "{\n  \"id\": \"2\",\n  \"subject\": \"Make\",\n  \"status\": \"completed\"\n}"),
    ]);
    assert_eq!(problems(&status), [""; 0]);
    insta::assert_snapshot!(told(&status).join("\n"), @r#"
    2 ("2") | Make ("Make") | completed ("completed") = completed | after 
    10 ("10") | Sell ("Sell") | pending ("pending") = pending | after 2
    "#);
    let word = status.entries[0].status.as_ref().unwrap().span;
    let place = status.place(word);
    assert_eq!((place.file, place.source.slice(place.span)), (Some("2.json"), "\"completed\""));
    assert_eq!(place.source.line_of(place.span.start as usize), 3);
    let other = status.place(status.entries[1].span);
    assert_eq!((other.file, other.span.start), (Some("10.json"), 0));
    assert_eq!(status.files().collect::<Vec<_>>(), ["2.json", "10.json"]);
}

#[test]
fn each_program_says_how_a_task_is_marked_where_it_has_a_word_for_it() {
    let ways = |format: Format| {
        Word::ALL.map(|to| format.way_to_mark("1.2", to).unwrap_or_else(|| "–".to_owned())).join(" ; ")
    };
    insta::assert_snapshot!(ways(Format::TaskMaster), @"`task-master set-status --id=1.2 --status=pending` ; `task-master set-status --id=1.2 --status=in-progress` ; `task-master set-status --id=1.2 --status=done` ; – ; `task-master set-status --id=1.2 --status=cancelled`");
    insta::assert_snapshot!(ways(Format::Beads), @"`bd update 1.2 --status open` ; `bd update 1.2 --status in_progress` ; `bd close 1.2` ; – ; –");
    assert_eq!(ways(Format::Kiro), "– ; – ; – ; – ; –");
}
