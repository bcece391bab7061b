//! A workspace in a temporary folder, and runs of the binary in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A workspace whose path has a blank, a hash and an umlaut in it.
pub struct Workspace {
    _temporary: tempfile::TempDir,
    pub root: PathBuf,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Workspace {
    /// An empty one.
    pub fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        // Real, as the binary sees it: the temporary folder can be a link.
        let root = temporary.path().canonicalize().unwrap().join("wörk #1 space");
        std::fs::create_dir_all(root.join(".git")).unwrap();
        Self { _temporary: temporary, root }
    }

    /// One with files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let workspace = Self::new();
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    /// One with the plan and the status.json that most tests are about.
    pub fn sample() -> Self {
        Self::with(&[(PLAN, PLAN_TEXT), (STATUS, STATUS_TEXT)])
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        String::from_utf8(std::fs::read(self.path(path)).unwrap()).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// The binary, to be run in the root, with nothing of our own environment that could matter.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallymark"));
        command.current_dir(&self.root);
        for variable in ["TALLYMARK_PLAN", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TALLYMARK_ACTOR"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the binary in the root.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Run {
        finish(self.command().args(arguments).output().unwrap())
    }

    /// Runs the binary in a folder below the root.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        finish(self.command().current_dir(self.path(folder)).args(arguments).output().unwrap())
    }

    /// Every file below the root with its bytes, without our own `.tallymark` folders: what a command may not touch.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with(".tallymark") {
                    continue;
                } else if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    files.push((path.clone(), std::fs::read(path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}

/// A finished process as text.
pub fn finish(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    Run {
        code: output.status.code().expect("ended by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Run {
    /// Ended with this exit code; what it wrote is shown if not.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }
}

/// Whether permissions hold us back: they do not hold back root, and the tests that need them say so and end.
pub fn permissions_bite(folder: &Path) -> bool {
    let probe = folder.join("probe");
    std::fs::write(&probe, "").unwrap();
    let mut permissions = std::fs::metadata(&probe).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&probe, permissions).unwrap();
    let bite = std::fs::OpenOptions::new().write(true).open(&probe).is_err();
    std::fs::remove_file(&probe).unwrap();
    if !bite {
        println!("skipped: permissions do not hold back this user");
    }
    bite
}

/// The sample's plan.
pub const PLAN: &str = "docs/plans/parser ü.md";

/// The sample's status.json.
pub const STATUS: &str = "docs/plan-outputs/parser/status.json";

/// 1.2 is ticked and pending; 2.1 failed; 2.3 has no blank between bullet and box.
pub const PLAN_TEXT: &str = "\
# A parser for the wire format

**Output:** `docs/plan-outputs/parser/`

## Phase 1: Reading

- [x] 1.1 Write the tokenizer
- [x] 1.2 Write the parser
- [ ] 1.3 Property tests

**VERIFY Phase 1:**
- [ ] fuzzing for an hour finds nothing

## Phase 2: Writing

- [ ] 2.1 Write the printer (depends: 1.2)
- [ ] 2.2 Round trip
-[ ] 2.3 Benchmarks
";

/// The sample's status.json: as programs write it, without a line end at its end.
pub const STATUS_TEXT: &str = r#"{
  "planPath": "docs/plans/parser ü.md",
  "currentPhase": "Phase 1: Reading",
  "tasks": [
    {
      "id": "1.1",
      "phase": "Phase 1: Reading",
      "description": "Write the tokenizer",
      "status": "completed",
      "completedAt": "2026-01-05T09:00:00.000Z"
    },
    {
      "id": "1.2",
      "phase": "Phase 1: Reading",
      "description": "Write the parser",
      "status": "pending"
    },
    {
      "id": "1.3",
      "phase": "Phase 1: Reading",
      "description": "Property tests",
      "status": "in_progress",
      "startedAt": "2026-01-05T10:00:00.000Z"
    },
    {
      "id": "2.1",
      "phase": "Phase 2: Writing",
      "description": "Write the printer",
      "status": "failed",
      "error": "out of paper"
    },
    {
      "id": "2.2",
      "phase": "Phase 2: Writing",
      "description": "Round trip",
      "status": "pending"
    }
  ],
  "summary": {
    "totalTasks": 5,
    "completed": 1,
    "pending": 2,
    "in_progress": 1,
    "failed": 1,
    "skipped": 0
  }
}"#;
