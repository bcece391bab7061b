//! Which folders are watched so that nothing happens to the files unseen.
//!
//! A file is watched through its folder, for a file that is replaced by a rename is another file. Where the folder is
//! not there, its nearest ancestor is watched for the name of the next one. Where the file is a symbolic link, the
//! folder of what it leads to is watched too. For what is found by globs, every folder is watched that was looked into.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::inbox::Inbox;
use crate::interest::Interest;
use crate::look::{Identity, identity};
use crate::search::{Found, Search};

/// Folders may come and go while they are arranged; after so many rounds, the next look at everything has to do.
const ROUNDS: usize = 5;

/// The system's watcher and what it watches.
#[derive(Debug)]
pub(crate) struct Folders {
    inbox: Arc<Inbox>,
    watcher: Option<RecommendedWatcher>,
    watched: HashMap<PathBuf, Folder>,
    /// A folder was watched anew since the last round of arranging.
    renewed: bool,
    warned: bool,
}

#[derive(Debug)]
struct Folder {
    identity: Option<Identity>,
    /// The system's watcher does not do for it.
    polled: bool,
}

/// Where the files are, as the watcher's events name them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The files, as indices, by the path in a watched folder that shows their changes.
    pub(crate) files: HashMap<PathBuf, Vec<usize>>,
    /// By file: the folder that shows its changes.
    pub(crate) folders: Vec<PathBuf>,
    /// By file: whether it is a symbolic link.
    pub(crate) links: Vec<bool>,
    pub(crate) interest: Interest,
}

/// What is watched, and what was seen meanwhile.
#[derive(Debug)]
pub(crate) struct Arranged {
    pub(crate) places: Places,
    pub(crate) found: Found,
    /// That the system's watcher does not do, with the folder that it is about; once only.
    pub(crate) warning: Option<(PathBuf, String)>,
}

impl Folders {
    /// Watches nothing yet.
    pub(crate) fn new(inbox: Arc<Inbox>) -> Folders {
        Folders { inbox, watcher: None, watched: HashMap::new(), renewed: false, warned: false }
    }

    /// Watches what these files and this search need and nothing else.
    pub(crate) fn arrange(&mut self, files: &[&Path], search: &Search) -> Arranged {
        let mut warning = None;
        let mut places = Places::of(files);
        let mut found = search.run();
        for _ in 0..ROUNDS {
            self.renewed = false;
            let mut interest = found.interest.clone();
            interest.merge(&places.interest);
            self.inbox.set_interest(interest.clone());
            self.keep_only(&interest);
            for folder in interest.folders() {
                if let Some(trouble) = self.watch(folder) {
                    warning.get_or_insert_with(|| (folder.to_owned(), trouble));
                }
            }
            if !self.renewed {
                break;
            }
            // What happened before the watch stood has to be seen now.
            let now = (Places::of(files), search.run());
            if now.0 == places && now.1 == found {
                break;
            }
            (places, found) = now;
        }
        let first = warning.filter(|_| !self.warned);
        self.warned |= first.is_some();
        Arranged { places, found, warning: first }
    }

    /// Whether a file in this folder has to be looked at from time to time.
    pub(crate) fn is_polled(&self, folder: &Path) -> bool {
        self.watched.get(folder).is_none_or(|folder| folder.polled)
    }

    /// Whether there is any such folder.
    pub(crate) fn polls(&self) -> bool {
        self.watched.values().any(|folder| folder.polled)
    }

    /// Lets go of a folder whose watch has missed something; the next arrangement watches it anew.
    pub(crate) fn forget(&mut self, folder: &Path) {
        if self.watched.remove(folder).is_some()
            && let Some(watcher) = &mut self.watcher
        {
            // It fails if the watch is gone already, which is as good.
            let _ = watcher.unwatch(folder);
        }
    }

    fn keep_only(&mut self, interest: &Interest) {
        let needless: Vec<PathBuf> =
            self.watched.keys().filter(|folder| !interest.has_folder(folder)).cloned().collect();
        for folder in needless {
            self.forget(&folder);
        }
    }

    /// Watches a folder unless it is watched already; says what is the matter if it cannot be.
    fn watch(&mut self, folder: &Path) -> Option<String> {
        let identity = fs::metadata(folder).ok().and_then(|metadata| identity(&metadata));
        match self.watched.get(folder) {
            Some(known) if known.identity == identity && !known.polled => return None,
            // Another folder has its path: the watch went with the old one.
            Some(known) if known.identity != identity => self.forget(folder),
            _ => {}
        }
        self.renewed = true;
        let failed = match self.try_watch(folder) {
            Ok(()) => None,
            Err(notify::ErrorKind::PathNotFound) => return None,
            Err(notify::ErrorKind::MaxFilesWatch) => {
                Some("the system's limit of watches is reached".to_owned())
            }
            Err(notify::ErrorKind::Io(error)) => Some(error.to_string()),
            Err(notify::ErrorKind::Generic(error)) => Some(error),
            Err(other) => Some(format!("{other:?}")),
        };
        let trouble = match failed {
            Some(why) => Some(format!("cannot be watched for changes ({why}): looking every second instead")),
            None if may_be_shared(folder) => Some(
                "is on a file system that other machines may change unseen: looking every second too"
                    .to_owned(),
            ),
            None => None,
        };
        self.watched.insert(folder.to_owned(), Folder { identity, polled: trouble.is_some() });
        trouble
    }

    fn try_watch(&mut self, folder: &Path) -> Result<(), notify::ErrorKind> {
        let watcher = match &mut self.watcher {
            Some(watcher) => watcher,
            None => {
                let inbox = Arc::clone(&self.inbox);
                let watcher = notify::recommended_watcher(move |event| inbox.watcher_event(event));
                self.watcher.insert(watcher.map_err(|error| error.kind)?)
            }
        };
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| error.kind)
    }
}

impl Places {
    /// Asks the file system where the files are.
    fn of(files: &[&Path]) -> Places {
        let mut places = Places::default();
        let mut known: HashMap<&Path, (PathBuf, Option<OsString>)> = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else {
                // The root of a file system has neither; it is told as the folder that it is, and nothing happens to it.
                places.folders.push(file.to_path_buf());
                places.links.push(false);
                continue;
            };
            let (folder, missing) = match known.entry(parent) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(nearest(parent)),
            };
            let is_link = missing.is_none()
                && fs::symlink_metadata(file).is_ok_and(|metadata| metadata.file_type().is_symlink());
            match missing {
                Some(missing) => {
                    places.interest.of(folder).add(missing);
                }
                None => places.add(folder, name.to_owned(), index),
            }
            if is_link
                && let Some(target) = target(file)
                && let (Some(parent), Some(name)) = (target.parent(), target.file_name())
            {
                let (folder, missing) = nearest(parent);
                match missing {
                    Some(missing) => {
                        places.interest.of(&folder).add(&missing);
                    }
                    None => places.add(&folder, name.to_owned(), index),
                }
            }
            places.folders.push(folder.clone());
            places.links.push(is_link);
        }
        places
    }

    fn add(&mut self, folder: &Path, name: OsString, index: usize) {
        self.interest.of(folder).add(&name);
        self.files.entry(folder.join(&name)).or_default().push(index);
    }
}

/// The nearest folder on the way to `folder` that is there, by its real path, and the name below it that is missing.
pub(crate) fn nearest(folder: &Path) -> (PathBuf, Option<OsString>) {
    let mut missing = None;
    for ancestor in folder.ancestors() {
        if ancestor.is_dir()
            && let Ok(real) = ancestor.canonicalize()
        {
            return (real, missing);
        }
        missing = ancestor.file_name().map(ToOwned::to_owned);
    }
    (folder.to_owned(), None)
}

/// What a symbolic link leads to: all the way if that is there, else the first step.
fn target(link: &Path) -> Option<PathBuf> {
    if let Ok(real) = link.canonicalize() {
        return Some(real);
    }
    Some(link.parent()?.join(fs::read_link(link).ok()?))
}

/// Whether the system's watcher would miss what other machines do to the folder.
#[cfg(target_os = "linux")]
fn may_be_shared(folder: &Path) -> bool {
    // From linux/magic.h, and for those that it lacks the file system's own source.
    const SHARED: [u64; 11] = [
        0x6969,      // NFS
        0x517B,      // SMB
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB 2
        0x0102_1997, // 9P
        0x6573_5546, // FUSE: sshfs, and Docker's shared folders
        0x5346_414F, // AFS
        0x00C3_6400, // Ceph
        0x0BD0_0BD0, // Lustre
        0x786F_4256, // VirtualBox's shared folders
        0xBACB_ACBC, // VMware's shared folders
    ];
    // The field's type differs between architectures, and some sign-extend it.
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, clippy::cast_possible_truncation)]
    rustix::fs::statfs(folder).is_ok_and(|system| SHARED.contains(&u64::from(system.f_type as u32)))
}

/// Elsewhere, the system's watcher is trusted, and the look at everything every ten seconds does the rest.
#[cfg(not(target_os = "linux"))]
fn may_be_shared(_folder: &Path) -> bool {
    false
}
