//! `tallymark check`.

mod fix;
mod inputs;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use tallymark_sync::{Boxes, Config, Severity, rules};
use tallymark_workspace::{FailOn, Loaded, Values, load_if_plan, read_source, relative};

pub use inputs::unknown_rule;

use crate::current::no_plan;
use crate::exit::{Exit, Failure};
use crate::report::{Checked, Github, InputProblem, Json, Report, Sarif, Summary, Text, name};
use crate::session::{Session, Workspace};

/// So many plans are worked on before what they gave is written: memory stays bounded, and the order is that of the paths.
const AT_ONCE: usize = 256;

/// Check that plans and their status.json agree
#[derive(Args)]
#[command(
    after_help = "Exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 something could not be read \
or no plan was found."
)]
pub struct Check {
    /// Plans, and folders to look for plans in; without any, the current folder
    paths: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Fail at findings of this severity or above: error, warning, information, hint, never
    #[arg(long, value_name = "LEVEL", value_parser = FailOn::from_name)]
    fail_on: Option<FailOn>,
    /// Mend what can be mended without a person looking; never a mark, never status.json
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long, conflicts_with_all = ["fix", "format"])]
    diff: bool,
    /// What the boxes of a plan with a status.json mean
    #[arg(long, value_enum)]
    boxes: Option<BoxesArgument>,
    /// Only these rules: codes, beginnings of codes (TM2) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,
    /// Without these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    ignore: Vec<String>,
}

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object, for programs
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What boxes mean.
#[derive(Clone, Copy, ValueEnum)]
enum BoxesArgument {
    /// Mirror if at least half of the completed tasks are ticked, else reference
    Auto,
    /// Nobody ticks boxes: status.json alone says what is done
    Reference,
    /// Boxes repeat what status.json says
    Mirror,
}

/// A file to look at, and the workspace it belongs to.
struct Input<'a> {
    workspace: &'a Workspace,
    path: PathBuf,
    /// Whether the caller named it: it is then to be read, plan or not.
    named: bool,
}

/// What came of one file.
struct Outcome {
    /// What the report says of it.
    text: String,
    /// What it adds to the whole.
    summary: Summary,
    /// The worst that it asks for.
    exit: Exit,
}

impl Check {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let values = self.values()?;
        let mut found = inputs::find(session, &self.paths, &values)?;
        let report = self.report(session);
        let report = report.as_deref();
        let mut summary = Summary { problems: std::mem::take(&mut found.problems), ..Summary::default() };
        let mut exit = if summary.problems.is_empty() { Exit::Done } else { Exit::CouldNot };
        let mut spoken = false;
        if let Some(report) = report {
            session.output.text(&report.head());
        }
        for inputs in found.inputs().chunks(AT_ONCE) {
            let shared: &Session = session;
            let outcomes: Vec<Option<Outcome>> =
                inputs.par_iter().map(|input| self.look_at(shared, input, report)).collect();
            for outcome in outcomes.into_iter().flatten() {
                if !outcome.text.is_empty() {
                    if let Some(report) = report.filter(|_| spoken) {
                        session.output.text(report.between());
                    }
                    spoken = true;
                    session.output.text(&outcome.text);
                }
                exit = exit.max(outcome.exit);
                summary.merge(outcome.summary);
            }
        }
        let nothing = summary.plans == 0 && summary.problems.is_empty();
        if let Some(report) = report.filter(|_| !nothing || self.format != Format::Text) {
            session.output.text(&report.tail(&summary));
        }
        if nothing {
            return Err(no_plan(session, &found.folders, found.looked_at));
        }
        if self.diff {
            inputs::tell_problems(&summary.problems);
        }
        Ok(exit)
    }

    /// What the command line says about settings.
    fn values(&self) -> Result<Values, Failure> {
        let mut severities: HashMap<&'static str, Option<Severity>> = HashMap::new();
        let chosen = |selectors: &[String]| -> Result<Vec<&'static str>, Failure> {
            let mut codes = Vec::new();
            for selector in selectors {
                codes.extend(inputs::rules_of(selector)?);
            }
            Ok(codes)
        };
        let (selected, ignored) = (chosen(&self.select)?, chosen(&self.ignore)?);
        for rule in rules::RULES {
            let left_out = !selected.is_empty() && !selected.contains(&rule.code);
            if left_out || ignored.contains(&rule.code) {
                severities.insert(rule.code, None);
            } else if Config::default().severity(rule).is_none()
                && self
                    .select
                    .iter()
                    .any(|name| [rule.code, rule.name].iter().any(|own| own.eq_ignore_ascii_case(name)))
            {
                // A rule that is off unless asked for is asked for by its name, not by the beginning of its code.
                severities.insert(rule.code, Some(rule.severity));
            }
        }
        let boxes = self.boxes.map(|boxes| match boxes {
            BoxesArgument::Auto => Boxes::Auto,
            BoxesArgument::Reference => Boxes::Reference,
            BoxesArgument::Mirror => Boxes::Mirror,
        });
        Ok(Values { boxes, rules: severities, fail_on: self.fail_on, ..Values::default() })
    }

    /// The report that was asked for; none under `--diff`.
    fn report(&self, session: &Session) -> Option<Box<dyn Report>> {
        if self.diff {
            return None;
        }
        Some(match self.format {
            Format::Text => {
                let output = &session.output;
                Box::new(Text::new(output.colour, output.terminal, output.width()))
            }
            Format::Json => Box::new(Json),
            Format::Github => Box::new(Github),
            Format::Sarif => Box::new(Sarif::new(session.root_of(&session.folder))),
        })
    }

    /// Reads one file, mends it if asked to, and renders what there is to say. `None` if it is no plan.
    fn look_at(&self, session: &Session, input: &Input<'_>, report: Option<&dyn Report>) -> Option<Outcome> {
        let Workspace { root, settings, .. } = input.workspace;
        let mut loaded = match load_if_plan(root, &input.path, settings, Some(session.now)) {
            Ok(Some(loaded)) => loaded,
            Ok(None) => {
                let error = read_source(&input.path).err().filter(|_| input.named)?;
                return Some(unreadable(session, &error.path, error.message, Exit::CouldNot));
            }
            Err(error) => return Some(unreadable(session, &error.path, error.message, Exit::CouldNot)),
        };
        let mut outcome = Outcome { text: String::new(), summary: Summary::default(), exit: Exit::Done };
        if self.fix || self.diff {
            let mended = fix::mend(root, &loaded, settings, session.now);
            if self.diff {
                outcome.text = mended.diff(&session.shown(&input.path), &loaded);
            } else if let Err(failure) = mended.write(&input.path, &loaded) {
                return Some(unreadable(session, &input.path, failure.message, failure.exit));
            } else {
                outcome.summary.fixed = mended.fixed;
                loaded = mended.after.unwrap_or(loaded);
            }
        }
        self.judge(settings.fail_on(), &loaded, &mut outcome);
        if let Some(report) = report {
            let checked = Checked {
                analysis: &loaded.analysis,
                key: &relative(root, &loaded.path),
                plan: name(&loaded.path, session.shown(&loaded.path)),
                status: name(&loaded.located.path, session.shown(&loaded.located.path)),
                status_exists: loaded.located.exists,
            };
            outcome.text = report.plan(&checked);
        }
        Some(outcome)
    }

    /// Counts a plan's findings, and judges them.
    fn judge(&self, fail_on: FailOn, loaded: &Loaded, outcome: &mut Outcome) {
        let analysis = &loaded.analysis;
        outcome.summary.add(analysis);
        if !self.fix {
            outcome.summary.fixable = fix::fixable(analysis);
        }
        if analysis.findings.iter().any(|finding| fail_on.fails(finding.severity)) {
            outcome.exit = outcome.exit.max(Exit::Found);
        }
        // A check that could not read its input has not passed, whatever it is told to fail on.
        if analysis.joined.status_file.as_deref().is_some_and(|status| !status.readable) {
            outcome.exit = outcome.exit.max(Exit::CouldNot);
        }
    }
}

fn unreadable(session: &Session, path: &Path, message: String, exit: Exit) -> Outcome {
    let problem = InputProblem { name: name(path, session.shown(path)), position: None, message };
    let summary = Summary { problems: vec![problem], ..Summary::default() };
    Outcome { text: String::new(), summary, exit }
}
