//! Runs of the binary under strace, which shows its system calls, lets one of them fail, or kills it there.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{Run, Workspace};

/// One system call of the main thread.
pub struct Call {
    /// Its name, as `openat`.
    pub name: String,
    /// The how manieth of this name it is, from 1.
    pub ordinal: usize,
    /// Its arguments and what it gave back, as far as they stand on its line.
    pub text: String,
}

/// A run to its end or to its death, with the calls that it made.
pub struct Traced {
    /// What it wrote, and its exit code; 128 and more if a signal ended it.
    pub run: Run,
    /// The calls of the main thread.
    pub calls: Vec<Call>,
    /// All that strace wrote, each line with the thread's number in front.
    pub log: String,
    /// Whether strace meddled with one of them.
    pub injected: bool,
}

/// Runs the binary under strace, which is given `options` beside its own.
pub fn traced(workspace: &Workspace, arguments: &[&str], options: &[String]) -> Traced {
    let log = log_path(workspace);
    let binary = workspace.command();
    let mut command = Command::new("strace");
    command.arg("--follow-forks").arg("--string-limit=400").arg("-o").arg(&log).args(options);
    command.arg(binary.get_program()).args(arguments).current_dir(&workspace.root);
    for (variable, value) in binary.get_envs() {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("this test runs the program under strace, which did not start ({error}): install the package strace")
    });
    let text = std::fs::read(&log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let _ = std::fs::remove_file(&log);
    let calls = calls(&text);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!calls.is_empty(), "strace traced nothing; it must be allowed to (ptrace): {err}");
    let code = output.status.code().unwrap_or(128);
    let run = Run { code, out: String::from_utf8_lossy(&output.stdout).into_owned(), err };
    let injected = text.contains("(INJECTED") || text.contains("+++ killed by SIGKILL");
    Traced { run, calls, injected, log: text }
}

/// Beside the workspace, so that nothing is traced into what is looked at.
fn log_path(workspace: &Workspace) -> PathBuf {
    workspace.root.with_file_name("strace.log")
}

/// The main thread's calls: `1234 name(arguments) = result`. Where another thread's call came between, the end stands elsewhere.
fn calls(log: &str) -> Vec<Call> {
    let mut counts = std::collections::HashMap::new();
    let main = log.split(' ').next().unwrap_or_default();
    log.lines()
        .filter_map(|line| {
            let (thread, text) = line.split_once(' ')?;
            let (name, _) = text.trim_start().split_once('(')?;
            let is_call = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (thread == main && is_call && !name.is_empty()).then(|| {
                let count = counts.entry(name.to_owned()).or_insert(0);
                *count += 1;
                Call { name: name.to_owned(), ordinal: *count, text: text.trim().to_owned() }
            })
        })
        .collect()
}
