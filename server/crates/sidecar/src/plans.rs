//! Lines about plans, for readers who know no plan themselves. The sidecar knows none either: whoever runs it brings
//! one who does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tallymark_events::{Event, PlanState};

use crate::outbox::Outbox;

/// A plan is looked at no more often than this, however often its files change.
const PAUSE: Duration = Duration::from_millis(100);

/// Plans that came or went are looked for this often.
const SEARCH: Duration = Duration::from_secs(60);

/// Knows plans.
pub trait Plans: Send {
    /// Looks for plans that came or went.
    fn search(&mut self);

    /// All files that matter to the plans, for the sidecar to watch.
    fn files(&self) -> BTreeSet<PathBuf>;

    /// How those plans stand that one of the files matters to; all plans, if none is given. `None`: it is gone, or no plan
    /// any more.
    fn look(&mut self, changed: Option<&BTreeSet<PathBuf>>) -> Vec<(PathBuf, Option<PlanState>)>;
}

/// What was said about plans, and what is to be said.
pub(crate) struct PlanLines {
    plans: Box<dyn Plans>,
    told: BTreeMap<PathBuf, PlanState>,
    /// The files that are watched for them.
    files: BTreeSet<PathBuf>,
    changed: BTreeSet<PathBuf>,
    /// When something may be said again.
    next: Instant,
    search: Instant,
}

impl PlanLines {
    /// Has said nothing yet.
    pub(crate) fn new(plans: Box<dyn Plans>) -> PlanLines {
        let now = Instant::now();
        let (told, files, changed) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        PlanLines { plans, told, files, changed, next: now, search: now + SEARCH }
    }

    /// Looks for plans. Gives the files that matter to them.
    pub(crate) fn begin(&mut self) -> Vec<PathBuf> {
        self.plans.search();
        self.files = self.plans.files();
        self.files.iter().cloned().collect()
    }

    /// A file is another than before.
    pub(crate) fn changed(&mut self, path: &Path) {
        self.changed.insert(path.to_path_buf());
    }

    /// When there is something to do.
    pub(crate) fn due(&self) -> Instant {
        if self.changed.is_empty() { self.search } else { self.next.min(self.search) }
    }

    /// Says what is to be said. Gives the files to watch, where they are others than before.
    pub(crate) fn work(&mut self, outbox: &Outbox, now: Instant) -> Option<Vec<PathBuf>> {
        let searched = now >= self.search;
        if searched {
            self.plans.search();
            self.search = Instant::now() + SEARCH;
        }
        if now >= self.next && !self.changed.is_empty() {
            let changed = std::mem::take(&mut self.changed);
            for (path, plan) in self.plans.look(Some(&changed)) {
                if self.told.get(&path) == plan.as_ref() {
                    continue;
                }
                outbox.put(&match plan {
                    Some(plan) => {
                        self.told.insert(path, plan.clone());
                        Event::Plan { plan: Box::new(plan) }
                    }
                    None => {
                        self.told.remove(&path);
                        Event::Gone { path: path.to_string_lossy().into_owned() }
                    }
                });
            }
            // From its end: looking may have taken long.
            self.next = Instant::now() + PAUSE;
        }
        let files = self.plans.files();
        // A file that no longer matters is watched until the next search: each other choice of files costs a snapshot.
        let others = if searched { files != self.files } else { !files.is_subset(&self.files) };
        others.then(|| {
            self.files = files;
            self.files.iter().cloned().collect()
        })
    }

    /// How all plans stand, for a snapshot.
    pub(crate) fn all(&mut self) -> Vec<PlanState> {
        self.changed.clear();
        let plans = self.plans.look(None);
        self.told = plans.into_iter().filter_map(|(path, plan)| Some((path, plan?))).collect();
        self.told.values().cloned().collect()
    }
}

impl fmt::Debug for PlanLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanLines").field("told", &self.told.len()).finish_non_exhaustive()
    }
}
