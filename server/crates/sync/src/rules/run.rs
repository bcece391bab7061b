//! Running the rules: all of them on a plan, or after an edit those, and on those tasks, that the edit concerns.
//!
//! What each rule found is kept as it was before comments allowed some of it and many became one, so that what an edit does
//! to one finding can be worked out without looking at the others.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tallymark_plan::TaskIndex;

use super::allow::Allowed;
use super::reporter::Found;
use super::{BrokenRule, Config, Context, RULES, Reporter, Rule, applies};
use crate::changes::{Changes, Moved};
use crate::{Finding, Severity, Subject, words};

/// So many tasks are looked at by one rule before the next looks at them: they stay in the processor's cache.
const TASKS_AT_ONCE: u32 = 128;

/// What each rule found, to go on from after an edit.
#[derive(Debug, Default)]
pub struct Memory {
    found: Vec<Found>,
}

/// All findings of all rules, by place: those of the plan first. Those that a comment allows are left out.
/// A file that is no plan has none.
pub(crate) fn check(context: &Context<'_>, config: &Config) -> (Vec<Finding>, Vec<BrokenRule>, Memory) {
    check_with(RULES, context, config)
}

fn check_with(
    rules: &[&'static Rule],
    context: &Context<'_>,
    config: &Config,
) -> (Vec<Finding>, Vec<BrokenRule>, Memory) {
    let mut memory = Memory { found: rules.iter().map(|_| Found::default()).collect() };
    if !context.plan.is_plan() {
        return (Vec::new(), Vec::new(), memory);
    }
    let severities = severities(rules, context, config);
    let tasks = context.plan.tasks.len() as u32;
    for start in (0..tasks).step_by(TASKS_AT_ONCE as usize) {
        let range = start..tasks.min(start + TASKS_AT_ONCE);
        for ((&rule, found), severity) in rules.iter().zip(&mut memory.found).zip(&severities) {
            if let Some(severity) = *severity {
                look_at_tasks(rule, severity, context, range.clone(), found);
            }
        }
    }
    for ((&rule, found), severity) in rules.iter().zip(&mut memory.found).zip(&severities) {
        if let Some(severity) = *severity {
            look_at_all(rule, severity, context, found);
        }
    }
    let (findings, broken) = memory.conclude(rules, &severities, context);
    (findings, broken, memory)
}

/// What one rule finds.
pub(super) fn one(rule: &'static Rule, severity: Severity, context: &Context<'_>) -> Found {
    let mut found = Found::default();
    look_at_tasks(rule, severity, context, 0..context.plan.tasks.len() as u32, &mut found);
    look_at_all(rule, severity, context, &mut found);
    found
}

/// For each rule that runs on what is there, the severity of its findings.
fn severities(rules: &[&'static Rule], context: &Context<'_>, config: &Config) -> Vec<Option<Severity>> {
    rules.iter().map(|rule| config.severity(rule).filter(|_| applies(rule, context))).collect()
}

fn look_at_tasks(
    rule: &'static Rule,
    severity: Severity,
    context: &Context<'_>,
    tasks: Range<u32>,
    found: &mut Found,
) {
    if let Some(each_task) = rule.each_task {
        guarded(found, |found| {
            let mut reporter = Reporter::in_tasks(rule, severity, found);
            tasks.for_each(|task| each_task(context, TaskIndex(task), &mut reporter));
        });
    }
}

fn look_at_all(rule: &'static Rule, severity: Severity, context: &Context<'_>, found: &mut Found) {
    guarded(found, |found| (rule.check)(context, &mut Reporter::new(rule, severity, found)));
}

/// Runs a part of a rule, unless an earlier part panicked.
fn guarded(found: &mut Found, part: impl FnOnce(&mut Found)) {
    if found.broken.is_none()
        && let Err(panic) = catch_unwind(AssertUnwindSafe(|| part(found)))
    {
        found.broken = Some(panic_message(&*panic));
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

impl Memory {
    /// Brings what was found up to date after an edit, and gives all findings. `before` and `after` differ in what `changes`
    /// says, and in nothing else.
    pub(crate) fn check_again(
        &mut self,
        before: &Context<'_>,
        after: &Context<'_>,
        changes: &Changes,
        config: &Config,
    ) -> (Vec<Finding>, Vec<BrokenRule>) {
        let severities = severities(RULES, after, config);
        for ((&rule, found), severity) in RULES.iter().zip(&mut self.found).zip(&severities) {
            let Some(severity) = *severity else { continue };
            if found.broken.is_some() {
                *found = one(rule, severity, after);
            } else if rule.each_task.is_some() {
                look_at_changed_tasks(rule, severity, before, after, changes, found);
            } else if changes.concern(rule.reads)
                || (found.depends_on_time && changes.time_has_passed)
                || !follow(found, &changes.moved)
            {
                *found = one(rule, severity, after);
            }
        }
        self.conclude(RULES, &severities, after)
    }

    fn conclude(
        &self,
        rules: &[&'static Rule],
        severities: &[Option<Severity>],
        context: &Context<'_>,
    ) -> (Vec<Finding>, Vec<BrokenRule>) {
        let mut findings = Vec::new();
        let mut broken = Vec::new();
        let allowed = Allowed::new(context);
        for ((&rule, found), severity) in rules.iter().zip(&self.found).zip(severities) {
            if let Some(severity) = *severity {
                found.conclude(rule, severity, context, &allowed, &mut findings);
                let message = found.broken.clone();
                broken.extend(message.map(|message| BrokenRule { code: rule.code, message }));
            }
        }
        if let Some(status) = context.joined.status_file.as_deref().filter(|status| !status.format.is_ours())
        {
            name_the_file(&mut findings, status.format.file_name());
        }
        findings.sort_by_key(|finding| (finding.place.file, finding.place.span, finding.code));
        (findings, broken)
    }
}

/// Looks again at the tasks that changed. What was found in the others is found in them again: a rule looks at nothing that
/// differs for them.
fn look_at_changed_tasks(
    rule: &'static Rule,
    severity: Severity,
    before: &Context<'_>,
    after: &Context<'_>,
    changes: &Changes,
    found: &mut Found,
) {
    let (mut old, mut new) = (Found::default(), Found::default());
    for task in &changes.tasks {
        look_at_tasks(rule, severity, before, task.0..task.0 + 1, &mut old);
        look_at_tasks(rule, severity, after, task.0..task.0 + 1, &mut new);
    }
    let task_of = |finding: &Finding| match finding.subject {
        Subject::Task(task) => Some(task),
        _ => None,
    };
    let changed =
        |finding: &Finding| task_of(finding).is_none_or(|task| changes.tasks.binary_search(&task).is_ok());
    found.in_tasks.retain(|finding| !changed(finding));
    let followed = found.in_tasks.iter_mut().all(|finding| changes.moved.follow(finding));
    if !followed || old.broken.is_some() || new.broken.is_some() {
        *found = one(rule, severity, after);
        return;
    }
    found.uncount(&old);
    found.count_in(&new);
    if !new.in_tasks.is_empty() {
        found.in_tasks.append(&mut new.in_tasks);
        // Stable: what was found in one task stays in its order.
        found.in_tasks.sort_by_key(task_of);
    }
    found.forget_besides();
    look_at_all(rule, severity, after, found);
}

/// Moves what was found to where it stands after the edit. `false` if the rule has read what was edited, or if a place of
/// a finding is not surely told any more.
fn follow(found: &mut Found, moved: &Moved) -> bool {
    found.read.iter_mut().all(|span| moved.outside(*span).map(|moved| *span = moved).is_some())
        && found.besides.iter_mut().all(|finding| moved.follow(finding))
}

/// Rules speak of status.json. Where another file stands for it, it is called by its own name.
fn name_the_file(findings: &mut [Finding], name: &str) {
    for finding in findings {
        finding.message = words::outside_quotes(&finding.message, "status.json", name);
        for related in &mut finding.related {
            related.message = words::outside_quotes(&related.message, "status.json", name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Needs, no_fixes, testing, tm201};
    use super::*;
    use crate::Place;

    static BROKEN: Rule = Rule {
        code: "TM999",
        name: "broken",
        severity: Severity::Error,
        summary: "",
        page: "",
        needs: Needs::Plan,
        trusts_boxes: false,
        each_task: None,
        reads: &[],
        check: |context, reporter| {
            let place = Place::plan(context.plan.tasks[0].line);
            reporter.report(place, Subject::File, "half of what it had to say".to_owned(), Vec::new());
            panic!("a rule's mistake");
        },
        fixes: no_fixes,
        fix_all: None,
    };

    static BROKEN_IN_A_TASK: Rule = Rule {
        code: "TM998",
        each_task: Some(|context, task, reporter| {
            let place = Place::plan(context.plan.task(task).line);
            reporter.report(place, Subject::Task(task), "half of what it had to say".to_owned(), Vec::new());
            assert_eq!(task.get(), 0, "a mistake in the second task");
        }),
        check: |_, _| {},
        ..BROKEN
    };

    #[test]
    fn a_rule_that_panics_takes_only_its_own_findings_with_it() {
        let analysis = testing::plan("## Phase 1: All\n\n- [ ] 1.1 One\n- [ ] 1.1 Two\n").analysis();
        let rules = [&tm201::RULE, &BROKEN, &BROKEN_IN_A_TASK];
        let (findings, broken, _) = check_with(&rules, &analysis.context(), &Config::default());
        assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["TM201"]);
        assert_eq!(broken.iter().map(|rule| rule.code).collect::<Vec<_>>(), ["TM999", "TM998"]);
        assert_eq!(broken[0].message, "a rule's mistake");
        assert!(broken[1].message.contains("a mistake in the second task"), "{}", broken[1].message);
    }
}
