//! The rules: one file each, with its code, name, severity, check, fixes and tests; its page lies in `docs/rules/`.
//!
//! What they have in common is here and beside: which rules run, and which again after an edit (`run`), what they look at ([`Context`]), how many
//! findings of a kind become one ([`Reporter`]), which findings a comment allows (`allow`).

mod allow;
mod context;
mod files;
mod live_fixes;
#[cfg(test)]
mod pages;
pub(crate) mod renumber;
mod reporter;
mod run;
mod safe;
mod said_to_run;
mod tallies;
#[cfg(test)]
mod testing;
mod tm101;
mod tm102;
mod tm103;
mod tm104;
mod tm105;
mod tm106;
mod tm107;
mod tm108;
mod tm109;
mod tm110;
mod tm111;
mod tm112;
mod tm113;
mod tm114;
mod tm115;
mod tm201;
mod tm202;
mod tm203;
mod tm204;
mod tm205;
mod tm206;
mod tm207;
mod tm208;
mod tm209;
mod tm210;
mod tm211;
mod tm212;
mod tm213;
mod tm214;
mod tm215;
mod tm216;
mod tm301;
mod tm302;
mod tm303;
mod tm304;
mod tm305;
mod tm306;
mod tm307;
mod tm308;
mod tm401;
mod tm402;
mod tm403;
mod tm404;
mod tm405;
mod tm406;

use std::collections::HashMap;

use tallymark_plan::TaskIndex;

use crate::changes::Reads;
use crate::marking::chain_additions;
use crate::{Finding, Fix, FixAction, Format, Limits, Severity};

pub use context::Context;
pub use files::{files_named, files_named_in};
pub use reporter::Reporter;
pub use run::Memory;
pub(crate) use run::check;
pub(crate) use safe::safe_edits;

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
    /// What must be there for it to run.
    pub(crate) needs: Needs,
    /// Whether it takes the boxes at their word, and so is off where nobody ticks them ([`Boxes::Reference`]).
    pub(crate) trusts_boxes: bool,
    /// Looks at one task for itself: at its fields, its entry and its state, at tasks of the same id, at what is the same for the
    /// whole plan (ids, phases), and at no other task. Then only tasks that changed are looked at again after an edit, and
    /// [`Rule::check`] runs after it each time, with what was counted in all tasks; it should be short.
    pub(crate) each_task: Option<fn(&Context<'_>, TaskIndex, &mut Reporter<'_>)>,
    /// What [`Rule::check`] looks at, of what an edit may change that leaves ids, phases and status.json as they are; of a
    /// rule that looks at each task for itself nothing is said here.
    pub(crate) reads: &'static [Reads],
    /// Reports what it finds, beside what it found in each task.
    pub(crate) check: fn(&Context<'_>, &mut Reporter<'_>),
    /// The ways to mend one of its findings, best first. Is not asked for a finding about the whole file that
    /// [`Reporter::once`] made of many where there is a `fix_all`: that mends those.
    pub(crate) fixes: fn(&Context<'_>, &Finding) -> Vec<Fix>,
    /// The name of the fix that mends all findings of the rule in the file, each by its first fix; their number is given.
    /// `None` if they cannot be mended together.
    pub(crate) fix_all: Option<fn(usize) -> String>,
}

/// What must be there for a rule to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Needs {
    /// The plan alone: the rule runs always, also beside a status.json that is missing or cannot be read.
    Plan,
    /// A status.json that could be read: [`Context::status`] is there.
    Status,
    /// That somebody looked at monitoring files: [`Context::live`] is there. What clocks and processes say is not the same
    /// twice, so `check` looks only where `--live` asks it to.
    Live,
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
    /// How often failed tasks are tried again, and when tasks are stuck.
    pub limits: Limits,
    /// How the plan is formatted; no rule asks for that.
    pub format: Format,
}

/// The rules that are off unless the settings or the command line ask for them.
const OFF_UNLESS_ASKED_FOR: &[&str] = &["TM214"];

impl Config {
    /// The severity of a rule; `None` if it is off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        let own = (!OFF_UNLESS_ASKED_FOR.contains(&rule.code)).then_some(rule.severity);
        self.severities.get(rule.code).copied().unwrap_or(own)
    }

    /// Whether a rule looks at [`Facts::files`](crate::Facts::files).
    pub fn asks_for_files(&self) -> bool {
        self.severity(&tm214::RULE).is_some()
    }
}

/// All rules, by code.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    // Plan and status.json.
    &tm101::RULE,
    &tm102::RULE,
    &tm103::RULE,
    &tm104::RULE,
    &tm105::RULE,
    &tm106::RULE,
    &tm107::RULE,
    &tm108::RULE,
    &tm109::RULE,
    &tm110::RULE,
    &tm111::RULE,
    &tm112::RULE,
    &tm113::RULE,
    &tm114::RULE,
    &tm115::RULE,
    // The plan alone.
    &tm201::RULE,
    &tm202::RULE,
    &tm203::RULE,
    &tm204::RULE,
    &tm205::RULE,
    &tm206::RULE,
    &tm207::RULE,
    &tm208::RULE,
    &tm209::RULE,
    &tm210::RULE,
    &tm211::RULE,
    &tm212::RULE,
    &tm213::RULE,
    &tm214::RULE,
    &tm215::RULE,
    &tm216::RULE,
    // status.json alone.
    &tm301::RULE,
    &tm302::RULE,
    &tm303::RULE,
    &tm304::RULE,
    &tm305::RULE,
    &tm306::RULE,
    &tm307::RULE,
    &tm308::RULE,
    // Live, from monitoring files.
    &tm401::RULE,
    &tm402::RULE,
    &tm403::RULE,
    &tm404::RULE,
    &tm405::RULE,
    &tm406::RULE,
];

/// The rule of a code (`TM103`) or name (`ticked-not-completed`), in any case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES
        .iter()
        .find(|rule| {
            rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
        })
        .copied()
}

/// The address of the page of the rule with this code.
pub fn page_url(code: &str) -> String {
    format!("{}/blob/main/docs/rules/{code}.md", env!("CARGO_PKG_REPOSITORY"))
}

/// A rule that panicked: its findings are left out, those of the others are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule's code.
    pub code: &'static str,
    /// What the panic said.
    pub message: String,
}

/// Whether a rule runs on what is there.
fn applies(rule: &Rule, context: &Context<'_>) -> bool {
    let there = match rule.needs {
        Needs::Plan => true,
        Needs::Status => context.status.is_some(),
        Needs::Live => context.live.is_some(),
    };
    // Without a status.json the boxes are all there is.
    let doubted = context.status.is_some() && context.boxes == Boxes::Reference;
    there && !(rule.trusts_boxes && doubted)
}

/// The ways to mend a finding: its own, best first, and then the one that mends all of its kind in the file.
pub(crate) fn fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(rule) = find(finding.code) else { return Vec::new() };
    let mut fixes = own_fixes(context, finding);
    fixes.extend(fix_all(rule, context));
    fixes
}

/// The ways to mend this one finding, best first.
pub(crate) fn own_fixes(context: &Context<'_>, finding: &Finding) -> Vec<Fix> {
    let fixes = match find(finding.code) {
        Some(rule) if !finding.stands_for_many || rule.fix_all.is_none() => (rule.fixes)(context, finding),
        _ => Vec::new(),
    };
    let fixes: Vec<Fix> = fixes.into_iter().filter(|fix| is_possible(fix, context)).collect();
    debug_assert!(
        fixes.iter().all(|fix| safe::is_known(finding.code, fix)),
        "RULES_WITH_SAFE_FIXES is not up to date"
    );
    fixes
}

/// Whether a fix can be applied: nothing is written to another program's file.
fn is_possible(fix: &Fix, context: &Context<'_>) -> bool {
    is_ours(context) || matches!(fix.action, FixAction::Plan(_) | FixAction::Show(_))
}

/// Whether the status file is one that we write, or there is none.
fn is_ours(context: &Context<'_>) -> bool {
    context.joined.status_file.as_deref().is_none_or(|status| status.format.is_ours())
}

/// The way to mend all findings of one rule in the file, where there are at least two.
pub(crate) fn fix_of_all(context: &Context<'_>, code: &str) -> Option<Fix> {
    find(code).and_then(|rule| fix_all(rule, context))
}

/// The first fixes of all findings of a rule as one, where there are at least two of them.
fn fix_all(rule: &'static Rule, context: &Context<'_>) -> Option<Fix> {
    let title = rule.fix_all?;
    // The rules that take the boxes at their word mend the plan; the others would write to the status file.
    if !is_ours(context) && !rule.trusts_boxes {
        return None;
    }
    let each = each(rule, context);
    if each.len() < 2 {
        return None;
    }
    let mut edits = Vec::new();
    let mut requests = Vec::new();
    let (mut safe, mut asks, mut count) = (true, false, 0);
    for finding in &each {
        let Some(fix) = (rule.fixes)(context, finding).into_iter().next() else { continue };
        safe &= fix.safe;
        asks |= fix.ask.is_some();
        count += 1;
        match fix.action {
            FixAction::Plan(more) => edits.extend(more),
            FixAction::Status(more) => requests.extend(more),
            FixAction::Renumber(_) | FixAction::Init | FixAction::Restore | FixAction::Show(_) => {
                return None;
            }
        }
    }
    chain_additions(&mut requests);
    let title = title(count);
    let action = match (edits.is_empty(), requests.is_empty()) {
        (false, true) => FixAction::Plan(edits),
        (true, false) => FixAction::Status(requests),
        _ => return None,
    };
    (count >= 2).then(|| Fix {
        ask: asks.then(|| format!("{title}?")),
        title,
        safe,
        preferred: false,
        action,
    })
}

/// The findings of one rule, each for itself, however many there are; without those that a comment allows.
fn each(rule: &'static Rule, context: &Context<'_>) -> Vec<Finding> {
    if !applies(rule, context) {
        return Vec::new();
    }
    let found = run::one(rule, rule.severity, context);
    let allowed = allow::Allowed::new(context);
    let mut findings = found.into_all();
    findings.retain(|finding| !allowed.allows(rule, finding, context));
    findings
}

/// A rule whose findings nothing mends but a person.
pub(crate) fn no_fixes(_: &Context<'_>, _: &Finding) -> Vec<Fix> {
    Vec::new()
}
