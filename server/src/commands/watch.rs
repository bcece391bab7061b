//! `tallymark watch`.

mod act;
mod draw;
mod keys;
mod lives;
mod once;
mod picture;
mod rows;
mod source;
mod terminal;
mod view;

#[cfg(test)]
pub use once::Told;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::crossterm::event::{Event as Input, KeyEventKind};
use tallymark_events::Event;

use self::keys::Wish;
use self::lives::Lives;
use self::view::View;
use crate::exit::{Exit, Failure};
use crate::session::{Session, now};

/// A spinner turns this often; nothing else is drawn unless it changed.
const TURN: Duration = Duration::from_millis(125);

/// Ages are drawn anew this often.
const AGE: Duration = Duration::from_secs(1);

/// Watch plans and agents in the terminal, as it goes on
///
/// Shows how far a plan is, what is in progress, which agents work and what they do. Keys mark tasks: `?` shows them.
#[derive(Args)]
#[command(
    after_help = "Another machine: `ssh host tallymark sidecar --root DIR | tallymark watch -`. Nothing can be marked then."
)]
pub struct Watch {
    /// The plans, instead of all of the workspace; `-` reads a sidecar's lines from standard input
    #[arg(value_name = "PLAN")]
    plans: Vec<PathBuf>,
    /// Show once what there is, and end
    #[arg(long)]
    once: bool,
    /// Write one JSON object; only with --once
    #[arg(long, requires = "once")]
    json: bool,
}

/// What the loop hears.
pub enum News {
    /// A line.
    Line(Box<Event>),
    /// Something that is no line.
    Noise(String),
    /// No more lines, and why.
    Ended(String),
    /// A key, or another size of the window.
    Input(Input),
    /// What became of a mark, and whether it is good.
    Marked(String, bool),
}

impl Watch {
    /// Runs the command.
    pub fn run(self, session: &mut Session) -> Result<Exit, Failure> {
        let from_elsewhere = self.plans.first().is_some_and(|plan| plan.as_os_str() == "-");
        if from_elsewhere && self.plans.len() > 1 {
            return Err(Failure::could_not("`-` stands alone: the lines say which plans there are"));
        }
        let (sender, news) = channel();
        let _sidecar = if from_elsewhere {
            source::read(io::stdin(), sender.clone()).map_err(not_started)?;
            None
        } else {
            let plans: Vec<PathBuf> = self.plans.iter().map(|plan| session.absolute(plan)).collect();
            if let Some(missing) = plans.iter().find(|plan| !plan.exists()) {
                return Err(Failure::could_not(format!("there is no {}", session.shown(missing))));
            }
            let root = session.root_of(plans.first().unwrap_or(&session.folder));
            let sidecar = source::Sidecar::start(&plans, &root, sender.clone());
            Some(sidecar.map_err(not_started)?)
        };
        // Of another machine the settings are not known.
        let root = session.root_of(self.plans.first().filter(|_| !from_elsewhere).unwrap_or(&session.folder));
        let limits =
            if from_elsewhere { Default::default() } else { session.workspace(root).settings.live_limits() };
        let view = View::new(from_elsewhere, limits);
        if self.once {
            return once::show(session, view, &news, self.json);
        }
        if !session.output.terminal {
            return Err(Failure::could_not("this is no terminal")
                .help("`tallymark watch --once` shows once what there is, with --json for programs"));
        }
        let colour = session.output.colour;
        terminal::run(|terminal| watch(terminal, view, &news, &sender, colour))
            .map_err(|error| Failure::could_not(format!("the terminal cannot be used: {error}")))
    }
}

fn not_started(error: io::Error) -> Failure {
    Failure::could_not(format!("the watcher could not be started: {error}"))
}

/// Draws, hears, and obeys keys, until one says to end.
fn watch(
    terminal: &mut terminal::Terminal,
    mut view: View,
    news: &Receiver<News>,
    sender: &Sender<News>,
    colour: bool,
) -> io::Result<Exit> {
    terminal::hear(sender.clone())?;
    let mut lives = Lives::default();
    let mut frame = 0;
    let mut dirty = true;
    let mut drawn = Instant::now();
    loop {
        if dirty {
            let time = view.picture.time(now());
            lives = Lives::of(&view, time);
            view.working = lives.tasks();
            view.keep_chosen();
            let moment = lives.moment(time, frame, colour);
            terminal.draw(|frame| draw::draw(frame, &view, &moment))?;
            drawn = Instant::now();
        }
        let pause = if lives.turns() { TURN } else { AGE };
        dirty = match news.recv_timeout(pause.saturating_sub(drawn.elapsed())) {
            Ok(first) => {
                // All that has come is taken before it is drawn: a thousand lines cost one picture.
                for told in std::iter::once(first).chain(news.try_iter()) {
                    match take(&mut view, told) {
                        Wish::Quit => return Ok(Exit::Done),
                        Wish::Mark(verb, answer) => act::mark(&mut view, verb, answer, sender.clone()),
                        Wish::Nothing => {}
                    }
                }
                true
            }
            Err(RecvTimeoutError::Timeout) => {
                frame = frame.wrapping_add(1);
                true
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Done),
        };
    }
}

fn take(view: &mut View, told: News) -> Wish {
    match told {
        News::Line(event) => {
            view.picture.take(*event, now());
            view.choose_plan();
        }
        News::Noise(what) => view.picture.note(what),
        News::Ended(why) => {
            view.picture.ended.get_or_insert(why);
        }
        News::Marked(what, good) => view.say(what, good),
        News::Input(Input::Key(key)) if key.kind != KeyEventKind::Release => return keys::take(view, key),
        News::Input(_) => {}
    }
    Wish::Nothing
}
