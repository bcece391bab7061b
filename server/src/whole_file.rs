//! Writing files of our own (findings, baselines, exports, lines for Git): whole or not at all. A plan goes through
//! `plan_file`, which looks whether somebody else changed it, and status.json through its store.

use std::fs::{self, File};
use std::io::{Result, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes `text` into the place of a file, or where there is none yet: a temporary file beside it, synced, renamed over it. The
/// mode of a file that is there stays.
///
/// # Errors
/// The system's; what was there is whole.
pub fn put(path: &Path, text: &str) -> Result<()> {
    temporary(path, text)?.persist(path)?;
    sync_folder(folder_of(path))
}

/// The same for a file that must not be there yet.
///
/// # Errors
/// It is there (`AlreadyExists`), and stays as it is; and the system's.
pub fn make(path: &Path, text: &str) -> Result<()> {
    temporary(path, text)?.persist_noclobber(path)?;
    sync_folder(folder_of(path))
}

/// Makes a rename in a folder last.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a rename lasts by itself.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

fn temporary(path: &Path, text: &str) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tallymark-").suffix(".tmp");
    // As any file that is made here; the umask takes from it what it takes. One that is there keeps its own.
    let old = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    #[cfg(unix)]
    builder.permissions(old.unwrap_or(std::os::unix::fs::PermissionsExt::from_mode(0o666)));
    #[cfg(not(unix))]
    drop(old);
    let mut temporary = builder.tempfile_in(folder_of(path))?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
