//! `tallymark all-plans`, `tallymark status --all`.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use serde::Serialize;
use tallymark_sync::Progress;
use tallymark_workspace::{Loaded, discover, load_if_plan};
use unicode_width::UnicodeWidthStr;

use crate::current::no_plan;
use crate::exit::{Exit, Failure};
use crate::output::{FAINT, Output, STRONG, WARNING, harmless};
use crate::report::{Counts, SCHEMA_VERSION, counted};
use crate::session::Session;

/// A longer path does not push the others' progress to the right.
const WIDEST: usize = 60;

/// Show how far every plan of the workspace is
#[derive(Args)]
pub struct AllPlans {
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// All plans of a workspace.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanList {
    schema_version: u32,
    plans: Vec<Plan>,
    /// Of all plans together.
    progress: Counts,
    /// Status files that more than one plan has: each would undo what the other says.
    shared: Vec<Shared>,
    /// Plans that cannot be read, and why.
    problems: Vec<Problem>,
}

/// A plan.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Plan {
    path: String,
    title: Option<String>,
    /// The path of status.json, where there is one.
    status: Option<String>,
    /// Whether that can be read; without one there is nothing that could not.
    readable: bool,
    progress: Counts,
    #[serde(skip)]
    counted: Progress,
}

/// A status file of several plans.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Shared {
    status: String,
    plans: Vec<String>,
}

/// A plan that cannot be read.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Problem {
    path: String,
    message: String,
}

impl AllPlans {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        show(session, self.json)
    }
}

/// Shows all plans of the workspace that we are in.
///
/// # Errors
/// There is none, or one cannot be read; the others are shown then.
pub fn show(session: &mut Session, json: bool) -> Result<Exit, Failure> {
    let list = list(session);
    let broken = list
        .as_ref()
        .map_or(0, |list| list.problems.len() + list.plans.iter().filter(|plan| !plan.readable).count());
    let exit = session.answer(json, list, text)?;
    match broken {
        0 => Ok(exit),
        _ if json => Ok(Exit::CouldNot),
        _ => Err(Failure::could_not(format!("{} not be read", counted(broken, "file could", "files could")))
            .help("`tallymark check` says why")),
    }
}

fn list(session: &Session) -> Result<PlanList, Failure> {
    let workspace = session.workspace(session.root_of(&session.folder));
    session.warn_of_settings(&workspace);
    let found = discover(&workspace.root, &[], &workspace.settings);
    let read: Vec<_> = found
        .plans
        .par_iter()
        .map(|path| (path, load_if_plan(&workspace.root, path, &workspace.settings, None)))
        .collect();
    let (mut plans, mut problems) = (Vec::new(), Vec::new());
    let mut total = Progress::default();
    let mut by_status: HashMap<PathBuf, Vec<String>> = HashMap::new();
    for (path, loaded) in read {
        match loaded {
            Ok(Some(loaded)) => {
                let plan = plan(session, &loaded);
                total.merge(plan.counted);
                if let Some(real) = loaded.located.own_file() {
                    by_status.entry(real).or_default().push(plan.path.clone());
                }
                plans.push(plan);
            }
            Ok(None) => {}
            Err(error) => problems.push(Problem { path: session.shown(path), message: error.message }),
        }
    }
    if plans.is_empty() && problems.is_empty() {
        return Err(no_plan(session, std::slice::from_ref(&workspace.root), found.looked_at));
    }
    let mut shared: Vec<Shared> = by_status
        .into_iter()
        .filter(|(_, plans)| plans.len() > 1)
        .map(|(status, plans)| Shared { status: session.shown(&status), plans })
        .collect();
    shared.sort_by(|a, b| a.status.cmp(&b.status));
    Ok(PlanList { schema_version: SCHEMA_VERSION, plans, progress: total.into(), shared, problems })
}

fn plan(session: &Session, loaded: &Loaded) -> Plan {
    let joined = &loaded.analysis.joined;
    let title = joined.plan.title.map(|title| joined.plan.slice(title).to_owned());
    Plan {
        path: session.shown(&loaded.path),
        title,
        status: loaded.located.exists.then(|| session.shown(&loaded.located.path)),
        readable: !loaded.located.exists || joined.status().is_some(),
        progress: joined.total.into(),
        counted: joined.total,
    }
}

fn text(output: &Output, list: &PlanList) -> String {
    let widest = list.plans.iter().map(|plan| harmless(&plan.path).width()).max().unwrap_or(0).min(WIDEST);
    let mut text = String::new();
    for plan in &list.plans {
        let path = harmless(&plan.path);
        let gap = " ".repeat(widest.saturating_sub(path.width()));
        text.push_str(&format!("{path}{gap}  {}", output.styled(STRONG, &plan.counted.to_string())));
        for (count, what) in [(plan.counted.in_progress, "in progress"), (plan.counted.failed, "failed")] {
            if count > 0 {
                text.push_str(&format!("  {count} {what}"));
            }
        }
        if !plan.readable {
            text.push_str(&format!("  {}", output.styled(WARNING, "status.json cannot be read")));
        } else if plan.status.is_none() {
            text.push_str(&format!("  {}", output.styled(FAINT, "no status.json")));
        }
        text.push('\n');
    }
    for shared in &list.shared {
        let plans = shared.plans.iter().map(|plan| harmless(plan)).collect::<Vec<_>>().join(", ");
        let line = format!("{} is the status file of {plans}", harmless(&shared.status));
        text.push_str(&format!("{}\n", output.styled(WARNING, &line)));
    }
    for problem in &list.problems {
        let line = format!("{} {}", harmless(&problem.path), harmless(&problem.message));
        text.push_str(&format!("{}\n", output.styled(WARNING, &line)));
    }
    text
}
