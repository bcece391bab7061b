//! What the store does with one file: the bytes it writes, and what it refuses.

use std::{fs, path::Path, time::Duration};

use crate::common::{NOW, assert_summary_right, context, file, plan_of, read, request, transition};
use tallymark_status::{
    Change, Context, Expected, NewEntry, NewFile, Request, Revision, Status, Store, StoreError, Word,
};

const SMALL: &str = r#"{
  "_comment": "kept \u00e9",
  "lastUpdatedAt": "2025-12-23T03:00:00.000Z",
  "currentPhase": "Phase 1: A",
  "tasks": [
    {
      "id": "1.1",
      "phase": "Phase 1: A",
      "description": "First",
      "status": "in_progress",
      "startedAt": "2025-12-23T03:00:00.000Z",
      "x": 1.50
    },
    { "id": "2.1", "phase": "Phase 2: B", "status": "pending", "dependencies": ["1.1"] }
  ],
  "summary": { "totalTasks": 2, "completed": 7, "pending": 1 },
  "more": [1,2 ,3]
}
"#;

/// The new text that `requests` make of `text`.
fn applied(text: &str, requests: &[Request]) -> String {
    let (_folder, path) = file(text);
    let applied = Store::open(&path).unwrap().apply(requests, &context()).unwrap();
    let written = read(&path);
    assert_eq!(applied.status.source.to_bytes(), written.as_bytes(), "what is given back is what is written");
    assert_eq!(applied.after, Revision::of(written.as_bytes()));
    assert_eq!(applied.before, Revision::of(text.as_bytes()));
    written
}

/// The error that `requests` end with; nothing is written then.
fn refused(text: &str, requests: &[Request]) -> StoreError {
    let (_folder, path) = file(text);
    let error = Store::open(&path).unwrap().apply(requests, &context()).unwrap_err();
    assert_eq!(read(&path), text);
    assert!(!path.with_file_name("status.json.bak").exists());
    error
}

/// The lines of a unified diff that differ.
fn difference(old: &str, new: &str) -> String {
    let diff = tallymark_text::unified_diff("status.json", old, new);
    diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).collect::<Vec<_>>().join("\n")
}

#[test]
fn completing_a_task_changes_it_and_what_follows_from_it() {
    let new = applied(SMALL, &[transition("1.1", Word::Completed)]);
    insta::assert_snapshot!(difference(SMALL, &new));
    assert_summary_right(&Status::from_bytes(
        applied(&plan_of(3), &[transition("2", Word::InProgress)]).as_bytes(),
    ));
}

#[test]
fn the_style_of_the_file_is_kept() {
    let compact = r#"{"lastUpdatedAt":"x","tasks":[{"id":"a","status":"pending"}],"summary":{"pending":1}}"#;
    assert_eq!(
        applied(compact, &[transition("a", Word::InProgress)]),
        r#"{"lastUpdatedAt":"2025-12-23T03:00:01.500Z","tasks":[{"id":"a","status":"in_progress","startedAt":"2025-12-23T03:00:01.500Z"}],"summary":{"pending":0,"totalTasks":1,"in_progress":1}}"#
    );
    let windows = "\u{feff}{\r\n\t\"tasks\": [\r\n\t\t{\r\n\t\t\t\"id\": \"a\",\r\n\t\t\t\"status\": \"pending\"\r\n\t\t}\r\n\t]\r\n}\r\n";
    assert_eq!(
        applied(windows, &[transition("a", Word::Completed)]),
        windows
            .replace("\"pending\"", "\"completed\",\r\n\t\t\t\"completedAt\": \"2025-12-23T03:00:01.500Z\"")
    );
}

#[test]
fn a_task_that_is_so_already_changes_nothing() {
    let (_folder, path) = file(SMALL);
    let store = Store::open(&path).unwrap();
    let applied = store.apply(&[transition("1.1", Word::InProgress)], &context()).unwrap();
    assert!(!applied.changed() && !applied.outcomes[0].changed);
    assert_eq!(read(&path), SMALL);
    assert!(!path.with_file_name("status.json.bak").exists());
    assert_eq!(store.history().unwrap(), []);
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let requests = [transition("1.1", Word::Completed), transition("2.1", Word::InProgress)];
    let new = Status::from_bytes(applied(SMALL, &requests).as_bytes());
    assert_eq!(
        new.entries().map(|(index, _)| new.word(index)).collect::<Vec<_>>(),
        ["completed", "in_progress"]
    );
    let error = refused(SMALL, &[transition("1.1", Word::Completed), transition("3", Word::Completed)]);
    assert!(matches!(error, StoreError::UnknownId { .. }));
}

#[test]
fn entries_come_and_go_and_take_their_commas_with_them() {
    let entry = |id: &str| NewEntry {
        id: id.to_owned(),
        phase: "P".to_owned(),
        description: "D \"q\"".to_owned(),
        status: Word::Pending,
    };
    let add = |id: &str, after: Option<&str>| {
        request("", Change::Add { entry: entry(id), after: after.map(str::to_owned) })
    };
    let remove = |id: &str| request(id, Change::Remove);
    let mut report = String::new();
    let mut case = |text: &str, requests: &[Request]| {
        report.push_str(&applied(text, requests));
        report.push_str("\n----\n");
    };
    let two = r#"{"tasks": [{"id": "a", "status": "pending"}, {"id": "b", "status": "pending"}]}"#;
    case(two, &[add("x", Some("a")), add("y", Some("x")), add("z", None), add("w", Some("a"))]);
    case(two, &[remove("a")]);
    case(two, &[remove("b")]);
    case(two, &[remove("b"), remove("a")]);
    case(two, &[remove("a"), add("c", Some("b")), transition("c", Word::Skipped)]);
    case(&two.replace("}, {", "}, 17, {"), &[remove("a"), remove("b")]);
    case(r#"{"tasks": [17]}"#, &[add("a", None)]);
    case("{\n  \"tasks\": []\n}", &[add("a", None), add("b", None)]);
    case("{\n  \"tasks\": [ ]\n}", &[add("a", None)]);
    case(&plan_of(4), &[remove("1"), remove("2"), remove("4"), request("", Change::RecomputeSummary)]);
    insta::assert_snapshot!(report);
}

#[test]
fn ids_can_be_swapped_and_are_followed() {
    let text = r#"{"tasks": [
  {"id": "1", "status": "pending", "dependents": ["[2", "2"]},
  {"id": "2", "status": "pending", "dependencies": ["1", 3]},
  {"id": "3", "status": "pending", "dependencies": ["1","2"]}]}"#;
    let set_id = |from: &str, to: &str| request(from, Change::SetId(to.to_owned()));
    assert_eq!(
        applied(text, &[set_id("1", "2"), set_id("2", "1")]),
        r#"{"tasks": [
  {"id": "2", "status": "pending", "dependents": ["[2", "1"]},
  {"id": "1", "status": "pending", "dependencies": ["2", 3]},
  {"id": "3", "status": "pending", "dependencies": ["2","1"]}]}"#
    );
    assert!(matches!(refused(text, &[set_id("1", "2")]), StoreError::IdTaken { .. }));
    let renamed = applied(text, &[set_id("1", "9"), transition("9", Word::InProgress)]);
    assert!(renamed.contains(r#"{"id": "9", "status": "in_progress""#), "{renamed}");
}

#[test]
fn the_other_changes_change_what_they_say() {
    let text = r#"{"planPath": "old.md", "currentPhase": "A", "tasks": [
  {"id": "1", "title": "T", "phaseName": "A", "status": "done", "error": "e"}], "x": 1}"#;
    let requests = [
        request("1", Change::SetDescription("New \u{1F600}".to_owned())),
        request("1", Change::SetPhase("B".to_owned())),
        request("1", Change::MendWord(Word::Completed)),
        request("1", Change::ClearError),
        request("", Change::SetPlanPath("new.md".to_owned())),
        request("", Change::RecomputeSummary),
    ];
    insta::assert_snapshot!(applied(text, &requests), @r#"
    {"planPath": "new.md", "currentPhase": "B", "tasks": [
      {"id": "1", "title": "New 😀", "phaseName": "B", "status": "completed"}], "x": 1, "summary": {"totalTasks": 1, "completed": 1, "pending": 0, "in_progress": 0, "failed": 0, "skipped": 0}}
    "#);
    let (_folder, path) = file(text);
    let store = Store::open(&path).unwrap();
    store.apply(&requests, &context()).unwrap();
    assert!(!store.apply(&requests, &context()).unwrap().changed(), "the second time it is so already");
}

#[test]
fn the_current_phase_is_the_first_with_an_unfinished_task_or_the_last() {
    let text = |words: [&str; 3]| {
        format!(
            r#"{{"currentPhase": "?", "tasks": [{{"id": "1", "phase": "A", "status": "{}"}}, {{"id": "2", "phase": "B", "status": "{}"}}, {{"id": "3", "phase": "A", "status": "{}"}}]}}"#,
            words[0], words[1], words[2]
        )
    };
    let phase = |words, id| {
        let status = Status::from_bytes(applied(&text(words), &[transition(id, Word::Completed)]).as_bytes());
        status.str(status.current_phase.as_ref().unwrap()).to_owned()
    };
    assert_eq!(phase(["pending", "pending", "failed"], "1"), "A");
    assert_eq!(phase(["pending", "pending", "skipped"], "1"), "B");
    assert_eq!(phase(["completed", "pending", "completed"], "2"), "B");
}

#[test]
fn what_is_wrong_with_a_request_is_said_in_one_sentence() {
    let mut report = String::new();
    let mut say = |error: StoreError| report.push_str(&format!("{} {error}\n", error.exit_code()));
    let expecting = |id: &str, status: Option<&str>, revision: Option<Revision>| Request {
        expected: Expected { status: status.map(str::to_owned), revision },
        ..transition(id, Word::Completed)
    };
    say(refused(SMALL, &[transition("1.2", Word::Completed)]));
    say(refused(SMALL, &[transition("nothing like it", Word::Completed)]));
    say(refused(SMALL, &[request("1.1", Change::SetId("2.1".to_owned()))]));
    say(refused(&SMALL.replace("2.1", "1.1"), &[transition("1.1", Word::Completed)]));
    say(refused(&SMALL.replace("\"2.1\"", "2.1"), &[transition("2.1", Word::Completed)]));
    say(refused(&SMALL.replace("in_progress", "completed"), &[transition("1.1", Word::InProgress)]));
    say(refused(&SMALL.replace("in_progress", "failed"), &[request("1.1", Change::MendWord(Word::Pending))]));
    let seen = [expecting("1.1", Some("pending"), None), expecting("2.1", None, Some(Revision(1)))];
    for request in seen {
        say(refused(SMALL, &[request]));
    }
    let head = Request {
        expected: Expected { status: None, revision: Some(Revision(1)) },
        ..request("", Change::RecomputeSummary)
    };
    say(refused("{\"tasks\": []}", &[head]));
    insta::assert_snapshot!(report);
}

#[test]
fn a_file_that_is_not_ours_to_write_is_left_as_it_is() {
    let mut report = String::new();
    let texts = [
        "",
        "{\"tasks\": [",
        "[]",
        "{\"name\": \"x\"}",
        "{\"tasks\": [{\"label\": \"x\"}]}",
        "{\"tasks\": [{\"id\": \"1\", \"status\": \"pending\"}]}\n}",
        "{\"schema_version\": 2, \"tasks\": [{\"id\": \"1\", \"status\": \"pending\"}]}",
    ];
    for text in texts {
        let error = refused(text, &[transition("1", Word::Completed)]);
        let StoreError::Refused { reason, .. } = &error else { panic!("{error:?}") };
        report.push_str(&format!("{} status.json is {reason}\n", error.exit_code()));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_is_no_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(folder.path().join("status.json")).unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }) && error.exit_code() == 2, "{error}");
    let error = Store::open(folder.path())
        .unwrap()
        .apply(&[transition("1", Word::Completed)], &context())
        .unwrap_err();
    assert!(error.to_string().ends_with("is a folder, not a file"), "{error}");
    let large = folder.path().join("status.json");
    fs::File::create(&large).unwrap().set_len(201 * 1024 * 1024).unwrap();
    let error =
        Store::open(&large).unwrap().apply(&[transition("1", Word::Completed)], &context()).unwrap_err();
    assert!(error.to_string().contains("larger than 200 MB"), "{error}");
}

#[test]
fn force_goes_against_the_table_and_is_remembered() {
    let (_folder, path) = file(&SMALL.replace("in_progress", "completed"));
    let store = Store::open(&path).unwrap();
    let context = Context { force: true, ..context() };
    let applied = store.apply(&[transition("1.1", Word::InProgress)], &context).unwrap();
    assert!(applied.outcomes[0].forced);
    store.apply(&[transition("1.1", Word::Completed)], &context).unwrap();
    let forced: Vec<bool> = store.history().unwrap().iter().map(|line| line.forced).collect();
    assert_eq!(forced, [true, false]);
}

#[test]
fn the_revision_tells_entries_of_one_id_apart() {
    let text = SMALL.replace("2.1", "1.1");
    let status = Status::from_bytes(text.as_bytes());
    let second = status.find_all("1.1")[1];
    let expected = Expected { status: None, revision: Some(status.entry_revision(second)) };
    let new = applied(&text, &[Request { entry: "1.1".to_owned(), expected, change: Change::Remove }]);
    let new = Status::from_bytes(new.as_bytes());
    assert_eq!(new.entries().map(|(index, _)| new.word(index)).collect::<Vec<_>>(), ["in_progress"]);
}

#[test]
fn a_dry_run_says_the_same_and_leaves_nothing_behind() {
    let (folder, path) = file(SMALL);
    let store = Store::open(&path).unwrap();
    let dry = store.dry_run(&[transition("1.1", Word::Completed)], &context()).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let real = store.apply(&[transition("1.1", Word::Completed)], &context()).unwrap();
    assert_eq!(dry.status.source, real.status.source);
    assert_eq!(dry.outcomes, real.outcomes);
}

#[test]
fn the_history_tells_who_changed_what_and_notices_other_writers() {
    let (_folder, path) = file(&plan_of(3));
    let store = Store::open(&path).unwrap();
    let fail = request(
        "2",
        Change::Transition { to: Word::Failed, reason: Some("disk".to_owned()), notes: None, reopen: false },
    );
    store.apply(&[transition("1", Word::InProgress), fail], &context()).unwrap();
    let other = read(&path).replace("Task 3", "Task three");
    fs::write(&path, &other).unwrap();
    let history = path.with_file_name(".tallymark").join("history.jsonl");
    let mut torn = read(&history);
    torn.push_str("{\"seq\": 3, \"ti");
    fs::write(&history, torn).unwrap();
    store.apply(&[transition("1", Word::Completed)], &Context::new(NOW + 1_000, "other")).unwrap();
    let lines: Vec<String> = store
        .history()
        .unwrap()
        .iter()
        .map(|line| {
            let task = line.task.as_deref().unwrap_or("–");
            format!(
                "{} {} {} {task} {} {:?}>{:?} {:?}",
                line.seq, line.time, line.actor, line.change, line.from, line.to, line.reason
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let lines = store.history().unwrap();
    assert_eq!(lines[2].before, lines[1].after);
    assert_eq!(lines[2].after, Revision::of(other.as_bytes()).to_string());
    assert_eq!(lines[3].after, Revision::of(read(&path).as_bytes()).to_string());
    let seen = Request {
        expected: Expected { status: Some("in_progress".to_owned()), revision: None },
        ..transition("1", Word::Failed)
    };
    let error = store.apply(&[seen], &context()).unwrap_err().to_string();
    assert!(
        error.contains("expected in_progress, and it is completed (by other, 2025-12-23T03:00:02.500Z)"),
        "{error}"
    );
}

#[test]
fn five_generations_are_kept() {
    let (_folder, path) = file(&plan_of(8));
    let store = Store::open(&path).unwrap();
    let mut texts = vec![read(&path)];
    for id in 1..=7 {
        store.apply(&[transition(&id.to_string(), Word::Completed)], &context()).unwrap();
        texts.push(read(&path));
    }
    let backup = path.with_file_name(".tallymark").join("backup");
    let kept: Vec<String> = std::iter::once(path.with_file_name("status.json.bak"))
        .chain((2..=5).map(|generation| backup.join(generation.to_string())))
        .map(|path| read(&path))
        .collect();
    let expected: Vec<&String> = texts.iter().rev().skip(1).take(5).collect();
    assert_eq!(kept.iter().collect::<Vec<_>>(), expected);
    assert_eq!(fs::read_dir(&backup).unwrap().count(), 4);
}

#[test]
fn nothing_is_left_lying_about() {
    let (folder, path) = file(&plan_of(2));
    let store = Store::open(&path).unwrap();
    store.apply(&[transition("1", Word::Completed)], &context()).unwrap();
    store.apply(&[transition("3", Word::Completed)], &context()).unwrap_err();
    let names = |folder: &Path| {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(folder.path()), [".tallymark", "status.json", "status.json.bak"]);
    let own = folder.path().join(".tallymark");
    assert_eq!(names(&own), [".gitignore", "history.jsonl", "holder.json", "status.lock"]);
    assert_eq!(read(&own.join(".gitignore")), "*\n");
    assert_eq!(read(&own.join("holder.json")), "");
}

#[test]
fn a_new_file_is_what_the_orchestrator_would_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docs/plan-outputs/x/status.json");
    let task = |id: &str, phase: &str, status| NewEntry {
        id: id.to_owned(),
        phase: phase.to_owned(),
        description: format!("Task \"{id}\""),
        status,
    };
    let new = NewFile {
        plan_path: "docs/plans/x.md".to_owned(),
        plan_name: "X — é".to_owned(),
        tasks: vec![task("1", "Phase 1", Word::Completed), task("2", "Phase 2", Word::Pending)],
    };
    let (store, applied) = Store::create(&path, &new, &context()).unwrap();
    insta::assert_snapshot!(read(&path));
    assert!(applied.changed() && applied.status.problems.is_empty());
    assert_summary_right(&applied.status);
    assert!(!store.apply(&[request("", Change::RecomputeSummary)], &context()).unwrap().changed());
    let error = Store::create(&path, &new, &context()).unwrap_err();
    assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    let empty = NewFile { tasks: Vec::new(), ..new };
    let (_, applied) = Store::create(folder.path().join("empty.json"), &empty, &context()).unwrap();
    assert!(applied.status.readable);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_stays_and_its_target_keeps_its_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, path) = file(&plan_of(1));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let link = elsewhere.join("status.json");
    symlink(&path, &link).unwrap();
    Store::open(&link).unwrap().apply(&[transition("1", Word::Completed)], &context()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(read(&path).contains("\"completed\","));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(folder.path().join(".tallymark").is_dir() && !elsewhere.join(".tallymark").exists());
}

#[cfg(unix)]
#[test]
fn what_the_system_refuses_leaves_the_old_file_whole() {
    use std::os::unix::fs::PermissionsExt;
    let text = plan_of(1);
    let (_folder, path) = file(&text);
    let store = Store::open(&path).unwrap();
    // A file where the folder of backups should be, and a folder in the place of the backup: even root cannot rename over it.
    store.apply(&[transition("1", Word::InProgress)], &context()).unwrap();
    let before = read(&path);
    let backup = path.with_file_name(".tallymark").join("backup");
    fs::write(&backup, "").unwrap();
    let error = store.apply(&[transition("1", Word::Completed)], &context()).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }) && error.exit_code() == 2, "{error}");
    assert_eq!(read(&path), before);
    fs::remove_file(&backup).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let error = store.apply(&[transition("1", Word::Completed)], &context()).unwrap_err();
    assert!(error.to_string().contains("write-protected"), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    store.apply(&[transition("1", Word::Completed)], &context()).unwrap();
    let names: Vec<_> =
        fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn waiting_ends_with_the_holders_name() {
    let (_folder, path) = file(&plan_of(1));
    let store = Store::open(&path).unwrap();
    store.apply(&[transition("1", Word::InProgress)], &context()).unwrap();
    let own = path.with_file_name(".tallymark");
    let lock = fs::File::open(own.join("status.lock")).unwrap();
    fs2::FileExt::lock(&lock).unwrap();
    let holder =
        r#"{"pid": 4711, "program": "tallymark", "host": "elsewhere", "since": "2025-12-23T03:00:00.000Z"}"#;
    fs::write(own.join("holder.json"), holder).unwrap();
    let hurried = Context { lock_wait: Duration::from_millis(50), ..context() };
    let error = store.apply(&[transition("1", Word::Completed)], &hurried).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(
        error.to_string().contains(
            "locked by process 4711 (tallymark) on elsewhere since 2025-12-23T03:00:00.000Z; gave up"
        ),
        "{error}"
    );
    drop(lock);
    store.apply(&[transition("1", Word::Completed)], &context()).unwrap();
}

#[test]
fn a_field_that_a_merge_could_not_decide_gets_one_of_its_values() {
    let text = r#"{"tasks":[{"id":"a","status":"pending","notes":"y","mergeConflicts":{"notes": ["x", "y"], "rank": [1, 2]}}]}"#;
    let settle = |field: &str, value: &str| {
        request("a", Change::Settle { field: field.to_owned(), value: value.to_owned() })
    };
    assert_eq!(
        applied(text, &[settle("notes", "x")]),
        r#"{"tasks":[{"id":"a","status":"pending","notes":"x","mergeConflicts":{"rank": [1, 2]}}]}"#
    );
    assert_eq!(
        applied(text, &[settle("notes", "y"), settle("rank", "2")]),
        r#"{"tasks":[{"id":"a","status":"pending","notes":"y","rank":2}]}"#
    );
    assert!(matches!(refused(text, &[settle("notes", "z")]), StoreError::Conflict { .. }));
}
