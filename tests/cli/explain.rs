//! `explain`: rules, and lines.

use crate::support::{PLAN, Workspace};

#[test]
fn a_rule_is_told_by_code_or_name() {
    let workspace = Workspace::new();
    let run = workspace.run(&["explain", "TM103"]);
    run.exits(0);
    assert!(run.out.starts_with("# TM103"), "{}", run.out);
    assert!(run.out.trim_end().ends_with("/docs/rules/TM103.md"), "{}", run.out);
    assert_eq!(workspace.run(&["explain", "ticked-not-completed"]).out, run.out);
}

#[test]
fn without_a_subject_all_rules_are_listed() {
    let run = Workspace::new().run(&["explain"]);
    run.exits(0);
    assert!(run.out.contains("TM103  warning"), "{}", run.out);
}

#[test]
fn an_unknown_rule_is_answered_with_the_nearest() {
    let run = Workspace::new().run(&["explain", "TM133"]);
    run.exits(2);
    assert!(run.err.starts_with("error: no rule is called TM133\n  did you mean TM103"), "{}", run.err);
    assert!(run.err.ends_with("\n  a line is named FILE:LINE\n"), "{}", run.err);
}

#[test]
fn a_line_says_what_it_is_and_why() {
    let workspace = Workspace::sample();
    let told = |line: &str| {
        let run = workspace.run(&["explain", &format!("{PLAN}:{line}")]);
        run.exits(0);
        run.out
    };
    insta::assert_snapshot!(told("8"), @r#"
    8 | - [x] 1.2 Write the parser

    This is task 1.2: Write the parser
    It stands in Phase 1: Reading.
    status.json has it as 1.2 (id and text agree), and says "pending".
    warning TM103: 1.2 is ticked, but status.json says "pending"

    docs/plans/parser ü.md is a plan (phased): it has phases with boxes, and VERIFY labels or an Output path.
    Its status.json is docs/plan-outputs/parser/status.json.
    "#);
    insta::assert_snapshot!(told("12:3").lines().nth(2).unwrap(), @"This is a criterion of Phase 1: Reading: a box that verifies.");
    insta::assert_snapshot!(told("14").lines().nth(2).unwrap(), @"This is a phase: Phase 2: Writing, 0/2 · 0%.");
    insta::assert_snapshot!(told("18").lines().nth(2).unwrap(), @"This looks like a task and is none: a blank is missing between the bullet and the box.");
    insta::assert_snapshot!(told("2").lines().nth(2).unwrap(), @"This line is text: it has no box, and no heading that stands for a task.");
}

#[test]
fn a_file_that_is_no_plan_says_why_and_what_would_make_it_one() {
    let workspace = Workspace::with(&[("README.md", "# About\n\n- [ ] a box\n")]);
    let run = workspace.run(&["explain", "README.md:3"]);
    run.exits(0);
    assert!(run.out.contains("README.md is not taken for a plan: "), "{}", run.out);
    let setting = "[[dialect]]\n  glob = \"README.md\"\n  name = \"plain\"\n";
    assert!(run.out.ends_with(setting), "{}", run.out);
    workspace.write("tallymark.toml", setting);
    let run = workspace.run(&["explain", "README.md:3"]);
    assert!(run.out.contains("README.md is a plan (plain)"), "{}", run.out);
}

#[test]
fn a_line_that_is_not_there_and_a_file_that_is_not_there_are_said() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["explain", &format!("{PLAN}:99")]);
    run.exits(2);
    assert_eq!(run.err, format!("error: {PLAN} has 19 lines, and none with number 99\n"));
    let run = workspace.run(&["explain", "none.md:1"]);
    run.exits(2);
    assert_eq!(run.err, "error: none.md does not exist\n");
}
