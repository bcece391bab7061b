//! Who works on what: streams and agents belong to runs, runs to orchestrations.

use std::collections::HashMap;

use tallymark_events::RunStatus;

use crate::fold::{Attempts, scope};
use crate::{Live, is_stream};

/// Who belongs to whom.
pub(crate) struct Links {
    agents: Vec<Vec<usize>>,
    orchestrations: Vec<Option<usize>>,
}

impl Links {
    /// Finds out, from agents and orchestrations, and the runs.
    pub(crate) fn new(live: &Live, attempts: &[Attempts<'_>]) -> Links {
        let names = Names::new(attempts);
        let mut agents = vec![Vec::new(); attempts.len()];
        // Who is named by a run has its place; a stream that names nothing goes where its whole file goes.
        let mut of_file: HashMap<&str, usize> = HashMap::new();
        for (at, agent) in live.agents.iter().enumerate() {
            let named = &agent.agent;
            let own = || names.by_agent.get(&(agent.path.as_str(), named.id.as_str()));
            let id = || names.by_session.get(named.id.as_str());
            let task = || names.by_task.get(named.task.as_deref()?);
            let found = own()
                .or_else(id)
                .or_else(task)
                .and_then(|runs| names.one(runs))
                .or_else(|| {
                    let runs = is_stream(agent.format).then(|| names.of_stream(&agent.path))??;
                    names.one(runs)
                })
                .or_else(|| names.one(names.by_branch.get(named.branch.as_deref()?)?))
                .or_else(|| names.one(names.by_worktree.get(named.worktree.as_deref()?)?))
                .or_else(|| of_file.get(agent.path.as_str()).copied());
            if let Some(run) = found {
                agents[run].push(at);
                if is_stream(agent.format) {
                    of_file.entry(&agent.path).or_insert(run);
                }
            }
        }
        let orchestrations = orchestrations(live, attempts);
        Links { agents, orchestrations }
    }

    /// Who works on a run.
    pub(crate) fn agents_of(&self, run: usize) -> &[usize] {
        &self.agents[run]
    }

    /// Which orchestration a run belongs to.
    pub(crate) fn orchestration_of(&self, run: usize) -> Option<usize> {
        self.orchestrations[run]
    }
}

/// Runs by what they are told apart by.
struct Names<'a> {
    attempts: &'a [Attempts<'a>],
    by_agent: HashMap<(&'a str, &'a str), Vec<usize>>,
    by_session: HashMap<&'a str, Vec<usize>>,
    by_task: HashMap<&'a str, Vec<usize>>,
    by_prompt: HashMap<&'a str, Vec<usize>>,
    by_branch: HashMap<&'a str, Vec<usize>>,
    by_worktree: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Names<'a> {
    fn new(attempts: &'a [Attempts<'a>]) -> Self {
        let mut names = Names {
            attempts,
            by_agent: HashMap::new(),
            by_session: HashMap::new(),
            by_task: HashMap::new(),
            by_prompt: HashMap::new(),
            by_branch: HashMap::new(),
            by_worktree: HashMap::new(),
        };
        for (at, Attempts { run, file, .. }) in attempts.iter().enumerate() {
            names.by_task.entry(&run.task).or_default().push(at);
            if let Some(agent) = &run.agent {
                names.by_agent.entry((&file.path, agent)).or_default().push(at);
                names.by_session.entry(agent).or_default().push(at);
            }
            if let Some(prompt) = &run.prompt_file {
                names.by_prompt.entry(stem(prompt)).or_default().push(at);
            }
            if let Some(branch) = &run.branch {
                names.by_branch.entry(branch).or_default().push(at);
            }
            if let Some(worktree) = &run.worktree {
                names.by_worktree.entry(worktree).or_default().push(at);
            }
        }
        names
    }

    /// The one that is meant: the only one, or the only one that runs.
    fn one(&self, runs: &[usize]) -> Option<usize> {
        let only =
            |mut runs: Box<dyn Iterator<Item = usize> + '_>| runs.next().filter(|_| runs.next().is_none());
        let running = runs.iter().copied().filter(|&run| self.attempts[run].run.status == RunStatus::Running);
        only(Box::new(runs.iter().copied())).or_else(|| only(Box::new(running)))
    }

    /// The runs that a stream's file is named after: `1.2.jsonl`, `agent-1.2.jsonl`, `fix-parser.ndjson`.
    fn of_stream(&self, path: &str) -> Option<&Vec<usize>> {
        named_after(path).find_map(|name| self.by_task.get(name).or_else(|| self.by_prompt.get(name)))
    }
}

/// What a stream's file may be named after: of `agent-1.2.jsonl` first `agent-1.2`, then `1.2`.
pub fn named_after(path: &str) -> impl Iterator<Item = &str> {
    let stem = stem(path);
    let endings = std::iter::once(0).chain(stem.match_indices(['-', '_']).map(|(at, _)| at + 1));
    endings.map(move |at| &stem[at..]).filter(|name| !name.is_empty())
}

/// A file's name without its folder and its last ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The orchestration of each run: the only one in its file, else the only one of its project.
fn orchestrations(live: &Live, attempts: &[Attempts<'_>]) -> Vec<Option<usize>> {
    let mut only: HashMap<(bool, &str), Option<usize>> = HashMap::new();
    for (at, found) in live.orchestrations.iter().enumerate() {
        for place in [(true, found.path.as_str()), (false, scope(&found.path))] {
            only.entry(place).and_modify(|only| *only = None).or_insert(Some(at));
        }
    }
    let of = |attempts: &Attempts<'_>| {
        let path = attempts.file.path.as_str();
        let place = only.get(&(true, path)).or_else(|| only.get(&(false, scope(path))));
        place.copied().flatten()
    };
    attempts.iter().map(of).collect()
}
