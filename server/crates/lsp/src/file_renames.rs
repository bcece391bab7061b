//! What plans have to say otherwise when files are about to get other names: edits of links and of `**Output:**`.
//!
//! Plans that are not open are read from the disk: a rename is rare, may be slow, and must not miss one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_ide::{FileRename, rename_edits};
use tallymark_plan::{Options, Plan};
use tallymark_workspace::{SETTINGS_FILE, Settings};
use tower_lsp::ls_types::{RenameFilesParams, Uri, WorkspaceEdit};

use crate::convert::edit::{self, FileEdits};
use crate::session::{Session, file_path};
use crate::snapshot::Snapshot;

/// The edits for the renames; `None` if no plan has to be edited.
pub(crate) fn will_rename(
    params: &RenameFilesParams,
    open: &[Arc<Snapshot>],
    session: &Session,
) -> Option<WorkspaceEdit> {
    let renames: Vec<FileRename> = params
        .files
        .iter()
        .filter_map(|file| {
            Some(FileRename { from: path_text(&file.old_uri)?, to: path_text(&file.new_uri)? })
        })
        .filter(|rename| rename.from != rename.to)
        .collect();
    if renames.is_empty() {
        return None;
    }
    let mut files = Vec::new();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for snapshot in open.iter().filter(|snapshot| snapshot.is_plan()) {
        let Some(path) = &snapshot.path else { continue };
        seen.insert(path.clone());
        let plan = &snapshot.analysis.joined.plan;
        let uri = snapshot.uri.clone();
        files.extend(edits(plan, path, &snapshot.root, &renames, uri, Some(snapshot.version), session));
    }
    for (root, path, plan) in plans_on_disk(session, &seen, &renames) {
        let Some(uri) = Uri::from_file_path(&path) else { continue };
        files.extend(edits(&plan, &path, &root, &renames, uri, None, session));
    }
    files.sort_by(|a, b| a.uri.cmp(&b.uri));
    (!files.is_empty()).then(|| edit::workspace_edits(files, "Update links in plans", session))
}

fn edits(
    plan: &Plan,
    path: &Path,
    root: &Path,
    renames: &[FileRename],
    uri: Uri,
    version: Option<i32>,
    session: &Session,
) -> Option<FileEdits> {
    let edits = rename_edits(plan, &slashes(path), &slashes(root), renames);
    let edits = edit::text_edits(&plan.source, &edits, session.encoding);
    (!edits.is_empty()).then_some(FileEdits { uri, version, edits })
}

/// The plans below the workspace folders that are not open and may lead to what is renamed, with their roots.
fn plans_on_disk(
    session: &Session,
    open: &HashSet<PathBuf>,
    renames: &[FileRename],
) -> Vec<(PathBuf, PathBuf, Plan)> {
    // A plan that leads to something names it; one that moves itself leads elsewhere from its new place.
    let names: Vec<&str> = renames.iter().filter_map(|rename| rename.from.rsplit('/').next()).collect();
    let concerns = |path: &Path, text: &str| {
        let path = slashes(path);
        names.iter().any(|name| text.contains(name) || text.contains(&name.replace(' ', "%20")))
            || renames.iter().any(|rename| path.starts_with(&rename.from))
    };
    let mut found = Vec::new();
    // A folder in a workspace may be a root of its own, with settings of its own.
    let mut pending: Vec<PathBuf> = session.folders.clone();
    let mut looked_at = HashSet::new();
    while let Some(folder) = pending.pop() {
        if !looked_at.insert(folder.clone()) {
            continue;
        }
        let root = tallymark_workspace::find_root(&folder.join(SETTINGS_FILE), &folder);
        let settings = Settings::load(&root).0.with_editor(&session.settings.editor).0;
        let discovered = tallymark_workspace::discover(&root, std::slice::from_ref(&folder), &settings);
        pending.extend(discovered.nested);
        for path in discovered.plans {
            if open.contains(&path) {
                continue;
            }
            let Ok(source) = tallymark_workspace::read_source(&path) else { continue };
            if !concerns(&path, source.text()) {
                continue;
            }
            let relative = tallymark_workspace::relative(&root, &path);
            let dialect = settings.dialect(&relative);
            let plan = tallymark_plan::parse(Arc::new(source), Options { path: &relative, dialect });
            if plan.is_plan() {
                found.push((root.clone(), path, plan));
            }
        }
    }
    found
}

/// The path of a URI, as text with `/`.
fn path_text(uri: &str) -> Option<String> {
    Some(slashes(&file_path(&uri.parse().ok()?)?))
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() };
    text.trim_end_matches('/').to_owned()
}
