//! The engine: one thread owns the world, takes events in the order in which they were said, and answers questions on
//! the version that was current when they were asked.
//!
//! A document is analysed when nothing more is to be taken, or when a change has waited for [`LONGEST_WAIT`]; there is no
//! timer. So the latest text wins, a result for an older one is never published, and a burst of edits costs a few analyses.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use tallymark_sync::File;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;

use crate::commands;
use crate::convert;
use crate::documents::{Documents, Kind};
use crate::event::{Answer, Event, Handle, PanicPlace, Query};
use crate::guard::{internal_error, panic_message};
use crate::initialize;
use crate::outbox::Outbox;
use crate::published::Published;
use crate::requests;
use crate::session::{ClientSettings, Session, Transport, file_path};
use crate::snapshot::Snapshot;
use crate::world::{Change, Effects, World};

/// How long a change may wait for its analysis while others follow it.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// The engine.
#[derive(Debug)]
pub(crate) struct Engine {
    events: Receiver<Event>,
    handle: Handle,
    outbox: Outbox,
    version: String,
    /// Kept outside the world, which is rebuilt from them when something in it breaks.
    documents: Documents,
    world: World,
    published: Published,
    /// When the oldest change was taken that is not analysed yet. When it was said does not matter: of a thousand changes
    /// that wait in the channel, each would be overdue, and analysed for itself.
    waiting_since: Option<Instant>,
    /// What the sidecar was last told to watch.
    watched: BTreeSet<PathBuf>,
    /// Where a test wants a panic.
    panic_at: Option<PanicPlace>,
}

impl Engine {
    /// An engine that takes its events from `events`, for which `handle` is the way in.
    pub(crate) fn new(events: Receiver<Event>, handle: Handle, outbox: Outbox, version: String) -> Self {
        let documents = Documents::default();
        Self {
            world: World::new(Arc::new(Session::default()), &documents),
            documents,
            published: Published::default(),
            waiting_since: None,
            watched: BTreeSet::new(),
            panic_at: None,
            events,
            handle,
            outbox,
            version,
        }
    }

    /// Takes events until nobody can send any more.
    pub(crate) fn run(mut self) {
        while let Some(event) = self.next() {
            self.take(event);
        }
    }

    /// The next event; analyses while there is none.
    fn next(&mut self) -> Option<Event> {
        loop {
            match self.events.try_recv() {
                Ok(event) => {
                    if self.waiting_since.is_some_and(|since| since.elapsed() >= LONGEST_WAIT) {
                        self.analyse_all();
                    }
                    return Some(event);
                }
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            let Some(since) = self.waiting_since else { return self.events.recv().ok() };
            if self.handle.more_to_come() {
                // The client has said more, and we are about to hear it.
                match self.events.recv_timeout(LONGEST_WAIT.saturating_sub(since.elapsed())) {
                    Ok(event) => return Some(event),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
            self.analyse_all();
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Initialize(params, answer) => self.initialize(&params, answer),
            Event::Initialized => self.initialized(),
            Event::Shutdown(answer) => drop(answer.send(Ok(()))),
            Event::Settled => {}
            Event::Query(query) => self.answer(query),
            Event::Command(params, answer) => self.command(params, answer),
            Event::Panic(params, answer) => {
                self.panic_at = Some(params.place);
                if params.place == PanicPlace::Apply {
                    self.change(Change::Tick);
                }
                // No answer to a panic that has happened: dropping it is what a request meets whose work broke.
                if self.panic_at.is_some() {
                    drop(answer.send(Ok(LSPAny::Null)));
                }
            }
            Event::SettingsChanged(params) => {
                if self.world.session().can.configuration {
                    self.outbox.ask_for_settings(&self.handle);
                } else {
                    self.change(Change::SettingsGiven(ClientSettings::new(&params.settings)));
                }
            }
            Event::SettingsGiven(settings) => {
                let settings = ClientSettings::new(&settings);
                for problem in &settings.problems {
                    tracing::warn!("{problem}");
                }
                self.change(Change::SettingsGiven(settings));
            }
            Event::FilesChanged(params) => self.files_changed(params),
            Event::StatusRead(path, status) => self.change(Change::StatusRead(path, status)),
            Event::SettingsFileChanged => self.change(Change::SettingsFileChanged),
            Event::FoldersChanged(params) => {
                let mut folders = self.world.session().folders.clone();
                let removed: Vec<_> =
                    params.event.removed.iter().filter_map(|folder| file_path(&folder.uri)).collect();
                folders.retain(|folder| !removed.contains(folder));
                folders.extend(params.event.added.iter().filter_map(|folder| file_path(&folder.uri)));
                self.change(Change::FoldersChanged(folders));
            }
            Event::Tick => self.change(Change::Tick),
            Event::Opened(_) | Event::Edited(_) | Event::Saved(_) | Event::Closed(_) => {
                self.document_changed(event)
            }
        }
    }

    /// Takes an event about an open document: first into its text, then into the world.
    fn document_changed(&mut self, event: Event) {
        let encoding = self.world.session().encoding;
        let change = match event {
            Event::Opened(params) => Change::Opened(self.documents.open(params.text_document).uri.clone()),
            Event::Edited(params) => {
                let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
                let edited = catch_unwind(AssertUnwindSafe(|| {
                    self.documents.edit(&uri, version, &params.content_changes, encoding).is_some()
                }));
                match edited {
                    Ok(true) => Change::Edited(uri),
                    Ok(false) => {
                        tracing::warn!("{} was edited and is not open", uri.as_str());
                        return;
                    }
                    Err(panic) => {
                        // A text that we do not have right is worse than none: silent until it is opened again.
                        let why = panic_message(&*panic);
                        tracing::error!(
                            "{} can no longer be followed, close and open it: {why}",
                            uri.as_str()
                        );
                        let Some(document) = self.documents.close(&uri) else { return };
                        Change::Closed(document)
                    }
                }
            }
            Event::Saved(params) => Change::Saved(params.text_document.uri),
            Event::Closed(params) => match self.documents.close(&params.text_document.uri) {
                Some(document) => Change::Closed(document),
                None => return,
            },
            _ => return,
        };
        let closed = match &change {
            Change::Closed(document) => Some(document.clone()),
            _ => None,
        };
        self.change(change);
        if let Some(document) = closed {
            self.publish_closed(&document.uri, document.path.as_deref());
        }
    }

    /// Lets the world take a change. If it breaks, it is built anew from the texts, and the change is dropped.
    fn change(&mut self, change: Change) {
        let panics = self.panic_at.take_if(|place| *place == PanicPlace::Apply).is_some();
        let applied = catch_unwind(AssertUnwindSafe(|| {
            assert!(!panics, "a test asked for a panic");
            self.world.apply(&self.documents, change)
        }));
        match applied {
            Ok(Effects { refresh }) => {
                if refresh {
                    self.outbox.refresh();
                }
            }
            Err(panic) => {
                tracing::error!("a change was dropped, all is looked at anew: {}", panic_message(&*panic));
                self.world = World::new(Arc::clone(self.world.session()), &self.documents);
            }
        }
        if self.waiting_since.is_none() && self.world.is_dirty() {
            self.waiting_since = Some(Instant::now());
        }
    }

    fn initialize(&mut self, params: &InitializeParams, answer: Answer<InitializeResult>) {
        let session = Session::new(params);
        let result = initialize::result(&session, &self.version);
        for problem in &session.settings.problems {
            tracing::warn!("{problem}");
        }
        self.outbox.set_abilities(session.can, session.transport);
        self.world = World::new(Arc::new(session), &self.documents);
        drop(answer.send(Ok(result)));
    }

    fn initialized(&mut self) {
        if self.world.session().can.configuration {
            self.outbox.ask_for_settings(&self.handle);
        }
        self.outbox.start_ticking(&self.handle);
    }

    /// The client saw files change: each is looked at, by whoever looks at files.
    fn files_changed(&mut self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| file_path(&change.uri));
        self.outbox.look_at(paths.collect());
    }

    /// Analyses all that is dirty, and tells the client.
    fn analyse_all(&mut self) {
        for uri in self.world.dirty() {
            self.analyse(&uri);
        }
        self.waiting_since = None;
        self.publish_settings_problems();
        let watched = self.world.watched();
        if watched != self.watched {
            self.outbox.watch(watched.clone());
            self.watched = watched;
        }
    }

    /// Analyses one document, and tells the client.
    fn analyse(&mut self, uri: &Uri) {
        let panics = self.panic_at.take_if(|place| *place == PanicPlace::Analysis).is_some();
        let before = self.world.snapshot(uri).cloned();
        let analysed = catch_unwind(AssertUnwindSafe(|| {
            assert!(!panics, "a test asked for a panic");
            self.world.analyse(&self.documents, uri, now())
        }));
        match analysed {
            Ok(snapshot) => self.publish(uri, before.as_deref(), snapshot.as_deref()),
            Err(panic) => {
                tracing::error!("{} could not be analysed: {}", uri.as_str(), panic_message(&*panic));
                self.world.give_up(uri);
            }
        }
    }

    /// Tells the client what was found in a plan, and in the status.json that it uses or no longer uses.
    fn publish(&mut self, uri: &Uri, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        if self.world.session().transport == Transport::Pull {
            return;
        }
        let started = Instant::now();
        let params = match after.filter(|snapshot| snapshot.is_plan()) {
            Some(snapshot) => {
                let diagnostics =
                    convert::diagnostic::diagnostics(snapshot, File::Plan, self.world.session());
                self.published.open(uri, snapshot.version, diagnostics)
            }
            // Silent on what is no plan; what was said while it was one is taken back.
            None => self.published.clear(uri),
        };
        self.outbox.publish(params);
        let status_of = |snapshot: Option<&Snapshot>| {
            snapshot.and_then(|snapshot| snapshot.located.as_ref()).map(|located| located.path.clone())
        };
        let (old, new) = (status_of(before), status_of(after));
        if old != new
            && let Some(old) = old
        {
            self.publish_status(&old);
        }
        if let Some(new) = new {
            self.publish_status(&new);
        }
        tracing::debug!(publish_us = started.elapsed().as_micros(), "published");
    }

    /// Tells the client what the open plans say of a status.json.
    fn publish_status(&mut self, path: &Path) {
        let Some(uri) = self.documents.uri_of(path) else { return };
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        let mut shown = None;
        for snapshot in self.world.snapshots_of_status(path) {
            shown = convert::diagnostic::source(&snapshot.analysis, File::Status).cloned();
            for diagnostic in convert::diagnostic::diagnostics(snapshot, File::Status, self.world.session()) {
                // Two plans with one status.json both say what is wrong in it.
                if !diagnostics.contains(&diagnostic) {
                    diagnostics.push(diagnostic);
                }
            }
        }
        let open = self.documents.get(&uri).filter(|document| Some(&document.source) == shown.as_ref());
        let params = match open {
            Some(document) => self.published.open(&uri, document.version, diagnostics),
            None => self.published.closed(&uri, diagnostics),
        };
        self.outbox.publish(params);
    }

    /// Takes back what was said of a document that was closed. What open plans say of a closed status.json stays.
    fn publish_closed(&mut self, uri: &Uri, path: Option<&Path>) {
        let params = self.published.clear(uri);
        self.outbox.publish(params);
        if self.world.session().transport == Transport::Pull {
            return;
        }
        // Every status.json that something was said of: the closed document may have been the plan that said it.
        let told: Vec<PathBuf> =
            self.published.uris().filter_map(file_path).chain(path.map(Path::to_owned)).collect();
        for path in told {
            if path.file_name().is_some_and(|name| name != tallymark_workspace::SETTINGS_FILE)
                && self.documents.of_path(&path).is_none_or(|document| document.kind == Kind::Status)
            {
                self.publish_status(&path);
            }
        }
    }

    /// Tells the client what is wrong in each `tallymark.toml`.
    fn publish_settings_problems(&mut self) {
        if self.world.session().transport == Transport::Pull {
            return;
        }
        let encoding = self.world.session().encoding;
        let mut all = Vec::new();
        for (path, root) in self.world.roots().iter() {
            let file = path.join(tallymark_workspace::SETTINGS_FILE);
            let Some(uri) = self.documents.uri_of(&file) else { continue };
            let diagnostics = convert::diagnostic::settings_problems(root, encoding);
            all.push((uri, diagnostics));
        }
        for (uri, diagnostics) in all {
            let params = self.published.closed(&uri, diagnostics);
            self.outbox.publish(params);
        }
    }

    /// Answers a question on the text as it is now: analysed first if it is not yet.
    fn answer(&mut self, query: Query) {
        if query.is_cancelled() {
            return;
        }
        let panics = self.panic_at.take_if(|place| *place == PanicPlace::Query).is_some();
        let snapshot = self.snapshot_for(query.uri());
        let session = Arc::clone(self.world.session());
        let is_large = snapshot.as_ref().is_some_and(|(snapshot, _)| snapshot.is_large());
        let work = move || {
            let answered = catch_unwind(AssertUnwindSafe(|| {
                assert!(!panics, "a test asked for a panic");
                requests::answer(query, snapshot, &session);
            }));
            // The answer was dropped by the panic: whoever waits for it gets an error.
            if let Err(panic) = answered {
                tracing::error!("a request failed inside Tallymark: {}", panic_message(&*panic));
            }
        };
        if is_large { self.outbox.run_aside(work) } else { work() }
    }

    /// The analysis of what a document holds now.
    fn snapshot_for(&mut self, uri: &Uri) -> Option<(Arc<Snapshot>, File)> {
        let document = self.documents.get(uri)?;
        if document.kind == Kind::Status {
            // Its plans, not itself, are analysed.
            if self.world.is_dirty() {
                self.analyse_all();
            }
        } else if self.world.needs_analysis(uri) {
            self.analyse(uri);
            if !self.world.is_dirty() {
                self.analyse_all();
            }
        }
        let document = self.documents.get(uri)?;
        let (snapshot, file) = self.world.snapshot_of_document(document)?;
        Some((Arc::clone(snapshot), file))
    }

    /// Starts a command; it runs beside the engine and may wait for the client.
    fn command(&mut self, params: ExecuteCommandParams, answer: Answer<Option<LSPAny>>) {
        let prepared = catch_unwind(AssertUnwindSafe(|| self.prepare(params)));
        match prepared {
            Ok(Ok(command)) => self.outbox.run_command(command, &self.handle, answer),
            Ok(Err(error)) => drop(answer.send(Err(error))),
            Err(panic) => drop(answer.send(Err(internal_error(&panic_message(&*panic))))),
        }
    }

    /// A command with all that it needs to know.
    fn prepare(&mut self, params: ExecuteCommandParams) -> Result<commands::Prepared> {
        let (uri, command) = commands::parse(params)?;
        let unknown = || Error::invalid_params(format!("{} is not open", uri.as_str()));
        let (snapshot, _) = self.snapshot_for(&uri).ok_or_else(unknown)?;
        let path = snapshot.located.as_ref().map(|located| &located.path);
        let open_status =
            path.and_then(|path| self.documents.of_path(path)).map(|document| Arc::clone(&document.source));
        let settings = snapshot.root.join(tallymark_workspace::SETTINGS_FILE);
        let open_settings =
            self.documents.of_path(&settings).map(|document| (document.uri.clone(), document.version));
        let session = Arc::clone(self.world.session());
        Ok(commands::Prepared { command, snapshot, open_status, open_settings, session })
    }
}

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
