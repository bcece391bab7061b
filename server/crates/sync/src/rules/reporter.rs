//! Where rules put their findings, and where many become one.

use tallymark_text::Span;

use super::allow::Allowed;
use super::{Context, Rule};
use crate::{File, Finding, Place, Related, Severity, Subject};

/// From so many findings on, a rule may say it once for the whole file.
const MANY: usize = 5;

/// How many of the many are named as examples.
const EXAMPLES: usize = 3;

/// So many things a rule may count.
const COUNTS: usize = 3;

/// What a rule found, before what is allowed is left out and many become one.
#[derive(Default)]
pub(super) struct Found {
    /// What it found looking at each task for itself, in the order of the tasks.
    pub(super) in_tasks: Vec<Finding>,
    /// All else that it found.
    pub(super) besides: Vec<Finding>,
    /// What it counted looking at each task for itself.
    counts: [usize; COUNTS],
    once: Option<Once>,
    /// The bytes of the plan whose very text it read.
    pub(super) read: Vec<Span>,
    /// Whether something that it found is so only now.
    pub(super) depends_on_time: bool,
    /// What the panic said, if the rule panicked.
    pub(super) broken: Option<String>,
}

/// How a rule speaks of many at once.
struct Once {
    file: File,
    concerned: usize,
    say: Box<dyn Fn(usize) -> String + Send>,
}

/// Takes what a rule reports.
pub struct Reporter<'a> {
    rule: &'static Rule,
    severity: Severity,
    found: &'a mut Found,
    /// Whether tasks are looked at, each for itself.
    in_task: bool,
}

impl<'a> Reporter<'a> {
    /// Takes what `rule` finds into `found`.
    pub(super) fn new(rule: &'static Rule, severity: Severity, found: &'a mut Found) -> Self {
        Self { rule, severity, found, in_task: false }
    }

    /// The same, while the rule looks at tasks, each for itself.
    pub(super) fn in_tasks(rule: &'static Rule, severity: Severity, found: &'a mut Found) -> Self {
        Self { rule, severity, found, in_task: true }
    }

    /// Reports a finding of the rule.
    pub fn report(&mut self, place: Place, subject: Subject, message: String, related: Vec<Related>) {
        let into = if self.in_task { &mut self.found.in_tasks } else { &mut self.found.besides };
        into.push(Finding {
            code: self.rule.code,
            severity: self.severity,
            message,
            place,
            related,
            subject,
            stands_for_many: false,
        });
    }

    /// Counts one more of a kind, while the rule looks at a task. What the kinds are is the rule's own affair.
    pub(super) fn count(&mut self, kind: usize) {
        self.found.counts[kind] += 1;
    }

    /// How many of a kind were counted in all tasks.
    pub(super) fn counted(&self, kind: usize) -> usize {
        self.found.counts[kind]
    }

    /// Says that the rule read the plan's text itself here, beyond what the parser made of it.
    pub(super) fn has_read(&mut self, span: Span) {
        self.found.read.push(span);
    }

    /// Says that something reported is so only now.
    pub(super) fn depends_on_time(&mut self) {
        self.found.depends_on_time = true;
    }

    /// Says how many tasks (or phases, or entries) of this file the rule could have reported, and the sentence for the
    /// whole file: if at least five are reported, and more than half of those, they become one finding on `file` with
    /// what `say` makes of their number.
    pub fn once(&mut self, file: File, concerned: usize, say: impl Fn(usize) -> String + Send + 'static) {
        self.found.once = Some(Once { file, concerned, say: Box::new(say) });
    }
}

impl Found {
    /// Forgets all but what was found in tasks, for the rule to look at the rest again.
    pub(super) fn forget_besides(&mut self) {
        self.besides.clear();
        self.once = None;
        self.read.clear();
        self.depends_on_time = false;
    }

    /// Counts what `other` counted no more.
    pub(super) fn uncount(&mut self, other: &Found) {
        for (count, other) in self.counts.iter_mut().zip(other.counts) {
            *count -= other;
        }
    }

    /// Counts what `other` counted too.
    pub(super) fn count_in(&mut self, other: &Found) {
        for (count, other) in self.counts.iter_mut().zip(other.counts) {
            *count += other;
        }
    }

    /// All that was found, in the order in which it was.
    pub(super) fn into_all(self) -> Vec<Finding> {
        let mut all = self.in_tasks;
        all.extend(self.besides);
        all
    }

    /// All that was found, in the order in which it was.
    pub(super) fn all(&self) -> impl Iterator<Item = &Finding> {
        self.in_tasks.iter().chain(&self.besides)
    }

    /// Adds to `findings` what was found: without what is allowed, and as one where it is many.
    pub(super) fn conclude(
        &self,
        rule: &Rule,
        severity: Severity,
        context: &Context<'_>,
        allowed: &Allowed,
        findings: &mut Vec<Finding>,
    ) {
        if self.broken.is_some() {
            // One rule's mistake must not take all other findings with it.
            return;
        }
        let start = findings.len();
        let kept = || self.all().filter(|finding| !allowed.allows(rule, finding, context));
        let many = self.once.as_ref().and_then(|once| {
            let all = self.in_tasks.len() + self.besides.len();
            let count = if allowed.any() { kept().count() } else { all };
            (count >= MANY && count * 2 > once.concerned).then_some((once, count))
        });
        let Some((once, count)) = many else {
            findings.extend(kept().cloned());
            debug_assert!(findings[start..].iter().all(|finding| finding.code == rule.code));
            return;
        };
        let examples = kept().take(EXAMPLES);
        let related =
            examples.map(|finding| Related { place: finding.place, message: finding.message.clone() });
        findings.push(Finding {
            code: rule.code,
            severity,
            message: (once.say)(count),
            place: context.file_place(once.file),
            related: related.collect(),
            subject: Subject::File,
            stands_for_many: true,
        });
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<&Finding> = self.all().collect();
        f.debug_struct("Found").field("findings", &all).field("broken", &self.broken).finish_non_exhaustive()
    }
}
