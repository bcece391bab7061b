//! Reading files, with clear words for what goes wrong.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use tallymark_status::Status;
use tallymark_text::Source;

/// Plans of more bytes than this are not read: 64 MiB, two hundred times the largest of 741 real ones.
pub const PLAN_LIMIT: u64 = 64 << 20;

/// Status files of more bytes than this are not read: 256 MiB.
pub const STATUS_LIMIT: u64 = 256 << 20;

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
/// The file is missing, is no regular file, is no UTF-8, is larger than [`PLAN_LIMIT`], or cannot be read.
pub fn read_source(path: &Path) -> Result<Source, ReadError> {
    decode(path, &read_bytes(path, PLAN_LIMIT)?)
}

/// The text of a plan's bytes.
pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<Source, ReadError> {
    Source::from_bytes(bytes).map_err(|error| ReadError {
        path: path.to_owned(),
        message: format!("cannot be read: {error}"),
        missing: false,
    })
}

/// Reads a status.json: `None` if there is none. One that is there and cannot be read (a folder, no permission, too large)
/// is a [`Status`] that is not readable and says why.
///
/// What another program keeps instead is read as what it is, which its name and its text tell: `tasks.json`,
/// `sprint-status.yaml`, a folder with a file for each task.
pub fn read_status(path: &Path) -> Option<Status> {
    if let Some(files) = task_files(path) {
        return Some(Status::from_folder(files));
    }
    match read_bytes(path, STATUS_LIMIT) {
        Ok(bytes) => Some(Status::read_bytes(&path.to_string_lossy().replace('\\', "/"), &bytes)),
        Err(error) if error.missing => None,
        Err(error) => Some(Status::unreadable(reason(&error.message))),
    }
}

/// The files of a folder of Claude Code's tasks, `N.json`; `None` if it is no folder, or has none. A file that is gone by the
/// time it is read is no task any more.
fn task_files(folder: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut room = STATUS_LIMIT;
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let number = name.strip_suffix(".json").unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if let Ok(bytes) = read_bytes(&entry.path(), room) {
            room -= bytes.len() as u64;
            files.push((name, bytes));
        }
    }
    (!files.is_empty()).then_some(files)
}

/// The words of a [`ReadError`], which follow a file's name, as they follow "status.json is".
fn reason(message: &str) -> String {
    match message.strip_prefix("is ") {
        Some(what) => what.to_owned(),
        None => message.replacen("cannot be read", "unreadable", 1),
    }
}

/// Reads a regular file of at most `limit` bytes. What kind of file it is is looked at first: a pipe would never end.
///
/// # Errors
/// The file is missing, is no regular file, is larger than `limit`, or cannot be read.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let fail = |message: String, missing| ReadError { path: path.to_owned(), message, missing };
    let failed = |error: std::io::Error| match error.kind() {
        // A path that goes on behind a file leads nowhere, as one that leads to no file does.
        ErrorKind::NotFound | ErrorKind::NotADirectory => fail("does not exist".into(), true),
        ErrorKind::PermissionDenied => fail("cannot be read: no permission".into(), false),
        _ => fail(format!("cannot be read: {error}"), false),
    };
    let too_large = |size: u64| {
        fail(format!("is not read: it is {}, and the limit is {}", megabytes(size), megabytes(limit)), false)
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if let Some(kind) = not_regular(&metadata) {
        return Err(fail(format!("is {kind}, not a file"), false));
    }
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    // One byte more than the limit: the file may have grown since.
    File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// What something is that is no regular file.
fn not_regular(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    Some("a device")
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use tallymark_status::ProblemKind;

    use super::*;

    #[test]
    fn words_that_follow_a_name_are_made_to_follow_is() {
        assert_eq!(reason("is a folder, not a file"), "a folder, not a file");
        assert_eq!(reason("is not read: it is 300 MB"), "not read: it is 300 MB");
        assert_eq!(reason("cannot be read: no permission"), "unreadable: no permission");
    }

    fn message(path: &Path) -> String {
        read_source(path).unwrap_err().message
    }

    #[test]
    fn each_failure_has_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(path(name), bytes).unwrap();
            path(name)
        };
        assert_eq!(message(&path("none.md")), "does not exist");
        assert_eq!(message(folder.path()), "is a folder, not a file");
        assert_eq!(message(&write("plan.md", b"").join("status.json")), "does not exist");
        assert_eq!(
            message(&write("wide.md", b"\xff\xfe-\0")),
            "cannot be read: encoded in UTF-16; save it as UTF-8"
        );
        assert_eq!(
            message(&write("latin.md", b"- [ ] caf\xe9")),
            "cannot be read: not valid UTF-8 at byte 9"
        );
        assert!(read_source(&path("none.md")).unwrap_err().missing);
    }

    #[test]
    fn a_file_above_the_limit_is_not_read_into_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.md");
        std::fs::File::create(&path).unwrap().set_len(PLAN_LIMIT + 1).unwrap();
        assert_eq!(message(&path), "is not read: it is 65 MB, and the limit is 64 MB");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status.json");
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(message(&path), "is a pipe, not a file");
        let status = read_status(&path).unwrap();
        assert!(!status.readable);
        assert_eq!(status.problems[0].kind, ProblemKind::Unreadable("a pipe, not a file".into()));
    }

    #[test]
    fn no_status_file_is_none_and_a_folder_is_one_that_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("status.json");
        assert!(read_status(&path).is_none());
        std::fs::create_dir(&path).unwrap();
        assert!(!read_status(&path).unwrap().readable);
    }
}
