//! What the sidecar prints and reads, one JSON object a line, as types. `docs/formats.md` documents them for others.

use serde::{Deserialize, Serialize};

mod monitored;
mod plan;

pub use monitored::{
    Activity, Agent, AgentState, Format, Heartbeat, Monitored, Orchestration, Process, Run, RunStatus, Stage,
    Unreadable, Usage, WaitsFor,
};
pub use plan::{Count, PhaseState, PlanState, TaskState};

/// The version of the lines. A reader that meets a higher one should say so and stop.
pub const VERSION: u32 = 1;

/// A line that the sidecar prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
        /// The name of the machine that it runs on; empty if that has none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        host: String,
    },
    /// All files watched, as they are now: after `hello`, after each `watch`, after the system lost events, and when the
    /// reader of the lines had stalled and reads again.
    Snapshot {
        /// The files.
        files: Vec<FileState>,
        /// What the monitoring files say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        monitoring: Vec<Monitored>,
        /// The processes that they name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        processes: Vec<Process>,
        /// How the plans stand; none under `--parent`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        plans: Vec<PlanState>,
    },
    /// One file is another than before.
    Changed {
        /// The file.
        file: FileState,
    },
    /// A monitoring file says something else than before, or is there for the first time: all that it says now.
    Monitored {
        /// The file.
        file: Box<Monitored>,
    },
    /// A monitoring file or a plan is no longer there, or no longer one.
    Gone {
        /// Its path, absolute.
        path: String,
    },
    /// A process that a monitoring file names has come, gone, or is another.
    Process {
        /// The process.
        process: Process,
    },
    /// A plan stands otherwise than before, or is there for the first time: all that can be said of it. Not printed under
    /// `--parent`: a language server reads the plans itself.
    Plan {
        /// The plan.
        plan: Box<PlanState>,
    },
    /// Something cannot be watched or read as it should; said once.
    Problem {
        /// The path it is about, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Watch exactly these files from now on (their folders, that is); they need not exist yet, nor need their folders.
    Watch {
        /// Absolute paths.
        files: Vec<String>,
        /// Where to look for monitoring files and agents' streams.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        monitoring: Vec<Place>,
    },
}

/// Where monitoring files and agents' streams are looked for. Which of the files found are some is seen from their
/// content; about the others nothing is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The folder, absolute. It need not exist.
    pub folder: String,
    /// Paths below it, with `/` between names. `*`, `?`, `[a-z]` and `{a,b}` stand for parts of one name, `**` for any
    /// number of folders.
    pub globs: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `docs/formats.md`, word for word: what is documented is what is written, and can be read.
    #[test]
    fn the_documented_lines_are_the_lines() {
        let page = include_str!("../../../../docs/formats.md");
        let section = page.split("## The sidecar's lines").nth(1).expect("the section is there");
        let section = section.split("\n## ").next().unwrap_or_default();
        let mut events = Vec::new();
        for line in section.lines().filter(|line| line.starts_with('{')) {
            let written = if line.starts_with("{\"event\"") {
                let event: Event =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
                events.push(std::mem::discriminant(&event));
                serde_json::to_string(&event)
            } else {
                let command: Command =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
                serde_json::to_string(&command)
            };
            assert_eq!(written.expect("it can be written"), line);
        }
        events.dedup();
        assert_eq!(events.len(), 10, "each kind of line has an example");
    }

    /// `docs/schema/` says what the types say. `UPDATE_EXPECTED=1` writes it.
    #[test]
    fn the_schemas_are_those_of_the_lines() {
        let generator =
            || schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
        let schemas = [
            ("sidecar-lines", generator().into_root_schema_for::<Event>()),
            ("sidecar-commands", generator().into_root_schema_for::<Command>()),
        ];
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/schema");
        for (name, mut schema) in schemas {
            schema.insert("title".to_owned(), format!("tallymark {name}").into());
            let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
            let path = folder.join(format!("{name}.json"));
            if std::env::var_os("UPDATE_EXPECTED").is_some() {
                std::fs::write(&path, &text).expect("the file can be written");
            }
            let stored = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(stored == text, "docs/schema/{name}.json is another; UPDATE_EXPECTED=1 writes it");
        }
    }
}
