//! A new status file, as `tallymark init` makes it.

use crate::{NewEntry, Word, json, time};

/// What a new status file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The plan's path, from the root and with slashes.
    pub plan_path: String,
    /// The plan's title.
    pub plan_name: String,
    /// The tasks in the order of the plan.
    pub tasks: Vec<NewEntry>,
}

impl NewFile {
    /// Its text, written as JSON.stringify does with two blanks, without a newline at the end. `now` is in milliseconds.
    pub(crate) fn render(&self, now: i64) -> String {
        let now = json::quote(&time::format(now));
        let finished = |task: &&NewEntry| matches!(task.status, Word::Completed | Word::Skipped);
        let current = self.tasks.iter().find(|task| !finished(task)).or(self.tasks.last());
        let current = current.map_or("", |task| task.phase.as_str());
        let tasks: Vec<String> = self.tasks.iter().map(entry).collect();
        let tasks = if tasks.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", tasks.join(",\n")) };
        let count = |word: Word| self.tasks.iter().filter(|task| task.status == word).count();
        format!(
            "{{\n  \"planPath\": {},\n  \"planName\": {},\n  \"createdAt\": {now},\n  \"lastUpdatedAt\": {now},\n  \
             \"currentPhase\": {},\n  \"tasks\": {tasks},\n  \"runs\": [],\n  \"summary\": {{\n    \
             \"totalTasks\": {},\n    \"completed\": {},\n    \"pending\": {},\n    \"in_progress\": {},\n    \
             \"failed\": {},\n    \"skipped\": {}\n  }}\n}}",
            json::quote(&self.plan_path),
            json::quote(&self.plan_name),
            json::quote(current),
            self.tasks.len(),
            count(Word::Completed),
            count(Word::Pending),
            count(Word::InProgress),
            count(Word::Failed),
            count(Word::Skipped),
        )
    }
}

fn entry(task: &NewEntry) -> String {
    format!(
        "    {{\n      \"id\": {},\n      \"phase\": {},\n      \"description\": {},\n      \"status\": {}\n    }}",
        json::quote(&task.id),
        json::quote(&task.phase),
        json::quote(&task.description),
        json::quote(task.status.as_str()),
    )
}
