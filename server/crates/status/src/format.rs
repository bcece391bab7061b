//! Whose file the state of a plan is kept in.

use crate::Word;

/// The kinds of file that say how far a plan is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Format {
    /// status.json, which the [`Store`](crate::Store) writes.
    #[default]
    StatusJson,
    /// Task Master's `.taskmaster/tasks/tasks.json`.
    TaskMaster,
    /// Kiro's `tasks.meta.json`: which tasks it was given and when. What is done is in the boxes of the plan.
    Kiro,
    /// BMAD's `sprint-status.yaml`.
    Bmad,
    /// A folder of Claude Code's task list, `~/.claude/tasks/<list>`: a file for each task.
    ClaudeTasks,
    /// The export of beads, `.beads/issues.jsonl`.
    Beads,
}

impl Format {
    /// What a sentence calls the file: `status.json`, `tasks.json`.
    pub fn file_name(self) -> &'static str {
        match self {
            Format::StatusJson => "status.json",
            Format::TaskMaster => "tasks.json",
            Format::Kiro => "tasks.meta.json",
            Format::Bmad => "sprint-status.yaml",
            Format::ClaudeTasks => "the task list",
            Format::Beads => "issues.jsonl",
        }
    }

    /// The program that writes it: `Task Master`.
    pub fn owner(self) -> &'static str {
        match self {
            Format::StatusJson => "Tallymark",
            Format::TaskMaster => "Task Master",
            Format::Kiro => "Kiro",
            Format::Bmad => "BMAD",
            Format::ClaudeTasks => "Claude Code",
            Format::Beads => "beads",
        }
    }

    /// Whether Tallymark writes it.
    pub fn is_ours(self) -> bool {
        self == Format::StatusJson
    }

    /// Whether it says what is done. Kiro's does not: the plan's boxes do.
    pub fn holds_states(self) -> bool {
        self != Format::Kiro
    }

    /// Whether it may hold the tasks of more than one plan, so that a task that this plan lacks is no difference.
    pub fn is_shared(self) -> bool {
        matches!(self, Format::Beads | Format::Bmad)
    }

    /// Whether it numbers its tasks by itself, so that an id says nothing of the plan.
    pub fn has_own_ids(self) -> bool {
        matches!(self, Format::Beads | Format::ClaudeTasks)
    }

    /// Whether it has the titles of the tasks as they are; BMAD's has only keys made of them.
    pub fn keeps_titles(self) -> bool {
        self != Format::Bmad
    }

    /// Whether it knows when a task was completed.
    pub fn keeps_times(self) -> bool {
        matches!(self, Format::StatusJson | Format::Beads)
    }

    /// What its program means by a status word, in Tallymark's words; `None` for one that says so itself, or that the
    /// program does not know.
    pub(crate) fn known_word(self, word: &str) -> Option<&'static str> {
        Some(match (self, word) {
            (Format::StatusJson | Format::Kiro | Format::ClaudeTasks, _) => return None,
            // Put off is not left out: it is still to be done.
            (Format::TaskMaster | Format::Beads, "deferred") => "pending",
            // What is reviewed is not done yet.
            (Format::TaskMaster | Format::Bmad, "review") => "in_progress",
            (Format::Beads, "open" | "pinned") => "pending",
            (Format::Beads, "hooked") => "in_progress",
            (Format::Beads, "closed") => "completed",
            (Format::Bmad, "backlog" | "drafted") => "pending",
            (Format::Bmad, "ready-for-dev") => "ready",
            (Format::TaskMaster | Format::Bmad, "in-progress") => "in_progress",
            (Format::TaskMaster | Format::Bmad, "done") => "completed",
            _ => return None,
        })
    }

    /// Whether its program writes this status word.
    pub fn knows(self, word: &str) -> bool {
        match self {
            Format::StatusJson => Word::from_exact(word).is_some(),
            Format::Kiro => false,
            Format::ClaudeTasks => matches!(word, "pending" | "in_progress" | "completed"),
            Format::TaskMaster => {
                matches!(word, "pending" | "cancelled" | "blocked" | "completed")
                    || self.known_word(word).is_some()
            }
            Format::Beads => matches!(word, "in_progress" | "blocked") || self.known_word(word).is_some(),
            Format::Bmad => self.known_word(word).is_some(),
        }
    }

    /// How a person marks the task with this id (as the file has it) there, to complete "mark it with …"; `None` where the
    /// program has no word for that.
    pub fn way_to_mark(self, id: &str, to: Word) -> Option<String> {
        let own = match (self, to) {
            (Format::StatusJson | Format::Kiro, _) => return None,
            (Format::TaskMaster, Word::Pending) => "pending",
            (Format::TaskMaster | Format::Bmad, Word::InProgress) => "in-progress",
            (Format::TaskMaster | Format::Bmad, Word::Completed) => "done",
            (Format::TaskMaster, Word::Skipped) => "cancelled",
            (Format::Bmad, Word::Pending) => "backlog",
            (Format::Beads, Word::Pending) => "open",
            (Format::Beads | Format::ClaudeTasks, Word::InProgress) => "in_progress",
            (Format::ClaudeTasks, Word::Pending) => "pending",
            (Format::ClaudeTasks, Word::Completed) => "completed",
            (Format::Beads, Word::Completed) => return Some(format!("`bd close {id}`")),
            (
                Format::TaskMaster | Format::Bmad | Format::Beads | Format::ClaudeTasks,
                Word::Failed | Word::Skipped,
            ) => return None,
        };
        Some(match self {
            Format::TaskMaster => format!("`task-master set-status --id={id} --status={own}`"),
            Format::Bmad => format!("the line `{id}: {own}` there, or BMAD's own workflows"),
            Format::Beads => format!("`bd update {id} --status {own}`"),
            _ => format!("Claude Code's TaskUpdate (task {id}, status {own})"),
        })
    }
}
