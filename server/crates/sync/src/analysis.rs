//! All that can be said of one plan, computed once for all surfaces.

use std::sync::Arc;

use tallymark_plan::Plan;
use tallymark_status::Status;

use crate::rules::{self, Boxes, Config, Context};
use crate::{Facts, Finding, Fix, Joined, join};

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
    /// The findings: those of the plan first, by place.
    pub findings: Vec<Finding>,
}

impl Analysis {
    /// Joins, and runs the rules.
    pub fn new(plan: Arc<Plan>, status: Option<Arc<Status>>, facts: Facts, config: Arc<Config>) -> Self {
        let joined = join(plan, status);
        let mut analysis = Self { boxes: config.boxes, joined, facts, config, findings: Vec::new() };
        analysis.findings = rules::check(&analysis.context(), &analysis.config);
        analysis
    }

    /// The ways to mend one of the findings, best first.
    pub fn fixes(&self, finding: &Finding) -> Vec<Fix> {
        rules::fixes(&self.context(), finding)
    }

    fn context(&self) -> Context<'_> {
        Context {
            joined: &self.joined,
            plan: &self.joined.plan,
            status: self.joined.status(),
            facts: &self.facts,
            boxes: self.boxes,
        }
    }
}
