//! How the engine answers what is asked beyond the protocol.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use tower_lsp::jsonrpc::Error;
use tower_lsp::ls_types::Uri;

use super::{Engine, now};
use crate::event::{Answer, Event};
use crate::extensions::summary::Summary;
use crate::extensions::{self, DocumentParams, Extension, Subject};
use crate::guard::panic_message;
use crate::world::Change;

impl Engine {
    /// Answers what is asked beyond the protocol.
    pub(super) fn extension(&mut self, extension: Extension) {
        match extension {
            Extension::Status(params, answer) => {
                let status = self.status(&params.text_document.uri);
                drop(answer.send(Ok(status)));
            }
            Extension::Plans(params, answer) => {
                if self.state.world.is_dirty() {
                    self.analyse_all();
                }
                self.plans.take_open(self.state.world.snapshots());
                drop(answer.send(Ok(self.plans.answer(params))));
                self.look_for_plans();
            }
            Extension::Tasks(params, answer) => {
                let encoding = self.state.world.session().encoding;
                self.about(params, answer, move |subject| extensions::tasks::answer(subject, encoding));
            }
            Extension::Activity(params, answer) => {
                let encoding = self.state.world.session().encoding;
                self.about(params, answer, move |subject| {
                    extensions::activity::answer(subject, encoding, now())
                });
            }
            Extension::Timeline(params, answer) => {
                self.about(params, answer, |subject| extensions::timeline::answer(subject, now()));
            }
            Extension::Content(params, answer) => self.content(params, answer),
            Extension::Graph(params, answer) => {
                let encoding = self.state.world.session().encoding;
                self.about(params, answer, move |subject| {
                    extensions::graph::answer(subject, encoding, now())
                });
            }
        }
    }

    /// Answers a question about a plan, open or not, beside the engine: `null` if it is none.
    fn about<T: Send + 'static>(
        &mut self,
        params: DocumentParams,
        answer: Answer<Option<T>>,
        work: impl FnOnce(&Subject) -> T + Send + 'static,
    ) {
        let uri = params.text_document.uri;
        let open = self.snapshot(&uri);
        let is_open = self.state.documents.get(&uri).is_some();
        let session = Arc::clone(self.state.world.session());
        self.outbox.run_aside(move || {
            let answered = catch_unwind(AssertUnwindSafe(|| {
                let read = || Subject::read(&uri, &session, now());
                let subject = if is_open { Subject::open(open) } else { read() };
                drop(answer.send(Ok(subject.as_ref().map(work))));
            }));
            if let Err(panic) = answered {
                tracing::error!("a request failed inside Tallymark: {}", panic_message(&*panic));
            }
        });
    }

    /// A text that is in no file, made beside the engine.
    fn content(
        &mut self,
        params: extensions::content::Params,
        answer: Answer<extensions::content::Answered>,
    ) {
        let Some((view, uri)) = extensions::content::read(&params.uri) else {
            let error = Error::invalid_params(format!("{} is no text of Tallymark's", params.uri));
            drop(answer.send(Err(error)));
            return;
        };
        self.outbox.remember_text(params.uri);
        let open = self.snapshot(&uri);
        let is_open = self.state.documents.get(&uri).is_some();
        let session = Arc::clone(self.state.world.session());
        self.outbox.run_aside(move || {
            let answered = catch_unwind(AssertUnwindSafe(|| {
                let read = || Subject::read(&uri, &session, now());
                let subject = if is_open { Subject::open(open) } else { read() };
                drop(answer.send(Ok(extensions::content::answer(&view, subject.as_ref(), now()))));
            }));
            if let Err(panic) = answered {
                tracing::error!("a request failed inside Tallymark: {}", panic_message(&*panic));
            }
        });
    }

    /// How far the plan of an open document is.
    fn status(&mut self, uri: &Uri) -> extensions::status::Answered {
        let subject = Subject::open(self.snapshot(uri));
        let state = &mut self.state;
        let why = match (&subject, state.documents.get(uri)) {
            (Some(_), _) => None,
            (None, None) => Some("it is not open".to_owned()),
            (None, Some(document)) => state.world.why_no_plan(&state.documents, document),
        };
        extensions::status::Answered { plan: subject.map(|subject| subject.summary()), why }
    }

    /// Has the plans on disk looked for, if somebody asks for them.
    pub(super) fn look_for_plans(&mut self) {
        if self.plans.is_asked() || self.counting {
            self.look();
        }
    }

    /// Has the plans on disk counted, if nobody has yet.
    pub(super) fn count_plans(&mut self) {
        if !std::mem::replace(&mut self.counting, true) {
            self.look();
        }
    }

    fn look(&mut self) {
        if self.looks == 2 {
            return;
        }
        self.looks += 1;
        if self.looks == 2 {
            return;
        }
        let session = Arc::clone(self.state.world.session());
        let (discovered, engine) = (Arc::clone(&self.discovered), self.handle.clone());
        self.outbox.run_aside(move || {
            let found = catch_unwind(AssertUnwindSafe(|| {
                let mut discovered = discovered.lock().unwrap_or_else(PoisonError::into_inner);
                discovered.look(&session.folders, &session.settings.editor, now())
            }));
            if let Err(panic) = &found {
                tracing::error!("the plans could not be listed: {}", panic_message(&**panic));
            }
            engine.tell(Event::PlansFound(found.ok()));
        });
    }

    /// Takes the plans that were found, and looks again if something has happened meanwhile.
    pub(super) fn plans_found(&mut self, plans: Option<HashMap<PathBuf, Summary>>) {
        let before = self.plans.revision();
        if let Some(plans) = plans {
            self.state.change(Change::PlansCounted(plans.len()));
            self.plans.take_found(plans);
        }
        self.tell_plans_changed(before);
        let again = self.looks == 2;
        self.looks = 0;
        if again {
            self.look();
        }
    }

    /// Takes the open plans as they are now, if somebody asks for them.
    pub(super) fn update_plans(&mut self) {
        if self.plans.is_asked() {
            let before = self.plans.revision();
            self.plans.take_open(self.state.world.snapshots());
            self.tell_plans_changed(before);
        }
    }

    fn tell_plans_changed(&mut self, before: u64) {
        if let Some(revision) = self.plans.news(before) {
            self.outbox.plans_changed(revision);
        }
    }
}

/// Whether an event says that other plans, or other things of them, may lie on disk than before.
pub(super) fn changes_plans_on_disk(event: &Event) -> bool {
    matches!(
        event,
        Event::FilesChanged(_)
            | Event::SettingsFileChanged
            | Event::SettingsGiven(_)
            | Event::FoldersChanged(_)
            | Event::Saved(_)
            | Event::Closed(_)
    )
}
