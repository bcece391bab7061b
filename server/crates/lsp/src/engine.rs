//! The engine: one thread owns the world, takes events in the order in which they were said, and answers questions on
//! the version that was current when they were asked.
//!
//! A document is analysed when nothing more is to be taken, or when a change has waited for [`LONGEST_WAIT`]; there is no
//! timer. So the latest text wins, a result for an older one is never published, and a burst of edits costs a few analyses.

mod extensions;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tallymark_events::Place;
use tallymark_sync::File;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;

use crate::alerts;
use crate::commands;
use crate::convert::position;
use crate::event::{Answer, Event, Handle, PanicPlace, Query};
use crate::extensions::discovered::Discovered;
use crate::extensions::plans::PlanList;
use crate::guard::{internal_error, panic_message};
use crate::initialize;
use crate::log::{ClientLog, LogLevel};
use crate::outbox::Outbox;
use crate::requests;
use crate::running;
use crate::session::{ClientSettings, NewAbilities, Session, file_path};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::world::Change;

/// How long a change may wait for its analysis while others follow it.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// The engine.
#[derive(Debug)]
pub(crate) struct Engine {
    events: Receiver<Event>,
    handle: Handle,
    outbox: Outbox,
    version: String,
    /// How much is logged, and what of it the client is shown.
    log: Option<(LogLevel, ClientLog)>,
    state: State,
    /// When the oldest change was taken that is not analysed yet. When it was said does not matter: of a thousand changes
    /// that wait in the channel, each would be overdue, and analysed for itself.
    waiting_since: Option<Instant>,
    /// What the sidecar was last told to watch.
    watched: (BTreeSet<PathBuf>, Vec<Place>),
    /// What the client said that it can do before it introduced itself.
    new_abilities: NewAbilities,
    /// The failures and waits that a person was told of.
    told: alerts::Told,
    /// The running tasks that the client shows as progress.
    shown: running::Shown,
    /// The plans of the workspace, once somebody asks for them.
    plans: PlanList,
    /// What is known of the plans on disk; whoever looks at them has it.
    discovered: Arc<Mutex<Discovered>>,
    /// They were counted, or are about to be.
    counting: bool,
    /// How often they are to be looked at yet: 1 while somebody does, 2 if that may be too old when it is done.
    looks: u8,
}

impl Engine {
    /// An engine that takes its events from `events`, for which `handle` is the way in.
    pub(crate) fn new(
        events: Receiver<Event>,
        handle: Handle,
        outbox: Outbox,
        version: String,
        log: Option<(LogLevel, ClientLog)>,
    ) -> Self {
        Self {
            state: State::new(Session::default()),
            waiting_since: None,
            watched: Default::default(),
            new_abilities: NewAbilities::default(),
            told: alerts::Told::default(),
            shown: running::Shown::default(),
            plans: PlanList::default(),
            discovered: Arc::default(),
            counting: false,
            looks: 0,
            events,
            handle,
            outbox,
            version,
            log,
        }
    }

    /// Takes events until nobody can send any more.
    pub(crate) fn run(mut self) {
        while let Some(event) = self.next() {
            self.take(event);
            self.tell_client();
            if self.waiting_since.is_none() && self.state.world.is_dirty() {
                self.waiting_since = Some(Instant::now());
            }
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
        let plans_on_disk = extensions::changes_plans_on_disk(&event);
        self.take_one(event);
        if plans_on_disk {
            self.update_plans();
            self.look_for_plans();
        }
    }

    fn take_one(&mut self, event: Event) {
        match event {
            Event::Capabilities(capabilities) => self.new_abilities = NewAbilities::new(&capabilities),
            Event::Initialize(params, answer) => self.initialize(&params, answer),
            Event::Initialized => self.initialized(),
            Event::Shutdown(answer) => drop(answer.send(Ok(()))),
            Event::Settled => {}
            Event::Query(query) => self.answer(query),
            Event::Command(params, answer) => self.command(params, answer),
            Event::Panic(params, answer) => {
                self.state.panic_at = Some(params.place);
                if params.place == PanicPlace::Apply {
                    self.state.change(Change::Tick);
                }
                // No answer to a panic that has happened: dropping it is what a request meets whose work broke.
                if self.state.panic_at.is_some() {
                    drop(answer.send(Ok(LSPAny::Null)));
                }
            }
            Event::Trace(params) => self.set_trace(params.value),
            Event::SettingsChanged(params) => {
                if self.state.world.session().can.configuration {
                    self.outbox.ask_for_settings(&self.handle);
                } else {
                    self.take_settings(&params.settings);
                }
            }
            Event::SettingsGiven(settings) => self.take_settings(&settings),
            Event::FilesChanged(params) => self.files_changed(params),
            Event::StatusRead(path, status) => self.state.change(Change::StatusRead(path, status)),
            Event::Live(change) => {
                self.state.change(Change::Live(change));
                if !self.state.world.live().is_empty() {
                    // Whom a run is about depends on whether there is another plan.
                    self.count_plans();
                }
            }
            Event::SettingsFileChanged => self.state.change(Change::SettingsFileChanged),
            Event::FoldersChanged(params) => {
                let mut folders = self.state.world.session().folders.clone();
                let removed: Vec<_> =
                    params.event.removed.iter().filter_map(|folder| file_path(&folder.uri)).collect();
                folders.retain(|folder| !removed.contains(folder));
                folders.extend(params.event.added.iter().filter_map(|folder| file_path(&folder.uri)));
                self.state.change(Change::FoldersChanged(folders));
            }
            Event::Tick => self.state.change(Change::Tick),
            Event::Extension(extension) => self.extension(extension),
            Event::PlansFound(plans) => self.plans_found(plans),
            Event::Opened(_) | Event::Edited(_) | Event::Saved(_) | Event::Closed(_) => {
                self.state.document_changed(event)
            }
        }
    }

    fn take_settings(&mut self, settings: &serde_json::Value) {
        let settings = ClientSettings::new(settings);
        self.obey(&settings);
        self.state.change(Change::SettingsGiven(settings));
    }

    /// What of the client's settings is ours, not the world's.
    fn obey(&self, settings: &ClientSettings) {
        for problem in &settings.problems {
            tracing::warn!("{problem}");
        }
        if let Some((level, _)) = &self.log {
            level.set_settings(settings.log.as_deref());
        }
    }

    fn set_trace(&self, trace: TraceValue) {
        if let Some((level, log)) = &self.log {
            level.set_trace(log, trace);
        }
    }

    fn initialize(&mut self, params: &InitializeParams, answer: Answer<InitializeResult>) {
        let mut session = Session::new(params);
        self.new_abilities.add_to(&mut session.can);
        let result = initialize::result(&session, &self.version);
        self.obey(&session.settings);
        self.set_trace(params.trace.unwrap_or_default());
        self.outbox.set_abilities(session.can, session.transport);
        self.state = State::new(session);
        drop(answer.send(Ok(result)));
    }

    fn initialized(&mut self) {
        if self.state.world.session().can.configuration {
            self.outbox.ask_for_settings(&self.handle);
        }
        if self.state.world.session().can.text_content {
            self.outbox.offer_texts();
        }
        self.outbox.start_ticking(&self.handle);
    }

    /// The client saw files change: each is looked at, by whoever looks at files.
    fn files_changed(&mut self, params: DidChangeWatchedFilesParams) {
        let paths = params.changes.iter().filter_map(|change| file_path(&change.uri));
        self.outbox.look_at(paths.collect());
    }

    /// Answers a question on the text as it is now: analysed first if it is not yet.
    fn answer(&mut self, query: Query) {
        if query.is_cancelled() {
            return;
        }
        let panics = self.state.panic_at.take_if(|place| *place == PanicPlace::Query).is_some();
        let snapshot = query.uri().and_then(|uri| self.snapshot(&uri));
        let session = Arc::clone(self.state.world.session());
        let (about_all, asks_disk) = match &query {
            Query::Navigation(question) => (question.is_about_all(), question.asks_disk()),
            _ => (false, false),
        };
        let all = if about_all { self.all_plans() } else { Vec::new() };
        let is_large =
            asks_disk || about_all || snapshot.as_ref().is_some_and(|(snapshot, _)| snapshot.is_large());
        let work = move || {
            let answered = catch_unwind(AssertUnwindSafe(|| {
                assert!(!panics, "a test asked for a panic");
                requests::answer(query, snapshot, &all, &session);
            }));
            // The answer was dropped by the panic: whoever waits for it gets an error.
            if let Err(panic) = answered {
                tracing::error!("a request failed inside Tallymark: {}", panic_message(&*panic));
            }
        };
        if is_large { self.outbox.run_aside(work) } else { work() }
    }

    /// All open plans, as they are now, in a fixed order.
    fn all_plans(&mut self) -> Vec<Arc<Snapshot>> {
        if self.state.world.is_dirty() {
            self.analyse_all();
        }
        let plans = self.state.world.snapshots().filter(|snapshot| snapshot.is_plan());
        let mut plans: Vec<_> = plans.cloned().collect();
        plans.sort_unstable_by(|a, b| a.uri.cmp(&b.uri));
        plans
    }

    /// Analyses all that is dirty, and tells the client.
    fn analyse_all(&mut self) {
        let started = Instant::now();
        self.state.analyse_all(now());
        let analysed = started.elapsed();
        self.waiting_since = None;
        self.tell_client();
        self.shown.set(self.state.world.running(), &self.outbox);
        self.tell_alerts();
        self.update_plans();
        if self.state.world.session().can.dynamic_formatting {
            let mut roots = self.state.world.roots().iter();
            self.outbox.offer_formatting(roots.any(|(_, root)| root.settings.format().is_on()));
        }
        let watched = self.state.world.watched();
        if watched != self.watched {
            self.outbox.watch(watched.0.clone(), watched.1.clone());
            self.watched = watched;
        }
        tracing::debug!(
            analyse_us = analysed.as_micros(),
            hand_over_us = (started.elapsed() - analysed).as_micros(),
            "told the client"
        );
    }

    /// Tells the person what somebody asked to be told of.
    fn tell_alerts(&mut self) {
        let world = &self.state.world;
        let snapshots = world.snapshots().map(|snapshot| &**snapshot).filter(|snapshot| snapshot.is_plan());
        // Kept up also while nobody wants it: what happened before the setting is no news then.
        let news = self.told.news(snapshots);
        if !world.session().settings.notifications {
            return;
        }
        for alert in news {
            let Some(snapshot) = world.snapshot(&alert.plan) else { continue };
            let source = &snapshot.analysis.joined.plan.source;
            let range = position::range(source, alert.place, world.session().encoding);
            self.outbox.alert(alert.message, alert.plan, range);
        }
    }

    /// Tells the client what is new.
    fn tell_client(&mut self) {
        let told = self.state.take_told();
        if told.refresh || !told.diagnostics.is_empty() {
            self.outbox.refresh_texts();
        }
        for params in told.diagnostics {
            self.outbox.publish(params);
        }
        if told.refresh {
            self.outbox.refresh();
        }
    }

    /// The analysis of what a document holds now.
    fn snapshot(&mut self, uri: &Uri) -> Option<(Arc<Snapshot>, File)> {
        if self.state.needs_analysis(uri) {
            self.analyse_all();
        }
        self.state.snapshot(uri)
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
        let (snapshot, _) = self.snapshot(&uri).ok_or_else(unknown)?;
        let path = snapshot.located.as_ref().map(|located| &located.path);
        let open_status = path
            .and_then(|path| self.state.documents.of_path(path))
            .map(|document| Arc::clone(&document.source));
        let settings = snapshot.root.join(tallymark_workspace::SETTINGS_FILE);
        let open_settings =
            self.state.documents.of_path(&settings).map(|document| (document.uri.clone(), document.version));
        let session = Arc::clone(self.state.world.session());
        Ok(commands::Prepared { command, snapshot, open_status, open_settings, session })
    }
}

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
