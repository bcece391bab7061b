//! The one thread that refreshes the mtime of the lock directories that this process holds, every second, so that Node
//! writers see that their holder lives.
//!
//! It is never waited for. A write takes milliseconds: a process that makes one ends before its thread has had anything to do,
//! and nobody should stand in the queue while a thread is woken to be told that.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, SystemTime},
};

/// How often.
const EVERY: Duration = Duration::from_secs(1);

/// What is held.
struct Held {
    directories: Vec<PathBuf>,
    /// Whether there is a thread.
    running: bool,
}

static HELD: Mutex<Held> = Mutex::new(Held { directories: Vec::new(), running: false });

/// No panic leaves the list half changed.
fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on the directory is refreshed. A system that gives us no thread gives us a lock that is not refreshed: a write
/// takes milliseconds, Node's least patience is two seconds.
pub(crate) fn begin(directory: &Path) {
    let mut held = held();
    held.directories.push(directory.to_owned());
    if !held.running {
        let thread = thread::Builder::new().name("lock refresher".to_owned()).spawn(refresh);
        held.running = thread.is_ok();
    }
}

/// From now on it is not touched any more: it may be another's as soon as it is removed. Nothing happens if it was not
/// refreshed.
pub(crate) fn end(directory: &Path) {
    let mut held = held();
    if let Some(index) = held.directories.iter().position(|held| held == directory) {
        held.directories.swap_remove(index);
    }
}

/// Ends when nothing is held: the next that is begins another.
fn refresh() {
    loop {
        thread::sleep(EVERY);
        let mut held = held();
        if held.directories.is_empty() {
            held.running = false;
            return;
        }
        // Under the mutex: what is not held any more must not be touched.
        for directory in &held.directories {
            let _ = touch(directory);
        }
    }
}

fn touch(directory: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // FILE_WRITE_ATTRIBUTES; FILE_FLAG_BACKUP_SEMANTICS opens a directory.
        options.read(false).access_mode(0x0100).custom_flags(0x0200_0000);
    }
    options.open(directory)?.set_modified(SystemTime::now())
}
