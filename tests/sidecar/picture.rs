//! What a reader of the lines knows, and what a cold read of the files says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{PATIENCE, Sidecar, read_lines};

/// All that was said, as the last word on each thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Picture {
    /// By path, as it was told.
    pub(crate) monitoring: BTreeMap<String, Value>,
    /// By id: since when, or null.
    pub(crate) processes: BTreeMap<u64, Value>,
    pub(crate) problems: Vec<Value>,
    /// How many lines came of each kind.
    pub(crate) lines: BTreeMap<String, usize>,
}

impl Picture {
    /// Takes a line.
    pub(crate) fn take(&mut self, line: &Value) {
        let event = line["event"].as_str().unwrap();
        *self.lines.entry(event.to_owned()).or_default() += 1;
        match event {
            "snapshot" => {
                self.monitoring.clear();
                self.processes.clear();
                line["monitoring"].as_array().into_iter().flatten().for_each(|file| self.monitored(file));
                line["processes"].as_array().into_iter().flatten().for_each(|process| self.process(process));
            }
            "monitored" => self.monitored(&line["file"]),
            "gone" => {
                let path = line["path"].as_str().unwrap();
                assert!(self.monitoring.remove(path).is_some(), "{path} was not there, and is gone");
            }
            "process" => self.process(&line["process"]),
            "problem" => self.problems.push(line.clone()),
            _ => {}
        }
    }

    fn monitored(&mut self, file: &Value) {
        self.monitoring.insert(file["path"].as_str().unwrap().to_owned(), file.clone());
    }

    fn process(&mut self, process: &Value) {
        self.processes.insert(process["pid"].as_u64().unwrap(), process["started"].clone());
    }

    /// Takes lines until this is so.
    pub(crate) fn until(&mut self, sidecar: &Sidecar, what: &str, is_so: impl Fn(&Picture) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(self) {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = sidecar.lines.recv_timeout(left) else {
                panic!("it was not told {what}; what was told: {self:#?}")
            };
            self.take(&line);
        }
    }

    /// What was told of a file.
    pub(crate) fn file(&self, path: &Path) -> Option<&Value> {
        self.monitoring.get(path.to_str().unwrap())
    }

    /// Takes lines until this is told of a file.
    pub(crate) fn until_file(&mut self, sidecar: &Sidecar, path: &Path, is_so: impl Fn(&Value) -> bool) {
        let what = path.display().to_string();
        self.until(sidecar, &what, |picture| picture.file(path).is_some_and(&is_so));
    }

    /// Takes lines until what was told of these files is what a cold read of them says.
    pub(crate) fn until_as_read<P: AsRef<Path>>(&mut self, sidecar: &Sidecar, paths: &[P]) {
        let mut expected: BTreeMap<String, Value> = BTreeMap::new();
        for path in paths {
            if let Some(file) = read(path.as_ref()) {
                expected.insert(path.as_ref().to_str().unwrap().to_owned(), file);
            }
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let told: BTreeMap<String, Value> =
                self.monitoring.iter().map(|(path, file)| (path.clone(), timeless(file.clone()))).collect();
            if told == expected {
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = sidecar.lines.recv_timeout(left) else {
                panic!("what was told is not what is there:\n{}", difference(&told, &expected))
            };
            self.take(&line);
        }
    }
}

/// A sidecar that looks for monitoring files, after its first snapshot.
pub(crate) fn monitoring(folder: &Path, globs: &[&str]) -> (Sidecar, Picture) {
    monitoring_with(Command::new(env!("CARGO_BIN_EXE_tallymark")), folder, globs)
}

/// As [`monitoring`], by another command that runs the program in the end.
pub(crate) fn monitoring_with(mut command: Command, folder: &Path, globs: &[&str]) -> (Sidecar, Picture) {
    command.args(["sidecar", "--parent"]);
    for glob in globs {
        command.arg("--monitor").arg(folder.join(glob));
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let sidecar = Sidecar { lines: read_lines(&mut child), child };
    let mut picture = Picture::default();
    picture.until(&sidecar, "what is there", |picture| picture.lines.contains_key("snapshot"));
    (sidecar, picture)
}

/// What a cold read of a file says.
pub(crate) fn read(path: &Path) -> Option<Value> {
    let bytes = fs::read(path).ok()?;
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let modified = i64::try_from(modified.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let path = path.to_str().unwrap();
    let format = tallymark_live::sniff(path, &bytes[..bytes.len().min(64 << 10)]);
    let read = if format.is_some_and(|format| format.is_stream()) {
        let mut stream = tallymark_live::Stream::new(path);
        stream.push(&bytes, None);
        stream.monitored(modified)
    } else {
        tallymark_live::decode(path, &bytes, modified)
    };
    read.map(|file| timeless(serde_json::to_value(file).unwrap()))
}

/// Without what the time of the look decides: when a file was changed, and, in streams, when each line was written.
fn timeless(mut file: Value) -> Value {
    let fields = file.as_object_mut().unwrap();
    fields.remove("modified");
    if fields["format"].as_str().is_some_and(|format| format.ends_with("_stream")) {
        for list in ["agents", "runs", "activities", "heartbeats", "orchestrations"] {
            for entry in file[list].as_array_mut().into_iter().flatten() {
                let entry = entry.as_object_mut().unwrap();
                for time in ["named", "started", "ended", "last_seen", "waits_since", "at", "created"] {
                    entry.remove(time);
                }
            }
        }
        file.as_object_mut().unwrap().remove("written");
    }
    file
}

fn difference(told: &BTreeMap<String, Value>, expected: &BTreeMap<String, Value>) -> String {
    let mut text = String::new();
    for path in told.keys().chain(expected.keys()) {
        let (told, expected) = (told.get(path), expected.get(path));
        if told != expected && !text.contains(path) {
            text += &format!("{}\n", json!({"path": path, "told": told, "expected": expected}));
        }
    }
    text
}
