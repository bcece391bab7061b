//! The plans of a workspace for the sidecar's lines: it knows none itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tallymark_events::PlanState;
use tallymark_workspace::{Loaded, ReadError, SETTINGS_FILE, Settings, discover, load_if_plan};

use crate::plan_state;

/// The plans of a workspace, or those that were named.
pub struct WorkspacePlans {
    root: PathBuf,
    named: Vec<PathBuf>,
    settings: Settings,
    /// The plans, each with the files that matter to it: itself, and where its status.json is or would be.
    plans: BTreeMap<PathBuf, Vec<PathBuf>>,
    now: fn() -> i64,
}

impl WorkspacePlans {
    /// The plans below `root`; only the `named` ones, if there are any. `now`: a clock, in milliseconds since 1970-01-01 UTC.
    pub fn new(root: PathBuf, named: Vec<PathBuf>, now: fn() -> i64) -> Self {
        Self { root, named, settings: Settings::default(), plans: BTreeMap::new(), now }
    }

    /// How these files stand as plans; `None` for those that are none.
    fn read(&mut self, paths: Vec<PathBuf>) -> Vec<(PathBuf, Option<PlanState>)> {
        let now = (self.now)();
        let read: Vec<_> = paths
            .into_par_iter()
            .map(|path| {
                let loaded = load_if_plan(&self.root, &path, &self.settings, Some(now));
                (path, loaded)
            })
            .collect();
        read.into_iter().map(|(path, loaded)| (path.clone(), self.take(path, loaded))).collect()
    }

    fn take(&mut self, path: PathBuf, loaded: Result<Option<Loaded>, ReadError>) -> Option<PlanState> {
        match loaded {
            Ok(Some(loaded)) => {
                let files = [&path, &loaded.located.path, &loaded.located.own];
                let files = files.into_iter().chain(&loaded.located.candidates).cloned().collect();
                self.plans.insert(path, files);
                Some(plan_state::of(&loaded))
            }
            Ok(None) if !self.is_named(&path) => {
                self.plans.remove(&path);
                None
            }
            Ok(None) => {
                let state = plan_state::unreadable(&path, "it is not taken for a plan");
                self.plans.entry(path.clone()).or_insert_with(|| vec![path]);
                Some(state)
            }
            Err(error) if error.missing && !self.is_named(&path) => {
                self.plans.remove(&path);
                None
            }
            Err(error) => {
                let state = plan_state::unreadable(&path, &error.message);
                self.plans.entry(path.clone()).or_insert_with(|| vec![path]);
                Some(state)
            }
        }
    }

    fn is_named(&self, path: &Path) -> bool {
        self.named.iter().any(|named| named == path)
    }

    fn settings_file(&self) -> PathBuf {
        self.root.join(SETTINGS_FILE)
    }
}

impl tallymark_sidecar::Plans for WorkspacePlans {
    fn search(&mut self) {
        (self.settings, _) = Settings::load(&self.root);
        let found = match self.named.as_slice() {
            [] => discover(&self.root, &[], &self.settings).plans,
            named => named.to_vec(),
        };
        let new = found.into_iter().filter(|path| !self.plans.contains_key(path)).collect();
        self.read(new);
    }

    fn files(&self) -> BTreeSet<PathBuf> {
        self.plans.values().flatten().cloned().chain([self.settings_file()]).collect()
    }

    fn look(&mut self, changed: Option<&BTreeSet<PathBuf>>) -> Vec<(PathBuf, Option<PlanState>)> {
        let all = match changed {
            Some(changed) if changed.contains(&self.settings_file()) => {
                tallymark_sidecar::Plans::search(self);
                true
            }
            Some(_) => false,
            None => true,
        };
        let concerned = |files: &[PathBuf]| {
            all || files.iter().any(|file| changed.is_some_and(|changed| changed.contains(file)))
        };
        let paths =
            self.plans.iter().filter(|(_, files)| concerned(files)).map(|(path, _)| path.clone()).collect();
        self.read(paths)
    }
}
