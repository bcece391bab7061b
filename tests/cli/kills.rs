//! Commands that write, each killed (SIGKILL) at some moment of its run. What was acknowledged is there, what was not is there
//! whole or not at all, and the next command goes on as if nothing had been.
//!
//! `TALLYMARK_TEST_KILLS=1000 cargo test --test cli kills` is the number that a release should have seen.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{PLAN, STATUS, Workspace, finish};

const TASKS: usize = 12;

fn kills() -> usize {
    std::env::var("TALLYMARK_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(100)
}

/// The command that takes a task on from a status, and the status that it leads to.
fn step(status: &str, round: usize) -> (&'static [&'static str], &'static str) {
    const ENDS: [(&[&str], &str); 3] = [
        (&["complete", "--notes", "as it should be"], "completed"),
        (&["fail", "--error", "out of paper"], "failed"),
        (&["skip", "--reason", "later"], "skipped"),
    ];
    match status {
        "pending" => (&["start"], "in_progress"),
        "in_progress" => ENDS[round % ENDS.len()],
        "failed" => (&["retry"], "in_progress"),
        "completed" | "skipped" => (&["reopen"], "pending"),
        other => panic!("nobody writes {other}"),
    }
}

/// The statuses of all tasks. The file parses, and its summary is right.
fn statuses(workspace: &Workspace) -> Vec<String> {
    let status: Value =
        serde_json::from_str(&workspace.read(STATUS)).expect("status.json parses at every moment");
    let words: Vec<String> = status["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["status"].as_str().unwrap().to_owned())
        .collect();
    for word in ["pending", "in_progress", "completed", "failed", "skipped"] {
        let count = words.iter().filter(|other| *other == word).count();
        assert_eq!(status["summary"][word], count, "{word}");
    }
    words
}

/// A generator of moments that are the same in every run: the sequence of Knuth's MMIX.
struct Moments(u64);

impl Moments {
    /// One below `limit`.
    fn next(&mut self, limit: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        limit.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

#[test]
fn a_command_killed_at_any_moment_loses_nothing_and_stops_nobody() {
    let tasks: String =
        (1..=TASKS).map(|number| format!("- [ ] 1.{number} Task number {number}\n")).collect();
    let plan = format!("# Kills\n\n**Output:** `docs/plan-outputs/parser/`\n\n## Phase 1: All\n\n{tasks}");
    let workspace = Workspace::with(&[(PLAN, &plan), ("tallymark.toml", "boxes = \"reference\"\n")]);
    workspace.run(&["init"]).exits(0);
    let mut expected = statuses(&workspace);
    let mut moments = Moments(4);
    // What a whole run takes, as it was lately: the moments are spread over it.
    let mut whole = Duration::from_millis(50);
    let (mut killed, mut cut_short) = (0, 0);
    let mut round = 0;
    while killed < kills() {
        round += 1;
        let task = round % TASKS;
        let (arguments, to) = step(&expected[task], round);
        let id = format!("1.{}", task + 1);
        let mut command = workspace.command();
        command.args(arguments).arg(&id).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(moments.next(whole));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let now = statuses(&workspace);
        match output.status.code() {
            // It was faster.
            Some(code) => {
                assert_eq!((code, output.stderr.as_slice()), (0, b"".as_slice()), "{arguments:?} {id}");
                expected[task] = to.to_owned();
            }
            None => {
                killed += 1;
                if now[task] == to {
                    cut_short += 1;
                    expected[task] = to.to_owned();
                }
            }
        }
        assert_eq!(now, expected, "round {round}: {arguments:?} {id}");
        // The next one is not held up: it would say so.
        let other = (task + 1) % TASKS;
        let (arguments, to) = step(&expected[other], round);
        let start = Instant::now();
        let mut command = workspace.command();
        let run = finish(command.args(arguments).arg(format!("1.{}", other + 1)).output().unwrap());
        whole = (whole * 7 + start.elapsed()) / 8;
        assert_eq!((run.code, run.err.as_str()), (0, ""), "round {round}: after the kill of {id}");
        expected[other] = to.to_owned();
        assert_eq!(statuses(&workspace), expected, "round {round}");
    }
    println!("{killed} killed in {round} runs; {cut_short} of them had written status.json before");
    let folder = workspace.path(STATUS);
    let mut names: Vec<_> = std::fs::read_dir(folder.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".tallymark", "status.json", "status.json.bak"]);
}
