//! Reading files, with clear words for what goes wrong.

use std::path::{Path, PathBuf};

use tallymark_status::Status;
use tallymark_text::Source;

/// A file that could not be read, and why, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub message: String,
    /// It does not exist.
    pub missing: bool,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for ReadError {}

/// Reads a plan's text.
///
/// # Errors
/// The file is missing, is no regular file, is no UTF-8, is larger than is read, or cannot be read.
pub fn read_source(path: &Path) -> Result<Source, ReadError> {
    let fail = |message: String, missing| ReadError { path: path.to_owned(), message, missing };
    let bytes = std::fs::read(path)
        .map_err(|error| fail(error.to_string(), error.kind() == std::io::ErrorKind::NotFound))?;
    Source::from_bytes(&bytes).map_err(|error| fail(error.to_string(), false))
}

/// Reads a status.json: `None` if there is none. One that is there and cannot be read (a folder, no permission, too large)
/// is a [`Status`] that is not readable and says why.
pub fn read_status(path: &Path) -> Option<Status> {
    let bytes = std::fs::read(path).ok()?;
    Some(Status::from_bytes(&bytes))
}
