//! What only reads takes no lock and writes nothing, wherever it could: looked at in its system calls.

use crate::support::{PLAN, STATUS, Workspace};
use crate::trace::traced;

/// All that reads, with what is only a rehearsal of writing.
const COMMANDS: &[&[&str]] = &[
    &["check", "--fail-on", "never"],
    &["check", "--diff", "--fail-on", "never"],
    &["sync-check"],
    &["status"],
    &["status", "--json"],
    &["progress"],
    &["progress", "--format", "markers"],
    &["next"],
    &["history"],
    &["explain", "docs/plans/parser ü.md:8"],
    &["start", "1.2", "--dry-run"],
    &["complete", "1.2", "--dry-run", "--json"],
    &["skip", "1.2", "--reason", "later", "--dry-run"],
];

/// Calls that change something below a path.
const CHANGES: &str = "mkdir mkdirat rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat rmdir chmod fchmod \
     fchmodat chown fchown fchownat lchown truncate ftruncate utimensat fallocate mknod mknodat setxattr fsetxattr";

#[test]
fn commands_that_read_take_no_lock_and_write_nothing() {
    let workspace = Workspace::sample();
    workspace.run(&["start", "2.2"]).exits(0);
    let before = (workspace.files(), own_files(&workspace));
    for arguments in COMMANDS {
        let traced = traced(&workspace, arguments, &[]);
        assert!([0, 1].contains(&traced.run.code), "{arguments:?}: {:?}", traced.run);
        assert!(
            traced.log.contains("parser \\303\\274.md"),
            "{arguments:?} reads the plan or its status: the trace is read wrongly"
        );
        for line in traced.log.lines() {
            let call = line.split_once(' ').map_or(line, |(_, call)| call).trim_start();
            let name = call.split_once('(').map_or("", |(name, _)| name);
            let opens_for_writing = name.starts_with("open")
                && ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| call.contains(flag))
                && !call.contains("\"/dev/");
            let changes = CHANGES.split(' ').any(|change| change == name);
            let locks = name == "flock" || name == "fcntl" && call.contains("LK");
            assert!(!opens_for_writing && !changes && !locks, "{arguments:?}: {call}");
        }
    }
    assert_eq!(before, (workspace.files(), own_files(&workspace)));
}

/// The names in the folder that the store keeps for itself.
fn own_files(workspace: &Workspace) -> Vec<std::ffi::OsString> {
    let folder = workspace.path(STATUS).with_file_name(".tallymark");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn reading_what_nobody_has_changed_yet_leaves_no_folder_behind() {
    let workspace = Workspace::sample();
    let before = workspace.files();
    for arguments in COMMANDS {
        workspace.run(arguments);
    }
    assert_eq!(before, workspace.files());
    for path in [STATUS, PLAN] {
        assert!(!workspace.path(path).with_file_name(".tallymark").exists());
    }
}
