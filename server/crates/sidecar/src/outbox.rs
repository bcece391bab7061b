//! The lines on their way to the reader.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tallymark_events::Event;

use crate::inbox::Inbox;

/// What may wait for a reader that does not read, in bytes. A single longer line (a large snapshot) may.
const WAITING: usize = 256 << 10;

/// Lines for a thread that writes them, so that a reader that stalls stops nothing but that thread.
///
/// If too much waits, all of it is dropped and nothing more is taken until the reader reads again; then the inbox is
/// told, and a fresh snapshot says more than the lost lines would have.
#[derive(Debug)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// A line is being written just now.
    writing: bool,
    /// The reader has stalled; lines are dropped.
    stalled: bool,
    /// Nobody reads any more.
    closed: bool,
}

impl Outbox {
    /// Starts the thread that writes.
    pub(crate) fn start(inbox: &Arc<Inbox>) -> io::Result<Outbox> {
        let shared = Arc::new(Shared::default());
        let output = standard_output()?;
        let (theirs, inbox) = (Arc::clone(&shared), Arc::clone(inbox));
        thread::Builder::new().name("lines".to_owned()).spawn(move || write(&theirs, &inbox, output))?;
        Ok(Outbox { shared })
    }

    /// Puts a line on its way, or drops it if the reader has stalled.
    pub(crate) fn put(&self, event: &Event) {
        let Ok(mut line) = serde_json::to_vec(event) else { return };
        line.push(b'\n');
        let mut queue = self.shared.lock();
        if queue.stalled || queue.closed {
            return;
        }
        if !queue.lines.is_empty() && queue.bytes + line.len() > WAITING {
            *queue = Queue { writing: queue.writing, stalled: true, ..Queue::default() };
            return;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line);
        self.shared.bell.notify_all();
    }

    /// Puts the last line on its way and waits until all are written, but no longer than `limit`.
    pub(crate) fn finish(self, last: &Event, limit: Duration) {
        self.put(last);
        let until = Instant::now() + limit;
        let mut queue = self.shared.lock();
        while !queue.closed && (queue.writing || !queue.lines.is_empty()) {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return };
            queue = self.shared.bell.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Standard output of our own: the usual handle's lock would be held as long as a reader stalls, and whoever flushes it
/// at the end of the process would wait for it.
fn standard_output() -> io::Result<File> {
    #[cfg(unix)]
    let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let output = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
    Ok(File::from(output))
}

fn write(shared: &Shared, inbox: &Inbox, mut output: File) {
    let mut queue = shared.lock();
    loop {
        if let Some(line) = queue.lines.pop_front() {
            queue.bytes -= line.len();
            queue.writing = true;
            drop(queue);
            let written = output.write_all(&line);
            queue = shared.lock();
            queue.writing = false;
            if written.is_err() {
                *queue = Queue { closed: true, ..Queue::default() };
                shared.bell.notify_all();
                return inbox.end("standard output is closed");
            }
            shared.bell.notify_all();
        } else if queue.stalled {
            queue.stalled = false;
            inbox.reads_again();
        } else {
            queue = shared.bell.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
