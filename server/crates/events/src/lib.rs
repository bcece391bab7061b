//! What the sidecar prints and reads, one JSON object a line, as types. `docs/formats.md` documents them for others.

use serde::{Deserialize, Serialize};

/// The version of the lines. A reader that meets a higher one should say so and stop.
pub const VERSION: u32 = 1;

/// A line that the sidecar prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first line.
    Hello {
        /// [`VERSION`].
        version: u32,
        /// The program's version.
        tallymark: String,
        /// The sidecar's process id.
        pid: u32,
    },
    /// All files watched, as they are now: after `hello`, after each `watch`, and after events were lost.
    Snapshot {
        /// The files.
        files: Vec<FileState>,
    },
    /// One file is another than before.
    Changed {
        /// The file.
        file: FileState,
    },
    /// Something cannot be watched or read as it should; said once.
    Problem {
        /// The path it is about, if any.
        path: Option<String>,
        /// What is wrong and what follows.
        message: String,
    },
    /// A sign of life, every 10 seconds.
    Tick {
        /// Milliseconds since 1970-01-01 UTC.
        now: i64,
    },
    /// The last line.
    Bye {
        /// Why it ends.
        reason: String,
    },
}

/// A watched file as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// The path, absolute.
    pub path: String,
    /// Its content's hash (16 hex digits of BLAKE3, as in a revision); absent if the file is not there or cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Length in bytes.
    pub bytes: u64,
    /// Why it cannot be read, if it is there and cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A line that the sidecar reads from its standard input, under `--parent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Watch exactly these files from now on (their folders, that is); they need not exist yet, nor need their folders.
    Watch {
        /// Absolute paths.
        files: Vec<String>,
    },
}
