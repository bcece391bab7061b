//! OpenSpec's `tasks.md`: `## 1. Group`, `- [ ] 1.1 …`.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::{PHASE_WORDS, PhaseName, announces_criteria, phase_name, plain_name};

pub(crate) struct OpenSpec;

impl Reading for OpenSpec {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        if seen.boxes > 0 && seen.file_name() == "tasks.md" && seen.in_folder("openspec") {
            return Some("it is a tasks.md below openspec/");
        }
        if seen.groups >= 2 && seen.boxes_of_group >= 3 && seen.boxes_of_group * 2 >= seen.boxes {
            return Some("its boxes bear the numbers of the groups that they stand in");
        }
        None
    }

    /// Every second-level heading is a group, and any numbered one.
    fn phase(&self, text: &str, level: u8, span: Span) -> Option<PhaseName> {
        if let Some(name) = phase_name(text, span, PHASE_WORDS) {
            return Some(name);
        }
        let name = plain_name(text, span);
        let group = level == 2 && (name.number.is_some() || !announces_criteria(&text[span.range()]));
        group.then_some(name)
    }

    fn keeps_empty_phases(&self) -> bool {
        false
    }
}
