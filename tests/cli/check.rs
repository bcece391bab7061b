//! `check`: what it finds, counts and exits with.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

#[test]
fn a_finding_shows_both_places_and_the_ways_to_mend_it() {
    let run = Workspace::sample().run(&["check", "--select", "TM103"]);
    run.exits(1);
    insta::assert_snapshot!(run.out, @r#"
    warning[TM103]: 1.2 is ticked, but status.json says "pending"
      --> docs/plans/parser ü.md:8:3
       |
     8 | - [x] 1.2 Write the parser
       |   ^^^
       |
      ::: docs/plan-outputs/parser/status.json:16:17
       |
    16 |       "status": "pending"
       |                 --------- status.json says "pending"
       |
       = help: Mark 1.2 complete in status.json
       = help: Untick 1.2

    1 plan · 5 tasks · 1 criterion · 1 warning · 1/5 · 20%
    "#);
    assert_eq!(run.err, "");
}

#[test]
fn without_findings_there_is_one_line() {
    let workspace = Workspace::sample();
    workspace.write(PLAN, PLAN_TEXT.replace("- [x] 1.2", "- [ ] 1.2").replace("-[ ]", "- [ ]"));
    let with_task = STATUS_TEXT.replace(
        "\n  ],\n  \"summary\"",
        ",\n    {\"id\":\"2.3\",\"phase\":\"Phase 2: Writing\",\"description\":\"Benchmarks\",\"status\":\"pending\"}\n  ],\n  \"summary\"",
    );
    let counted = with_task
        .replace("\"totalTasks\": 5", "\"totalTasks\": 6")
        .replace("\"pending\": 2", "\"pending\": 3");
    workspace.write(STATUS, counted);
    let run = workspace.run(&["check"]);
    run.exits(0);
    assert_eq!(run.out, "1 plan · 6 tasks · 1 criterion · no findings · 1/6 · 16%\n");
}

#[test]
fn what_fails_is_the_callers_choice() {
    let workspace = Workspace::sample();
    for (level, code) in [("error", 0), ("warning", 1), ("hint", 1), ("never", 0)] {
        workspace.run(&["check", "--select", "TM103", "--fail-on", level]).exits(code);
    }
    workspace.write("tallymark.toml", "[check]\nfail_on = \"never\"\n");
    workspace.run(&["check"]).exits(0);
    // The command line comes before the file.
    workspace.run(&["check", "--fail-on", "warning"]).exits(1);
    let run = workspace.run(&["check", "--fail-on", "warnig"]);
    run.exits(2);
    assert!(run.err.contains("did you mean `warning`?"), "{}", run.err);
}

#[test]
fn rules_are_chosen_by_code_beginning_and_name() {
    let workspace = Workspace::sample();
    let codes = |arguments: &[&str]| {
        let run = workspace.run(&[&["check", "--format", "json", "--fail-on", "never"], arguments].concat());
        let findings = run.exits(0).json()["plans"][0]["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&["--select", "ticked-not-completed"]), ["TM103"]);
    assert_eq!(codes(&["--select", "TM103", "--ignore", "tm1"]), [""; 0]);
    assert!(codes(&["--select", "TM1"]).iter().all(|code| code.starts_with("TM1")));
    assert!(!codes(&["--ignore", "TM103"]).contains(&"TM103".to_owned()));
    let run = workspace.run(&["check", "--select", "TM133"]);
    run.exits(2);
    assert!(run.err.contains("no rule is called TM133\n  did you mean TM103"), "{}", run.err);
}

#[test]
fn files_that_are_no_plans_are_passed_over_in_silence() {
    let workspace = Workspace::sample();
    workspace.write("README.md", "# About\n\n- [ ] three\n- [ ] boxes\n- [x] do not make a plan\n");
    workspace.write("notes.md", "# Notes\n\nJust text.\n");
    let run = workspace.run(&["check", "--select", "TM103"]);
    run.exits(1);
    assert!(run.out.ends_with("1 plan · 5 tasks · 1 criterion · 1 warning · 1/5 · 20%\n"), "{}", run.out);
}

#[test]
fn no_plan_says_where_was_looked() {
    let workspace = Workspace::with(&[("notes.md", "text\n")]);
    let run = workspace.run(&["check"]);
    run.exits(2);
    let root = workspace.root.display();
    assert_eq!(
        run.err,
        format!(
            "error: no plan was found\n  looked in {root} for markdown with tasks\n  1 file looked at; a plan is markdown \
             with tasks like `- [ ] 1.1 Write the parser`\n  `tallymark explain FILE:LINE` says why a line is no task, or \
             its file no plan\n"
        )
    );
    workspace.write("tallymark.toml", "[plans]\ninclude = [\"plans/*.md\"]\n");
    let run = workspace.run(&["check", "--format", "json"]);
    run.exits(2);
    assert!(run.err.contains("for plans/*.md (tallymark.toml)"), "{}", run.err);
    assert_eq!(run.json()["summary"]["plans"], 0);
}

#[test]
fn a_folder_with_settings_of_its_own_obeys_those() {
    let workspace = Workspace::sample();
    workspace.write("inner/docs/plans/parser.md", PLAN_TEXT);
    workspace.write("inner/docs/plan-outputs/parser/status.json", STATUS_TEXT);
    workspace.write("inner/tallymark.toml", "[rules]\nTM103 = \"error\"\n");
    let run = workspace.run(&["check", "--format", "json", "--select", "TM103"]);
    let report = run.exits(1).json();
    let severity = |plan: usize| report["plans"][plan]["findings"][0]["severity"].clone();
    assert_eq!((severity(0), severity(1)), ("warning".into(), "error".into()));
    assert_eq!(report["plans"][1]["status"]["path"], "inner/docs/plan-outputs/parser/status.json");
}

#[test]
fn paths_are_told_from_the_folder_we_are_in() {
    let workspace = Workspace::sample();
    let run = workspace.run_in("docs", &["check", "--format", "json", "plans"]);
    let report = run.exits(1).json();
    assert_eq!(report["plans"][0]["path"], "plans/parser ü.md");
    assert_eq!(report["plans"][0]["status"]["path"], "plan-outputs/parser/status.json");
}

#[test]
fn what_boxes_mean_is_the_callers_choice() {
    let workspace = Workspace::sample();
    let boxes = |arguments: &[&str]| {
        let run = workspace.run(&[&["check", "--format", "json", "--fail-on", "never"], arguments].concat());
        run.exits(0).json()["plans"][0]["boxes"].clone()
    };
    assert_eq!(boxes(&[]), "mirror");
    assert_eq!(boxes(&["--boxes", "reference"]), "reference");
    workspace.write("tallymark.toml", "boxes = \"reference\"\n");
    assert_eq!(boxes(&[]), "reference");
    assert_eq!(boxes(&["--boxes", "mirror"]), "mirror");
}

#[test]
fn a_rule_that_is_off_is_on_where_it_is_named() {
    let workspace = Workspace::with(&[
        (
            "docs/plans/a.md",
            "# A\n\n## Phase 1: Work\n\n- [x] 1.1 Write `src/here.rs` and `src/gone.rs`\n- [ ] 1.2 Rest\n",
        ),
        ("src/here.rs", ""),
    ]);
    workspace.run(&["check"]).exits(0);
    assert!(!workspace.run(&["check", "--select", "TM2"]).out.contains("TM214"));
    let run = workspace.run(&["check", "--select", "TM214"]);
    assert!(run.out.contains("1.1 is completed, but src/gone.rs does not exist"), "{}", run.out);
    assert!(!run.out.contains("here.rs does not"), "{}", run.out);
    workspace.write("tallymark.toml", "[rules]\nmissing-file = \"warning\"\n");
    workspace.run(&["check"]).exits(1);
}

#[test]
fn two_plans_with_one_status_json_are_told() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/other.md", PLAN_TEXT);
    let run = workspace.run(&["check", "--fail-on", "never"]);
    let told = "warning: docs/plan-outputs/parser/status.json is the status.json of 2 plans (docs/plans/other.md, docs/plans/parser ü.md)";
    assert!(run.exits(0).err.contains(told), "{}", run.err);
    assert!(!Workspace::sample().run(&["check"]).err.contains("2 plans"));
}

#[test]
fn under_a_root_that_is_named_a_repository_inside_it_belongs_to_it() {
    let plan = "# P\n\n## Phase 1: Work\n\n- [ ] 1.1 A\n- [ ] 1.2 B\n";
    let workspace = Workspace::with(&[
        ("docs/plans/a.md", plan),
        ("inner/.git/HEAD", ""),
        ("inner/docs/plans/b.md", plan),
    ]);
    let run = workspace.run(&["check", "--root", "."]);
    assert_eq!(run.exits(0).out, "2 plans · 4 tasks · 0 criteria · no findings · 0/4 · 0%\n");
}
