//! What every command is given: the folder we are in, the clock, and where to write.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use tallymark_workspace::{SETTINGS_FILE, Settings, find_root, relative};

use crate::answer;
use crate::arguments::Shared;
use crate::exit::{Exit, Failure};
use crate::output::{BAD, Output, STRONG, WARNING, complain, harmless};

/// One run of the program.
pub struct Session {
    /// The folder that we are in.
    pub folder: PathBuf,
    /// Where results go.
    pub output: Output,
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now: i64,
    root: Option<PathBuf>,
    /// Whether a program reads what is written.
    json: bool,
}

/// The clock: milliseconds since 1970-01-01 UTC.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// A root with the settings in force there.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The root, absolute.
    pub root: PathBuf,
    /// Its settings.
    pub settings: Settings,
    /// What is wrong in its settings file, each with its line and column (from one).
    pub problems: Vec<(String, usize, usize)>,
}

impl Session {
    /// The session that the arguments and the environment describe.
    pub fn new(shared: &Shared) -> Self {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self {
            output: Output::new(shared.color.choice()),
            now: now(),
            root: shared.root.as_deref().map(|root| absolute(&folder, root)),
            folder,
            json: shared.json,
        }
    }

    /// Runs a command: its failure is told on standard error, or, to a program that has got nothing yet, as an object.
    pub fn run(mut self, command: impl FnOnce(&mut Self) -> Result<Exit, Failure>) -> ExitCode {
        let mut result = match self.root.as_deref().filter(|root| !root.is_dir()) {
            Some(root) => {
                Err(Failure::could_not(format!("--root {}: there is no such folder", self.shown(root))))
            }
            None => command(&mut self),
        };
        if self.json
            && self.output.is_silent()
            && let Err(failure) = &result
        {
            self.output.text(&answer::refused(failure));
            result = Ok(failure.exit);
        }
        let lost = self.output.finish();
        let exit = match result {
            Ok(exit) => exit,
            Err(failure) => {
                tell(&failure);
                failure.exit
            }
        };
        match lost {
            Some(error) => {
                tell(&Failure::could_not(format!("the output could not be written: {error}")));
                exit.max(Exit::CouldNot).into()
            }
            None => exit.into(),
        }
    }

    /// A path as the person gave it, made absolute.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        absolute(&self.folder, path)
    }

    /// A path as a person wants to see it: from the folder we are in, where it lies below.
    pub fn shown(&self, path: &Path) -> String {
        relative(&self.folder, path)
    }

    /// The root that a path belongs to: the one that was asked for, else the nearest.
    pub fn root_of(&self, path: &Path) -> PathBuf {
        self.root.clone().unwrap_or_else(|| find_root(path, &self.folder))
    }

    /// A root with its settings.
    pub fn workspace(&self, root: PathBuf) -> Workspace {
        let (settings, problems) = Settings::load(&root);
        let problems = problems
            .into_iter()
            .map(|problem| {
                let place = settings
                    .source
                    .as_ref()
                    .map(|source| source.position(problem.span.start, tallymark_text::Encoding::Utf32));
                let place = place.unwrap_or_default();
                (problem.message, place.line as usize + 1, place.column as usize + 1)
            })
            .collect();
        Workspace { root, settings, problems }
    }

    /// Says what is wrong in the settings, for commands that go on nevertheless.
    pub fn warn_of_settings(&self, workspace: &Workspace) {
        for (message, line, column) in &workspace.problems {
            let path = harmless(&self.shown(&workspace.root.join(SETTINGS_FILE)));
            complain(&format!(
                "{WARNING}warning{WARNING:#}{STRONG}:{STRONG:#} {path}:{line}:{column}: {}\n",
                harmless(message)
            ));
        }
    }
}

/// Tells a failure on standard error.
fn tell(failure: &Failure) {
    let mut text =
        format!("{BAD}{STRONG}error{STRONG:#}{BAD:#}{STRONG}:{STRONG:#} {}\n", harmless(&failure.message));
    for line in &failure.help {
        text.push_str("  ");
        text.push_str(&harmless(line));
        text.push('\n');
    }
    complain(&text);
}

/// A path made absolute, without `.` and without following links: what a person named stays what it is called.
fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}
