//! Links to files that are there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tallymark_ide::{Base, FileLink};
use tallymark_sync::File;
use tower_lsp::ls_types::{DocumentLink, Uri};

use super::{diagnostic, position};
use crate::session::Session;
use crate::snapshot::Snapshot;

/// The links of one of the two files that lead somewhere. Each path is looked for once.
pub(crate) fn links(snapshot: &Snapshot, file: File, session: &Session) -> Option<Vec<DocumentLink>> {
    let source = diagnostic::source(&snapshot.analysis, file)?;
    let plan_folder = snapshot.path.as_deref().and_then(Path::parent);
    let output = snapshot.located.as_ref().and_then(|located| located.path.parent());
    let folder = |base: &Base| match base {
        Base::Root => Some(snapshot.root.as_path()),
        Base::Plan => plan_folder,
        Base::Output => output,
    };
    let mut known: HashMap<(String, &[Base]), Option<Uri>> = HashMap::new();
    let mut target = |link: &FileLink| {
        let look = || {
            let candidates = link.from.iter().filter_map(folder).map(|folder| folder.join(&link.path));
            let there = candidates.into_iter().find(|path| path.exists())?;
            Uri::from_file_path(tidy(&there))
        };
        known.entry((link.path.clone(), link.from)).or_insert_with(look).clone()
    };
    let links = tallymark_ide::file_links(&snapshot.analysis, file);
    let links = links.into_iter().filter_map(|link| {
        Some(DocumentLink {
            target: Some(target(&link)?),
            range: position::range(source, link.span, session.encoding),
            tooltip: Some(link.tooltip).filter(|_| session.can.link_tooltips),
            data: None,
        })
    });
    Some(links.collect())
}

/// A path without `.` and a separator at its end.
fn tidy(path: &Path) -> PathBuf {
    path.components().collect()
}
