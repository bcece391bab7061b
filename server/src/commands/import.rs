//! `tallymark import`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tallymark_status::interchange::{Head, Target, export, read_csv};
use tallymark_status::{ProblemKind, Status, Store, Word};
use tallymark_sync::{State, join};
use tallymark_text::Source;
use tallymark_workspace::{read_source, read_status};

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, refused_json};
use crate::output::{STRONG, complain, harmless};
use crate::report::{SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// Make a plan's status.json from what another program keeps
///
/// From Task Master's tasks.json, BMAD's sprint-status.yaml, an export of beads, a folder of Claude Code's tasks, a table or
/// another status.json. Tasks are found in the plan as check does it, and get the plan's ids. A status.json that is there
/// is left as it is.
#[derive(Args)]
pub struct Import {
    /// The file, or the folder
    #[arg(value_name = "FILE")]
    file: PathBuf,
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
    /// What was made.
    status: String,
    dry_run: bool,
    tasks: usize,
    completed: usize,
    /// Tasks that only the file has.
    not_in_plan: usize,
    /// Entries of the file that stand for no task.
    left_out: usize,
    /// Words of the file that are written as others, each with the one it becomes and the number of tasks.
    words: Vec<Became>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Became {
    word: String,
    becomes: &'static str,
    tasks: usize,
}

impl Import {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.make(session);
        if self.writer.json {
            let (text, exit) = match &result {
                Ok(told) => (json_text(told) + "\n", Exit::Done),
                Err(failure) => refused_json(failure),
            };
            session.output.text(&text);
            return Ok(exit);
        }
        let told = result?;
        let path = session.output.styled(STRONG, &harmless(&told.status));
        let made = if told.dry_run { "would be made" } else { "made" };
        let tasks = counted(told.tasks, "task", "tasks");
        let mut text = format!("{path} {made}: {tasks}, {} completed", told.completed);
        if told.not_in_plan > 0 {
            text.push_str(&format!(", {} not in the plan", told.not_in_plan));
        }
        session.output.text(&(text + "\n"));
        for Became { word, becomes, tasks } in &told.words {
            let tasks = counted(*tasks, "task", "tasks");
            complain(&format!("changed: status {:?} is written as {becomes} ({tasks})\n", harmless(word)));
        }
        if told.left_out > 0 {
            let entries = counted(told.left_out, "entry", "entries");
            complain(&format!("lost: what stands for no task of this plan, left out ({entries})\n"));
        }
        Ok(Exit::Done)
    }

    fn make(&self, session: &Session) -> Result<Told, Failure> {
        let Current { loaded, workspace } = self.choice.load(session)?;
        let shown = session.shown(&self.file);
        let stem = loaded.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let status = read(&session.absolute(&self.file), &shown)?.of_list(stem.as_deref());
        if !status.format.holds_states() {
            let message = format!("{shown} does not say what is done; the boxes of the plan do");
            return Err(Failure::could_not(message).help("`tallymark init` makes a status.json of them"));
        }
        let plan = &loaded.analysis.joined.plan;
        let joined = join(Arc::clone(plan), Some(Arc::clone(&status)));
        let records = joined.records();
        let matched = joined.tasks_of_entries.iter().flatten().count();
        if matched == 0 && !plan.tasks.is_empty() {
            let plan = session.shown(&loaded.path);
            return Err(Failure::could_not(format!("{shown} has none of the tasks of {plan}")));
        }
        let path = &loaded.located.own;
        let told = Told {
            schema_version: SCHEMA_VERSION,
            ok: true,
            plan: session.shown(&loaded.path),
            status: session.shown(path),
            dry_run: self.writer.dry_run,
            tasks: records.tasks.len(),
            completed: records.tasks.iter().filter(|task| task.status == Word::Completed).count(),
            not_in_plan: records.not_in_plan,
            left_out: records.left_out,
            words: words(&status),
        };
        if path.exists() {
            let message = format!("{} is there already; it is left as it is", told.status);
            return Err(Failure::could_not(message));
        }
        if !self.writer.dry_run {
            let title = plan.title.map(|title| plan.slice(title).trim().to_owned());
            let head = Head {
                plan_path: loaded.analysis.facts.plan_path.clone(),
                plan_name: title.or(stem).unwrap_or_default(),
            };
            self.writer.with_context(session, &workspace.settings, |context| {
                Store::import(path, &records.tasks, &head, context)
            })?;
        }
        Ok(told)
    }
}

/// Reads what is to be imported.
fn read(path: &Path, shown: &str) -> Result<Arc<Status>, Failure> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        let source =
            read_source(path).map_err(|error| Failure::could_not(format!("{shown} {}", error.message)))?;
        let records = read_csv(source.text())
            .map_err(|error| Failure::could_not(format!("{shown} cannot be read: {error}")))?;
        // What a status.json can say of them, so that they are found in the plan as its entries are.
        let text = export(&records, &Head::default(), Target::Json, 0).text;
        return Ok(Arc::new(Status::parse(Arc::new(Source::new(&text)))));
    }
    let Some(status) = read_status(path) else {
        return Err(Failure::could_not(format!("{shown}: there is no such file or folder")));
    };
    for problem in &status.problems {
        match &problem.kind {
            ProblemKind::Unreadable(why) => return Err(Failure::could_not(format!("{shown} is {why}"))),
            ProblemKind::UnreadablePart(why) => {
                let place = status.place(problem.span);
                let line = place.source.line_of(place.span.start as usize) + 1;
                let file = place.file.map_or(shown.to_owned(), |file| format!("{shown}/{file}"));
                complain(&format!("lost: {}, line {line}: {}\n", harmless(&file), harmless(why)));
            }
            _ => {}
        }
    }
    Ok(Arc::new(status))
}

/// The words that status.json does not know, and what they become.
fn words(status: &Status) -> Vec<Became> {
    let mut counts: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
    for (index, entry) in status.entries() {
        let word = status.word(index);
        let becomes = State::of_entry(status, index).word().unwrap_or(Word::Pending).as_str();
        if entry.status.is_some() && word != becomes {
            *counts.entry((word, becomes)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((word, becomes), tasks)| Became { word: word.to_owned(), becomes, tasks })
        .collect()
}
