//! What a stream has told so far: who works, with which tools, and what is waited for. The same for all streams; each
//! format's own file says which of its lines means what.

use std::collections::{HashMap, VecDeque};

use tallymark_events::{Activity, Agent, AgentState, Monitored, Stage, Usage, WaitsFor};

use crate::fields::cut;

/// How many agents of a stream are kept, how many uses of tools that have not ended, and how many that have.
const MOST_AGENTS: usize = 256;
const MOST_OPEN: usize = 256;
const MOST_ENDED: usize = 32;

/// What a stream has told so far.
#[derive(Debug, Default)]
pub(super) struct Session {
    workers: Vec<Worker>,
    places: HashMap<String, usize>,
    open: Vec<Use>,
    ended: VecDeque<Use>,
    begun: u64,
    left_out: u64,
    /// The blocks of messages that are being written and are uses of tools: whose, which, and the use's id.
    blocks: Vec<(String, i64, String)>,
}

/// An agent, and what must be remembered to say what it waits for.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) agent: Agent,
    /// Its turn is over: it waits for nothing.
    resting: bool,
    /// Since when the model is waited for, if nothing else is.
    model_since: Option<i64>,
    /// What a person is asked for: the id of the tool, or of the request.
    person: Option<(String, Option<i64>)>,
    /// The message whose usage is counted last: streams repeat it.
    message: String,
    message_usage: Usage,
    /// The usage of the messages before.
    before: Usage,
}

/// One use of a tool, in the order of their beginnings.
#[derive(Debug)]
struct Use {
    number: u64,
    activity: Activity,
}

impl Session {
    /// The agent with this id, heard of at `at`; a new one if there is none. The last one stands in for those that are too many.
    pub(super) fn worker(&mut self, id: &str, at: Option<i64>) -> &mut Worker {
        let place = match self.places.get(id) {
            Some(place) => *place,
            None => self.add(id),
        };
        let worker = &mut self.workers[place];
        worker.agent.last_seen = worker.agent.last_seen.max(at);
        worker
    }

    fn add(&mut self, id: &str) -> usize {
        if self.workers.len() == MOST_AGENTS {
            self.left_out += 1;
            return MOST_AGENTS - 1;
        }
        let place = self.workers.len();
        let id = cut(id);
        self.places.insert(id.clone(), place);
        self.workers.push(Worker {
            agent: Agent {
                id,
                name: None,
                state: AgentState::Unknown,
                word: None,
                pid: None,
                started: None,
                host: None,
                worktree: None,
                branch: None,
                task: None,
                model: None,
                last_seen: None,
                waits_for: None,
                waits_since: None,
                usage: Usage::default(),
            },
            resting: false,
            model_since: None,
            person: None,
            message: String::new(),
            message_usage: Usage::default(),
            before: Usage::default(),
        });
        place
    }

    /// A tool was named: its input is being written.
    pub(super) fn named(&mut self, id: &str, agent: &str, tool: &str, at: Option<i64>) {
        if self.find(id).is_some() {
            return;
        }
        let agent = self.worker(agent, at).agent.id.clone();
        if self.open.len() == MOST_OPEN {
            self.open.remove(0);
            self.left_out += 1;
        }
        self.begun += 1;
        self.open.push(Use {
            number: self.begun,
            activity: Activity {
                id: cut(id),
                agent,
                tool: cut(tool),
                detail: None,
                stage: Stage::Named,
                named: at,
                started: None,
                ended: None,
                failed: false,
            },
        });
    }

    /// The input of a tool is complete, or more is known of it.
    pub(super) fn input_complete(&mut self, id: &str, detail: Option<String>, at: Option<i64>) {
        self.reach(id, Stage::InputComplete, detail, at);
    }

    /// A tool says that it runs.
    pub(super) fn running(&mut self, id: &str, at: Option<i64>) {
        self.reach(id, Stage::Running, None, at);
    }

    fn reach(&mut self, id: &str, stage: Stage, detail: Option<String>, at: Option<i64>) {
        let Some(found) = self.find(id) else { return };
        let activity = &mut self.open[found].activity;
        if detail.is_some() {
            activity.detail = detail;
        }
        if activity.stage == Stage::Named {
            activity.started = at;
        }
        activity.stage = activity.stage.max(stage);
    }

    /// A tool has given its result. Its agent's model goes on from it.
    pub(super) fn ended(&mut self, id: &str, failed: bool, at: Option<i64>) {
        let Some(found) = self.find(id) else { return };
        let mut used = self.open.remove(found);
        used.activity.stage = Stage::Ended;
        used.activity.ended = at;
        used.activity.failed = failed;
        let agent = used.activity.agent.clone();
        let worker = self.worker(&agent, at);
        worker.model_since = at;
        worker.answered(id);
        self.keep(used);
    }

    fn keep(&mut self, used: Use) {
        if self.ended.len() == MOST_ENDED {
            self.ended.pop_front();
            self.left_out += 1;
        }
        self.ended.push_back(used);
    }

    /// When a tool was named and began, if the stream tells it only afterwards.
    pub(super) fn began(&mut self, id: &str, at: Option<i64>) {
        if let Some(found) = self.find(id) {
            let activity = &mut self.open[found].activity;
            activity.named = at;
            activity.started = at;
        }
    }

    /// Whose use of a tool this is, as long as it has not ended.
    pub(super) fn user_of(&self, id: &str) -> Option<&str> {
        self.find(id).map(|found| self.open[found].activity.agent.as_str())
    }

    /// An agent's turn is over. What it or its subagents still had open gave no result, and will give none.
    pub(super) fn rest(&mut self, agent: &str, state: AgentState, word: Option<String>, at: Option<i64>) {
        let is_main = self.places.get(agent) == Some(&0);
        let mut abandoned = Vec::new();
        let mut at_use = 0;
        while at_use < self.open.len() {
            if is_main || self.open[at_use].activity.agent == agent {
                abandoned.push(self.open.remove(at_use));
            } else {
                at_use += 1;
            }
        }
        for mut used in abandoned {
            used.activity.stage = Stage::Ended;
            used.activity.ended = at;
            used.activity.failed = true;
            self.keep(used);
        }
        if is_main {
            for worker in &mut self.workers {
                worker.resting = true;
                if worker.agent.state == AgentState::Working {
                    worker.agent.state = AgentState::Idle;
                }
            }
        }
        let worker = self.worker(agent, at);
        worker.agent.state = state;
        worker.agent.word = word;
        worker.resting = true;
        worker.person = None;
    }

    /// The subagent that a tool had started is done, with the tool.
    pub(super) fn rest_subagent(&mut self, tool: &str) {
        if self.places.contains_key(tool) && self.places.get(tool) != Some(&0) {
            self.rest(tool, AgentState::Idle, None, None);
        }
    }

    /// A block of a message is the use of a tool.
    pub(super) fn remember_block(&mut self, agent: &str, index: i64, id: &str) {
        if self.blocks.len() == MOST_OPEN {
            self.blocks.remove(0);
        }
        self.blocks.push((cut(agent), index, cut(id)));
    }

    /// The use of a tool that the block is, which has ended.
    pub(super) fn block(&mut self, agent: &str, index: i64) -> Option<String> {
        let found = self.blocks.iter().position(|(whose, which, _)| whose == agent && *which == index)?;
        Some(self.blocks.swap_remove(found).2)
    }

    /// A new message begins: its blocks are counted anew.
    pub(super) fn forget_blocks(&mut self, agent: &str) {
        self.blocks.retain(|(whose, _, _)| whose != agent);
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.open.iter().rposition(|used| used.activity.id == id)
    }

    /// Tells it.
    pub(super) fn tell(&self, into: &mut Monitored) {
        into.left_out += self.left_out;
        let mut uses: Vec<&Use> = self.ended.iter().chain(&self.open).collect();
        uses.sort_by_key(|used| used.number);
        into.activities.extend(uses.into_iter().map(|used| used.activity.clone()));
        into.agents.extend(self.workers.iter().map(|worker| {
            let mut agent = worker.agent.clone();
            agent.usage = worker.usage();
            if let Some((waits_for, since)) = self.wait(worker) {
                agent.waits_for = Some(waits_for);
                agent.waits_since = since;
            }
            agent
        }));
    }

    fn wait(&self, worker: &Worker) -> Option<(WaitsFor, Option<i64>)> {
        if worker.resting || worker.agent.state != AgentState::Working {
            return None;
        }
        if let Some((_, since)) = &worker.person {
            return Some((WaitsFor::Person, *since));
        }
        let mine = self.open.iter().map(|used| &used.activity).filter(|open| open.agent == worker.agent.id);
        let first = mine.filter(|open| open.stage != Stage::Named).min_by_key(|open| open.started);
        Some(match first {
            // A question to the person is asked with a tool.
            Some(open) if open.tool == "AskUserQuestion" => (WaitsFor::Person, open.started),
            Some(open) => (WaitsFor::Tool, open.started),
            None => (WaitsFor::Model, worker.model_since),
        })
    }
}

impl Worker {
    /// It works: it said something, or was told to.
    pub(super) fn works(&mut self, at: Option<i64>) -> &mut Self {
        if self.agent.state != AgentState::Working || self.resting {
            self.agent.state = AgentState::Working;
            self.agent.word = None;
            self.resting = false;
            self.model_since = at;
        }
        self.person = None;
        self
    }

    /// The model is asked, from now on.
    pub(super) fn asks_model(&mut self, at: Option<i64>) {
        self.works(at).model_since = at;
    }

    /// A person is asked, for the use of a tool or by a request of that id.
    pub(super) fn asks_person(&mut self, id: &str, at: Option<i64>) {
        self.works(at).person = Some((cut(id), at));
    }

    /// The question of that id is answered.
    pub(super) fn answered(&mut self, id: &str) {
        if self.person.as_ref().is_some_and(|(asked, _)| asked == id) {
            self.person = None;
        }
    }

    /// What a message cost, of which the stream speaks more than once.
    pub(super) fn message_used(&mut self, message: &str, usage: Usage) {
        if self.message != message {
            let message_usage = std::mem::take(&mut self.message_usage);
            add(&mut self.before, message_usage);
            self.message = cut(message);
        }
        // The numbers of one message grow.
        self.message_usage = larger(self.message_usage, usage);
    }

    /// What the same message cost by now.
    pub(super) fn message_still_used(&mut self, usage: Usage) {
        self.message_usage = larger(self.message_usage, usage);
    }

    /// One more step's cost.
    pub(super) fn step_used(&mut self, usage: Usage) {
        add(&mut self.before, usage);
    }

    /// What was used in all, as the source itself sums up.
    pub(super) fn used_in_all(&mut self, usage: Usage) {
        self.before = larger(self.usage(), usage);
        self.message_usage = Usage::default();
    }

    fn usage(&self) -> Usage {
        let mut usage = self.before;
        add(&mut usage, self.message_usage);
        usage
    }
}

fn add(to: &mut Usage, more: Usage) {
    to.input_tokens = to.input_tokens.saturating_add(more.input_tokens);
    to.output_tokens = to.output_tokens.saturating_add(more.output_tokens);
    if let Some(dollars) = more.dollars {
        *to.dollars.get_or_insert(0.0) += dollars;
    }
}

fn larger(one: Usage, other: Usage) -> Usage {
    Usage {
        input_tokens: one.input_tokens.max(other.input_tokens),
        output_tokens: one.output_tokens.max(other.output_tokens),
        dollars: match (one.dollars, other.dollars) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        },
    }
}
