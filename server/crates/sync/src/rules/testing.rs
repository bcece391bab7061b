//! What the tests of the rules have in common: a plan and a status.json as text, what a rule says of them, and what its
//! fixes make of them.

use std::sync::Arc;

use tallymark_events::Process;
use tallymark_live::Live;
use tallymark_plan::{Dialect, Options};
use tallymark_status::Status;
use tallymark_text::{Source, apply_edits};

use super::{Boxes, Config};
use crate::{Analysis, Facts, File, Finding, FixAction, Severity};

/// A plan and a status.json to try rules on.
pub(super) struct Case {
    plan: String,
    status: Option<String>,
    path: String,
    dialect: Option<Dialect>,
    config: Config,
    facts: Facts,
    processes: Vec<Process>,
}

/// When the live cases play: 2026-01-15T08:00:00Z.
pub(super) const NOW: i64 = 1_768_464_000_000;

/// A plan without a status.json, read as the home dialect.
pub(super) fn plan(text: &str) -> Case {
    Case {
        plan: text.to_owned(),
        status: None,
        path: "docs/plans/plan.md".to_owned(),
        dialect: Some(Dialect::Phased),
        config: Config::default(),
        facts: Facts {
            plan_path: "docs/plans/plan.md".to_owned(),
            status_path: "docs/plan-outputs/plan/status.json".to_owned(),
            ..Facts::default()
        },
        processes: Vec::new(),
    }
}

impl Case {
    /// With this status.json.
    pub(super) fn status(mut self, json: &str) -> Self {
        self.status = Some(json.to_owned());
        self
    }

    /// With a status.json of these entries: id, description, status; the summary left out, the phase `Phase 1: Work`.
    pub(super) fn entries(self, entries: &[(&str, &str, &str)]) -> Self {
        let entries: Vec<String> = entries
            .iter()
            .map(|(id, description, status)| {
                format!(
                    "{{\"id\": \"{id}\", \"phase\": \"Phase 1: Work\", \"description\": \"{description}\", \"status\": \"{status}\"}}"
                )
            })
            .collect();
        self.status(&format!("{{\"tasks\": [\n{}\n]}}", entries.join(",\n")))
    }

    /// With boxes that mean this.
    pub(super) fn boxes(mut self, boxes: Boxes) -> Self {
        self.config.boxes = boxes;
        self
    }

    /// With a process of this id on the machine, started at that time; none for one that is not there. Before
    /// [`Case::live`].
    pub(super) fn process(mut self, pid: u32, started: Option<i64>) -> Self {
        self.processes.push(Process { pid, started });
        self
    }

    /// With these decoded monitoring files, as the sidecar writes them, at [`NOW`], in a workspace without another plan.
    pub(super) fn live(mut self, files: &[&str]) -> Self {
        let files: Vec<tallymark_events::Monitored> =
            files.iter().map(|file| serde_json::from_str(file).expect("a decoded file")).collect();
        let limits = tallymark_live::Limits::default();
        self.facts.live = Some(Arc::new(Live::new(&files, &self.processes, "here", NOW, &limits)));
        self.facts.now = Some(NOW);
        self.facts.only_plan = true;
        self
    }

    /// With another severity of a rule.
    pub(super) fn severity(mut self, code: &'static str, severity: Severity) -> Self {
        self.config.severities.insert(code, Some(severity));
        self
    }

    /// With so many retries of what failed.
    pub(super) fn retries(mut self, retries: u32) -> Self {
        self.config.limits.retries = retries;
        self
    }

    /// In this dialect.
    pub(super) fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// With these facts changed.
    pub(super) fn facts(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }

    /// Plan and status.json, read, joined and checked.
    pub(super) fn analysis(&self) -> Analysis {
        let options = Options { path: &self.path, dialect: self.dialect };
        let plan = tallymark_plan::parse(Arc::new(Source::new(&self.plan)), options);
        let status = self.status.as_ref().map(|text| Arc::new(Status::parse(Arc::new(Source::new(text)))));
        Analysis::new(Arc::new(plan), status, self.facts.clone(), Arc::new(self.config.clone()))
    }

    /// What a rule says: `plan:3 "[x]": message`, with what stands at the place, and the other places behind `|`.
    pub(super) fn findings(&self, code: &str) -> Vec<String> {
        let analysis = self.analysis();
        let findings = analysis.findings.iter().filter(|finding| finding.code == code);
        findings.map(|finding| tell(&analysis, finding)).collect()
    }

    /// The names of the fixes of a rule's first finding, a preferred one with `*`, a safe one with `!`.
    pub(super) fn fixes(&self, code: &str) -> Vec<String> {
        let analysis = self.analysis();
        let finding = first(&analysis, code);
        let name = |fix: crate::Fix| {
            let (preferred, safe) = (if fix.preferred { "*" } else { "" }, if fix.safe { "!" } else { "" });
            format!("{}{preferred}{safe}", fix.title)
        };
        analysis.fixes(finding).into_iter().map(name).collect()
    }

    /// The plan after a fix of a rule's first finding, by the fix's name.
    pub(super) fn fixed(&self, code: &str, title: &str) -> String {
        match self.action(code, title) {
            FixAction::Plan(edits) => apply_edits(&self.plan, &edits).expect("edits that fit the plan"),
            other => panic!("{title} does not edit the plan: {other:?}"),
        }
    }

    /// What a fix of a rule's first finding asks of the store, by the fix's name.
    pub(super) fn requests(&self, code: &str, title: &str) -> Vec<tallymark_status::Request> {
        match self.action(code, title) {
            FixAction::Status(requests) => requests,
            other => panic!("{title} does not change status.json: {other:?}"),
        }
    }

    /// What a fix of a rule's first finding does, by the fix's name.
    pub(super) fn action(&self, code: &str, title: &str) -> FixAction {
        let analysis = self.analysis();
        let fixes = analysis.fixes(first(&analysis, code));
        let names: Vec<String> = fixes.iter().map(|fix| fix.title.clone()).collect();
        match fixes.into_iter().find(|fix| fix.title == title) {
            Some(fix) => fix.action,
            None => panic!("no fix {title:?} among {names:?}"),
        }
    }
}

fn first<'a>(analysis: &'a Analysis, code: &str) -> &'a Finding {
    match analysis.findings.iter().find(|finding| finding.code == code) {
        Some(finding) => finding,
        None => panic!("no {code} among {:?}", analysis.findings),
    }
}

/// A finding in one line.
fn tell(analysis: &Analysis, finding: &Finding) -> String {
    let place = |place: crate::Place| {
        let (name, source) = match (place.file, &analysis.joined.status_file) {
            (File::Status, Some(status)) => ("status", &status.source),
            _ => ("plan", &analysis.joined.plan.source),
        };
        let line = source.line_of(place.span.start as usize) + 1;
        format!("{name}:{line} {:?}", source.slice(place.span))
    };
    let mut told = format!("{}: {}", place(finding.place), finding.message);
    for related in &finding.related {
        told.push_str(&format!(" | {}: {}", place(related.place), related.message));
    }
    told
}
