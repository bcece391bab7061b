//! `tallymark sidecar`.

use std::path::PathBuf;

use clap::Args;
use tallymark_workspace::{monitoring_place, monitoring_places};

use crate::exit::{Exit, Failure};
use crate::plan_lines::WorkspacePlans;
use crate::session::{Session, now};

/// Watch files and print what changes, one JSON object a line
///
/// Without files it watches all plans of the workspace and what belongs to them, and prints how they stand; and what
/// running agents leave in the usual places, and where the settings say.
#[derive(Args)]
#[command(
    after_help = "The lines are documented in docs/formats.md. The language server runs one of these for itself, and `tallymark watch` draws what one says."
)]
pub struct Sidecar {
    /// Only these files, whatever is in them; they, and their folders, need not exist yet
    #[arg(value_name = "FILE", conflicts_with = "plans")]
    files: Vec<PathBuf>,
    /// Only this plan and what belongs to it; may be given again
    #[arg(long = "plan", value_name = "FILE")]
    plans: Vec<PathBuf>,
    /// Look for monitoring files and agents' streams here too; may be given again
    #[arg(long = "monitor", value_name = "GLOB")]
    monitor: Vec<String>,
    /// Take commands from standard input, and end when it ends
    #[arg(long, conflicts_with = "plans")]
    parent: bool,
}

impl Sidecar {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let mut monitoring = Vec::new();
        for glob in &self.monitor {
            monitoring.push(monitoring_place(&session.folder, glob).map_err(Failure::could_not)?);
        }
        let plans = (self.files.is_empty() && !self.parent).then(|| {
            let named: Vec<PathBuf> = self.plans.iter().map(|plan| session.absolute(plan)).collect();
            let root = session.root_of(named.first().unwrap_or(&session.folder));
            let workspace = session.workspace(root.clone());
            session.warn_of_settings(&workspace);
            monitoring.extend(monitoring_places(&root, &workspace.settings));
            Box::new(WorkspacePlans::new(root, named, now)) as Box<dyn tallymark_sidecar::Plans>
        });
        let options = tallymark_sidecar::Options {
            files: self.files.iter().map(|file| session.absolute(file)).collect(),
            monitoring,
            parent: self.parent,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: tallymark_status::host().clone(),
        };
        tallymark_sidecar::run(options, plans)
            .map(|()| Exit::Done)
            .map_err(|error| Failure::could_not(format!("the sidecar could not be started: {error}")))
    }
}
