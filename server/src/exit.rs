//! How a command ends: an exit code, and words for a person where it could not do what it should.

use std::process::ExitCode;

/// The exit codes; the highest wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Done, or already so.
    Done = 0,
    /// A finding that matters, an unknown id, an illegal transition.
    Found = 1,
    /// Could not: unreadable input, no plan, a wrong argument.
    CouldNot = 2,
    /// Somebody else changed it meanwhile.
    Conflict = 3,
    /// The lock was not obtained; try again.
    Locked = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do what it should.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong, in one sentence without a full stop.
    pub message: String,
    /// What else there is to know, or what to do: a line each.
    pub help: Vec<String>,
}

impl Failure {
    /// One that says what could not be done: exit code 2.
    pub fn could_not(message: impl Into<String>) -> Self {
        Self { exit: Exit::CouldNot, message: message.into(), help: Vec::new() }
    }

    /// One with another exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: Vec::new() }
    }

    /// The same with one more line of help.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }
}

impl From<tallymark_workspace::ReadError> for Failure {
    fn from(error: tallymark_workspace::ReadError) -> Self {
        Failure::could_not(error.to_string())
    }
}
