//! The lock on a status file: the kernel's on a file of our own, which a holder's death frees, and inside it the
//! directory by which Node writers lock. The only module that takes locks.

use std::{
    cell::RefCell,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    StoreError,
    directory::{DirectoryError, Hooks, LockDirectory, Patience},
    holder::{Holder, HolderFile},
    network, write,
};

/// How long to wait, and whom to tell.
#[derive(Clone, Copy)]
pub(crate) struct Waiting<'a> {
    /// For a holder that lives.
    pub(crate) limit: Duration,
    /// After this long without a refresh another program's lock directory is taken for a dead one's.
    pub(crate) foreign_stale: Duration,
    /// Hears, once, that it will take longer, and what is to be known of the file system.
    pub(crate) on_notice: &'a dyn Fn(&str),
}

/// The folder `.tallymark` beside a status file: lock, holder, backups, history.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The one beside the file at `path`, which is no symbolic link.
    pub(crate) fn beside(path: &Path) -> Self {
        Self(path.parent().unwrap_or(Path::new("")).join(".tallymark"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Opens the file that is locked, and makes the folder if need be. What lies in it is nobody's to commit. What is to be known
    /// of the file system is said when the folder is made: once.
    fn open_lock_file(&self, name: &str, notice: &dyn Fn(&str)) -> io::Result<File> {
        let path = self.join(name);
        let open = || File::options().read(true).write(true).create(true).truncate(false).open(&path);
        match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.0)?;
                fs::write(self.join(".gitignore"), "*\n")?;
                let file = open()?;
                if let Some(kind) = network::kind_of(&self.0) {
                    notice(&network::notice(self.0.parent().unwrap_or(&self.0), kind));
                }
                Ok(file)
            }
            opened => opened,
        }
    }
}

/// Both locks, while they are held. Dropping it gives them back in reverse order.
pub(crate) struct StoreLock {
    directory: LockDirectory,
    holder: HolderFile,
    /// Something of ours may lie about, which the next one removes if the note about us stays.
    untidy: bool,
    file: File,
    /// Others of our kind were there before us, and more may be behind us.
    contended: bool,
}

/// Under contention the lock directory is left free for so long now and then: Node writers poll, and would otherwise
/// hardly ever find it free between two of ours.
const FREE_FOR_OTHERS: Duration = Duration::from_millis(20);
const FREE_EVERY: Duration = Duration::from_millis(200);

impl StoreLock {
    /// Locks the status file at `path`, which is no symbolic link.
    pub(crate) fn acquire(path: &Path, folder: &Folder, waiting: Waiting<'_>) -> Result<Self, StoreError> {
        let failed = |doing| {
            let path = folder.path().to_owned();
            move |error| StoreError::Io { doing, path, error }
        };
        let holder = HolderFile::in_folder(folder.path());
        let (file, contended) = lock_kernel(path, folder, &holder, waiting)?;
        // Whoever gave the lock back emptied it: this one died. Unless it is one of another machine, whose lock does not reach
        // us: what it left is waited for as if it were of another kind.
        if let Some(dead) = holder.read()
            && !(dead.is_elsewhere() && network::kind_of(folder.path()).is_some())
        {
            LockDirectory::remove_left_behind(path, dead.pid, dead.directory);
            write::remove_left_behind(path, dead.pid);
        }
        let this = RefCell::new(Holder::this());
        let note = |identity| {
            this.borrow_mut().directory = Some(identity);
            holder.write(&this.borrow())
        };
        let wait = || {
            this.borrow_mut().waits_for_foreign = true;
            // It only serves those who wait behind us.
            let _ = holder.write(&this.borrow());
            (waiting.on_notice)(&format!(
                "another program holds the lock {} and shows no sign of life; waiting up to {} s until it counts as dead",
                LockDirectory::path_of(path).display(),
                waiting.foreign_stale.as_secs()
            ));
        };
        holder.write(&this.borrow()).map_err(failed("write down who holds the lock"))?;
        // Our own kind has let us through: the others get their time anew.
        let patience = Patience { until: Instant::now() + waiting.limit, stale: waiting.foreign_stale };
        let directory = match LockDirectory::acquire(path, patience, Hooks { note: &note, waiting: &wait }) {
            Ok(directory) => directory,
            // The note stays: there may be something to sweep.
            Err(DirectoryError::Io(error)) => {
                return Err(failed("lock the file for writers of other kinds")(error));
            }
            Err(DirectoryError::Held) => {
                let _ = holder.clear();
                return Err(StoreError::LockTimeout {
                    path: path.to_owned(),
                    waited: waiting.limit,
                    holder: None,
                    foreign: true,
                });
            }
        };
        Ok(Self { directory, holder, untidy: false, file, contended })
    }

    /// Whether the lock directory is still ours.
    pub(crate) fn is_held(&self) -> io::Result<bool> {
        self.directory.is_ours()
    }

    /// Has the next one look for what we could not remove.
    pub(crate) fn leave_note(&mut self) {
        self.untidy = true;
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        if self.directory.release() && !self.untidy {
            // If it stays, the next one looks for what we left, and finds nothing.
            let _ = self.holder.clear();
        }
        if self.contended {
            // The lock file's time tells when the directory was last left free.
            let left_free = self.file.metadata().and_then(|metadata| metadata.modified());
            if left_free.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > FREE_EVERY)) {
                thread::sleep(FREE_FOR_OTHERS);
                let _ = self.file.set_modified(SystemTime::now());
            }
        }
        // The kernel's lock goes with the file.
    }
}

/// Takes the kernel's lock, and tells whether it had to be waited for.
fn lock_kernel(
    path: &Path,
    folder: &Folder,
    holder: &HolderFile,
    waiting: Waiting<'_>,
) -> Result<(File, bool), StoreError> {
    let failed = |doing| {
        let path = folder.join("status.lock");
        move |error| StoreError::Io { doing, path, error }
    };
    let start = Instant::now();
    let mut contended = false;
    loop {
        let file =
            folder.open_lock_file("status.lock", waiting.on_notice).map_err(failed("make the lock file"))?;
        let file = match fs2::FileExt::try_lock(&file) {
            Ok(()) => file,
            Err(fs2::TryLockError::Error(error)) => return Err(failed("lock the lock file")(error)),
            Err(fs2::TryLockError::WouldBlock) => {
                contended = true;
                let locked = lock_in_turn(file, start + waiting.limit, || {
                    let holder = holder.read();
                    let waits = holder.as_ref().is_some_and(|holder| holder.waits_for_foreign);
                    // It will be through when the foreign lock is stale, and so shall we.
                    if waits { Ok(start + waiting.limit + waiting.foreign_stale) } else { Err(holder) }
                });
                match locked {
                    Ok(file) => file.map_err(failed("lock the lock file"))?,
                    Err(holder) => {
                        return Err(StoreError::LockTimeout {
                            path: path.to_owned(),
                            waited: start.elapsed(),
                            holder: holder.map(Box::new),
                            foreign: false,
                        });
                    }
                }
            }
        };
        // Somebody may have swept the folder away meanwhile: a lock on a file without a name excludes nobody.
        if is_in_place(&file, &folder.join("status.lock")) {
            return Ok((file, contended));
        }
    }
}

/// A lock by which writers of our own kind take turns at a file that is no status file: a plan. It is the kernel's, on a file
/// of our own in `.tallymark` beside it, and goes with its holder. Other programs do not know it.
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock, at most for `limit`. A symbolic link is followed.
    ///
    /// # Errors
    /// The file is not there, its folder cannot be written to, or somebody held the lock for too long.
    pub fn acquire(path: &Path, limit: Duration) -> Result<Self, StoreError> {
        let failed = |doing| {
            let path = path.to_owned();
            move |error| StoreError::Io { doing, path, error }
        };
        let real = fs::canonicalize(path).map_err(failed("find the file"))?;
        let folder = Folder::beside(&real);
        let name = format!("{}.lock", real.file_name().unwrap_or_default().to_string_lossy());
        let start = Instant::now();
        loop {
            let file = folder.open_lock_file(&name, &|_| {}).map_err(failed("make the lock file"))?;
            let file = match fs2::FileExt::try_lock(&file) {
                Ok(()) => file,
                Err(fs2::TryLockError::Error(error)) => return Err(failed("lock the lock file")(error)),
                Err(fs2::TryLockError::WouldBlock) => {
                    let waited = || StoreError::LockTimeout {
                        path: real.clone(),
                        waited: start.elapsed(),
                        holder: None,
                        foreign: false,
                    };
                    let locked = lock_in_turn(file, start + limit, || Err(None)).map_err(|_| waited())?;
                    locked.map_err(failed("lock the lock file"))?
                }
            };
            if is_in_place(&file, &folder.join(&name)) {
                return Ok(Self { _file: file });
            }
        }
    }
}

/// Waits in the kernel's own queue, which is fair, in a thread of its own, since nothing takes a waiter out of it again. At
/// the time limit `extend` gives another, once, or ends it; the thread gives the lock back when it gets it too late.
fn lock_in_turn(
    file: File,
    until: Instant,
    extend: impl Fn() -> Result<Instant, Option<Holder>>,
) -> Result<io::Result<File>, Option<Holder>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let locked = loop {
            match fs2::FileExt::lock(&file) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                locked => break locked,
            }
        };
        // Nobody waits any more: the file is closed here, and with it goes the lock.
        let _ = sender.send(locked.map(|()| file));
    });
    let left = |until: Instant| until.saturating_duration_since(Instant::now());
    if let Ok(locked) = receiver.recv_timeout(left(until)) {
        return Ok(locked);
    }
    let until = extend()?;
    receiver.recv_timeout(left(until)).map_err(|_| extend().err().flatten())
}

/// Whether the open file is the one that has the name.
fn is_in_place(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let open = file.metadata().map(identity);
        let named = fs::metadata(path).map(identity);
        matches!((open, named), (Ok(open), Ok(named)) if open == named)
    }
    // Where open files cannot be removed there is nothing to look at.
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}
