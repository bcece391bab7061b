//! Plain lists: any box is a task, any heading a phase. Only where the settings say so.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::{PHASE_WORDS, PhaseName, announces_criteria, phase_name, plain_name};
use crate::ids::IdForms;

pub(crate) struct Plain;

impl Reading for Plain {
    fn recognise(&self, _seen: &Evidence<'_>) -> Option<&'static str> {
        None
    }

    fn ids(&self) -> IdForms {
        IdForms { task_number: true, prefixed: true, ..IdForms::default() }
    }

    fn phase(&self, text: &str, level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, PHASE_WORDS).or_else(|| {
            (level > 1 && !announces_criteria(&text[span.range()])).then(|| plain_name(text, span))
        })
    }

    /// A heading without boxes below it is only a heading.
    fn keeps_empty_phases(&self) -> bool {
        false
    }
}
