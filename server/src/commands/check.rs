//! `tallymark check`.

mod baseline;
mod fix;
mod inputs;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use tallymark_sync::{Boxes, Config, Severity, rules};
use tallymark_workspace::{FailOn, Loaded, Outside, Values, load_if_plan, read_source, relative};

use baseline::{Applied, Baseline, Draft, Key};
pub use inputs::unknown_rule;

use crate::current::{is_lost, lost_sentence, no_plan};
use crate::exit::{Exit, Failure};
use crate::live::{self, Looked};
use crate::output::{complain, warn};
use crate::report::{
    Checked, Github, Hidden, InputProblem, Json, Name, Report, Sarif, Summary, Text, counted, name,
};
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
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Fail at findings of this severity or above: error, warning, information, hint, never
    #[arg(long, value_name = "LEVEL", value_parser = FailOn::from_name)]
    fail_on: Option<FailOn>,
    /// Look at monitoring files, agents' streams and processes too: TM401 to TM406
    #[arg(long)]
    live: bool,
    /// Mend what can be mended without a person looking; never a mark, never status.json
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long, conflicts_with_all = ["fix", "format", "json"])]
    diff: bool,
    /// As --fix, but write nothing: report what would be left
    #[arg(long)]
    dry_run: bool,
    /// Hide the findings that this baseline knows; without it the one that the settings name
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write all findings there are into a baseline, and report none
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["fix", "diff", "dry_run", "format", "json", "baseline"]
    )]
    write_baseline: Option<Option<PathBuf>>,
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
    /// Its findings for a new baseline, under the plan's path from the root.
    known: Option<(String, Vec<Key>)>,
    /// The monitoring files whose problems its findings tell of.
    told: Vec<String>,
    /// Its status.json, if it has one of ours, and the plan as a person sees it.
    status: Option<(PathBuf, String)>,
}

/// What all files are looked at with.
struct Look<'a> {
    report: Option<&'a dyn Report>,
    /// The root that paths in a baseline are from.
    root: PathBuf,
    baseline: Option<Baseline>,
    /// Who is at work, by the root of the workspace; empty without `--live`.
    live: BTreeMap<PathBuf, Looked>,
}

impl Check {
    /// Runs the command.
    pub fn run(mut self, session: &mut Session) -> Result<Exit, Failure> {
        if self.json {
            self.format = Format::Json;
        }
        let values = self.values()?;
        let mut found = inputs::find(session, &self.paths, &values)?;
        let report = self.report(session);
        let report = report.as_deref();
        let mut look =
            Look { report, root: session.root_of(&session.folder), baseline: None, live: BTreeMap::new() };
        let workspace = session.workspace(look.root.clone());
        let asked = self.baseline.as_ref().or(self.write_baseline.as_ref().and_then(Option::as_ref));
        let baseline = baseline::path_in_force(
            asked.map(|path| session.absolute(path)),
            &look.root,
            &workspace.settings,
        );
        let mut draft = Draft::default();
        if self.write_baseline.is_none() {
            look.baseline = baseline.as_deref().map(Baseline::read).transpose()?;
        }
        let mut summary = Summary { problems: std::mem::take(&mut found.problems), ..Summary::default() };
        let mut exit = if summary.problems.is_empty() { Exit::Done } else { Exit::CouldNot };
        let mut spoken = false;
        let mut sharing: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        if let Some(report) = report {
            session.output.text(&report.head());
        }
        let inputs = found.inputs();
        self.look_at_agents(session, &inputs, &mut look, &mut summary);
        let mut told: BTreeSet<String> = BTreeSet::new();
        for inputs in inputs.chunks(AT_ONCE) {
            let shared: &Session = session;
            let outcomes: Vec<Option<Outcome>> =
                inputs.par_iter().map(|input| self.look_at(shared, input, &look)).collect();
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
                told.extend(outcome.told);
                if let Some((file, known)) = outcome.known {
                    draft.add(&file, known);
                }
                if let Some((status, plan)) = outcome.status {
                    sharing.entry(status).or_default().push(plan);
                }
            }
        }
        summary.problems.extend(untold(session, &look.live, &told));
        if !summary.problems.is_empty() {
            exit = Exit::CouldNot;
        }
        if let Some(baseline) = &look.baseline {
            let mut obsolete = baseline.of_lost_files(&look.root);
            let hidden = summary.baseline.take().unwrap_or_default();
            obsolete.extend(hidden.obsolete);
            obsolete.sort();
            summary.baseline =
                Some(Hidden { file: session.shown(&baseline.path), hidden: hidden.hidden, obsolete });
        }
        let nothing = summary.plans == 0 && summary.problems.is_empty();
        if let Some(report) = report.filter(|_| !nothing || self.format != Format::Text) {
            session.output.text(&report.tail(&summary));
        }
        warn_of_shared(session, &sharing);
        if nothing {
            return Err(no_plan(session, &found.folders, found.looked_at));
        }
        if self.diff || self.write_baseline.is_some() {
            inputs::tell_problems(&summary.problems);
        }
        let told: usize = summary.findings.iter().sum();
        if self.diff && told > 0 {
            // The difference goes to a file or to `git apply`: what it leaves out is told beside it.
            let findings = counted(told, "finding", "findings");
            complain(&format!(
                "{findings}, {} of which the difference mends; `tallymark check` shows them\n",
                summary.fixable
            ));
        }
        if self.write_baseline.is_some() {
            let path = baseline.unwrap_or_else(|| look.root.join(baseline::DEFAULT_FILE));
            let (count, files) = draft.write(&path)?;
            let line = format!(
                "{} of {} written to {}\n",
                counted(count, "finding", "findings"),
                counted(files, "plan", "plans"),
                session.shown(&path)
            );
            session.output.text(&line);
            // What is known from now on is no reason to fail.
            return Ok(if exit == Exit::Found { Exit::Done } else { exit });
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

    /// The report that was asked for; none under `--diff` and `--write-baseline`.
    fn report(&self, session: &Session) -> Option<Box<dyn Report>> {
        if self.diff || self.write_baseline.is_some() {
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
    fn look_at(&self, session: &Session, input: &Input<'_>, look: &Look<'_>) -> Option<Outcome> {
        let Workspace { root, settings, .. } = input.workspace;
        let live = look.live.get(root).map(|looked| &looked.facts);
        let outside = Outside { now: Some(session.now), live };
        let mut loaded = match load_if_plan(root, &input.path, settings, outside) {
            Ok(Some(loaded)) => loaded,
            Ok(None) => {
                let error = read_source(&input.path).err().filter(|_| input.named)?;
                return Some(unreadable(session, &error.path, error.message, Exit::CouldNot));
            }
            Err(error) => return Some(unreadable(session, &error.path, error.message, Exit::CouldNot)),
        };
        let mut outcome = Outcome {
            text: String::new(),
            summary: Summary::default(),
            exit: Exit::Done,
            known: None,
            told: Vec::new(),
            status: None,
        };
        if self.fix || self.diff || self.dry_run {
            let mended = fix::mend(root, &loaded, settings, outside);
            if self.diff {
                outcome.text = mended.diff(&session.shown(&input.path), &loaded);
            } else if !self.dry_run
                && let Err(failure) = mended.write(&input.path, &loaded)
            {
                return Some(unreadable(session, &input.path, failure.message, failure.exit));
            } else {
                outcome.summary.fixed = if self.dry_run { 0 } else { mended.fixed };
                outcome.summary.would_fix = if self.dry_run { mended.fixed } else { 0 };
                loaded = mended.after.unwrap_or(loaded);
            }
        }
        let file = relative(&look.root, &loaded.path);
        outcome.status = loaded.located.own_file().map(|status| (status, session.shown(&loaded.path)));
        if is_lost(&loaded) {
            warn(&lost_sentence(session, &loaded));
        }
        if self.write_baseline.is_some() {
            outcome.known = Some((file.clone(), baseline::known(&loaded.analysis)));
        }
        if let Some(baseline) = &look.baseline {
            let Applied { hidden, obsolete } = baseline.hide(&file, &mut loaded.analysis);
            outcome.summary.baseline = Some(Hidden { file: String::new(), hidden, obsolete });
        }
        self.judge(settings.fail_on(), &loaded, &mut outcome);
        if let Some(report) = look.report {
            let checked = Checked {
                analysis: &loaded.analysis,
                key: &relative(root, &loaded.path),
                plan: name(&loaded.path, session.shown(&loaded.path)),
                status: name(&loaded.located.path, session.shown(&loaded.located.path)),
                status_files: status_files(session, &loaded),
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
        if !self.fix && !self.dry_run {
            outcome.summary.fixable = fix::fixable(analysis);
        }
        if analysis.findings.iter().any(|finding| fail_on.fails(finding.severity)) {
            outcome.exit = outcome.exit.max(Exit::Found);
        }
        // A check that could not read its input has not passed, whatever it is told to fail on.
        if analysis.joined.status_file.as_deref().is_some_and(|status| !status.readable) {
            outcome.exit = outcome.exit.max(Exit::CouldNot);
        }
        if let Some(live) = &analysis.live {
            let problems = live.problems(&analysis.facts);
            outcome.told = problems.map(|problem| problem.path.clone()).collect();
            if !outcome.told.is_empty() {
                outcome.exit = outcome.exit.max(Exit::CouldNot);
            }
        }
    }

    /// Looks, under `--live`, who is at work in the workspaces of these files.
    fn look_at_agents(
        &self,
        session: &Session,
        inputs: &[Input<'_>],
        look: &mut Look<'_>,
        summary: &mut Summary,
    ) {
        if !self.live {
            let is_live = |selector: &String| {
                inputs::rules_of(selector).is_ok_and(|codes| codes.iter().all(|code| code.starts_with("TM4")))
            };
            if self.select.iter().any(is_live) {
                warn("the rules TM401 to TM406 look at monitoring files and processes: they need --live");
            }
            return;
        }
        for input in inputs {
            let root = &input.workspace.root;
            if !look.live.contains_key(root) {
                let mut looked = live::look(session, input.workspace);
                let unreadable = std::mem::take(&mut looked.unreadable);
                summary.problems.extend(unreadable.into_iter().map(|error| InputProblem {
                    name: name(&error.path, session.shown(&error.path)),
                    position: None,
                    message: error.message,
                }));
                look.live.insert(root.clone(), looked);
            }
        }
    }
}

/// The monitoring files with problems that no plan's findings tell of: those of no plan, or of several.
fn untold(session: &Session, live: &BTreeMap<PathBuf, Looked>, told: &BTreeSet<String>) -> Vec<InputProblem> {
    let mut problems: BTreeMap<&str, &str> = BTreeMap::new();
    for problem in live.values().flat_map(|looked| &looked.facts.live.problems) {
        if !told.contains(&problem.path) {
            problems.entry(&problem.path).or_insert(&problem.problem.message);
        }
    }
    let problem = |(path, message): (&str, &str)| {
        let path = Path::new(path);
        InputProblem { name: name(path, session.shown(path)), position: None, message: message.to_owned() }
    };
    problems.into_iter().map(problem).collect()
}

/// Says which plans have one status.json together: each of them finds the other's tasks in it. No finding of either plan,
/// as neither is wrong by itself.
fn warn_of_shared(session: &Session, sharing: &BTreeMap<PathBuf, Vec<String>>) {
    for (status, plans) in sharing.iter().filter(|(_, plans)| plans.len() > 1) {
        let message = format!(
            "{} is the status.json of {} plans ({}); give each its own **Output:** or an entry of status.map",
            session.shown(status),
            plans.len(),
            plans.join(", ")
        );
        warn(&message);
    }
}

/// The files of a status that is a folder.
fn status_files(session: &Session, loaded: &Loaded) -> Vec<Name> {
    let folder = &loaded.located.path;
    let files = loaded.analysis.joined.status_file.iter().flat_map(|status| status.files());
    files.map(|file| folder.join(file)).map(|path| name(&path, session.shown(&path))).collect()
}

fn unreadable(session: &Session, path: &Path, message: String, exit: Exit) -> Outcome {
    let problem = InputProblem { name: name(path, session.shown(path)), position: None, message };
    let summary = Summary { problems: vec![problem], ..Summary::default() };
    Outcome { text: String::new(), summary, exit, known: None, told: Vec::new(), status: None }
}
