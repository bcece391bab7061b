//! Codex ExecPlans: prose under known headings, and the steps under `## Progress`.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::{PHASE_WORDS, PhaseName, phase_name};
use crate::ids::IdForms;

pub(crate) struct ExecPlan;

impl Reading for ExecPlan {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        (seen.progress_headings > 0 && seen.exec_plan_headings >= 2 && seen.boxes > 0)
            .then_some("it has the headings of an ExecPlan: Progress, Decision Log and their like")
    }

    fn ids(&self) -> IdForms {
        IdForms { task_number: true, prefixed: true, ..IdForms::default() }
    }

    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, PHASE_WORDS)
    }

    /// Milestones are told in prose; their steps stand under Progress.
    fn keeps_empty_phases(&self) -> bool {
        false
    }
}
