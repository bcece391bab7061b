//! For programs: one object. `docs/ci.md` documents it; what is there keeps its meaning under one `schema_version`, and
//! more may come.

use serde::Serialize;
use tallymark_sync::{FixAction, Place, Progress, Severity, State};
use tallymark_text::Encoding;

use super::{Checked, Report, Summary, rule_name};

/// The version of what is written.
pub const SCHEMA_VERSION: u32 = 1;

/// The format.
pub struct Json;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Plan<'a> {
    path: &'a str,
    title: Option<&'a str>,
    dialect: &'static str,
    status: StatusFile<'a>,
    boxes: &'static str,
    tasks: usize,
    criteria: usize,
    progress: Counts,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StatusFile<'a> {
    path: &'a str,
    exists: bool,
    readable: bool,
}

/// Progress, as every JSON that we write has it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    total: u32,
    completed: u32,
    in_progress: u32,
    failed: u32,
    skipped: u32,
    /// Whole percent of the tasks that are not skipped; null with nothing to count.
    percent: Option<u32>,
}

impl From<Progress> for Counts {
    fn from(progress: Progress) -> Self {
        Self {
            total: progress.total,
            completed: progress.completed,
            in_progress: progress.in_progress,
            failed: progress.failed,
            skipped: progress.skipped,
            percent: progress.percent(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Finding<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Location<'a>,
    related: Vec<Related<'a>>,
    subject: String,
    fingerprint: String,
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Related<'a> {
    #[serde(flatten)]
    place: Location<'a>,
    message: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Location<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

/// Line and column from one, in characters; the offset from zero, in bytes behind a byte order mark.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Fix {
    title: String,
    safe: bool,
    target: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Edit {
    start: u32,
    end: u32,
    text: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Problem<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Totals<'a> {
    plans: usize,
    tasks: usize,
    criteria: usize,
    findings: Severities,
    fixable: usize,
    fixed: usize,
    /// Under `--dry-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_fix: Option<usize>,
    /// Where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Known<'a>>,
    progress: Counts,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Known<'a> {
    file: &'a str,
    hidden: usize,
    obsolete: &'a [String],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Severities {
    error: usize,
    warning: usize,
    information: usize,
    hint: usize,
}

impl Report for Json {
    fn head(&self) -> String {
        let version = text(&env!("CARGO_PKG_VERSION"));
        format!(
            "{{\"schema_version\":{SCHEMA_VERSION},\"tool\":{{\"name\":\"tallymark\",\"version\":{version}}},\"plans\":["
        )
    }

    fn plan(&self, checked: &Checked<'_>) -> String {
        let joined = &checked.analysis.joined;
        let fingerprints = checked.fingerprints();
        let findings = checked.fixes().zip(fingerprints).map(|((finding, fixes), fingerprint)| Finding {
            code: finding.code,
            name: rule_name(finding.code),
            severity: finding.severity.name(),
            message: &finding.message,
            place: location(checked, finding.place),
            related: finding
                .related
                .iter()
                .map(|related| Related { place: location(checked, related.place), message: &related.message })
                .collect(),
            subject: finding.subject_key(checked.analysis),
            fingerprint,
            fixes: fixes.into_iter().map(fix).collect(),
        });
        let plan = Plan {
            path: &checked.plan.shown,
            title: joined.plan.title.map(|title| joined.plan.slice(title)),
            dialect: joined.plan.dialect.name(),
            status: StatusFile {
                path: &checked.status.shown,
                exists: checked.status_exists,
                readable: joined.status().is_some(),
            },
            boxes: boxes(checked.analysis.boxes),
            tasks: joined.plan.tasks.len(),
            criteria: joined.plan.criteria.len(),
            progress: joined.total.into(),
            findings: findings.collect(),
        };
        format!("\n{}", text(&plan))
    }

    fn between(&self) -> &'static str {
        ","
    }

    fn tail(&self, summary: &Summary) -> String {
        let problems: Vec<Problem<'_>> = summary
            .problems
            .iter()
            .map(|problem| Problem {
                file: &problem.name.shown,
                line: problem.position.map(|(line, _)| line),
                column: problem.position.map(|(_, column)| column),
                message: &problem.message,
            })
            .collect();
        let totals = Totals {
            plans: summary.plans,
            tasks: summary.tasks,
            criteria: summary.criteria,
            findings: Severities {
                error: summary.count(Severity::Error),
                warning: summary.count(Severity::Warning),
                information: summary.count(Severity::Information),
                hint: summary.count(Severity::Hint),
            },
            fixable: summary.fixable,
            fixed: summary.fixed,
            would_fix: Some(summary.would_fix).filter(|&count| count > 0),
            baseline: summary.baseline.as_ref().map(|baseline| Known {
                file: &baseline.file,
                hidden: baseline.hidden,
                obsolete: &baseline.obsolete,
            }),
            progress: summary.progress.into(),
        };
        format!("\n],\"problems\":{},\"summary\":{}}}\n", text(&problems), text(&totals))
    }
}

fn location<'a>(checked: &'a Checked<'_>, place: Place) -> Location<'a> {
    let (start, end) = checked.range(place, Encoding::Utf32);
    let (name, _, span) = checked.file(place);
    let point = |position: tallymark_text::Position, offset| Point {
        line: position.line + 1,
        column: position.column + 1,
        offset,
    };
    Location { file: &name.shown, start: point(start, span.start), end: point(end, span.end) }
}

fn fix(fix: tallymark_sync::Fix) -> Fix {
    let (target, edits) = match fix.action {
        FixAction::Plan(edits) => ("plan", edits),
        FixAction::Status(_) => ("status", Vec::new()),
        FixAction::Renumber(_) => ("renumber", Vec::new()),
        FixAction::Init => ("init", Vec::new()),
        FixAction::Restore => ("restore", Vec::new()),
        FixAction::Show(_) => ("none", Vec::new()),
    };
    let edits = edits
        .into_iter()
        .map(|edit| Edit { start: edit.span.start, end: edit.span.end, text: edit.text })
        .collect();
    Fix { title: fix.title, safe: fix.safe, target, edits }
}

/// The name of what boxes mean.
pub fn boxes(boxes: tallymark_sync::Boxes) -> &'static str {
    match boxes {
        tallymark_sync::Boxes::Auto => "auto",
        tallymark_sync::Boxes::Reference => "reference",
        tallymark_sync::Boxes::Mirror => "mirror",
    }
}

/// A state as programs read it.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::InProgress => "in_progress",
        other => other.label(),
    }
}

/// Our own types have string keys and no failing serializer: they always become JSON.
pub fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
pub mod schema {
    //! The whole of what [`Json`](super::Json) writes piece by piece, for `docs/schema/`.

    use super::{Plan, Problem, Totals};

    /// What `tallymark check --format json` writes.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    pub struct Document<'a> {
        schema_version: u32,
        tool: Tool<'a>,
        /// The plans that were checked.
        plans: Vec<Plan<'a>>,
        /// What could not be read, and what in the settings means nothing.
        problems: Vec<Problem<'a>>,
        summary: Totals<'a>,
    }

    /// The program that wrote it.
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    struct Tool<'a> {
        name: &'a str,
        version: &'a str,
    }
}
