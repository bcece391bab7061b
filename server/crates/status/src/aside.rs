//! Keeping a file aside before something else takes its place.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{StoreError, lock::Folder, time};

/// Gives the file at `path` a second name in our folder, which outlives a power failure; `None` if there is no file.
pub(crate) fn keep(path: &Path, folder: &Folder, now: i64) -> Result<Option<PathBuf>, StoreError> {
    let stamp: String = time::format(now).chars().filter(char::is_ascii_alphanumeric).collect();
    // Two in one millisecond, or a clock that went back: what is there already is not replaced.
    let mut names = std::iter::once(format!("broken-{stamp}.json"))
        .chain((2..1000).map(|count| format!("broken-{stamp}-{count}.json")));
    let mut kept = folder.join(&names.next().unwrap_or_default());
    let done = loop {
        let linked = match fs::hard_link(path, &kept) {
            Err(error) if !matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                // A file system without second names.
                fs::File::options().write(true).create_new(true).open(&kept).and_then(|mut file| {
                    io::copy(&mut fs::File::open(path)?, &mut file)?;
                    file.sync_all()
                })
            }
            linked => linked,
        };
        match (linked, names.next()) {
            (Err(error), Some(next)) if error.kind() == io::ErrorKind::AlreadyExists => {
                kept = folder.join(&next)
            }
            (linked, _) => break linked,
        }
    };
    match done {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => return Ok(None),
        Err(error) => {
            return Err(StoreError::Io { doing: "keep the file that is there", path: kept, error });
        }
    }
    #[cfg(unix)]
    fs::File::open(folder.path()).and_then(|folder| folder.sync_all()).map_err(|error| StoreError::Io {
        doing: "keep the file that is there",
        path: kept.clone(),
        error,
    })?;
    Ok(Some(kept))
}
