//! What rules report, as plain data.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tallymark_live::Live;
use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_status::{EntryIndex, Request};
use tallymark_text::{Edit, Span};

use crate::Analysis;

/// How much a finding matters. Ordered: `Hint < Information < Warning < Error`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// A hint.
    Hint,
    /// An information.
    Information,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

impl Severity {
    /// The name in settings and in output: `error`, `warning`, `information`, `hint`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of a name; `info` is taken too.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "hint" => Some(Severity::Hint),
            "information" | "info" => Some(Severity::Information),
            "warning" => Some(Severity::Warning),
            "error" => Some(Severity::Error),
            _ => None,
        }
    }
}

/// Which of the two files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum File {
    /// The plan.
    Plan,
    /// Its status.json.
    Status,
}

/// Bytes of one of the two files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Which.
    pub file: File,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place in the plan.
    pub fn plan(span: Span) -> Self {
        Self { file: File::Plan, span }
    }

    /// A place in status.json.
    pub fn status(span: Span) -> Self {
        Self { file: File::Status, span }
    }
}

/// The other place of a finding that is about two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there: `status.json says "pending"`.
    pub message: String,
}

/// What a finding is about: its identity over edits (baselines, fingerprints), and the way from a finding to its fixes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// The file as a whole.
    File,
    /// A phase of the plan.
    Phase(PhaseIndex),
    /// A task of the plan.
    Task(TaskIndex),
    /// An entry of status.json.
    Entry(EntryIndex),
    /// A criterion of the plan: index into its criteria.
    Criterion(u32),
    /// Index into the plan's problems.
    PlanProblem(u32),
    /// Index into status.json's problems.
    StatusProblem(u32),
}

/// What a rule reports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's code: `TM103`.
    pub code: &'static str,
    /// How much it matters, after the settings.
    pub severity: Severity,
    /// One or two sentences, plain text: what disagrees, and with what.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The other places.
    pub related: Vec<Related>,
    /// What it is about.
    pub subject: Subject,
    /// Whether it speaks for most tasks of the file at once, because the rule found so many.
    pub stands_for_many: bool,
}

impl Finding {
    /// What the finding is, whatever line it stands on: its code and the key of the task, the id of the entry or the
    /// title of the phase it is about. Stays the same while text around it changes, so baselines and the fingerprints of
    /// SARIF are made of it. Two findings of one rule about one thing have the same key.
    pub fn subject_key(&self, analysis: &Analysis) -> String {
        let plan = &analysis.joined.plan;
        let status = analysis.joined.status_file.as_deref();
        let subject = match self.subject {
            Subject::File => match self.place.file {
                File::Plan => "plan".to_owned(),
                File::Status => "status".to_owned(),
            },
            Subject::Phase(phase) => format!("phase/{}", plan.slice(plan.phases[phase.get()].title)),
            Subject::Task(task) => format!("task/{}", plan.key(task)),
            Subject::Criterion(criterion) => {
                format!("criterion/{}", plan.slice(plan.criteria[criterion as usize].title))
            }
            Subject::Entry(entry) => match status.map_or("", |status| status.id(entry)) {
                "" => format!("entry/#{}", entry.0),
                id => format!("entry/{id}"),
            },
            Subject::PlanProblem(_) | Subject::StatusProblem(_) => {
                let source = match (self.place.file, status) {
                    (File::Status, Some(status)) => &status.source,
                    _ => &plan.source,
                };
                let line = source.line(source.line_of(self.place.span.start as usize));
                format!("line/{}", line.trim())
            }
        };
        format!("{}/{subject}", self.code)
    }
}

/// A way to mend a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as a menu shows it: `Mark 1.2 complete in status.json`.
    pub title: String,
    /// May be applied without a person looking: `check --fix`, `source.fixAll.tallymark`. Never a mark, never status.json.
    pub safe: bool,
    /// The one that a person most likely wants, of the fixes of one finding.
    pub preferred: bool,
    /// Ask the person first: the question. No answer, no change.
    pub ask: Option<String>,
    /// What it does.
    pub action: FixAction,
}

/// What a fix does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FixAction {
    /// Edits of the plan's text.
    Plan(Vec<Edit>),
    /// Changes of status.json, through the store only.
    Status(Vec<Request>),
    /// Other ids for tasks, in the plan and in status.json: see [`Analysis::renumbering`].
    Renumber(Vec<(TaskIndex, String)>),
    /// `tallymark init` for this plan.
    Init,
    /// Mends the status.json that cannot be read, or brings the newest whole one back. What that would lose only a look at the
    /// disk tells, so it asks when that is known; [`Fix::ask`] is empty.
    Restore,
    /// Shows the person this text, and changes nothing.
    Show(String),
}

/// What rules know of the world outside the two files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Milliseconds since 1970-01-01 UTC; `None` switches off what needs a clock.
    pub now: Option<i64>,
    /// The plan's path from the root, with `/`.
    pub plan_path: String,
    /// The path of its status.json from the root, with `/`; where it would be if there is none.
    pub status_path: String,
    /// Where `tallymark init` would make a status.json, if `status_path` is another program's file.
    pub own_status_path: Option<String>,
    /// A second, different status.json that also exists for this plan.
    pub other_status_path: Option<String>,
    /// Whether the plan's Output names a folder under `plan-outputs/`: then a status.json is expected.
    pub status_expected: bool,
    /// Of the files that tasks name, those that are not there; `None` if nobody looked.
    pub missing_files: Option<BTreeSet<String>>,
    /// What monitoring files say; `None` if nobody looked, and then no rule asks for it.
    pub live: Option<Arc<Live>>,
    /// Whether the workspace has no other plan: what names no plan is then about this one.
    pub only_plan: bool,
    /// When each entry of status.json was last changed, by its id, as the history tells. Asked for with `live` only.
    pub signs: Arc<HashMap<String, i64>>,
}

impl Facts {
    /// Whether these are the same, as far as rules know them that look at the plan and its status.json: all but the time and
    /// what monitoring files say, if that was looked at both times.
    pub(crate) fn same_beside_live(&self, other: &Facts) -> bool {
        let Facts {
            now: _,
            plan_path,
            status_path,
            own_status_path,
            other_status_path,
            status_expected,
            missing_files,
            live,
            only_plan: _,
            signs: _,
        } = self;
        *plan_path == other.plan_path
            && *status_path == other.status_path
            && *own_status_path == other.own_status_path
            && *other_status_path == other.other_status_path
            && *status_expected == other.status_expected
            && *missing_files == other.missing_files
            && live.is_some() == other.live.is_some()
    }
}
