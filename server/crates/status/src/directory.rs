//! The lock directory `status.json.lock` of the npm package proper-lockfile, by which Node writers exclude one another.
//!
//! Its rules: who makes the directory has the lock; its mtime is refreshed while it is held; one whose mtime is too
//! old was left by a dead process and may be removed. Nothing may lie in it, or their `rmdir` fails.
//!
//! We make it only while we hold the kernel lock, so that of our own kind there is never more than one at it. Ours is made
//! under another name, noted in `holder.json`, and renamed into place: whoever takes the kernel lock after our death finds
//! the note, knows the directory for ours, and removes it at once.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::refresher;

/// Which directory it is. Inode numbers are used again soon, so the time it was made belongs to it where the file
/// system knows that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    inode: u64,
    created: Option<u64>,
}

impl Identity {
    fn of(metadata: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        // Elsewhere the time it was made must do.
        #[cfg(not(unix))]
        let inode = 0;
        let created = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self { inode, created: created.map(|since| since.as_nanos() as u64) }
    }

    fn at(path: &Path) -> Option<Self> {
        fs::symlink_metadata(path).ok().map(|metadata| Self::of(&metadata))
    }
}

/// The lock directory while it is ours. Dropping it removes it.
pub(crate) struct LockDirectory {
    path: PathBuf,
    identity: Identity,
    released: bool,
}

/// How long to wait for a foreign lock directory, and when one counts as left behind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// When to give up on one that lives.
    pub(crate) until: Instant,
    /// One whose mtime has not changed for so long is a dead one's.
    pub(crate) stale: Duration,
}

/// Why the directory was not obtained.
#[derive(Debug)]
pub(crate) enum DirectoryError {
    /// A foreign writer that lives holds it.
    Held,
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for DirectoryError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What an attempt does on the way.
pub(crate) struct Hooks<'a> {
    /// Writes down which directory is ours, before it is in place.
    pub(crate) note: &'a dyn Fn(Identity) -> io::Result<()>,
    /// A foreign directory is in the way, and does not look alive: called at most once.
    pub(crate) waiting: &'a dyn Fn(),
}

impl LockDirectory {
    /// The lock directory of the file at `path`.
    pub(crate) fn path_of(path: &Path) -> PathBuf {
        with_suffix(path, ".lock")
    }

    /// Removes what a dead process of our kind left: the directory in place if it is the noted one, and the one
    /// that it had not renamed yet. Only for who holds the kernel lock.
    pub(crate) fn remove_left_behind(path: &Path, pid: u32, noted: Option<Identity>) {
        let place = Self::path_of(path);
        if noted.is_some() && Identity::at(&place) == noted {
            // If that fails it is waited for as any other.
            let _ = fs::remove_dir(&place);
        }
        let _ = fs::remove_dir(with_suffix(&place, &format!(".{pid}")));
    }

    /// Makes the directory, waiting for a foreign one. Only for who holds the kernel lock.
    pub(crate) fn acquire(path: &Path, patience: Patience, hooks: Hooks<'_>) -> Result<Self, DirectoryError> {
        let place = Self::path_of(path);
        let own = with_suffix(&place, &format!(".{}", std::process::id()));
        // A process that died before us and had our number may have left one.
        match fs::create_dir(&own) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_dir(&own)?;
                fs::create_dir(&own)?;
            }
            made => made?,
        }
        let placed = fs::symlink_metadata(&own)
            .map(|metadata| Identity::of(&metadata))
            .and_then(|identity| (hooks.note)(identity).map(|()| identity))
            .map_err(DirectoryError::Io)
            .and_then(|identity| Ok((identity, wait_and_place(&own, &place, patience, hooks.waiting)?)));
        let (identity, placed) = match placed {
            Ok(placed) => placed,
            Err(error) => {
                let _ = fs::remove_dir(&own);
                return Err(error);
            }
        };
        let mut directory = Self { path: place, identity, released: false };
        if let Placed::MadeAnew = placed {
            directory.identity = Identity::of(&fs::symlink_metadata(&directory.path)?);
            (hooks.note)(directory.identity)?;
        }
        refresher::begin(&directory.path);
        Ok(directory)
    }

    /// Whether the directory in place is still the one that we made. A Node writer takes it away when it believes us dead,
    /// as after a machine's sleep.
    pub(crate) fn is_ours(&self) -> io::Result<bool> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) => Ok(Identity::of(&metadata) == self.identity),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes it. The answer is whether it is gone: if not, the note in holder.json must stay, for it tells the next of us
    /// whose it is.
    pub(crate) fn release(&mut self) -> bool {
        if self.released {
            return true;
        }
        refresher::end(&self.path);
        self.released = match self.is_ours() {
            Ok(true) => fs::remove_dir(&self.path).is_ok(),
            Ok(false) => true,
            Err(_) => false,
        };
        self.released
    }
}

impl Drop for LockDirectory {
    fn drop(&mut self) {
        self.release();
    }
}

/// Renames `own` to `place` as soon as nothing is there.
fn wait_and_place(
    own: &Path,
    place: &Path,
    patience: Patience,
    waiting: &dyn Fn(),
) -> Result<Placed, DirectoryError> {
    let mut watched: Option<Watched> = None;
    let mut pause = Duration::from_millis(1);
    loop {
        match rename_without_replacing(own, place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            placed => return Ok(placed?),
        }
        let Ok(metadata) = fs::symlink_metadata(place) else { continue };
        if !metadata.is_dir() {
            let message = format!("{} is in the way, and is no folder", place.display());
            return Err(io::Error::new(io::ErrorKind::NotADirectory, message).into());
        }
        let seen = (Identity::of(&metadata), metadata.modified()?);
        let watched = watched.get_or_insert_with(|| Watched::new(seen));
        watched.look(seen);
        if watched.is_stale(patience.stale) {
            take_over(place, seen)?;
            continue;
        }
        // One that has changed as we looked belongs to somebody alive. One that has not may belong to a dead one:
        // that is waited for until it is stale, and then it is gone for all.
        if Instant::now() >= patience.until {
            if watched.changed {
                return Err(DirectoryError::Held);
            }
            if !watched.told {
                watched.told = true;
                waiting();
            }
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A foreign directory as we watch it.
struct Watched {
    seen: (Identity, SystemTime),
    since: Instant,
    changed: bool,
    told: bool,
}

impl Watched {
    fn new(seen: (Identity, SystemTime)) -> Self {
        Self { seen, since: Instant::now(), changed: false, told: false }
    }

    fn look(&mut self, seen: (Identity, SystemTime)) {
        if seen != self.seen {
            *self = Self { changed: true, told: self.told, ..Self::new(seen) };
        }
    }

    /// By our own watching, or by the clock. A first mtime of Node can lie a second ahead, and a clock can be wrong: an
    /// mtime in the future is no reason to wait longer than we watch.
    fn is_stale(&self, limit: Duration) -> bool {
        self.since.elapsed() >= limit || self.seen.1.elapsed().is_ok_and(|age| age >= limit)
    }
}

/// Takes a stale directory away: aside first, as another of another kind may be doing the same, and what we then hold must be
/// what we judged.
fn take_over(place: &Path, stale: (Identity, SystemTime)) -> io::Result<()> {
    let aside = with_suffix(place, &format!(".stale.{}", std::process::id()));
    match fs::rename(place, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        moved => moved?,
    }
    let metadata = fs::symlink_metadata(&aside)?;
    if (Identity::of(&metadata), metadata.modified()?) != stale
        && rename_without_replacing(&aside, place).is_ok()
    {
        return Ok(());
    }
    fs::remove_dir(&aside)
}

/// How a directory came into its place.
enum Placed {
    /// It was renamed, and is the same.
    Renamed,
    /// It was made there, and is another.
    MadeAnew,
}

/// Renames a directory; an error of the kind `AlreadyExists` if something is there.
fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<Placed> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::{
            fs::{CWD, RenameFlags, renameat_with},
            io::Errno,
        };
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // A file system that cannot do it: as on other systems.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Ok(()) => return Ok(Placed::Renamed),
            Err(error) => return Err(error.into()),
        }
    }
    // A plain rename replaces an empty directory, which is what a lock looks like. `mkdir` never does: ours is made anew
    // in place. If we die before it is noted, it is waited for as a foreign one.
    fs::create_dir(to)?;
    let _ = fs::remove_dir(from);
    Ok(Placed::MadeAnew)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
