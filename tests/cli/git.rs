//! Real repositories, real branches: `tallymark git install` and the merge driver as Git runs it.

use std::process::Command;

use crate::support::{PLAN, PLAN_TEXT, Run, STATUS, STATUS_TEXT, Workspace, finish};

/// A repository with the sample, committed on `main`, and the driver installed.
fn repository() -> Workspace {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT), (STATUS, STATUS_TEXT)]);
    std::fs::remove_dir(workspace.path(".git")).unwrap();
    git(&workspace, &["init", "--quiet", "--initial-branch=main"]).exits(0);
    workspace.run(&["git", "install"]).exits(0);
    commit(&workspace, "begin");
    workspace
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Run {
    let mut command = Command::new("git");
    command.current_dir(&workspace.root).args(arguments);
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Ann"),
        ("GIT_AUTHOR_EMAIL", "ann@example.org"),
        ("GIT_COMMITTER_NAME", "Ann"),
        ("GIT_COMMITTER_EMAIL", "ann@example.org"),
        ("GIT_MERGE_AUTOEDIT", "no"),
    ] {
        command.env(name, value);
    }
    finish(command.output().unwrap())
}

fn commit(workspace: &Workspace, message: &str) {
    git(workspace, &["add", "--all"]).exits(0);
    git(workspace, &["commit", "--quiet", "-m", message]).exits(0);
}

fn mark(workspace: &Workspace, arguments: &[&str]) {
    workspace.run(arguments).exits(0);
    commit(workspace, &arguments.join(" "));
}

fn state(workspace: &Workspace, id: &str) -> serde_json::Value {
    let value: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    value["tasks"].as_array().unwrap().iter().find(|task| task["id"] == id).unwrap().clone()
}

#[test]
fn two_branches_that_marked_neighbouring_tasks_merge() {
    let workspace = repository();
    git(&workspace, &["switch", "--quiet", "-c", "side"]).exits(0);
    mark(&workspace, &["complete", "1.3"]);
    mark(&workspace, &["retry", "2.1"]);
    git(&workspace, &["switch", "--quiet", "main"]).exits(0);
    mark(&workspace, &["complete", "1.2"]);
    mark(&workspace, &["skip", "2.2", "--reason", "covered by 1.3"]);
    git(&workspace, &["merge", "--quiet", "side"]).exits(0);
    let words = ["1.1", "1.2", "1.3", "2.1", "2.2"].map(|id| state(&workspace, id)["status"].clone());
    assert_eq!(words, ["completed", "completed", "completed", "in_progress", "skipped"]);
    assert_eq!(state(&workspace, "2.1")["retryCount"], 1);
    let summary: serde_json::Value = serde_json::from_str(&workspace.read(STATUS)).unwrap();
    assert_eq!(summary["summary"]["completed"], 3);
    // And it is a file that can be written again.
    workspace.run(&["complete", "2.1"]).exits(0);
}

#[test]
fn without_the_driver_the_same_branches_are_a_conflict() {
    let workspace = repository();
    workspace.run(&["git", "uninstall"]).exits(0);
    git(&workspace, &["commit", "--quiet", "-am", "without"]).exits(0);
    git(&workspace, &["switch", "--quiet", "-c", "side"]).exits(0);
    mark(&workspace, &["complete", "1.3"]);
    git(&workspace, &["switch", "--quiet", "main"]).exits(0);
    mark(&workspace, &["complete", "1.2"]);
    assert_eq!(
        git(&workspace, &["merge", "--quiet", "side"]).code,
        1,
        "else the tests here would show nothing"
    );
}

#[test]
fn two_different_notes_stop_the_merge_with_both_kept() {
    let workspace = repository();
    git(&workspace, &["switch", "--quiet", "-c", "side"]).exits(0);
    mark(&workspace, &["complete", "1.3", "--notes", "three generators"]);
    git(&workspace, &["switch", "--quiet", "main"]).exits(0);
    mark(&workspace, &["complete", "1.3", "--notes", "one generator for all of it"]);
    let merge = git(&workspace, &["merge", "side"]);
    assert_eq!(merge.code, 1);
    let told = format!("{}{}", merge.out, merge.err);
    assert!(
        told.contains("1.3: notes was given “one generator for all of it” and “three generators”"),
        "{told}"
    );
    let entry = state(&workspace, "1.3");
    assert_eq!(entry["notes"], "one generator for all of it");
    assert_eq!(
        entry["mergeConflicts"]["notes"],
        serde_json::json!(["one generator for all of it", "three generators"])
    );
    let check = workspace.run(&["check"]);
    assert!(check.out.contains("TM308"), "{}", check.out);
}

#[test]
fn another_programs_status_json_is_merged_line_by_line() {
    let workspace = repository();
    let lines = |first: &str, last: &str| {
        format!("{{\n\"state\": \"{first}\",\n\"a\": 1,\n\"b\": 2,\n\"last\": \"{last}\"\n}}\n")
    };
    workspace.write("service/status.json", lines("up", "x"));
    commit(&workspace, "another program");
    git(&workspace, &["switch", "--quiet", "-c", "side"]).exits(0);
    workspace.write("service/status.json", lines("up", "y"));
    commit(&workspace, "last");
    git(&workspace, &["switch", "--quiet", "main"]).exits(0);
    workspace.write("service/status.json", lines("down", "x"));
    commit(&workspace, "first");
    let merge = git(&workspace, &["merge", "side"]);
    merge.exits(0);
    assert!(
        format!("{}{}", merge.out, merge.err)
            .contains("merged line by line: one side is JSON, but not a status file")
    );
    assert_eq!(workspace.read("service/status.json"), lines("down", "y"));
    // A conflict is left as Git leaves it.
    git(&workspace, &["switch", "--quiet", "-c", "again"]).exits(0);
    workspace.write("service/status.json", lines("left", "y"));
    commit(&workspace, "left");
    git(&workspace, &["switch", "--quiet", "main"]).exits(0);
    workspace.write("service/status.json", lines("right", "y"));
    commit(&workspace, "right");
    assert_eq!(git(&workspace, &["merge", "again"]).code, 1);
    assert!(workspace.read("service/status.json").contains("<<<<<<< ours"));
}

#[test]
fn installing_twice_changes_nothing_and_uninstalling_leaves_the_other_lines() {
    let workspace = repository();
    workspace.write(".gitattributes", "*.png binary\r\n# merge=tallymark\r\n*.rs text");
    let run = workspace.run(&["git", "install"]);
    run.exits(0);
    assert!(run.out.contains("merge.tallymark.driver is set already"), "{}", run.out);
    let with = "*.png binary\r\n# merge=tallymark\r\n*.rs text\r\nstatus.json merge=tallymark\r\n";
    assert_eq!(workspace.read(".gitattributes"), with);
    let again = workspace.run(&["git", "install"]);
    assert!(
        again.exits(0).out.contains(".gitattributes has the line status.json merge=tallymark already"),
        "{}",
        again.out
    );
    assert_eq!(workspace.read(".gitattributes"), with);
    let dry = workspace.run(&["git", "uninstall", "--dry-run"]);
    assert!(dry.exits(0).out.contains("would be taken out of .gitattributes"), "{}", dry.out);
    assert_eq!(workspace.read(".gitattributes"), with);
    workspace.run(&["git", "uninstall"]).exits(0);
    assert_eq!(workspace.read(".gitattributes"), "*.png binary\r\n# merge=tallymark\r\n*.rs text\r\n");
    assert_eq!(git(&workspace, &["config", "--get", "merge.tallymark.driver"]).code, 1);
    assert!(workspace.run(&["git", "uninstall"]).exits(0).out.contains("not installed"));
}

#[test]
fn a_private_registration_stays_in_the_clone() {
    let workspace = repository();
    workspace.run(&["git", "uninstall"]).exits(0);
    workspace.run(&["git", "install", "--private"]).exits(0);
    assert_eq!(workspace.read(".git/info/attributes").lines().last(), Some("status.json merge=tallymark"));
    assert!(!workspace.read(".gitattributes").contains("tallymark"));
    assert!(workspace.read(".git/info/exclude").ends_with("\nstatus.json.bak\n"));
}

#[test]
fn outside_of_a_repository_it_says_so() {
    let workspace = Workspace::new();
    let run = workspace.run(&["git", "install"]);
    assert!(run.exits(2).err.contains("not a git repository"), "{}", run.err);
}

#[test]
fn a_file_that_is_missing_is_an_error_and_ours_stays() {
    let workspace = Workspace::with(&[("a.json", STATUS_TEXT), ("b.json", STATUS_TEXT)]);
    let run = workspace.run(&["merge-driver", "none.json", "a.json", "b.json", "status.json"]);
    assert!(run.exits(2).err.contains("none.json"), "{}", run.err);
    assert_eq!(workspace.read("a.json"), STATUS_TEXT);
}

#[test]
fn all_work_trees_share_one_status_where_the_settings_say_so() {
    let workspace = repository();
    workspace.write("tallymark.toml", "[status]\nlocation = \"git-common-dir\"\n");
    commit(&workspace, "share");
    let moved = workspace.run(&["init"]);
    assert!(moved.exits(0).out.contains("it is not the one that all work trees share"), "{}", moved.out);
    git(&workspace, &["rm", "--quiet", STATUS]).exits(0);
    commit(&workspace, "not in the work tree any more");
    let made = workspace.run(&["init"]);
    assert!(made.exits(0).out.contains("shared by all work trees"), "{}", made.out);
    let shared = ".git/tallymark/docs/plans/parser ü/status.json";
    assert!(workspace.exists(shared));
    git(&workspace, &["worktree", "add", "--quiet", "../side", "-b", "side"]).exits(0);
    let in_side = |arguments: &[&str]| workspace.run_in("../side", arguments);
    in_side(&["start", "1.3"]).exits(0);
    workspace.run(&["complete", "2.2"]).exits(0);
    let words = |run: Run| -> Vec<String> {
        let told = run.exits(0).json();
        let tasks = told["tasks"].as_array().unwrap();
        tasks.iter().map(|task| task["state"].as_str().unwrap().to_owned()).collect()
    };
    let expected = ["completed", "completed", "in_progress", "pending", "completed"];
    assert_eq!(words(in_side(&["status", "--json"])), expected);
    assert_eq!(words(workspace.run(&["status", "--json"])), expected);
    assert!(!workspace.path("../side/docs/plan-outputs").exists());
}

#[test]
fn a_shared_status_needs_a_repository() {
    let workspace = Workspace::sample();
    std::fs::remove_dir(workspace.path(".git")).unwrap();
    workspace.write("tallymark.toml", "[status]\nlocation = \"git-common-dir\"\n");
    let run = workspace.run(&["check"]);
    assert!(run.exits(2).out.contains("there is no Git repository here"), "{}{}", run.out, run.err);
}
