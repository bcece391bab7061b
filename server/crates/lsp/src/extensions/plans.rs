//! `tallymark/plans`: the plans of the workspace, and what changed of them since somebody last asked.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::Uri;

use super::Subject;
use super::summary::Summary;
use crate::snapshot::Snapshot;

/// The parameters of `tallymark/plans`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Params {
    /// The revision of an earlier answer: only what changed since is answered.
    pub(crate) since: Option<u64>,
}

/// The answer to `tallymark/plans`.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    /// What to ask with next time.
    revision: u64,
    /// Whether these are all plans; else what is not named here is as it was.
    full: bool,
    /// Plans that are new or others than before, by path.
    plans: Vec<Summary>,
    /// Plans that are no more.
    removed: Vec<Uri>,
}

/// So many plans that are gone are remembered; who asks for changes from before that is told everything.
const REMEMBERED: usize = 1_000;

/// The plans of the workspace: open ones as the client shows them, others as they were found on disk.
#[derive(Debug, Default)]
pub(crate) struct PlanList {
    /// Counts the changes.
    revision: u64,
    plans: BTreeMap<PathBuf, Listed>,
    /// The analyses of open plans that were taken.
    open: HashMap<PathBuf, Arc<Snapshot>>,
    /// What was found on disk.
    found: HashMap<PathBuf, Summary>,
    /// Plans that are gone, and with which revision.
    removed: VecDeque<(u64, Uri)>,
    /// The revision of the last that was forgotten.
    forgotten: u64,
    /// Somebody asks for them.
    asked: bool,
    /// Whoever asks was told that there is something new.
    told: bool,
}

/// A plan in the list.
#[derive(Debug)]
struct Listed {
    /// The revision that it last changed with.
    revision: u64,
    uri: Uri,
    summary: Summary,
}

impl PlanList {
    /// Whether somebody asks for the plans; as long as nobody does, nothing is kept.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked
    }

    /// What changed since a revision.
    pub(crate) fn answer(&mut self, params: Params) -> Answered {
        self.asked = true;
        self.told = false;
        let since = params.since.filter(|since| (self.forgotten..=self.revision).contains(since));
        let is_new = |revision: u64| since.is_none_or(|since| revision > since);
        let removed = self.removed.iter().filter(|(revision, _)| since.is_some() && is_new(*revision));
        Answered {
            revision: self.revision,
            full: since.is_none(),
            plans: self
                .plans
                .values()
                .filter(|listed| is_new(listed.revision))
                .map(|listed| listed.summary.clone())
                .collect(),
            removed: removed.map(|(_, uri)| uri.clone()).collect(),
        }
    }

    /// Takes the open plans as they are now.
    pub(crate) fn take_open<'a>(&mut self, snapshots: impl Iterator<Item = &'a Arc<Snapshot>>) {
        let mut open = HashMap::with_capacity(self.open.len());
        for snapshot in snapshots.filter(|snapshot| snapshot.is_plan()) {
            let Some(path) = &snapshot.path else { continue };
            let known = self.open.remove(path);
            if !known.is_some_and(|known| Arc::ptr_eq(&known, snapshot)) {
                let summary = Subject::Open(Arc::clone(snapshot)).summary();
                self.set(path.clone(), snapshot.uri.clone(), summary);
            }
            open.insert(path.clone(), Arc::clone(snapshot));
        }
        // What is left is open no more, or no plan any more.
        for path in std::mem::replace(&mut self.open, open).into_keys() {
            match self.found.get(&path).cloned() {
                Some(summary) => self.set_found(path, summary),
                None => self.remove(&path),
            }
        }
    }

    /// Takes all plans that were found on disk.
    pub(crate) fn take_found(&mut self, found: HashMap<PathBuf, Summary>) {
        let before = std::mem::replace(&mut self.found, found);
        let closed = |path: &PathBuf| !self.open.contains_key(path);
        let gone: Vec<PathBuf> =
            before.into_keys().filter(|path| !self.found.contains_key(path) && closed(path)).collect();
        let there: Vec<(PathBuf, Summary)> = self
            .found
            .iter()
            .filter(|(path, _)| closed(path))
            .map(|(path, summary)| (path.clone(), summary.clone()))
            .collect();
        gone.iter().for_each(|path| self.remove(path));
        there.into_iter().for_each(|(path, summary)| self.set_found(path, summary));
    }

    /// Whether to say that there is something new: once, until somebody asks again.
    pub(crate) fn news(&mut self, since: u64) -> Option<u64> {
        let news = self.asked && !self.told && self.revision > since;
        self.told |= news;
        news.then_some(self.revision)
    }

    /// The number of the last change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    fn set_found(&mut self, path: PathBuf, summary: Summary) {
        if let Some(uri) = Uri::from_file_path(&path) {
            self.set(path, uri, summary);
        }
    }

    fn set(&mut self, path: PathBuf, uri: Uri, summary: Summary) {
        if self.plans.get(&path).is_some_and(|listed| listed.summary == summary) {
            return;
        }
        self.revision += 1;
        let listed = Listed { revision: self.revision, uri: uri.clone(), summary };
        let before = self.plans.insert(path, listed);
        // The same file under another name: the client's own, when it was opened or closed.
        if let Some(before) = before.filter(|before| before.uri != uri) {
            self.forget(before.uri);
        }
    }

    fn remove(&mut self, path: &PathBuf) {
        if let Some(listed) = self.plans.remove(path) {
            self.revision += 1;
            self.forget(listed.uri);
        }
    }

    fn forget(&mut self, uri: Uri) {
        self.removed.push_back((self.revision, uri));
        if self.removed.len() > REMEMBERED
            && let Some((revision, _)) = self.removed.pop_front()
        {
            self.forgotten = revision;
        }
    }
}
