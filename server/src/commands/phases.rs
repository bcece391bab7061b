//! `tallymark phases`.

use clap::Args;
use serde::Serialize;
use tallymark_plan::PhaseIndex;
use tallymark_sync::Progress;

use super::status::overview;
use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::report::{Counts, SCHEMA_VERSION};
use crate::session::Session;

/// Show the phases of a plan, and how far each is
#[derive(Args)]
pub struct Phases {
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// The phases of a plan.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PhaseList {
    schema_version: u32,
    plan: String,
    phases: Vec<Phase>,
}

/// A phase.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Phase {
    /// Its number as the plan writes it, where it has one.
    number: Option<String>,
    /// Its heading with the phase word: what status.json calls `phase`.
    title: String,
    /// `pending`, `in_progress` or `completed`; nothing to count is pending.
    state: &'static str,
    progress: Counts,
}

impl Phases {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = match self.choice.load(session) {
            Ok(current) => current,
            Err(failure) => {
                return session.answer(self.json, Err::<PhaseList, _>(failure), |_, _| String::new());
            }
        };
        let list = list(session, &current);
        session.answer(self.json, Ok(list), |output, list| match list.phases.is_empty() {
            true => "the plan has no phases\n".to_owned(),
            false => overview::phase_lines(output, &current.loaded),
        })?;
        current.shown(session)
    }
}

fn list(session: &Session, current: &Current) -> PhaseList {
    let joined = &current.loaded.analysis.joined;
    let plan = &*joined.plan;
    let phases = (0..plan.phases.len()).map(|index| {
        let (phase, progress) = (&plan.phases[PhaseIndex(index as u32).get()], joined.phases[index]);
        Phase {
            number: phase.number.map(|number| plan.slice(number).to_owned()),
            title: plan.slice(phase.title).to_owned(),
            state: state(progress),
            progress: progress.into(),
        }
    });
    PhaseList {
        schema_version: SCHEMA_VERSION,
        plan: session.shown(&current.loaded.path),
        phases: phases.collect(),
    }
}

fn state(progress: Progress) -> &'static str {
    match progress.percent() {
        Some(100) => "completed",
        Some(_) if progress.completed + progress.in_progress + progress.failed > 0 => "in_progress",
        _ => "pending",
    }
}
