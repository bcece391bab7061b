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

/// The command that is killed in a round: its arguments, and what the statuses are when it is through. `before_last` is what they
/// were before the last write, which `undo` brings back.
fn victim(
    workspace: &Workspace,
    round: usize,
    now: &[String],
    before_last: &[String],
) -> (Vec<String>, Vec<String>) {
    let task = round % TASKS;
    let id = id_of(task);
    let (arguments, to) = step(&now[task], round);
    let mut then = now.to_vec();
    let arguments: Vec<&str> = match round % 8 {
        0 => {
            // Two in one write, or none.
            let other = (task + 5) % TASKS;
            let line = |task: usize| {
                let (arguments, _) = step(&now[task], 0);
                format!("{{\"task\": \"{}\", \"do\": \"{}\"}}\n", id_of(task), arguments[0])
            };
            workspace.write("lines.jsonl", line(task) + &line(other));
            for task in [task, other] {
                then[task] = step(&now[task], 0).1.to_owned();
            }
            vec!["batch", "lines.jsonl"]
        }
        1 => {
            then = before_last.to_vec();
            vec!["undo"]
        }
        2 if !["completed", "skipped"].contains(&now[task].as_str()) => {
            vec!["increment-retry", &id, "--error", "no answer"]
        }
        3 => vec!["write-findings", &id, "--file", "notes.md"],
        2 | 4 => vec!["start-run"],
        _ => {
            then[task] = to.to_owned();
            arguments.iter().copied().chain([id.as_str()]).collect()
        }
    };
    (arguments.into_iter().map(str::to_owned).collect(), then)
}

fn id_of(task: usize) -> String {
    format!("1.{}", task + 1)
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
    let settings = "boxes = \"reference\"\n[limits]\nretries = 1000000\n";
    let workspace =
        Workspace::with(&[(PLAN, &plan), ("tallymark.toml", settings), ("notes.md", "It is so.\n")]);
    workspace.run(&["init"]).exits(0);
    workspace.run(&["start", "1.1"]).exits(0);
    let mut expected = statuses(&workspace);
    let mut before_last = expected.clone();
    before_last[0] = "pending".to_owned();
    let mut moments = Moments(4);
    // What a whole run takes, as it was lately: the moments are spread over it.
    let mut whole = Duration::from_millis(50);
    let (mut killed, mut cut_short) = (0, 0);
    let mut round = 0;
    while killed < kills() {
        round += 1;
        let (arguments, then) = victim(&workspace, round, &expected, &before_last);
        let mut command = workspace.command();
        command.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(moments.next(whole));
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        let now = statuses(&workspace);
        match output.status.code() {
            // It was faster.
            Some(code) => {
                let said = String::from_utf8_lossy(&output.stderr);
                assert_eq!((code, said.as_ref()), (0, ""), "round {round}: {arguments:?}");
                assert_eq!(now, then, "round {round}: {arguments:?} was acknowledged");
            }
            None => {
                killed += 1;
                cut_short += usize::from(now != expected);
                assert!(
                    now == expected || now == then,
                    "round {round}: {arguments:?}: {expected:?} became {now:?}"
                );
            }
        }
        // The next one is not held up: it would say so.
        expected = now;
        before_last.clone_from(&expected);
        let other = (round + 1) % TASKS;
        let (arguments, to) = step(&expected[other], round);
        let start = Instant::now();
        let run = finish(workspace.command().args(arguments).arg(id_of(other)).output().unwrap());
        whole = (whole * 7 + start.elapsed()) / 8;
        assert_eq!((run.code, run.err.as_str()), (0, ""), "round {round}: after the kill");
        expected[other] = to.to_owned();
        assert_eq!(statuses(&workspace), expected, "round {round}");
    }
    println!("{killed} killed in {round} runs; {cut_short} of them had changed a status before");
    let folder = workspace.path(STATUS);
    let mut names: Vec<_> = std::fs::read_dir(folder.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".tallymark", "findings", "status.json", "status.json.bak"]);
}
