//! Which plan a command is about, where it is about one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rayon::prelude::*;
use tallymark_status::{Status, Store};
use tallymark_workspace::{Loaded, SETTINGS_FILE, discover, is_plan, load_without_findings, relative};

use crate::exit::{Exit, Failure};
use crate::session::{Session, Workspace};

/// The file that names the plan that is being worked on, from the root.
const CURRENT_PLAN: &str = ".claude/current-plan.txt";

/// How many plans are named where one has to be chosen.
const SHOWN: usize = 20;

/// The option that chooses a plan.
#[derive(Args)]
pub struct Choice {
    /// The plan; without it the one that .claude/current-plan.txt names, else the workspace's only plan
    #[arg(long, value_name = "FILE", env = "TALLYMARK_PLAN", hide_env_values = true)]
    pub plan: Option<PathBuf>,
}

/// A plan that a command is about.
pub struct Current {
    /// The root, and its settings.
    pub workspace: Workspace,
    /// The plan, its status.json, and what can be said of both.
    pub loaded: Loaded,
}

impl Choice {
    /// Finds and loads the plan.
    ///
    /// # Errors
    /// There is none, there are several, or it cannot be read.
    pub fn load(&self, session: &Session) -> Result<Current, Failure> {
        let (workspace, path) = match &self.plan {
            Some(plan) => {
                let path = session.absolute(plan);
                (session.workspace(session.root_of(&path)), path)
            }
            None => {
                let workspace = session.workspace(session.root_of(&session.folder));
                let path = match named(&workspace)? {
                    Some(path) => path,
                    None => only_plan(session, &workspace)?,
                };
                (workspace, path)
            }
        };
        session.warn_of_settings(&workspace);
        let loaded = load_without_findings(&workspace.root, &path, &workspace.settings, Some(session.now))
            .map_err(|error| {
                Failure::could_not(format!("{} {}", session.shown(&error.path), error.message))
            })?;
        if let tallymark_plan::Verdict::NotAPlan(why) = loaded.analysis.joined.plan.verdict {
            let shown = session.shown(&path);
            return Err(Failure::could_not(format!("{shown} is not taken for a plan: {why}")).help(format!(
                "if it is one, say so in {SETTINGS_FILE}: [[dialect]] glob = \"{}\", name = \"plain\"",
                relative(&workspace.root, &path)
            )));
        }
        Ok(Current { workspace, loaded })
    }
}

impl Current {
    /// What status.json says.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn status(&self, session: &Session) -> Result<&Arc<Status>, Failure> {
        let located = &self.loaded.located;
        let status = self.loaded.analysis.joined.status_file.as_ref();
        match status.filter(|status| status.readable) {
            Some(status) => Ok(status),
            None if located.exists => {
                let shown = session.shown(&located.path);
                Err(Failure::could_not(format!("{shown} cannot be read")).help("`tallymark check` says why"))
            }
            None if is_lost(&self.loaded) => Err(lost(session, &self.loaded)),
            None => Err(Failure::could_not(format!("there is no {}", session.shown(&located.path)))
                .help("`tallymark init` makes it")),
        }
    }

    /// How a command ends that has shown the plan.
    ///
    /// # Errors
    /// There is a status.json, and it cannot be read: only half of the truth was shown.
    pub fn shown(&self, session: &Session) -> Result<Exit, Failure> {
        let status = self.loaded.analysis.joined.status_file.as_deref();
        match status.filter(|status| !status.readable).and_then(|status| status.problems.first()) {
            Some(problem) => Err(Failure::could_not(format!(
                "{} is {}; what is shown is what the marks in the plan say",
                session.shown(&self.loaded.located.path),
                why(&problem.kind)
            ))),
            None => Ok(Exit::Done),
        }
    }
}

/// Why a status.json cannot be read.
fn why(kind: &tallymark_status::ProblemKind) -> &str {
    match kind {
        tallymark_status::ProblemKind::Unreadable(why) => why,
        _ => "not a status file",
    }
}

/// Whether a plan's status.json is gone: it is not there, but what it held before is kept beside its place.
pub fn is_lost(loaded: &Loaded) -> bool {
    let located = &loaded.located;
    !located.exists
        && Store::generations(&located.own)
            .is_ok_and(|generations| generations.iter().any(|generation| generation.status.is_ok()))
}

/// Refuses to go by the boxes alone where a status.json is gone that can be brought back.
///
/// # Errors
/// It is gone.
pub fn refuse_lost(session: &Session, loaded: &Loaded) -> Result<(), Failure> {
    if is_lost(loaded) { Err(lost(session, loaded)) } else { Ok(()) }
}

/// That a status.json is gone, and the ways on.
fn lost(session: &Session, loaded: &Loaded) -> Failure {
    Failure::could_not(lost_sentence(session, loaded))
        .help("`tallymark init` makes a new one from the boxes of the plan instead")
}

/// The same in a sentence.
pub fn lost_sentence(session: &Session, loaded: &Loaded) -> String {
    let shown = session.shown(&loaded.located.own);
    format!("{shown} is gone: it was here; `tallymark restore` brings it back")
}

/// The plan that `.claude/current-plan.txt` names.
fn named(workspace: &Workspace) -> Result<Option<PathBuf>, Failure> {
    let file = workspace.root.join(CURRENT_PLAN);
    let text = match tallymark_workspace::read_source(&file) {
        Ok(source) => source.text().to_owned(),
        Err(error) if error.missing => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let name = text.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let path = workspace.root.join(name);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Failure::could_not(format!("{CURRENT_PLAN} names {name}, and there is no such file"))
        .help("name another with --plan"))
}

/// The only plan of the workspace.
fn only_plan(session: &Session, workspace: &Workspace) -> Result<PathBuf, Failure> {
    let found = discover(&workspace.root, &[], &workspace.settings);
    let mut plans: Vec<PathBuf> =
        found.plans.par_iter().filter(|path| is_readable_plan(workspace, path)).cloned().collect();
    match plans.len() {
        0 => Err(no_plan(session, std::slice::from_ref(&workspace.root), found.looked_at)),
        1 => Ok(plans.remove(0)),
        count => {
            let mut failure = Failure::could_not(format!("there are {count} plans; name one with --plan"));
            for path in plans.iter().take(SHOWN) {
                failure = failure.help(session.shown(path));
            }
            if count > SHOWN {
                failure = failure.help(format!("… and {} more", count - SHOWN));
            }
            Err(failure)
        }
    }
}

/// Whether a file is a plan. One that cannot be read is none that a command could choose by itself.
fn is_readable_plan(workspace: &Workspace, path: &Path) -> bool {
    is_plan(&workspace.root, path, &workspace.settings).unwrap_or(false)
}

/// No plan was found: where was looked, and what would be one.
pub fn no_plan(session: &Session, folders: &[PathBuf], looked_at: usize) -> Failure {
    let files = if looked_at == 1 { "1 file".to_owned() } else { format!("{looked_at} files") };
    let mut failure = Failure::could_not("no plan was found");
    for folder in folders {
        let settings = session.workspace(session.root_of(folder)).settings;
        let globs = match settings.include() {
            Some(globs) => format!(" for {} ({SETTINGS_FILE})", globs.join(", ")),
            None => " for markdown with tasks".to_owned(),
        };
        failure = failure.help(format!("looked in {}{globs}", folder.display()));
    }
    failure
        .help(format!("{files} looked at; a plan is markdown with tasks like `- [ ] 1.1 Write the parser`"))
        .help("`tallymark explain FILE:LINE` says why a line is no task, or its file no plan")
}
