//! Which names in which folders matter.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::globs::Like;

/// The folders that are watched, each with the names in it that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Interest {
    folders: HashMap<PathBuf, Names>,
}

/// Names in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    exact: HashSet<OsString>,
    like: Vec<Like>,
    /// Any name may be that of a folder to look into.
    folders: bool,
}

impl Interest {
    /// The names in a folder, to add to.
    pub(crate) fn of(&mut self, folder: &Path) -> &mut Names {
        self.folders.entry(folder.to_owned()).or_default()
    }

    /// Adds all of another.
    pub(crate) fn merge(&mut self, other: &Interest) {
        for (folder, names) in &other.folders {
            let all = self.of(folder);
            all.exact.extend(names.exact.iter().cloned());
            for like in &names.like {
                all.add_like(like);
            }
            all.folders |= names.folders;
        }
    }

    /// The folders to watch.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.keys().map(PathBuf::as_path)
    }

    /// Whether this folder is to be watched.
    pub(crate) fn has_folder(&self, folder: &Path) -> bool {
        self.folders.contains_key(folder)
    }

    /// Whether something that happened to this path matters: a watched folder itself, or a name in one. If it happened
    /// to a file's content only, it says nothing about folders.
    pub(crate) fn has(&self, path: &Path, only_content: bool) -> bool {
        if self.has_folder(path) {
            return true;
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        self.folders.get(folder).is_some_and(|names| names.has(name, only_content))
    }
}

impl Names {
    /// This name matters.
    pub(crate) fn add(&mut self, name: &OsStr) {
        if !self.exact.contains(name) {
            self.exact.insert(name.to_owned());
        }
    }

    /// All names like this matter.
    pub(crate) fn add_like(&mut self, like: &Like) {
        if !self.like.contains(like) {
            self.like.push(like.clone());
        }
    }

    /// All folders matter.
    pub(crate) fn add_folders(&mut self) {
        self.folders = true;
    }

    fn has(&self, name: &OsStr, only_content: bool) -> bool {
        (self.folders && !only_content)
            || self.exact.contains(name)
            || self.like.iter().any(|like| like.matches(name))
    }
}
