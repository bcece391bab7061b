//! `tallymark restore`.

use std::str::FromStr;

use clap::Args;
use serde::Serialize;
use tallymark_status::{
    Base, Context, FieldChange, Generation, HistoryLine, RestoreFrom, Restored, Revision, Status, Store,
};

use super::history::change_text;
use super::init::new_file;
use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, refused_json, store_failure};
use crate::output::{FAINT, STRONG, WARNING, harmless};
use crate::report::{SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// How many differences and changes are told one by one.
const SHOWN: usize = 20;

/// Bring a lost or broken status.json back
///
/// Takes the newest whole generation of the five that are kept and does again what the history tells of since; without one,
/// makes it from the plan and the history. Says what is not as it was, and keeps the file that was there in .tallymark/.
#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    choice: Choice,
    /// Take this instead, also in the place of a whole file: a generation (1 is the newest), history, plan
    #[arg(long, value_name = "SOURCE")]
    from: Option<Source>,
    /// Show the generations that are kept
    #[arg(long)]
    list: bool,
    /// Only if status.json has this revision now; else nothing is done, and the exit code is 3
    #[arg(long, value_name = "REVISION")]
    expect_revision: Option<Revision>,
    #[command(flatten)]
    writer: Writer,
}

/// What `--from` names.
#[derive(Clone, Copy)]
struct Source(RestoreFrom);

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "history" => Ok(Self(RestoreFrom::History)),
            "plan" => Ok(Self(RestoreFrom::Plan)),
            number => match number.parse() {
                Ok(number @ 1..=5) => Ok(Self(RestoreFrom::Generation(number))),
                _ => Err("a number from 1 to 5, `history` or `plan`".to_owned()),
            },
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Listed {
    schema_version: u32,
    status: String,
    generations: Vec<ListedGeneration>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedGeneration {
    number: u32,
    path: String,
    tasks: Option<usize>,
    last_updated_at: Option<String>,
    revision: Option<String>,
    /// Why it cannot be used.
    broken: Option<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told<'a> {
    schema_version: u32,
    ok: bool,
    plan: String,
    status: String,
    dry_run: bool,
    /// `generation`, or `plan`.
    base: &'static str,
    generation: Option<u32>,
    /// Changes that were done again on top of that.
    #[cfg_attr(test, schemars(with = "Vec<super::history::schema::Change>"))]
    replayed: &'a [HistoryLine],
    /// Changes since that could not be.
    #[cfg_attr(test, schemars(with = "Vec<super::history::schema::Change>"))]
    missed: &'a [HistoryLine],
    /// The history does not know the generation: what came after it is not known.
    unknown_since: bool,
    /// What was wrong with the file that was there.
    broken: Option<&'a str>,
    /// Tasks that are not as the file that was there has them, as far as it can be read.
    differences: Vec<ToldDifference<'a>>,
    /// Of how many of its tasks that can be said.
    compared: usize,
    /// Where the file that was there is kept.
    kept: Option<String>,
    revision: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ToldDifference<'a> {
    id: &'a str,
    gone: bool,
    #[cfg_attr(test, schemars(with = "Vec<super::history::schema::Field>"))]
    fields: &'a [FieldChange],
}

impl Restore {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = if self.list { self.generations(session) } else { self.restore(session) };
        let (text, exit) = match result {
            Ok(text) => (text, Exit::Done),
            Err(failure) if self.writer.json => refused_json(&failure),
            Err(failure) => return Err(failure),
        };
        session.output.text(&text);
        Ok(exit)
    }

    fn restore(&self, session: &Session) -> Result<String, Failure> {
        let current = self.choice.load(session)?;
        let path = &current.loaded.located.path;
        let from = self.from.map_or(RestoreFrom::Best, |source| source.0);
        let plan = new_file(&current.loaded);
        let restored = self.writer.with_context(session, &current.workspace.settings, |context| {
            let context = &Context { expected_revision: self.expect_revision, ..*context };
            if self.writer.dry_run {
                Store::restore_dry_run(path, from, &plan, context)
            } else {
                Store::restore(path, from, &plan, context)
            }
        })?;
        Ok(match self.writer.json {
            true => self.told(session, &current, &restored),
            false => self.text(session, &current, &restored),
        })
    }

    fn generations(&self, session: &Session) -> Result<String, Failure> {
        let current = self.choice.load(session)?;
        let path = &current.loaded.located.path;
        let kept = Store::generations(path).map_err(store_failure)?;
        if self.writer.json {
            let status = session.shown(path);
            let generations = kept.iter().map(|generation| listed(session, generation)).collect();
            return Ok(json_text(&Listed { schema_version: SCHEMA_VERSION, status, generations }) + "\n");
        }
        if kept.is_empty() {
            return Ok(format!("no generation of {} is kept\n", harmless(&session.shown(path))));
        }
        let line = |generation: &Generation| {
            let what = match &generation.status {
                Ok(status) => of_file(status),
                Err(why) => session.output.styled(WARNING, &format!("not to be used: {}", harmless(why))),
            };
            let place = session.output.styled(FAINT, &harmless(&session.shown(&generation.path)));
            format!("{}  {what}  {place}\n", generation.number)
        };
        Ok(kept.iter().map(line).collect())
    }

    fn text(&self, session: &Session, current: &Current, restored: &Restored) -> String {
        let output = &session.output;
        let status = output.styled(STRONG, &harmless(&session.shown(&current.loaded.located.path)));
        let is = if self.writer.dry_run { "would be brought back" } else { "is brought back" };
        let base = match &restored.base {
            Base::Generation(generation) => {
                let of = generation.status.as_ref().map_or_else(|_| String::new(), |status| of_file(status));
                format!("generation {} ({of})", generation.number)
            }
            Base::Plan => "the marks of the plan: times, notes, errors and runs are gone".to_owned(),
        };
        let mut text = format!("{status} {is} from {base}\n");
        if let Some(why) = &restored.broken {
            text.push_str(&format!("  the file that was there is {}\n", harmless(why)));
        }
        lines(&mut text, "done again from the history", &restored.replayed);
        lines(&mut text, "in the history, and not done again", &restored.missed);
        if restored.unanchored {
            text.push_str(
                "  the history does not know this generation: what was changed after it is not brought back\n",
            );
        }
        if restored.compared > 0 {
            let tasks = counted(restored.compared, "task", "tasks");
            text.push_str(&match restored.differences.len() {
                0 => format!("  {tasks} can be read in the file that was there, and all are as they were\n"),
                count => {
                    format!("  {tasks} can be read in the file that was there, and {count} are not as they were:\n")
                }
            });
        } else if restored.broken.is_some() {
            text.push_str(
                "  no task can be read in the file that was there: what else is lost cannot be told\n",
            );
        }
        for difference in restored.differences.iter().take(SHOWN) {
            let what = match difference.whole {
                Some(what) => what.to_owned(),
                None => difference.fields.iter().map(field).collect::<Vec<_>>().join(", "),
            };
            text.push_str(&format!("    {}  {what}\n", harmless(&difference.id)));
        }
        if restored.differences.len() > SHOWN {
            text.push_str(&format!(
                "    … and {} more; --json tells all\n",
                restored.differences.len() - SHOWN
            ));
        }
        if let Some(kept) = &restored.kept {
            text.push_str(&format!(
                "  the file that was there is kept: {}\n",
                harmless(&session.shown(kept))
            ));
        }
        if self.writer.dry_run {
            text.push_str("nothing was written (--dry-run)\n");
        }
        text
    }

    fn told(&self, session: &Session, current: &Current, restored: &Restored) -> String {
        let generation = match &restored.base {
            Base::Generation(generation) => Some(generation.number),
            Base::Plan => None,
        };
        let difference = |difference: &'_ tallymark_status::Difference| difference.whole.is_some();
        let told = Told {
            schema_version: SCHEMA_VERSION,
            ok: true,
            plan: session.shown(&current.loaded.path),
            status: session.shown(&current.loaded.located.path),
            dry_run: self.writer.dry_run,
            base: if generation.is_some() { "generation" } else { "plan" },
            generation,
            replayed: &restored.replayed,
            missed: &restored.missed,
            unknown_since: restored.unanchored,
            broken: restored.broken.as_deref(),
            differences: restored
                .differences
                .iter()
                .map(|of| ToldDifference { id: &of.id, gone: difference(of), fields: &of.fields })
                .collect(),
            compared: restored.compared,
            kept: restored.kept.as_ref().map(|kept| session.shown(kept)),
            revision: restored.applied.after.to_string(),
        };
        json_text(&told) + "\n"
    }
}

fn listed(session: &Session, generation: &Generation) -> ListedGeneration {
    let status = generation.status.as_ref().ok();
    ListedGeneration {
        number: generation.number,
        path: session.shown(&generation.path),
        tasks: status.map(|status| status.entries.len()),
        last_updated_at: status.and_then(|status| last_updated_at(status)),
        revision: status.map(|status| status.revision().to_string()),
        broken: generation.status.as_ref().err().cloned(),
    }
}

/// What a file holds, in a few words.
fn of_file(status: &Status) -> String {
    let tasks = counted(status.entries.len(), "task", "tasks");
    match last_updated_at(status) {
        Some(time) => format!("{tasks}, last updated {}", harmless(&time)),
        None => tasks,
    }
}

fn last_updated_at(status: &Status) -> Option<String> {
    status.last_updated_at.as_ref().map(|time| status.str(&time.text).to_owned())
}

/// Some lines of the history below a heading.
fn lines(text: &mut String, heading: &str, lines: &[HistoryLine]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("  {heading}: {}\n", counted(lines.len(), "change", "changes")));
    for line in lines.iter().take(SHOWN) {
        let what = match (line.change.as_str(), &line.task) {
            ("unknown", _) => "changed by a program that keeps no history".to_owned(),
            (_, Some(task)) => format!("{}  {}", harmless(task), change_text(line)),
            (_, None) => change_text(line),
        };
        text.push_str(&format!("    {}  {what}\n", harmless(&line.time)));
    }
    if lines.len() > SHOWN {
        text.push_str(&format!("    … and {} more; --json tells all\n", lines.len() - SHOWN));
    }
}

/// One member of an entry: what it was, and what it is.
fn field(change: &FieldChange) -> String {
    let value = |value: &Option<tallymark_status::Json>| {
        value.as_ref().map_or_else(|| "nothing".to_owned(), |value| harmless(value.as_str()))
    };
    format!("{} was {}, is {}", harmless(&change.key), value(&change.was), value(&change.now))
}
