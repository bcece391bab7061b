//! The home dialect: `## Phase 1: …`, `- [ ] 1.1 …`, `**VERIFY Phase 1:**` with boxes without ids.

use crate::Meaning;
use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::ids::IdForms;

pub(crate) struct Phased;

impl Reading for Phased {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        if seen.boxes_in_phases > 0 && seen.boxes_in_phases > seen.criteria {
            if seen.verify > 0 || seen.names_output() {
                return Some("it has phases with boxes, and VERIFY labels or an Output path");
            }
            if seen.dotted >= 2 {
                return Some("it has phases, and boxes with ids like 1.1");
            }
            if seen.phases_with_boxes >= 2 {
                return Some("it has several phases with boxes");
            }
        }
        if seen.in_folder("docs/plans") && seen.boxes > 0 {
            return Some("it lies in docs/plans and has boxes");
        }
        None
    }

    /// `[~]` and `[/]` say "in progress" wherever plans of this kind explain their marks. `[-]`, `[>]` and `[!]` do not
    /// agree with one another: dropped or in progress, moved on or running, important or blocked.
    fn marks(&self) -> &'static [(&'static str, Meaning)] {
        &[("~", Meaning::InProgress), ("/", Meaning::InProgress)]
    }

    fn ids(&self) -> IdForms {
        IdForms { task_number: true, prefixed: true, ..IdForms::default() }
    }
}
