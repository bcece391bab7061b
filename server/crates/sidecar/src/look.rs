//! One look at one file.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::value::RawValue;

/// JSON files up to this size are looked into, to tell a half-written one from a whole one; larger ones are only hashed.
const LOOKED_INTO: u64 = 16 << 20;

/// File systems keep times in steps of up to this: a change within the step after another may not show in the time.
const COARSEST_TIME: Duration = Duration::from_secs(2);

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) content: Content,
    /// Whether it looks like the end of a change rather than the middle of one: there, readable, still, and not cut short.
    pub(crate) settled: bool,
    pub(crate) stamp: Stamp,
}

/// What is in a file, as far as our lines say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing is there.
    #[default]
    Missing,
    /// What was read: the hash (16 hex digits of BLAKE3) and the length.
    Read { hash: String, bytes: u64 },
    /// It is there, and cannot be read: why.
    Unreadable { error: String, bytes: u64 },
}

/// What the file system says about a file without reading it. If it is the same and not recent, so is the content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    identity: Option<Identity>,
    bytes: u64,
    modified: Option<SystemTime>,
    changed: (i64, i64),
    error: Option<io::ErrorKind>,
}

/// Tells a file or folder from another that later has its path.
pub(crate) type Identity = (u64, u64);

impl Stamp {
    /// Asks the file system.
    pub(crate) fn of(path: &Path) -> Stamp {
        match fs::metadata(path) {
            Ok(metadata) => Stamp::from_metadata(&metadata),
            Err(error) => Stamp { error: Some(error.kind()), ..Stamp::default() },
        }
    }

    pub(crate) fn from_metadata(metadata: &Metadata) -> Stamp {
        Stamp {
            identity: identity(metadata),
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            changed: changed(metadata),
            error: None,
        }
    }

    /// Whether a change since may have left the stamp as it is, because the clock of the file system is too coarse.
    pub(crate) fn is_recent(&self) -> bool {
        self.modified.is_some_and(|time| time.elapsed().is_ok_and(|age| age < COARSEST_TIME))
    }
}

/// Which file or folder it is, where the system has numbers for that.
#[cfg(unix)]
pub(crate) fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Which file or folder it is, where the system has numbers for that.
#[cfg(not(unix))]
pub(crate) fn identity(_metadata: &Metadata) -> Option<Identity> {
    None
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_metadata: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// Looks at a file. Never blocks on what is not a regular file, and reads one of any size with bounded memory.
pub(crate) fn look(path: &Path) -> Sight {
    match read(path) {
        Ok(sight) => sight,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Sight { content: Content::Missing, settled: false, stamp: Stamp::of(path) }
        }
        Err(error) => {
            let stamp = Stamp::of(path);
            let content = Content::Unreadable { error: error.to_string(), bytes: stamp.bytes };
            Sight { content, settled: false, stamp }
        }
    }
}

/// Opens a regular file, and refuses all else without opening it.
pub(crate) fn open_regular(path: &Path) -> io::Result<(File, Metadata)> {
    // Asked before opening, for to open a device can do something, and asked again after, for it may be another by then.
    refuse_irregular(&fs::metadata(path)?)?;
    let file = open(path)?;
    let metadata = file.metadata()?;
    refuse_irregular(&metadata)?;
    Ok((file, metadata))
}

fn read(path: &Path) -> io::Result<Sight> {
    let (mut file, before) = open_regular(path)?;
    let looked_into =
        before.len() <= LOOKED_INTO && path.extension().is_some_and(|extension| extension == "json");
    let mut hasher = blake3::Hasher::new();
    let (bytes, cut_short) = if looked_into {
        let mut content = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1);
        // A file that grows while it is read is unsettled anyway.
        Read::by_ref(&mut file).take(LOOKED_INTO + 1).read_to_end(&mut content)?;
        hasher.update(&content);
        (content.len() as u64, is_cut_short(&content))
    } else {
        let mut content = [0; 64 << 10];
        let mut bytes = 0;
        while bytes <= before.len() {
            match file.read(&mut content) {
                Ok(0) => break,
                Ok(count) => {
                    hasher.update(&content[..count]);
                    bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        (bytes, false)
    };
    let stamp = Stamp::from_metadata(&before);
    let still = bytes == before.len() && Stamp::from_metadata(&file.metadata()?) == stamp;
    let hash = hasher.finalize().to_hex().as_str()[..16].to_owned();
    Ok(Sight { content: Content::Read { hash, bytes }, settled: still && !cut_short, stamp })
}

/// Opening a FIFO would wait for its other end; this does not, should one take the file's place after we asked.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(nonblock).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn refuse_irregular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(io::Error::other("it is a folder, not a file"))
    } else {
        Err(io::Error::other("it is a pipe, socket or device, not a regular file"))
    }
}

/// Whether JSON ends before its first value does, as it does while somebody writes it in place.
fn is_cut_short(content: &[u8]) -> bool {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    match serde_json::Deserializer::from_slice(content).into_iter::<&RawValue>().next() {
        None => true,
        Some(Ok(_)) => false,
        Some(Err(error)) => error.is_eof(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_cut_short_when_its_first_value_does_not_end() {
        for whole in ["{}", "\u{feff}{\"a\": [1]}\n", "{\"a\":1}\n\"tasks\": [", "{oops", "{\"a\": }"] {
            assert!(!is_cut_short(whole.as_bytes()), "{whole}");
        }
        for cut in ["", " \n", "{", "{\"tasks\": [{\"id\": \"1.1\"", "\"a", "{\"a\":1"] {
            assert!(is_cut_short(cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn the_hash_is_the_revision_of_the_store() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["status.json", "plan.md"] {
            let path = folder.path().join(name);
            fs::write(&path, "{}").unwrap();
            let hash = blake3::hash(b"{}").to_hex().as_str()[..16].to_owned();
            let sight = look(&path);
            assert_eq!(sight.content, Content::Read { hash, bytes: 2 });
            assert!(sight.settled);
        }
    }

    #[test]
    fn a_folder_is_said_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        let Content::Unreadable { error, .. } = look(folder.path()).content else {
            panic!("a folder was read")
        };
        assert_eq!(error, "it is a folder, not a file");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_and_a_socket_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for path in [Path::new("/dev/zero"), Path::new("/dev/tty"), &socket] {
            let Content::Unreadable { error, .. } = look(path).content else { panic!("{path:?} was read") };
            assert_eq!(error, "it is a pipe, socket or device, not a regular file", "{path:?}");
        }
    }
}
