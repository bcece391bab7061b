//! What the threads that wait for the outside world leave for the one that works.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notify::EventKind;
use notify::event::{AccessKind, AccessMode};

/// More complaints than this are not kept: the first ones say what is wrong.
const COMPLAINTS: usize = 8;

/// The folders that are watched, each with the names in it that matter.
pub(crate) type Interest = HashMap<PathBuf, HashSet<OsString>>;

/// A mailbox whose size is bounded by what is watched, however much happens.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    interest: Interest,
    news: News,
}

/// All that came in since the last look.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Paths that matter and were touched: a watched folder with a name in it, or a watched folder itself.
    pub(crate) touched: HashSet<PathBuf>,
    /// The system lost events: anything may have changed.
    pub(crate) lost: bool,
    /// The files to watch from now on; only the latest such command counts.
    pub(crate) files: Option<Vec<PathBuf>>,
    /// What the watcher or the reader of commands has to complain about.
    pub(crate) complaints: Vec<String>,
    /// The reader of our lines had stalled and reads again.
    pub(crate) reads_again: bool,
    /// Why to end.
    pub(crate) end: Option<String>,
}

impl News {
    fn is_empty(&self) -> bool {
        self.touched.is_empty()
            && !self.lost
            && self.files.is_none()
            && self.complaints.is_empty()
            && !self.reads_again
            && self.end.is_none()
    }
}

impl Inbox {
    /// Waits until there is news or it is `until`, and takes what is there.
    pub(crate) fn wait(&self, until: Instant) -> News {
        let mut state = self.lock();
        while state.news.is_empty() {
            let now = Instant::now();
            if now >= until {
                break;
            }
            state = self.bell.wait_timeout(state, until - now).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut state.news)
    }

    /// From now on, only these folders and names matter.
    pub(crate) fn set_interest(&self, interest: Interest) {
        self.lock().interest = interest;
    }

    /// An event of the system's watcher, called on the watcher's own thread.
    pub(crate) fn watcher_event(&self, event: notify::Result<notify::Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.put(|news| news.lost = true),
            // Reading a file makes such events too: to take them for changes would be to chase our own tail.
            Ok(notify::Event {
                kind:
                    EventKind::Access(
                        AccessKind::Open(_)
                        | AccessKind::Read
                        | AccessKind::Any
                        | AccessKind::Close(AccessMode::Read),
                    ),
                ..
            }) => {}
            Ok(event) => {
                let mut state = self.lock();
                let mut rings = false;
                for path in event.paths {
                    if matters(&state.interest, &path) {
                        rings |= state.news.touched.insert(path);
                    }
                }
                drop(state);
                if rings {
                    self.bell.notify_one();
                }
            }
            Err(error) => {
                self.complain(format!("the system's file watcher says: {error}"));
                self.put(|news| news.lost = true);
            }
        }
    }

    /// The files to watch from now on.
    pub(crate) fn set_files(&self, files: Vec<PathBuf>) {
        self.put(|news| news.files = Some(files));
    }

    /// Something to tell the reader of our lines.
    pub(crate) fn complain(&self, message: String) {
        self.put(|news| {
            if news.complaints.len() < COMPLAINTS {
                news.complaints.push(message);
            }
        });
    }

    /// The reader of our lines had stalled and reads again.
    pub(crate) fn reads_again(&self) {
        self.put(|news| news.reads_again = true);
    }

    /// End, and say why; the first reason counts.
    pub(crate) fn end(&self, reason: &str) {
        self.put(|news| {
            news.end.get_or_insert_with(|| reason.to_owned());
        });
    }

    fn put(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.lock().news);
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn matters(interest: &Interest, path: &Path) -> bool {
    if interest.contains_key(path) {
        return true;
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
    interest.get(folder).is_some_and(|names| names.contains(name))
}
