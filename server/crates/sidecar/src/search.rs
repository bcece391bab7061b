//! Which files may be monitoring files: those that the globs name. Whether they are shows in their content.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tallymark_events::Place;

use crate::folders::nearest;
use crate::globs::{Glob, Step};
use crate::interest::Interest;

/// More folders are not looked into.
const FOLDERS: usize = 2_000;

/// More files are not followed; the newest are.
const FILES: usize = 1_000;

/// `**` does not lead into these: no monitoring file is in them, and very much else.
const PASSED_OVER: [&str; 5] = [".git", ".hg", ".svn", "node_modules", "target"];

/// What to look for.
#[derive(Debug, Default)]
pub(crate) struct Search {
    places: Vec<(PathBuf, Vec<Glob>)>,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The files, by the path that the system's watcher gives them; with the path that they were found by.
    pub(crate) files: BTreeMap<PathBuf, PathBuf>,
    /// What has to be watched to see that something else would be found.
    pub(crate) interest: Interest,
    /// Why this is not all.
    pub(crate) excess: Option<String>,
}

/// How far into which globs a folder is.
type States = Vec<(usize, usize)>;

impl Search {
    /// Looks for these from now on. Globs that cannot be used are passed over, and told.
    pub(crate) fn new(places: Vec<Place>) -> (Search, Vec<String>) {
        let mut complaints = Vec::new();
        let mut search = Search::default();
        for place in places {
            let mut globs = Vec::new();
            for text in &place.globs {
                match Glob::new(text) {
                    Ok(glob) => globs.push(glob),
                    Err(error) => {
                        complaints.push(format!("the glob `{text}` cannot be used: {error}"));
                    }
                }
            }
            let folder = PathBuf::from(place.folder);
            search.places.push((std::path::absolute(&folder).unwrap_or(folder), globs));
        }
        (search, complaints)
    }

    /// Asks the file system.
    pub(crate) fn run(&self) -> Found {
        let mut walk = Walk::default();
        for (folder, globs) in &self.places {
            walk.place(folder, globs);
        }
        walk.found.keep_newest();
        walk.found
    }
}

impl Found {
    fn keep_newest(&mut self) {
        if self.files.len() <= FILES {
            return;
        }
        self.excess.get_or_insert_with(|| {
            format!(
                "there are {} files that may be monitoring files: only the {FILES} newest are followed",
                self.files.len()
            )
        });
        let mut by_age: Vec<(SystemTime, PathBuf)> = self
            .files
            .keys()
            .map(|file| {
                let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
                (modified.unwrap_or(SystemTime::UNIX_EPOCH), file.clone())
            })
            .collect();
        by_age.sort_unstable();
        for (_, file) in &by_age[..by_age.len() - FILES] {
            self.files.remove(file);
        }
    }
}

#[derive(Debug, Default)]
struct Walk {
    found: Found,
    folders: usize,
}

/// A folder to look into.
struct Folder {
    shown: PathBuf,
    real: PathBuf,
    states: States,
}

impl Walk {
    fn place(&mut self, folder: &Path, globs: &[Glob]) {
        let (real, missing) = nearest(folder);
        if let Some(missing) = missing {
            return self.found.interest.of(&real).add(&missing);
        }
        // A link that leads upward would be followed for ever; the same folder is not looked into twice for the same.
        let mut visited: HashSet<(PathBuf, usize, usize)> = HashSet::new();
        let states = (0..globs.len()).map(|glob| (glob, 0)).collect();
        let mut folders = vec![Folder { shown: folder.to_owned(), real, states }];
        while let Some(mut folder) = folders.pop() {
            let mut index = 0;
            while let Some(&(glob, step)) = folder.states.get(index) {
                if globs[glob].steps[step] == Step::Deep {
                    folder.states.push((glob, step + 1));
                }
                index += 1;
            }
            folder.states.retain(|&(glob, step)| visited.insert((folder.real.clone(), glob, step)));
            if folder.states.is_empty() {
                continue;
            }
            if self.folders == FOLDERS {
                self.found.excess.get_or_insert_with(|| {
                    format!("there are more than {FOLDERS} folders to look for monitoring files in: the others are left out")
                });
                return;
            }
            self.folders += 1;
            self.folder(&folder, globs, &mut folders);
        }
    }

    fn folder(&mut self, folder: &Folder, globs: &[Glob], folders: &mut Vec<Folder>) {
        let names = self.found.interest.of(&folder.real);
        let mut lists = false;
        let mut children: HashMap<PathBuf, States> = HashMap::new();
        let mut files: Vec<PathBuf> = Vec::new();
        for &(glob, step) in &folder.states {
            let steps = &globs[glob].steps;
            match &steps[step] {
                Step::Name(name) => {
                    names.add(name);
                    if step + 1 == steps.len() {
                        files.push(name.into());
                    } else {
                        children.entry(name.into()).or_default().push((glob, step + 1));
                    }
                }
                Step::Like(like) => {
                    names.add_like(like);
                    lists = true;
                }
                Step::Deep => {
                    names.add_folders();
                    lists = true;
                }
            }
        }
        if lists && let Ok(entries) = fs::read_dir(&folder.real) {
            for entry in entries.flatten() {
                let name = entry.file_name();
                for &(glob, step) in &folder.states {
                    let steps = &globs[glob].steps;
                    match &steps[step] {
                        Step::Like(like) if like.matches(&name) => {
                            if step + 1 == steps.len() {
                                files.push(PathBuf::from(&name));
                            } else {
                                children.entry(PathBuf::from(&name)).or_default().push((glob, step + 1));
                            }
                        }
                        Step::Deep
                            if entry.file_type().is_ok_and(|kind| kind.is_dir())
                                && !PASSED_OVER.iter().any(|passed_over| name == *passed_over) =>
                        {
                            children.entry(PathBuf::from(&name)).or_default().push((glob, step));
                        }
                        _ => {}
                    }
                }
            }
        }
        for name in files {
            self.file(folder, &name);
        }
        for (name, states) in children {
            let path = folder.real.join(&name);
            if path.is_dir()
                && let Ok(real) = path.canonicalize()
            {
                folders.push(Folder { shown: folder.shown.join(&name), real, states });
            }
        }
    }

    fn file(&mut self, folder: &Folder, name: &Path) {
        let real = folder.real.join(name);
        let Ok(metadata) = fs::symlink_metadata(&real) else { return };
        if metadata.is_symlink() {
            self.link(folder, name, real);
        // A folder is no file, whatever its name.
        } else if !metadata.is_dir() {
            // The file itself, rather than by a link that was met before.
            self.found.files.insert(real, folder.shown.join(name));
        }
    }

    fn link(&mut self, folder: &Folder, name: &Path, link: PathBuf) {
        // If it leads nowhere, the look at it tells.
        let real = link.canonicalize().unwrap_or(link);
        if real.is_dir() {
            return;
        }
        if let (Some(parent), Some(name)) = (real.parent(), real.file_name()) {
            self.found.interest.of(parent).add(name);
        }
        self.found.files.entry(real).or_insert_with(|| folder.shown.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folder: &Path, globs: &[&str]) -> Vec<String> {
        let place = Place {
            folder: folder.to_string_lossy().into_owned(),
            globs: globs.iter().map(|&glob| glob.to_owned()).collect(),
        };
        let (search, complaints) = Search::new(vec![place]);
        assert_eq!(complaints, [""; 0]);
        let found = search.run();
        found
            .files
            .values()
            .map(|file| file.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn globs_find_what_they_name() {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "orchestrator-state.json",
            ".gadugi/monitoring/heartbeats.json",
            ".gadugi/monitoring/heartbeats.json.tmp",
            ".gadugi/monitoring/old/heartbeats.json",
            ".github/workflow-states/1/state.json",
            ".github/workflow-states/2/state.json",
            ".github/workflow-states/2/other.json",
            "node_modules/x/agent.jsonl",
            "logs/2026/agent.jsonl",
            "agent.jsonl",
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        fs::create_dir(folder.path().join(".gadugi/monitoring/folder.json")).unwrap();
        let cases: [(&[&str], &[&str]); 6] = [
            (&["orchestrator-state.json", "missing.json"], &["orchestrator-state.json"]),
            (&[".gadugi/monitoring/*.json"], &[".gadugi/monitoring/heartbeats.json"]),
            (
                &[".github/workflow-states/*/state.json"],
                &[".github/workflow-states/1/state.json", ".github/workflow-states/2/state.json"],
            ),
            (&["**/agent.jsonl"], &["agent.jsonl", "logs/2026/agent.jsonl"]),
            (&["logs/**", "logs/**/*.jsonl"], &["logs/2026/agent.jsonl"]),
            (&["{a,agent}.js[n-o]*", "./agent.jsonl"], &["agent.jsonl"]),
        ];
        for (globs, files) in cases {
            assert_eq!(found(folder.path(), globs), files, "{globs:?}");
        }
    }

    #[test]
    fn a_glob_that_cannot_be_used_is_told() {
        let globs = ["../other", "", "a/[", "ok"].map(str::to_owned).to_vec();
        let (_, complaints) = Search::new(vec![Place { folder: "/".to_owned(), globs }]);
        assert_eq!(complaints[0], "the glob `../other` cannot be used: it leads out of its folder");
        assert_eq!(complaints[1], "the glob `` cannot be used: it is empty");
        assert!(
            complaints[2].starts_with("the glob `a/[` cannot be used: unclosed character class"),
            "{complaints:?}"
        );
        assert_eq!(complaints.len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_upward_end() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("a/up")).unwrap();
        fs::write(folder.path().join("a/x.json"), "{}").unwrap();
        assert_eq!(found(folder.path(), &["**/x.json"]), ["a/x.json"]);
        assert_eq!(found(folder.path(), &["*/*/*/*/*/x.json"]), ["a/up/a/up/a/x.json"]);
    }

    #[test]
    fn the_newest_files_are_followed_when_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=FILES {
            fs::write(folder.path().join(format!("{number}.json")), "").unwrap();
        }
        let old = fs::File::options().write(true).open(folder.path().join("500.json")).unwrap();
        old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let place =
            Place { folder: folder.path().to_string_lossy().into_owned(), globs: vec!["*.json".to_owned()] };
        let found = Search::new(vec![place]).0.run();
        assert_eq!(found.files.len(), FILES);
        assert!(!found.files.keys().any(|file| file.ends_with("500.json")));
        assert!(found.excess.is_some());
    }
}
