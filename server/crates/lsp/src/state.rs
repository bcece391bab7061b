//! All that the engine knows, and what each change of it has the client be told. Knows no channel, no thread and no clock.
//!
//! The documents' texts are kept apart from the world that is derived from them, and from what the client was told: when
//! something in the world breaks, it is built anew from the texts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_sync::File;
use tallymark_workspace::SETTINGS_FILE;
use tower_lsp::ls_types::*;

use crate::convert;
use crate::documents::{Documents, Kind};
use crate::event::{Event, PanicPlace};
use crate::guard::panic_message;
use crate::published::Published;
use crate::session::{Session, Transport, file_path};
use crate::snapshot::Snapshot;
use crate::world::{Change, Effects, World};

/// What the engine knows.
#[derive(Debug)]
pub(crate) struct State {
    /// The open documents.
    pub(crate) documents: Documents,
    /// What is derived from them.
    pub(crate) world: World,
    /// What the client was told.
    published: Published,
    /// What it is to be told now.
    told: Told,
    /// Where a test wants a panic.
    pub(crate) panic_at: Option<PanicPlace>,
}

/// What the client is to be told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Diagnostics, in this order.
    pub(crate) diagnostics: Vec<PublishDiagnosticsParams>,
    /// Hints and lenses show something else though the texts are the same.
    pub(crate) refresh: bool,
}

impl State {
    /// Nothing is known yet.
    pub(crate) fn new(session: Session) -> Self {
        let documents = Documents::default();
        Self {
            world: World::new(Arc::new(session), &documents),
            documents,
            published: Published::default(),
            told: Told::default(),
            panic_at: None,
        }
    }

    /// What the client is to be told since this was last asked.
    pub(crate) fn take_told(&mut self) -> Told {
        std::mem::take(&mut self.told)
    }

    /// Takes an event about an open document: first into its text, then into the world.
    pub(crate) fn document_changed(&mut self, event: Event) {
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
            Event::Saved(params) => Change::Saved(self.own_uri(&params.text_document.uri)),
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
            self.world.session().told_tokens.forget(&document.uri);
            self.publish_closed(&document.uri, document.path.as_deref());
        }
    }

    /// Lets the world take a change. If it breaks, it is built anew from the texts, and the change is dropped.
    pub(crate) fn change(&mut self, change: Change) {
        let panics = self.panic_at.take_if(|place| *place == PanicPlace::Apply).is_some();
        let applied = catch_unwind(AssertUnwindSafe(|| {
            assert!(!panics, "a test asked for a panic");
            self.world.apply(&self.documents, change)
        }));
        match applied {
            Ok(Effects { refresh }) => self.told.refresh |= refresh,
            Err(panic) => {
                tracing::error!("a change was dropped, all is looked at anew: {}", panic_message(&*panic));
                let live = std::mem::take(self.world.live());
                self.world = World::new(Arc::clone(self.world.session()), &self.documents);
                *self.world.live() = live;
            }
        }
    }

    /// Analyses all that is dirty. `now`: milliseconds since 1970-01-01 UTC.
    pub(crate) fn analyse_all(&mut self, now: i64) {
        for uri in self.world.dirty() {
            self.analyse(&uri, now);
        }
        self.publish_settings_problems();
    }

    /// Analyses one document.
    fn analyse(&mut self, uri: &Uri, now: i64) {
        let panics = self.panic_at.take_if(|place| *place == PanicPlace::Analysis).is_some();
        let before = self.world.snapshot(uri).cloned();
        let analysed = catch_unwind(AssertUnwindSafe(|| {
            assert!(!panics, "a test asked for a panic");
            self.world.analyse(&self.documents, uri, now)
        }));
        match analysed {
            Ok(snapshot) => {
                self.documents.settle(uri);
                self.publish(uri, before.as_deref(), snapshot.as_deref());
            }
            Err(panic) => {
                tracing::error!("{} could not be analysed: {}", uri.as_str(), panic_message(&*panic));
                self.world.give_up(uri);
            }
        }
    }

    /// The URI that a document was opened with, which the world knows it by.
    fn own_uri(&self, uri: &Uri) -> Uri {
        self.documents.get(uri).map_or_else(|| uri.clone(), |document| document.uri.clone())
    }

    /// Whether a question about a document has to wait for an analysis.
    pub(crate) fn needs_analysis(&self, uri: &Uri) -> bool {
        // Of a status.json its plans, not itself, are analysed.
        let is_status = self.documents.get(uri).is_some_and(|document| document.kind == Kind::Status);
        self.world.needs_analysis(&self.own_uri(uri)) || (is_status && self.world.is_dirty())
    }

    /// The last analysis of a document, and which of the two files of a plan it is.
    pub(crate) fn snapshot(&self, uri: &Uri) -> Option<(Arc<Snapshot>, File)> {
        let (snapshot, file) = self.world.snapshot_of_document(self.documents.get(uri)?)?;
        Some((Arc::clone(snapshot), file))
    }

    /// Tells the client what was found in a plan, and in the status.json that it uses or no longer uses.
    fn publish(&mut self, uri: &Uri, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        if self.world.session().transport == Transport::Pull {
            return;
        }
        let params = match after.filter(|snapshot| snapshot.is_plan()) {
            Some(snapshot) => {
                let diagnostics =
                    convert::diagnostic::diagnostics(snapshot, File::Plan, self.world.session());
                self.published.open(uri, snapshot.version, diagnostics)
            }
            // Silent on what is no plan; what was said while it was one is taken back.
            None => self.published.clear(uri),
        };
        self.told.diagnostics.extend(params);
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
    }

    /// Tells the client what the open plans say of a status.json.
    fn publish_status(&mut self, path: &Path) {
        let Some(uri) = self.documents.uri_of(path) else { return };
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        let mut shown = None;
        for snapshot in self.world.snapshots_of_status(path) {
            shown = convert::diagnostic::source(&snapshot.analysis, File::Status).cloned();
            let mut more = convert::diagnostic::diagnostics(snapshot, File::Status, self.world.session());
            // Two plans with one status.json both say what is wrong in it.
            if !diagnostics.is_empty() {
                more.retain(|diagnostic| !diagnostics.contains(diagnostic));
            }
            diagnostics.append(&mut more);
        }
        let open = self.documents.get(&uri).filter(|document| Some(&document.source) == shown.as_ref());
        let params = match open {
            Some(document) => self.published.open(&uri, document.version, diagnostics),
            None => self.published.closed(&uri, diagnostics),
        };
        self.told.diagnostics.extend(params);
    }

    /// Takes back what was said of a document that was closed. What open plans say of a closed status.json stays.
    fn publish_closed(&mut self, uri: &Uri, path: Option<&Path>) {
        let params = self.published.clear(uri);
        self.told.diagnostics.extend(params);
        if self.world.session().transport == Transport::Pull {
            return;
        }
        // Every status.json that something was said of: the closed document may have been the plan that said it.
        let told: Vec<PathBuf> =
            self.published.uris().filter_map(file_path).chain(path.map(Path::to_owned)).collect();
        for path in told {
            if path.file_name().is_some_and(|name| name != SETTINGS_FILE)
                && self.documents.of_path(&path).is_none_or(|document| document.kind == Kind::Status)
            {
                self.publish_status(&path);
            }
        }
        self.publish_settings_problems();
    }

    /// Tells the client what is wrong in each `tallymark.toml`.
    fn publish_settings_problems(&mut self) {
        if self.world.session().transport == Transport::Pull {
            return;
        }
        let encoding = self.world.session().encoding;
        let mut all = Vec::new();
        for (path, root) in self.world.roots().iter() {
            let file = path.join(SETTINGS_FILE);
            let Some(uri) = self.documents.uri_of(&file) else { continue };
            let diagnostics = convert::diagnostic::settings_problems(root, encoding);
            all.push((uri, diagnostics));
        }
        // Of a root that no open plan belongs to any more nothing is said any more.
        let told = self.published.uris().filter(|uri| is_settings_file(uri)).cloned();
        let gone: Vec<Uri> = told.filter(|uri| all.iter().all(|(known, _)| known != uri)).collect();
        self.told.diagnostics.extend(gone.iter().filter_map(|uri| self.published.clear(uri)));
        for (uri, diagnostics) in all {
            let params = self.published.closed(&uri, diagnostics);
            self.told.diagnostics.extend(params);
        }
    }
}

fn is_settings_file(uri: &Uri) -> bool {
    file_path(uri).is_some_and(|path| path.file_name().is_some_and(|name| name == SETTINGS_FILE))
}

#[cfg(test)]
mod tests;
