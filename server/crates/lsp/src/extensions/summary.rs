//! A plan in a few words and numbers.

use std::path::Path;

use serde::Serialize;
use tallymark_sync::{Analysis, Progress, Severity};
use tallymark_workspace::Located;
use tower_lsp::ls_types::Uri;

/// How far a set of tasks is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// Completed tasks.
    done: u32,
    /// All tasks.
    total: u32,
    /// Tasks in progress.
    in_progress: u32,
    /// Failed tasks.
    failed: u32,
    /// Skipped and cancelled tasks: they count neither as done nor in the total of the percentage.
    skipped: u32,
    /// Whole percent, rounded down; null where nothing is to be counted.
    percent: Option<u32>,
    /// All of it as every surface says it: `3/7 · 43%`.
    text: String,
}

impl From<Progress> for Counts {
    fn from(progress: Progress) -> Self {
        Self {
            done: progress.completed,
            total: progress.total,
            in_progress: progress.in_progress,
            failed: progress.failed,
            skipped: progress.skipped,
            percent: progress.percent(),
            text: progress.to_string(),
        }
    }
}

/// How many findings there are, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Findings {
    error: u32,
    warning: u32,
    information: u32,
    hint: u32,
}

/// A plan in a few words and numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// The plan's file.
    uri: Uri,
    /// Its path from its root, with `/`.
    path: String,
    /// Its first heading.
    title: Option<String>,
    /// How it is read.
    dialect: &'static str,
    progress: Counts,
    findings: Findings,
    /// The findings that say that plan and status.json disagree: the rules TM101 to TM199.
    drift: u32,
    /// Its status.json, where there is one.
    status: Option<Uri>,
    /// Whether that can be read; without one there is nothing that could not.
    readable: bool,
}

impl Summary {
    /// Of a plan whose file is called `uri`, with the status.json that was located for it.
    pub(crate) fn new(
        uri: Uri,
        root: &Path,
        path: &Path,
        analysis: &Analysis,
        located: Option<&Located>,
    ) -> Self {
        let joined = &analysis.joined;
        let mut findings = Findings::default();
        let mut drift = 0;
        for finding in &analysis.findings {
            drift += u32::from(finding.code.starts_with("TM1"));
            *match finding.severity {
                Severity::Error => &mut findings.error,
                Severity::Warning => &mut findings.warning,
                Severity::Information => &mut findings.information,
                Severity::Hint => &mut findings.hint,
            } += 1;
        }
        Self {
            uri,
            path: tallymark_workspace::relative(root, path),
            title: joined.plan.title.map(|title| joined.plan.slice(title).to_owned()),
            dialect: joined.plan.dialect.name(),
            progress: joined.total.into(),
            findings,
            drift,
            status: located
                .filter(|located| located.exists)
                .and_then(|located| Uri::from_file_path(&located.path)),
            readable: joined.status().is_some() || joined.unreadable_status().is_none(),
        }
    }
}
