//! `findings write`, `findings read`.

use std::io::Write;
use std::process::Stdio;

use crate::support::{PLAN, PLAN_TEXT, Run, STATUS, STATUS_TEXT, Workspace, finish};

const FILE: &str = "docs/plan-outputs/parser/findings/1-2.md";

/// Runs the binary with bytes on its standard input.
fn with_input(workspace: &Workspace, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = workspace
        .command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may stop reading before the end; that is what some tests are about.
    _ = stdin.write_all(input);
    drop(stdin);
    finish(child.wait_with_output().unwrap())
}

#[test]
fn a_text_is_kept_beside_status_json_and_read_again() {
    let workspace = Workspace::sample();
    workspace.write("report.md", "# Found\r\n\nnothing · ü\n");
    let run = workspace.run(&["findings", "write", "1.2", "--file", "report.md"]);
    run.exits(0);
    assert_eq!(run.out, format!("{FILE} written: 24 bytes\n"));
    assert_eq!(workspace.read(FILE), "# Found\r\n\nnothing · ü\n");
    assert!(workspace.read(STATUS).contains("\"findingsPath\": \"findings/1-2.md\""));
    let run = workspace.run(&["findings", "read", "1.2"]);
    run.exits(0);
    assert_eq!(run.out, "# Found\r\n\nnothing · ü\n");
    assert!(workspace.run(&["history", "1.2"]).out.contains("set-findings-path findings/1-2.md"));
}

#[test]
fn the_names_that_scripts_know_work_and_standard_input_does() {
    let workspace = Workspace::sample();
    let run = with_input(&workspace, &["write-findings", "1.2", "--stdin", "--json"], b"first");
    let object = run.exits(0).json();
    assert_eq!((&object["task"], &object["findings_path"]), (&"1.2".into(), &"findings/1-2.md".into()));
    let run = with_input(&workspace, &["write-findings", "1.2", "--stdin"], b"second");
    assert_eq!(run.exits(0).out, format!("{FILE} written: 6 bytes, in the place of what was there\n"));
    let object = workspace.run(&["read-findings", "1.2", "--json"]).exits(0).json();
    assert_eq!(object["text"], "second");
}

#[test]
fn a_dry_run_writes_nothing() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = with_input(&workspace, &["findings", "write", "1.2", "--stdin", "--dry-run"], b"text");
    assert_eq!(run.exits(0).out, format!("{FILE} would be written: 4 bytes\n"));
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_is_no_text_or_does_not_end_is_refused_and_nothing_is_written() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let write = ["findings", "write", "1.2", "--stdin"];
    let run = with_input(&workspace, &write, b"\x7fELF\0\0");
    run.exits(2);
    assert!(run.err.contains("standard input is no text (byte 4 is not UTF-8 text)"), "{}", run.err);
    assert!(with_input(&workspace, &write, b"caf\xe9").exits(2).err.contains("byte 3"));
    let run = with_input(&workspace, &write, &vec![b'y'; (16 << 20) + 100_000]);
    assert!(run.exits(2).err.contains("goes on after 16 MB"), "{}", run.err);
    assert!(with_input(&workspace, &write, b"").exits(2).err.contains("is empty"));
    let run = workspace.run(&["findings", "write", "1.2", "--file", "gone.md"]);
    assert!(run.exits(2).err.contains("does not exist"), "{}", run.err);
    assert!(workspace.run(&["findings", "write", "1.2"]).exits(2).err.contains("--file"));
    assert_eq!(workspace.files(), before);
}

#[test]
fn an_endless_input_is_given_up_without_waiting_for_its_end() {
    let workspace = Workspace::sample();
    let Ok(zeros) = std::fs::File::open("/dev/zero") else {
        println!("skipped: this system has no /dev/zero");
        return;
    };
    let output =
        workspace.command().args(["findings", "write", "1.2", "--stdin"]).stdin(zeros).output().unwrap();
    assert!(finish(output).exits(2).err.contains("goes on after 16 MB"));
}

#[test]
fn unknown_tasks_and_missing_findings_are_said() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["findings", "read", "1.2"]);
    assert!(run.exits(1).err.starts_with("error: no findings are kept of 1.2\n"), "{}", run.err);
    assert!(workspace.run(&["findings", "read", "9.9"]).exits(1).err.contains("the plan has no task 9.9"));
    let object = workspace.run(&["findings", "read", "9.9", "--json"]).exits(1).json();
    assert_eq!((&object["ok"], &object["error"]["exit_code"]), (&false.into(), &1.into()));
    // The plan has it, status.json has not.
    workspace.write(PLAN, PLAN_TEXT.replace("- [ ] 2.2 Round", "- [ ] 2.9 Something else\n- [ ] 2.2 Round"));
    let run = with_input(&workspace, &["findings", "write", "2.9", "--stdin"], b"text");
    assert!(run.exits(1).err.contains("2.9 is not in status.json"), "{}", run.err);
    let bare = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let run = with_input(&bare, &["findings", "write", "1.2", "--stdin"], b"text");
    assert!(run.exits(2).err.contains("`tallymark init` makes it"), "{}", run.err);
}

#[test]
fn no_id_and_no_path_leads_out_of_the_workspace() {
    let workspace = Workspace::sample();
    let text = STATUS_TEXT.replace(r#""id": "1.2","#, r#""id": "../../../../../out","#);
    workspace.write(STATUS, text);
    let run = with_input(&workspace, &["findings", "write", "../../../../../out", "--stdin"], b"text");
    run.exits(0);
    assert!(!workspace.path("../out.md").exists());
    assert_eq!(workspace.run(&["findings", "read", "1.2"]).exits(0).out, "text");
    // A path that status.json names itself is not followed out either.
    workspace.write("../secret.md", "secret");
    let status = workspace.read(STATUS);
    let at = status.find("\"findings/").unwrap();
    let end = at + 1 + status[at + 1..].find('"').unwrap() + 1;
    workspace.write(STATUS, format!("{}\"../../../../secret.md\"{}", &status[..at], &status[end..]));
    let run = workspace.run(&["findings", "read", "1.2"]);
    assert!(run.exits(2).err.contains("out of the workspace"), "{}", run.err);
    assert!(!run.out.contains("secret"));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    let workspace = Workspace::sample();
    let elsewhere = workspace.path("../elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, workspace.path("docs/plan-outputs/parser/findings")).unwrap();
    let run = with_input(&workspace, &["findings", "write", "1.2", "--stdin"], b"text");
    assert!(run.exits(2).err.contains("out of the workspace"), "{}", run.err);
    assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
}
