//! Reading monitoring files once, without watching them.

use std::collections::{BTreeSet, HashMap};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use tallymark_events::{Monitored, Place};
use tallymark_live::Live;
use tallymark_status::{Store, StoreError};

use crate::load::just_written;
use crate::{ReadError, Settings, discover, is_plan, read_bytes};

/// Monitoring files of more bytes than this are not read: 64 MiB, a thousand times the largest of 200 real ones.
pub const MONITORING_LIMIT: u64 = 64 << 20;

/// How much of a file that is too large is looked at, to see whether it would be one.
const HEAD: usize = 64 << 10;

/// How long a torn file is left alone before it is read again: its writer may be in the middle of it.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(80), Duration::from_millis(300)];

/// Folders nested deeper are not looked into.
const DEEPEST: usize = 32;

/// Monitoring files, read and decoded.
#[derive(Clone, Debug, Default)]
pub struct MonitoringFiles {
    /// What they say, by path.
    pub files: Vec<Monitored>,
    /// Those that cannot be read at all.
    pub unreadable: Vec<ReadError>,
}

/// What rules know of those who work, beside the plan's own files.
#[derive(Clone, Debug)]
pub struct LiveFacts {
    /// What monitoring files say.
    pub live: Arc<Live>,
    /// Whether the workspace has no more than one plan.
    pub only_plan: bool,
}

/// Reads the monitoring files and streams at `places`, each once. What is there and is no such file is passed over.
///
/// At most [`MONITORING_LIMIT`] bytes of a file are read, and one file at a time. Pipes and devices are not opened, links to
/// folders that lead round in a circle are not followed: each is told in [`MonitoringFiles::unreadable`].
pub fn read_monitoring(places: &[Place]) -> MonitoringFiles {
    let mut read = MonitoringFiles::default();
    let mut paths = BTreeSet::new();
    let mut told = BTreeSet::new();
    for place in places {
        find(place, &mut paths, &mut |error: ReadError| {
            if told.insert(error.path.clone()) {
                read.unreadable.push(error);
            }
        });
    }
    for path in paths {
        match read_one(&path) {
            Ok(file) => read.files.extend(file),
            Err(error) if error.missing => {}
            Err(error) => read.unreadable.push(error),
        }
    }
    read.unreadable.sort_by(|one, other| one.path.cmp(&other.path));
    read
}

/// Finds the files of a place.
fn find(place: &Place, paths: &mut BTreeSet<PathBuf>, fail: &mut dyn FnMut(ReadError)) {
    let folder = Path::new(&place.folder);
    if !folder.is_dir() {
        return;
    }
    let Some(globs) = globs(&place.globs) else { return };
    let depth = |glob: &String| {
        let deep = glob.split('/').any(|name| name == "**");
        if deep { DEEPEST } else { glob.split('/').count() }
    };
    let walk = WalkBuilder::new(folder)
        .standard_filters(false)
        .follow_links(true)
        .max_depth(place.globs.iter().map(depth).max())
        .filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            !(is_folder && [".git", "node_modules", "target"].iter().any(|name| entry.file_name() == *name))
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                if !is_folder && globs.is_match(below) {
                    paths.insert(entry.into_path());
                }
            }
            Err(error) => {
                if let Some(error) = told(&error) {
                    fail(error);
                }
            }
        }
    }
}

fn globs(patterns: &[String]) -> Option<GlobSet> {
    let mut globs = GlobSetBuilder::new();
    for pattern in patterns {
        globs.add(GlobBuilder::new(pattern).literal_separator(true).build().ok()?);
    }
    globs.build().ok()
}

/// What went wrong on the way to the files, for a person; `None` for a link that leads nowhere.
fn told(error: &ignore::Error) -> Option<ReadError> {
    match error {
        ignore::Error::Loop { child, .. } => Some(ReadError {
            path: child.clone(),
            message: "is a link that leads round in a circle; what is below it is not looked at".to_owned(),
            missing: false,
        }),
        ignore::Error::WithPath { path, err } => {
            let inner = told(err)?;
            let path = if inner.path.as_os_str().is_empty() { path.clone() } else { inner.path };
            Some(ReadError { path, ..inner })
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => told(err),
        other => {
            let missing = other.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
            let message = format!("cannot be read: {other}");
            (!missing).then(|| ReadError { path: PathBuf::new(), message, missing })
        }
    }
}

/// Reads one file; `None` if it is no monitoring file. A torn one that was just written is read again, for a little.
fn read_one(path: &Path) -> Result<Option<Monitored>, ReadError> {
    let mut pauses = PAUSES.iter();
    loop {
        let bytes = match read_bytes(path, MONITORING_LIMIT) {
            Ok(bytes) => bytes,
            Err(error) => return if is_none_of_ours(path) { Ok(None) } else { Err(error) },
        };
        let file = tallymark_live::decode(&path.to_string_lossy(), &bytes, modified(path));
        let torn = file.as_ref().is_some_and(|file| !file.problems.is_empty());
        match pauses.next() {
            Some(pause) if torn && just_written(path) => std::thread::sleep(*pause),
            _ => return Ok(file),
        }
    }
}

/// Whether a regular file that is not read, because it is too large, would be no monitoring file anyway.
fn is_none_of_ours(path: &Path) -> bool {
    use std::io::Read;
    if !std::fs::metadata(path).is_ok_and(|file| file.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    read.is_ok() && tallymark_live::sniff(&path.to_string_lossy(), &head).is_none()
}

/// When a file was last changed, in milliseconds since 1970-01-01 UTC.
fn modified(path: &Path) -> i64 {
    let modified = std::fs::metadata(path).ok().as_ref().map(Metadata::modified).and_then(Result::ok);
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Whether the workspace at `root` has no more than one plan.
pub fn has_only_one_plan(root: &Path, settings: &Settings) -> bool {
    let found = discover(root, &[], settings);
    let plans = found.plans.iter().filter(|path| is_plan(root, path, settings).unwrap_or(true));
    found.nested.is_empty() && plans.take(2).count() < 2
}

/// When each entry of a status.json was last changed, as its history tells: signs of life of its tasks.
///
/// # Errors
/// The history cannot be read.
pub fn signs_of_life(status: &Path) -> Result<HashMap<String, i64>, StoreError> {
    let mut signs = HashMap::new();
    for line in Store::open(status)?.history()? {
        if let (Some(task), Some(time)) = (line.task, tallymark_text::time::milliseconds(&line.time)) {
            let last = signs.entry(task).or_insert(i64::MIN);
            *last = (*last).max(time);
        }
    }
    Ok(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path, globs: &[&str]) -> Place {
        Place {
            folder: folder.to_string_lossy().into_owned(),
            globs: globs.iter().map(|&glob| glob.to_owned()).collect(),
        }
    }

    fn unreadable(read: &MonitoringFiles, folder: &Path) -> Vec<String> {
        let told = read.unreadable.iter();
        told.map(|error| {
            format!("{}: {}", error.path.strip_prefix(folder).unwrap_or(&error.path).display(), error.message)
        })
        .collect()
    }

    #[test]
    fn what_is_none_is_passed_over_and_folders_need_not_be_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "{}").unwrap();
        std::fs::create_dir(folder.path().join("b.json")).unwrap();
        let places = [place(folder.path(), &["*.json"]), place(&folder.path().join("none"), &["**"])];
        let read = read_monitoring(&places);
        assert_eq!((read.files.len(), unreadable(&read, folder.path())), (0, Vec::new()));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_links_in_circles_and_links_to_nothing() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        mknodat(CWD, path("heartbeats.json"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        std::fs::create_dir(path("deep")).unwrap();
        std::os::unix::fs::symlink(folder.path(), path("deep/round")).unwrap();
        std::os::unix::fs::symlink(path("nothing"), path("gone.json")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("zero.json")).unwrap();
        let read =
            read_monitoring(&[place(folder.path(), &["**/*.json"]), place(folder.path(), &["*.json"])]);
        assert_eq!(
            unreadable(&read, folder.path()),
            [
                "deep/round: is a link that leads round in a circle; what is below it is not looked at",
                "heartbeats.json: is a pipe, not a file",
                "zero.json: is a device, not a file",
            ]
        );
    }

    #[test]
    fn the_workspaces_plans_are_counted_to_two() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir_all(folder.path().join("docs/plans")).unwrap();
        write("README.md", "# Read me\n\nText.\n");
        write("docs/plans/a.md", "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n");
        let settings = Settings::default();
        assert!(has_only_one_plan(folder.path(), &settings));
        write("docs/plans/b.md", "# Plan\n\n## Phase 1: Work\n\n- [ ] 1.1 Read\n");
        assert!(!has_only_one_plan(folder.path(), &settings));
    }
}
