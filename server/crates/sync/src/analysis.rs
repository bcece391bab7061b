//! All that can be said of one plan, computed once for all surfaces.

use std::sync::Arc;

use tallymark_plan::{Changed, Plan};
use tallymark_status::Status;
use tallymark_text::Edit;

use crate::changes::Changes;
use crate::rules::{self, Boxes, BrokenRule, Config, Context, Memory};
use crate::stuck::Stuck;
use crate::{Facts, Finding, Fix, Joined, LiveTasks, join};

/// So many tasks may change in a small plan without all being worked out anew.
const MOST_CHANGED: usize = 64;

/// A plan, its status.json, the join of both, and the findings.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Plan and status.json, joined.
    pub joined: Joined,
    /// What was known of the world outside.
    pub facts: Facts,
    /// The settings that the rules obeyed.
    pub config: Arc<Config>,
    /// What a box means, [`Boxes::Auto`] decided.
    pub boxes: Boxes,
    /// Who works on it, if monitoring files were looked at.
    pub live: Option<LiveTasks>,
    /// The findings: those of the plan first, by place.
    pub findings: Vec<Finding>,
    /// The rules that panicked; none, if all is well.
    pub broken_rules: Vec<BrokenRule>,
}

impl Analysis {
    /// Joins, and runs the rules.
    pub fn new(plan: Arc<Plan>, status: Option<Arc<Status>>, facts: Facts, config: Arc<Config>) -> Self {
        Self::with_memory(plan, status, facts, config).0
    }

    /// Joins, and runs the rules; also gives what they found, for [`Analysis::after`].
    pub fn with_memory(
        plan: Arc<Plan>,
        status: Option<Arc<Status>>,
        facts: Facts,
        config: Arc<Config>,
    ) -> (Self, Memory) {
        let mut analysis = Self::without_findings(plan, status, facts, config);
        let memory;
        (analysis.findings, analysis.broken_rules, memory) =
            rules::check(&analysis.context(), &analysis.config);
        (analysis, memory)
    }

    /// The analysis of the plan after an edit that [`changed`](Changed) this in it, beside the same status.json and under the
    /// same settings: equal to [`Analysis::new`], but worked out from this analysis and the `memory` of it, looking again
    /// only at what changed.
    /// `None` if the edit changed more than is followed; then the memory is as it was.
    pub fn after(
        &self,
        memory: &mut Memory,
        plan: Arc<Plan>,
        changed: &Changed,
        facts: Facts,
    ) -> Option<Self> {
        if !self.facts.same_beside_live(&facts) || self.facts.now > facts.now {
            return None;
        }
        let mut changes = Changes::between(&self.joined.plan, &plan, changed)?;
        changes.time_has_passed = self.facts.now != facts.now;
        let joined = self.joined.after(plan, &mut changes)?;
        // So many are looked at as fast without looking what they were before.
        if changes.tasks.len() > MOST_CHANGED.max(joined.plan.tasks.len() / 8)
            || decide(self.config.boxes, &joined) != self.boxes
        {
            return None;
        }
        let (config, boxes) = (Arc::clone(&self.config), self.boxes);
        let (findings, broken_rules) = (Vec::new(), Vec::new());
        let live = facts.live.as_ref().map(|live| LiveTasks::new(&joined, &facts, Arc::clone(live)));
        let mut analysis = Self { joined, facts, config, boxes, live, findings, broken_rules };
        (analysis.findings, analysis.broken_rules) =
            memory.check_again(&self.context(), &analysis.context(), &changes, &self.config);
        Some(analysis)
    }

    /// Joins, for those who want to know or change states and no findings: the rules take as long as the join.
    pub fn without_findings(
        plan: Arc<Plan>,
        status: Option<Arc<Status>>,
        facts: Facts,
        config: Arc<Config>,
    ) -> Self {
        let mut joined = join(plan, status);
        let boxes = decide(config.boxes, &joined);
        if boxes == Boxes::Reference {
            joined.settle_unlisted();
        }
        let live = facts.live.as_ref().map(|live| LiveTasks::new(&joined, &facts, Arc::clone(live)));
        let (findings, broken_rules) = (Vec::new(), Vec::new());
        Self { joined, facts, config, boxes, live, findings, broken_rules }
    }

    /// The tasks in progress that nobody has heard of for longer than `limit` milliseconds: not in status.json, not in the
    /// history that [`Facts::signs`] tells, not in a monitoring file.
    pub fn stuck(&self, limit: i64, now: i64) -> Vec<Stuck> {
        self.context().stuck(limit, now)
    }

    /// The ways to mend one of the findings, best first.
    pub fn fixes(&self, finding: &Finding) -> Vec<Fix> {
        rules::fixes(&self.context(), finding)
    }

    /// The ways to mend this one finding, best first. With [`fix_of_all`](Self::fix_of_all) once a rule, this is what
    /// many findings are asked for: [`fixes`](Self::fixes) looks at all findings of the rule each time.
    pub fn own_fixes(&self, finding: &Finding) -> Vec<Fix> {
        rules::own_fixes(&self.context(), finding)
    }

    /// The way to mend all findings of the rule with this code, where there are at least two.
    pub fn fix_of_all(&self, code: &str) -> Option<Fix> {
        rules::fix_of_all(&self.context(), code)
    }

    /// The edits of the plan that need no person to look at them, of all findings, merged: `check --fix`,
    /// `source.fixAll.tallymark`. Never a mark, never status.json.
    pub fn safe_edits(&self) -> Vec<Edit> {
        rules::safe_edits(&self.context(), &self.findings)
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            joined: &self.joined,
            plan: &self.joined.plan,
            status: self.joined.status(),
            facts: &self.facts,
            live: self.live.as_ref(),
            boxes: self.boxes,
            limits: self.config.limits,
        }
    }
}

/// What the boxes mean: as the settings say, or by whether somebody keeps them.
fn decide(boxes: Boxes, joined: &Joined) -> Boxes {
    if joined.status().is_none() && joined.unreadable_status().is_none() {
        // Nothing else says what is done.
        return Boxes::Mirror;
    }
    match boxes {
        Boxes::Auto => {
            let (completed, ticked) = joined.kept_boxes;
            if ticked * 2 >= completed { Boxes::Mirror } else { Boxes::Reference }
        }
        decided => decided,
    }
}
