//! Keys: a name for each task that is unique in its plan.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use data_encoding::{Encoding, Specification};
use tallymark_text::Span;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::Task;

/// What is known of how the keys came about, so that few have to be looked at again after an edit.
#[derive(Clone, Debug, Default)]
pub(crate) enum Known {
    /// All tasks have ids, each greater than the one before it: the ids are the keys.
    #[default]
    Ascending,
    /// Hashes, by task.
    Listed {
        /// Of the ids; 0 without one.
        ids: Vec<u64>,
        /// Of the keys as wished for, before equal ones are told apart.
        wishes: Vec<u64>,
    },
}

/// Gives a [`Task::derived_key`] to each task whose id is missing or not unique. Where ids `restart` below each heading, one that is
/// unique is so by chance, and names its heading all the same.
pub(crate) fn assign(text: &str, tasks: &mut [Task], restart: bool, known: Option<&mut Known>) {
    if !restart && ids_ascend(text, tasks) {
        return;
    }
    let mut wishes = Vec::with_capacity(if known.is_some() { tasks.len() } else { 0 });
    let mut named: HashMap<&str, u32> = HashMap::with_capacity(tasks.len());
    for task in tasks.iter() {
        if let Some(id) = task.id {
            *named.entry(&text[id.range()]).or_default() += 1;
        }
    }
    // How often a wished-for key was given out already. An id that is unique is its own key, and nobody else's.
    let mut given: HashMap<Arc<str>, u32> = HashMap::new();
    for index in 0..tasks.len() {
        let unique = tasks[index].id.is_none_or(|id| named[&text[id.range()]] == 1);
        let wished = wish(text, tasks, index, unique, restart);
        if known.is_some() {
            wishes.push(match (&wished, tasks[index].id) {
                (Some(wished), _) => hash(wished),
                (None, id) => id.map_or(0, |id| hash(&text[id.range()])),
            });
        }
        let Some(wished) = wished else { continue };
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
        give(text, &mut tasks[index], key);
    }
    if let Some(known) = known {
        let ids = tasks.iter().map(|task| hash_of_id(text, task)).collect();
        *known = Known::Listed { ids, wishes };
    }
}

fn give(text: &str, task: &mut Task, key: Arc<str>) {
    let written = task.id.map(|id| &text[id.range()]);
    task.derived_key = (written != Some(&*key)).then_some(key);
}

/// The key that a task would have if nobody else had it; `None`: its id, which is `unique`.
fn wish(text: &str, tasks: &[Task], index: usize, unique: bool, restart: bool) -> Option<Arc<str>> {
    let task = &tasks[index];
    let parent_key = || task.parent.map(|parent| key_of(text, &tasks[parent.get()]));
    match task.id.map(|id| &text[id.range()]) {
        Some(_) if unique && !(restart && task.parent.is_some()) => None,
        Some(id) => Some(match parent_key() {
            Some(above) => format!("{above}/{id}").into(),
            None => id.into(),
        }),
        None => Some(hashed(parent_key().unwrap_or(""), &text[task.title.range()])),
    }
}

fn key_of<'a>(text: &'a str, task: &'a Task) -> &'a str {
    match (&task.derived_key, task.id) {
        (Some(key), _) => key,
        (None, Some(id)) => &text[id.range()],
        (None, None) => "",
    }
}

fn hash_of_id(text: &str, task: &Task) -> u64 {
    task.id.map_or(0, |id| hash(&text[id.range()]))
}

/// A quick hash. Where two words have the same, only time is lost.
fn hash(words: &str) -> u64 {
    let pieces = words
        .as_bytes()
        .chunks(8)
        .map(|piece| piece.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)));
    let mixed = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    mixed(pieces.fold(words.len() as u64, mixed), 1)
}

/// The keys of a plan after an edit.
pub(crate) struct Update<'a> {
    /// The text and the tasks before.
    pub old_text: &'a str,
    pub old: &'a [Task],
    pub text: &'a str,
    pub restart: bool,
    /// The tasks that were read again, before and now. What stands behind them is the same.
    pub read_again: (Range<usize>, Range<usize>),
}

impl Update<'_> {
    /// Gives the tasks their keys; those outside of what was read again have their old ones already. Gives whether keys
    /// outside of it changed, and what is known now.
    pub fn update(&self, tasks: &mut [Task], known: &Known) -> (Known, bool) {
        let again = &self.read_again.1;
        let updated = match known {
            Known::Ascending => {
                let around = again.start.saturating_sub(1)..tasks.len().min(again.end + 1);
                (!self.restart && ids_ascend(self.text, &tasks[around])).then_some(Known::Ascending)
            }
            Known::Listed { ids, wishes } => self.update_some(tasks, ids, wishes),
        };
        if let Some(known) = updated {
            return (known, false);
        }
        for task in tasks.iter_mut() {
            task.derived_key = None;
        }
        let mut known = Known::default();
        assign(self.text, tasks, self.restart, Some(&mut known));
        (known, true)
    }

    /// Gives keys to the tasks whose ids or titles changed, if none of these meets any other task's: then the others' stay.
    fn update_some(&self, tasks: &mut [Task], ids: &[u64], wishes: &[u64]) -> Option<Known> {
        /// With more it is quicker to look at all.
        const MOST: usize = 32;
        let (was, is) = &self.read_again;
        let less = is.len() as i64 - was.len() as i64;
        let alike =
            |tasks: &[Task], before: usize, now: usize, shift: i64| self.alike(tasks, before, now, shift);
        let shorter = was.len().min(is.len());
        let front = (0..shorter).take_while(|at| alike(tasks, was.start + at, is.start + at, 0)).count();
        let back =
            (1..=shorter - front).take_while(|at| alike(tasks, was.end - at, is.end - at, less)).count();
        let mut before = was.start + front..was.end - back;
        let mut now = is.start + front..is.end - back;
        // A key is made with the parent's.
        let is_below = |task: Option<&Task>, first: usize| {
            task.and_then(|task| task.parent).is_some_and(|parent| parent.get() >= first)
        };
        while is_below(tasks.get(now.end), now.start) || is_below(self.old.get(before.end), before.start) {
            before.end += 1;
            now.end += 1;
        }
        for at in (is.start..now.start).chain(now.end..is.end) {
            let same = if at < now.start { at } else { (at as i64 - less) as usize };
            tasks[at].derived_key = self.old[same].derived_key.clone();
        }
        if before.len() + now.len() > MOST {
            return None;
        }
        let others = |hashes: &[u64], wanted: u64| {
            let count = |part: &[u64]| part.iter().filter(|&&hash| hash == wanted).count();
            count(&hashes[..before.start]) + count(&hashes[before.end..])
        };
        let ids_now: Vec<u64> = tasks[now.clone()].iter().map(|task| hash_of_id(self.text, task)).collect();
        // An id that one other task has would change that task's key.
        let lonely = ids[before.clone()].iter().chain(&ids_now).any(|&id| id != 0 && others(ids, id) == 1);
        // What ends like the keys that tell equal wishes apart might be one of them.
        let numbered = |text: &str, task: &Task| {
            task.id.is_some_and(|id| {
                let id = &text[id.range()];
                let rest = id.trim_end_matches(|digit: char| digit.is_ascii_digit());
                rest.len() < id.len() && rest.ends_with('-')
            })
        };
        if lonely
            || wishes[before.clone()].iter().any(|&wish| others(wishes, wish) > 0)
            || self.old[before.clone()].iter().any(|task| numbered(self.old_text, task))
            || tasks[now.clone()].iter().any(|task| numbered(self.text, task))
        {
            return None;
        }
        let mut wishes_now = Vec::with_capacity(now.len());
        for index in now.clone() {
            let id = ids_now[index - now.start];
            let among = ids_now.iter().filter(|&&other| other == id).count();
            let unique = id == 0 || others(ids, id) + among == 1;
            tasks[index].derived_key = None;
            let wished = wish(self.text, tasks, index, unique, self.restart);
            let wish = wished.as_ref().map_or(id, |wished| hash(wished));
            if others(wishes, wish) > 0 || wishes_now.contains(&wish) {
                return None;
            }
            wishes_now.push(wish);
            if let Some(wished) = wished {
                give(self.text, &mut tasks[index], wished);
            }
        }
        let spliced =
            |hashes: &[u64], now: &[u64]| [&hashes[..before.start], now, &hashes[before.end..]].concat();
        Some(Known::Listed { ids: spliced(ids, &ids_now), wishes: spliced(wishes, &wishes_now) })
    }

    /// Whether two tasks, before and now, have all in common that a key is made of. Indices behind the place are `shift` more.
    fn alike(&self, tasks: &[Task], before: usize, now: usize, shift: i64) -> bool {
        let (old, new) = (&self.old[before], &tasks[now]);
        let parent = |task: &Task, shift: i64| {
            task.parent.map(|parent| {
                let inside = parent.get() >= self.read_again.0.start && shift != 0;
                i64::from(parent.0) + if inside { shift } else { 0 }
            })
        };
        fn words(text: &str, span: Option<Span>) -> Option<&str> {
            span.map(|span| &text[span.range()])
        }
        parent(old, shift) == parent(new, 0)
            && words(self.old_text, old.id) == words(self.text, new.id)
            && (old.id.is_some() || self.old_text[old.title.range()] == self.text[new.title.range()])
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
fn hashed(parent: &str, title: &str) -> Arc<str> {
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
