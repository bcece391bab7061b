//! `watch` in a real terminal: a pseudo-terminal of our own, and an emulator that says what a person would see.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::Value;

use crate::support::{PLAN, STATUS, Workspace};

/// Nothing takes as long; a test that waits for it so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program in a terminal.
struct Terminal {
    child: Child,
    keys: File,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    everything: Vec<u8>,
}

impl Terminal {
    /// `watch` with arguments, in a window of so many rows and columns.
    fn new(workspace: &Workspace, arguments: &[&str], (rows, columns): (u16, u16)) -> Terminal {
        let mut command = in_a_session();
        command.args([env!("CARGO_BIN_EXE_tallymark"), "watch"]).args(arguments);
        Terminal::run(workspace, command, (rows, columns))
    }

    fn run(workspace: &Workspace, mut command: Command, (rows, columns): (u16, u16)) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        resize(&theirs, rows, columns);
        command.current_dir(&workspace.root).env("TERM", "xterm-256color");
        command.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
        let child = command.spawn().unwrap();
        drop(command);
        let keys = File::from(ours);
        let mut output = keys.try_clone().unwrap();
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(rows, columns, 0);
        Terminal { child, keys, written, screen, everything: Vec::new() }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen has this.
    #[track_caller]
    fn sees(&mut self, text: &str) {
        self.waits_for(text, |shown| shown.contains(text));
    }

    /// Waits until the screen no longer has this.
    #[track_caller]
    fn no_longer_sees(&mut self, text: &str) {
        self.waits_for(text, |shown| !shown.contains(text));
    }

    #[track_caller]
    fn waits_for(&mut self, what: &str, is_there: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_there(&self.shown()) {
            match self.written.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.everything.extend(bytes);
                }
                Err(_) => panic!("waited for {what}; the screen shows\n{}", self.shown()),
            }
        }
    }

    /// Waits until the program has ended. Gives its exit code.
    fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                for bytes in self.written.try_iter() {
                    self.screen.process(&bytes);
                }
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not end");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A command that makes its standard input the terminal of a session of its own: then `/dev/tty` is that.
fn in_a_session() -> Command {
    let mut command = Command::new("setsid");
    command.args(["--ctty", "--wait"]).env_remove("NO_COLOR").env_remove("TALLYMARK_PLAN");
    command
}

fn resize(terminal: &File, rows: u16, columns: u16) {
    tcsetwinsize(terminal, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
}

#[test]
fn a_plan_is_shown_marked_and_followed_in_80_by_24() {
    let workspace = Workspace::sample();
    let mut terminal = Terminal::new(&workspace, &[], (24, 80));
    terminal.sees("A parser for the wire format");
    terminal.sees("Phase 1: Reading");
    terminal.press("4");
    terminal.sees("All tasks");
    terminal.sees("1.3 Property tests");

    // A key marks the chosen task, in the file too.
    terminal.press("/round\r");
    terminal.no_longer_sees("1.3 Property tests");
    terminal.press("s");
    terminal.sees("2.2 is now in progress");
    terminal.sees("● 2.2");
    assert_eq!(workspace.read(STATUS).matches("in_progress\",").count(), 2);

    // What another does is seen.
    assert_eq!(workspace.run(&["fail", "2.2", "--error", "exit 137", "--plan", PLAN]).code, 0);
    terminal.sees("✗ 2.2");
    terminal.sees("exit 137");

    // All that is known of it.
    terminal.press("\r");
    terminal.sees("Task 2.2");
    terminal.sees("state     failed");
    terminal.press("\u{1b}");
    terminal.no_longer_sees("Task 2.2");

    terminal.press("q");
    assert_eq!(terminal.end(), Some(0));
    assert!(!terminal.screen.screen().alternate_screen(), "the terminal is given back");
}

#[test]
fn a_verb_that_needs_a_reason_asks_for_it_and_escape_means_no() {
    let workspace = Workspace::sample();
    let before = workspace.read(STATUS);
    let mut terminal = Terminal::new(&workspace, &[PLAN], (30, 100));
    terminal.sees("Phases");
    terminal.press("4/property\r");
    terminal.sees("Enter details");
    terminal.press("x");
    terminal.sees("Why is it left out?");
    terminal.press("nobody needs it\u{1b}");
    terminal.no_longer_sees("Why is it left out?");
    assert_eq!(workspace.read(STATUS), before);

    terminal.press("x");
    terminal.sees("Why is it left out?");
    terminal.press("nobody needs it\r");
    terminal.sees("1.3 is now skipped");
    assert!(workspace.read(STATUS).contains("nobody needs it"));
}

#[test]
fn what_cannot_be_marked_says_why() {
    let workspace = Workspace::sample();
    let mut terminal = Terminal::new(&workspace, &[], (24, 80));
    terminal.press("4/tokenizer\r");
    terminal.sees("tasks 1 /tokenizer");
    terminal.press("f");
    terminal.sees("What went wrong?");
    terminal.press("never\r");
    terminal.sees("error: 1.1 is completed");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(0));
}

#[test]
fn it_follows_the_window_and_says_what_is_too_small() {
    let workspace = Workspace::sample();
    let mut terminal = Terminal::new(&workspace, &[], (24, 80));
    terminal.sees("Phases");
    resize(&terminal.keys, 5, 20);
    terminal.screen.screen_mut().set_size(5, 20);
    terminal.sees("is needed");
    resize(&terminal.keys, 24, 80);
    terminal.screen.screen_mut().set_size(24, 80);
    terminal.sees("Phases");
}

#[test]
fn without_colour_no_colour_is_written() {
    let workspace = Workspace::sample();
    let mut terminal = Terminal::new(&workspace, &["--color", "never"], (24, 80));
    terminal.press("4");
    terminal.sees("All tasks");
    let written = String::from_utf8_lossy(&terminal.everything).into_owned();
    for code in written.split("\u{1b}[").filter_map(|rest| rest.split_once('m')).map(|(code, _)| code) {
        let coloured = code.split(';').any(|part| matches!(part.parse(), Ok(30..=38 | 40..=48 | 90..=107)));
        assert!(!coloured, "\\e[{code}m");
    }
}

/// The lines of another machine, in a file here.
fn recorded(workspace: &Workspace) -> String {
    let output = workspace.command().args(["watch", "--once", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let hello = r#"{"event":"hello","version":1,"tallymark":"0.1.0","pid":1}"#;
    let mut snapshot = serde_json::json!({"event": "snapshot", "files": []});
    snapshot["plans"] = told["plans"].clone();
    snapshot["plans"][0]["title"] = "Far \u{1b}[31maway\u{7}".into();
    format!("{hello}\n{snapshot}\n")
}

#[test]
fn the_lines_of_another_machine_are_shown_harmlessly_and_nothing_is_marked() {
    let workspace = Workspace::sample();
    workspace.write("lines.jsonl", recorded(&workspace));
    let mut command = in_a_session();
    let script = r#"exec "$0" watch - <lines.jsonl"#;
    command.args(["sh", "-c", script, env!("CARGO_BIN_EXE_tallymark")]);
    let mut terminal = Terminal::run(&workspace, command, (24, 80));
    terminal.sees("away");
    terminal.sees("the lines ended");
    assert!(!String::from_utf8_lossy(&terminal.everything).contains("\u{1b}[31maway"));
    let before = workspace.read(STATUS);
    terminal.press("4");
    terminal.sees("All tasks");
    terminal.press("s");
    terminal.sees("marking is off");
    assert_eq!(workspace.read(STATUS), before);
    terminal.press("q");
    assert_eq!(terminal.end(), Some(0));
}

/// Milliseconds since 1970-01-01 UTC.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

#[test]
fn agents_are_shown_with_what_they_do_and_who_waits_for_a_person_first() {
    let workspace = Workspace::sample();
    let mut lines = recorded(&workspace);
    let began = now() - 42_000;
    let file = serde_json::json!({"event": "monitored", "file": {
        "path": "/far/stream.jsonl", "format": "claude_stream", "modified": now(),
        "agents": [
            {"id": "agent-1", "state": "working", "last_seen": now(), "waits_for": "tool", "waits_since": began},
            {"id": "agent-2", "state": "working", "last_seen": now(), "waits_for": "person", "waits_since": began},
        ],
        "runs": [
            {"task": "1.3", "status": "running", "agent": "agent-1", "started": began},
            {"task": "2.2", "status": "running", "agent": "agent-2", "started": began},
        ],
        "activities": [
            {"id": "t1", "agent": "agent-1", "tool": "Bash", "detail": "cargo test\u{1b}[2J", "stage": "input_complete",
             "named": began, "started": began},
        ],
    }});
    lines.push_str(&format!("{file}\n"));
    workspace.write("lines.jsonl", lines);
    let mut command = in_a_session();
    let script = r#"exec "$0" watch - <lines.jsonl"#;
    command.args(["sh", "-c", script, env!("CARGO_BIN_EXE_tallymark")]);
    let mut terminal = Terminal::run(&workspace, command, (24, 100));
    terminal.sees("Agents 2");
    terminal.sees("agent-1 1.3 Bash cargo test");
    terminal.sees("? agent-2 2.2 waiting for a person");
    terminal.sees("! agent-2 (2.2): waiting for a person");
    // 2.2 is pending in status.json: what an agent works on is in progress all the same.
    terminal.sees("In progress 2");
    terminal.sees("? 2.2 Round trip");
    // It is counted while one looks.
    terminal.sees("0:43");
    assert!(!String::from_utf8_lossy(&terminal.everything).contains("test\u{1b}[2J"));
}

#[test]
fn once_shows_what_there_is_as_text_and_as_an_object() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["watch", "--once"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains(PLAN), "{}", run.out);
    let run = workspace.run(&["watch", "--once", "--json"]);
    let told: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(told["schema_version"], 1);
    assert_eq!(told["plans"][0]["tasks"][0]["key"], "1.1");
}

#[test]
fn bad_input_gets_a_clear_answer() {
    let workspace = Workspace::sample();
    let run = workspace.run(&["watch"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("this is no terminal") && run.err.contains("--once"), "{}", run.err);
    let run = workspace.run(&["watch", "--once", "nowhere.md"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("there is no nowhere.md"), "{}", run.err);
    workspace.write("docs/notes.md", "Nothing to do.\n");
    let run = workspace.run(&["watch", "--once", "docs/notes.md"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("not taken for a plan"), "{}", run.err);
    workspace.write(STATUS, "{\"tasks\": [");
    let run = workspace.run(&["watch", "--once"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot be read"), "{}", run.err);
}
