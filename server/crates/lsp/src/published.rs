//! What the client was last told about each file, so that it is told once and what is gone is cleared.

use std::collections::HashMap;

use tower_lsp::ls_types::{Diagnostic, PublishDiagnosticsParams, Uri};

/// The diagnostics that the client has, by file.
#[derive(Debug, Default)]
pub(crate) struct Published {
    by_uri: HashMap<Uri, Set>,
}

#[derive(Debug)]
struct Set {
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

impl Published {
    /// What to tell the client of an open document: exactly once for each analysed version, and again for the same version
    /// only if something else is to be said of it.
    pub(crate) fn open(
        &mut self,
        uri: &Uri,
        version: i32,
        diagnostics: Vec<Diagnostic>,
    ) -> Option<PublishDiagnosticsParams> {
        self.set(uri, Some(version), diagnostics, true)
    }

    /// What to tell the client of a file that it may not have open: something only if the set is another one.
    pub(crate) fn closed(
        &mut self,
        uri: &Uri,
        diagnostics: Vec<Diagnostic>,
    ) -> Option<PublishDiagnosticsParams> {
        self.set(uri, None, diagnostics, false)
    }

    /// What to tell the client of a file that nothing more is to be said of: that, if anything was said.
    pub(crate) fn clear(&mut self, uri: &Uri) -> Option<PublishDiagnosticsParams> {
        let set = self.by_uri.remove(uri)?;
        (!set.diagnostics.is_empty()).then(|| PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None))
    }

    /// All files that something was said of.
    pub(crate) fn uris(&self) -> impl Iterator<Item = &Uri> {
        self.by_uri.keys()
    }

    fn set(
        &mut self,
        uri: &Uri,
        version: Option<i32>,
        diagnostics: Vec<Diagnostic>,
        each_version: bool,
    ) -> Option<PublishDiagnosticsParams> {
        let told = match self.by_uri.get(uri) {
            None => diagnostics.is_empty() && !each_version,
            Some(set) => set.diagnostics == diagnostics && (!each_version || set.version == version),
        };
        if told {
            return None;
        }
        self.by_uri.insert(uri.clone(), Set { version, diagnostics: diagnostics.clone() });
        Some(PublishDiagnosticsParams::new(uri.clone(), diagnostics, version))
    }
}
