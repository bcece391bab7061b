//! Marking tasks: what `start`, `complete`, `fail`, `skip`, `retry` and `reopen` have in common.

pub mod boxes;
mod resolve;
mod told;
mod warnings;

use std::collections::HashSet;
use std::sync::Arc;

use clap::Args;
use tallymark_plan::TaskIndex;
use tallymark_status::{Applied, Context, HistoryLine, Request, Revision, Store, StoreError, Word};
use tallymark_sync::{Joined, Mark, Marking, Refusal, RefusalKind, State, join};
use tallymark_text::Edit;
use tallymark_workspace::{Loaded, Settings};

use crate::current::{Choice, Current, refuse_lost};
use crate::exit::{Exit, Failure};
use crate::output::{complain, harmless, warn};
use crate::session::Session;

pub use resolve::{Names, tasks as resolve};
#[cfg(test)]
pub use told::Told;
pub use told::{refused as refused_json, refused_batch};

/// So often a change is worked out anew when somebody else was faster.
pub const ATTEMPTS: usize = 5;

/// What all marking commands take.
#[derive(Args)]
pub struct Marker {
    /// Ids of tasks, or their keys where an id is not unique
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// Only if the tasks have this status now; else nothing is changed, and the exit code is 3
    #[arg(long, value_name = "STATUS")]
    expect_status: Option<String>,
    /// Notes to keep with the tasks
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
    /// Also where there is no way from the tasks' status to the new one; the history tells that it was forced
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    writer: Writer,
}

/// What all commands take that write.
#[derive(Args, Clone)]
pub struct Writer {
    /// Who does it, for the history
    #[arg(long, value_name = "NAME", env = "TALLYMARK_ACTOR", hide_env_values = true)]
    actor: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write one JSON object, also about what went wrong
    #[arg(long)]
    pub json: bool,
}

/// What a command wants of tasks.
pub struct Wish {
    /// The state that they shall get.
    pub to: Word,
    /// Why: an error, or the reason for skipping.
    pub reason: Option<String>,
    /// Completed and skipped tasks may become pending again.
    pub reopen: bool,
    /// Only tasks that failed.
    pub only_failed: bool,
}

impl Wish {
    /// For a state, without more.
    pub fn to(to: Word) -> Self {
        Self { to, reason: None, reopen: false, only_failed: false }
    }
}

/// What was done.
pub struct Done {
    /// Plan and status.json before.
    pub current: Current,
    /// What was to be done.
    pub marking: Marking,
    /// Plan and status.json afterwards.
    pub after: Joined,
    /// What went wrong behind it: the plan's box could not be set.
    pub half: Option<Failure>,
}

impl Marker {
    /// Marks the tasks, and tells what came of it.
    pub fn run(self, session: &mut Session, wish: &Wish) -> Result<Exit, Failure> {
        let result = self.mark(session, wish);
        if self.writer.json {
            let (text, exit) = told::json(session, &result, self.writer.dry_run);
            session.output.text(&text);
            return Ok(exit);
        }
        let done = result?;
        let text = told::text(session, &done, self.writer.dry_run);
        session.output.text(&text);
        for warning in warnings::of(&done) {
            warn(&warning);
        }
        done.half.map_or(Ok(Exit::Done), Err)
    }

    fn mark(&self, session: &Session, wish: &Wish) -> Result<Done, Failure> {
        let mark = Mark {
            to: wish.to,
            reason: wish.reason.clone(),
            notes: self.notes.clone(),
            reopen: wish.reopen,
            expected_status: self.expect_status.clone(),
            force: self.force,
        };
        mark_tasks(session, &self.choice, &self.writer, &mark, |joined| {
            let tasks = resolve::tasks(joined, &self.ids)?;
            if wish.only_failed {
                for &task in &tasks {
                    only_failed(joined, task, joined.state(task))?;
                }
            }
            Ok(tasks)
        })
    }
}

/// Marks the tasks that `choose` chooses. It is asked anew each time somebody else was faster: what that means for us, a new
/// look tells. It may be what we wanted, or against what the caller expects.
pub fn mark_tasks(
    session: &Session,
    choice: &Choice,
    writer: &Writer,
    mark: &Mark,
    choose: impl Fn(&Joined) -> Result<Vec<TaskIndex>, Failure>,
) -> Result<Done, Failure> {
    let mut attempts = 1;
    loop {
        let current = choice.load(session)?;
        refuse_lost(session, &current.loaded)?;
        let analysis = &current.loaded.analysis;
        let tasks = choose(&analysis.joined)?;
        let marking = analysis.marking(&tasks, mark).map_err(|refusal| refused(&current.loaded, &refusal))?;
        match writer.write(session, current, marking, mark) {
            Err(failure) if failure.exit == Exit::Conflict && attempts < ATTEMPTS => attempts += 1,
            result => return result,
        }
    }
}

/// What is asked of the store beside a marking's requests.
pub struct Asked {
    /// Whether it is asked at all: without requests it only looks whether the file is as it is expected.
    pub store: bool,
    /// Allows transitions that the table does not.
    pub force: bool,
    /// The revision that the whole file must have.
    pub expected_revision: Option<Revision>,
}

impl Writer {
    /// Writes status.json, then the plan.
    fn write(
        &self,
        session: &Session,
        current: Current,
        marking: Marking,
        mark: &Mark,
    ) -> Result<Done, Failure> {
        let again = |loaded: &Loaded| boxes_again(&current, loaded, &marking, mark);
        let asked = Asked { store: !marking.requests.is_empty(), force: mark.force, expected_revision: None };
        let (after, half) = self.carry_out(session, &current, &marking, &asked, &again)?;
        Ok(Done { after, current, marking, half })
    }

    /// Has the store do a marking's requests, then sets its boxes in the plan; gives what is so afterwards, and why the boxes
    /// could not be set although status.json is written. `again` makes the edits for a plan that is another by then.
    pub fn carry_out(
        &self,
        session: &Session,
        current: &Current,
        marking: &Marking,
        asked: &Asked,
        again: &dyn Fn(&Loaded) -> Result<Vec<Edit>, Failure>,
    ) -> Result<(Joined, Option<Failure>), Failure> {
        let analysis = &current.loaded.analysis;
        let mut status = analysis.joined.status_file.clone();
        if asked.store {
            let store = Store::open(&current.loaded.located.path).map_err(store_failure)?;
            let applied = self.with_context(session, &current.workspace.settings, |context| {
                let &Asked { force, expected_revision, .. } = asked;
                let seen = analysis.joined.status_file.as_deref();
                let context = &Context { force, marks: &marking.marks, expected_revision, seen, ..*context };
                if self.dry_run || marking.requests.is_empty() {
                    store.dry_run(&marking.requests, context)
                } else {
                    store.apply(&marking.requests, context)
                }
            })?;
            status = Some(Arc::new(applied.status));
        }
        let mut plan = Arc::clone(&analysis.joined.plan);
        let mut half = None;
        if !marking.edits.is_empty() {
            match boxes::set(current, &marking.edits, again, self.dry_run) {
                Ok(edited) => plan = edited,
                Err(failure) if marking.requests.is_empty() => return Err(failure),
                Err(mut failure) => {
                    failure.message = format!("status.json is written, the plan is not: {}", failure.message);
                    half = Some(failure);
                }
            }
        }
        Ok((join(plan, status), half))
    }

    /// The same, but it writes nothing.
    pub fn only_looking(&self) -> Self {
        Self { dry_run: true, ..self.clone() }
    }

    /// Has the store of the plan's status.json do what is asked, or, with `--dry-run`, only look whether it would.
    pub fn apply(
        &self,
        session: &Session,
        current: &Current,
        requests: &[Request],
    ) -> Result<Applied, Failure> {
        let store = Store::open(&current.loaded.located.path).map_err(store_failure)?;
        self.with_context(session, &current.workspace.settings, |context| {
            if self.dry_run { store.dry_run(requests, context) } else { store.apply(requests, context) }
        })
    }

    /// Asks something of a store, in the name of who does it, with the patience that the settings say.
    pub fn with_context<T>(
        &self,
        session: &Session,
        settings: &Settings,
        ask: impl FnOnce(&Context<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Failure> {
        let actor = self.actor.clone().unwrap_or_else(user);
        let say = |words: &str| complain(&format!("{}\n", harmless(words)));
        let usual = Context::new(session.now, &actor);
        let context = Context {
            on_notice: &say,
            lock_wait: settings.lock_wait().unwrap_or(usual.lock_wait),
            foreign_stale: settings.foreign_stale().unwrap_or(usual.foreign_stale),
            ..usual
        };
        ask(&context).map_err(store_failure)
    }
}

/// The person or program that runs us, as the system calls it.
fn user() -> String {
    let variable = |names: [&str; 2]| names.iter().find_map(|name| std::env::var(name).ok());
    variable(["USER", "USERNAME"]).filter(|name| !name.is_empty()).unwrap_or_else(|| "tallymark".to_owned())
}

/// Why a task of a plan cannot be marked, as a failure of the command. A conflict's loser hears who was faster.
pub fn refused(loaded: &Loaded, refusal: &Refusal) -> Failure {
    let exit = match refusal.kind {
        RefusalKind::Illegal | RefusalKind::IdTaken => Exit::Found,
        RefusalKind::NeedsStatus | RefusalKind::Unreadable | RefusalKind::NotOurs => Exit::CouldNot,
        RefusalKind::Unexpected => Exit::Conflict,
    };
    let failure = Failure::new(exit, refusal.to_string());
    match refusal.kind {
        RefusalKind::Unexpected => match last_change(loaded, refusal.task) {
            Some(line) => {
                failure.help(format!("the last recorded change of it: by {}, {}", line.actor, line.time))
            }
            None => failure.help("the history tells nothing of who changed it"),
        },
        RefusalKind::Illegal => failure.help("`--force` does it nevertheless, and the history tells so"),
        _ => failure,
    }
}

/// The last change of a task that the history knows.
fn last_change(loaded: &Loaded, task: TaskIndex) -> Option<HistoryLine> {
    let joined = &loaded.analysis.joined;
    let (status, entry) = joined.status().zip(joined.entry(task))?;
    Store::open(&loaded.located.path).ok()?.last_change(status.id(entry))
}

/// The edits of boxes for a plan that is another by now; the tasks are known by their keys.
fn boxes_again(
    current: &Current,
    loaded: &Loaded,
    marking: &Marking,
    mark: &Mark,
) -> Result<Vec<Edit>, Failure> {
    let before = &current.loaded.analysis;
    let keys: HashSet<&str> = marking.changed.iter().map(|&task| before.joined.plan.key(task)).collect();
    let plan = &loaded.analysis.joined.plan;
    let tasks: Vec<TaskIndex> =
        plan.tasks().map(|(task, _)| task).filter(|&task| keys.contains(plan.key(task))).collect();
    if before.joined.status().is_some() {
        // status.json is written already, so a new look at it would find nothing to do: the boxes alone are set.
        return Ok(tasks.iter().filter_map(|&task| loaded.analysis.box_edit(task, mark.to)).collect());
    }
    let marking = loaded.analysis.marking(&tasks, mark).map_err(|refusal| refused(loaded, &refusal))?;
    Ok(marking.edits)
}

/// Why the store did not do what it was asked, as a failure of the command.
pub fn store_failure(error: StoreError) -> Failure {
    let exit = match error.exit_code() {
        1 => Exit::Found,
        3 => Exit::Conflict,
        4 => Exit::Locked,
        _ => Exit::CouldNot,
    };
    Failure::new(exit, error.to_string())
}

/// Refuses to try a task again that did not fail.
pub fn only_failed(joined: &Joined, task: TaskIndex, state: State) -> Result<(), Failure> {
    if matches!(state, State::Failed | State::InProgress) {
        return Ok(());
    }
    let name = joined.plan.name(task);
    let message = format!("{name} is {}, and only what failed can be retried", state.label());
    let way = if state == State::Completed { "reopen" } else { "start" };
    Err(Failure::new(Exit::Found, message).help(format!("there is `tallymark {way} {name}`")))
}
