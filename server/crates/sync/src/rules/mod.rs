//! The rules: one file each, with its code, name, severity, check, fixes and tests; its page lies in `docs/rules/`.

use std::collections::HashMap;

use tallymark_plan::Plan;
use tallymark_status::Status;

use crate::{Facts, Finding, Fix, Joined, Place, Related, Severity, Subject};

/// One rule.
pub struct Rule {
    /// `TM103`. Never changes its meaning.
    pub code: &'static str,
    /// `ticked-not-completed`.
    pub name: &'static str,
    /// The severity without settings.
    pub severity: Severity,
    /// What it says, in half a sentence.
    pub summary: &'static str,
    /// Its page, markdown.
    pub page: &'static str,
    /// Reports what it finds.
    pub(crate) check: fn(&Context<'_>, &mut Reporter<'_>),
    /// The ways to mend one of its findings, best first.
    pub(crate) fixes: fn(&Context<'_>, &Finding) -> Vec<Fix>,
}

/// What rules look at.
pub struct Context<'a> {
    /// Plan and status.json, joined.
    pub joined: &'a Joined,
    /// The plan.
    pub plan: &'a Plan,
    /// status.json, where it could be read.
    pub status: Option<&'a Status>,
    /// The world outside.
    pub facts: &'a Facts,
    /// What a box means, [`Boxes::Auto`] already decided.
    pub boxes: Boxes,
}

/// What the boxes of a plan mean when there is a status.json.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Boxes {
    /// `Mirror` if at least half of the completed matched tasks are ticked, else `Reference`.
    #[default]
    Auto,
    /// The plan is reference only: nobody ticks boxes.
    Reference,
    /// The boxes repeat what status.json says.
    Mirror,
}

/// The settings that rules obey.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What the boxes mean.
    pub boxes: Boxes,
    /// Rules with another severity than their own; `None` is off.
    pub severities: HashMap<&'static str, Option<Severity>>,
}

/// Takes what a rule reports.
pub struct Reporter<'a> {
    rule: &'static Rule,
    severity: Severity,
    findings: &'a mut Vec<Finding>,
}

impl Reporter<'_> {
    /// Reports a finding of the rule.
    pub fn report(&mut self, place: Place, subject: Subject, message: String, related: Vec<Related>) {
        self.findings.push(Finding {
            code: self.rule.code,
            severity: self.severity,
            message,
            place,
            related,
            subject,
        });
    }
}

/// All rules, by code.
pub static RULES: &[&Rule] = &[];

/// The rule of a code (`TM103`) or name (`ticked-not-completed`), in any case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| {
            rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
        })
        .copied()
}

/// All findings of all rules, by place: those of the plan first. Those that a comment allows are left out.
/// A file that is no plan has none.
pub(crate) fn check(context: &Context<'_>, config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !context.plan.is_plan() {
        return findings;
    }
    for &rule in RULES {
        let severity = config.severities.get(rule.code).copied().unwrap_or(Some(rule.severity));
        if let Some(severity) = severity {
            (rule.check)(context, &mut Reporter { rule, severity, findings: &mut findings });
        }
    }
    findings.sort_by_key(|finding| (finding.place.file, finding.place.span, finding.code));
    findings
}
