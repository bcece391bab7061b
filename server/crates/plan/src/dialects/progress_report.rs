//! Progress reports: headings are the tasks (`### 4.1 TaskScheduler ✅`); what repeats them below is not counted twice.

use tallymark_text::Span;

use crate::dialects::Reading;
use crate::evidence::Evidence;
use crate::headings::PhaseName;

pub(crate) struct ProgressReport;

impl Reading for ProgressReport {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        (seen.marked_headings >= 2).then_some("its headings have ids and marks: they are the tasks")
    }

    /// "Completed" and "In Progress" are no phases: a task leaves them as the work goes on.
    fn phase(&self, _text: &str, _level: u8, _span: Span) -> Option<PhaseName> {
        None
    }

    fn is_task_heading(&self, _words: &str) -> bool {
        true
    }

    fn repeats_headings(&self) -> bool {
        true
    }
}
