//! `check --write-baseline` and `check --baseline`: the findings that are known already.
//!
//! A finding is known by its rule, the plan's path from the root, what it is about (`task/1.2`), and a hash of what it says:
//! by no line, so that edits elsewhere in the file leave it known. `docs/formats.md` has the file's format.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tallymark_status::Revision;
use tallymark_sync::{Analysis, Finding};
use tallymark_workspace::{Settings, read_source};

use crate::exit::Failure;
use crate::report::SCHEMA_VERSION;
use crate::whole_file;

/// Where a baseline is written if nobody says where, in the root.
pub const DEFAULT_FILE: &str = "tallymark-baseline.json";

/// The file's content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema_version: u32,
    findings: Vec<Entry>,
}

/// One line of the baseline.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The rule.
    code: String,
    /// The plan's path from the root, with `/`.
    file: String,
    /// What the finding is about: `task/1.2`.
    subject: String,
    /// 16 hex digits of a hash of its message.
    said: String,
    /// How many findings of the file are equal in all this.
    count: u32,
}

/// What a finding is known by inside its file: code, subject, hash of the message.
pub type Key = (String, String, String);

/// How many equal findings each key stands for.
type Known = BTreeMap<Key, u32>;

/// Known findings, by file.
#[derive(Default)]
pub struct Baseline {
    /// Where it was read from.
    pub path: PathBuf,
    files: HashMap<String, Known>,
}

/// What a baseline did to a file's findings.
#[derive(Default)]
pub struct Applied {
    /// So many findings were known, and are hidden.
    pub hidden: usize,
    /// What the baseline has and the file has no more: `TM103 docs/plans/a.md task/1.2`.
    pub obsolete: Vec<String>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// It cannot be read, or is no baseline of this version.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let source = read_source(path)?;
        let broken = |why: String| {
            Failure::could_not(format!("{} is no baseline: {why}", path.display()))
                .help("`tallymark check --write-baseline` writes a new one")
        };
        let content: Content =
            serde_json::from_str(source.text()).map_err(|error| broken(error.to_string()))?;
        if content.schema_version != SCHEMA_VERSION {
            return Err(broken(format!(
                "its schema_version is {}, this reads {SCHEMA_VERSION}",
                content.schema_version
            )));
        }
        let mut files: HashMap<String, Known> = HashMap::new();
        for Entry { code, file, subject, said, count } in content.findings {
            let known = files.entry(file).or_default().entry((code, subject, said)).or_default();
            *known = known.saturating_add(count);
        }
        Ok(Self { path: path.to_owned(), files })
    }

    /// Takes a file's known findings out of its analysis. Of rules that are off nothing is obsolete.
    pub fn hide(&self, file: &str, analysis: &mut Analysis) -> Applied {
        let Some(known) = self.files.get(file) else { return Applied::default() };
        let mut left = known.clone();
        let keys: Vec<Key> = analysis.findings.iter().map(|finding| key(finding, analysis)).collect();
        let before = analysis.findings.len();
        let mut keys = keys.iter();
        analysis.findings.retain(|_| {
            let count = keys.next().and_then(|key| left.get_mut(key)).filter(|count| **count > 0);
            let is_new = count.is_none();
            count.into_iter().for_each(|count| *count -= 1);
            is_new
        });
        let is_on = |code: &str| {
            tallymark_sync::rules::find(code).is_none_or(|rule| analysis.config.severity(rule).is_some())
        };
        let gone = left.into_iter().filter(|((code, ..), count)| *count > 0 && is_on(code));
        Applied {
            hidden: before - analysis.findings.len(),
            obsolete: gone.map(|(key, _)| told(file, &key)).collect(),
        }
    }

    /// What the baseline has of files that are not there any more.
    pub fn of_lost_files(&self, root: &Path) -> Vec<String> {
        let mut lost: Vec<&String> =
            self.files.keys().filter(|file| !root.join(file).try_exists().unwrap_or(true)).collect();
        lost.sort();
        lost.into_iter().flat_map(|file| self.files[file].keys().map(|key| told(file, key))).collect()
    }
}

/// Collects findings for a new baseline.
#[derive(Default)]
pub struct Draft {
    files: BTreeMap<String, Known>,
}

/// The findings of one file, as a draft takes them.
pub fn known(analysis: &Analysis) -> Vec<Key> {
    analysis.findings.iter().map(|finding| key(finding, analysis)).collect()
}

impl Draft {
    /// Takes the findings of a file.
    pub fn add(&mut self, file: &str, keys: Vec<Key>) {
        for key in keys {
            *self.files.entry(file.to_owned()).or_default().entry(key).or_default() += 1;
        }
    }

    /// Writes the baseline, whole or not at all; says how many findings of how many files it knows. It is sorted, so that
    /// two baselines are easy to compare.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(self, path: &Path) -> Result<(usize, usize), Failure> {
        let failed = |error: &std::io::Error| {
            Failure::could_not(format!("{} could not be written: {error}", path.display()))
        };
        let files = self.files.len();
        let mut findings = Vec::new();
        for (file, known) in self.files {
            findings.extend(known.into_iter().map(|((code, subject, said), count)| Entry {
                code,
                file: file.clone(),
                subject,
                said,
                count,
            }));
        }
        let count = findings.iter().map(|entry| entry.count as usize).sum();
        let content = Content { schema_version: SCHEMA_VERSION, findings };
        let text = serde_json::to_string_pretty(&content).map_err(|error| failed(&error.into()))?;
        whole_file::put(path, &(text + "\n")).map_err(|error| failed(&error))?;
        Ok((count, files))
    }
}

/// Where the baseline in force is: as the command line says, else as the settings of the root do.
pub fn path_in_force(asked: Option<PathBuf>, root: &Path, settings: &Settings) -> Option<PathBuf> {
    asked.or_else(|| settings.baseline().map(|path| root.join(path)))
}

fn key(finding: &Finding, analysis: &Analysis) -> Key {
    let whole = finding.subject_key(analysis);
    let subject =
        whole.strip_prefix(finding.code).map_or(whole.as_str(), |rest| rest.trim_start_matches('/'));
    // One that speaks of many stays the same when their number changes.
    let message = if finding.stands_for_many {
        finding.message.chars().filter(|letter| !letter.is_ascii_digit()).collect()
    } else {
        finding.message.clone()
    };
    (finding.code.to_owned(), subject.to_owned(), Revision::of(message.as_bytes()).to_string())
}

fn told(file: &str, (code, subject, _): &Key) -> String {
    format!("{code} {file} {subject}")
}
