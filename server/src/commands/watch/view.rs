//! What is looked at: which plan, which of its tasks, and what a person is typing.

use tallymark_events::{PlanState, TaskState};
use tallymark_live::Limits;

use super::picture::Picture;

/// What the terminal shows.
#[derive(Debug, Default)]
pub struct View {
    /// All that was told.
    pub picture: Picture,
    /// The plan that is shown, by path; empty before there is one.
    plan: String,
    /// Which tasks are shown.
    pub shown: Shown,
    /// Only tasks with this in their key or title, in any case.
    pub filter: String,
    /// The chosen task's key.
    chosen: Option<String>,
    /// What the keys mean just now.
    pub mode: Mode,
    /// What became of the last key, and whether that is good.
    pub message: Option<(String, bool)>,
    /// Nothing can be marked: the lines come from elsewhere.
    pub read_only: bool,
    /// How long agents may be silent.
    pub limits: Limits,
    /// The keys of the tasks of the plan that an agent works on.
    pub working: Vec<String>,
    /// A person chose the plan; it is not changed for another any more.
    kept: bool,
}

/// Which tasks are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Those that are in progress, by the status or by an agent.
    #[default]
    Now,
    /// Those that are not done.
    Open,
    /// Those that failed.
    Failed,
    /// All.
    All,
}

impl Shown {
    /// All of them, in the order of the keys.
    pub const ALL: [Shown; 4] = [Shown::Now, Shown::Open, Shown::Failed, Shown::All];

    /// The next one, around.
    pub fn next(self) -> Shown {
        Shown::ALL[(self as usize + 1) % Shown::ALL.len()]
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Shown::Now => "In progress",
            Shown::Open => "Open",
            Shown::Failed => "Failed",
            Shown::All => "All tasks",
        }
    }
}

/// What the keys mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They move, and mark.
    #[default]
    Table,
    /// They are typed into the filter.
    Filter,
    /// They answer a question.
    Ask(Verb, String),
    /// One task is shown in full.
    Details,
    /// The keys are explained.
    Help,
}

/// What can be done to a task; each is a command of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Begin it.
    Start,
    /// It is done.
    Complete,
    /// It failed.
    Fail,
    /// Leave it out.
    Skip,
    /// Try it again.
    Retry,
    /// Take it up again.
    Reopen,
}

impl Verb {
    /// The verb behind a key.
    pub fn of_key(letter: char) -> Option<Verb> {
        Some(match letter {
            's' => Verb::Start,
            'c' => Verb::Complete,
            'f' => Verb::Fail,
            'x' => Verb::Skip,
            'r' => Verb::Retry,
            'o' => Verb::Reopen,
            _ => return None,
        })
    }

    /// The command.
    pub fn command(self) -> &'static str {
        match self {
            Verb::Start => "start",
            Verb::Complete => "complete",
            Verb::Fail => "fail",
            Verb::Skip => "skip",
            Verb::Retry => "retry",
            Verb::Reopen => "reopen",
        }
    }

    /// What it asks, and the option that takes the answer.
    pub fn asks(self) -> Option<(&'static str, &'static str)> {
        match self {
            Verb::Fail => Some(("What went wrong?", "--error")),
            Verb::Skip => Some(("Why is it left out?", "--reason")),
            _ => None,
        }
    }
}

impl View {
    /// Shows nothing yet.
    pub fn new(read_only: bool, limits: Limits) -> View {
        View { read_only, limits, ..View::default() }
    }

    /// The plan that is shown.
    pub fn plan(&self) -> Option<&PlanState> {
        self.picture.plans.get(&self.plan)
    }

    /// Which of the plans that is, from one.
    pub fn plan_number(&self) -> usize {
        self.picture.plans.keys().position(|path| *path == self.plan).map_or(0, |at| at + 1)
    }

    /// Goes to another plan.
    pub fn next_plan(&mut self, by: isize) {
        let count = self.picture.plans.len() as isize;
        if count > 0 {
            let at = (self.plan_number() as isize - 1 + by).rem_euclid(count) as usize;
            self.plan = self.picture.plans.keys().nth(at).cloned().unwrap_or_default();
            self.kept = true;
        }
    }

    /// After something was told: a plan is shown if there is one, that in which something goes on before others.
    pub fn choose_plan(&mut self) {
        let lost = self.plan().is_none();
        if lost || !self.kept {
            let goes_on = |plan: &&PlanState| plan.progress.in_progress > 0;
            let unfinished =
                |plan: &&PlanState| plan.progress.completed + plan.progress.skipped < plan.progress.total;
            let plans = || self.picture.plans.values();
            let best = plans().find(goes_on).or_else(|| plans().find(unfinished)).or_else(|| plans().next());
            if let Some(plan) = best.filter(|best| lost || goes_on(best)) {
                self.plan = plan.path.clone();
            }
        }
        self.keep_chosen();
    }

    /// The tasks that are shown, in the plan's order.
    pub fn tasks(&self) -> Vec<&TaskState> {
        let Some(plan) = self.plan() else { return Vec::new() };
        let wanted = self.filter.to_lowercase();
        let matches = |task: &TaskState| {
            wanted.is_empty()
                || task.key.to_lowercase().contains(&wanted)
                || task.title.to_lowercase().contains(&wanted)
        };
        let shown = |task: &TaskState| match self.shown {
            Shown::Now => task.state == "in_progress" || self.working.contains(&task.key),
            Shown::Open => !matches!(task.state.as_str(), "completed" | "skipped" | "cancelled"),
            Shown::Failed => task.state == "failed",
            Shown::All => true,
        };
        plan.tasks.iter().filter(|task| shown(task) && matches(task)).collect()
    }

    /// The task that keys are about.
    pub fn chosen_task(&self) -> Option<&TaskState> {
        let chosen = self.chosen.as_deref()?;
        self.tasks().into_iter().find(|task| task.key == chosen)
    }

    /// Goes up or down.
    pub fn step(&mut self, by: isize) {
        let tasks = self.tasks();
        let at = tasks.iter().position(|task| Some(&task.key) == self.chosen.as_ref()).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(tasks.len().saturating_sub(1));
        self.chosen = tasks.get(to).map(|task| task.key.clone());
    }

    /// Chooses another task where the chosen one is no longer shown.
    pub fn keep_chosen(&mut self) {
        if self.chosen_task().is_none() {
            self.chosen = self.tasks().first().map(|task| task.key.clone());
        }
    }

    /// Says what became of a key.
    pub fn say(&mut self, message: impl Into<String>, good: bool) {
        self.message = Some((message.into(), good));
    }
}
