//! How a command that tells one thing tells it: as text to people, as one object to programs, and so what went wrong.

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::report::{SCHEMA_VERSION, json_text};
use crate::session::Session;

/// Why a command could not do what it should, as programs read it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refused<'a> {
    schema_version: u32,
    /// Always false.
    ok: bool,
    error: Refusal<'a>,
}

/// What went wrong.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refusal<'a> {
    /// The exit code: 1 an unknown id or a change that is not allowed, 2 it could not be done, 3 somebody else changed
    /// it, 4 the lock was not obtained.
    exit_code: u8,
    /// One sentence.
    message: &'a str,
    /// What else there is to know, or what to do: a line each.
    help: &'a [String],
}

impl<'a> From<&'a Failure> for Refusal<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self { exit_code: failure.exit as u8, message: &failure.message, help: &failure.help }
    }
}

/// A failure as one object.
pub fn refused(failure: &Failure) -> String {
    json_text(&Refused { schema_version: SCHEMA_VERSION, ok: false, error: failure.into() }) + "\n"
}

impl Session {
    /// Ends a command: with an object, be it of the failure, where programs read, else with a text.
    ///
    /// # Errors
    /// The failure, where people read: it is told on standard error.
    pub fn answer<T: Serialize>(
        &mut self,
        json: bool,
        result: Result<T, Failure>,
        text: impl FnOnce(&Output, &T) -> String,
    ) -> Result<Exit, Failure> {
        let (text, exit) = match &result {
            Ok(told) if json => (json_text(told) + "\n", Exit::Done),
            Ok(told) => (text(&self.output, told), Exit::Done),
            Err(failure) if json => (refused(failure), failure.exit),
            Err(_) => return result.map(|_| Exit::Done),
        };
        self.output.text(&text);
        Ok(exit)
    }
}
