//! What tells the sidecar from outside what to do, and when to end: its standard input, signals, a closed output.

use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tallymark_events::Command;

use crate::inbox::{Inbox, Order};

/// A command is not longer than this many bytes: 5,000 files with paths of the greatest length fit in it.
const COMMAND: u64 = 32 << 20;

/// Ends on SIGTERM, SIGINT and SIGHUP, and as soon as nobody can read our lines any more.
#[cfg(unix)]
pub(crate) fn listen(inbox: &Arc<Inbox>) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};

    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1])?;
    let told = Arc::clone(inbox);
    let parent = rustix::process::getppid();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            told.end(match signal {
                SIGTERM => "SIGTERM",
                SIGINT => "SIGINT",
                SIGHUP => "SIGHUP",
                // See `end_with_parent`.
                _ if rustix::process::getppid() != parent => "the parent process has ended",
                _ => continue,
            });
        }
    })?;

    // Without this, a closed output would be noticed with the next line only, up to ten seconds late. A poll that asks
    // for nothing waits for an error alone.
    let told = Arc::clone(inbox);
    thread::Builder::new().name("output".to_owned()).spawn(move || {
        let stdout = io::stdout();
        loop {
            let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => {
                    if watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
                        told.end("standard output is closed");
                    }
                    return;
                }
            }
        }
    })?;
    Ok(())
}

/// Ends when the parent does, though somebody else may hold the other end of our standard input open. To be called after
/// [`listen`], and by a thread that stays: the system keeps the wish with it.
///
/// The signal comes also when the parent's *thread* ends that started us, and means nothing then; so it is one that says
/// nothing else, and the listener looks whether we have another parent.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_parent() {
    // Where that is not allowed, the end of standard input has to do.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::USR1));
}

/// Elsewhere the end of standard input has to do.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent() {}

/// A closed output shows with the next line that is written; signals do not exist here.
#[cfg(not(unix))]
pub(crate) fn listen(_inbox: &Arc<Inbox>) -> io::Result<()> {
    Ok(())
}

/// Reads commands, one a line, until standard input ends.
pub(crate) fn read_commands(inbox: &Arc<Inbox>) -> io::Result<()> {
    let inbox = Arc::clone(inbox);
    thread::Builder::new().name("commands".to_owned()).spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut stdin).take(COMMAND).read_until(b'\n', &mut line) {
                Ok(0) => return inbox.end("standard input has ended"),
                Ok(_) => command(&inbox, &line),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return inbox.end(&format!("standard input cannot be read: {error}")),
            }
        }
    })?;
    Ok(())
}

fn command(inbox: &Inbox, line: &[u8]) {
    if line.trim_ascii().is_empty() {
        return;
    }
    match serde_json::from_slice(line) {
        Ok(Command::Watch { files, monitoring }) => {
            inbox.set_order(Order { files: files.into_iter().map(PathBuf::from).collect(), monitoring });
        }
        Err(error) => inbox.complain(format!("a command was not understood and is passed over: {error}")),
    }
}
