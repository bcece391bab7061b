//! Whatever happens in whatever order, what the client has in the end is what a fresh server would tell it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proptest::prelude::*;
use serde_json::json;
use tower_lsp::ls_types::*;

use super::{State, Told};
use crate::event::Event;
use crate::session::{ClientSettings, Session};
use crate::world::Change;

/// Two plans; the second has the first one's status.json too, as its Output names it.
const PLANS: [&str; 2] = ["docs/plans/first.md", "docs/plans/second.md"];
const STATUS: &str = "docs/plan-outputs/first/status.json";
const SETTINGS: &str = "tallymark.toml";

/// What can happen.
#[derive(Clone, Debug)]
enum Step {
    Open(usize),
    /// Replaces some lines of a plan: the document, the first line, how many, and by which lines.
    Edit(usize, u32, u32, Vec<usize>),
    Close(usize),
    Save(usize),
    /// Writes one of the status files, or removes it.
    WriteStatus(Option<usize>),
    /// Opens status.json with what is on disk, edits it to one of the texts, closes it.
    OpenStatus,
    EditStatus(usize),
    CloseStatus,
    /// Writes one of the settings files, or removes it.
    WriteSettings(Option<usize>),
    /// Opens `tallymark.toml` with what is on disk, edits it to one of the texts, closes it.
    OpenSettings,
    EditSettings(usize),
    CloseSettings,
    /// Writes a plan on disk, open or not: what is open counts as it is shown.
    WritePlan(usize, Vec<usize>),
    /// The workspace folders: the root, a folder in it, or none.
    Folders(usize),
    /// A question about a document: answered on the text as it is.
    Ask(usize),
    /// The client's settings.
    Settings(bool),
    Tick,
    /// The queue is empty.
    Analyse,
}

const LINES: [&str; 7] = [
    "- [ ] 1.1 Run the tests",
    "- [x] 1.2 Read the locks 🔒",
    "- [X] 1.2 Read the locks",
    "## Phase 2: More",
    "  - [ ] 2.1 Hold",
    "**Output:** `docs/plan-outputs/first/`",
    "```",
];

const STATUSES: [&str; 4] = [
    r#"{"tasks":[{"id":"1.1","phase":"Phase 1: All","description":"Run the tests","status":"completed"}],"summary":{"totalTasks":1,"completed":1,"pending":0,"in_progress":0,"failed":0,"skipped":0}}"#,
    r#"{"tasks":[{"id":"1.1","description":"Run the tests","status":"pending"},{"id":"1.2","description":"Read the locks","status":"pending"}],"summary":{"totalTasks":7}}"#,
    r#"{"tasks":[{"id":"1.2","status":"done","notes":true}]}"#,
    r#"{"tasks":["#,
];

const SETTINGS_TEXTS: [&str; 3] =
    ["[rules]\nTM103 = \"off\"\n", "boxes = \"both\"\n", "[plans]\nexclude = [\"docs/plans/second.md\"]\n"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let plan = 0..PLANS.len();
    let lines = prop::collection::vec(0..LINES.len(), 0..4);
    let step = prop_oneof![
        3 => plan.clone().prop_map(Step::Open),
        8 => (plan.clone(), 0..12_u32, 0..4_u32, lines.clone()).prop_map(|(plan, at, count, lines)| Step::Edit(plan, at, count, lines)),
        1 => plan.clone().prop_map(Step::Close),
        1 => plan.prop_map(Step::Save),
        3 => prop::option::of(0..STATUSES.len()).prop_map(Step::WriteStatus),
        1 => Just(Step::OpenStatus),
        1 => (0..STATUSES.len()).prop_map(Step::EditStatus),
        1 => Just(Step::CloseStatus),
        1 => prop::option::of(0..SETTINGS_TEXTS.len()).prop_map(Step::WriteSettings),
        1 => Just(Step::OpenSettings),
        1 => (0..SETTINGS_TEXTS.len()).prop_map(Step::EditSettings),
        1 => Just(Step::CloseSettings),
        1 => (0..PLANS.len(), lines).prop_map(|(plan, lines)| Step::WritePlan(plan, lines)),
        1 => (0..3_usize).prop_map(Step::Folders),
        2 => (0..PLANS.len()).prop_map(Step::Ask),
        1 => any::<bool>().prop_map(Step::Settings),
        1 => Just(Step::Tick),
        4 => Just(Step::Analyse),
    ];
    prop::collection::vec(step, 1..40)
}

/// A server's state, a client that keeps what it is told, and the disk that both look at.
struct Client {
    root: PathBuf,
    state: State,
    shown: BTreeMap<String, Vec<Diagnostic>>,
    versions: BTreeMap<String, i32>,
}

impl Client {
    fn new(root: &Path, settings: bool) -> Self {
        let folder = json!([{"uri": uri(root, "").as_str(), "name": "test"}]);
        let params = json!({"capabilities": {}, "workspaceFolders": folder});
        let mut session = Session::new(&serde_json::from_value(params).unwrap());
        session.settings = client_settings(settings);
        let state = State::new(session);
        Self { root: root.to_owned(), state, shown: BTreeMap::new(), versions: BTreeMap::new() }
    }

    fn open(&mut self, path: &str, text: String) {
        let language_id = if path.ends_with(".md") { "markdown" } else { "json" }.to_owned();
        let uri = uri(&self.root, path);
        let version = self.versions.entry(uri.as_str().to_owned()).or_default();
        *version += 1;
        let text_document = TextDocumentItem { uri, language_id, version: *version, text };
        self.state.document_changed(Event::Opened(DidOpenTextDocumentParams { text_document }));
    }

    fn edit(&mut self, path: &str, range: Option<Range>, text: String) {
        let uri = uri(&self.root, path);
        if self.state.documents.get(&uri).is_none() {
            return;
        }
        let version = self.versions.entry(uri.as_str().to_owned()).or_default();
        *version += 1;
        let text_document = VersionedTextDocumentIdentifier { uri, version: *version };
        let content_changes = vec![TextDocumentContentChangeEvent { range, range_length: None, text }];
        self.state
            .document_changed(Event::Edited(DidChangeTextDocumentParams { text_document, content_changes }));
    }

    fn close(&mut self, path: &str) {
        let text_document = TextDocumentIdentifier { uri: uri(&self.root, path) };
        self.state.document_changed(Event::Closed(DidCloseTextDocumentParams { text_document }));
    }

    fn is_open(&self, path: &str) -> bool {
        self.state.documents.get(&uri(&self.root, path)).is_some()
    }

    fn analyse(&mut self) {
        // Time stands still: a fresh server would see the same.
        self.state.analyse_all(1_766_545_578_111);
        let Told { diagnostics, .. } = self.state.take_told();
        for params in diagnostics {
            let name = params.uri.as_str().to_owned();
            if let (Some(version), Some(&last)) = (params.version, self.versions.get(&name)) {
                assert_eq!(version, last, "a result for an old version of {name} was published");
            }
            self.shown.insert(name, params.diagnostics);
        }
        self.shown.retain(|_, diagnostics| !diagnostics.is_empty());
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Open(plan) => {
                if !self.is_open(PLANS[plan]) {
                    let on_disk = std::fs::read_to_string(self.root.join(PLANS[plan]));
                    self.open(PLANS[plan], on_disk.unwrap_or_else(|_| text_of(plan)));
                }
            }
            Step::Edit(plan, at, count, lines) => {
                let text: String = lines.into_iter().map(|line| format!("{}\n", LINES[line])).collect();
                let range = Range::new(Position::new(at, 0), Position::new(at + count, 0));
                self.edit(PLANS[plan], Some(range), text);
            }
            Step::Close(plan) => self.close(PLANS[plan]),
            Step::Save(plan) => {
                let text_document = TextDocumentIdentifier { uri: uri(&self.root, PLANS[plan]) };
                let params = DidSaveTextDocumentParams { text_document, text: None };
                self.state.document_changed(Event::Saved(params));
            }
            Step::WriteStatus(text) => {
                let path = self.root.join(STATUS);
                write(&path, text.map(|text| STATUSES[text]));
                let status = tallymark_workspace::read_status(&path).map(std::sync::Arc::new);
                self.state.change(Change::StatusRead(path, status));
            }
            Step::OpenStatus => {
                if let (false, Ok(text)) =
                    (self.is_open(STATUS), std::fs::read_to_string(self.root.join(STATUS)))
                {
                    self.open(STATUS, text);
                }
            }
            Step::EditStatus(text) => self.edit(STATUS, None, STATUSES[text].to_owned()),
            Step::CloseStatus => self.close(STATUS),
            Step::WriteSettings(text) => {
                write(&self.root.join(SETTINGS), text.map(|text| SETTINGS_TEXTS[text]));
                self.state.change(Change::SettingsFileChanged);
            }
            Step::OpenSettings => {
                if let (false, Ok(text)) =
                    (self.is_open(SETTINGS), std::fs::read_to_string(self.root.join(SETTINGS)))
                {
                    self.open(SETTINGS, text);
                }
            }
            Step::EditSettings(text) => self.edit(SETTINGS, None, SETTINGS_TEXTS[text].to_owned()),
            Step::CloseSettings => self.close(SETTINGS),
            Step::WritePlan(plan, lines) => {
                let text: String = lines.into_iter().map(|line| format!("{}\n", LINES[line])).collect();
                write(&self.root.join(PLANS[plan]), Some(&text));
            }
            Step::Folders(folders) => {
                let all = [vec![self.root.clone()], vec![self.root.join("docs")], Vec::new()];
                self.state.change(Change::FoldersChanged(all[folders].clone()));
            }
            Step::Ask(plan) => self.ask(PLANS[plan]),
            Step::Settings(on) => self.state.change(Change::SettingsGiven(client_settings(on))),
            Step::Tick => self.state.change(Change::Tick),
            Step::Analyse => self.analyse(),
        }
    }

    /// Asks about a document, as the engine does: analysed first if it is not yet.
    fn ask(&mut self, path: &str) {
        let uri = uri(&self.root, path);
        if self.state.needs_analysis(&uri) {
            self.analyse();
        }
        let shown = self.state.documents.get(&uri).map(|document| (document.version, document.source.text()));
        let Some((snapshot, _)) = self.state.snapshot(&uri) else { return };
        let answered = (snapshot.version, snapshot.analysis.joined.plan.source.text());
        assert_eq!(shown, Some(answered), "an answer about {path} is not on the text as it is");
    }

    /// What a fresh server says of the files and documents as they are now.
    fn fresh(&self) -> BTreeMap<String, Vec<Diagnostic>> {
        let settings = self.state.world.session().settings.progress_hints;
        let mut fresh = Client::new(&self.root, settings);
        fresh.state.change(Change::FoldersChanged(self.state.world.session().folders.clone()));
        // An open status.json that is another than the disk's counts, if it was edited last: here it is always.
        for path in [SETTINGS, STATUS, PLANS[0], PLANS[1]] {
            if let Some(document) = self.state.documents.get(&uri(&self.root, path)) {
                fresh.open(path, document.source.text().to_owned());
            }
        }
        fresh.analyse();
        fresh.shown
    }
}

fn uri(root: &Path, path: &str) -> Uri {
    Uri::from_str(&format!("file://{}", root.join(path).display())).unwrap()
}

/// Settings that differ in what rules obey, and in a switch by which the test tells them apart.
fn client_settings(on: bool) -> ClientSettings {
    ClientSettings::new(
        &json!({"rules": {"TM101": if on { "error" } else { "off" }}, "inlayHints.progress": on}),
    )
}

fn text_of(plan: usize) -> String {
    let output = if plan == 1 { LINES[5] } else { "" };
    format!("# Plan\n\n{output}\n\n## Phase 1: All\n\n{}\n{}\n", LINES[0], LINES[1])
}

fn write(path: &Path, text: Option<&str>) {
    match text {
        Some(text) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        None => drop(std::fs::remove_file(path)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_events_ends_as_a_fresh_start_does(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        let mut client = Client::new(&root, true);
        let mut edited_after_disk = true;
        for step in steps {
            let was_open = client.is_open(STATUS);
            match &step {
                Step::WriteStatus(_) => edited_after_disk = false,
                Step::OpenStatus => edited_after_disk |= !was_open && root.join(STATUS).exists(),
                Step::EditStatus(_) => edited_after_disk |= was_open,
                _ => {}
            }
            client.take(step);
        }
        // A buffer older than the disk does not count; a fresh server would be told of it last. Closed, both see the disk.
        if !edited_after_disk {
            client.close(STATUS);
        }
        client.analyse();
        prop_assert_eq!(&client.shown, &client.fresh());
        // And nothing is left of what is closed.
        for path in [SETTINGS, STATUS, PLANS[0], PLANS[1]] {
            client.close(path);
        }
        client.analyse();
        prop_assert_eq!(client.shown, BTreeMap::new());
    }
}
