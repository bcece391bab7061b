//! What rules look at.

use tallymark_plan::{Plan, TaskIndex};
use tallymark_status::{Change, EntryIndex, Request, Status, Word};
use tallymark_text::Span;

use super::Boxes;
use crate::stuck::{Stuck, stuck};
use crate::words::quoted;
use crate::{Facts, File, Fix, FixAction, Joined, Limits, LiveTasks, Place, Related, marking};

/// What rules look at.
pub struct Context<'a> {
    /// Plan and status.json, joined.
    pub joined: &'a Joined,
    /// The plan.
    pub plan: &'a Plan,
    /// status.json, where it could be read.
    pub status: Option<&'a Status>,
    /// The world outside.
    pub facts: &'a Facts,
    /// Who works on the tasks, where monitoring files were looked at.
    pub live: Option<&'a LiveTasks>,
    /// What a box means, [`Boxes::Auto`] already decided.
    pub boxes: Boxes,
    /// How often failed tasks are tried again, and when tasks are stuck.
    pub limits: Limits,
}

impl Context<'_> {
    /// Where a finding about a whole file stands: the plan's title, or the file's first line with text.
    pub(crate) fn file_place(&self, file: File) -> Place {
        let source = match (file, &self.joined.status_file) {
            (File::Status, Some(status)) => &status.source,
            _ => &self.plan.source,
        };
        if let (File::Plan, Some(title)) = (file, self.plan.title) {
            return Place::plan(title);
        }
        let text = source.text();
        let start = text.len() - text.trim_start().len();
        let end = source.line_span(source.line_of(start)).end as usize;
        Place { file, span: Span::new(start, start + text[start..end.max(start)].trim_end().len()) }
    }

    /// What to call a task in a message: its id, else its title in quotes.
    pub(crate) fn name(&self, task: TaskIndex) -> String {
        self.plan.id(task).map_or_else(|| quoted(self.plan.title(task)), str::to_owned)
    }

    /// Where a finding about a task's mark stands: the box; without one the task's line.
    pub(crate) fn mark_place(&self, task: TaskIndex) -> Place {
        let task = self.plan.task(task);
        Place::plan(task.mark.map_or(task.line, |mark| mark.outer))
    }

    /// Where a finding about a task's id stands: the id; without one the task's line.
    pub(crate) fn id_place(&self, task: TaskIndex) -> Place {
        let task = self.plan.task(task);
        Place::plan(task.id.unwrap_or(task.line))
    }

    /// Where a finding about a task's text stands: the title; without one the task's line.
    pub(crate) fn title_place(&self, task: TaskIndex) -> Place {
        let task = self.plan.task(task);
        Place::plan(if task.title.is_empty() { task.line } else { task.title })
    }

    /// The status word of an entry as the other place of a finding: `status.json says "pending"`.
    pub(crate) fn related_word(&self, status: &Status, entry: EntryIndex) -> Related {
        let fields = status.entry(entry);
        let span = fields.status.as_ref().map_or(fields.span, |word| word.span);
        Related {
            place: Place::status(span),
            message: format!("status.json says \"{}\"", status.word(entry)),
        }
    }

    /// A change of an entry as the status.json at hand has it: it is refused if somebody else changes the entry first.
    pub(crate) fn request(&self, status: &Status, entry: EntryIndex, change: Change) -> Request {
        marking::request(status, entry, change)
    }

    /// The tasks in progress without a sign of life for longer than `limit` milliseconds.
    pub(crate) fn stuck(&self, limit: i64, now: i64) -> Vec<Stuck> {
        stuck(self.joined, limit, now, |task, entry| {
            let live = self.live.and_then(|live| live.of(task)?.last_sign());
            self.facts.signs.get(entry).copied().max(live)
        })
    }

    /// A fix that gives a task another status in status.json, if it has an entry there.
    pub(crate) fn transition(
        &self,
        task: TaskIndex,
        title: String,
        to: Word,
        reason: Option<String>,
    ) -> Option<Fix> {
        let (status, entry) = self.status.zip(self.joined.entry(task))?;
        let change = Change::Transition { to, reason, notes: None, reopen: false };
        let action = FixAction::Status(vec![self.request(status, entry, change)]);
        Some(Fix { title, safe: false, preferred: false, ask: None, action })
    }
}
