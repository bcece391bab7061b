//! Keys: a name for each task that is unique in its plan.

use std::collections::HashMap;

use data_encoding::{Encoding, Specification};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::{Task, TaskIndex};

/// Gives a [`Task::derived_key`] to each task whose id is missing or not unique. Where ids `restart` below each heading, one that is
/// unique is so by chance, and names its heading all the same.
pub(crate) fn assign(text: &str, tasks: &mut [Task], restart: bool) {
    if !restart && ids_ascend(text, tasks) {
        return;
    }
    let mut named: HashMap<&str, u32> = HashMap::with_capacity(tasks.len());
    let mut below: HashMap<(Option<TaskIndex>, &str), u32> = HashMap::new();
    for task in tasks.iter() {
        if let Some(id) = task.id {
            *named.entry(&text[id.range()]).or_default() += 1;
        }
    }
    // How often a wished-for key was given out already. An id that is unique is its own key, and nobody else's.
    let mut given: HashMap<Box<str>, u32> = HashMap::new();
    for index in 0..tasks.len() {
        let task = &tasks[index];
        let parent = task.parent;
        let parent_key = |tasks: &[Task]| parent.map(|parent| key_of(text, &tasks[parent.get()]));
        let wished: Box<str> = match task.id.map(|id| &text[id.range()]) {
            Some(id) if named[id] == 1 && !(restart && parent.is_some()) => continue,
            Some(id) => {
                let among = below.entry((parent, id)).or_default();
                *among += 1;
                match parent_key(tasks) {
                    Some(above) => format!("{above}/{id}").into(),
                    None => id.into(),
                }
            }
            None => hashed(parent_key(tasks).as_deref().unwrap_or(""), &text[task.title.range()]),
        };
        let times = given.entry(wished.clone()).or_default();
        *times += 1;
        let mut number = *times;
        let mut key = if number == 1 { wished.clone() } else { format!("{wished}-{number}").into() };
        // `1.1-2` may be taken by a wish of that very form.
        while number > 1 && (given.contains_key(&key) || named.contains_key(&*key)) {
            number += 1;
            key = format!("{wished}-{number}").into();
        }
        if number > 1 {
            given.insert(wished.clone(), number);
            given.insert(key.clone(), 1);
        }
        let written = tasks[index].id.map(|id| &text[id.range()]);
        if written != Some(&*key) {
            tasks[index].derived_key = Some(key);
        }
    }
}

fn key_of(text: &str, task: &Task) -> Box<str> {
    match (&task.derived_key, task.id) {
        (Some(key), _) => key.clone(),
        (None, Some(id)) => text[id.range()].into(),
        (None, None) => "".into(),
    }
}

/// Whether all tasks have ids and each is greater than the one before it, so that all are unique: true of nearly every plan
/// with ids, and cheaper to see than a table of them.
fn ids_ascend(text: &str, tasks: &[Task]) -> bool {
    let mut before: &str = "";
    tasks.iter().all(|task| {
        let Some(id) = task.id else { return false };
        let id = &text[id.range()];
        let greater = before.is_empty() || natural_less(before, id);
        before = id;
        greater
    })
}

/// Whether `a` comes before `b`, both dotted numbers without anything else (`1.2` before `1.10`).
fn natural_less(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (first_number(a), first_number(b)) {
            (Some((left, after)), Some((right, behind))) if left == right => (a, b) = (after, behind),
            (Some((left, _)), Some((right, _))) => return left < right,
            (None, Some(_)) => return a.is_empty(),
            (_, None) => return false,
        }
    }
}

/// The number that dotted numbers begin with, and what stands behind its dot.
fn first_number(id: &[u8]) -> Option<(u32, &[u8])> {
    let digits = id.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&digits) || !matches!(id.get(digits), None | Some(b'.')) {
        return None;
    }
    let number = id[..digits].iter().fold(0, |number, byte| number * 10 + u32::from(byte - b'0'));
    Some((number, id.get(digits + 1..).unwrap_or_default()))
}

/// `~` and 8 characters of a hash over the parent's key and the title.
fn hashed(parent: &str, title: &str) -> Box<str> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(parent.as_bytes());
    hasher.update(b"\0");
    let words = words_of(title);
    if is_nfc_quick(words.chars()) == IsNormalized::Yes {
        hasher.update(words.as_bytes());
    } else {
        hasher.update(words.nfc().collect::<String>().as_bytes());
    }
    let hash = hasher.finalize();
    let mut key = String::from("~");
    base32().encode_append(&hash.as_bytes()[..5], &mut key);
    key.into()
}

/// RFC 4648 base32 in lower case, without padding.
fn base32() -> &'static Encoding {
    static ENCODING: std::sync::LazyLock<Encoding> = std::sync::LazyLock::new(|| {
        let mut specification = Specification::new();
        specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
        specification.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
    });
    &ENCODING
}

/// A title without the signs of markup and with single blanks, so that making a word bold does not make another task of it.
fn words_of(title: &str) -> String {
    let mut words = String::with_capacity(title.len());
    let mut blank = false;
    for character in title.chars() {
        match character {
            '*' | '`' | '~' => {}
            _ if character.is_whitespace() => blank = !words.is_empty(),
            _ => {
                if blank {
                    words.push(' ');
                    blank = false;
                }
                words.push(character);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::natural_less;

    #[test]
    fn dotted_numbers_ascend_number_by_number() {
        for (less, more) in [("1.2", "1.10"), ("1", "1.1"), ("1.9", "2"), ("1.1", "1.1.1")] {
            assert!(natural_less(less, more), "{less} {more}");
            assert!(!natural_less(more, less), "{more} {less}");
        }
        // Not sure is not less: then the ids are compared as they are.
        for (one, other) in [("1.2", "1.2"), ("1.2a", "1.3"), ("T001", "T002"), ("1.01", "1.1")] {
            assert!(!natural_less(one, other), "{one} {other}");
        }
    }
}
