//! Texts for people: ages, shortened and cleaned strings, names of tasks.

use std::borrow::Cow;

use tallymark_plan::{Plan, TaskIndex};
use tallymark_sync::{Joined, Progress, State};

/// A text on one line: every run of blanks and control characters is one blank; cut to `most` characters with `…`.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    if is_one_line(text, most) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len().min(most * 2));
    let mut count = 0;
    let mut gap = false;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() || is_invisible(character) {
            gap = !line.is_empty();
            continue;
        }
        let width = 1 + usize::from(gap);
        if count + width > most {
            // The last character makes room, so that the whole is never longer than asked.
            if count == most {
                line.pop();
            }
            let kept = line.trim_end().len();
            line.truncate(kept);
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            gap = false;
        }
        line.push(character);
        count += width;
    }
    line
}

/// Whether a text needs no change to be one line: most do not.
fn is_one_line(text: &str, most: usize) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    bytes.len() <= most
        && !ends
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Characters that turn the direction of writing round: a status file could make a label read as another text.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

/// A title without its emphasis, code and strike-through signs.
pub(crate) fn plain_title(title: &str) -> Cow<'_, str> {
    let marked = |character: char| matches!(character, '*' | '`' | '~' | '_');
    if !title.bytes().any(|byte| matches!(byte, b'*' | b'`' | b'~' | b'_')) {
        return Cow::Borrowed(title);
    }
    // An underscore or asterisk inside a word or between blanks is text: `in_progress`, `a * b`.
    let mut plain = String::with_capacity(title.len());
    let mut before = ' ';
    let mut rest = title.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        if !marked(character) {
            plain.push(character);
            before = character;
            continue;
        }
        let mut end = at + 1;
        while rest.next_if(|&(_, next)| next == character).is_some() {
            end += 1;
        }
        let after = title[end..].chars().next().unwrap_or(' ');
        let inside_word = before.is_alphanumeric() && after.is_alphanumeric();
        let alone = before.is_whitespace() && after.is_whitespace();
        let text = match character {
            '_' => inside_word || alone,
            '~' => end - at < 2,
            '*' => alone,
            _ => false,
        };
        if text {
            plain.push_str(&title[at..end]);
        }
        before = character;
    }
    Cow::Owned(plain)
}

/// What to call a task inside a sentence or a menu: its id, else its title in quotes, shortened.
pub(crate) fn quoted_name(plan: &Plan, task: TaskIndex) -> String {
    match plan.id(task) {
        Some(id) => one_line(id, 24),
        None => format!("“{}”", one_line(&plain_title(plan.title(task)), 32)),
    }
}

/// How many characters of a name in an outline are shown.
const NAME: usize = 120;

/// A title as an outline shows it; never empty.
pub(crate) fn outline_name(title: &str) -> String {
    let name = one_line(title, NAME);
    if name.is_empty() { "(no title)".to_owned() } else { name }
}

/// What an outline calls a task: its id and its title.
pub(crate) fn task_name(plan: &Plan, task: TaskIndex) -> String {
    let title = plain_title(plan.title(task));
    match plan.id(task) {
        Some(id) => outline_name(&[id, " ", &title].concat()),
        None => outline_name(&title),
    }
}

/// What an outline says of a task beside its name: its state and the progress below it, `in progress, 1/2 · 50%`. Nothing
/// of one that is simply open.
pub(crate) fn detail(joined: &Joined, task: TaskIndex) -> String {
    let (state, below) = (joined.state(task), joined.below[task.get()]);
    match (state, below.total) {
        (State::Pending, 0) => String::new(),
        (State::Pending, _) => below.to_string(),
        (_, 0) => state.label().to_owned(),
        _ => format!("{}, {below}", state.label()),
    }
}

/// `1 task`, `3 tasks`.
pub(crate) fn tasks(count: usize) -> String {
    if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
}

/// A progress told in words: `3 of 7 completed, 1 in progress, 1 failed; 2 skipped, not counted`.
pub(crate) fn progress_in_words(progress: Progress) -> String {
    if progress.total == 0 {
        return "no tasks".to_owned();
    }
    format!("{} of {} completed{}", progress.completed, progress.counted(), rest_in_words(progress))
}

/// A progress as it is shown everywhere, with the rest in words: `3/7 · 43%, 1 in progress, 1 failed`.
pub(crate) fn progress_and_rest(progress: Progress) -> String {
    format!("{progress}{}", rest_in_words(progress))
}

/// What of a progress is not completed: `, 1 in progress, 1 failed; 2 skipped, not counted`.
fn rest_in_words(progress: Progress) -> String {
    let mut words = String::new();
    for (count, label) in [(progress.in_progress, "in progress"), (progress.failed, "failed")] {
        if count > 0 {
            words.push_str(&format!(", {count} {label}"));
        }
    }
    if progress.skipped > 0 {
        words.push_str(&format!("; {} skipped, not counted", progress.skipped));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_no_longer_than_asked() {
        assert_eq!(one_line("  two\r\n\tlines\u{0}here ", 40), "two lines here");
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(one_line("abcde fg", 6), "abcde…");
        assert_eq!(one_line("日本語の長い題名", 4), "日本語…");
        assert_eq!(one_line("a\u{202e}b", 10), "a b");
        for most in 1..12 {
            assert!(one_line("a bc  def ghij", most).chars().count() <= most, "{most}");
        }
    }

    #[test]
    fn titles_lose_their_markup_and_nothing_else() {
        let cases = [
            ("Plain", "Plain"),
            ("**Bold** and `code`", "Bold and code"),
            ("~~gone~~ in_progress", "gone in_progress"),
            ("_all_ of __it__", "all of it"),
            ("2 * 3 ~ 6", "2 * 3 ~ 6"),
            ("snake_case_name `a_b`", "snake_case_name a_b"),
        ];
        for (title, expected) in cases {
            assert_eq!(plain_title(title), expected);
        }
    }
}
