//! `tallymark findings write|read`, `write-findings`, `read-findings`.

mod place;
mod text;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tallymark_status::{Change, EntryIndex, Expected, Request, Status};

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, resolve};
use crate::output::{STRONG, harmless};
use crate::report::SCHEMA_VERSION;
use crate::session::Session;

/// Keep what was found out in a task, or show it
#[derive(Args)]
pub struct Findings {
    #[command(subcommand)]
    command: FindingsCommand,
}

/// What can be done with findings.
#[derive(Subcommand)]
enum FindingsCommand {
    Write(WriteFindings),
    Read(ReadFindings),
}

/// Keep a text with a task: findings/1-1.md beside status.json (also: write-findings)
#[derive(Args)]
pub struct WriteFindings {
    /// The task's id, or its key
    id: String,
    /// The file that holds the text
    #[arg(long, value_name = "PATH", required_unless_present = "stdin", conflicts_with = "stdin")]
    file: Option<PathBuf>,
    /// Read the text from standard input
    #[arg(long)]
    stdin: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

/// Show the text that is kept with a task (also: read-findings)
#[derive(Args)]
pub struct ReadFindings {
    /// The task's id, or its key
    id: String,
    #[command(flatten)]
    choice: Choice,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// What was kept.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Written {
    schema_version: u32,
    /// Always true.
    ok: bool,
    /// The task's id in status.json.
    task: String,
    /// The file.
    path: String,
    /// What status.json calls it: its path from status.json's folder.
    findings_path: String,
    bytes: usize,
    /// Whether there was another text before.
    replaced: bool,
    /// Nothing was written.
    dry_run: bool,
}

/// What is kept.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Kept {
    schema_version: u32,
    /// The task's id in status.json.
    task: String,
    /// The file.
    path: String,
    text: String,
}

impl Findings {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        match self.command {
            FindingsCommand::Write(write) => write.run(session),
            FindingsCommand::Read(read) => read.run(session),
        }
    }
}

impl WriteFindings {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.write(session);
        session.answer(self.writer.json, result, |output, told| {
            let written = if told.dry_run { "would be written" } else { "written" };
            let before = if told.replaced { ", in the place of what was there" } else { "" };
            let path = output.styled(STRONG, &harmless(&told.path));
            format!("{path} {written}: {} bytes{before}\n", told.bytes)
        })
    }

    fn write(&self, session: &Session) -> Result<Written, Failure> {
        let current = self.choice.load(session)?;
        let (status, entry) = entry(session, &current, &self.id)?;
        let text = match &self.file {
            Some(file) => text::of_file(&session.absolute(file))?,
            None => text::of_input()?,
        };
        let name = place::name(status, entry);
        let folder = place::folder(&current)?;
        let path = folder.join(&name);
        let replaced = path.is_file();
        let findings_path = format!("{}/{name}", place::FOLDER);
        let request = Request {
            entry: status.id(entry).to_owned(),
            expected: Expected::default(),
            change: Change::SetFindingsPath(findings_path.clone()),
        };
        // Asked before the file is written: what the store refuses shall leave no file behind.
        self.writer.only_looking().apply(session, &current, std::slice::from_ref(&request))?;
        if !self.writer.dry_run {
            text::keep(&path, &text)?;
            self.writer.apply(session, &current, &[request])?;
        }
        Ok(Written {
            schema_version: SCHEMA_VERSION,
            ok: true,
            task: status.id(entry).to_owned(),
            path: session.shown(&path),
            findings_path,
            bytes: text.len(),
            replaced,
            dry_run: self.writer.dry_run,
        })
    }
}

impl ReadFindings {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.read(session);
        session.answer(self.json, result, |output, kept| {
            // A file or a pipe gets the text as it is, a terminal nothing that would drive it.
            if !output.terminal {
                return kept.text.clone();
            }
            kept.text.lines().map(|line| harmless(line) + "\n").collect()
        })
    }

    fn read(&self, session: &Session) -> Result<Kept, Failure> {
        let current = self.choice.load(session)?;
        let (status, entry) = entry(session, &current, &self.id)?;
        let task = status.id(entry).to_owned();
        let path = place::kept(&current, status, entry)?.ok_or_else(|| {
            Failure::new(Exit::Found, format!("no findings are kept of {task}"))
                .help(format!("`tallymark findings write {task} --file PATH` keeps some"))
        })?;
        let text = text::of_file(&path)?;
        Ok(Kept { schema_version: SCHEMA_VERSION, task, path: session.shown(&path), text })
    }
}

/// The entry of the task that somebody calls `id`.
fn entry<'a>(session: &Session, current: &'a Current, id: &str) -> Result<(&'a Status, EntryIndex), Failure> {
    let status = current.status(session)?;
    let joined = &current.loaded.analysis.joined;
    let task = resolve(joined, &[id.to_owned()])?[0];
    let entry = joined.entry(task).ok_or_else(|| {
        Failure::new(Exit::Found, format!("{} is not in status.json", joined.plan.name(task)))
            .help("`tallymark explain TM101` tells what to do about it")
    })?;
    Ok((status, entry))
}
