//! Renaming the files that agents wrote their findings into, which bear the ids of tasks in their names.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tallymark_sync::Renumbering;
use tallymark_workspace::relative;

use crate::current::Current;
use crate::exit::Failure;

/// A findings file that has another name now. Paths are from the root.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Renamed {
    pub from: String,
    pub to: String,
}

/// The files there are to be renamed, each with its new path.
fn present(current: &Current, renumbering: &Renumbering) -> Vec<(PathBuf, PathBuf)> {
    let beside = current.loaded.located.path.parent().unwrap_or(Path::new("."));
    let folders = [beside, current.workspace.root.as_path()];
    let found = renumbering.findings.iter().filter_map(|file| {
        let folder = folders.iter().find(|folder| folder.join(&file.from).is_file())?;
        Some((folder.join(&file.from), folder.join(&file.to)))
    });
    found.collect()
}

/// What would be renamed.
pub fn planned(current: &Current, renumbering: &Renumbering) -> Vec<Renamed> {
    present(current, renumbering).iter().map(|(from, to)| told(current, from, to)).collect()
}

/// Renames the files, all by way of names of their own, so that two can take each other's. A file that is in the way stays,
/// and so does the one that would have its name: that is told as a failure behind what was done.
pub fn rename(current: &Current, renumbering: &Renumbering) -> (Vec<Renamed>, Option<Failure>) {
    let mut aside = Vec::new();
    let mut failed: Vec<String> = Vec::new();
    for (from, to) in present(current, renumbering) {
        let mut name = from.clone().into_os_string();
        name.push(".renumbered");
        let between = PathBuf::from(name);
        match rename_to_free(&from, &between) {
            Ok(()) => aside.push((from, between, to)),
            Err(error) => failed.push(format!("{}: {error}", shown(current, &from))),
        }
    }
    let mut renamed = Vec::new();
    for (from, between, to) in aside {
        match rename_to_free(&between, &to) {
            Ok(()) => renamed.push(told(current, &from, &to)),
            Err(error) => {
                let back = rename_to_free(&between, &from);
                let place = if back.is_ok() { &from } else { &between };
                failed.push(format!("{} stays: {}: {error}", shown(current, place), shown(current, &to)));
            }
        }
    }
    let failure = (!failed.is_empty()).then(|| {
        let what = "plan and status.json have the new ids, and some findings files their old names";
        failed.into_iter().fold(Failure::could_not(what), Failure::help)
    });
    (renamed, failure)
}

/// Renames a file unless something has the new name.
fn rename_to_free(from: &Path, to: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, "there is such a file already"));
    }
    fs::rename(from, to)
}

fn told(current: &Current, from: &Path, to: &Path) -> Renamed {
    Renamed { from: shown(current, from), to: shown(current, to) }
}

fn shown(current: &Current, path: &Path) -> String {
    relative(&current.workspace.root, path)
}
