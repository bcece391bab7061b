//! The one thread that looks, compares and speaks.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tallymark_events::{Event, Process, VERSION};

use crate::files::Watched;
use crate::folders::{Folders, Places};
use crate::inbox::{self, Inbox, Order};
use crate::monitoring::{MonitoringFile, News, milliseconds};
use crate::outbox::Outbox;
use crate::plans::PlanLines;
use crate::processes::Processes;
use crate::search::{Found, Search};

/// A sign of life is given, and everything looked at in case the watcher missed something, this often.
const TICK: Duration = Duration::from_secs(10);

/// Processes, and files that cannot be watched, are looked at this often.
const POLL: Duration = Duration::from_secs(1);

/// A file that is gone, unreadable, or looks half-written is looked at again after these, and only then said to be so:
/// most often somebody is writing it.
pub(crate) const AGAIN: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// Between two searches there is at least this, and [`REST`] times what the first one took.
const SEARCH: Duration = Duration::from_millis(50);

/// See [`SEARCH`].
const REST: u32 = 20;

/// The last line waits for a reader no longer than this.
const FAREWELL: Duration = Duration::from_millis(300);

/// All that the sidecar knows.
#[derive(Debug)]
pub(crate) struct Watch {
    inbox: Arc<Inbox>,
    outbox: Outbox,
    folders: Folders,
    places: Places,
    files: Vec<Watched>,
    search: Search,
    found: Found,
    /// The files that were found, by the path that the system's watcher gives them.
    monitoring: BTreeMap<PathBuf, MonitoringFile>,
    processes: Processes,
    /// Something may be found that was not.
    search_at: Option<Instant>,
    searched: Option<(Instant, Duration)>,
    /// Tells of plans, for readers who know none.
    plans: Option<PlanLines>,
}

impl Watch {
    /// Watches nothing yet.
    pub(crate) fn new(inbox: Arc<Inbox>, outbox: Outbox, plans: Option<PlanLines>) -> Watch {
        let folders = Folders::new(Arc::clone(&inbox));
        Watch {
            inbox,
            outbox,
            folders,
            places: Places::default(),
            files: Vec::new(),
            search: Search::default(),
            found: Found::default(),
            monitoring: BTreeMap::new(),
            processes: Processes::new(""),
            search_at: None,
            searched: None,
            plans,
        }
    }

    /// Works until something in the inbox says to end.
    pub(crate) fn run(mut self, mut order: Order, version: &str, host: &str) {
        self.processes = Processes::new(host);
        self.outbox.put(&Event::Hello {
            version: VERSION,
            tallymark: version.to_owned(),
            pid: std::process::id(),
            host: host.to_owned(),
        });
        order.files.extend(self.plans.as_mut().map(PlanLines::begin).unwrap_or_default());
        self.set_order(order);
        let mut tick = Instant::now() + TICK;
        let mut poll = Instant::now() + POLL;
        let reason = loop {
            let news = self.inbox.wait(self.next(tick, poll));
            if let Some(reason) = news.end {
                break reason;
            }
            self.take(news);
            let now = Instant::now();
            self.look_again(now);
            if self.search_at.is_some_and(|at| at <= now) {
                self.search();
            }
            if let Some(files) = self.plans.as_mut().and_then(|plans| plans.work(&self.outbox, now)) {
                self.set_files(files);
            }
            if now >= poll {
                self.poll();
                poll = now + POLL;
            }
            if now >= tick {
                self.tick();
                tick = now + TICK;
            }
        };
        self.outbox.finish(&Event::Bye { reason }, FAREWELL);
    }

    /// When there is something to do without any news.
    fn next(&self, tick: Instant, poll: Instant) -> Instant {
        let files = self.files.iter().filter_map(|file| file.again);
        let monitoring = self.monitoring.values().filter_map(MonitoringFile::again);
        let polls = self.folders.polls() || !self.processes.is_empty();
        let plans = self.plans.as_ref().map(PlanLines::due);
        files
            .chain(monitoring)
            .chain(self.search_at)
            .chain(plans)
            .chain(polls.then_some(poll))
            .fold(tick, Instant::min)
    }

    fn take(&mut self, news: inbox::News) {
        for message in news.complaints {
            self.outbox.put(&Event::Problem { path: None, message });
        }
        if let Some(order) = news.order {
            return self.set_order(order);
        }
        let now = Instant::now();
        let mut looks = Vec::new();
        let mut moved = news.lost;
        for path in &news.touched {
            let named = self.places.files.get(path);
            // If not, it is a watched folder itself, or one that was waited for.
            moved |= named.is_none() && self.places.interest.has(path, false);
            if let Some(files) = named {
                looks.extend_from_slice(files);
                moved |= files.iter().any(|&file| self.places.links[file]) || path.is_symlink();
            }
            if let Some(file) = self.monitoring.get_mut(path) {
                let news = file.touched(now);
                self.say(path, news);
            } else if self.found.interest.has_folder(path) {
                moved = true;
            } else if self.found.interest.has(path, false) {
                self.search_soon(now);
            }
        }
        looks.sort_unstable();
        looks.dedup();
        for file in looks {
            self.look_at(file);
        }
        if moved {
            self.arrange(false);
            self.look_at_changed(|_| true);
        }
        if news.lost || news.reads_again {
            self.snapshot();
        }
    }

    /// Watches exactly these files and places, and says how they are.
    fn set_order(&mut self, order: Order) {
        let (search, complaints) = Search::new(order.monitoring);
        self.search = search;
        for message in complaints {
            self.outbox.put(&Event::Problem { path: None, message });
        }
        self.set_files(order.files);
    }

    /// Watches exactly these files, and says how all are.
    fn set_files(&mut self, files: Vec<PathBuf>) {
        let mut known: HashMap<PathBuf, Watched> =
            self.files.drain(..).map(|file| (file.path.clone(), file)).collect();
        let mut paths: Vec<PathBuf> =
            files.into_iter().map(|file| std::path::absolute(&file).unwrap_or(file)).collect();
        paths.sort_unstable();
        paths.dedup();
        let new: Vec<bool> = paths.iter().map(|path| !known.contains_key(path)).collect();
        self.files =
            paths.into_iter().map(|path| known.remove(&path).unwrap_or_else(|| Watched::new(path))).collect();
        self.arrange(true);
        for (file, new) in self.files.iter_mut().zip(new) {
            file.look(new);
        }
        self.snapshot();
    }

    fn arrange(&mut self, at_once: bool) {
        let started = Instant::now();
        let paths: Vec<&Path> = self.files.iter().map(|file| file.path.as_path()).collect();
        let arranged = self.folders.arrange(&paths, &self.search);
        self.places = arranged.places;
        if let Some((folder, message)) = arranged.warning {
            self.outbox.put(&Event::Problem { path: Some(folder.to_string_lossy().into_owned()), message });
        }
        self.set_found(arranged.found, at_once);
        self.searched = Some((started, started.elapsed()));
        self.search_at = None;
    }

    fn search_soon(&mut self, now: Instant) {
        let from = self.searched.map_or(now, |(started, took)| started + SEARCH.max(took * REST));
        self.search_at = Some(self.search_at.map_or(from, |at| at.min(from)));
    }

    fn search(&mut self) {
        let started = Instant::now();
        let found = self.search.run();
        if found.interest == self.found.interest {
            self.set_found(found, false);
            self.searched = Some((started, started.elapsed()));
            self.search_at = None;
        } else {
            self.arrange(false);
        }
    }

    /// Follows these from now on. All that is said about them is said `at_once`, in the snapshot that comes next.
    fn set_found(&mut self, found: Found, at_once: bool) {
        if let Some(message) = &found.excess
            && self.found.excess.is_none()
        {
            self.outbox.put(&Event::Problem { path: None, message: message.clone() });
        }
        self.found = found;
        let now = Instant::now();
        let mut lost = Vec::new();
        for (real, file) in &self.monitoring {
            if self.found.files.get(real).is_none_or(|shown| shown != file.path()) {
                lost.push(real.clone());
            }
        }
        for real in lost {
            let is_other = at_once || self.found.files.contains_key(&real) || real.symlink_metadata().is_ok();
            if is_other && let Some(file) = self.monitoring.remove(&real) {
                let gone = file.told().is_some() && !at_once;
                self.say_gone(file.path(), gone);
            } else if let Some(file) = self.monitoring.get_mut(&real) {
                let news = file.touched(now);
                self.say(&real, news);
            }
        }
        let new: Vec<(PathBuf, PathBuf)> = (self.found.files.iter())
            .filter(|(real, _)| !self.monitoring.contains_key(*real))
            .map(|(real, shown)| (real.clone(), shown.clone()))
            .collect();
        for (real, shown) in new {
            let mut file = MonitoringFile::new(shown, !at_once);
            let mut news = file.look(at_once);
            if at_once && let Some(monitored) = file.told() {
                self.processes.add(monitored);
                news.told = false;
            }
            self.monitoring.insert(real.clone(), file);
            self.say(&real, news);
        }
    }

    fn snapshot(&mut self) {
        self.outbox.put(&Event::Snapshot {
            files: self.files.iter().map(Watched::state).collect(),
            monitoring: self.monitoring.values().filter_map(MonitoringFile::told).cloned().collect(),
            processes: self.processes.all(),
            plans: self.plans.as_mut().map(PlanLines::all).unwrap_or_default(),
        });
    }

    fn look_again(&mut self, now: Instant) {
        for file in 0..self.files.len() {
            if self.files[file].again.is_some_and(|again| again <= now) {
                self.look_at(file);
            }
        }
        self.look_at_monitoring(|_, file| file.again().is_some_and(|again| again <= now));
        self.monitoring.retain(|_, file| !file.is_over());
    }

    /// Looks at what the system's watcher tells nothing of.
    fn poll(&mut self) {
        if self.folders.polls() {
            let polled: Vec<bool> =
                self.places.folders.iter().map(|folder| self.folders.is_polled(folder)).collect();
            self.look_at_changed(|file| polled[file]);
            let folders: Vec<PathBuf> = self.found.interest.folders().map(Path::to_owned).collect();
            if folders.iter().any(|folder| self.folders.is_polled(folder)) {
                self.search();
            }
            let polled: Vec<PathBuf> = (self.monitoring.keys())
                .filter(|real| real.parent().is_some_and(|folder| self.folders.is_polled(folder)))
                .cloned()
                .collect();
            self.look_at_monitoring(|real, file| {
                polled.binary_search(real).is_ok() && file.may_have_changed()
            });
        }
        self.processes.keep(self.monitoring.values().filter_map(MonitoringFile::told));
        let news = self.processes.look();
        self.say_processes(news);
    }

    /// Gives a sign of life, and looks after what the watcher should have told and has not: a folder above a watched one
    /// was renamed, a symbolic link on the way was changed, or another machine wrote the file.
    fn tick(&mut self) {
        self.outbox.put(&Event::Tick { now: milliseconds(SystemTime::now()) });
        for file in self.look_at_changed(|_| true) {
            self.folders.forget(&self.places.folders[file]);
        }
        for real in self.look_at_monitoring(|_, file| file.may_have_changed()) {
            if let Some(folder) = real.parent() {
                self.folders.forget(folder);
            }
        }
        self.arrange(false);
        // What happened before a new watch stood would be missed.
        self.look_at_changed(|_| true);
        self.look_at_monitoring(|_, file| file.may_have_changed());
    }

    /// Looks at those files that are no longer what the file system said about them. Gives those that really changed.
    fn look_at_changed(&mut self, concerned: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut changed = Vec::new();
        for index in 0..self.files.len() {
            if concerned(index) && self.files[index].may_have_changed() && self.look_at(index) {
                changed.push(index);
            }
        }
        changed
    }

    /// Looks at these monitoring files. Gives those that say something else.
    fn look_at_monitoring(&mut self, concerned: impl Fn(&PathBuf, &MonitoringFile) -> bool) -> Vec<PathBuf> {
        let concerned: Vec<PathBuf> = (self.monitoring.iter())
            .filter(|(real, file)| concerned(real, file))
            .map(|(real, _)| real.clone())
            .collect();
        concerned
            .into_iter()
            .filter(|real| {
                let Some(file) = self.monitoring.get_mut(real) else { return false };
                let news = file.look(false);
                let changed = news.told || news.gone;
                self.say(real, news);
                changed
            })
            .collect()
    }

    /// Looks at a file, and says so if it changed.
    fn look_at(&mut self, index: usize) -> bool {
        let file = &mut self.files[index];
        let changed = file.look(false);
        if changed {
            self.outbox.put(&Event::Changed { file: file.state() });
            if let Some(plans) = &mut self.plans {
                plans.changed(&file.path);
            }
        }
        changed
    }

    /// Says what there is to say of a monitoring file.
    fn say(&mut self, real: &Path, news: News) {
        let Some(file) = self.monitoring.get(real) else { return };
        self.say_gone(file.path(), news.gone);
        if news.told
            && let Some(monitored) = file.told()
        {
            // Whoever hears of the file knows its processes already.
            let processes = self.processes.add(monitored);
            let file = Box::new(monitored.clone());
            self.say_processes(processes);
            self.outbox.put(&Event::Monitored { file });
        } else if let Some(message) = news.trouble {
            let path = Some(file.path().to_string_lossy().into_owned());
            self.outbox.put(&Event::Problem { path, message });
        }
    }

    fn say_gone(&self, path: &Path, gone: bool) {
        if gone {
            self.outbox.put(&Event::Gone { path: path.to_string_lossy().into_owned() });
        }
    }

    fn say_processes(&self, processes: Vec<Process>) {
        for process in processes {
            self.outbox.put(&Event::Process { process });
        }
    }
}
