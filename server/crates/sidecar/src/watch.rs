//! The one thread that looks, compares and speaks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tallymark_events::{Event, FileState, VERSION};

use crate::folders::{Folders, Places};
use crate::inbox::{Inbox, News};
use crate::look::{Content, Stamp, look};
use crate::outbox::Outbox;
use crate::plans::PlanLines;

/// A sign of life is given, and everything looked at in case the watcher missed something, this often.
const TICK: Duration = Duration::from_secs(10);

/// Files that cannot be watched are looked at this often.
const POLL: Duration = Duration::from_secs(1);

/// A file that is gone, unreadable, or looks half-written is looked at again after these, and only then said to be so:
/// most often somebody is writing it.
const AGAIN: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// The last line waits for a reader no longer than this.
const FAREWELL: Duration = Duration::from_millis(300);

/// All that the sidecar knows.
#[derive(Debug)]
pub(crate) struct Watch {
    inbox: Arc<Inbox>,
    outbox: Outbox,
    folders: Folders,
    places: Places,
    files: Vec<Watched>,
    /// Tells of plans, for readers who know none.
    plans: Option<PlanLines>,
}

/// A file and what was said about it.
#[derive(Debug)]
struct Watched {
    path: PathBuf,
    told: Content,
    stamp: Stamp,
    /// How often it was looked at in vain since it was last as it was told.
    attempts: usize,
    /// When to look again.
    again: Option<Instant>,
}

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new(inbox: Arc<Inbox>, outbox: Outbox, plans: Option<PlanLines>) -> Watch {
        let folders = Folders::new(Arc::clone(&inbox));
        Watch { inbox, outbox, folders, places: Places::default(), files: Vec::new(), plans }
    }

    /// Works until something in the inbox says to end.
    pub(crate) fn run(mut self, files: Vec<PathBuf>, version: &str, host: &str) {
        self.outbox.put(&Event::Hello {
            version: VERSION,
            tallymark: version.to_owned(),
            pid: std::process::id(),
            host: host.to_owned(),
        });
        let of_plans = self.plans.as_mut().map(PlanLines::begin).unwrap_or_default();
        self.set_files(files.into_iter().chain(of_plans).collect());
        let mut tick = Instant::now() + TICK;
        let mut poll = Instant::now() + POLL;
        let reason = loop {
            let news = self.inbox.wait(self.next(tick, poll));
            if let Some(reason) = news.end {
                break reason;
            }
            self.take(news);
            let now = Instant::now();
            self.look_again(now);
            if let Some(files) = self.plans.as_mut().and_then(|plans| plans.work(&self.outbox, now)) {
                self.set_files(files);
            }
            if now >= poll {
                self.look_at_polled();
                poll = now + POLL;
            }
            if now >= tick {
                self.tick();
                tick = now + TICK;
            }
        };
        self.outbox.finish(&Event::Bye { reason }, FAREWELL);
    }

    /// When there is something to do without any news.
    fn next(&self, tick: Instant, poll: Instant) -> Instant {
        let polled = self.places.folders.iter().any(|folder| self.folders.is_polled(folder));
        let again = self.files.iter().filter_map(|file| file.again).min();
        let plans = self.plans.as_ref().map(PlanLines::due);
        again.into_iter().chain(plans).chain(polled.then_some(poll)).fold(tick, Instant::min)
    }

    fn take(&mut self, news: News) {
        for message in news.complaints {
            self.outbox.put(&Event::Problem { path: None, message });
        }
        if let Some(files) = news.files {
            return self.set_files(files);
        }
        let mut looks = Vec::new();
        let mut moved = news.lost;
        for path in &news.touched {
            match self.places.files.get(path) {
                Some(files) => {
                    looks.extend_from_slice(files);
                    moved |= files.iter().any(|&file| self.places.links[file]) || path.is_symlink();
                }
                // A watched folder itself, or one that was waited for.
                None => moved = true,
            }
        }
        looks.sort_unstable();
        looks.dedup();
        for file in looks {
            self.look_at(file);
        }
        if moved {
            self.arrange();
            self.look_at_changed(|_| true);
        }
        if news.lost || news.reads_again {
            self.snapshot();
        }
    }

    /// Watches exactly these files, and says how they are.
    fn set_files(&mut self, files: Vec<PathBuf>) {
        let mut known: HashMap<PathBuf, Watched> =
            self.files.drain(..).map(|file| (file.path.clone(), file)).collect();
        let mut paths: Vec<PathBuf> =
            files.into_iter().map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
        paths.sort_unstable();
        paths.dedup();
        let new: Vec<bool> = paths.iter().map(|path| !known.contains_key(path)).collect();
        self.files =
            paths.into_iter().map(|path| known.remove(&path).unwrap_or_else(|| Watched::new(path))).collect();
        self.arrange();
        for (file, new) in self.files.iter_mut().zip(new) {
            file.look(new);
        }
        self.snapshot();
    }

    fn arrange(&mut self) {
        let paths: Vec<&Path> = self.files.iter().map(|file| file.path.as_path()).collect();
        let (places, warning) = self.folders.arrange(&paths);
        self.places = places;
        if let Some((folder, message)) = warning {
            self.outbox.put(&Event::Problem { path: Some(folder.to_string_lossy().into_owned()), message });
        }
    }

    fn snapshot(&mut self) {
        self.outbox.put(&Event::Snapshot {
            files: self.files.iter().map(Watched::state).collect(),
            monitoring: Vec::new(),
            processes: Vec::new(),
            plans: self.plans.as_mut().map(PlanLines::all).unwrap_or_default(),
        });
    }

    fn look_again(&mut self, now: Instant) {
        for file in 0..self.files.len() {
            if self.files[file].again.is_some_and(|again| again <= now) {
                self.look_at(file);
            }
        }
    }

    fn look_at_polled(&mut self) {
        let polled: Vec<bool> =
            self.places.folders.iter().map(|folder| self.folders.is_polled(folder)).collect();
        self.look_at_changed(|file| polled[file]);
    }

    /// Gives a sign of life, and looks after what the watcher should have told and has not: a folder above a watched one
    /// was renamed, a symbolic link on the way was changed, or another machine wrote the file.
    fn tick(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.outbox.put(&Event::Tick { now: i64::try_from(now.as_millis()).unwrap_or(i64::MAX) });
        for file in self.look_at_changed(|_| true) {
            self.folders.forget(&self.places.folders[file]);
        }
        self.arrange();
        // What happened before a new watch stood would be missed.
        self.look_at_changed(|_| true);
    }

    /// Looks at those files that are no longer what the file system said about them. Gives those that really changed.
    fn look_at_changed(&mut self, concerned: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut changed = Vec::new();
        for index in 0..self.files.len() {
            let file = &self.files[index];
            if concerned(index)
                && file.again.is_none()
                && (file.stamp.is_recent() || Stamp::of(&file.path) != file.stamp)
                && self.look_at(index)
            {
                changed.push(index);
            }
        }
        changed
    }

    /// Looks at a file, and says so if it changed.
    fn look_at(&mut self, index: usize) -> bool {
        let file = &mut self.files[index];
        let changed = file.look(false);
        if changed {
            self.outbox.put(&Event::Changed { file: file.state() });
            if let Some(plans) = &mut self.plans {
                plans.changed(&file.path);
            }
        }
        changed
    }
}

impl Watched {
    fn new(path: PathBuf) -> Watched {
        Watched { path, told: Content::Missing, stamp: Stamp::default(), attempts: 0, again: None }
    }

    /// Looks at the file. Gives whether there is something new to tell; what looks like the middle of a change is looked
    /// at again first, unless it is to be told `at_once`.
    fn look(&mut self, at_once: bool) -> bool {
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

    fn state(&self) -> FileState {
        let path = self.path.to_string_lossy().into_owned();
        match self.told.clone() {
            Content::Missing => FileState { path, hash: None, bytes: 0, error: None },
            Content::Read { hash, bytes } => FileState { path, hash: Some(hash), bytes, error: None },
            Content::Unreadable { error, bytes } => FileState { path, hash: None, bytes, error: Some(error) },
        }
    }
}
