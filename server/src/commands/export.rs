//! `tallymark export`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tallymark_status::interchange::{Head, Loss, Target, export};

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::output::{complain, harmless};
use crate::report::counted;
use crate::session::Session;
use crate::whole_file;

/// Write a plan's tasks for another program: Task Master, beads, a table, or JSON
///
/// What the format has no place for is said on standard error, field by field. json is a status.json; it and csv lose
/// nothing.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    choice: Choice,
    /// For which program
    #[arg(long, value_name = "FORMAT")]
    to: To,
    /// The file to make, which must not be there yet; without it the text goes to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The formats.
#[derive(Clone, Copy, ValueEnum)]
enum To {
    /// tasks.json of Task Master
    TaskMaster,
    /// Lines for `bd import`
    Beads,
    /// A table
    Csv,
    /// A status.json
    Json,
}

impl Export {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let analysis = &current.loaded.analysis;
        let plan = &*analysis.joined.plan;
        let records = analysis.joined.records();
        let target = match self.to {
            To::TaskMaster => Target::TaskMaster,
            To::Beads => Target::Beads,
            To::Csv => Target::Csv,
            To::Json => Target::Json,
        };
        let head = Head {
            plan_path: analysis.facts.plan_path.clone(),
            plan_name: plan.title.map(|title| plan.slice(title).trim().to_owned()).unwrap_or_default(),
        };
        let exported = export(&records.tasks, &head, target, session.now);
        match &self.output {
            None => session.output.text(&exported.text),
            Some(path) => {
                make(&session.absolute(path), &session.shown(path), &exported.text)?;
                let shown = harmless(&session.shown(path));
                session
                    .output
                    .text(&format!("{shown} made: {}\n", counted(records.tasks.len(), "task", "tasks")));
            }
        }
        if records.unknown_words > 0 {
            let unknown = counted(records.unknown_words, "task", "tasks");
            complain(&format!("lost: a status word that nobody knows, written as pending ({unknown})\n"));
        }
        if records.left_out > 0 {
            let entries = counted(records.left_out, "entry", "entries");
            complain(&format!("lost: what stands for no task of this plan, left out ({entries})\n"));
        }
        exported.losses.iter().for_each(tell);
        current.shown(session)
    }
}

fn tell(loss: &Loss) {
    let tasks = counted(loss.tasks, "task", "tasks");
    complain(&format!("lost: {}, {} ({tasks})\n", loss.field, loss.fate));
}

/// Makes a file that is not there yet.
fn make(path: &Path, shown: &str, text: &str) -> Result<(), Failure> {
    whole_file::make(path, text).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::could_not(format!("{shown} is there already; it is left as it is"))
        }
        _ => Failure::could_not(format!("{shown} could not be written: {error}")),
    })
}
