//! AI Agent Orchestra's `orchestrator-state.json`: .NET, so keys in capitals, enumerations as numbers, times of the year
//! 0001 for "never".
//!
//! `AgentStatus` has had three tables of numbers, and the file does not say which. But each repository in it counts its
//! agents by their state, so the right table is the one under which the agents' numbers add up to those counts.

use serde::Deserialize;
use serde_json::value::RawValue;
use tallymark_events::{Agent, AgentState, Monitored, Run, RunStatus, Usage};

use crate::{
    fields::{Moment, Number, Text},
    keep::Keep,
    object::{self, Take},
    runs::{MOST, Runs},
    words,
};

#[derive(Debug)]
pub(crate) struct Orchestra {
    agents: Keep<(Agent, Option<usize>), (bool, Option<i64>)>,
    /// How many agents have each number.
    numbers: [u64; TABLE],
    /// The sums of the repositories' counts.
    sums: Option<Counts>,
    runs: Runs,
    updated: Moment,
}

impl Default for Orchestra {
    fn default() -> Self {
        Self {
            agents: Keep::new(MOST),
            numbers: [0; TABLE],
            sums: None,
            runs: Runs::default(),
            updated: Moment::default(),
        }
    }
}

/// The numbers that a table may have.
const TABLE: usize = 5;

type Table = [Option<AgentState>; TABLE];

/// The tables, the oldest first: Idle Working Error Offline; Idle Working Busy Error Offline; Unknown Idle Busy Offline Error.
const TABLES: [Table; 3] = {
    use AgentState::{Error, Idle, Offline, Unknown, Working};
    [
        [Some(Idle), Some(Working), Some(Error), Some(Offline), None],
        [Some(Idle), Some(Working), Some(Working), Some(Error), Some(Offline)],
        [Some(Unknown), Some(Idle), Some(Working), Some(Offline), Some(Error)],
    ]
};

/// How many agents are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    idle: u64,
    working: u64,
    error: u64,
    offline: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Repository {
    idle_count: Number,
    working_count: Number,
    error_count: Number,
    offline_count: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct AgentInfo<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    repository_path: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    last_ping: Moment,
    last_active_time: Moment,
    #[serde(borrow)]
    current_task: Text<'a>,
    #[serde(borrow)]
    current_task_id: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TaskRequest<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    agent_id: Text<'a>,
    #[serde(borrow)]
    command: Text<'a>,
    #[serde(borrow)]
    repository_path: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    created_at: Moment,
    started_at: Moment,
    completed_at: Moment,
    #[serde(borrow)]
    result: Text<'a>,
}

impl Take for Orchestra {
    fn has_entries(&self, key: &str) -> bool {
        matches!(key, "Agents" | "TaskQueue" | "Repositories")
    }

    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error> {
        if key == "LastUpdate" {
            self.updated = serde_json::from_str(value.get())?;
        }
        Ok(())
    }

    fn entry(&mut self, of: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error> {
        match of {
            "Agents" => self.agent(name, &object::of_entry(value)?),
            "TaskQueue" => {
                let request: TaskRequest = object::of_entry(value)?;
                self.runs_of(&request);
            }
            _ => {
                let repository: Repository = object::of_entry(value)?;
                let sums = self.sums.get_or_insert_default();
                sums.idle += repository.idle_count.count();
                sums.working += repository.working_count.count();
                sums.error += repository.error_count.count();
                sums.offline += repository.offline_count.count();
            }
        }
        Ok(())
    }
}

impl Orchestra {
    fn agent(&mut self, name: Option<&str>, info: &AgentInfo<'_>) {
        let Some(id) = info.id.get().or(name).map(crate::fields::cut) else { return };
        let word = info.status.get();
        let number: Option<usize> = word.and_then(|word| word.parse().ok());
        if let Some(count) = number.and_then(|number| self.numbers.get_mut(number)) {
            *count += 1;
        }
        let state = word.filter(|_| number.is_none()).map_or(AgentState::Unknown, state_of_word);
        let last_seen = info.last_ping.0.max(info.last_active_time.0);
        let task = info.current_task_id.kept().or_else(|| info.current_task.kept());
        let rank = (task.is_some(), last_seen);
        let agent = Agent {
            id,
            name: info.name.kept(),
            state,
            word: info.status.kept(),
            pid: None,
            started: None,
            host: None,
            worktree: info.repository_path.kept(),
            branch: None,
            task,
            model: None,
            last_seen,
            waits_for: None,
            waits_since: None,
            usage: Usage::default(),
        };
        self.agents.push(rank, (agent, number));
    }

    fn runs_of(&mut self, request: &TaskRequest<'_>) {
        let Some(task) = request.id.kept() else { return };
        let agent = request.agent_id.kept();
        let status = match request.status.get() {
            // Before there was a status a request was queued, and what became of it is known nowhere.
            None if request.completed_at.0.is_some() => RunStatus::Completed,
            None if request.started_at.0.is_some() => RunStatus::Running,
            None if agent.is_none() => RunStatus::Queued,
            None => RunStatus::Unknown,
            // Pending or Queued, Assigned, InProgress, Completed, Failed, Cancelled.
            Some("0" | "1") => RunStatus::Queued,
            Some("2") => RunStatus::Running,
            Some("3") => RunStatus::Completed,
            Some("4") => RunStatus::Failed,
            Some("5") => RunStatus::Cancelled,
            Some(word) => words::run_status(word),
        };
        let run = Run {
            task,
            name: request.command.get().map(crate::fields::one_line),
            prompt_file: None,
            status,
            word: request.status.kept(),
            agent,
            pid: None,
            worktree: request.repository_path.kept(),
            branch: None,
            attempt: None,
            created: request.created_at.0,
            started: request.started_at.0,
            ended: request.completed_at.0,
            exit: None,
            error: request.result.kept().filter(|_| status == RunStatus::Failed),
            usage: Usage::default(),
        };
        self.runs.push(run, None);
    }

    pub(crate) fn finish(self, into: &mut Monitored) {
        into.written = self.updated.0;
        let states = states(&self.numbers, self.sums);
        let (agents, left_out) = self.agents.finish();
        into.left_out += left_out;
        into.agents.extend(agents.into_iter().map(|(mut agent, number)| {
            if let Some(state) = number.and_then(|number| *states.get(number)?) {
                agent.state = state;
            }
            agent
        }));
        self.runs.finish(into);
    }
}

/// What each number means: what all the tables say under which the numbers add up. Files without counts are from the time
/// of the first table.
fn states(numbers: &[u64; TABLE], sums: Option<Counts>) -> Table {
    let Some(sums) = sums else { return TABLES[0] };
    let fitting: Vec<&Table> = TABLES.iter().filter(|table| add_up(table, numbers, sums)).collect();
    std::array::from_fn(|number| {
        let (first, others) = fitting.split_first()?;
        first[number].filter(|state| others.iter().all(|table| table[number] == Some(*state)))
    })
}

fn add_up(table: &Table, numbers: &[u64; TABLE], sums: Counts) -> bool {
    let mut counts = Counts::default();
    for (state, number) in table.iter().zip(numbers) {
        match state {
            Some(AgentState::Idle) => counts.idle += number,
            Some(AgentState::Working) => counts.working += number,
            Some(AgentState::Error) => counts.error += number,
            Some(AgentState::Offline) => counts.offline += number,
            Some(AgentState::Unknown) => {}
            None if *number > 0 => return false,
            None => {}
        }
    }
    counts == sums
}

fn state_of_word(word: &str) -> AgentState {
    const WORDS: &[(&str, AgentState)] = &[
        ("idle", AgentState::Idle),
        ("working", AgentState::Working),
        ("busy", AgentState::Working),
        ("offline", AgentState::Offline),
        ("error", AgentState::Error),
    ];
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map_or(AgentState::Unknown, |(_, state)| *state)
}

#[cfg(test)]
mod tests {
    use tallymark_events::AgentState::{Error, Idle, Offline, Working};

    use super::{Counts, states};

    #[test]
    fn the_counts_tell_the_table() {
        let counts = |idle, working, error, offline| Some(Counts { idle, working, error, offline });
        assert_eq!(
            states(&[6, 1, 0, 214, 0], counts(6, 1, 0, 214))[..4],
            [Some(Idle), Some(Working), Some(Error), Some(Offline)]
        );
        assert_eq!(states(&[9, 3, 0, 0, 182], counts(9, 3, 0, 182))[4], Some(Offline));
        let third = states(&[2, 5, 1, 7, 3], counts(5, 1, 3, 7));
        assert_eq!(third[1..], [Some(Idle), Some(Working), Some(Offline), Some(Error)]);
    }

    #[test]
    fn where_the_counts_fit_no_table_nothing_is_said() {
        let counts = Some(Counts { idle: 1, working: 1, error: 1, offline: 1 });
        assert_eq!(states(&[0, 0, 0, 0, 9], counts), [None; 5]);
    }

    #[test]
    fn where_the_counts_fit_more_than_one_table_only_what_they_share_is_said() {
        let nobody = states(&[0; 5], Some(Counts::default()));
        assert_eq!(nobody, [None; 5]);
    }
}
