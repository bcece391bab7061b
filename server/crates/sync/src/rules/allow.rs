//! `<!-- tallymark: allow TM103 -->`: findings that a person wants to live with.

use tallymark_text::Span;

use super::{Context, Rule};
use crate::{File, Finding, Subject};

/// What the plan's comments allow.
pub(super) struct Allowed {
    /// Code (or name) and the bytes of the plan it is allowed in.
    scopes: Vec<(Box<str>, Span)>,
    /// The plan's length: a scope as long as the file speaks for status.json too.
    length: usize,
}

impl Allowed {
    /// Collects the comments of a plan.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let plan = context.plan;
        let scopes = plan.allowances.iter().flat_map(|allowance| {
            allowance.codes.iter().map(|&code| (Box::from(plan.slice(code)), allowance.scope))
        });
        Self { scopes: scopes.collect(), length: plan.source.len() }
    }

    /// Whether anything is allowed at all.
    pub(super) fn any(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Whether a finding is allowed: where it stands, or where the task stands that it is about.
    pub(super) fn allows(&self, rule: &Rule, finding: &Finding, context: &Context<'_>) -> bool {
        if !self.any() {
            return false;
        }
        let task = match finding.subject {
            Subject::Task(task) => Some(task),
            Subject::Entry(entry) => context.joined.tasks_of_entries[entry.get()],
            _ => None,
        };
        let line = task.map(|task| context.plan.task(task).line);
        let place = (finding.place.file == File::Plan).then_some(finding.place.span);
        self.scopes.iter().any(|(code, scope)| {
            let speaks = code.eq_ignore_ascii_case(rule.code) || code.eq_ignore_ascii_case(rule.name);
            let meets = |span: Option<Span>| span.is_some_and(|span| scope.meets(span));
            speaks && (scope.len() >= self.length || meets(place) || meets(line))
        })
    }
}
