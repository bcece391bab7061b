//! `tallymark init`, `tallymark status init`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tallymark_status::{NewFile, Store, Word};
use tallymark_workspace::{Loaded, LocatedBy, relative};

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, refused_json};
use crate::output::{STRONG, harmless};
use crate::report::{SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// Make a plan's status.json
#[derive(Args)]
pub struct Init {
    /// The plan; without it the one that .claude/current-plan.txt names, else the workspace's only plan
    #[arg(value_name = "PLAN")]
    file: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told {
    schema_version: u32,
    ok: bool,
    plan: String,
    status: String,
    dry_run: bool,
    /// Whether it was made now; it was there already otherwise.
    created: bool,
    tasks: usize,
    completed: usize,
    /// Where the file belongs that all work trees should share, while another one is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    unshared: Option<String>,
}

impl Init {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.make(session);
        if self.writer.json {
            let (text, exit) = match &result {
                Ok((told, _)) => (json_text(told) + "\n", Exit::Done),
                Err(failure) => refused_json(failure),
            };
            session.output.text(&text);
            return Ok(exit);
        }
        let (told, why) = result?;
        let path = session.output.styled(STRONG, &harmless(&told.status));
        let text = if told.created {
            let made = if told.dry_run { "would be made" } else { "made" };
            let tasks = counted(told.tasks, "task", "tasks");
            format!("{path} {made} ({why}): {tasks}, {} completed by their marks\n", told.completed)
        } else {
            let mut text =
                format!("{path} is there already; `tallymark check` says whether it agrees with the plan\n");
            if let Some(shared) = &told.unshared {
                text.push_str(&format!(
                    "  it is not the one that all work trees share; move it there: {}\n",
                    harmless(shared)
                ));
            }
            text
        };
        session.output.text(&text);
        Ok(Exit::Done)
    }

    /// Makes the file; says what, and why there.
    fn make(&self, session: &Session) -> Result<(Told, &'static str), Failure> {
        let Current { loaded, workspace } = match &self.file {
            Some(file) => Choice { plan: Some(file.clone()) }.load(session)?,
            None => self.choice.load(session)?,
        };
        let analysis = &loaded.analysis;
        let plan = &*analysis.joined.plan;
        let path = &loaded.located.own;
        let status_file = analysis.joined.status_file.as_deref();
        if let Some(other) =
            status_file.filter(|status| !status.format.is_ours() && status.format.holds_states())
        {
            let shown = session.shown(&loaded.located.path);
            let message = format!("the state of this plan is kept by {}, in {shown}", other.format.owner());
            let help =
                format!("`tallymark import {shown}` makes a status.json of it, which then counts instead");
            return Err(Failure::could_not(message).help(help));
        }
        let exists = status_file.is_some_and(|status| status.format.is_ours());
        let mut told = Told {
            schema_version: SCHEMA_VERSION,
            ok: true,
            plan: session.shown(&loaded.path),
            status: session.shown(path),
            dry_run: self.writer.dry_run,
            created: !exists,
            tasks: plan.tasks.len(),
            completed: 0,
            unshared: None,
        };
        let why = match loaded.located.by {
            LocatedBy::Settings => "where tallymark.toml says",
            LocatedBy::Shared => "shared by all work trees of the repository",
            LocatedBy::Output => "where the plan's Output says",
            LocatedBy::Convention => "where plans below docs/plans have theirs",
            LocatedBy::Beside | LocatedBy::Layout => "beside the plan",
        };
        if exists {
            if analysis.joined.status().is_none() {
                let restore = analysis
                    .joined
                    .unreadable_status()
                    .map_or("tallymark restore", |status| status.restore_command());
                let message = format!("{} is there, but cannot be read; it is left as it is", told.status);
                return Err(Failure::could_not(message)
                    .help(format!("`tallymark validate` says why, `{restore}` brings it back")));
            }
            let shares = workspace.settings.shares_status(&relative(&workspace.root, &loaded.path));
            if shares && loaded.located.by != LocatedBy::Shared {
                told.unshared = loaded.located.candidates.first().map(|path| session.shown(path));
            }
            return Ok((told, why));
        }
        let file = new_file(&loaded);
        told.completed = file.tasks.iter().filter(|task| task.status == Word::Completed).count();
        if !self.writer.dry_run {
            self.writer
                .with_context(session, &workspace.settings, |context| Store::create(path, &file, context))?;
        }
        Ok((told, why))
    }
}

/// The status.json that a plan begins with.
pub fn new_file(loaded: &Loaded) -> NewFile {
    let analysis = &loaded.analysis;
    let plan = &*analysis.joined.plan;
    let title = plan.title.map(|title| plan.slice(title).trim().to_owned());
    let stem = loaded.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    NewFile {
        plan_path: analysis.facts.plan_path.clone(),
        plan_name: title.or(stem).unwrap_or_default(),
        tasks: analysis.initial_entries(),
    }
}
