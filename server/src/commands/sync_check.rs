//! `tallymark sync-check`.

use clap::Args;
use serde::Serialize;
use tallymark_plan::{Meaning, TaskForm, TaskIndex};
use tallymark_status::{EntryIndex, Status};
use tallymark_sync::{Boxes, MatchKind, State};
use tallymark_workspace::Loaded;

use crate::current::Choice;
use crate::exit::{Exit, Failure};
use crate::session::Session;

/// Compare a plan with its status.json, for programs: one JSON object, nothing is changed
///
/// The object has the keys of the status-cli command of the same name. Exit code 0: in sync; 1: not; 2: one of the two
/// could not be read. `tallymark check` tells people more, with places and ways to mend.
#[derive(Args)]
pub struct SyncCheck {
    #[command(flatten)]
    choice: Choice,
    /// Accepted as elsewhere; JSON is written in any case
    #[arg(id = "json", long = "json")]
    _json: bool,
}

/// What both say, compared. The names of the keys are those that programs know from status-cli.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Comparison<'a> {
    plan_path: String,
    status_json_tasks: usize,
    markdown_tasks: usize,
    in_sync: bool,
    discrepancies: Vec<Discrepancy<'a>>,
    only_in_status_json: Vec<OnlyInStatus<'a>>,
    only_in_markdown: Vec<OnlyInMarkdown<'a>>,
    summary: Summary,
    recommendation: &'static str,
}

/// A task of which the two say different things.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Discrepancy<'a> {
    id: &'a str,
    description: &'a str,
    /// The status word.
    status_json: &'a str,
    markdown_checked: bool,
    issue: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OnlyInStatus<'a> {
    id: &'a str,
    description: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OnlyInMarkdown<'a> {
    id: &'a str,
    description: &'a str,
    checked: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Summary {
    discrepancy_count: usize,
    only_in_status_json_count: usize,
    only_in_markdown_count: usize,
}

impl SyncCheck {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let current = self.choice.load(session)?;
        let (loaded, status) = (&current.loaded, current.status(session)?);
        let comparison = compare(session.shown(&loaded.path), loaded, status);
        // Our own types have string keys and no failing serializer: they always become JSON.
        let text = serde_json::to_string_pretty(&comparison).unwrap_or_default();
        session.output.text(&(text + "\n"));
        Ok(if comparison.in_sync { Exit::Done } else { Exit::Found })
    }
}

fn compare<'a>(plan_path: String, loaded: &'a Loaded, status: &'a Status) -> Comparison<'a> {
    let joined = &loaded.analysis.joined;
    let plan = &*joined.plan;
    let mut discrepancies = Vec::new();
    let mut only_in_markdown = Vec::new();
    for (task, _) in plan.tasks() {
        let (id, description) = (plan.id(task).unwrap_or_default(), plan.title(task));
        let checked = plan.meaning(task) == Meaning::Done;
        let Some(found) = joined.matches[task.get()] else {
            only_in_markdown.push(OnlyInMarkdown { id, description, checked });
            continue;
        };
        let issue = if found.kind == MatchKind::IdOnly {
            Some("the id is the same, but the descriptions are of different tasks")
        } else {
            issue(loaded, status, task, found.entry)
        };
        if let Some(issue) = issue {
            let status_json = status.word(found.entry);
            discrepancies.push(Discrepancy {
                id,
                description,
                status_json,
                markdown_checked: checked,
                issue,
            });
        }
    }
    let only_in_status_json: Vec<_> = (status.entries())
        .filter(|(entry, _)| joined.counterparts[entry.get()].is_none())
        .map(|(entry, _)| OnlyInStatus {
            id: status.id(entry),
            description: status.description(entry),
            status: status.word(entry),
        })
        .collect();
    let summary = Summary {
        discrepancy_count: discrepancies.len(),
        only_in_status_json_count: only_in_status_json.len(),
        only_in_markdown_count: only_in_markdown.len(),
    };
    let in_sync = discrepancies.is_empty() && only_in_status_json.is_empty() && only_in_markdown.is_empty();
    Comparison {
        plan_path,
        status_json_tasks: status.entries.len(),
        markdown_tasks: plan.tasks.len(),
        in_sync,
        discrepancies,
        only_in_status_json,
        only_in_markdown,
        summary,
        recommendation: if in_sync {
            "nothing to do: the plan and status.json agree"
        } else {
            "run `tallymark check`: it shows each difference in its place, and how to mend it"
        },
    }
}

/// What the mark of a task and its entry disagree about.
fn issue(loaded: &Loaded, status: &Status, task: TaskIndex, entry: EntryIndex) -> Option<&'static str> {
    let plan = &loaded.analysis.joined.plan;
    let word = status.word(entry);
    let completed = State::of_entry(status, entry) == State::Completed;
    match plan.meaning(task) {
        Meaning::Done if !completed && !word.is_empty() => {
            Some("checked in the markdown, but not completed in status.json")
        }
        Meaning::Done | Meaning::Unknown => None,
        // Where nobody keeps the boxes, an open one says nothing; a heading has none.
        _ if completed
            && loaded.analysis.boxes == Boxes::Mirror
            && plan.task(task).form == TaskForm::Box
            && plan.task(task).mark.is_some() =>
        {
            Some("completed in status.json, but not checked in the markdown")
        }
        _ => None,
    }
}
