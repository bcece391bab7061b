//! `tallymark validate`.

use std::path::Path;

use clap::Args;
use serde::Serialize;
use tallymark_status::{Context, Repaired, Revision, Store};
use tallymark_sync::{File, Severity};
use tallymark_text::Encoding;
use tallymark_workspace::{discover, load, load_if_plan};

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::marking::{Writer, refused_json, store_failure};
use crate::output::{FAINT, GOOD, STRONG, harmless};
use crate::report::{SCHEMA_VERSION, counted, json_text};
use crate::session::Session;

/// Say what is wrong with a status.json, and mend what needs no guess
///
/// Looks at its form, ids that stand twice, times that cannot be, entries that the plan does not have, and the summary. With
/// --repair that is mended which has one reading only; the file as it was is kept in .tallymark/ beside it.
#[derive(Args)]
pub struct Validate {
    #[command(flatten)]
    choice: Choice,
    /// Mend what can be mended without guessing
    #[arg(long)]
    repair: bool,
    /// Repair only if status.json has this revision now (as --json shows it); else the exit code is 3
    #[arg(long, value_name = "REVISION", requires = "repair")]
    expect_revision: Option<Revision>,
    #[command(flatten)]
    writer: Writer,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Told {
    schema_version: u32,
    /// Nothing is wrong with it that matters.
    ok: bool,
    plan: String,
    status: String,
    /// Before a repair.
    revision: Option<String>,
    problems: Vec<Problem>,
    /// What can be mended without guessing, or was mended.
    mends: Vec<String>,
    /// Whether it was mended now.
    repaired: bool,
    dry_run: bool,
    /// Where the file is kept as it was.
    kept: Option<String>,
    /// Why it cannot be mended.
    cannot_mend: Option<String>,
    /// Other plans that have the same status.json.
    shared_with: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Problem {
    code: &'static str,
    severity: &'static str,
    /// From one, as `column`, which counts characters.
    line: usize,
    column: usize,
    message: String,
}

impl Validate {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = self.validate(session);
        if self.writer.json {
            let (text, exit) = match &result {
                Ok((told, exit)) => (json_text(told) + "\n", *exit),
                Err(failure) => refused_json(failure),
            };
            session.output.text(&text);
            return Ok(exit);
        }
        let (told, exit) = result?;
        let text = text(session, &told, self.repair);
        session.output.text(&text);
        Ok(exit)
    }

    fn validate(&self, session: &Session) -> Result<(Told, Exit), Failure> {
        let current = self.load(session)?;
        let loaded = &current.loaded;
        let path = &loaded.located.path;
        if !loaded.located.exists {
            return Err(Failure::could_not(format!("there is no {}", session.shown(path)))
                .help("`tallymark init` makes one from the plan")
                .help(
                    "`tallymark restore` brings back one that was lost, where a generation of it is kept",
                ));
        }
        let mut worst = None;
        let problems = findings_of(&current, &mut worst);
        let (repaired, cannot_mend) = match self.repair(session, &current) {
            Ok(repaired) => (Some(repaired), None),
            // What the lock or the system does not allow is no property of the file.
            Err(failure) if self.repair && failure.exit != Exit::CouldNot => return Err(failure),
            Err(failure) => (None, Some(failure.message)),
        };
        let shared_with = sharing(session, &current);
        let readable = loaded.analysis.joined.status().is_some();
        let mends = repaired.as_ref().map_or_else(Vec::new, |repaired| repaired.mended.clone());
        let written = self.repair && !self.writer.dry_run && !mends.is_empty();
        let exit = match worst {
            // What is left after a repair, a new look tells.
            _ if written => {
                let after = self.load(session)?;
                let mut worst = None;
                findings_of(&after, &mut worst);
                if worst >= Some(Severity::Warning) { Exit::Found } else { Exit::Done }
            }
            _ if !readable || cannot_mend.is_some() => Exit::CouldNot,
            Some(Severity::Warning | Severity::Error) => Exit::Found,
            _ if !shared_with.is_empty() => Exit::Found,
            _ => Exit::Done,
        };
        let told = Told {
            schema_version: SCHEMA_VERSION,
            ok: exit == Exit::Done,
            plan: session.shown(&loaded.path),
            status: session.shown(path),
            revision: loaded.analysis.joined.status().map(|status| status.revision().to_string()),
            problems,
            mends,
            repaired: written,
            dry_run: self.writer.dry_run,
            kept: repaired.and_then(|repaired| repaired.kept).map(|kept| session.shown(&kept)),
            cannot_mend,
            shared_with,
        };
        Ok((told, exit))
    }

    /// The plan with its findings.
    fn load(&self, session: &Session) -> Result<Current, Failure> {
        let Current { workspace, loaded } = self.choice.load(session)?;
        let loaded = load(&workspace.root, &loaded.path, &workspace.settings, Some(session.now))?;
        Ok(Current { workspace, loaded })
    }

    /// What can be mended; mends it, if that was asked for.
    fn repair(&self, session: &Session, current: &Current) -> Result<Repaired, Failure> {
        let store = Store::open(&current.loaded.located.path).map_err(store_failure)?;
        self.writer.with_context(session, &current.workspace.settings, |context| {
            let context = &Context { expected_revision: self.expect_revision, ..*context };
            if self.repair && !self.writer.dry_run {
                store.repair(context)
            } else {
                store.repair_dry_run(context)
            }
        })
    }
}

/// The findings in status.json; `worst` becomes the most severe of them.
fn findings_of(current: &Current, worst: &mut Option<Severity>) -> Vec<Problem> {
    let analysis = &current.loaded.analysis;
    let Some(source) = analysis.joined.status_file.as_ref().map(|status| &status.source) else {
        return Vec::new();
    };
    let of_status = analysis.findings.iter().filter(|finding| finding.place.file == File::Status);
    of_status
        .map(|finding| {
            *worst = (*worst).max(Some(finding.severity));
            let place = source.position(finding.place.span.start as usize, Encoding::Utf32);
            Problem {
                code: finding.code,
                severity: finding.severity.name(),
                line: place.line as usize + 1,
                column: place.column as usize + 1,
                message: finding.message.clone(),
            }
        })
        .collect()
}

/// The other plans of the workspace whose status.json is the same file.
fn sharing(session: &Session, current: &Current) -> Vec<String> {
    let (workspace, loaded) = (&current.workspace, &current.loaded);
    let Some(status) = loaded.located.own_file() else { return Vec::new() };
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let plan = real(&loaded.path);
    let found = discover(&workspace.root, &[], &workspace.settings);
    let others = found.plans.iter().filter(|path| real(path) != plan);
    others
        .filter(|path| {
            let other = load_if_plan(&workspace.root, path, &workspace.settings, None);
            other.is_ok_and(|other| {
                other.and_then(|other| other.located.own_file()).is_some_and(|other| other == status)
            })
        })
        .map(|path| session.shown(path))
        .collect()
}

fn text(session: &Session, told: &Told, repair: bool) -> String {
    let output = &session.output;
    let mut text = format!("{}\n", output.styled(STRONG, &harmless(&told.status)));
    for problem in &told.problems {
        let place = output.styled(FAINT, &format!("{}:{}", problem.line, problem.column));
        text.push_str(&format!("  {place}  {} {}  ", problem.severity, problem.code));
        text.push_str(&format!("{}\n", harmless(&problem.message.replace('\n', " "))));
    }
    for plan in &told.shared_with {
        let plan = harmless(plan);
        text.push_str(&format!(
            "  {plan} has the same status.json: give one of the two another **Output:**, or map it in tallymark.toml\n"
        ));
    }
    if let Some(why) = &told.cannot_mend {
        text.push_str(&format!("cannot be mended: {}\n", harmless(why)));
    }
    if told.mends.is_empty() {
        text.push_str(&match (told.problems.len() + told.shared_with.len(), &told.cannot_mend) {
            (_, Some(_)) => String::new(),
            (0, None) => format!("{}\n", output.styled(GOOD, "nothing is wrong with it")),
            (count, None) => format!(
                "{}; none of that can be mended without guessing\n",
                counted(count, "problem", "problems")
            ),
        });
        return text;
    }
    text.push_str(match (told.repaired, repair) {
        (true, _) => "mended:\n",
        (false, true) => "to be mended:\n",
        (false, false) => "`tallymark validate --repair` mends:\n",
    });
    for mended in &told.mends {
        text.push_str(&format!("  {}\n", harmless(mended)));
    }
    if let Some(kept) = &told.kept {
        text.push_str(&format!("the file as it was is kept: {}\n", harmless(kept)));
    }
    if repair && told.dry_run {
        text.push_str("nothing was written (--dry-run)\n");
    }
    text
}
