//! The files that tasks name.

use tallymark_plan::{Plan, TaskIndex};
use tallymark_text::Span;

/// The files that the tasks' titles name, as paths with `/`, in document order: what has a folder and an ending
/// (`src/main.rs`), and a name with an ending alone where it is all that stands between the backticks (`` `main.rs` ``): in
/// `` `cat in.txt` `` it is an example, in `` `list.get()` `` no file. No URLs, globs, or paths from the disk's root or above the
/// folder.
pub fn files_named(plan: &Plan) -> impl Iterator<Item = (TaskIndex, &str)> {
    plan.tasks().flat_map(move |(task, fields)| {
        files_named_in(plan, fields.title).map(move |file| (task, plan.slice(file)))
    })
}

/// The files that one title or line names, as the bytes of their paths.
pub fn files_named_in(plan: &Plan, title: Span) -> impl Iterator<Item = Span> {
    let words = plan.slice(title);
    // Between backticks is code: every other piece.
    let mut at = title.start as usize;
    words.split('`').enumerate().flat_map(move |(piece, text)| {
        let start = at;
        at += text.len() + 1;
        let code = (piece % 2 == 1).then(|| text.trim());
        let mut from = start;
        text.split([' ', '\t', ',', ';', '(', ')', '\n', '\r']).filter_map(move |word| {
            let word_start = from;
            from += word.len() + 1;
            let front = word.len() - word.trim_start_matches(['*', '_', '"', '\'', '[', '“']).len();
            let path = word[front..].trim_end_matches(['*', '_', '"', '\'', ']', '”', '.', ':', '!', '?']);
            // `src/main.rs:12` is a line of it.
            let path = path.split_once(':').map_or(path, |(path, line)| {
                if line.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') { path } else { "" }
            });
            is_file(path, code == Some(word))
                .then(|| Span::new(word_start + front, word_start + front + path.len()))
        })
    })
}

/// Whether a word is a file's path. One without a folder has to be `alone` in its code.
fn is_file(path: &str, alone: bool) -> bool {
    let (folder, name) = path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name));
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let known = |sign: char| sign.is_alphanumeric() || matches!(sign, '/' | '.' | '_' | '-' | '+' | '@');
    (alone || folder.is_some())
        && folder.is_none_or(|folder| !folder.is_empty())
        && !stem.is_empty()
        && (1..=8).contains(&ending.len())
        && ending.starts_with(|first: char| first.is_ascii_lowercase())
        // `process.exitCode` is no file.
        && ending.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && path.chars().all(known)
        && !path.contains("..")
        && !path.starts_with('/')
}
