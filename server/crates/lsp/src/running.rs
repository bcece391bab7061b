//! The tasks that agents work on, as progress that the client shows beside everything else it does.

use std::collections::BTreeMap;

use tallymark_sync::LiveTasks;
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::ls_types::Uri;

use crate::outbox::Outbox;
use crate::snapshot::Snapshot;

/// A longer label is cut, in characters.
const LONGEST: usize = 100;

/// More are not shown at once: a client draws each as a line, or as a window.
const MOST: usize = 10;

/// A task that an agent works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// The plan.
    pub(crate) plan: Uri,
    /// The task's key.
    pub(crate) key: String,
    /// The task's id and title.
    pub(crate) title: String,
    /// Who does what: `agent-2 · Bash`.
    pub(crate) message: String,
}

/// The tasks of a plan that agents work on.
pub(crate) fn of(snapshot: &Snapshot) -> impl Iterator<Item = Running> + '_ {
    let plan = &snapshot.analysis.joined.plan;
    let tasks = snapshot.analysis.live.iter().flat_map(LiveTasks::tasks);
    tasks.filter(|(_, live)| live.is_running()).map(|(task, live)| {
        let name = live.running_agents().next().map(|agent| agent.name());
        let does = match live.activity() {
            Some((_, activity)) => activity.tool.clone(),
            None => live.standing().map_or("working", |standing| standing.liveness.word()).to_owned(),
        };
        let words: Vec<&str> = name.into_iter().chain([does.as_str()]).collect();
        Running {
            plan: snapshot.uri.clone(),
            key: plan.key(task).to_owned(),
            title: one_line(&match plan.id(task) {
                Some(id) => format!("{id} {}", plan.title(task)),
                None => plan.title(task).to_owned(),
            }),
            message: one_line(&words.join(" · ")),
        }
    })
}

/// A text from a file as one line of a label: no control character reaches the client.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST).collect()
}

/// What is said of a task's progress.
#[derive(Debug)]
pub(crate) enum Word {
    /// Something else is done now.
    Report(String),
    /// It is over, and how.
    End(String),
}

/// What the client shows.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    tasks: BTreeMap<(Uri, String), Task>,
}

#[derive(Debug)]
struct Task {
    message: String,
    words: UnboundedSender<Word>,
}

impl Shown {
    /// Has the client show these and no others.
    pub(crate) fn set(&mut self, running: Vec<Running>, outbox: &Outbox) {
        let mut before = std::mem::take(&mut self.tasks);
        for task in running {
            let id = (task.plan, task.key);
            match before.remove(&id) {
                Some(mut known) => {
                    if known.message != task.message {
                        // The client may have refused to show it: then nobody listens.
                        let _ = known.words.send(Word::Report(task.message.clone()));
                        known.message = task.message;
                    }
                    self.tasks.insert(id, known);
                }
                None if self.tasks.len() + before.len() < MOST => {
                    let words = outbox.show_progress(task.title, task.message.clone());
                    self.tasks.insert(id, Task { message: task.message, words });
                }
                None => {}
            }
        }
        for over in before.into_values() {
            let _ = over.words.send(Word::End("no agent works on it any more".to_owned()));
        }
    }
}
