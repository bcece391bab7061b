//! What is missing, broken, huge or not what it seems: one clear word each, never a hang.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

/// The findings on a status.json that cannot be read.
#[track_caller]
fn unreadable_status(workspace: &Workspace) -> String {
    let report = workspace.run(&["check", "--format", "json"]).exits(2).json();
    let findings = report["plans"][0]["findings"].as_array().unwrap().clone();
    let on_status: Vec<_> = findings.iter().filter(|finding| finding["file"] == STATUS).collect();
    assert_eq!(on_status.len(), 1, "{findings:#?}");
    assert_eq!(on_status[0]["code"], "TM301");
    // Not one task is called missing because of it.
    assert!(findings.iter().all(|finding| finding["code"] != "TM101"), "{findings:#?}");
    on_status[0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_status_file_that_is_empty_or_cut_short_is_one_finding() {
    let workspace = Workspace::sample();
    workspace.write(STATUS, "");
    assert!(unreadable_status(&workspace).contains("empty"));
    workspace.write(STATUS, &STATUS_TEXT[..200]);
    unreadable_status(&workspace);
}

#[test]
fn a_status_file_that_is_a_folder_is_one_finding() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    std::fs::create_dir_all(workspace.path(STATUS)).unwrap();
    assert!(unreadable_status(&workspace).contains("is a folder, not a file"));
}

#[cfg(unix)]
#[test]
fn a_status_file_that_is_a_pipe_is_not_waited_for() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let path = workspace.path(STATUS);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(unreadable_status(&workspace).contains("is a pipe, not a file"));
}

#[test]
fn a_status_file_above_the_limit_is_one_finding() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT), (STATUS, "")]);
    let file = std::fs::OpenOptions::new().write(true).open(workspace.path(STATUS)).unwrap();
    file.set_len((256 << 20) + 1).unwrap();
    assert!(unreadable_status(&workspace).contains("it is 257 MB, and the limit is 256 MB"));
}

#[test]
fn no_status_file_is_no_error() {
    let workspace = Workspace::with(&[(PLAN, PLAN_TEXT)]);
    let report = workspace.run(&["check", "--format", "json", "--ignore", "TM2"]).exits(0).json();
    assert_eq!(report["plans"][0]["status"]["exists"], false);
    assert_eq!(report["plans"][0]["progress"]["completed"], 2);
}

#[test]
fn a_plan_that_is_no_utf_8_is_not_passed_over() {
    let workspace = Workspace::sample();
    let mut bytes = PLAN_TEXT.as_bytes().to_vec();
    bytes.extend(b"- [ ] 2.4 caf\xe9\n");
    workspace.write(PLAN, bytes);
    let run = workspace.run(&["check"]);
    run.exits(2);
    let at = PLAN_TEXT.len() + 13;
    assert!(
        run.out.contains(&format!("error: {PLAN}: cannot be read: not valid UTF-8 at byte {at}\n")),
        "{}",
        run.out
    );
    let wide: Vec<u8> = PLAN_TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    workspace.write(PLAN, [b"\xff\xfe".as_slice(), &wide].concat());
    let run = workspace.run(&["check"]);
    run.exits(2);
    assert!(run.out.contains("encoded in UTF-16; save it as UTF-8"), "{}", run.out);
}

#[test]
fn other_markdown_that_is_no_utf_8_is_nobodys_business() {
    let workspace = Workspace::sample();
    workspace.write("notes.md", b"# Caf\xe9\n\nText.\n");
    let run = workspace.run(&["check", "--select", "TM103"]);
    run.exits(1);
    assert!(!run.out.contains("notes.md"), "{}", run.out);
    // Named, it is.
    workspace.run(&["check", "notes.md"]).exits(2);
}

#[test]
fn what_is_wrong_in_the_settings_is_told_with_its_place() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "boxes = \"auto\"\n[chek]\n");
    let run = workspace.run(&["check", "--fail-on", "never"]);
    run.exits(2);
    let problem = "error: tallymark.toml:2:2: no setting is called `chek`; did you mean `check`?\n";
    assert!(run.out.contains(problem), "{}", run.out);
    // Commands that do not check go on.
    let run = workspace.run(&["status"]);
    run.exits(0);
    assert!(run.err.starts_with("warning: tallymark.toml:2:2: "), "{}", run.err);
}

#[test]
fn a_path_that_is_not_there_is_said() {
    let run = Workspace::sample().run(&["check", "docs/plan"]);
    run.exits(2);
    assert_eq!(run.err, "error: docs/plan: there is no such file or folder\n");
}

#[test]
fn plans_of_monstrous_shape_are_read_to_the_end() {
    let workspace = Workspace::new();
    let nested: String =
        (0..3_000).map(|depth| format!("{}- [ ] {depth} task\n", "  ".repeat(depth % 400))).collect();
    let quotes = format!("# P\n\n{} - [ ] 1.1 quoted\n\n- [ ] 1.1 a\n- [ ] 1.2 b\n", ">".repeat(10_000));
    let nul = PLAN_TEXT.replace("parser", "par\0ser");
    let large: String =
        (0..20_000).map(|number| format!("- [ ] 1.{number} A task of some length\n")).collect();
    for (name, text) in [("nested", &nested), ("quotes", &quotes), ("nul", &nul), ("large", &large)] {
        workspace.write(&format!("docs/plans/{name}.md"), format!("# Plan\n\n## Phase 1: All\n\n{text}"));
    }
    let report = workspace.run(&["check", "--format", "json", "--fail-on", "never"]).exits(0).json();
    assert_eq!(report["summary"]["plans"], 4);
    assert!(report["summary"]["tasks"].as_u64().unwrap() >= 20_000);
}
