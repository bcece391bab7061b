//! The documents that the client has open: their texts, kept apart from all that is derived from them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_text::{Encoding, Replaced, Source, Span};
use tallymark_workspace::SETTINGS_FILE;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::convert::position;
use crate::session::file_path;

/// What a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Markdown: a plan, or not.
    Markdown,
    /// A `status.json`.
    Status,
    /// A `tallymark.toml`.
    Settings,
    /// Something that the client should not have sent; nothing is said of it.
    Other,
}

/// An open document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The client's own URI, which it wants to hear again.
    pub(crate) uri: Uri,
    /// Its path; `None` if it has none yet (`untitled:`).
    pub(crate) path: Option<PathBuf>,
    /// What it may be.
    pub(crate) kind: Kind,
    /// The client's version of the text.
    pub(crate) version: i32,
    /// The text.
    pub(crate) source: Arc<Source>,
    /// The number of this state of the text: no other state of any document has had it.
    pub(crate) state: u64,
    /// What was edited since a state that was settled: that state, and the stretch that differs.
    pub(crate) edited_since: Option<(u64, Replaced)>,
}

/// The open documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    by_name: HashMap<String, Document>,
    /// How many states of texts there were.
    states: u64,
}

/// What a document is called, however its URI is spelled: `file:///c%3A/a` and `file:///C:/a` are one file on Windows, `%2D` and
/// `-` are one character everywhere.
fn name(uri: &Uri, windows: bool) -> String {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    let path = is_file.then(|| uri.path().decode().to_string().ok()).flatten();
    let Some(path) = path else { return uri.as_str().to_owned() };
    let host = uri.authority().map_or("", |authority| authority.host());
    let mut name = format!("file://{host}{path}");
    if windows && path.as_bytes().get(2) == Some(&b':') {
        let drive = "file://".len() + host.len() + 1;
        name[drive..=drive].make_ascii_lowercase();
    }
    name
}

impl Documents {
    /// Takes a document that was opened; one that was open already is replaced.
    pub(crate) fn open(&mut self, mut item: TextDocumentItem) -> &Document {
        let name = name(&item.uri, cfg!(windows));
        // Opened twice and spelled differently: it goes on under the first URI.
        if let Some(before) = self.by_name.get(&name) {
            item.uri.clone_from(&before.uri);
        }
        let path = file_path(&item.uri);
        self.states += 1;
        let document = Document {
            kind: kind(path.as_deref(), &item.language_id),
            path,
            version: item.version,
            source: Arc::new(Source::new(&item.text)),
            state: self.states,
            edited_since: None,
            uri: item.uri,
        };
        self.by_name.entry(name).insert_entry(document).into_mut()
    }

    /// Applies edits, one after the other, as they were made. `None` for a document that is not open.
    pub(crate) fn edit(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.by_name.get_mut(&name(uri, cfg!(windows)))?;
        let source = Arc::make_mut(&mut document.source);
        let mut edited_since = document.edited_since;
        for change in changes {
            let old = match change.range {
                Some(range) => position::span(source, range, encoding),
                None => Span::new(0, source.len()),
            };
            let length = source.len();
            match change.range {
                Some(_) => source.replace(old, &change.text),
                None => *source = Source::new(&change.text),
            }
            // Not what was sent: a byte order mark is taken away, for one.
            let replaced = Replaced::new(old, source.len() + old.len() - length);
            let (since, before) =
                edited_since.map_or((document.state, None), |(since, before)| (since, Some(before)));
            edited_since = Some((since, before.map_or(replaced, |before| before.then(replaced))));
        }
        self.states += 1;
        document.state = self.states;
        document.edited_since = edited_since;
        document.version = version;
        Some(document)
    }

    /// Says that all is known of a document as it is: from now on, edits are counted from here.
    pub(crate) fn settle(&mut self, uri: &Uri) {
        if let Some(document) = self.by_name.get_mut(&name(uri, cfg!(windows))) {
            document.edited_since = None;
        }
    }

    /// Forgets a document.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.by_name.remove(&name(uri, cfg!(windows)))
    }

    /// A document.
    pub(crate) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.by_name.get(&name(uri, cfg!(windows)))
    }

    /// The document of a path.
    pub(crate) fn of_path(&self, path: &Path) -> Option<&Document> {
        self.by_name.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.by_name.values()
    }

    /// The URI to speak of a file with: the client's own if it has it open.
    pub(crate) fn uri_of(&self, path: &Path) -> Option<Uri> {
        self.of_path(path).map(|document| document.uri.clone()).or_else(|| Uri::from_file_path(path))
    }
}

fn kind(path: Option<&Path>, language: &str) -> Kind {
    let name = path.and_then(Path::file_name).and_then(|name| name.to_str());
    match (name, language) {
        (Some("status.json"), _) => Kind::Status,
        (Some(SETTINGS_FILE), _) => Kind::Settings,
        (_, "markdown" | "quarto" | "mdx") => Kind::Markdown,
        (Some(name), _) if name.ends_with(".md") || name.ends_with(".markdown") => Kind::Markdown,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_one_name_however_its_uri_is_spelled() {
        let name = |uri: &str, windows| name(&uri.parse().unwrap(), windows);
        let same = |one: &str, other: &str, windows| name(one, windows) == name(other, windows);
        assert!(same("file:///c%3A/my%20plans/a.md", "file:///C:/my%20plans/a.md", true));
        assert!(!same("file:///c%3A/a.md", "file:///C:/a.md", false));
        assert!(!same("file:///C:/a.md", "file:///C:/A.md", true));
        assert!(same("file:///a/f%C3%BCr%23-1.md", "file:///a/f%c3%bcr%23%2D1.md", false));
        assert!(!same("file:///a%23b.md", "file:///a#b.md", false));
        assert!(!same("file:///a.md", "untitled:/a.md", false));
        assert!(!same("file://host/a.md", "file:///a.md", true));
    }

    #[test]
    fn the_name_says_more_than_the_language() {
        let kind = |path: &str, language| kind(Some(Path::new(path)), language);
        assert_eq!(kind("/a/status.json", "json"), Kind::Status);
        assert_eq!(kind("/a/.git-queue-status.json", "json"), Kind::Other);
        assert_eq!(kind("/a/tallymark.toml", "toml"), Kind::Settings);
        assert_eq!(kind("/a/plan.md", "plaintext"), Kind::Markdown);
        assert_eq!(super::kind(None, "markdown"), Kind::Markdown);
    }
}
