//! GSD: `.planning/ROADMAP.md` with phases and their plans, `REQUIREMENTS.md`, and PLAN files, whose tasks are XML elements.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::{PhaseName, phase_name};
use crate::ids::IdForms;

pub(crate) struct Gsd;

impl Reading for Gsd {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        let name = seen.file_name();
        if seen.in_folder(".planning") {
            if name.ends_with("ROADMAP.md") && seen.boxes > 0 {
                return Some("it is a roadmap below .planning/");
            }
            if name.ends_with("REQUIREMENTS.md") && seen.boxes > 0 {
                return Some("it lists requirements below .planning/");
            }
            if name.ends_with("PLAN.md") && (seen.task_elements > 0 || seen.boxes > 0) {
                return Some("it is the plan of a phase below .planning/");
            }
        }
        if seen.task_elements > 0 && seen.has_front_key("phase") && seen.has_front_key("plan") {
            return Some("its front matter names a phase and a plan, and its tasks are <task> elements");
        }
        (seen.phase_boxes > 0 && seen.plan_numbers >= 2)
            .then_some("it has boxes for phases, and boxes with the numbers of plans, 01-02")
    }

    fn ids(&self) -> IdForms {
        IdForms { task_number: true, prefixed: true, plan_number: true, ..IdForms::default() }
    }

    /// Only phases: in a roadmap the words for a milestone or a sprint group phases.
    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, PHASE)
    }

    fn keeps_empty_phases(&self) -> bool {
        false
    }

    fn has_phase_index(&self) -> bool {
        true
    }

    fn has_elements(&self) -> bool {
        true
    }
}

/// The one word for a phase.
pub(crate) const PHASE: &[&str] = &["phase"];
