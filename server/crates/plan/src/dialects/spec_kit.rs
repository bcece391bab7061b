//! spec-kit's `tasks.md`: `- [ ] T012 [P] [US1] Create the model in src/user.py`.

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::ids::IdForms;

pub(crate) struct SpecKit;

impl Reading for SpecKit {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        if seen.task_numbers > 0 && seen.file_name() == "tasks.md" && seen.in_folder("specs") {
            return Some("it is a tasks.md below specs/, and its boxes have ids like T001");
        }
        if seen.task_numbers >= 3 && seen.task_numbers * 2 >= seen.boxes {
            return Some("its boxes have ids like T001");
        }
        None
    }

    fn ids(&self) -> IdForms {
        IdForms { task_number: true, prefixed: true, ..IdForms::default() }
    }

    /// `- [P] tasks = different files, no dependencies`
    fn is_legend(&self, mark: &str) -> bool {
        mark == "P"
    }
}
