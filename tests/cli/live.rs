//! `check --live` and `detect-stuck`: agents, their files, and real processes.

use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

use crate::support::{Run, Workspace};

const PLAN: &str = "docs/plans/yard.md";
const STATUS: &str = "docs/plan-outputs/yard/status.json";
const REGISTRY: &str = ".gadugi/monitoring/process_registry.json";
const HEARTBEATS: &str = ".gadugi/monitoring/heartbeats.json";

/// So many seconds ago, in UTC.
fn ago(seconds: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_secs(seconds);
    format!("{time:.3}")
}

/// So many seconds ago, without a zone, as a clock shows it that is `offset` minutes ahead of UTC.
fn naive(seconds: i64, offset: i64) -> String {
    let time = Timestamp::now() - SignedDuration::from_secs(seconds) + SignedDuration::from_mins(offset);
    format!("{time:.6}").trim_end_matches('Z').to_owned()
}

/// A plan of two tasks, both in progress for as many seconds.
fn workspace(begun: i64) -> Workspace {
    let at = ago(begun);
    let entry = |id: &str, text: &str| {
        format!(
            r#"{{ "id": "{id}", "phase": "Phase 1: Yard", "description": "{text}", "status": "in_progress", "startedAt": "{at}" }}"#
        )
    };
    let status = format!(
        r#"{{ "tasks": [ {}, {} ], "summary": {{ "totalTasks": 2, "completed": 0, "pending": 0, "in_progress": 2, "failed": 0, "skipped": 0 }} }}"#,
        entry("1.1", "Measure the yard"),
        entry("1.2", "Draw the dial")
    );
    Workspace::with(&[
        (PLAN, "# Yard\n\n## Phase 1: Yard\n\n- [ ] 1.1 Measure the yard\n- [ ] 1.2 Draw the dial\n"),
        (STATUS, &status),
    ])
}

/// A record of Gadugi's registry.
fn record(task: &str, name: &str, status: &str, pid: &str, started: &str, beat: &str, error: &str) -> String {
    format!(
        r#""{task}": {{"task_id": "{task}", "task_name": "{name}", "status": "{status}", "command": "claude", "working_directory": "/w", "created_at": "{started}", "prompt_file": "p.md", "pid": {pid}, "started_at": "{started}", "completed_at": null, "last_heartbeat": "{beat}", "exit_code": null, "error_message": {error}, "resource_usage": null}}"#
    )
}

fn registry(timestamp: &str, records: &[String]) -> String {
    format!(r#"{{"timestamp": "{timestamp}", "processes": {{{}}}}}"#, records.join(", "))
}

fn running(pid: u32, started: i64, beat: i64) -> String {
    let record =
        record("1.1", "Measure the yard", "running", &pid.to_string(), &ago(started), &ago(beat), "null");
    registry(&ago(1), &[record])
}

fn check(workspace: &Workspace) -> Run {
    workspace.run(&["check", "--live", "--select", "TM4"])
}

/// A process that does nothing, until it is killed.
struct Sleeper(Child);

impl Sleeper {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_was_killed_is_gone() {
    let workspace = workspace(60);
    let mut sleeper = Sleeper::new();
    let file = running(sleeper.0.id(), 5, 20);
    workspace.write(REGISTRY, &file);
    check(&workspace).exits(0);
    sleeper.kill();
    let run = check(&workspace);
    run.exits(1);
    let told = format!("process {} is not there, and the last sign of life was", sleeper.0.id());
    assert!(run.out.contains("TM403") && run.out.contains(&told), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_reused_id_is_another_process() {
    let workspace = workspace(600);
    let sleeper = Sleeper::new();
    workspace.write(REGISTRY, running(sleeper.0.id(), 600, 60));
    let run = check(&workspace);
    run.exits(1);
    let told = format!("process {} is another one, begun later", sleeper.0.id());
    assert!(run.out.contains(&told), "{}", run.out);
}

#[test]
fn nobody_looks_without_being_asked() {
    let workspace = workspace(3 * 3600);
    workspace.run(&["check"]).exits(0);
    let run = workspace.run(&["check", "--select", "TM401"]);
    run.exits(0);
    assert!(run.err.contains("they need --live"), "{}", run.err);
    let run = check(&workspace);
    run.exits(1);
    assert!(run.out.contains("1.1 is in progress, and nobody has heard of it for 3 h"), "{}", run.out);
    workspace.write("tallymark.toml", "[limits]\nstuck = \"4h\"\n");
    check(&workspace).exits(0);
}

#[test]
fn a_naive_time_is_laid_against_the_time_of_its_file() {
    for offset in [-720, -480, 0, 120, 345, 540, 840] {
        let workspace = workspace(600);
        let of = |beat: i64| {
            let (started, beat) = (naive(600, offset), naive(beat, offset));
            let record = record("1.1", "Measure the yard", "running", "null", &started, &beat, "null");
            registry(&naive(1, offset), &[record])
        };
        workspace.write(REGISTRY, of(30));
        check(&workspace).exits(0);
        workspace.write(REGISTRY, of(300));
        let run = check(&workspace);
        run.exits(1);
        assert!(run.out.contains("the last heartbeat was 5 m ago"), "{offset}: {}", run.out);
        // The same file, left behind for a month: what it says is as old as it is.
        let month = Duration::from_secs(30 * 86_400);
        let file = std::fs::File::options().write(true).open(workspace.path(REGISTRY)).unwrap();
        let old = Timestamp::now() - SignedDuration::from_secs(30 * 86_400);
        let old = format!("{:.6}", old + SignedDuration::from_mins(offset)).trim_end_matches('Z').to_owned();
        let record = record("1.1", "Measure the yard", "running", "null", &old, &old, "null");
        workspace.write(REGISTRY, registry(&old, &[record]));
        file.set_modified(SystemTime::now() - month).unwrap();
        let run = check(&workspace);
        assert!(run.out.contains("the last heartbeat was 30 d ago"), "{offset}: {}", run.out);
    }
}

#[test]
fn a_heartbeat_is_a_sign_of_life() {
    let workspace = workspace(3 * 3600);
    let found = |workspace: &Workspace| workspace.run(&["detect-stuck", "--json"]).json()["count"].clone();
    assert_eq!(found(&workspace), 2);
    let now = ago(5);
    workspace.write(
        HEARTBEATS,
        format!(
            r#"{{"timestamp": "{now}", "active_processes": [{{"task_id": "1.1", "task_name": "Measure the yard", "status": "running", "pid": null, "last_heartbeat": "{now}", "resource_usage": null}}]}}"#
        ),
    );
    assert_eq!(found(&workspace), 1);
    let run = check(&workspace);
    assert!(run.out.contains("1.2 is in progress") && !run.out.contains("1.1 is in progress"), "{}", run.out);
    workspace.write("tallymark.toml", "[monitoring]\nenabled = false\n");
    assert_eq!(found(&workspace), 2);
}

#[test]
fn what_the_registry_says_is_taken_over_by_a_fix() {
    let workspace = workspace(600);
    let record = record(
        "1.1",
        "Measure the yard",
        "failed",
        "null",
        &ago(600),
        &ago(60),
        r#""no rope \u001b[31mleft""#,
    )
    .replace(r#""completed_at": null"#, &format!(r#""completed_at": "{}""#, ago(60)));
    workspace.write(REGISTRY, registry(&ago(50), &[record]));
    let run = check(&workspace);
    run.exits(1);
    assert!(run.out.contains("process_registry.json says that 1.1 failed 1 m ago"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "control characters of an agent stay where they are");
    let run = workspace.run(&["check", "--live", "--select", "TM404", "--json"]);
    let finding = &run.json()["plans"][0]["findings"][0];
    assert_eq!(finding["code"], "TM404");
}

#[cfg(unix)]
#[test]
fn bad_input_is_told_once_and_the_rest_is_looked_at() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let workspace = workspace(600);
    let folder = ".gadugi/monitoring";
    workspace.write(REGISTRY, running(4_000_000, 600, 300));
    let path = |name: &str| workspace.path(&format!("{folder}/{name}"));
    mknodat(CWD, path("heartbeats.json"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path("orchestration-1_status.json")).unwrap();
    std::os::unix::fs::symlink(path("b.json"), path("a.json")).unwrap();
    std::os::unix::fs::symlink(path("a.json"), path("b.json")).unwrap();
    workspace.write(&format!("{folder}/bomb.json"), format!("{{\"timestamp\": {}", "[".repeat(1 << 20)));
    let beat = |at: &str| {
        format!(
            r#"{{"timestamp": "{at}", "active_processes": [{{"task_id": "1.2", "task_name": "Draw the dial", "status": "running", "pid": null, "last_heartbeat": "{at}", "resource_usage": null}}]}}"#
        )
    };
    workspace.write(&format!("{folder}/y1.json"), beat("0001-01-01T00:00:00+00:00"));
    workspace.write(&format!("{folder}/y9999.json"), beat("9999-12-31T23:59:59+00:00"));
    let mut bytes = beat(&ago(5)).into_bytes();
    let at = bytes.windows(4).position(|window| window == b"Draw").unwrap();
    bytes[at] = 0xff;
    workspace.write(&format!("{folder}/latin.json"), bytes);
    let run = check(&workspace);
    run.exits(2);
    let lines = |needle: &str| run.out.matches(needle).count() + run.err.matches(needle).count();
    assert_eq!(lines("is a pipe, not a file"), 1, "{}{}", run.out, run.err);
    assert_eq!(lines("is a device, not a file"), 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("TM403") && run.out.contains("process 4000000 is not there"), "{}", run.out);
}

/// A registry of 50 MB, with one run of the plan at its end.
#[cfg(target_os = "linux")]
#[test]
fn a_large_registry_is_read_in_bounded_memory_and_a_larger_one_is_refused() {
    let workspace = workspace(600);
    let at = ago(600);
    let mut records: Vec<String> = (0..130_000)
        .map(|number| record(&format!("t{number}"), "Something else", "completed", "null", &at, &at, "null"))
        .collect();
    records.push(record("1.1", "Measure the yard", "running", "null", &at, &ago(300), "null"));
    let text = registry(&ago(1), &records);
    assert!(text.len() > 40 << 20, "{}", text.len());
    workspace.write(REGISTRY, &text);
    let run = check(&workspace);
    run.exits(1);
    assert!(run.out.contains("the last heartbeat was 5 m ago"), "{}", run.out);
    let file = std::fs::File::options().append(true).open(workspace.path(REGISTRY)).unwrap();
    file.set_len(65 << 20).unwrap();
    let run = check(&workspace);
    run.exits(2);
    assert!(format!("{}{}", run.out, run.err).contains("the limit is 64 MB"), "{}{}", run.out, run.err);
}
