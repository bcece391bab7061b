//! Backlog.md: a file is a task. Its front matter holds id, title and status; boxes under Acceptance Criteria and Definition of
//! Done are criteria, any other box is a subtask.

use tallymark_text::Span;

use crate::Meaning;
use crate::dialects::{Reading, WholeFile};
use crate::evidence::Evidence;
use crate::headings::PhaseName;

pub(crate) struct Backlog;

impl Reading for Backlog {
    fn recognise(&self, seen: &Evidence<'_>) -> Option<&'static str> {
        let is_task = ["id", "title", "status"].iter().all(|key| seen.has_front_key(key));
        if is_task && (seen.in_folder("backlog") || seen.backlog_comments > 0) {
            return Some("its front matter is a task of Backlog.md, with id, title and status");
        }
        let among_tasks = ["backlog/tasks", "backlog/completed", "backlog/drafts", "backlog/archive"]
            .iter()
            .any(|folder| seen.in_folder(folder));
        (among_tasks && seen.file_name().contains("task-") && seen.boxes > 0)
            .then_some("it lies among the tasks of a backlog, and its title is the task")
    }

    fn whole_file(&self) -> WholeFile {
        WholeFile::Task
    }

    fn status_words(&self) -> &'static [(&'static str, Meaning)] {
        &[
            ("To Do", Meaning::Open),
            ("In Progress", Meaning::InProgress),
            ("Done", Meaning::Done),
            ("review", Meaning::InProgress),
        ]
    }

    /// The headings of a description are no phases.
    fn phase(&self, _text: &str, _level: u8, _span: Span) -> Option<PhaseName> {
        None
    }
}
