//! XML elements in a plan, where the dialect has them.

use super::{LABEL_LEVEL, Reader};
use crate::TaskForm;
use crate::elements::{Element, ElementKind};
use crate::head::Head;

impl Reader<'_> {
    /// An XML element that is a task, or whose boxes verify.
    pub(super) fn element(&mut self, element: Element) {
        if !self.reading.has_elements() {
            return;
        }
        match element.kind {
            ElementKind::Criteria => {
                self.criteria_level.get_or_insert(LABEL_LEVEL);
            }
            ElementKind::CriteriaEnd => {
                self.criteria_level = self.criteria_level.filter(|&level| level < LABEL_LEVEL)
            }
            ElementKind::Task { name, block } => {
                let head = Head::read(self.text, name.start as usize, name.end as usize, self.reading.ids());
                let mut task = self.new_task(block, element.line, TaskForm::Step, None);
                task.id = head.id;
                task.title = head.title;
                self.found.tasks.push(task);
            }
        }
    }
}
