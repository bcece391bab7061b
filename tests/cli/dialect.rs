//! `dialect`: which one, why, and what each line was taken for.

use crate::support::{PLAN, Workspace};

#[test]
fn a_plan_is_shown_line_by_line() {
    let run = Workspace::sample().run(&["dialect", PLAN]);
    run.exits(0);
    insta::assert_snapshot!(run.out);
}

#[test]
fn what_is_no_task_says_why() {
    let text = "# Kettle\n\n## Phase 1: Boil\n\n- [x] 1.1 Fill\n  - [ ] wait (depends: 1.1)\n-[ ] 1.2 Heat\n\n```sh\n- [ ] a sample\n\n- [ ] another\n```\n\nplain words\n\n**VERIFY Phase 1:**\n- [ ] It whistles\n";
    let workspace = Workspace::with(&[("docs/plans/kettle.md", text)]);
    let run = workspace.run(&["dialect", "docs/plans/kettle.md"]);
    run.exits(0);
    insta::assert_snapshot!(run.out);
    let run = workspace.run(&["dialect", "docs/plans/kettle.md", "--json"]);
    run.exits(0);
    insta::assert_snapshot!(run.out);
    // The same judgement, one line of it.
    let run = workspace.run(&["explain", "docs/plans/kettle.md:10"]);
    assert!(run.out.contains("Boxes do not count here: this is code."), "{}", run.out);
    let run = workspace.run(&["explain", "docs/plans/kettle.md:17"]);
    assert!(run.out.contains("This line announces criteria: boxes below it verify."), "{}", run.out);
}

#[test]
fn a_file_that_is_no_plan_has_no_dialect() {
    let workspace = Workspace::with(&[("README.md", "# About\n\n- [ ] a box\n"), ("empty.md", "")]);
    let run = workspace.run(&["dialect", "README.md", "--json"]);
    run.exits(0);
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((&told["dialect"], &told["schema_version"]), (&serde_json::Value::Null, &1.into()));
    assert_eq!(told["why"], "it is a page about the project, by its name");
    assert_eq!(told["lines"][1]["kind"], "task");
    let run = workspace.run(&["dialect", "README.md"]);
    assert!(run.out.starts_with("README.md is not taken for a plan: "), "{}", run.out);
    workspace.write("tallymark.toml", "[[dialect]]\nglob = \"README.md\"\nname = \"superpowers\"\n");
    let run = workspace.run(&["dialect", "README.md"]);
    assert!(
        run.out.starts_with("README.md is a plan (superpowers): the settings name its dialect."),
        "{}",
        run.out
    );
    workspace.run(&["dialect", "empty.md"]).exits(0);
    workspace.run(&["dialect", "none.md"]).exits(2);
}

#[test]
fn claims_and_checkpoints_are_told() {
    let text = "# Shop\n\n**Progress**: 50% complete\n\n## Phase 1: Open\n\n- [x] T001 Unlock\n- [ ] T002 Sell\n- [ ] T003 Count\n\n**Checkpoint**: the till is open\n";
    let workspace = Workspace::with(&[("specs/001-shop/tasks.md", text)]);
    let run = workspace.run(&["dialect", "specs/001-shop/tasks.md", "--json"]);
    run.exits(0);
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let kinds: Vec<(u64, &str)> = told["lines"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["line"].as_u64().expect("a number"), row["kind"].as_str().expect("a kind")))
        .collect();
    let expected =
        [(1, "other"), (3, "claim"), (5, "phase"), (7, "task"), (8, "task"), (9, "task"), (11, "other")];
    assert_eq!((told["dialect"].as_str(), kinds.as_slice()), (Some("spec-kit"), &expected[..]));
    assert_eq!(told["lines"][6]["rule"], "a checkpoint: no task");
}
