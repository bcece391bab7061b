//! Marks the chosen task: the same command that a person would type, so that it does and says the same.

use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;

use super::News;
use super::view::{Verb, View};

/// Runs the command in a thread of its own: it may have to wait for a lock.
pub fn mark(view: &mut View, verb: Verb, answer: Option<String>, news: Sender<News>) {
    let (Some(plan), Some(task)) = (view.plan(), view.chosen_task()) else { return };
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command.args([verb.command(), "--color", "never", "--plan", &plan.path]);
    if let (Some((_, option)), Some(answer)) = (verb.asks(), &answer) {
        command.args([option, answer]);
    }
    command.args(["--", &task.key]).stdin(Stdio::null());
    let doing = format!("{} {} …", verb.command(), task.key);
    view.say(doing, true);
    let work = move || {
        let told = match command.output() {
            Ok(output) => {
                let said = if output.status.success() { &output.stdout } else { &output.stderr };
                (first_line(said), output.status.success())
            }
            Err(error) => (format!("it could not be done: {error}"), false),
        };
        // The view may have ended meanwhile; what was begun is done all the same.
        _ = news.send(News::Marked(told.0, told.1));
    };
    if let Err(error) = std::thread::Builder::new().name("mark".to_owned()).spawn(work) {
        view.say(format!("it could not be done: {error}"), false);
    }
}

fn first_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing was said").trim().to_owned()
}
