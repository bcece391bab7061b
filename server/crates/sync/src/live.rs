//! Who works on which task: what monitoring files say, joined to the plan.
//!
//! An orchestrator runs tasks of one plan, and its files seldom say which. So an id alone joins nothing where the workspace
//! has several plans: `1.1` stands in each. Either the plan is named (by the orchestration, or as the file with the
//! instructions), or the text agrees too.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use tallymark_events::{Activity, RunStatus, Usage};
use tallymark_live::{
    FileProblem, Live, LiveAgent, LiveOrchestration, LiveRun, Liveness, Standing, named_after, total,
};
use tallymark_plan::TaskIndex;

use crate::plain::plain;
use crate::{Facts, Joined};

/// A text of fewer characters than this is found by chance in another plan.
const TELLING: usize = 8;

/// What monitoring files say of one plan.
#[derive(Clone, Debug)]
pub struct LiveTasks {
    /// All that they say, of whatever plan.
    pub live: Arc<Live>,
    tasks: BTreeMap<TaskIndex, Found>,
    orchestrations: Vec<usize>,
    whole: Vec<usize>,
    unknown: Vec<Unknown>,
}

/// Indices into [`Live::runs`] and [`Live::agents`].
#[derive(Clone, Debug, Default)]
struct Found {
    runs: Vec<usize>,
    agents: Vec<usize>,
}

/// Somebody works for this plan on a task that it does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// A run: index into [`Live::runs`].
    Run(usize),
    /// An agent without a run: index into [`Live::agents`].
    Agent(usize),
}

/// What is known of one task.
#[derive(Clone, Debug)]
pub struct LiveTask<'a> {
    /// Its runs, the one begun last first.
    pub runs: Vec<&'a LiveRun>,
    /// Who works on it, or did.
    pub agents: Vec<&'a LiveAgent>,
    live: &'a Live,
}

impl LiveTasks {
    /// Joins what is known to the tasks of a plan.
    pub fn new(joined: &Joined, facts: &Facts, live: Arc<Live>) -> Self {
        let mut found = Self {
            live: Arc::clone(&live),
            tasks: BTreeMap::new(),
            orchestrations: Vec::new(),
            whole: Vec::new(),
            unknown: Vec::new(),
        };
        if live.is_empty() {
            return found;
        }
        let names = Names::new(joined, facts);
        found.orchestrations = (0..live.orchestrations.len())
            .filter(|&at| match live.orchestrations[at].orchestration.plan.as_deref() {
                Some(plan) => is_plan(facts, plan),
                None => facts.only_plan,
            })
            .collect();
        for (at, run) in live.runs.iter().enumerate() {
            let Some(belongs) = names.belongs(run, &live) else { continue };
            let wanted = Wanted {
                id: &run.run.task,
                name: run.run.name.as_deref(),
                prompt: run.run.prompt_file.as_deref(),
            };
            if let Some(task) = names.task(&wanted, belongs) {
                found.tasks.entry(task).or_default().runs.push(at);
            } else if belongs.is_sure() {
                found.without_task(Unknown::Run(at), &run.run.task, belongs, &run.standing);
            }
        }
        for (at, agent) in live.agents.iter().enumerate().filter(|(_, agent)| agent.runs.is_empty()) {
            let Some(task) = agent.agent.task.as_deref() else {
                // An agent that nobody but its stream tells of.
                if let Some(task) = names.of_stream(agent, facts) {
                    found.tasks.entry(task).or_default().agents.push(at);
                }
                continue;
            };
            let belongs = if facts.only_plan { Belongs::Alone } else { Belongs::Maybe };
            if let Some(task) = names.task(&Wanted { id: task, name: Some(task), prompt: None }, belongs) {
                found.tasks.entry(task).or_default().agents.push(at);
            } else if belongs.is_sure() {
                found.without_task(Unknown::Agent(at), task, belongs, &agent.standing);
            }
        }
        for of in found.tasks.values_mut() {
            of.runs.sort_by_key(|&run| std::cmp::Reverse((live.runs[run].run.started, live.runs[run].told)));
            let agents = of.runs.iter().flat_map(|&run| &live.runs[run].agents).copied();
            let mut agents: Vec<usize> = agents.chain(std::mem::take(&mut of.agents)).collect();
            agents.dedup();
            of.agents = agents;
        }
        found
    }

    /// What to make of somebody who works for the plan, and on none of its tasks.
    fn without_task(&mut self, who: Unknown, task: &str, belongs: Belongs, standing: &Standing) {
        // A plan that is itself the instructions is worked on as a whole, under a name of the orchestrator's own.
        if belongs == Belongs::Named || looks_like_an_id(task) {
            if standing.liveness.runs() {
                self.unknown.push(who);
            }
        } else if let (Unknown::Run(run), Belongs::Instructions) = (who, belongs) {
            self.whole.push(run);
        }
    }

    /// What is known of a task; `None` if nothing is.
    pub fn of(&self, task: TaskIndex) -> Option<LiveTask<'_>> {
        let found = self.tasks.get(&task)?;
        Some(LiveTask {
            runs: found.runs.iter().map(|&run| &self.live.runs[run]).collect(),
            agents: found.agents.iter().map(|&agent| &self.live.agents[agent]).collect(),
            live: &self.live,
        })
    }

    /// The tasks of which something is known, in document order.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskIndex, LiveTask<'_>)> {
        self.tasks.keys().filter_map(|&task| Some((task, self.of(task)?)))
    }

    /// The orchestrations that work on the plan.
    pub fn orchestrations(&self) -> impl Iterator<Item = &LiveOrchestration> {
        self.orchestrations.iter().map(|&at| &self.live.orchestrations[at])
    }

    /// The runs that work on the plan as a whole.
    pub fn runs_of_the_whole(&self) -> impl Iterator<Item = &LiveRun> {
        self.whole.iter().map(|&at| &self.live.runs[at])
    }

    /// Who works for the plan on a task that it does not have.
    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }

    /// What could not be read of the monitoring files of this plan: of those that tell of it, and of all where there is no
    /// other plan.
    pub fn problems(&self, facts: &Facts) -> impl Iterator<Item = &FileProblem> {
        let only_plan = facts.only_plan;
        self.live.problems.iter().filter(move |problem| only_plan || self.tells(&problem.path))
    }

    /// Whether a monitoring file tells of this plan.
    fn tells(&self, path: &str) -> bool {
        let live = &self.live;
        let found = self.tasks.values();
        found.flat_map(|found| &found.runs).chain(&self.whole).any(|&run| live.runs[run].path == path)
            || self.tasks.values().flat_map(|found| &found.agents).any(|&at| live.agents[at].path == path)
            || self.orchestrations().any(|orchestration| orchestration.path == path)
    }
}

impl<'a> LiveTask<'a> {
    /// How the task stands: its last run, unless that is over, or there is none: then the one of its agents that was heard of
    /// last and is not over either.
    pub fn standing(&self) -> Option<&'a Standing> {
        let is_over = |standing: &Standing| matches!(standing.liveness, Liveness::Ended | Liveness::Idle);
        let run = self.runs.first().map(|run| &run.standing);
        let agents = self.agents.iter().filter(|agent| !is_over(&agent.standing));
        let agent = || agents.max_by_key(|agent| agent.last_sign).map(|agent| &agent.standing);
        match run {
            // A registry that says that a run is over is believed before a stream that says nothing more.
            Some(standing) => Some(standing),
            None => agent().or_else(|| self.agents.first().map(|agent| &agent.standing)),
        }
    }

    /// Whether somebody works on it now. "Running" is this, and "in progress" is what the status says.
    pub fn is_running(&self) -> bool {
        self.standing().is_some_and(|standing| standing.liveness.runs())
    }

    /// The agents that work on it now.
    pub fn running_agents(&self) -> impl Iterator<Item = &'a LiveAgent> {
        let over = self.runs.first().is_some_and(|run| run.standing.liveness == Liveness::Ended);
        self.agents.iter().copied().filter(move |agent| !over && agent.standing.liveness.runs())
    }

    /// The use of a tool that is under way, and who is at it: that of the agent that was heard of last.
    pub fn activity(&self) -> Option<(&'a LiveAgent, &'a Activity)> {
        let at_work = self.running_agents().filter_map(|agent| Some((agent, agent.activity()?)));
        at_work.max_by_key(|(agent, _)| agent.last_sign)
    }

    /// The last uses of tools by all agents, the last begun first.
    pub fn recent(&self, most: usize) -> Vec<&'a Activity> {
        let mut all: Vec<&Activity> = self.agents.iter().flat_map(|agent| &agent.activities).collect();
        all.sort_by_key(|activity| std::cmp::Reverse(activity.started.or(activity.named)));
        all.truncate(most);
        all
    }

    /// How often it was tried.
    pub fn attempts(&self) -> u32 {
        self.runs.iter().map(|run| run.attempts).fold(0, u32::saturating_add)
    }

    /// When it was last heard of.
    pub fn last_sign(&self) -> Option<i64> {
        let runs = self.runs.iter().filter_map(|run| run.last_sign);
        runs.chain(self.agents.iter().filter_map(|agent| agent.last_sign)).max()
    }

    /// Tokens and cost, of all its runs that are known.
    pub fn usage(&self) -> Usage {
        let apart = self.agents.iter().filter(|agent| agent.runs.is_empty()).map(|agent| agent.agent.usage);
        total(self.runs.iter().map(|run| run.usage(self.live)).chain(apart))
    }

    /// The last run, if it is over: how it ended, and how long it took in milliseconds.
    pub fn ended(&self) -> Option<(&'a LiveRun, Option<i64>)> {
        let run = self.runs.first().copied().filter(|run| run.standing.liveness == Liveness::Ended)?;
        let took = run.run.ended.zip(run.run.started).map(|(ended, started)| ended.saturating_sub(started));
        Some((run, took.filter(|&took| took >= 0)))
    }

    /// Who is said to run, whether alive or not: the last run if it is not over.
    pub fn said_to_run(&self) -> Option<&'a LiveRun> {
        self.runs
            .first()
            .copied()
            .filter(|run| matches!(run.run.status, RunStatus::Running | RunStatus::Unknown))
    }
}

/// Why somebody is taken to work for this plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Belongs {
    /// The orchestration names it.
    Named,
    /// It is the file with the instructions.
    Instructions,
    /// There is no other plan.
    Alone,
    /// Nothing speaks for it or against it.
    Maybe,
}

impl Belongs {
    fn is_sure(self) -> bool {
        self != Belongs::Maybe
    }
}

/// Whether a path, as a monitoring file has it, is that of the plan: from the root of this work tree or of another.
fn is_plan(facts: &Facts, named: &str) -> bool {
    let named = named.replace('\\', "/");
    let named = named.trim_start_matches("./");
    !facts.plan_path.is_empty()
        && named
            .strip_suffix(facts.plan_path.as_str())
            .is_some_and(|front| front.is_empty() || front.ends_with('/'))
}

/// What is looked for.
struct Wanted<'a> {
    id: &'a str,
    name: Option<&'a str>,
    prompt: Option<&'a str>,
}

/// The tasks, by what they are called.
struct Names<'a> {
    joined: &'a Joined,
    facts: &'a Facts,
    /// By plain title; `None` for one that several tasks have.
    titles: HashMap<String, Option<TaskIndex>>,
}

impl<'a> Names<'a> {
    fn new(joined: &'a Joined, facts: &'a Facts) -> Self {
        let mut titles: HashMap<String, Option<TaskIndex>> = HashMap::with_capacity(joined.plan.tasks.len());
        for (task, _) in joined.plan.tasks() {
            let title = plain(joined.plan.title(task));
            if !title.is_empty() {
                titles.entry(title).and_modify(|only| *only = None).or_insert(Some(task));
            }
        }
        Self { joined, facts, titles }
    }

    /// Why a run may be for this plan; `None` if it is for another.
    fn belongs(&self, run: &LiveRun, live: &Live) -> Option<Belongs> {
        let orchestration = run.orchestration.map(|at| &live.orchestrations[at].orchestration);
        if let Some(plan) = orchestration.and_then(|orchestration| orchestration.plan.as_deref()) {
            return is_plan(self.facts, plan).then_some(Belongs::Named);
        }
        if run.run.prompt_file.as_deref().is_some_and(|prompt| is_plan(self.facts, prompt)) {
            return Some(Belongs::Instructions);
        }
        Some(if self.facts.only_plan { Belongs::Alone } else { Belongs::Maybe })
    }

    /// The task that a stream's file is named after, where it is sure that this plan's is meant: no other is there, or the
    /// stream lies beside its status.json.
    fn of_stream(&self, agent: &LiveAgent, facts: &Facts) -> Option<TaskIndex> {
        if !agent.format.is_stream() {
            return None;
        }
        let folder =
            |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        let (own, stream) = (folder(&facts.status_path), folder(&agent.path.replace('\\', "/")));
        let beside = !own.is_empty()
            && stream
                .strip_suffix(own.as_str())
                .is_some_and(|front| front.is_empty() || front.ends_with('/'));
        if !beside && !facts.only_plan {
            return None;
        }
        let wanted = |name| Wanted { id: name, name: None, prompt: None };
        named_after(&agent.path).find_map(|name| self.task(&wanted(name), Belongs::Alone))
    }

    /// The task that is meant, if it is sure.
    fn task(&self, wanted: &Wanted<'_>, belongs: Belongs) -> Option<TaskIndex> {
        let by_name = wanted.name.and_then(|name| self.by_text(name));
        if let Some(task) = self.by_id(wanted.id) {
            // The text of another task is stronger: orchestrators number as they come.
            if by_name.is_none_or(|other| other == task) && (belongs.is_sure() || by_name.is_some()) {
                return Some(task);
            }
        }
        let telling = |name: &str| belongs.is_sure() || name.chars().count() >= TELLING;
        by_name
            .filter(|_| wanted.name.is_some_and(telling))
            .or_else(|| self.by_text(wanted.id).filter(|_| telling(wanted.id)))
            .or_else(|| {
                let (id, rest) = split_id(wanted.name?);
                let task = self.by_id(id)?;
                let agrees = || plain(rest) == plain(self.joined.plan.title(task));
                (belongs.is_sure() || agrees()).then_some(task)
            })
            .or_else(|| self.by_file(wanted.prompt?).filter(|_| belongs != Belongs::Instructions))
    }

    fn by_text(&self, text: &str) -> Option<TaskIndex> {
        self.titles.get(&plain(text)).copied().flatten()
    }

    /// The only task with an id, as the plan or status.json has it, with or without the word before it.
    fn by_id(&self, id: &str) -> Option<TaskIndex> {
        let id = without_word(id.trim());
        if id.is_empty() {
            return None;
        }
        let only = |mut tasks: Box<dyn Iterator<Item = TaskIndex> + '_>| {
            tasks.next().filter(|_| tasks.next().is_none())
        };
        let entries = self
            .joined
            .entries_with_id(id)
            .filter_map(|entry| self.joined.tasks_of_entries[entry.0 as usize]);
        self.joined
            .task_with_key(id)
            .or_else(|| only(Box::new(entries)))
            .or_else(|| only(Box::new(self.joined.tasks_with_id(id))))
    }

    /// The task whose title the name of a file is made of: `add-the-parser.md`.
    fn by_file(&self, path: &str) -> Option<TaskIndex> {
        let name = path.rsplit(['/', '\\']).next()?;
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let words = stem.replace(['-', '_'], " ");
        self.by_text(&words).filter(|_| words.chars().count() >= TELLING)
    }
}

/// An id without `task-`, `task `, `#` before it.
fn without_word(id: &str) -> &str {
    let rest = id.get(..4).filter(|word| word.eq_ignore_ascii_case("task")).and_then(|_| id.get(4..));
    let rest = rest.map(|rest| rest.trim_start_matches(['-', '_', ' ', ':', '#']));
    rest.filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or_else(|| id.trim_start_matches('#'))
}

/// `1.2` and `Write the parser` of `Task 1.2: Write the parser`.
fn split_id(name: &str) -> (&str, &str) {
    let name = without_word(name.trim());
    let end = name.find([' ', ':']).unwrap_or(name.len());
    (name[..end].trim_end_matches('.'), name[end..].trim_start_matches([' ', ':', '-', '–', '—']))
}

/// Whether a task's name is an id as plans have them (`1.2`, `T012`, `PROJ-7`), and not one that an orchestrator made up.
fn looks_like_an_id(text: &str) -> bool {
    let text = without_word(text);
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_uppercase()).trim_start_matches('-');
    let letters = text.len() - rest.len();
    letters <= 6
        && (1..=10).contains(&rest.len())
        && rest.starts_with(|first: char| first.is_ascii_digit())
        && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The name of a monitoring file, for a message.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
