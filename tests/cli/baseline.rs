//! `check --write-baseline`, `check --baseline`, and `check --dry-run`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace};

const FILE: &str = "tallymark-baseline.json";

/// The sample with a baseline of all its findings.
fn known() -> Workspace {
    let workspace = Workspace::sample();
    let run = workspace.run(&["check", "--write-baseline"]);
    run.exits(0);
    assert!(run.out.ends_with(&format!("findings of 1 plan written to {FILE}\n")), "{}", run.out);
    workspace
}

#[test]
fn what_is_known_is_hidden_and_counted() {
    let workspace = known();
    workspace.run(&["check"]).exits(1);
    let run = workspace.run(&["check", "--baseline", FILE]);
    run.exits(0);
    assert!(run.out.contains("no findings"), "{}", run.out);
    assert!(run.out.contains(&format!("findings hidden by {FILE}\n")), "{}", run.out);
    assert!(!run.out.contains("obsolete"), "{}", run.out);
}

#[test]
fn the_file_is_as_its_description_says() {
    let workspace = known();
    let content: serde_json::Value = serde_json::from_str(&workspace.read(FILE)).unwrap();
    assert_eq!(content["schema_version"], 1);
    let entries = content["findings"].as_array().unwrap();
    let ticked = entries.iter().find(|entry| entry["code"] == "TM103").unwrap();
    assert_eq!(ticked["file"], PLAN);
    assert_eq!(ticked["subject"], "task/1.2");
    assert_eq!(ticked["count"], 1);
    assert_eq!(ticked["said"].as_str().unwrap().len(), 16);
    // The same findings give the same bytes.
    let before = workspace.read(FILE);
    workspace.run(&["check", "--write-baseline"]).exits(0);
    assert_eq!(workspace.read(FILE), before);
}

#[test]
fn edits_elsewhere_leave_findings_known_and_new_ones_show() {
    let workspace = known();
    let moved =
        format!("{}\n## Notes\n\nSome words.\n", PLAN_TEXT.replacen("\n\n", "\n\nA line more.\n\n", 1));
    workspace.write(PLAN, moved);
    workspace.run(&["check", "--baseline", FILE]).exits(0);
    workspace.write(PLAN, PLAN_TEXT.replace("- [ ] 2.2", "- [x] 2.2"));
    let run = workspace.run(&["check", "--baseline", FILE]);
    run.exits(1);
    assert!(run.out.contains("[TM103]: 2.2 is ticked"), "{}", run.out);
    assert!(!run.out.contains("1.2 is ticked"), "{}", run.out);
}

#[test]
fn what_is_there_no_more_is_told() {
    let workspace = known();
    workspace.write(PLAN, PLAN_TEXT.replace("- [x] 1.2", "- [ ] 1.2"));
    let run = workspace.run(&["check", "--baseline", FILE]);
    run.exits(0);
    assert!(run.out.contains(&format!("  TM103 {PLAN} task/1.2\n")), "{}", run.out);
    // Of a rule that is not looked at nothing is known to be gone.
    let run = workspace.run(&["check", "--baseline", FILE, "--ignore", "TM103"]);
    assert!(!run.out.contains("obsolete"), "{}", run.out);
    let json = workspace.run(&["check", "--baseline", FILE, "--format", "json"]).json();
    assert_eq!(json["summary"]["baseline"]["obsolete"][0], format!("TM103 {PLAN} task/1.2"));
}

#[test]
fn a_second_equal_finding_is_new() {
    let workspace = Workspace::with(&[(
        "tasks.md",
        "# A\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Rest\n-[ ] 1.3 a\n",
    )]);
    workspace.run(&["check", "--write-baseline"]).exits(0);
    workspace.run(&["check", "--baseline", FILE]).exits(0);
    workspace.write(
        "tasks.md",
        "# A\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n- [ ] 1.2 Rest\n-[ ] 1.3 a\n-[ ] 1.3 a\n",
    );
    workspace.run(&["check", "--baseline", FILE, "--select", "TM202"]).exits(1);
}

#[test]
fn the_settings_can_name_it_and_the_command_line_comes_first() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "[check]\nbaseline = \"known.json\"\n");
    workspace.run(&["check"]).exits(2);
    workspace.run(&["check", "--write-baseline"]).exits(0);
    assert!(workspace.exists("known.json"));
    workspace.run(&["check"]).exits(0);
    workspace.write("none.json", "{\"schema_version\": 1, \"findings\": []}");
    workspace.run(&["check", "--baseline", "none.json"]).exits(1);
}

#[test]
fn a_broken_baseline_is_said_and_nothing_checked() {
    let workspace = Workspace::sample();
    for text in ["", "{", "[]", "{\"schema_version\": 2, \"findings\": []}", "{\"schema_version\": 1}"] {
        workspace.write(FILE, text);
        let run = workspace.run(&["check", "--baseline", FILE]);
        run.exits(2);
        assert!(run.err.contains("is no baseline"), "{text}: {}", run.err);
        assert_eq!(run.out, "");
    }
    workspace.run(&["check", "--baseline", "gone.json"]).exits(2);
}

#[test]
fn what_cannot_be_read_is_never_known() {
    let workspace = known();
    workspace.write(STATUS, "{");
    workspace.run(&["check", "--write-baseline"]).exits(2);
    workspace.run(&["check", "--baseline", FILE]).exits(2);
}

#[test]
fn a_dry_run_says_what_would_be_left_and_writes_nothing() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    for arguments in [
        &["check", "--dry-run", "--select", "TM202"][..],
        &["check", "--fix", "--dry-run", "--select", "TM202"],
    ] {
        let run = workspace.run(arguments);
        run.exits(0);
        assert!(run.out.ends_with("1 finding would be fixed\n"), "{}", run.out);
        assert_eq!(workspace.files(), before);
    }
    let diff = workspace.run(&["check", "--diff", "--select", "TM202"]);
    assert_eq!(workspace.run(&["check", "--diff", "--dry-run", "--select", "TM202"]).out, diff.out);
}
