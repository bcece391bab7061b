//! What was agreed with the client, and what it wants.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tallymark_ide::Outline;
use tallymark_text::Encoding;
use tallymark_workspace::EditorSettings;
use tower_lsp::ls_types::*;

use crate::convert::token::ToldTokens;

/// What holds for the whole session. Fixed by `initialize`, except for folders and settings.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// How the client counts columns.
    pub(crate) encoding: Encoding,
    /// How it gets diagnostics.
    pub(crate) transport: Transport,
    /// What it can do.
    pub(crate) can: Abilities,
    /// What it calls itself, for the history of status.json.
    pub(crate) client_name: String,
    /// The workspace folders, in the client's order.
    pub(crate) folders: Vec<PathBuf>,
    /// Its settings.
    pub(crate) settings: ClientSettings,
    /// The colours that it was last told of each document.
    pub(crate) told_tokens: ToldTokens,
}

/// How a client gets diagnostics: one way, never both, or each finding would show twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// We publish them.
    Push,
    /// It asks for them.
    Pull,
}

/// What the client can do, as far as it makes a difference here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    /// Answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// Shows `relatedInformation`.
    pub(crate) related_information: bool,
    /// Shows `codeDescription`.
    pub(crate) code_description: bool,
    /// Shows disabled code actions with their reason.
    pub(crate) disabled_actions: bool,
    /// Takes code action literals, not only commands.
    pub(crate) action_literals: bool,
    /// Takes document symbols as a tree.
    pub(crate) symbol_tree: bool,
    /// Takes `documentChanges`, which carry a version.
    pub(crate) document_changes: bool,
    /// Carries out `workspace/applyEdit`.
    pub(crate) apply_edit: bool,
    /// Takes `workspace/inlayHint/refresh`.
    pub(crate) refresh_hints: bool,
    /// Takes `workspace/codeLens/refresh`.
    pub(crate) refresh_lenses: bool,
    /// Shows work-done progress that the server begins.
    pub(crate) progress: bool,
    /// Takes `workspace/diagnostic/refresh`.
    pub(crate) refresh_diagnostics: bool,
    /// Takes `window/showDocument`.
    pub(crate) show_document: bool,
    /// Asks before a rename whether there is something to rename.
    pub(crate) prepare_rename: bool,
    /// Which ways lead to more than a place: with what names it, and all of what is named.
    pub(crate) goto_links: GotoLinks,
    /// Shows call hierarchies.
    pub(crate) call_hierarchy: bool,
    /// Shows the tooltips of links.
    pub(crate) link_tooltips: bool,
    /// Asks before it renames files.
    pub(crate) will_rename_files: bool,
    /// Groups edits by what they are for.
    pub(crate) change_annotations: bool,
    /// Shows hovers as markdown.
    pub(crate) markdown: bool,
    /// Shows what is told of an offer to complete as markdown.
    pub(crate) completion_markdown: bool,
    /// Takes snippets.
    pub(crate) snippets: bool,
    /// Shows words behind the label of an offer to complete.
    pub(crate) label_details: bool,
    /// Asks for a hint's tooltip when it shows it.
    pub(crate) resolve_tooltips: bool,
    /// Asks for a lens's command when it shows it, and says so (since 3.18).
    pub(crate) resolve_lenses: bool,
    /// Asks for an action's edit when it is chosen.
    pub(crate) resolve_edits: bool,
    /// How many folds it takes.
    pub(crate) most_folds: Option<u32>,
    /// Shows words of ours on a folded line.
    pub(crate) collapsed_text: bool,
    /// Lets formatting be offered and withdrawn while it runs.
    pub(crate) dynamic_formatting: bool,
    /// Lets texts of ours be offered that are in no file (`workspace/textDocumentContent`, since 3.18).
    pub(crate) text_content: bool,
    /// Takes `workspace/semanticTokens/refresh`.
    pub(crate) refresh_tokens: bool,
}

/// For which of the four ways the client takes links.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GotoLinks {
    /// `textDocument/definition`
    pub(crate) definition: bool,
    /// `textDocument/declaration`
    pub(crate) declaration: bool,
    /// `textDocument/implementation`
    pub(crate) implementation: bool,
    /// `textDocument/typeDefinition`
    pub(crate) type_definition: bool,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf16,
            transport: Transport::Push,
            can: Abilities::default(),
            client_name: "editor".to_owned(),
            folders: Vec::new(),
            settings: ClientSettings::default(),
            told_tokens: ToldTokens::default(),
        }
    }
}

impl Session {
    /// What `initialize` says.
    pub(crate) fn new(params: &InitializeParams) -> Self {
        let mut session = Self {
            encoding: encoding(&params.capabilities),
            can: abilities(&params.capabilities),
            folders: folders(params),
            ..Self::default()
        };
        if let Some(client) = &params.client_info {
            session.client_name.clone_from(&client.name);
        }
        if let Some(options) = &params.initialization_options {
            session.settings = ClientSettings::new(options);
        }
        let text_document = params.capabilities.text_document.as_ref();
        let pulls = text_document.is_some_and(|can| can.diagnostic.is_some());
        let takes_pushes = text_document.is_some_and(|can| can.publish_diagnostics.is_some());
        if pulls && (session.settings.pull || !takes_pushes) {
            session.transport = Transport::Pull;
        }
        session
    }
}

/// The first encoding of the client's list that we have (we have all three), else UTF-16, as the protocol says.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    offered
        .unwrap_or_default()
        .iter()
        .find_map(|kind| match kind.as_str() {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        })
        .unwrap_or(Encoding::Utf16)
}

/// The name of an encoding in the protocol.
pub(crate) fn encoding_kind(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

fn abilities(capabilities: &ClientCapabilities) -> Abilities {
    let mut can = Abilities::default();
    if let Some(workspace) = &capabilities.workspace {
        can.configuration = workspace.configuration.unwrap_or(false);
        can.apply_edit = workspace.apply_edit.unwrap_or(false);
        can.document_changes =
            workspace.workspace_edit.as_ref().and_then(|edit| edit.document_changes).unwrap_or(false);
        can.refresh_hints =
            workspace.inlay_hint.as_ref().and_then(|hints| hints.refresh_support).unwrap_or(false);
        can.refresh_lenses =
            workspace.code_lens.as_ref().and_then(|lenses| lenses.refresh_support).unwrap_or(false);
        can.refresh_tokens =
            workspace.semantic_tokens.as_ref().and_then(|tokens| tokens.refresh_support).unwrap_or(false);
        can.refresh_diagnostics = workspace
            .diagnostics
            .as_ref()
            .and_then(|diagnostics| diagnostics.refresh_support)
            .unwrap_or(false);
    }
    if let Some(workspace) = &capabilities.workspace {
        let edit = workspace.workspace_edit.as_ref();
        can.change_annotations =
            can.document_changes && edit.is_some_and(|edit| edit.change_annotation_support.is_some());
        let files = workspace.file_operations.as_ref();
        can.will_rename_files = files.and_then(|files| files.will_rename).unwrap_or(false);
    }
    if let Some(document) = &capabilities.text_document {
        let takes_links =
            |can: &Option<GotoCapability>| can.as_ref().and_then(|can| can.link_support).unwrap_or(false);
        can.goto_links = GotoLinks {
            definition: takes_links(&document.definition),
            declaration: takes_links(&document.declaration),
            implementation: takes_links(&document.implementation),
            type_definition: takes_links(&document.type_definition),
        };
        can.call_hierarchy = document.call_hierarchy.is_some();
        let link = document.document_link.as_ref();
        can.link_tooltips = link.and_then(|link| link.tooltip_support).unwrap_or(false);
        if let Some(publish) = &document.publish_diagnostics {
            can.related_information = publish.related_information.unwrap_or(false);
            can.code_description = publish.code_description_support.unwrap_or(false);
        }
        if let Some(action) = &document.code_action {
            can.disabled_actions = action.disabled_support.unwrap_or(false);
            can.action_literals = action.code_action_literal_support.is_some();
        }
        if let Some(symbol) = &document.document_symbol {
            can.symbol_tree = symbol.hierarchical_document_symbol_support.unwrap_or(false);
        }
        if let Some(rename) = &document.rename {
            can.prepare_rename = rename.prepare_support.unwrap_or(false);
        }
        if let Some(hover) = &document.hover {
            can.markdown = prefers_markdown(hover.content_format.as_deref());
        }
        if let Some(item) = document.completion.as_ref().and_then(|can| can.completion_item.as_ref()) {
            can.completion_markdown = prefers_markdown(item.documentation_format.as_deref());
            can.snippets = item.snippet_support.unwrap_or(false);
            can.label_details = item.label_details_support.unwrap_or(false);
        }
        if let Some(hint) = &document.inlay_hint {
            let lazy = hint.resolve_support.as_ref().map(|can| can.properties.as_slice());
            can.resolve_tooltips = lazy.unwrap_or_default().iter().any(|property| property == "tooltip");
        }
        if let Some(action) = &document.code_action {
            let lazy = action.resolve_support.as_ref().map(|can| can.properties.as_slice());
            let edits = lazy.unwrap_or_default().iter().any(|property| property == "edit");
            can.resolve_edits = edits && action.data_support.unwrap_or(false);
        }
        let dynamic = |can: &Option<DynamicRegistrationClientCapabilities>| {
            can.as_ref().and_then(|can| can.dynamic_registration).unwrap_or(false)
        };
        can.dynamic_formatting = dynamic(&document.formatting) && dynamic(&document.range_formatting);
        if let Some(folding) = &document.folding_range {
            can.most_folds = folding.range_limit;
            let shown = folding.folding_range.as_ref().and_then(|range| range.collapsed_text);
            can.collapsed_text = shown.unwrap_or(false);
        }
    }
    if let Some(window) = &capabilities.window {
        can.progress = window.work_done_progress.unwrap_or(false);
        can.show_document = window.show_document.as_ref().is_some_and(|show| show.support);
    }
    can
}

/// Whether markdown is the first of the formats; a client that names none shows plain text.
fn prefers_markdown(formats: Option<&[MarkupKind]>) -> bool {
    formats.and_then(<[MarkupKind]>::first) == Some(&MarkupKind::Markdown)
}

/// What a client says that it can do and the protocol's types do not know yet: it is newer than they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NewAbilities {
    text_content: bool,
    resolve_lenses: bool,
}

impl NewAbilities {
    /// Reads the capabilities as the client said them.
    pub(crate) fn new(capabilities: &Value) -> Self {
        let content = &capabilities["workspace"]["textDocumentContent"];
        let lazy = capabilities["textDocument"]["codeLens"]["resolveSupport"]["properties"].as_array();
        Self {
            text_content: content["dynamicRegistration"].as_bool().unwrap_or(false),
            resolve_lenses: lazy.is_some_and(|properties| properties.iter().any(|name| name == "command")),
        }
    }

    /// Adds them to the others.
    pub(crate) fn add_to(self, can: &mut Abilities) {
        can.text_content = self.text_content;
        can.resolve_lenses = self.resolve_lenses;
    }
}

/// `workspaceFolders`, else `rootUri`, else `rootPath` (one client sends only that), else where we were started.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let given = params.workspace_folders.as_deref().unwrap_or_default();
    let mut folders: Vec<PathBuf> = given.iter().filter_map(|folder| file_path(&folder.uri)).collect();
    if folders.is_empty() {
        #[allow(deprecated)]
        let old = params
            .root_uri
            .as_ref()
            .and_then(file_path)
            .or_else(|| params.root_path.as_ref().map(PathBuf::from))
            .filter(|path| path.is_absolute());
        folders.extend(old.or_else(|| std::env::current_dir().ok()));
    }
    folders
}

/// The path of a `file:` URI.
pub(crate) fn file_path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    uri.to_file_path().map(|path| path.into_owned())
}

/// What stands under `tallymark` in the client's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientSettings {
    /// What `tallymark.toml` may say too, and says more strongly.
    pub(crate) editor: EditorSettings,
    /// `diagnostics = "pull"`
    pub(crate) pull: bool,
    /// `inlayHints.progress`
    pub(crate) progress_hints: bool,
    /// `inlayHints.state`
    pub(crate) state_hints: bool,
    /// Whether hints tell who works on a task.
    pub(crate) live_hints: bool,
    /// `notifications`: whether a person is told when a run fails or an agent waits for a person.
    pub(crate) notifications: bool,
    /// `codeLens`
    pub(crate) lenses: bool,
    /// `log`: how much is logged, instead of what we were started with
    pub(crate) log: Option<String>,
    /// `outline`
    pub(crate) outline: Outline,
    /// What is wrong in them, in words.
    pub(crate) problems: Vec<String>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            editor: EditorSettings::default(),
            pull: false,
            progress_hints: true,
            state_hints: true,
            live_hints: true,
            notifications: false,
            lenses: true,
            log: None,
            outline: Outline::Full,
            problems: Vec::new(),
        }
    }
}

impl ClientSettings {
    /// Reads settings: what stands under `tallymark`, or an object that holds it under that name. `null` is what clients
    /// answer that know no such settings. A wrong value is left out and told; the others hold.
    pub(crate) fn new(value: &Value) -> Self {
        let value = value.get("tallymark").unwrap_or(value);
        let mut reader = Reader { value, problems: Vec::new() };
        let pairs = |pairs: Option<serde_json::Map<String, Value>>| -> Vec<(String, String)> {
            let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            pairs.unwrap_or_default().into_iter().map(|(key, value)| (key, text(value))).collect()
        };
        let defaults = Self::default();
        let editor = EditorSettings {
            include: reader.read("plans.include"),
            exclude: reader.read("plans.exclude"),
            dialects: pairs(reader.read("dialects")),
            status_map: pairs(reader.read("status.map")),
            status_location: reader.read("status.location").filter(|path: &String| !path.is_empty()),
            boxes: reader.read("boxes"),
            format_marks: reader.read("format.marks"),
            format_bullets: reader.read("format.bullets"),
            format_renumber: reader.read("format.renumber"),
            rules: pairs(reader.read("rules")),
        };
        let diagnostics: Option<String> = reader.read("diagnostics");
        let outline: Option<String> = reader.read("outline");
        Self {
            editor,
            pull: diagnostics.as_deref() == Some("pull"),
            progress_hints: reader.read("inlayHints.progress").unwrap_or(defaults.progress_hints),
            state_hints: reader.read("inlayHints.state").unwrap_or(defaults.state_hints),
            live_hints: reader.read("inlayHints.live").unwrap_or(defaults.live_hints),
            notifications: reader.read("notifications").unwrap_or(defaults.notifications),
            lenses: reader.read("codeLens").unwrap_or(defaults.lenses),
            log: reader.read("log").filter(|filter: &String| !filter.is_empty()),
            outline: match outline.as_deref() {
                Some("tasks") => Outline::WithoutHeadings,
                _ => defaults.outline,
            },
            problems: reader.problems,
        }
    }
}

/// Reads settings one by one.
struct Reader<'a> {
    value: &'a Value,
    problems: Vec<String>,
}

impl Reader<'_> {
    /// The setting of a name: nested objects, or a key with dots. Absent and `null` are the same.
    fn read<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let nested = name.split('.').try_fold(self.value, |value, part| value.get(part));
        let value = nested.or_else(|| self.value.get(name)).filter(|value| !value.is_null())?;
        match serde_json::from_value(value.clone()) {
            Ok(setting) => Some(setting),
            Err(error) => {
                self.problems.push(format!("tallymark.{name}: {error}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_setting_is_told_and_the_others_hold() {
        let settings = ClientSettings::new(&json!({"tallymark": {
            "plans": {"include": ["a/*.md"], "exclude": 3},
            "rules": {"TM104": "off"},
            "inlayHints.state": false,
            "boxes": null,
        }}));
        assert_eq!(settings.editor.include, Some(vec!["a/*.md".to_owned()]));
        assert_eq!(settings.editor.exclude, None);
        assert_eq!(settings.editor.rules, [("TM104".to_owned(), "off".to_owned())]);
        assert!(!settings.state_hints && settings.progress_hints);
        assert_eq!(settings.problems.len(), 1);
        assert!(settings.problems[0].starts_with("tallymark.plans.exclude: "), "{:?}", settings.problems);
    }

    #[test]
    fn clients_that_know_no_settings_answer_null() {
        assert_eq!(ClientSettings::new(&Value::Null), ClientSettings::default());
    }

    #[test]
    fn the_clients_first_encoding_is_taken() {
        let with = |encodings: &[&'static str]| {
            let general = GeneralClientCapabilities {
                position_encodings: Some(encodings.iter().map(|&name| name.into()).collect()),
                ..GeneralClientCapabilities::default()
            };
            encoding(&ClientCapabilities { general: Some(general), ..ClientCapabilities::default() })
        };
        assert_eq!(with(&["utf-32", "utf-8"]), Encoding::Utf32);
        assert_eq!(with(&["latin-1", "utf-8"]), Encoding::Utf8);
        assert_eq!(with(&[]), Encoding::Utf16);
        assert_eq!(encoding(&ClientCapabilities::default()), Encoding::Utf16);
    }

    #[test]
    fn diagnostics_go_one_way_only() {
        let transport = |text_document: Value, options: Value| {
            let params =
                json!({"capabilities": {"textDocument": text_document}, "initializationOptions": options});
            Session::new(&serde_json::from_value(params).unwrap()).transport
        };
        let both = json!({"diagnostic": {}, "publishDiagnostics": {}});
        assert_eq!(transport(both.clone(), Value::Null), Transport::Push);
        assert_eq!(transport(both, json!({"diagnostics": "pull"})), Transport::Pull);
        assert_eq!(transport(json!({"diagnostic": {}}), Value::Null), Transport::Pull);
        assert_eq!(transport(json!({}), json!({"diagnostics": "pull"})), Transport::Push);
    }
}
