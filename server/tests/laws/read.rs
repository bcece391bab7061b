//! Reading our own manifests and sources.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, TableLike};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace's folder")
        .to_owned()
}

/// A file of ours: its path from the root with `/`, and its text.
pub struct Text {
    pub path: String,
    pub text: String,
}

impl Text {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// All files below `folder` whose name ends so.
pub fn files(folder: &str, end: &str) -> Vec<Text> {
    let root = root();
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() && entry.file_name() != "target" {
                folders.push(path);
            } else if entry.file_name().to_string_lossy().ends_with(end) {
                let text = fs::read_to_string(&path).expect("our own files can be read");
                let relative = path.strip_prefix(&root).expect("it lies below the root").to_string_lossy();
                files.push(Text { path: relative.replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// All our sources but tests, benches and examples: crates and the binary.
pub fn sources() -> Vec<Text> {
    let mut sources = files("server/crates", ".rs");
    sources.extend(files("server/src", ".rs"));
    sources.retain(|source| source.path.contains("/src/"));
    assert!(sources.len() > 20, "the sources were not found: only {} files", sources.len());
    without_test_files(sources)
}

pub fn crate_of(path: &str) -> &str {
    path.strip_prefix("server/crates/").and_then(|rest| rest.split('/').next()).unwrap_or("tallymark")
}

/// Leaves out the files that are declared `#[cfg(test)] mod name;`.
pub fn without_test_files(sources: Vec<Text>) -> Vec<Text> {
    let mut tests = Vec::new();
    for source in &sources {
        let mut lines = source.text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line != "#[cfg(test)]" {
                continue;
            }
            if let Some(name) = lines.next().and_then(|line| line.strip_prefix("mod ")?.strip_suffix(';')) {
                let folder = module_folder(&source.path);
                tests.push(format!("{folder}/{name}.rs"));
                tests.push(format!("{folder}/{name}/"));
            }
        }
    }
    let is_test =
        |path: &str| tests.iter().any(|test| path == test || (test.ends_with('/') && path.starts_with(test)));
    sources.into_iter().filter(|source| !is_test(&source.path)).collect()
}

/// The folder of the modules that a file declares.
fn module_folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = ["/lib.rs", "/main.rs", "/mod.rs"].iter().any(|name| path.ends_with(name));
    if own { folder } else { path.trim_end_matches(".rs") }
}

/// The lines of a source that are code, with their numbers: no comments, and no test module at the end of the file.
pub fn code(text: &str) -> Vec<(usize, &str)> {
    let mut code = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let next = lines.peek().map_or("", |(_, line)| line.trim());
        if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            break;
        }
        let line = line.split_once("//").map_or(line, |(code, _)| code);
        code.push((index + 1, line));
    }
    code
}

/// Each place where one of `names` stands in code, as `path:line: name`.
pub fn mentions(source: &Text, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (line, text) in code(&source.text) {
        for name in names {
            if let Some(at) = text.find(name) {
                let before = text[..at].chars().next_back();
                // The end of a longer word is another word.
                let whole = name.starts_with('.')
                    || !before.is_some_and(|before| before.is_alphanumeric() || before == '_');
                if whole {
                    found.push(format!("{}:{line}: `{name}`", source.path));
                }
            }
        }
    }
    found
}

pub fn manifest_of(manifest: &Text) -> DocumentMut {
    manifest.text.parse().unwrap_or_else(|error| panic!("{}: {error}", manifest.path))
}

/// The dependencies of a manifest as it names them, those of targets too; not those of tests.
pub fn dependencies(manifest: &Text) -> Vec<String> {
    let document = manifest_of(manifest);
    let mut tables: Vec<&dyn TableLike> = vec![document.as_table()];
    if let Some(targets) = document.get("target").and_then(Item::as_table_like) {
        tables.extend(targets.iter().filter_map(|(_, target)| target.as_table_like()));
    }
    let mut names = Vec::new();
    for table in tables {
        for key in ["dependencies", "build-dependencies"] {
            if let Some(dependencies) = table.get(key).and_then(Item::as_table_like) {
                names.extend(dependencies.iter().map(|(name, _)| name.to_owned()));
            }
        }
    }
    names
}

/// The manifests of our crates; not the binary's, which sees all.
pub fn crate_manifests() -> Vec<Text> {
    let mut manifests = files("server/crates", "Cargo.toml");
    // Fuzz targets are workspaces of their own, for another compiler, and name the crate that they feed.
    manifests.retain(|manifest| !manifest.path.ends_with("fuzz/Cargo.toml"));
    assert!(manifests.len() >= 9, "the crates were not found: only {} manifests", manifests.len());
    manifests
}
