//! `tallymark doctor`.

use crate::support::{PLAN, STATUS, Workspace};

#[test]
fn it_shows_what_a_bug_report_needs() {
    let workspace = Workspace::sample();
    workspace.write("tallymark.toml", "# mine\n[rules]\nTM103 = \"off\"\nTM999 = \"off\"\n");
    let run = workspace.run(&["doctor"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for part in
        ["version", "platform", "tallymark.toml", "3: TM103 = \"off\"", PLAN, STATUS, "problem", "TM999"]
    {
        assert!(run.out.contains(part), "{part} is not in:\n{}", run.out);
    }
    assert!(!run.out.contains("# mine"), "{}", run.out);
    let told = workspace.run(&["doctor", "--json"]).exits(0).json();
    let plan = &told["plans"][0];
    assert_eq!(
        (&plan["path"], &plan["exists"], &plan["readable"]),
        (&PLAN.into(), &true.into(), &true.into())
    );
    // One that cannot be read is said to be so, and is no reason to say less.
    workspace.write(STATUS, "{");
    let told = workspace.run(&["doctor", "--json"]).exits(0).json();
    assert_eq!((&told["plans"][0]["exists"], &told["plans"][0]["readable"]), (&true.into(), &false.into()));
}
