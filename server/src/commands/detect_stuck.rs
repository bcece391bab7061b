//! `tallymark detect-stuck`.

use std::cell::RefCell;

use clap::Args;
use serde::Serialize;
use tallymark_status::Word;
use tallymark_sync::{Facts, Joined, LiveTasks, Mark, Stuck, stuck};
use tallymark_workspace::signs_of_life;

use crate::current::{Choice, Current};
use crate::exit::{Exit, Failure};
use crate::live;
use crate::marking::{Writer, mark_tasks, store_failure};
use crate::output::{FAINT, Output, STRONG, harmless};
use crate::report::SCHEMA_VERSION;
use crate::session::Session;
use crate::times::{age, time_text};

/// Find tasks that are in progress without a sign of life
///
/// Signs of life are the task's startedAt, every change of it in the history, and the heartbeats and activities that monitoring
/// files tell of. With --mark-failed, what is found is marked
/// as failed, so that it can be tried again.
#[derive(Args)]
pub struct DetectStuck {
    /// After so many minutes a task is stuck; without it, `limits.stuck` of tallymark.toml says (30 minutes)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    minutes: Option<u32>,
    /// Mark what is found as failed
    #[arg(long)]
    mark_failed: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    writer: Writer,
}

/// What is stuck.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StuckTasks {
    schema_version: u32,
    /// Always true.
    ok: bool,
    plan: String,
    /// After so many minutes without a sign of life a task counts as stuck.
    minutes: i64,
    count: usize,
    tasks: Vec<StuckTask>,
    /// Whether they were marked as failed.
    marked_failed: bool,
    /// Nothing was written.
    dry_run: bool,
}

/// A task that is stuck.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StuckTask {
    key: String,
    id: Option<String>,
    title: String,
    /// The last sign of life, in UTC.
    last_sign: String,
    /// How many minutes ago that was.
    silent_minutes: i64,
}

impl DetectStuck {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let result = if self.mark_failed { self.mark(session) } else { self.look(session) };
        session.answer(self.writer.json, result, text)
    }

    fn look(&self, session: &Session) -> Result<StuckTasks, Failure> {
        let current = self.choice.load(session)?;
        current.status(session)?;
        let limit = self.limit(&current);
        let found = find(session, &current, &current.loaded.analysis.joined, limit)?;
        Ok(self.told(session, &current, limit, &found))
    }

    /// Finds and marks. What somebody changes in between is looked at anew, so that no task is failed that came to life.
    fn mark(&self, session: &Session) -> Result<StuckTasks, Failure> {
        let current = self.choice.load(session)?;
        current.status(session)?;
        let limit = self.limit(&current);
        let mark = Mark {
            to: Word::Failed,
            reason: Some(format!("stuck: no sign of life for more than {}", age(limit))),
            notes: None,
            reopen: false,
            expected_status: None,
            force: false,
        };
        let found = RefCell::new(Vec::new());
        let done = mark_tasks(session, &self.choice, &self.writer, &mark, |joined| {
            let stuck = find(session, &current, joined, limit)?;
            let tasks = stuck.iter().map(|stuck| stuck.task).collect();
            found.replace(stuck);
            Ok(tasks)
        })?;
        if let Some(half) = done.half {
            return Err(half);
        }
        Ok(self.told(session, &done.current, limit, &found.borrow()))
    }

    fn limit(&self, current: &Current) -> i64 {
        self.minutes.map_or(current.workspace.settings.limits().stuck, |minutes| i64::from(minutes) * 60_000)
    }

    fn told(&self, session: &Session, current: &Current, limit: i64, found: &[Stuck]) -> StuckTasks {
        let plan = &*current.loaded.analysis.joined.plan;
        let tasks = found.iter().map(|&Stuck { task, last_sign }| StuckTask {
            key: plan.key(task).to_owned(),
            id: plan.id(task).map(str::to_owned),
            title: plan.title(task).to_owned(),
            last_sign: time_text(last_sign),
            silent_minutes: (session.now - last_sign) / 60_000,
        });
        StuckTasks {
            schema_version: SCHEMA_VERSION,
            ok: true,
            plan: session.shown(&current.loaded.path),
            minutes: limit / 60_000,
            count: found.len(),
            tasks: tasks.collect(),
            marked_failed: self.mark_failed && !self.writer.dry_run && !found.is_empty(),
            dry_run: self.writer.dry_run,
        }
    }
}

/// Finds what is stuck. Signs of life are changes in the history, and what monitoring files say.
fn find(session: &Session, current: &Current, joined: &Joined, limit: i64) -> Result<Vec<Stuck>, Failure> {
    let signs = signs_of_life(&current.loaded.located.path).map_err(store_failure)?;
    let looked = live::look(session, &current.workspace);
    let facts = Facts { only_plan: looked.facts.only_plan, ..current.loaded.analysis.facts.clone() };
    let live = LiveTasks::new(joined, &facts, looked.facts.live);
    Ok(stuck(joined, limit, session.now, |task, entry| {
        let heard = live.of(task).and_then(|task| task.last_sign());
        signs.get(entry).copied().max(heard)
    }))
}

fn text(output: &Output, told: &StuckTasks) -> String {
    if told.tasks.is_empty() {
        return format!("nothing in progress is without a sign of life for {} m\n", told.minutes);
    }
    let mut text = String::new();
    for task in &told.tasks {
        let name = &task.key;
        let silent = format!("no sign of life for {}", age(task.silent_minutes * 60_000));
        let (name, silent) = (output.styled(STRONG, &harmless(name)), output.styled(FAINT, &silent));
        text.push_str(&format!("{name}  {}  {silent}", harmless(&task.title)));
        if told.marked_failed {
            text.push_str("  now failed");
        }
        text.push('\n');
    }
    text
}
