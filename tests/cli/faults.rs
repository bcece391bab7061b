//! A write of status.json in which one system call fails, is cut short, or is the last that the process makes: for every call
//! between taking the lock and giving it back, and every way in which it can go wrong.
//!
//! After each, status.json is what it was or what it should become, the exit code says which, everything acknowledged before is
//! there, and the next writer is not held up.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::support::{PLAN, Run, STATUS, Workspace, finish};
use crate::trace::{Call, traced};

/// What the system can answer instead of doing it.
const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EINTR", "EACCES", "EROFS"];

/// Calls that touch no file: memory, threads, signals, clocks. What they do when they fail is not the store's to say.
const ELSEWHERE: &str = "mmap munmap mprotect mremap madvise brk futex clone3 clone exit rseq set_robust_list sigaltstack \
     rt_sigaction rt_sigprocmask prctl gettid getpid sched_getaffinity sched_yield uname";

/// A command that writes, in a workspace of some history.
struct Scenario {
    name: &'static str,
    /// What was done before, and acknowledged.
    before: &'static [&'static [&'static str]],
    /// The write that goes wrong.
    write: &'static [&'static str],
    /// What another writer asks afterwards.
    next: &'static [&'static str],
}

const PLAN_TEXT: &str = "\
# A parser

**Output:** `docs/plan-outputs/parser/`

## Phase 1: Reading

- [ ] 1.1 Write the tokenizer
- [ ] 1.2 Write the parser
- [ ] 1.3 Property tests

## Phase 2: Writing

- [ ] 2.1 Write the printer
- [ ] 2.2 Round trip
";

const SETTINGS: &str = "boxes = \"reference\"\n";

const CHANGE: Scenario = Scenario {
    name: "a change",
    // So many that all generations are there, and the next write moves each on.
    before: &[
        &["init"],
        &["start", "1.1"],
        &["complete", "1.1", "--notes", "with \"quotes\""],
        &["start", "2.1"],
        &["fail", "2.1", "--error", "out of paper"],
        &["skip", "2.2", "--reason", "later"],
        &["start", "1.2"],
    ],
    write: &["complete", "1.2"],
    next: &["start", "1.3"],
};

/// On a file that none of ours has changed yet.
const FIRST: Scenario = Scenario {
    name: "the first change",
    before: &[&["init"]],
    write: &["complete", "1.2"],
    next: &["start", "1.3"],
};

const INIT: Scenario = Scenario { name: "init", before: &[], write: &["init"], next: &["start", "1.1"] };

#[test]
fn every_call_of_a_change_may_fail() {
    fail_everywhere(&CHANGE, &ERRORS);
}

#[test]
fn every_call_of_the_first_change_may_fail() {
    fail_everywhere(&FIRST, &["ENOSPC", "EIO"]);
}

#[test]
fn every_call_of_init_may_fail() {
    fail_everywhere(&INIT, &["ENOSPC", "EIO"]);
}

#[test]
fn every_call_of_a_change_may_be_the_last() {
    die_everywhere(&CHANGE);
}

#[test]
fn every_call_of_the_first_change_may_be_the_last() {
    die_everywhere(&FIRST);
}

#[test]
fn every_call_of_init_may_be_the_last() {
    die_everywhere(&INIT);
}

fn fail_everywhere(scenario: &Scenario, errors: &[&str]) {
    let cases = |call: &Call| {
        errors
            .iter()
            .map(|error| format!("inject={}:error={error}:when={}", call.name, call.ordinal))
            .collect::<Vec<_>>()
    };
    for_each_case(scenario, cases, |case, scene| {
        let workspace = scene.workspace();
        let traced = traced(&workspace, scenario.write, &["-e".to_owned(), case.to_owned()]);
        assert!(traced.injected, "{case}: the call did not come");
        let run = traced.run;
        assert!([0, 2].contains(&run.code), "{case}: exit code {}: {}", run.code, run.err);
        assert!(!run.err.contains("panicked"), "{case}: {}", run.err);
        assert_eq!(run.code == 0, run.err.is_empty(), "{case}: {}", run.err);
        scene.verify(&workspace, case, Some(&run));
    });
}

fn die_everywhere(scenario: &Scenario) {
    let cases = |call: &Call| vec![format!("inject={}:signal=KILL:when={}", call.name, call.ordinal)];
    for_each_case(scenario, cases, |case, scene| {
        let workspace = scene.workspace();
        let traced = traced(&workspace, scenario.write, &["-e".to_owned(), case.to_owned()]);
        assert!(traced.injected, "{case}: the call did not come");
        assert_ne!(traced.run.code, 0, "{case}: it lived");
        scene.verify(&workspace, case, None);
    });
}

/// Makes the cases of all calls of a write, and runs each on its own copy of the workspace, a few at a time.
fn for_each_case(
    scenario: &Scenario,
    cases: impl Fn(&Call) -> Vec<String>,
    run: impl Fn(&str, &Scene<'_>) + Sync,
) {
    let scene = Scene::new(scenario);
    let cases: Vec<String> = scene.calls.iter().flat_map(cases).collect();
    println!("{}: {} calls, {} cases", scenario.name, scene.calls.len(), cases.len());
    assert!(scene.calls.len() > 30, "so few calls are no write: the trace was read wrongly");
    let (next, bad) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Each says itself what is wrong; all of them tell more than the first.
                    if catch_unwind(AssertUnwindSafe(|| run(case, &scene))).is_err() {
                        bad.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(bad.into_inner(), 0, "so many cases of {} went wrong", scenario.name);
}

/// A workspace to begin with, what the write leads to, and the calls it makes.
struct Scene<'a> {
    scenario: &'a Scenario,
    template: Workspace,
    before: Option<Value>,
    after: Value,
    calls: Vec<Call>,
}

impl<'a> Scene<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let template = Workspace::with(&[(PLAN, PLAN_TEXT), ("tallymark.toml", SETTINGS)]);
        for arguments in scenario.before {
            template.run(arguments).exits(0);
        }
        if scenario.name == FIRST.name {
            std::fs::remove_dir_all(template.path(STATUS).with_file_name(".tallymark")).unwrap();
        }
        let tried = copy(&template);
        let traced = traced(&tried, scenario.write, &[]);
        traced.run.exits(0);
        let text = |call: &Call, part: &str| call.text.contains(part);
        let begin = traced.calls.iter().position(|call| text(call, "/.tallymark/")).unwrap();
        let end = traced.calls.iter().position(|call| text(call, "write(1, ")).unwrap();
        let calls = traced.calls.into_iter().take(end).skip(begin);
        let calls = calls.filter(|call| !ELSEWHERE.split(' ').any(|name| name == call.name)).collect();
        let before = status(&template);
        let after = status(&tried).unwrap();
        assert_ne!(before.as_ref(), Some(&after));
        Self { scenario, template, before, after, calls }
    }

    fn workspace(&self) -> Workspace {
        copy(&self.template)
    }

    /// Looks at what a write that went wrong has left; `run` is what it said, if it lived.
    fn verify(&self, workspace: &Workspace, case: &str, run: Option<&Run>) {
        let now = status(workspace);
        let done = now.as_ref() == Some(&self.after);
        assert!(done || now == self.before, "{case}: {now:?}");
        if let Some(run) = run {
            // What failed is not there, or the message says that it is.
            let said = run.code == 0 || run.err.contains("the change is in status.json");
            assert_eq!(done, said, "{case}: exit code {}: {}", run.code, run.err);
        }
        self.verify_folder(workspace, case, false);
        if now.is_none() {
            workspace.run(self.scenario.write).exits(0);
        }
        let next = workspace.run(self.scenario.next);
        assert_eq!((next.code, next.err.as_str()), (0, ""), "{case}: the next writer");
        let last = status(workspace).unwrap();
        let changed = |value: &Value| value["tasks"].as_array().unwrap().clone();
        let base = if done || now.is_none() { &self.after } else { self.before.as_ref().unwrap() };
        let differences = changed(&last).iter().zip(changed(base)).filter(|(now, then)| *now != then).count();
        assert_eq!(differences, 1, "{case}: the next writer changes one task and loses none");
        self.verify_folder(workspace, case, true);
    }

    /// Backups and history can be read; `swept`: nothing else lies about.
    fn verify_folder(&self, workspace: &Workspace, case: &str, swept: bool) {
        let folder = workspace.path(STATUS);
        let folder = folder.parent().unwrap();
        if !folder.exists() {
            return;
        }
        let backups = ["status.json.bak", ".tallymark/backup/2", ".tallymark/backup/3"];
        for backup in backups.map(|name| folder.join(name)).iter().filter(|path| path.exists()) {
            let bytes = std::fs::read(backup).unwrap();
            assert!(serde_json::from_slice::<Value>(&bytes).is_ok(), "{case}: {} is torn", backup.display());
        }
        let history = std::fs::read_to_string(folder.join(".tallymark/history.jsonl")).unwrap_or_default();
        let lines: Vec<_> = history.lines().map(serde_json::from_str::<Value>).collect();
        let torn = lines.iter().filter(|line| line.is_err()).count();
        assert!(torn <= 1, "{case}: {history}");
        let sequence: Vec<_> = lines.iter().flatten().map(|line| line["seq"].as_u64().unwrap()).collect();
        assert!(sequence.iter().zip(1..).all(|(seq, place)| *seq == place), "{case}: {sequence:?}");
        if swept {
            let known = HashSet::from([".tallymark", "status.json", "status.json.bak"]);
            let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let other: Vec<_> = names.filter(|name| !known.contains(name.to_str().unwrap())).collect();
            assert!(other.is_empty(), "{case}: left behind: {other:?}");
        }
    }
}

fn copy(template: &Workspace) -> Workspace {
    let workspace = Workspace::new();
    let mut folders = vec![template.root.clone()];
    while let Some(folder) = folders.pop() {
        let target = workspace.root.join(folder.strip_prefix(&template.root).unwrap());
        std::fs::create_dir_all(&target).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                std::fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    workspace
}

/// status.json without its times; none if there is no such file. It must parse.
fn status(workspace: &Workspace) -> Option<Value> {
    let text = std::fs::read_to_string(workspace.path(STATUS)).ok()?;
    let mut value: Value = serde_json::from_str(&text).expect("status.json parses at every moment");
    let forget = |object: &mut Value| {
        for key in ["lastUpdatedAt", "createdAt", "startedAt", "completedAt", "duration", "lastErrorAt"] {
            if let Some(value) = object.get_mut(key) {
                *value = Value::Null;
            }
        }
    };
    forget(&mut value);
    value["tasks"].as_array_mut().unwrap().iter_mut().for_each(forget);
    Some(value)
}

/// Goes between the program and the system: every write gives way after half of its bytes (`FAULT_AT=0`), or the one with that
/// number does and the next on the same file finds the disk full. What goes to standard output and error is let be.
const SHORT_WRITES: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int count, full = -1;
ssize_t write(int file, const void *bytes, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  const char *at = getenv("FAULT_AT");
  if (file <= 2 || !at) return real(file, bytes, length);
  if (file == full) { errno = ENOSPC; return -1; }
  int wanted = atoi(at);
  count++;
  if (wanted == 0) return real(file, bytes, (length + 1) / 2);
  if (count != wanted) return real(file, bytes, length);
  full = file;
  return real(file, bytes, length / 2 ? length / 2 : length);
}
"#;

/// Compiles [`SHORT_WRITES`]: whoever builds this program has a C compiler, for linking.
fn compile(folder: &Path) -> std::path::PathBuf {
    let (source, library) = (folder.join("short.c"), folder.join("short.so"));
    std::fs::write(&source, SHORT_WRITES).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    finish(compiler.output().expect("this test needs the C compiler cc")).exits(0);
    library
}

#[test]
fn every_write_may_be_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let library = compile(folder.path());
    let scene = Scene::new(&CHANGE);
    let writes = scene.calls.iter().filter(|call| call.name == "write").count();
    assert!(writes >= 4, "holder twice, status.json, history");
    for at in 0..=writes {
        let workspace = scene.workspace();
        let mut command = workspace.command();
        command.env("LD_PRELOAD", &library).env("FAULT_AT", at.to_string()).args(CHANGE.write);
        let run = finish(command.output().unwrap());
        let case = format!("write {at} cut short");
        // Cut short and then let go on, it is as if nothing had been.
        assert!(
            run.code == 0 || at > 0 && run.code == 2 && run.err.contains("No space left"),
            "{case}: {run:?}"
        );
        scene.verify(&workspace, &case, Some(&run));
    }
}

/// What the system says of the folder is made to be the number of NFS.
#[test]
fn a_network_file_system_is_said_once_and_nothing_is_refused() {
    let scene = Scene::new(&FIRST);
    let workspace = scene.workspace();
    let nfs = ["-e".to_owned(), "inject=statfs:poke_exit=@arg2=6969000000000000".to_owned()];
    let first = traced(&workspace, &["start", "1.1"], &nfs);
    assert!(first.injected && first.run.code == 0, "{:?}", first.run);
    assert!(
        first.run.err.contains("lies on a network file system (NFS): writers on this machine"),
        "{:?}",
        first.run
    );
    let second = traced(&workspace, &["start", "1.2"], &nfs);
    assert_eq!((second.run.code, second.run.err.as_str()), (0, ""));
}
