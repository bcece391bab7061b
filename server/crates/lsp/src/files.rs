//! Looking at files on disk: who says that one changed (the sidecar, the client, polling) is not believed, the file is
//! read again and compared by its hash.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tallymark_events::Place;
use tallymark_status::{Revision, Status};
use tallymark_workspace::{SETTINGS_FILE, STATUS_LIMIT};

use crate::event::{Event, Handle};

/// What the engine wants of the disk.
#[derive(Debug)]
pub(crate) enum Order {
    /// Watch these files and no others, and look for monitoring files in these places.
    Watch(BTreeSet<PathBuf>, Vec<Place>),
    /// Look at these, if they are watched.
    LookAt(Vec<PathBuf>),
}

/// The files that are watched, and what was last seen of them.
#[derive(Debug)]
pub(crate) struct Files {
    engine: Handle,
    watched: BTreeSet<PathBuf>,
    places: Vec<Place>,
    seen: HashMap<PathBuf, Option<Revision>>,
    stamps: HashMap<PathBuf, Option<Stamp>>,
}

/// What tells cheaply that a file may be another.
type Stamp = (SystemTime, u64);

/// What was read.
enum Content {
    Status(Option<Arc<Status>>),
    Settings,
}

impl Files {
    /// Nothing is watched yet; `engine` is told of changes.
    pub(crate) fn new(engine: Handle) -> Self {
        Self {
            engine,
            watched: BTreeSet::new(),
            places: Vec::new(),
            seen: HashMap::new(),
            stamps: HashMap::new(),
        }
    }

    /// Takes what is to be watched from now on.
    pub(crate) fn set_watched(&mut self, files: BTreeSet<PathBuf>, places: Vec<Place>) {
        self.seen.retain(|path, _| files.contains(path));
        self.stamps.retain(|path, _| files.contains(path));
        (self.watched, self.places) = (files, places);
    }

    /// Whether there is nothing to watch.
    pub(crate) fn is_idle(&self) -> bool {
        self.watched.is_empty() && self.places.is_empty()
    }

    /// Where monitoring files are looked for; without the sidecar nobody looks.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// What is watched.
    pub(crate) fn watched(&self) -> &BTreeSet<PathBuf> {
        &self.watched
    }

    /// Reads a file and tells the engine if it is another than when it was last read. `hash`: what somebody else who read
    /// it says; the same as what we saw saves the reading.
    pub(crate) async fn look(&mut self, path: &Path, hash: Option<Revision>) {
        if !self.watched.contains(path) || (hash.is_some() && self.seen.get(path) == Some(&hash)) {
            return;
        }
        let owned = path.to_owned();
        let Ok((revision, content)) = tokio::task::spawn_blocking(move || read(&owned)).await else { return };
        if self.seen.insert(path.to_owned(), revision) == Some(revision) {
            return;
        }
        self.engine.tell(match content {
            Content::Status(status) => Event::StatusRead(path.to_owned(), status),
            Content::Settings => Event::SettingsFileChanged,
        });
    }

    /// Looks at all files whose size or time of change is another than last time.
    pub(crate) async fn poll(&mut self) {
        let paths: Vec<PathBuf> = self.watched.iter().cloned().collect();
        let stamped = tokio::task::spawn_blocking(move || {
            paths.into_iter().map(|path| (stamp(&path), path)).collect::<Vec<_>>()
        });
        for (stamp, path) in stamped.await.unwrap_or_default() {
            if self.stamps.insert(path.clone(), stamp) != Some(stamp) {
                self.look(&path, None).await;
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read(path: &Path) -> (Option<Revision>, Content) {
    if path.file_name().is_some_and(|name| name == SETTINGS_FILE) {
        let bytes = tallymark_workspace::read_bytes(path, STATUS_LIMIT).ok();
        return (bytes.map(|bytes| Revision::of(&bytes)), Content::Settings);
    }
    let status = tallymark_workspace::read_status(path).map(Arc::new);
    (status.as_ref().map(|status| status.revision()), Content::Status(status))
}
