//! What the threads that wait for the outside world leave for the one that works.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notify::EventKind;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use tallymark_events::Place;

use crate::interest::Interest;

/// More complaints than this are not kept: the first ones say what is wrong.
const COMPLAINTS: usize = 8;

/// More touched paths than this are not kept one by one: then anything may have changed.
const TOUCHED: usize = 20_000;

/// What to watch.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Files, by name.
    pub(crate) files: Vec<PathBuf>,
    /// Where to look for monitoring files.
    pub(crate) monitoring: Vec<Place>,
}

/// A mailbox of bounded size, however much happens.
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
    /// What to watch from now on; only the latest such command counts.
    pub(crate) order: Option<Order>,
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
            && self.order.is_none()
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
                let only_content = matches!(
                    event.kind,
                    EventKind::Access(_) | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_))
                );
                let mut state = self.lock();
                let mut rings = false;
                for path in event.paths {
                    if !state.news.lost && state.interest.has(&path, only_content) {
                        rings |= state.news.touched.insert(path);
                    }
                }
                if state.news.touched.len() > TOUCHED {
                    state.news.touched = HashSet::new();
                    state.news.lost = true;
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

    /// What to watch from now on.
    pub(crate) fn set_order(&self, order: Order) {
        self.put(|news| news.order = Some(order));
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
