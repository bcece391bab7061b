//! Feature specifications: `### Step 1: …` and `### Phase 1: …` with numbered steps or deliverables, and a checklist that validates.

use tallymark_text::Span;

use crate::dialects::{Place, Reading};
use crate::evidence::{Evidence, STEP_WORDS};
use crate::headings::{PHASE_WORDS, PhaseName, phase_name};

pub(crate) struct FeatureSpec;

impl Reading for FeatureSpec {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        (seen.steps >= 2 && seen.step_items >= 3 && seen.criteria > 0)
            .then_some("it has steps under headings, and a checklist that validates them")
    }

    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, STEP_WORDS).or_else(|| phase_name(text, span, PHASE_WORDS))
    }

    fn keeps_empty_phases(&self) -> bool {
        false
    }

    fn is_step(&self, place: &Place<'_>) -> bool {
        place.outermost && place.ordered && place.under_phase
    }
}
