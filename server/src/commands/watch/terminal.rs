//! The terminal: taken when the view begins, given back whatever happens.

use std::io;
use std::sync::mpsc::Sender;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event;

use super::News;

/// The terminal that is drawn to.
pub type Terminal = DefaultTerminal;

/// Takes the terminal, runs `work`, and gives it back, after a panic too.
///
/// # Errors
/// It cannot be taken, or `work` fails.
pub fn run<T>(work: impl FnOnce(&mut Terminal) -> io::Result<T>) -> io::Result<T> {
    let mut terminal = ratatui::try_init()?;
    let result = work(&mut terminal);
    ratatui::try_restore()?;
    result
}

/// Forwards keys and changes of size, in a thread of its own.
///
/// # Errors
/// The thread cannot be started.
pub fn hear(news: Sender<News>) -> io::Result<()> {
    let work = move || {
        loop {
            let told = match event::read() {
                Ok(input) => News::Input(input),
                Err(error) => {
                    _ = news.send(News::Ended(format!("keys cannot be read: {error}")));
                    return;
                }
            };
            if news.send(told).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("keys".to_owned()).spawn(work).map(drop)
}
