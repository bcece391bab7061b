//! Action plans: `### DISCREPANCY #1: …` with numbered steps and boxes under "Validation Criteria".

use tallymark_text::Span;

use crate::dialects::{Place, Reading};
use crate::evidence::{DISCREPANCY_WORDS, Evidence};
use crate::headings::{PHASE_WORDS, PhaseName, contains, phase_name};

pub(crate) struct ActionPlan;

impl Reading for ActionPlan {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        (seen.discrepancies >= 2 && seen.resolutions >= 2)
            .then_some("it has numbered discrepancies with steps or validation criteria")
    }

    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, DISCREPANCY_WORDS).or_else(|| phase_name(text, span, PHASE_WORDS))
    }

    /// Such plans end in a time-line of phases that hold no task.
    fn keeps_empty_phases(&self) -> bool {
        false
    }

    fn is_step(&self, place: &Place<'_>) -> bool {
        place.outermost && place.ordered && contains(place.heading, "steps")
    }

    fn trailing_boxes(&self) -> bool {
        true
    }
}
