//! The documents that the client has open: their texts, kept apart from all that is derived from them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_text::{Encoding, Source};
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
}

/// The open documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    by_uri: HashMap<Uri, Document>,
}

impl Documents {
    /// Takes a document that was opened; one that was open already is replaced.
    pub(crate) fn open(&mut self, item: TextDocumentItem) -> &Document {
        let path = file_path(&item.uri);
        let document = Document {
            kind: kind(path.as_deref(), &item.language_id),
            path,
            version: item.version,
            source: Arc::new(Source::new(&item.text)),
            uri: item.uri,
        };
        self.by_uri.entry(document.uri.clone()).insert_entry(document).into_mut()
    }

    /// Applies edits, one after the other, as they were made. `None` for a document that is not open.
    pub(crate) fn edit(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.by_uri.get_mut(uri)?;
        let source = Arc::make_mut(&mut document.source);
        for change in changes {
            match change.range {
                Some(range) => source.replace(position::span(source, range, encoding), &change.text),
                None => *source = Source::new(&change.text),
            }
        }
        document.version = version;
        Some(document)
    }

    /// Forgets a document.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.by_uri.remove(uri)
    }

    /// A document.
    pub(crate) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.by_uri.get(uri)
    }

    /// The document of a path.
    pub(crate) fn of_path(&self, path: &Path) -> Option<&Document> {
        self.by_uri.values().find(|document| document.path.as_deref() == Some(path))
    }

    /// All of them, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.by_uri.values()
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
    fn the_name_says_more_than_the_language() {
        let kind = |path: &str, language| kind(Some(Path::new(path)), language);
        assert_eq!(kind("/a/status.json", "json"), Kind::Status);
        assert_eq!(kind("/a/.git-queue-status.json", "json"), Kind::Other);
        assert_eq!(kind("/a/tallymark.toml", "toml"), Kind::Settings);
        assert_eq!(kind("/a/plan.md", "plaintext"), Kind::Markdown);
        assert_eq!(super::kind(None, "markdown"), Kind::Markdown);
    }
}
