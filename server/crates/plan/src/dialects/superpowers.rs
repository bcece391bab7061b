//! superpowers' plans: `### Task 1: Name` with boxes `**Step 1: …**` that start again in each task.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::{PHASE_WORDS, PhaseName, phase_name};
use crate::ids::IdForms;

pub(crate) struct Superpowers;

/// Longer plans are cut into chunks or parts.
const CHUNK_WORDS: &[&str] = &["chunk", "part"];

impl Reading for Superpowers {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        if seen.task_headings > 0 && seen.in_folder("docs/superpowers/plans") {
            return Some("it lies in docs/superpowers/plans and has headings like Task 1");
        }
        (seen.task_headings >= 2 && seen.step_boxes >= 3 && seen.step_boxes * 2 >= seen.boxes)
            .then_some("its headings are tasks (Task 1, Task 2), with boxes Step 1, Step 2 below them")
    }

    fn ids(&self) -> IdForms {
        IdForms { single: true, ..IdForms::default() }
    }

    fn phase(&self, text: &str, _level: u8, span: Span) -> Option<PhaseName> {
        phase_name(text, span, CHUNK_WORDS).or_else(|| phase_name(text, span, PHASE_WORDS))
    }

    fn keeps_empty_phases(&self) -> bool {
        false
    }

    fn ids_restart(&self) -> bool {
        true
    }

    fn is_task_heading(&self, words: &str) -> bool {
        is_task_heading(words)
    }
}

/// `Task 1: Name`
pub(crate) fn is_task_heading(words: &str) -> bool {
    let rest = words.strip_prefix("Task ").or_else(|| words.strip_prefix("TASK "));
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}
