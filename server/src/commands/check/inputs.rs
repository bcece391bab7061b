//! Which files `check` looks at, and under which settings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tallymark_sync::rules;
use tallymark_workspace::{SETTINGS_FILE, Values, discover, nearest};

use super::Input;
use crate::exit::Failure;
use crate::output::{complain, harmless};
use crate::report::{InputProblem, name};
use crate::session::{Session, Workspace};

/// What was found.
pub struct Found {
    /// The workspaces, each with its files, and those of them that were named.
    workspaces: Vec<(Workspace, Vec<PathBuf>, Vec<PathBuf>)>,
    /// What could not be read on the way.
    pub problems: Vec<InputProblem>,
    /// The folders that were looked in.
    pub folders: Vec<PathBuf>,
    /// How many files were looked at.
    pub looked_at: usize,
}

impl Found {
    /// All files, by path, each once.
    pub fn inputs(&self) -> Vec<Input<'_>> {
        let mut inputs = Vec::new();
        for (workspace, files, named) in &self.workspaces {
            inputs.extend(files.iter().map(|path| {
                let named = named.binary_search(path).is_ok();
                Input { workspace, path: path.clone(), named }
            }));
        }
        inputs.sort_by(|one: &Input<'_>, other| one.path.cmp(&other.path));
        inputs.dedup_by(|one, other| one.path == other.path);
        inputs
    }
}

/// Finds the files below `paths`, each under the settings of its own root, with the command line's above them.
///
/// # Errors
/// A path that does not exist.
pub fn find(session: &Session, paths: &[PathBuf], values: &Values) -> Result<Found, Failure> {
    let paths: Vec<PathBuf> = if paths.is_empty() {
        vec![session.folder.clone()]
    } else {
        paths.iter().map(|path| session.absolute(path)).collect()
    };
    let mut by_root: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in &paths {
        if !path.try_exists().unwrap_or(true) {
            return Err(Failure::could_not(format!(
                "{}: there is no such file or folder",
                session.shown(path)
            )));
        }
        by_root.entry(session.root_of(path)).or_default().push(path.clone());
    }
    let mut found = Found { workspaces: Vec::new(), problems: Vec::new(), folders: paths, looked_at: 0 };
    while let Some((root, paths)) = by_root.pop_first() {
        let mut workspace = session.workspace(root);
        workspace.settings = workspace.settings.below(values.clone());
        let settings_file = workspace.root.join(SETTINGS_FILE);
        found.problems.extend(workspace.problems.iter().map(|(message, line, column)| InputProblem {
            name: name(&settings_file, session.shown(&settings_file)),
            position: Some((*line, *column)),
            message: message.clone(),
        }));
        let discovery = discover(&workspace.root, &paths, &workspace.settings);
        found.looked_at += discovery.looked_at;
        found.problems.extend(discovery.problems.into_iter().map(|(path, message)| InputProblem {
            name: name(&path, session.shown(&path)),
            position: None,
            message,
        }));
        // A folder with settings of its own is a workspace of its own; under `--root` there is only the one.
        for nested in discovery.nested {
            by_root.entry(session.root_of(&nested)).or_default().push(nested);
        }
        found.workspaces.push((workspace, discovery.plans, discovery.named));
    }
    Ok(found)
}

/// The codes of the rules that a selector means: a code, the beginning of codes, or a name.
///
/// # Errors
/// It means none.
pub fn rules_of(selector: &str) -> Result<Vec<&'static str>, Failure> {
    let begins = selector.to_ascii_uppercase();
    let by_code = begins.len() >= 2 && begins.starts_with("TM");
    let codes: Vec<&'static str> = rules::RULES
        .iter()
        .filter(|rule| rule.name.eq_ignore_ascii_case(selector) || by_code && rule.code.starts_with(&begins))
        .map(|rule| rule.code)
        .collect();
    if codes.is_empty() {
        return Err(unknown_rule(selector));
    }
    Ok(codes)
}

/// No rule is called so; these come near.
pub fn unknown_rule(selector: &str) -> Failure {
    let failure = Failure::could_not(format!("no rule is called {selector}"));
    let names = rules::RULES.iter().flat_map(|rule| [rule.code, rule.name]);
    match nearest(selector, names, 3).as_slice() {
        [] => failure.help("`tallymark explain` lists all"),
        close => failure.help(format!("did you mean {}?", close.join(", "))),
    }
}

/// Tells what could not be read on standard error, where no report does.
pub fn tell_problems(problems: &[InputProblem]) {
    for problem in problems {
        let place = problem.position.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
        complain(&format!(
            "error: {}{place}: {}\n",
            harmless(&problem.name.shown),
            harmless(&problem.message)
        ));
    }
}
