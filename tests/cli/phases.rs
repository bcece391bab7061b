//! `phases`, `all-plans`, `status --all`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, STATUS_TEXT, Workspace};

#[test]
fn each_phase_with_its_progress() {
    let run = Workspace::sample().run(&["phases"]);
    insta::assert_snapshot!(run.exits(0).out, @r"
    › Phase 1: Reading  1/3 · 33%
    ✗ Phase 2: Writing  0/2 · 0%
    ");
    let object = Workspace::sample().run(&["phases", "--json"]).exits(0).json();
    let first = &object["phases"][0];
    assert_eq!((&first["number"], &first["state"]), (&"1".into(), &"in_progress".into()));
    assert_eq!(first["progress"]["percent"], 33);
}

#[test]
fn titles_are_padded_to_their_width_on_a_terminal() {
    let text = "# Plan\n\n## Phase 1: 解析\n\n- [ ] 1.1 A\n\n## Phase 2: abcde\n\n- [ ] 2.1 B\n";
    let run = Workspace::with(&[(PLAN, text)]).run(&["phases"]);
    assert_eq!(run.exits(0).out, "  Phase 1: 解析   0/1 · 0%\n  Phase 2: abcde  0/1 · 0%\n");
}

#[test]
fn a_plan_without_phases_says_so() {
    let workspace = Workspace::with(&[("docs/plans/a.md", "# Plan\n\n- [ ] 1.1 A\n- [ ] 1.2 B\n")]);
    assert_eq!(workspace.run(&["phases"]).exits(0).out, "the plan has no phases\n");
    workspace.run(&["phases", "--plan", "gone.md"]).exits(2);
    let object = workspace.run(&["phases", "--plan", "gone.md", "--json"]).exits(2).json();
    assert_eq!(object["error"]["exit_code"], 2);
}

#[test]
fn all_plans_have_a_line_each() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/b.md", "# Other\n\n## Phase 1: A\n\n- [x] 1.1 One\n- [ ] 1.2 Two\n");
    for arguments in [&["all-plans"][..], &["status", "--all"]] {
        let run = workspace.run(arguments);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.exits(0).out, @r"
            docs/plans/b.md         1/2 · 50%  no status.json
            docs/plans/parser ü.md  1/5 · 20%  1 in progress  1 failed
            ");
        }
    }
    let object = workspace.run(&["all-plans", "--json"]).exits(0).json();
    assert_eq!((&object["plans"][1]["path"], &object["progress"]["total"]), (&PLAN.into(), &7.into()));
    workspace.run(&["status", "--all", "--plan", PLAN]).exits(2);
}

#[test]
fn two_plans_with_one_status_file_are_said() {
    let workspace = Workspace::with(&[
        ("docs/plans/a.md", PLAN_TEXT),
        ("docs/plans/b.md", PLAN_TEXT),
        (STATUS, STATUS_TEXT),
    ]);
    let run = workspace.run(&["all-plans"]);
    let said = format!("{STATUS} is the status file of docs/plans/a.md, docs/plans/b.md\n");
    assert!(run.exits(0).out.ends_with(&said), "{}", run.out);
    assert_eq!(workspace.run(&["all-plans", "--json"]).json()["shared"][0]["plans"][1], "docs/plans/b.md");
}

#[test]
fn what_cannot_be_read_is_said_and_the_others_are_shown() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/b.md", b"# Other\n\n## Phase 1: A\n\n- [ ] 1.1 caf\xe9\n");
    workspace.write(STATUS, "{");
    let run = workspace.run(&["all-plans"]);
    run.exits(2);
    assert!(
        run.out.contains("status.json cannot be read") && run.out.contains("not valid UTF-8"),
        "{}",
        run.out
    );
    assert!(run.err.contains("2 files could not be read"), "{}", run.err);
    let object = workspace.run(&["all-plans", "--json"]).exits(2).json();
    assert_eq!(
        (&object["plans"][0]["readable"], &object["problems"][0]["path"]),
        (&false.into(), &"docs/plans/b.md".into())
    );
    assert!(Workspace::new().run(&["all-plans"]).exits(2).err.contains("no plan was found"));
}

#[test]
fn a_command_about_one_plan_lists_them_where_there_are_several() {
    let workspace = Workspace::sample();
    workspace.write("docs/plans/b.md", "# Other\n\n## Phase 1: A\n\n- [x] 1.1 One\n");
    let run = workspace.run(&["phases"]);
    assert!(run.exits(2).err.contains("there are 2 plans; name one with --plan"), "{}", run.err);
    assert!(run.err.contains("docs/plans/b.md") && run.err.contains(PLAN), "{}", run.err);
    // In this order: the option, the environment, the file.
    workspace.write(".claude/current-plan.txt", "docs/plans/b.md\n");
    assert!(workspace.run(&["progress"]).exits(0).out.contains("1/1"));
    let output = workspace.command().args(["progress"]).env("TALLYMARK_PLAN", PLAN).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("1/5"));
    let both = workspace
        .command()
        .args(["progress", "--plan", "docs/plans/b.md"])
        .env("TALLYMARK_PLAN", PLAN)
        .output();
    assert!(String::from_utf8_lossy(&both.unwrap().stdout).contains("1/1"));
}
