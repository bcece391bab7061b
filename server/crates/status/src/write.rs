//! Putting a new text in the place of a file: whole or not at all, and the old ones kept.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tallymark_text::Source;

use crate::{StoreError, lock::Folder};

/// How many old generations are kept.
pub(crate) const GENERATIONS: u32 = 5;

/// What became of the new text.
pub(crate) enum Replaced {
    /// It is in its place, and on the disk with its name.
    Synced,
    /// It is in its place, but the system would not say that its name is on the disk.
    Unsynced(io::Error),
    /// Everything is as it was: it was not allowed any more.
    NotAllowed,
}

/// Replaces the file at `path`, which is no symbolic link, or makes it, if `may_replace` says so at the last moment.
///
/// On an error the old file is whole, and in its place.
pub(crate) fn replace(
    path: &Path,
    text: &Source,
    folder: &Folder,
    may_replace: impl FnOnce() -> io::Result<bool>,
) -> Result<Replaced, StoreError> {
    let failed = |doing| move |error| StoreError::Io { doing, path: path.to_owned(), error };
    let old = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("look at the file")(error)),
    };
    let mut temporary = Temporary::new(path).map_err(failed("make a new file beside it"))?;
    temporary.fill(text, old.as_ref()).map_err(failed("write the new text beside it"))?;
    if old.is_some() {
        keep_backup(path, folder).map_err(failed("keep a backup of it"))?;
    }
    if !may_replace().map_err(failed("look whether the lock on it is still ours"))? {
        return Ok(Replaced::NotAllowed);
    }
    temporary.persist(path).map_err(failed("put the new file in its place"))?;
    Ok(match sync_folder(path) {
        Ok(()) => Replaced::Synced,
        Err(error) => Replaced::Unsynced(error),
    })
}

/// Removes what a process of ours that died had not put into place. Only for who holds the lock.
pub(crate) fn remove_left_behind(path: &Path, pid: u32) {
    let _ = fs::remove_file(temporary_path(path, pid));
}

/// One name a process: the lock keeps its threads apart, and a dead one's is known.
fn temporary_path(path: &Path, pid: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{pid}.tallymark.tmp"))
}

/// A new file beside the one that it will replace; removed if it does not.
struct Temporary {
    path: PathBuf,
    file: Option<File>,
}

impl Temporary {
    fn new(path: &Path) -> io::Result<Self> {
        let path = temporary_path(path, std::process::id());
        let create = || File::options().write(true).create_new(true).open(&path);
        let file = match create() {
            // Of a dead process that had our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                create()?
            }
            created => created?,
        };
        Ok(Self { path, file: Some(file) })
    }

    /// Writes the text and has it on the disk; owner and mode become those of the old file.
    fn fill(&mut self, text: &Source, old: Option<&fs::Metadata>) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if let Some(old) = old {
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt, fchown};
                let new = file.metadata()?;
                if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
                    // Only root can give a file away; one's own file in a shared folder is still better than none.
                    let _ = fchown(&*file, Some(old.uid()), Some(old.gid()))
                        .or_else(|_| fchown(&*file, None, Some(old.gid())));
                }
            }
            file.set_permissions(old.permissions())?;
        }
        for piece in text.pieces() {
            file.write_all(piece)?;
        }
        file.sync_all()
    }

    fn persist(&mut self, path: &Path) -> io::Result<()> {
        // Windows renames no open file.
        self.file = None;
        rename(&self.path, path)?;
        self.path = PathBuf::new();
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            self.file = None;
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Keeps the file as generation 1 beside it, where Node writers keep theirs, and moves the older ones on by one.
fn keep_backup(path: &Path, folder: &Folder) -> io::Result<()> {
    let newest = backup_path(path, folder, 1);
    let ignore_missing = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    };
    if fs::symlink_metadata(&newest).is_ok() {
        fs::create_dir_all(folder.join("backup"))?;
        for generation in (1..GENERATIONS).rev() {
            let (from, to) =
                (backup_path(path, folder, generation), backup_path(path, folder, generation + 1));
            ignore_missing(rename(&from, &to))?;
        }
    }
    // A second name of the same bytes costs nothing, and status.json never has no name.
    match fs::hard_link(path, &newest) {
        Ok(()) => Ok(()),
        // A file system without them.
        Err(_) => fs::copy(path, &newest).map(drop).inspect_err(|_| {
            // Half a backup is worse than none.
            let _ = fs::remove_file(&newest);
        }),
    }
}

/// Where a generation of the file at `path` is kept; 1 is the newest.
pub(crate) fn backup_path(path: &Path, folder: &Folder, generation: u32) -> PathBuf {
    if generation == 1 {
        let mut name = path.as_os_str().to_owned();
        name.push(".bak");
        return name.into();
    }
    folder.join("backup").join(generation.to_string())
}

/// Renames over what is there. Windows refuses while somebody, often a virus scanner, has the file open: tried again for 2 s.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(windows)]
    {
        use std::time::{Duration, Instant};
        // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION.
        let busy = |error: &io::Error| matches!(error.raw_os_error(), Some(5 | 32 | 33));
        let until = Instant::now() + Duration::from_secs(2);
        loop {
            match fs::rename(from, to) {
                Err(error) if busy(&error) && Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                renamed => return renamed,
            }
        }
    }
    #[cfg(not(windows))]
    fs::rename(from, to)
}

/// Has the folder's entries on the disk. Windows cannot, and needs not: its file systems log them.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}
