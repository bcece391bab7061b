//! `renumber`.

use std::process::Stdio;

use crate::support::{Workspace, finish};

const PLAN: &str = "plan.md";
const STATUS: &str = "status.json";

const PLAN_TEXT: &str = "# Plan\n\n## Phase 1: Work\n\n- [x] 1.1 Read the file\n- [ ] 1.2 Sort the lines (depends: 1.1)\n- [ ] 1.4 Send the result (depends: 1.2)\n\nTask 1.2 needs version 1.2 of the library.\n";

const STATUS_TEXT: &str = r#"{
  "tasks": [
    {"id": "1.1", "phase": "Phase 1: Work", "description": "Read the file", "status": "completed"},
    {"id": "1.2", "phase": "Phase 1: Work", "description": "Sort the lines", "status": "pending", "findingsPath": "findings/1-2.md"},
    {"id": "1.4", "phase": "Phase 1: Work", "description": "Send the result", "status": "pending", "dependencies": ["1.2"]}
  ]
}
"#;

fn workspace() -> Workspace {
    Workspace::with(&[(PLAN, PLAN_TEXT), (STATUS, STATUS_TEXT), ("findings/1-2.md", "slow\n")])
}

#[test]
fn plan_status_and_findings_follow() {
    let workspace = workspace();
    let run = workspace.run(&["renumber", "--from", "1.2", "--to", "1.3"]);
    run.exits(0);
    insta::assert_snapshot!(run.out, @"
    1.2 → 1.3  Sort the lines
    findings/1-2.md → findings/1-3.md
    1 task renumbered, 2 places changed elsewhere in the plan, 2 changes in status.json
    1 line left, as it may mean something else:
      9: Task 1.2 needs version 1.2 of the library.
    ");
    assert_eq!(
        workspace.read(PLAN),
        PLAN_TEXT
            .replace("] 1.2 S", "] 1.3 S")
            .replace("(depends: 1.2)", "(depends: 1.3)")
            .replace("Task 1.2", "Task 1.3")
    );
    let status = workspace.read(STATUS);
    assert!(status.contains(r#""id": "1.3", "phase""#), "{status}");
    assert!(status.contains(r#""dependencies": ["1.3"]"#), "{status}");
    assert!(status.contains(r#""findingsPath": "findings/1-3.md""#), "{status}");
    assert_eq!(workspace.read("findings/1-3.md"), "slow\n");
    assert!(!workspace.exists("findings/1-2.md"));
    let checked = workspace.run(&["check"]);
    checked.exits(0);
    assert!(!checked.out.contains("TM1"), "{}", checked.out);
    // And back again.
    workspace.run(&["renumber", PLAN, "--from", "1.3", "--to", "1.2"]).exits(0);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
    assert!(workspace.exists("findings/1-2.md"));
}

#[test]
fn all_are_counted_through_and_a_dry_run_changes_nothing() {
    let workspace = workspace();
    let before = workspace.files();
    let run = workspace.run(&["renumber", "--all", "--dry-run", "--diff"]);
    run.exits(0);
    assert!(
        run.out.contains(
            "-- [ ] 1.4 Send the result (depends: 1.2)\n+- [ ] 1.3 Send the result (depends: 1.2)\n"
        ),
        "{}",
        run.out
    );
    let told =
        "1 task would be renumbered, 0 places changed elsewhere in the plan, 1 change in status.json\n";
    assert!(run.out.ends_with(told), "{}", run.out);
    assert_eq!(workspace.files(), before);
    let object = workspace.run(&["renumber", "--all", "--json"]).exits(0).json();
    assert_eq!(object["tasks"][0]["to"], "1.3");
    assert_eq!((&object["schema_version"], &object["status_changes"]), (&1.into(), &1.into()));
    let run = workspace.run(&["renumber", "--all"]);
    run.exits(0);
    assert_eq!(run.out, "the ids are so already\n");
}

#[test]
fn what_the_store_refuses_leaves_both_as_they_were() {
    let workspace = workspace();
    let newer = STATUS_TEXT.replacen('{', "{\n  \"schema_version\": 99,", 1);
    workspace.write(STATUS, &newer);
    let run = workspace.run(&["renumber", "--from", "1.2", "--to", "1.3"]);
    run.exits(2);
    assert!(run.err.contains("schema version 99"), "{}", run.err);
    assert_eq!((workspace.read(PLAN), workspace.read(STATUS)), (PLAN_TEXT.to_owned(), newer));
}

#[test]
fn a_store_that_is_locked_by_then_has_the_plan_put_back() {
    let workspace = workspace();
    // Only writing needs the lock, so the check before finds nothing wrong. Another of our kind has it, and waits for another
    // program's.
    let foreign = workspace.path("status.json.lock");
    std::fs::create_dir(&foreign).unwrap();
    let mut first = workspace.command();
    let first = first.args(["start", "1.4"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let holder = format!("\"pid\":{},", first.id());
    while !std::fs::read_to_string(workspace.path(".tallymark/holder.json"))
        .unwrap_or_default()
        .contains(&holder)
    {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    workspace.write("tallymark.toml", "[limits]\nlock_wait = \"200ms\"\n");
    let run = workspace.run(&["renumber", "--from", "1.2", "--to", "1.3"]);
    run.exits(4);
    assert!(run.err.contains("the plan was changed and has been put back as it was"), "{}", run.err);
    assert_eq!(
        (workspace.read(PLAN), workspace.read(STATUS)),
        (PLAN_TEXT.to_owned(), STATUS_TEXT.to_owned())
    );
    assert!(workspace.exists("findings/1-2.md"));
    std::fs::remove_dir(&foreign).unwrap();
    finish(first.wait_with_output().unwrap()).exits(0);
    workspace.run(&["renumber", "--from", "1.2", "--to", "1.3"]).exits(0);
}

#[test]
fn a_findings_file_in_the_way_stays_and_is_told() {
    let workspace = workspace();
    workspace.write("findings/1-3.md", "mine\n");
    let run = workspace.run(&["renumber", "--from", "1.2", "--to", "1.3"]);
    run.exits(2);
    assert!(
        run.err.contains("findings/1-2.md stays: findings/1-3.md: there is such a file already"),
        "{}",
        run.err
    );
    assert_eq!(workspace.read("findings/1-3.md"), "mine\n");
    assert_eq!(workspace.read("findings/1-2.md"), "slow\n");
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let workspace = workspace();
    let before = workspace.files();
    let taken = workspace.run(&["renumber", "--from", "1.2", "--to", "1.4"]);
    taken.exits(1);
    assert!(taken.err.contains("1.4 is the id of “Send the result"), "{}", taken.err);
    workspace.run(&["renumber", "--from", "9.9", "--to", "1.5"]).exits(1);
    workspace.run(&["renumber", "--from", "1.2", "--to", "one two"]).exits(1);
    workspace.run(&["renumber"]).exits(2);
    workspace.run(&["renumber", "--from", "1.2"]).exits(2);
    workspace.run(&["renumber", "--all", "--from", "1.2", "--to", "1.3"]).exits(2);
    assert_eq!(workspace.files(), before);
}

#[test]
fn undo_does_not_take_back_half_of_a_renumbering() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT), (STATUS, STATUS_TEXT)]);
    workspace.run(&["renumber", "--from", "1.4", "--to", "1.9"]).exits(0);
    let (plan, status) = (workspace.read(PLAN), workspace.read(STATUS));
    let run = workspace.run(&["undo"]);
    assert!(
        run.exits(1).err.contains("`tallymark renumber --from 1.9 --to 1.4` changes both"),
        "{}",
        run.err
    );
    assert_eq!((workspace.read(PLAN), workspace.read(STATUS)), (plan, status));
    workspace.run(&["renumber", "--from", "1.9", "--to", "1.4"]).exits(0);
    assert!(workspace.read(PLAN).contains("- [ ] 1.4 Send the result"));
}

#[test]
fn without_a_wish_both_ways_are_named() {
    let run = Workspace::sample().run(&["renumber"]);
    assert!(run.exits(2).err.contains("--from <OLD>|--all"), "{}", run.err);
}
