//! What holds for all commands.

use std::process::Stdio;

use crate::support::{PLAN_TEXT, Workspace, finish};

#[test]
fn the_help_names_every_command_once() {
    let run = Workspace::new().run(&["--help"]);
    run.exits(0);
    for command in ["check", "explain", "status", "start", "complete", "reopen", "init", "lsp", "completions"]
    {
        let lines = run.out.lines().filter(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert_eq!(lines.count(), 1, "{command}:\n{}", run.out);
    }
}

#[test]
fn the_version_is_the_packages() {
    let run = Workspace::new().run(&["--version"]);
    run.exits(0);
    assert!(run.out.starts_with(concat!("tallymark ", env!("CARGO_PKG_VERSION"))), "{}", run.out);
}

#[test]
fn a_wrong_argument_exits_with_2() {
    let workspace = Workspace::new();
    workspace.run(&["chek"]).exits(2);
    workspace.run(&["check", "--frmat", "json"]).exits(2);
    workspace.run::<&str>(&[]).exits(2);
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Workspace::new().run(&["completions", shell]);
        run.exits(0);
        assert!(run.out.contains("tallymark") && run.out.contains("explain"), "{shell}");
    }
}

#[test]
fn colour_is_written_only_where_it_is_asked_for() {
    let workspace = Workspace::sample();
    let escape = '\u{1b}';
    assert!(!workspace.run(&["check"]).out.contains(escape));
    assert!(workspace.run(&["check", "--color", "always"]).out.contains(escape));
    assert!(!workspace.run(&["check", "--color", "never"]).out.contains(escape));
    let forced = finish(workspace.command().arg("check").env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(forced.out.contains(escape));
    let refused = workspace.command().arg("check").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output();
    assert!(!finish(refused.unwrap()).out.contains(escape));
}

#[test]
fn escape_codes_in_a_plan_do_not_reach_the_terminal() {
    let workspace = Workspace::sample();
    let evil = PLAN_TEXT
        .replace("# A parser", "# A \u{1b}[31mparser")
        .replace("the parser", "the \u{1b}]0;x\u{7}parser");
    workspace.write(crate::support::PLAN, evil);
    for arguments in [vec!["check"], vec!["status"], vec!["explain", "docs/plans/parser ü.md:8"]] {
        let run = workspace.run(&arguments);
        assert!(!run.out.contains(['\u{1b}', '\u{7}']), "{arguments:?}: {:?}", run.out);
        assert!(run.out.len() > 20, "{arguments:?} is not silent");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error_and_the_exit_code_stays_true() {
    let workspace = Workspace::sample();
    let mut child = workspace
        .command()
        .args(["check", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = finish(child.wait_with_output().unwrap());
    run.exits(1);
    assert_eq!(run.err, "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let workspace = Workspace::sample();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run =
        finish(workspace.command().args(["check", "--fail-on", "never"]).stdout(full).output().unwrap());
    run.exits(2);
    assert!(run.err.starts_with("error: the output could not be written"), "{}", run.err);
}
