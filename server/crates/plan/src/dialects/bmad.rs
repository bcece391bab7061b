//! BMAD stories: `Status: review`, `- [x] Task 1: … (AC: 3, 7)`, `  - [x] 1.1: …`.

use tallymark_text::Span;

use crate::Meaning;
use crate::dialects::{Reading, WholeFile};
use crate::evidence::Evidence;
use crate::headings::{PhaseName, phase_name};
use crate::ids::IdForms;

pub(crate) struct Bmad;

impl Reading for Bmad {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        if seen.boxes > 0 && seen.file_name().ends_with(".story.md") {
            return Some("it is a story, by its name");
        }
        if seen.boxes > 0 && seen.tasks_subtasks > 0 {
            return Some("it has the heading of a story's tasks: Tasks / Subtasks");
        }
        (seen.criteria_references > 0 && seen.in_folder("stories"))
            .then_some("it lies in a folder of stories, and its tasks name their criteria: (AC: 1)")
    }

    fn ids(&self) -> IdForms {
        IdForms { single: true, ..IdForms::default() }
    }

    /// The title, `# Story 1.2: …`: the story is the one phase, and its state stands in its status line.
    fn phase(&self, text: &str, level: u8, span: Span) -> Option<PhaseName> {
        if level > 1 {
            return None;
        }
        phase_name(text, span, &["story"])
    }

    fn whole_file(&self) -> WholeFile {
        WholeFile::Phase
    }

    fn status_words(&self) -> &'static [(&'static str, Meaning)] {
        &[("review", Meaning::InProgress), ("approved", Meaning::Open), ("drafted", Meaning::Open)]
    }
}
