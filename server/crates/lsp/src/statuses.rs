//! The status files of the open plans, read once and kept until they change.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_status::{Revision, Status};
use tallymark_text::Source;

/// Status files by path.
#[derive(Debug, Default)]
pub(crate) struct Statuses {
    files: HashMap<PathBuf, StatusFile>,
}

/// One status file: on disk, and in the client's buffer if that is newer.
#[derive(Debug)]
struct StatusFile {
    disk: Option<Arc<Status>>,
    revision: Option<Revision>,
    buffer: Option<Arc<Status>>,
}

impl StatusFile {
    fn new(disk: Option<Arc<Status>>) -> Self {
        Self { revision: revision(disk.as_ref()), disk, buffer: None }
    }
}

fn revision(status: Option<&Arc<Status>>) -> Option<Revision> {
    status.map(|status| status.revision())
}

impl Statuses {
    /// The status file at a path: what the client's buffer holds if it was edited after the file last changed, else what
    /// is on disk. Read if it was not read yet.
    pub(crate) fn get(&mut self, path: &Path) -> Option<Arc<Status>> {
        let file = self
            .files
            .entry(path.to_owned())
            .or_insert_with(|| StatusFile::new(tallymark_workspace::read_status(path).map(Arc::new)));
        file.buffer.clone().or_else(|| file.disk.clone())
    }

    /// Takes what was read. Gives whether it is another thing than before, and whether the file came or went.
    pub(crate) fn read(&mut self, path: PathBuf, status: Option<Arc<Status>>) -> Change {
        let revision = revision(status.as_ref());
        match self.files.get_mut(&path) {
            // A file that nobody asked for yet may have come: where it is looked for, it must be looked for again.
            None => Change { content: true, existence: true },
            Some(file) if file.revision == revision => Change::default(),
            Some(file) => {
                let existence = file.disk.is_some() != status.is_some();
                // The newest word counts; a client that follows the disk sends the same text again.
                *file = StatusFile::new(status);
                Change { content: true, existence }
            }
        }
    }

    /// The client's buffer of the file now holds this text. Gives whether that is another thing than before.
    pub(crate) fn set_buffer(&mut self, path: &Path, source: &Arc<Source>) -> bool {
        let before = self.get(path);
        if before.is_some_and(|before| before.source == *source) {
            return false;
        }
        let Some(file) = self.files.get_mut(path) else { return false };
        file.buffer = match &file.disk {
            Some(disk) if disk.source == *source => None,
            _ => {
                let path = path.to_string_lossy().replace('\\', "/");
                Some(Arc::new(Status::read(&path, Arc::clone(source))))
            }
        };
        true
    }

    /// The client closed its buffer: the disk counts. Gives whether that is another thing than before.
    pub(crate) fn drop_buffer(&mut self, path: &Path) -> bool {
        self.files.get_mut(path).is_some_and(|file| file.buffer.take().is_some())
    }

    /// Forgets the files that no plan looks at any more, and that the client does not show otherwise than they are: what
    /// is on disk can be read again.
    pub(crate) fn keep_only(&mut self, paths: &HashSet<&Path>) {
        self.files.retain(|path, file| file.buffer.is_some() || paths.contains(path.as_path()));
    }
}

/// How a status file changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// It holds something else.
    pub(crate) content: bool,
    /// It came or went.
    pub(crate) existence: bool,
}
