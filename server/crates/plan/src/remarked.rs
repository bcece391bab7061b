//! The same plan with other marks: what a box says moves nothing, so nothing has to be read anew.

use std::sync::Arc;

use tallymark_text::Source;

use crate::{Mark, Meaning, Plan, TaskForm};

impl Plan {
    /// The plan of a text that differs from its own only in marks of tasks, each a single sign that the dialect knows, as it was
    /// before. It is what [`crate::parse`] would read, at a fraction of the time. `None` if the text differs in more than that, or
    /// may.
    pub fn with_marks_of(&self, source: &Arc<Source>) -> Option<Self> {
        let (old, new) = (self.source.text().as_bytes(), source.text().as_bytes());
        if old.len() != new.len() || self.source.has_bom() != source.has_bom() {
            return None;
        }
        let mut plan: Option<Self> = None;
        let mut equal_to = 0;
        for (index, task) in self.tasks.iter().enumerate() {
            let Some(mark) = task.mark.filter(|_| task.form == TaskForm::Box) else { continue };
            let at = mark.span.start as usize;
            if mark.span.len() != 1 || old[at] == new[at] {
                continue;
            }
            if at < equal_to || old[equal_to..at] != new[equal_to..at] {
                return None;
            }
            equal_to = at + 1;
            let meaning = self.plain_mark(mark, source)?;
            let changed =
                plan.get_or_insert_with(|| Self { source: Arc::clone(source), trail: None, ..self.clone() });
            changed.tasks[index].mark = Some(Mark { meaning, ..mark });
        }
        if old[equal_to..] != new[equal_to..] {
            return None;
        }
        Some(plan.unwrap_or_else(|| self.clone()))
    }

    /// What a mark means in the other text, if neither the old nor the new one could be more than a mark: with a bracket or a
    /// colon behind it a box can be a link.
    fn plain_mark(&self, mark: Mark, source: &Source) -> Option<Meaning> {
        let bytes = source.text().as_bytes();
        let sound = mark.outer.start + 1 == mark.span.start && mark.outer.end == mark.span.end + 1;
        if !sound || !matches!(bytes.get(mark.outer.end as usize), Some(b' ')) {
            return None;
        }
        let known = |text: &Source| match self.dialect.meaning_of(text.slice(mark.span)) {
            Meaning::Unknown => None,
            meaning => Some(meaning),
        };
        known(&self.source).and(known(source))
    }
}
