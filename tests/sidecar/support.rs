//! A running sidecar, and the files it is shown.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// No line takes as long as this; a test that waits for one so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running sidecar. Killed when dropped, so that a failed test leaves nothing behind.
pub(crate) struct Sidecar {
    pub(crate) child: Child,
    pub(crate) lines: Receiver<Value>,
}

impl Sidecar {
    pub(crate) fn watching<P: AsRef<Path>>(files: &[P]) -> Sidecar {
        let mut sidecar = Sidecar::start(|command| command.args(files.iter().map(AsRef::as_ref)));
        sidecar.expect("hello");
        sidecar
    }

    pub(crate) fn start(arrange: impl FnOnce(&mut Command) -> &mut Command) -> Sidecar {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallymark"));
        let mut child =
            arrange(command.arg("sidecar")).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = read_lines(&mut child);
        Sidecar { child, lines }
    }

    pub(crate) fn with_parent() -> (Sidecar, ChildStdin) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tallymark"))
            .args(["sidecar", "--parent"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = read_lines(&mut child);
        (Sidecar { child, lines }, stdin)
    }

    /// The next line, whose event this must be.
    pub(crate) fn expect(&mut self, event: &str) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {event} came"));
        assert_eq!(line["event"], event, "{line}");
        line
    }

    /// The next line, which must be a change: the file.
    pub(crate) fn change(&mut self) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("no change was told");
            if line["event"] != "tick" {
                assert_eq!(line["event"], "changed", "{line}");
                return line["file"].clone();
            }
        }
    }

    /// Nothing but signs of life in this time.
    pub(crate) fn is_silent_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            assert_eq!(line["event"], "tick", "{line}");
        }
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not end");
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn read_lines(child: &mut Child) -> Receiver<Value> {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let schema = schema();
        for line in stdout.lines().map_while(Result::ok) {
            let value: Value = serde_json::from_str(&line).unwrap();
            // A long one says a thousand times what a short one says once.
            if line.len() < 64 << 10 {
                let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:#?}\n{line}");
            }
            if sender.send(value).is_err() {
                return;
            }
        }
    });
    lines
}

/// What `docs/schema/` says of a line; a key that it does not name is a defect, though readers are asked to expect more.
fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/sidecar-lines.json");
    let mut schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut open = vec![&mut schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if object.contains_key("properties") {
                    object.insert("additionalProperties".to_owned(), json!(false));
                }
                open.extend(object.values_mut());
            }
            Value::Array(array) => open.extend(array.iter_mut()),
            _ => {}
        }
    }
    jsonschema::validator_for(&schema).unwrap()
}

pub(crate) fn hash(content: &str) -> String {
    blake3::hash(content.as_bytes()).to_hex().as_str()[..16].to_owned()
}

pub(crate) fn state(path: &Path, content: &str) -> Value {
    json!({"path": path, "hash": hash(content), "bytes": content.len()})
}

pub(crate) fn missing(path: &Path) -> Value {
    json!({"path": path, "bytes": 0})
}

/// A folder and the path of a status.json in it, by its real name: some systems' temporary folder is a link.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("status.json");
    (folder, path)
}

/// As the store writes: another file in the same folder, renamed.
pub(crate) fn replace(path: &Path, content: &str) {
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, content).unwrap();
    fs::rename(&temporary, path).unwrap();
}

/// What a process holds in memory of its own, the program's text not counted, where /proc tells.
#[cfg(unix)]
pub(crate) fn resident_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")?.parse().ok())
}
