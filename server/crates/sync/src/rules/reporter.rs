//! Where rules put their findings, and where many become one.

use super::allow::Allowed;
use super::{Context, Rule};
use crate::{File, Finding, Place, Related, Severity, Subject};

/// From so many findings on, a rule may say it once for the whole file.
const MANY: usize = 5;

/// How many of the many are named as examples.
const EXAMPLES: usize = 3;

/// Takes what a rule reports.
pub struct Reporter<'a> {
    rule: &'static Rule,
    severity: Severity,
    findings: &'a mut Vec<Finding>,
    /// Where this rule's findings begin.
    start: usize,
    once: Option<Once>,
}

/// How a rule speaks of many at once.
struct Once {
    file: File,
    concerned: usize,
    say: Box<dyn FnOnce(usize) -> String>,
}

impl<'a> Reporter<'a> {
    /// Takes the findings of `rule` into `findings`.
    pub(super) fn new(rule: &'static Rule, severity: Severity, findings: &'a mut Vec<Finding>) -> Self {
        Self { rule, severity, start: findings.len(), findings, once: None }
    }

    /// Reports a finding of the rule.
    pub fn report(&mut self, place: Place, subject: Subject, message: String, related: Vec<Related>) {
        self.findings.push(Finding {
            code: self.rule.code,
            severity: self.severity,
            message,
            place,
            related,
            subject,
            stands_for_many: false,
        });
    }

    /// Says how many tasks (or phases, or entries) of this file the rule could have reported, and the sentence for the
    /// whole file: if at least five are reported, and more than half of those, they become one finding on `file` with
    /// what `say` makes of their number.
    pub fn once(&mut self, file: File, concerned: usize, say: impl FnOnce(usize) -> String + 'static) {
        self.once = Some(Once { file, concerned, say: Box::new(say) });
    }

    /// Leaves out what is allowed, and makes one of many.
    pub(super) fn finish(self, context: &Context<'_>, allowed: &Allowed) {
        let Reporter { rule, severity, findings, start, once } = self;
        if allowed.any() {
            let mut at = 0;
            findings.retain(|finding| {
                at += 1;
                at <= start || !allowed.allows(rule, finding, context)
            });
        }
        let Some(once) = once else { return };
        let count = findings.len() - start;
        if count < MANY || count * 2 <= once.concerned {
            return;
        }
        let related = findings
            .drain(start..)
            .take(EXAMPLES)
            .map(|finding| Related { place: finding.place, message: finding.message })
            .collect();
        findings.push(Finding {
            code: rule.code,
            severity,
            message: (once.say)(count),
            place: context.file_place(once.file),
            related,
            subject: Subject::File,
            stands_for_many: true,
        });
    }
}
