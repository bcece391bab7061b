//! Writing a plan: whole or not at all, and never over somebody else's change.

use std::fs;
use std::io::Write;
use std::path::Path;

use tallymark_text::Source;
use tallymark_workspace::{PLAN_LIMIT, read_bytes};

use crate::exit::{Exit, Failure};
use crate::whole_file::sync_folder;

/// Writes `text` in the place of `old`, the plan as it was read: a temporary file in the same folder, synced, renamed over
/// it. A byte order mark, the file's mode and a link that leads to it are kept.
///
/// # Errors
/// The file is not `old` any more (a conflict), or cannot be written. It is then as it was.
pub fn replace(path: &Path, old: &Source, text: &str) -> Result<(), Failure> {
    // A link stays a link: the file that it leads to is replaced.
    let real = fs::canonicalize(path).map_err(|error| failed(path, &error))?;
    let folder = real.parent().unwrap_or(Path::new("/"));
    let mode = fs::metadata(&real).map_err(|error| failed(path, &error))?.permissions();
    if mode.readonly() {
        return Err(Failure::could_not(format!("{} is read-only; it is left as it is", path.display())));
    }
    let mut temporary = tempfile::Builder::new()
        .prefix(".tallymark-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(|error| failed(path, &error))?;
    let written = temporary
        .write_all(&old.with_text(text).to_bytes())
        .and_then(|()| temporary.as_file().set_permissions(mode))
        .and_then(|()| temporary.as_file().sync_all());
    written.map_err(|error| failed(path, &error))?;
    // As late as it can be: what another program writes between this and the rename is lost, and nothing can tell.
    if read_bytes(&real, PLAN_LIMIT)? != old.to_bytes() {
        return Err(Failure::new(
            Exit::Conflict,
            format!("{} was changed by somebody else meanwhile; it is left as it is", path.display()),
        ));
    }
    temporary.persist(&real).map_err(|error| failed(path, &error.error))?;
    sync_folder(folder).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::could_not(format!("{} could not be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, Source) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.md");
        fs::write(&path, bytes).unwrap();
        (folder, path, Source::from_bytes(bytes).unwrap())
    }

    #[test]
    fn a_byte_order_mark_stays_and_nothing_is_left_beside_it() {
        let (folder, path, source) = plan(b"\xef\xbb\xbf- [ ] a\r\n");
        replace(&path, &source, "- [x] a\r\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"\xef\xbb\xbf- [x] a\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_another_by_now_is_left_as_it_is() {
        let (folder, path, source) = plan(b"- [ ] a\n");
        fs::write(&path, "- [ ] b\n").unwrap();
        let failure = replace(&path, &source, "- [x] a\n").unwrap_err();
        assert_eq!(failure.exit, Exit::Conflict);
        assert_eq!(fs::read(&path).unwrap(), b"- [ ] b\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_and_a_link_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path, source) = plan(b"- [ ] a\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("link.md");
        std::os::unix::fs::symlink("plan.md", &link).unwrap();
        replace(&link, &source, "- [x] a\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read(&path).unwrap(), b"- [x] a\n");
    }
}
