//! Kiro's and cc-sdd's `tasks.md`: `- [x] 1. Parent`, `  - [-] 2.1 Child`, `  - [ ]* 2.2 Optional`.

use crate::Meaning;
use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::ids::IdForms;

pub(crate) struct Kiro;

impl Reading for Kiro {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        let spec = seen.in_folder(".kiro/specs") && seen.file_name() == "tasks.md";
        if spec && seen.boxes > 0 {
            return Some("it is a tasks.md below .kiro/specs/");
        }
        let numbered = (seen.single + seen.dotted) * 2 >= seen.boxes && seen.single > 0;
        if numbered && (seen.optional > 0 || seen.names_requirements()) {
            return Some("its boxes are numbered 1., 1.1, and tasks name their _Requirements_");
        }
        None
    }

    fn marks(&self) -> &'static [(&'static str, Meaning)] {
        &[("-", Meaning::InProgress), ("~", Meaning::Queued)]
    }

    fn ids(&self) -> IdForms {
        IdForms { single: true, ..IdForms::default() }
    }

    /// Some lists are flat: `17` and `17.1` side by side.
    fn nests_by_id(&self) -> bool {
        true
    }
}
