//! A file that is watched by name, and what was said about it.

use std::path::PathBuf;
use std::time::Instant;

use tallymark_events::FileState;

use crate::look::{Content, Stamp, look};
use crate::watch::AGAIN;

/// A file and what was said about it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) path: PathBuf,
    told: Content,
    stamp: Stamp,
    /// How often it was looked at in vain since it was last as it was told.
    attempts: usize,
    /// When to look again.
    pub(crate) again: Option<Instant>,
}

impl Watched {
    /// Nothing was said about it yet.
    pub(crate) fn new(path: PathBuf) -> Watched {
        Watched { path, told: Content::Missing, stamp: Stamp::default(), attempts: 0, again: None }
    }

    /// Looks at the file. Gives whether there is something new to tell; what looks like the middle of a change is looked
    /// at again first, unless it is to be told `at_once`.
    pub(crate) fn look(&mut self, at_once: bool) -> bool {
        let sight = look(&self.path);
        self.stamp = sight.stamp;
        let changed = sight.content != self.told;
        if changed && !sight.settled && !at_once {
            let now = Instant::now();
            // An event in between does not use up an attempt.
            if self.again.is_some_and(|again| again > now) {
                return false;
            }
            if self.attempts < AGAIN.len() {
                self.again = Some(now + AGAIN[self.attempts]);
                self.attempts += 1;
                return false;
            }
        }
        self.attempts = 0;
        self.again = None;
        self.told = sight.content;
        changed
    }

    /// Whether the file system says another thing than at the last look.
    pub(crate) fn may_have_changed(&self) -> bool {
        self.again.is_none() && (self.stamp.is_recent() || Stamp::of(&self.path) != self.stamp)
    }

    /// What was said last.
    pub(crate) fn state(&self) -> FileState {
        let path = self.path.to_string_lossy().into_owned();
        match self.told.clone() {
            Content::Missing => FileState { path, hash: None, bytes: 0, error: None },
            Content::Read { hash, bytes } => FileState { path, hash: Some(hash), bytes, error: None },
            Content::Unreadable { error, bytes } => FileState { path, hash: None, bytes, error: Some(error) },
        }
    }
}
