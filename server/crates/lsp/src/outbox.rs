//! The engine's way out: everything it wants of the client or of the disk. Nothing here makes it wait.
//!
//! Each kind of request to the client is made in one place, with a time limit; an answer that does not come costs whoever
//! asked, and nobody else.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tallymark_events::Place;
use tokio::runtime;
use tokio::sync::{Notify, mpsc, watch};
use tower_lsp::Client;
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::*;

use crate::commands;
use crate::event::{Answer, Event, Handle};
use crate::extensions::PLANS_CHANGED;
use crate::extensions::content;
use crate::files::Order;
use crate::running::Word;
use crate::session::{Abilities, Transport};
use crate::writer::Writer;

/// A client answers without a person within this time, or does not.
const LIMIT: Duration = Duration::from_secs(10);

/// A person is waited for this long.
const PERSON_LIMIT: Duration = Duration::from_secs(300);

/// Hints and lenses are asked for anew at most once in this time.
const REFRESH_PAUSE: Duration = Duration::from_millis(250);

/// Ages are told anew this often.
const TICK: Duration = Duration::from_secs(10);

/// The button that shows the place that a message is about.
const SHOW: &str = "Show";

/// The way out. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    runtime: runtime::Handle,
    writer: Writer,
    client: Client,
    files: mpsc::UnboundedSender<Order>,
    refresh: Arc<Notify>,
    agreed: Arc<OnceLock<(Abilities, Transport)>>,
    offers_formatting: watch::Sender<bool>,
    texts: Arc<Texts>,
}

/// The texts in no file that the client asked for: it is told when they may be others.
#[derive(Debug, Default)]
struct Texts {
    asked: Mutex<VecDeque<String>>,
    changed: Notify,
}

/// Of so many texts the client is told that they changed: nobody says when a preview is closed.
const MOST_TEXTS: usize = 16;

/// What the protocol's types do not know yet: a text in no file may be another.
#[derive(Debug)]
enum TextContentRefresh {}

impl request::Request for TextContentRefresh {
    type Params = serde_json::Value;
    type Result = ();
    const METHOD: &'static str = "workspace/textDocumentContent/refresh";
}

impl Outbox {
    /// A way out to `client`. Notifications go straight to the `writer`; `files` looks at files.
    pub(crate) fn new(
        runtime: runtime::Handle,
        writer: Writer,
        client: Client,
        files: mpsc::UnboundedSender<Order>,
    ) -> Self {
        let (offers_formatting, wanted) = watch::channel(false);
        let (refresh, agreed, texts) = (Arc::default(), Arc::default(), Arc::default());
        let outbox = Self { runtime, writer, client, files, refresh, agreed, offers_formatting, texts };
        outbox.runtime.spawn(outbox.clone().refresh_now_and_then());
        outbox.runtime.spawn(outbox.clone().refresh_texts_now_and_then());
        outbox.runtime.spawn(outbox.clone().offer_or_withdraw_formatting(wanted));
        outbox
    }

    /// What the client can do, from `initialize`.
    pub(crate) fn set_abilities(&self, can: Abilities, transport: Transport) {
        // tower-lsp refuses a second `initialize` itself.
        let _ = self.agreed.set((can, transport));
    }

    fn can(&self) -> Abilities {
        self.agreed.get().map_or_else(Abilities::default, |(can, _)| *can)
    }

    // What goes to the client without an answer.

    /// Publishes diagnostics.
    pub(crate) fn publish(&self, params: PublishDiagnosticsParams) {
        self.writer.publish(params);
    }

    /// Shows a message.
    pub(crate) fn show(&self, typ: MessageType, message: String) {
        if let Ok(params) = serde_json::to_value(ShowMessageParams { typ, message }) {
            self.writer.request(jsonrpc::Request::build("window/showMessage").params(params).finish());
        }
    }

    /// Says that `tallymark/plans` would be answered otherwise than the last time.
    pub(crate) fn plans_changed(&self, revision: u64) {
        let params = serde_json::json!({"revision": revision});
        self.writer.request(jsonrpc::Request::build(PLANS_CHANGED).params(params).finish());
    }

    // What goes to the client and is answered.

    /// Asks for the settings under `tallymark`; the answer is an event.
    pub(crate) fn ask_for_settings(&self, engine: &Handle) {
        let (client, engine) = (self.client.clone(), engine.clone());
        let item = ConfigurationItem { scope_uri: None, section: Some("tallymark".to_owned()) };
        self.runtime.spawn(async move {
            if let Some(answer) =
                within(LIMIT, "workspace/configuration", client.configuration(vec![item])).await
            {
                // A client that has none answers `null`, or (against the protocol) nothing.
                engine.tell(Event::SettingsGiven(answer.into_iter().next().unwrap_or_default()));
            }
        });
    }

    /// Has hints, lenses and (for a client that pulls them) diagnostics asked for anew: the first time at once, then at
    /// most once in a while, the last time always.
    pub(crate) fn refresh(&self) {
        self.refresh.notify_one();
    }

    async fn refresh_now_and_then(self) {
        loop {
            self.refresh.notified().await;
            let can = self.can();
            let pulls = self.agreed.get().is_some_and(|(_, transport)| *transport == Transport::Pull);
            let client = self.client.clone();
            // Not awaited here: a client that answers late is still told of what is new.
            self.runtime.spawn(async move {
                if can.refresh_hints {
                    within(LIMIT, "workspace/inlayHint/refresh", client.inlay_hint_refresh()).await;
                }
                if can.refresh_lenses {
                    within(LIMIT, "workspace/codeLens/refresh", client.code_lens_refresh()).await;
                }
                if can.refresh_tokens {
                    within(LIMIT, "workspace/semanticTokens/refresh", client.semantic_tokens_refresh()).await;
                }
                if pulls && can.refresh_diagnostics {
                    within(LIMIT, "workspace/diagnostic/refresh", client.workspace_diagnostic_refresh())
                        .await;
                }
            });
            tokio::time::sleep(REFRESH_PAUSE).await;
        }
    }

    /// Has formatting offered, or withdrawn. It is offered only where the settings ask for it: with it an editor may ask which of several
    /// formatters shall be the one for markdown.
    pub(crate) fn offer_formatting(&self, wanted: bool) {
        self.offers_formatting.send_if_modified(|offered| std::mem::replace(offered, wanted) != wanted);
    }

    async fn offer_or_withdraw_formatting(self, mut wanted: watch::Receiver<bool>) {
        let methods = ["textDocument/formatting", "textDocument/rangeFormatting"];
        let id = |method: &str| format!("tallymark {method}");
        while wanted.changed().await.is_ok() {
            let offers = *wanted.borrow_and_update();
            if offers {
                let options = serde_json::json!({"documentSelector": [{"language": "markdown"}]});
                let registrations = methods.map(|method| Registration {
                    id: id(method),
                    method: method.to_owned(),
                    register_options: Some(options.clone()),
                });
                let asked = self.client.register_capability(registrations.into());
                within(LIMIT, "client/registerCapability", asked).await;
            } else {
                let unregisterations =
                    methods.map(|method| Unregistration { id: id(method), method: method.to_owned() });
                let asked = self.client.unregister_capability(unregisterations.into());
                within(LIMIT, "client/unregisterCapability", asked).await;
            }
        }
    }

    /// Offers our texts that are in no file.
    pub(crate) fn offer_texts(&self) {
        let client = self.client.clone();
        let registration = Registration {
            id: "tallymark texts".to_owned(),
            method: content::METHOD.to_owned(),
            register_options: Some(serde_json::json!({"schemes": [content::SCHEME]})),
        };
        self.runtime.spawn(async move {
            let asked = client.register_capability(vec![registration]);
            within(LIMIT, "client/registerCapability", asked).await;
        });
    }

    /// A text was asked for.
    pub(crate) fn remember_text(&self, uri: String) {
        let mut asked = self.texts.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(&uri) {
            asked.push_back(uri);
            if asked.len() > MOST_TEXTS {
                asked.pop_front();
            }
        }
    }

    /// The texts that were asked for may be others now.
    pub(crate) fn refresh_texts(&self) {
        if self.can().text_content {
            self.texts.changed.notify_one();
        }
    }

    async fn refresh_texts_now_and_then(self) {
        loop {
            self.texts.changed.notified().await;
            let asked: Vec<String> = {
                let asked = self.texts.asked.lock().unwrap_or_else(PoisonError::into_inner);
                asked.iter().cloned().collect()
            };
            for uri in asked {
                let client = self.client.clone();
                self.runtime.spawn(async move {
                    let params = serde_json::json!({"uri": uri});
                    let asked = client.send_request::<TextContentRefresh>(params);
                    within(LIMIT, "workspace/textDocumentContent/refresh", asked).await;
                });
            }
            tokio::time::sleep(REFRESH_PAUSE).await;
        }
    }

    /// Asks the client to edit documents. `Err` says why it did not.
    pub(crate) async fn apply_edit(&self, edit: WorkspaceEdit) -> Result<(), String> {
        if !self.can().apply_edit {
            return Err("the editor does not let a language server edit".to_owned());
        }
        match within(LIMIT, "workspace/applyEdit", self.client.apply_edit(edit)).await {
            Some(answer) if answer.applied => Ok(()),
            Some(answer) => {
                Err(answer.failure_reason.unwrap_or_else(|| "the editor refused the edit".to_owned()))
            }
            None => Err("the editor did not answer".to_owned()),
        }
    }

    /// Asks the person a question with these answers; `None` is no answer.
    pub(crate) async fn ask(&self, question: String, answers: &[&str]) -> Option<String> {
        let action =
            |title: &&str| MessageActionItem { title: (*title).to_owned(), properties: Default::default() };
        let actions = answers.iter().map(action).collect();
        let asked = self.client.show_message_request(MessageType::WARNING, question, Some(actions));
        within(PERSON_LIMIT, "window/showMessageRequest", asked).await?.map(|action| action.title)
    }

    /// Tells the person that something happened, and shows where, if they want to see it.
    pub(crate) fn alert(&self, message: String, uri: Uri, range: Range) {
        let outbox = self.clone();
        self.runtime.spawn(async move {
            if !outbox.can().show_document {
                outbox.show(MessageType::WARNING, format!("Tallymark: {message}"));
            } else if outbox.ask(format!("Tallymark: {message}"), &[SHOW]).await.as_deref() == Some(SHOW)
                && let Err(why) = outbox.show_document(uri, range).await
            {
                tracing::warn!("{why}");
            }
        });
    }

    /// Shows a place in the editor. `Err` says why it did not.
    pub(crate) async fn show_document(&self, uri: Uri, selection: Range) -> Result<(), String> {
        if !self.can().show_document {
            return Err(format!("the editor cannot be asked to open {}", uri.as_str()));
        }
        let params =
            ShowDocumentParams { uri, external: None, take_focus: Some(true), selection: Some(selection) };
        match within(LIMIT, "window/showDocument", self.client.show_document(params)).await {
            Some(true) => Ok(()),
            Some(false) => Err("the editor could not open the file".to_owned()),
            None => Err("the editor did not answer".to_owned()),
        }
    }

    /// Has the client show that something goes on, until [`Word::End`]. Words to a client that does not want it are lost.
    pub(crate) fn show_progress(&self, title: String, message: String) -> mpsc::UnboundedSender<Word> {
        let (sender, mut words) = mpsc::unbounded_channel();
        if !self.can().progress {
            return sender;
        }
        let (client, writer) = (self.client.clone(), self.writer.clone());
        self.runtime.spawn(async move {
            static NEXT: AtomicU64 = AtomicU64::new(1);
            let token = NumberOrString::String(format!("tallymark/{}", NEXT.fetch_add(1, Ordering::Relaxed)));
            let create = WorkDoneProgressCreateParams { token: token.clone() };
            let created = client.send_request::<request::WorkDoneProgressCreate>(create);
            if within(LIMIT, "window/workDoneProgress/create", created).await.is_none() {
                return;
            }
            let say = |value| {
                let params =
                    ProgressParams { token: token.clone(), value: ProgressParamsValue::WorkDone(value) };
                if let Ok(params) = serde_json::to_value(params) {
                    writer.request(jsonrpc::Request::build("$/progress").params(params).finish());
                }
            };
            say(WorkDoneProgress::Begin(WorkDoneProgressBegin {
                title,
                message: Some(message),
                ..Default::default()
            }));
            // The engine lets go of the way here without a word when it ends: then the client does too.
            while let Some(word) = words.recv().await {
                match word {
                    Word::Report(message) => say(WorkDoneProgress::Report(WorkDoneProgressReport {
                        message: Some(message),
                        ..Default::default()
                    })),
                    Word::End(message) => {
                        say(WorkDoneProgress::End(WorkDoneProgressEnd { message: Some(message) }));
                        return;
                    }
                }
            }
        });
        sender
    }

    // What goes elsewhere.

    /// Has files watched: these, and no others; and monitoring files looked for in these places.
    pub(crate) fn watch(&self, files: BTreeSet<PathBuf>, places: Vec<Place>) {
        // The watcher ends with the process.
        let _ = self.files.send(Order::Watch(files, places));
    }

    /// Has files looked at now, as somebody says that they changed.
    pub(crate) fn look_at(&self, files: Vec<PathBuf>) {
        let _ = self.files.send(Order::LookAt(files));
    }

    /// Tells the engine of the time now and then, for the ages that hints tell.
    pub(crate) fn start_ticking(&self, engine: &Handle) {
        let engine = engine.clone();
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                engine.tell(Event::Tick);
            }
        });
    }

    /// Does long work beside the engine.
    pub(crate) fn run_aside(&self, work: impl FnOnce() + Send + 'static) {
        self.runtime.spawn_blocking(work);
    }

    /// Carries out a command beside the engine.
    pub(crate) fn run_command(
        &self,
        command: commands::Prepared,
        engine: &Handle,
        answer: Answer<Option<LSPAny>>,
    ) {
        let (outbox, engine) = (self.clone(), engine.clone());
        self.runtime.spawn(async move {
            let result = commands::run(command, &outbox, &engine).await;
            // Nobody waits any more: the client cancelled the request, which does not undo what was done.
            let _ = answer.send(result);
        });
    }
}

/// The client's answer, unless it takes too long or is an error; both are logged.
async fn within<T>(
    limit: Duration,
    what: &str,
    request: impl Future<Output = jsonrpc::Result<T>>,
) -> Option<T> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::info!("the editor answered {what} with an error: {error}");
            None
        }
        // Nobody waits for this answer, and a client that never answers would be told of it four times a second.
        Err(_) if what.ends_with("/refresh") => {
            tracing::debug!("the editor did not answer {what} within {} s", limit.as_secs());
            None
        }
        Err(_) => {
            tracing::warn!("the editor did not answer {what} within {} s", limit.as_secs());
            None
        }
    }
}
