//! What `check` writes, one file a format. Each plan is rendered by itself, so that many can be at once and none is kept.

mod excerpt;
mod github;
mod json;
mod percent;
mod sarif;
mod text;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tallymark_status::Revision;
use tallymark_sync::{Analysis, File, Finding, Fix, Place, Progress, Rule, Severity, rules};
use tallymark_text::{Encoding, Position, Source, Span};

pub use github::Github;
#[cfg(test)]
pub use json::schema as json_schema;
pub use json::{Counts, Json, SCHEMA_VERSION, state_name, text as json_text};
pub use sarif::Sarif;
pub use text::Text;

/// A format.
pub trait Report: Sync {
    /// What comes before all plans.
    fn head(&self) -> String {
        String::new()
    }

    /// A plan with its findings. Empty if it has nothing to say.
    fn plan(&self, checked: &Checked<'_>) -> String;

    /// What stands between two plans that have something to say.
    fn between(&self) -> &'static str {
        ""
    }

    /// What comes after all plans.
    fn tail(&self, summary: &Summary) -> String;
}

/// A plan that was checked.
pub struct Checked<'a> {
    /// What can be said of it.
    pub analysis: &'a Analysis,
    /// Its path from the root, with `/`: part of what a finding is known by.
    pub key: &'a str,
    /// Its file.
    pub plan: Name,
    /// The file of its status.json, or where it would be.
    pub status: Name,
    /// The files in it, where it is a folder.
    pub status_files: Vec<Name>,
    /// Whether it is there.
    pub status_exists: bool,
}

/// A file, and what a person calls it.
#[derive(Clone, Debug)]
pub struct Name {
    /// From the folder we are in, where it lies below.
    pub shown: String,
    /// Absolute.
    pub path: PathBuf,
}

/// Something that could not be read.
#[derive(Clone, Debug)]
pub struct InputProblem {
    /// The file or folder.
    pub name: Name,
    /// Line and column from one, where they are known.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

/// What all plans come to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many plans were checked.
    pub plans: usize,
    /// Their tasks.
    pub tasks: usize,
    /// Their criteria.
    pub criteria: usize,
    /// Findings by severity: hints, informations, warnings, errors.
    pub findings: [usize; 4],
    /// How many of the findings `--fix` would mend.
    pub fixable: usize,
    /// How many findings `--fix` has mended.
    pub fixed: usize,
    /// How many findings `--fix` would have mended, under `--dry-run`.
    pub would_fix: usize,
    /// What the baseline did, where there is one.
    pub baseline: Option<Hidden>,
    /// All tasks together.
    pub progress: Progress,
    /// Files that could not be read, and settings that could not be understood.
    pub problems: Vec<InputProblem>,
}

/// What a baseline did.
#[derive(Clone, Debug, Default)]
pub struct Hidden {
    /// The baseline, as a person calls it.
    pub file: String,
    /// So many findings were known, and are not reported.
    pub hidden: usize,
    /// What it has that is not there any more, a line each.
    pub obsolete: Vec<String>,
}

impl Summary {
    /// Counts a plan.
    pub fn add(&mut self, analysis: &Analysis) {
        self.plans += 1;
        self.tasks += analysis.joined.plan.tasks.len();
        self.criteria += analysis.joined.plan.criteria.len();
        self.progress.merge(analysis.joined.total);
        for finding in &analysis.findings {
            self.findings[finding.severity as usize] += 1;
        }
    }

    /// Counts all that `other` counted.
    pub fn merge(&mut self, other: Summary) {
        self.plans += other.plans;
        self.tasks += other.tasks;
        self.criteria += other.criteria;
        self.fixable += other.fixable;
        self.fixed += other.fixed;
        self.would_fix += other.would_fix;
        if let Some(more) = other.baseline {
            let baseline = self.baseline.get_or_insert_default();
            baseline.hidden += more.hidden;
            baseline.obsolete.extend(more.obsolete);
        }
        self.progress.merge(other.progress);
        self.problems.extend(other.problems);
        for (count, more) in self.findings.iter_mut().zip(other.findings) {
            *count += more;
        }
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings[severity as usize]
    }
}

/// The severities, worst first.
pub const SEVERITIES: [Severity; 4] =
    [Severity::Error, Severity::Warning, Severity::Information, Severity::Hint];

impl<'a> Checked<'a> {
    /// The name and the text of the file that a place is in, and the span there. A status.json that is not there has no text.
    fn file(&self, place: Place) -> (&Name, Option<&Source>, Span) {
        let status = self.analysis.joined.status_file.as_deref();
        match (place.file, status.map(|status| status.place(place.span))) {
            (File::Plan, _) => (&self.plan, Some(&self.analysis.joined.plan.source), place.span),
            (File::Status, None) => (&self.status, None, place.span),
            (File::Status, Some(found)) => {
                let name = found.file.and_then(|file| {
                    self.status_files
                        .iter()
                        .find(|name| name.path.file_name().is_some_and(|known| known == file))
                });
                (name.unwrap_or(&self.status), Some(found.source), found.span)
            }
        }
    }

    /// Where a place begins and ends, lines and columns from zero. Without a text, at its beginning.
    fn range(&self, place: Place, encoding: Encoding) -> (Position, Position) {
        let (_, source, span) = self.file(place);
        source.map_or_else(Default::default, |source| {
            let at = |offset: u32| source.position(offset as usize, encoding);
            (at(span.start), at(span.end))
        })
    }

    /// The findings, each with the ways to mend it.
    fn fixes(&self) -> impl Iterator<Item = (&Finding, Vec<Fix>)> {
        self.analysis.findings.iter().map(|finding| (finding, self.analysis.own_fixes(finding)))
    }

    /// For each finding, what it is known by over edits and runs: 16 hex digits of a hash of the plan's path from the root,
    /// the rule, and what the finding is about; the second one of that kind has a number in it.
    fn fingerprints(&self) -> Vec<String> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut fingerprints = Vec::with_capacity(self.analysis.findings.len());
        for finding in &self.analysis.findings {
            let key = finding.subject_key(self.analysis);
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            let whole = format!("{}\n{key}\n{count}", self.key);
            fingerprints.push(Revision::of(whole.as_bytes()).to_string());
        }
        fingerprints
    }
}

/// The name of a rule.
fn rule_name(code: &str) -> &'static str {
    rules::find(code).map_or("", |rule| rule.name)
}

/// Where a rule's page can be read.
pub fn rule_url(rule: &Rule) -> String {
    tallymark_sync::rules::page_url(rule.code)
}

/// A file as the reports name it.
pub fn name(path: &Path, shown: String) -> Name {
    Name { shown, path: path.to_owned() }
}

/// `1 plan`, `3 plans`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
