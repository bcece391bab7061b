//! What a key means.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::view::{Mode, Shown, Verb, View};

/// What a key asks of the command; the rest it does to the view itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    /// Nothing more.
    Nothing,
    /// To end.
    Quit,
    /// To mark the chosen task, with an error or a reason where the verb takes one.
    Mark(Verb, Option<String>),
}

/// Takes a key.
pub fn take(view: &mut View, key: KeyEvent) -> Wish {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'd') => Wish::Quit,
            // What Enter is to a terminal that was typed at before the view began.
            KeyCode::Char('j') => take(view, KeyCode::Enter.into()),
            _ => Wish::Nothing,
        };
    }
    match std::mem::take(&mut view.mode) {
        Mode::Table => in_table(view, key.code),
        Mode::Details => {
            view.mode = match key.code {
                KeyCode::Char('q') => return Wish::Quit,
                KeyCode::Esc | KeyCode::Enter => Mode::Table,
                KeyCode::Up | KeyCode::Char('k') => step(view, -1, Mode::Details),
                KeyCode::Down | KeyCode::Char('j') => step(view, 1, Mode::Details),
                _ => Mode::Details,
            };
            Wish::Nothing
        }
        Mode::Help => match key.code {
            KeyCode::Char('q') => Wish::Quit,
            _ => Wish::Nothing,
        },
        Mode::Filter => {
            match key.code {
                KeyCode::Esc => view.filter.clear(),
                KeyCode::Enter => {}
                code => {
                    edit(&mut view.filter, code);
                    view.mode = Mode::Filter;
                }
            }
            view.keep_chosen();
            Wish::Nothing
        }
        Mode::Ask(verb, mut answer) => match key.code {
            KeyCode::Esc => Wish::Nothing,
            KeyCode::Enter => {
                let said = answer.trim();
                Wish::Mark(verb, (!said.is_empty()).then(|| said.to_owned()))
            }
            code => {
                edit(&mut answer, code);
                view.mode = Mode::Ask(verb, answer);
                Wish::Nothing
            }
        },
    }
}

fn in_table(view: &mut View, code: KeyCode) -> Wish {
    view.message = None;
    match code {
        KeyCode::Char('q') => return Wish::Quit,
        KeyCode::Esc if view.filter.is_empty() => return Wish::Quit,
        KeyCode::Esc => view.filter.clear(),
        KeyCode::Up | KeyCode::Char('k') => view.step(-1),
        KeyCode::Down | KeyCode::Char('j') => view.step(1),
        KeyCode::PageUp => view.step(-10),
        KeyCode::PageDown => view.step(10),
        KeyCode::Home | KeyCode::Char('g') => view.step(isize::MIN),
        KeyCode::End | KeyCode::Char('G') => view.step(isize::MAX),
        KeyCode::Enter if view.chosen_task().is_some() => view.mode = Mode::Details,
        KeyCode::Tab | KeyCode::Right => view.next_plan(1),
        KeyCode::BackTab | KeyCode::Left => view.next_plan(-1),
        KeyCode::Char('/') => view.mode = Mode::Filter,
        KeyCode::Char('v') => view.shown = view.shown.next(),
        KeyCode::Char('1') => view.shown = Shown::Now,
        KeyCode::Char('2') => view.shown = Shown::Open,
        KeyCode::Char('3') => view.shown = Shown::Failed,
        KeyCode::Char('4') => view.shown = Shown::All,
        KeyCode::Char('?' | 'h') => view.mode = Mode::Help,
        KeyCode::Char(letter) => return mark(view, letter),
        _ => {}
    }
    view.keep_chosen();
    Wish::Nothing
}

/// A key that marks the chosen task.
fn mark(view: &mut View, letter: char) -> Wish {
    let Some(verb) = Verb::of_key(letter) else { return Wish::Nothing };
    if view.read_only {
        view.say("marking is off: these lines come from elsewhere", false);
    } else if view.chosen_task().is_none() {
        view.say("choose a task first, with ↑ and ↓", false);
    } else if verb.asks().is_some() {
        view.mode = Mode::Ask(verb, String::new());
    } else {
        return Wish::Mark(verb, None);
    }
    Wish::Nothing
}

fn step(view: &mut View, by: isize, mode: Mode) -> Mode {
    view.step(by);
    mode
}

fn edit(text: &mut String, code: KeyCode) {
    match code {
        KeyCode::Char(letter) => text.push(letter),
        KeyCode::Backspace => _ = text.pop(),
        _ => {}
    }
}
