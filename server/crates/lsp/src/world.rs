//! All that is derived from the open documents: which are plans, where their status files are, what can be said of them.
//!
//! [`World::apply`] takes an event and says what has to follow; it touches no disk, no clock and no client, so that a test
//! can permute events. [`World::analyse`] brings one plan up to date, and reads what it needs and nobody has read yet.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_events::Place;
use tallymark_plan::{Changed, Plan, Verdict};
use tallymark_status::Status;
use tallymark_sync::{Analysis, File, Memory};
use tallymark_workspace::{Located, PLAN_LIMIT, SETTINGS_FILE, Settings};
use tower_lsp::ls_types::Uri;

use crate::documents::{Document, Documents, Kind};
use crate::live::{LiveChange, LiveFiles};
use crate::roots::Roots;
use crate::running::{self, Running};
use crate::session::{ClientSettings, Session};
use crate::snapshot::Snapshot;
use crate::statuses::Statuses;

/// What happened, as far as the world is concerned; the texts themselves are in [`Documents`].
#[derive(Debug)]
pub(crate) enum Change {
    /// A document was opened.
    Opened(Uri),
    /// A document's text is another.
    Edited(Uri),
    /// A document was written to disk.
    Saved(Uri),
    /// A document was closed.
    Closed(Document),
    /// A status.json was read or written: what it holds now.
    StatusRead(PathBuf, Option<Arc<Status>>),
    /// The sidecar has told something of monitoring files.
    Live(LiveChange),
    /// So many plans are in the workspace.
    PlansCounted(usize),
    /// Some `tallymark.toml` is another.
    SettingsFileChanged,
    /// The client's settings are others.
    SettingsGiven(ClientSettings),
    /// The workspace folders are others.
    FoldersChanged(Vec<PathBuf>),
    /// Time has passed.
    Tick,
}

/// What has to follow from a change, beside analysing what is dirty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Hints and lenses of open plans show something else though their texts are the same: the client has to ask again.
    pub(crate) refresh: bool,
}

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    session: Arc<Session>,
    roots: Roots,
    plans: HashMap<Uri, PlanState>,
    statuses: Statuses,
    live: LiveFiles,
    /// The rules whose failure was told.
    told_broken: HashSet<&'static str>,
}

/// When entries of a status.json were last changed, by id: milliseconds since 1970-01-01 UTC.
type Signs = Arc<HashMap<String, i64>>;

/// What is known of a document that may be a plan.
#[derive(Debug)]
struct PlanState {
    path: Option<PathBuf>,
    /// `None`: look again.
    root: Option<PathBuf>,
    /// Where its status.json is, and the Output that led there. `None`: look again.
    located: Option<(String, Arc<Located>)>,
    /// When each entry of its status.json was last changed, as the history told when it was read like this.
    signs: Option<(Arc<Status>, Signs)>,
    /// The last analysis, if the text may be a plan.
    snapshot: Option<Arc<Snapshot>>,
    /// What the rules found in it, and the settings that it obeyed: the next one goes on from here.
    memory: Option<(Memory, Arc<Settings>)>,
    /// The text, the status.json or the settings are others than in the snapshot.
    dirty: bool,
}

impl PlanState {
    fn new(path: Option<PathBuf>) -> Self {
        Self { path, root: None, located: None, signs: None, snapshot: None, memory: None, dirty: true }
    }

    fn uses(&self, status: &Path) -> bool {
        self.located.as_ref().is_some_and(|(_, located)| located.path == status)
    }
}

impl World {
    /// A world in which only documents are known: everything else is found out anew.
    pub(crate) fn new(session: Arc<Session>, documents: &Documents) -> Self {
        let plans = documents
            .iter()
            .filter(|document| document.kind == Kind::Markdown)
            .map(|document| (document.uri.clone(), PlanState::new(document.path.clone())))
            .collect();
        let (roots, statuses, live) = (Roots::default(), Statuses::default(), LiveFiles::default());
        let mut world = Self { session, roots, plans, statuses, live, told_broken: HashSet::new() };
        for document in documents.iter().filter(|document| document.kind == Kind::Status) {
            world.take_status_text(document);
        }
        world
    }

    /// What the sidecar has told of monitoring files: it tells it once, so whoever builds the world anew hands it on.
    pub(crate) fn live(&mut self) -> &mut LiveFiles {
        &mut self.live
    }

    /// What was agreed with the client.
    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Takes a change and says what follows.
    pub(crate) fn apply(&mut self, documents: &Documents, change: Change) -> Effects {
        match change {
            Change::Opened(uri) | Change::Edited(uri) => {
                let Some(document) = documents.get(&uri) else { return Effects::default() };
                match document.kind {
                    Kind::Markdown => self.take_text(document),
                    Kind::Status => return Effects { refresh: self.take_status_text(document) },
                    Kind::Settings => return self.look_at_settings_again(),
                    Kind::Other => {}
                }
                Effects::default()
            }
            Change::Saved(uri) => {
                // A save is a good moment to look whether a status.json has come or gone.
                if let Some(plan) = self.plans.get_mut(&uri) {
                    plan.located = None;
                    plan.dirty = true;
                }
                Effects::default()
            }
            Change::Closed(document) => self.close(&document),
            Change::StatusRead(path, status) => self.take_status(path, status),
            Change::Live(change) => {
                if !self.live.apply(change) {
                    return Effects::default();
                }
                // Each plan knows only when it is looked at whether it is concerned.
                Effects { refresh: self.dirty_plans(|_| true) }
            }
            Change::SettingsFileChanged => self.look_at_settings_again(),
            Change::SettingsGiven(settings) => {
                if self.session.settings == settings {
                    return Effects::default();
                }
                Arc::make_mut(&mut self.session).settings = settings;
                self.look_at_settings_again()
            }
            Change::FoldersChanged(folders) => {
                Arc::make_mut(&mut self.session).folders = folders;
                self.look_at_settings_again()
            }
            Change::PlansCounted(count) => {
                let matters = self.live.count_plans(count) && !self.live.is_empty();
                Effects { refresh: matters && self.dirty_plans(|_| true) }
            }
            Change::Tick => {
                // Nobody need say anything for an agent to be silent for too long.
                let concerned = |snapshot: &Snapshot| snapshot.is_worked_on();
                Effects { refresh: self.dirty_plans(concerned) | self.shows_ages() }
            }
        }
    }

    fn take_text(&mut self, document: &Document) {
        let plan =
            self.plans.entry(document.uri.clone()).or_insert_with(|| PlanState::new(document.path.clone()));
        plan.dirty = true;
    }

    /// Takes the text of an open status.json. Gives whether it says something else than before.
    fn take_status_text(&mut self, document: &Document) -> bool {
        let Some(path) = &document.path else { return false };
        let changed = self.statuses.set_buffer(path, &document.source);
        if changed {
            self.dirty_users_of(path);
        }
        changed
    }

    fn close(&mut self, document: &Document) -> Effects {
        match (document.kind, &document.path) {
            (Kind::Markdown, _) => {
                self.plans.remove(&document.uri);
                let used = |root: &Path| self.plans.values().any(|plan| plan.root.as_deref() == Some(root));
                self.roots.keep_only(used);
                self.forget_unused_statuses();
                Effects::default()
            }
            (Kind::Status, Some(path)) => {
                let changed = self.statuses.drop_buffer(path);
                if changed {
                    self.dirty_users_of(path);
                }
                self.forget_unused_statuses();
                Effects { refresh: changed }
            }
            (Kind::Settings, _) => self.look_at_settings_again(),
            _ => Effects::default(),
        }
    }

    fn take_status(&mut self, path: PathBuf, status: Option<Arc<Status>>) -> Effects {
        let change = self.statuses.read(path.clone(), status);
        let mut effects = Effects::default();
        if change.existence {
            for plan in self.plans.values_mut() {
                let candidate =
                    plan.located.as_ref().is_some_and(|(_, located)| located.candidates.contains(&path));
                if candidate {
                    plan.located = None;
                    plan.dirty = true;
                    effects.refresh = true;
                }
            }
        }
        if change.content {
            effects.refresh |= self.dirty_users_of(&path);
        }
        effects
    }

    fn look_at_settings_again(&mut self) -> Effects {
        self.roots.clear();
        for plan in self.plans.values_mut() {
            plan.root = None;
            plan.located = None;
            plan.dirty = true;
        }
        Effects { refresh: !self.plans.is_empty() }
    }

    /// Has those plans looked at again that are concerned. Gives whether there are any.
    fn dirty_plans(&mut self, concerned: impl Fn(&Snapshot) -> bool) -> bool {
        let mut any = false;
        for plan in self.plans.values_mut() {
            if plan.snapshot.as_ref().is_some_and(|snapshot| snapshot.is_plan() && concerned(snapshot)) {
                plan.dirty = true;
                any = true;
            }
        }
        any
    }

    fn dirty_users_of(&mut self, status: &Path) -> bool {
        let mut any = false;
        for plan in self.plans.values_mut().filter(|plan| plan.uses(status)) {
            plan.dirty = true;
            any = true;
        }
        any
    }

    fn forget_unused_statuses(&mut self) {
        let used: HashSet<&Path> = self
            .plans
            .values()
            .filter_map(|plan| plan.located.as_ref())
            .flat_map(|(_, located)| located.candidates.iter().map(PathBuf::as_path))
            .collect();
        self.statuses.keep_only(&used);
    }

    /// Whether a hint tells an age that grows.
    fn shows_ages(&self) -> bool {
        self.session.settings.state_hints
            && self.plans.values().filter_map(|plan| plan.snapshot.as_ref()).any(|snapshot| {
                let joined = &snapshot.analysis.joined;
                joined.status().is_some() && joined.total.in_progress > 0
            })
    }

    /// The documents that have to be analysed, in a fixed order.
    pub(crate) fn dirty(&self) -> Vec<Uri> {
        let mut dirty: Vec<Uri> =
            self.plans.iter().filter(|(_, plan)| plan.dirty).map(|(uri, _)| uri.clone()).collect();
        dirty.sort_unstable();
        dirty
    }

    /// Whether any document has to be analysed.
    pub(crate) fn is_dirty(&self) -> bool {
        self.plans.values().any(|plan| plan.dirty)
    }

    /// Whether this document has to be analysed.
    pub(crate) fn needs_analysis(&self, uri: &Uri) -> bool {
        self.plans.get(uri).is_some_and(|plan| plan.dirty)
    }

    /// Says nothing more of a document until it changes: its analysis panicked, and would again.
    pub(crate) fn give_up(&mut self, uri: &Uri) {
        if let Some(plan) = self.plans.get_mut(uri) {
            *plan = PlanState { dirty: false, ..PlanState::new(plan.path.take()) };
        }
    }

    /// The last analysis of a plan.
    pub(crate) fn snapshot(&self, uri: &Uri) -> Option<&Arc<Snapshot>> {
        self.plans.get(uri)?.snapshot.as_ref()
    }

    /// The plans that use a status.json, in a fixed order.
    pub(crate) fn snapshots_of_status(&self, status: &Path) -> Vec<&Arc<Snapshot>> {
        let mut snapshots: Vec<_> = self
            .plans
            .values()
            .filter(|plan| plan.uses(status))
            .filter_map(|plan| plan.snapshot.as_ref())
            .filter(|snapshot| snapshot.is_plan())
            .collect();
        snapshots.sort_unstable_by(|a, b| a.uri.cmp(&b.uri));
        snapshots
    }

    /// The analyses of all open documents that may be plans.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        self.plans.values().filter_map(|plan| plan.snapshot.as_ref())
    }

    /// Why an open document is no plan, in words; `None` if it is one.
    pub(crate) fn why_no_plan(&mut self, documents: &Documents, document: &Document) -> Option<String> {
        match document.kind {
            Kind::Status => return Some("no open plan has this status.json".to_owned()),
            Kind::Settings => return Some("these are settings".to_owned()),
            Kind::Other => return Some("it is no markdown".to_owned()),
            Kind::Markdown => {}
        }
        if let Some(snapshot) = self.snapshot(&document.uri) {
            return match snapshot.analysis.joined.plan.verdict {
                Verdict::NotAPlan(why) => Some(why.to_owned()),
                Verdict::Plan(_) => None,
            };
        }
        let root = find_root(&self.session, document.path.as_deref());
        let settings = self.roots.get(&root, &self.session.settings.editor, documents).settings;
        let path = document.path.as_deref().map(|path| tallymark_workspace::relative(&root, path));
        if is_too_large(document) {
            return Some(format!("it is larger than {} MiB", PLAN_LIMIT >> 20));
        }
        Some(if path.is_some_and(|path| !settings.considers(&path)) {
            "the settings' globs leave it out".to_owned()
        } else {
            "it has no box and no other mark".to_owned()
        })
    }

    /// What a question about a document is answered from, and which of the two files the document is.
    pub(crate) fn snapshot_of_document(&self, document: &Document) -> Option<(&Arc<Snapshot>, File)> {
        match document.kind {
            Kind::Markdown => Some((self.snapshot(&document.uri)?, File::Plan)),
            Kind::Status => {
                let path = document.path.as_deref()?;
                self.snapshots_of_status(path).first().map(|&snapshot| (snapshot, File::Status))
            }
            Kind::Settings | Kind::Other => None,
        }
    }

    /// The tasks of open plans that agents work on, in a fixed order.
    pub(crate) fn running(&self) -> Vec<Running> {
        let mut snapshots: Vec<_> = self.snapshots().filter(|snapshot| snapshot.is_plan()).collect();
        snapshots.sort_unstable_by(|a, b| a.uri.cmp(&b.uri));
        snapshots.into_iter().flat_map(|snapshot| running::of(snapshot)).collect()
    }

    /// The settings of all roots that are known.
    pub(crate) fn roots(&self) -> &Roots {
        &self.roots
    }

    /// All files whose change matters: wherever a status.json of an open plan is or could be, and settings; and where
    /// monitoring files are looked for.
    pub(crate) fn watched(&self) -> (BTreeSet<PathBuf>, Vec<Place>) {
        let mut roots = BTreeSet::new();
        let mut files = BTreeSet::new();
        for plan in self.plans.values() {
            let (Some(snapshot), Some((_, located))) = (&plan.snapshot, &plan.located) else { continue };
            if snapshot.is_plan() {
                files.extend(located.candidates.iter().cloned());
                files.insert(snapshot.root.join(SETTINGS_FILE));
                roots.insert(snapshot.root.as_path());
            }
        }
        let known = self.roots.iter().filter(|(path, _)| roots.contains(path));
        let places =
            known.flat_map(|(path, root)| tallymark_workspace::monitoring_places(path, &root.settings));
        (files, places.collect())
    }

    /// Brings a plan up to date. `now`: milliseconds since 1970-01-01 UTC.
    pub(crate) fn analyse(&mut self, documents: &Documents, uri: &Uri, now: i64) -> Option<Arc<Snapshot>> {
        let document = documents.get(uri)?;
        let Self { session, roots, plans, statuses, live, told_broken } = self;
        let state = plans.get_mut(uri)?;
        state.dirty = false;
        let before = state.snapshot.take();
        let memory = state.memory.take();
        let root = match &state.root {
            Some(root) => root.clone(),
            None => {
                let root = find_root(session, state.path.as_deref());
                state.root = Some(root.clone());
                root
            }
        };
        let settings = roots.get(&root, &session.settings.editor, documents).settings;
        let relative =
            state.path.as_deref().map_or_else(String::new, |path| tallymark_workspace::relative(&root, path));
        let dialect = settings.dialect(&relative);
        let may_be_plan = settings.considers(&relative)
            && !is_too_large(document)
            && (dialect.is_some() || tallymark_workspace::may_be_plan(document.source.text()));
        if !may_be_plan {
            state.located = None;
            return None;
        }
        let options = tallymark_plan::Options { path: &relative, dialect };
        let started = std::time::Instant::now();
        // What the settings say of the plan, and where it lies, is as it was.
        let before = before
            .zip(memory)
            .filter(|(before, (_, obeyed))| before.root == root && Arc::ptr_eq(obeyed, &settings))
            .map(|(before, (memory, _))| (before, memory));
        let (plan, changed) = plan_of(document, before.as_ref().map(|(before, _)| &**before), options);
        let parsed = started.elapsed();
        let located = match &state.path {
            Some(path) if plan.is_plan() => Some(locate(&mut state.located, &root, path, &plan, &settings)),
            _ => None,
        };
        let status = located.as_ref().and_then(|located| Some(located.of_plan(statuses.get(&located.path)?)));
        let facts = match (&located, &state.path) {
            (Some(located), Some(path)) => tallymark_sync::Facts {
                missing_files: tallymark_workspace::missing_files(&root, path, &plan, &settings),
                ..tallymark_workspace::facts(&root, path, located, Some(now))
            },
            _ => tallymark_sync::Facts { now: Some(now), plan_path: relative, ..Default::default() },
        };
        // Where nobody tells of agents, nothing is made of it that nothing is heard of one: people work for hours in silence.
        let facts = match settings.monitors() && !live.is_empty() {
            true => tallymark_sync::Facts {
                live: Some(live.at(now, &settings.live_limits())),
                only_plan: live.has_one_plan(),
                signs: signs(&mut state.signs, located.as_deref(), statuses),
                ..facts
            },
            false => facts,
        };
        let followed = before.zip(changed).and_then(|((before, mut memory), changed)| {
            let same_status = match (&before.analysis.joined.status_file, &status) {
                (Some(old), Some(new)) => Arc::ptr_eq(old, new),
                (None, None) => true,
                _ => false,
            };
            let after = same_status
                .then(|| before.analysis.after(&mut memory, Arc::clone(&plan), &changed, facts.clone()))??;
            Some((after, memory))
        });
        let is_followed = followed.is_some();
        let (analysis, memory) =
            followed.unwrap_or_else(|| Analysis::with_memory(plan, status, facts, settings.rules()));
        state.memory = Some((memory, settings));
        tracing::debug!(
            is_followed,
            parse_us = parsed.as_micros(),
            join_and_rules_us = (started.elapsed() - parsed).as_micros(),
            findings = analysis.findings.len(),
            version = document.version,
            "analysed"
        );
        for rule in &analysis.broken_rules {
            if told_broken.insert(rule.code) {
                tracing::error!("{} failed and is left out: {}", rule.code, rule.message);
            }
        }
        let snapshot = Arc::new(Snapshot {
            uri: document.uri.clone(),
            path: state.path.clone(),
            version: document.version,
            state: document.state,
            status_uri: located.as_ref().and_then(|located| documents.uri_of(&located.path)),
            located,
            root,
            analysis,
        });
        state.snapshot = Some(Arc::clone(&snapshot));
        Some(snapshot)
    }
}

/// The plan that a document holds now, and what changed in it since `before` where that is told.
fn plan_of(
    document: &Document,
    before: Option<&Snapshot>,
    options: tallymark_plan::Options<'_>,
) -> (Arc<Plan>, Option<Changed>) {
    let source = Arc::clone(&document.source);
    match (before, document.edited_since) {
        // Not the plan has changed, but what stands beside it.
        (Some(before), None) if before.state == document.state => {
            (Arc::clone(&before.analysis.joined.plan), None)
        }
        (Some(before), Some((since, replaced))) if before.state == since => {
            let (plan, changed) = before.analysis.joined.plan.edited(&source, replaced, options);
            (Arc::new(plan), Some(changed))
        }
        _ => (Arc::new(tallymark_plan::parse_to_edit(source, options)), None),
    }
}

/// No plan is so large; what is not read from disk is not read from a buffer either.
fn is_too_large(document: &Document) -> bool {
    document.source.text().len() as u64 > PLAN_LIMIT
}

/// When each entry of a status.json was last changed: the history is read again only when status.json is another.
fn signs(
    known: &mut Option<(Arc<Status>, Signs)>,
    located: Option<&Located>,
    statuses: &mut Statuses,
) -> Signs {
    let Some(located) = located else { return Arc::default() };
    let Some(status) = statuses.get(&located.path) else { return Arc::default() };
    match known {
        Some((of, signs)) if Arc::ptr_eq(of, &status) => Arc::clone(signs),
        _ => {
            // A history that cannot be read tells of no sign, and is told of by who writes it.
            let signs = Arc::new(tallymark_workspace::signs_of_life(&located.path).unwrap_or_default());
            *known = Some((status, Arc::clone(&signs)));
            signs
        }
    }
}

pub(crate) fn find_root(session: &Session, path: Option<&Path>) -> PathBuf {
    let folders = &session.folders;
    let Some(path) = path else { return folders.first().cloned().unwrap_or_default() };
    // The innermost folder that holds it, else the first: `find_root` asks whether it lies there.
    let inside = folders.iter().filter(|folder| path.starts_with(folder));
    let fallback = inside.max_by_key(|folder| folder.components().count()).or_else(|| folders.first());
    let own = path.parent().unwrap_or(path);
    tallymark_workspace::find_root(path, fallback.map_or(own, PathBuf::as_path))
}

/// Where a plan's status.json is: looked for again only when it was asked for, or the plan names another Output.
fn locate(
    known: &mut Option<(String, Arc<Located>)>,
    root: &Path,
    path: &Path,
    plan: &tallymark_plan::Plan,
    settings: &Settings,
) -> Arc<Located> {
    let output = plan.output.map_or("", |span| plan.slice(span));
    match known {
        Some((same, located)) if same == output => Arc::clone(located),
        _ => {
            let located = Arc::new(tallymark_workspace::locate_status(root, path, plan, settings));
            *known = Some((output.to_owned(), Arc::clone(&located)));
            located
        }
    }
}
