//! `check --fix` and `check --diff`.

use crate::support::{PLAN, PLAN_TEXT, STATUS, Workspace, permissions_bite};

#[test]
fn the_difference_is_shown_and_nothing_written() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    let run = workspace.run(&["check", "--diff", "--select", "TM202"]);
    run.exits(1);
    insta::assert_snapshot!(run.out, @r"
    --- a/docs/plans/parser ü.md
    +++ b/docs/plans/parser ü.md
    @@ -15,4 +15,4 @@
     
     - [ ] 2.1 Write the printer (depends: 1.2)
     - [ ] 2.2 Round trip
    --[ ] 2.3 Benchmarks
    +- [ ] 2.3 Benchmarks
    ");
    assert_eq!(run.err, "1 finding, 1 of which the difference mends; `tallymark check` shows them\n");
    assert_eq!(workspace.files(), before);
}

#[test]
fn what_is_safe_is_mended_and_nothing_else() {
    let workspace = Workspace::sample();
    let status = workspace.read(STATUS);
    let run = workspace.run(&["check", "--fix", "--select", "TM202"]);
    run.exits(0);
    assert!(run.out.ends_with("1 finding fixed\n"), "{}", run.out);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT.replace("-[ ] 2.3", "- [ ] 2.3"));
    assert_eq!(workspace.read(STATUS), status);
    assert_eq!(workspace.files().len(), 2, "nothing is left beside the plan");
}

#[test]
fn carriage_returns_and_a_byte_order_mark_are_kept() {
    let workspace = Workspace::sample();
    let text = format!("\u{feff}{}", PLAN_TEXT.replace('\n', "\r\n"));
    workspace.write(PLAN, &text);
    workspace.run(&["check", "--fix", "--select", "TM202"]).exits(0);
    assert_eq!(workspace.read(PLAN), text.replace("-[ ] 2.3", "- [ ] 2.3"));
}

#[test]
fn fixing_twice_is_fixing_once() {
    let workspace = Workspace::sample();
    workspace.run(&["check", "--fix"]);
    let once = workspace.read(PLAN);
    let run = workspace.run(&["check", "--fix"]);
    assert_eq!(workspace.read(PLAN), once);
    assert!(!run.out.contains("fixed"), "{}", run.out);
}

#[test]
fn a_mark_is_never_a_fix() {
    let workspace = Workspace::sample();
    workspace.run(&["check", "--fix", "--select", "TM103"]).exits(1);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
}

#[test]
fn a_read_only_plan_is_left_as_it_is() {
    let workspace = Workspace::sample();
    let path = workspace.path(PLAN);
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let run = workspace.run(&["check", "--fix", "--select", "TM202"]);
    run.exits(2);
    assert!(run.out.contains("is read-only; it is left as it is"), "{}", run.out);
    assert_eq!(workspace.read(PLAN), PLAN_TEXT);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::sample();
    if !permissions_bite(&workspace.root) {
        return;
    }
    let folder = workspace.path("docs/plans");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let run = workspace.run(&["check", "--fix", "--select", "TM202"]);
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    run.exits(2);
    assert!(run.out.contains("could not be written"), "{}", run.out);
}
