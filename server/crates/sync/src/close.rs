//! Whether two texts, in their plain form, speak of the same thing though their words differ.

use hashbrown::HashMap;
use similar::TextDiff;
use tallymark_status::EntryIndex;

/// From this share of common words on, two texts under one id are one text that was edited.
const SAME_ID: f32 = 0.5;

/// From this share of common characters on, likewise; it serves short texts and scripts without blanks.
const SAME_CHARACTERS: f32 = 0.75;

/// Longer texts are compared by words only.
const LONGEST_BY_CHARACTERS: usize = 240;

/// From this share of common words on, weighed by how rare they are, two texts under different ids are one.
const WITHOUT_ID: f32 = 0.7;

/// A word that more of the things in question have leads to none of them.
const COMMON: usize = 32;

/// So many things are looked at closely for an entry.
const CANDIDATES: usize = 4;

/// Whether two texts under the same id are the same text, edited. Both in their plain form.
pub(crate) fn is_edited(one: &str, other: &str) -> bool {
    if one == other || contains(one, other) || contains(other, one) {
        return true;
    }
    let (first, second) = (sorted_words(one), sorted_words(other));
    let shared = common(&first, &second).count();
    if 2.0 * shared as f32 >= SAME_ID * (first.len() + second.len()) as f32 {
        return true;
    }
    one.len().max(other.len()) <= LONGEST_BY_CHARACTERS
        && TextDiff::from_chars(one, other).ratio() >= SAME_CHARACTERS
}

/// Whether `whole` is `part` with something before or after it, `part` being long enough to mean something.
fn contains(whole: &str, part: &str) -> bool {
    let telling = part.len() >= 12 && part.contains(' ');
    telling && (whole.starts_with(part) || whole.ends_with(part))
}

/// The words of a plain text, without the punctuation around them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
        .map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

fn sorted_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = words(text).collect();
    words.sort_unstable();
    words
}

/// The words that two sorted lists share, each as often as both have it.
fn common<'a>(one: &[&'a str], other: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let (mut first, mut second) = (0, 0);
    std::iter::from_fn(move || {
        while first < one.len() && second < other.len() {
            match one[first].cmp(other[second]) {
                std::cmp::Ordering::Less => first += 1,
                std::cmp::Ordering::Greater => second += 1,
                std::cmp::Ordering::Equal => {
                    (first, second) = (first + 1, second + 1);
                    return Some(one[first - 1]);
                }
            }
        }
        None
    })
}

/// Whether a word names one thing: a file, a number, a version, an identifier.
fn is_name(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'/' | b'_'))
}

/// Where more entries than that are left, the file is another plan's, and texts that are close are so by chance.
const MOST_LEFT: usize = 2_000;

/// Pairs of things of the plan and entries whose texts are close, best first; each can stand in several.
/// `all` are the plain titles of all tasks of the plan: a word that many of them have tells little.
pub(crate) fn close_pairs<'t, T: Copy>(
    all: impl Iterator<Item = &'t str>,
    things: &[(T, &'t str)],
    entries: &[(EntryIndex, &'t str)],
) -> Vec<(T, EntryIndex)> {
    if entries.len() > MOST_LEFT {
        return Vec::new();
    }
    let mut frequency: HashMap<&str, u32> = HashMap::new();
    let mut count = 0.0_f32;
    for text in all {
        count += 1.0;
        for word in words(text) {
            *frequency.entry(word).or_default() += 1;
        }
    }
    let weight = |word: &str| (1.0 + count / frequency.get(word).map_or(1.0, |&times| times as f32)).ln();

    let thing_words: Vec<Vec<&str>> = things.iter().map(|(_, text)| sorted_words(text)).collect();
    let mut things_of_words: HashMap<&str, Vec<u32>> = HashMap::new();
    for (at, words) in thing_words.iter().enumerate() {
        for word in words {
            let things = things_of_words.entry(word).or_default();
            if things.len() <= COMMON && things.last() != Some(&(at as u32)) {
                things.push(at as u32);
            }
        }
    }

    let mut pairs = Vec::new();
    for &(entry, text) in entries {
        let entry_words = sorted_words(text);
        let mut votes: HashMap<u32, f32> = HashMap::new();
        for word in &entry_words {
            let things = things_of_words.get(word).filter(|things| things.len() <= COMMON);
            for &thing in things.into_iter().flatten() {
                *votes.entry(thing).or_default() += weight(word);
            }
        }
        let mut best: Vec<(f32, u32)> = votes.into_iter().map(|(thing, vote)| (vote, thing)).collect();
        best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        for &(_, thing) in best.iter().take(CANDIDATES) {
            let words = &thing_words[thing as usize];
            let share = share(words, &entry_words, &weight);
            if share >= WITHOUT_ID && !name_different_things(words, &entry_words) {
                pairs.push((share, thing, entry));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2))));
    pairs.into_iter().map(|(_, thing, entry)| (things[thing as usize].0, entry)).collect()
}

/// The share of words in common, each weighed.
fn share(one: &[&str], other: &[&str], weight: &impl Fn(&str) -> f32) -> f32 {
    let shared: f32 = common(one, other).map(weight).sum();
    let all: f32 = one.iter().chain(other).map(|word| weight(word)).sum();
    if all > 0.0 { 2.0 * shared / all } else { 0.0 }
}

/// Whether both name something, and never the same: `Create a.rs`, `Create b.rs`.
fn name_different_things(one: &[&str], other: &[&str]) -> bool {
    let names = |words: &[&str]| words.iter().any(|word| is_name(word));
    names(one) && names(other) && !common(one, other).any(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_text_is_told_from_another() {
        assert!(is_edited(
            "implement task navigation in tui panels",
            "implement task navigation in tui panels in scripts/lib/tui.py"
        ));
        assert!(is_edited("lock the registry", "lock registry"));
        assert!(is_edited("fix typo", "fix typos"));
        assert!(is_edited("作業を開始する", "作業を開始します"));
        assert!(!is_edited("add a search mode", "remove deprecated code"));
        assert!(!is_edited("", "remove deprecated code"));
    }

    fn pairs(tasks: &[&str], entries: &[&str]) -> Vec<(u32, u32)> {
        let tasks: Vec<_> = tasks.iter().enumerate().map(|(at, &text)| (at as u32, text)).collect();
        let entries: Vec<_> =
            entries.iter().enumerate().map(|(at, &text)| (EntryIndex(at as u32), text)).collect();
        close_pairs(tasks.iter().map(|task| task.1), &tasks, &entries)
            .into_iter()
            .map(|(task, entry)| (task, entry.0))
            .collect()
    }

    #[test]
    fn the_closest_comes_first() {
        assert_eq!(
            pairs(
                &["write a guide for operators", "measure the startup time of the daemon"],
                &["measure startup time of the daemon", "drop the old schema"]
            ),
            [(1, 0)]
        );
    }

    #[test]
    fn texts_that_differ_in_what_they_name_are_not_close() {
        assert_eq!(pairs(&["create the module a.rs with tests"], &["create the module b.rs with tests"]), []);
        let boilerplate =
            ["write unit tests for parser", "write unit tests for lexer", "write unit tests for cache"];
        assert_eq!(pairs(&boilerplate, &["write unit tests for printer"]), []);
    }
}
