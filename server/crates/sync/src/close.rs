//! Whether two texts, in their plain form, speak of the same thing though their words differ.

use std::ops::Range;

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

/// The same at the place where the task is expected: near the tasks of both neighbours, of one, alone between both.
const NEAR_BOTH: f32 = 0.4;
const NEAR_ONE: f32 = 0.55;
const BETWEEN: f32 = 0.25;

/// What a word that says nothing of what a text is about weighs against others.
const FILLER: f32 = 0.2;

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
fn common<'a, W: Ord + Copy>(one: &'a [W], other: &'a [W]) -> impl Iterator<Item = W> + use<'a, W> {
    let (mut first, mut second) = (0, 0);
    std::iter::from_fn(move || {
        while first < one.len() && second < other.len() {
            match one[first].cmp(&other[second]) {
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

/// Whether a word says nothing of what a text is about, however few texts have it.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "all"
            | "an"
            | "and"
            | "as"
            | "at"
            | "by"
            | "for"
            | "from"
            | "in"
            | "is"
            | "it"
            | "of"
            | "on"
            | "or"
            | "the"
            | "to"
            | "with"
    )
}

/// Where more entries than that are left, the file is another plan's, and texts that are close are so by chance.
const MOST_LEFT: usize = 2_000;

/// Where an entry's own task is to be expected: near those of its neighbours in status.json. Things by their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The free tasks shortly behind the task of the entry before.
    pub(crate) behind: Range<u32>,
    /// The free tasks shortly before the task of the entry behind.
    pub(crate) before: Range<u32>,
    /// The task that alone lies between both.
    pub(crate) between: Option<u32>,
}

impl Place {
    /// From which share of common words on a thing is taken to be the entry's, and what its place adds to that share where
    /// several are.
    fn judge(&self, thing: u32) -> (f32, f32) {
        match (self.behind.contains(&thing), self.before.contains(&thing)) {
            _ if self.between == Some(thing) => (BETWEEN, 0.3),
            (true, true) => (NEAR_BOTH, 0.2),
            (true, false) | (false, true) => (NEAR_ONE, 0.1),
            (false, false) => (WITHOUT_ID, 0.0),
        }
    }
}

/// Words as numbers, and what each tells.
struct Vocabulary<'t> {
    numbers: HashMap<&'t str, u32>,
    /// The more, the fewer tasks have the word.
    weights: Vec<f32>,
    names: Vec<bool>,
    /// Of a word that no task has.
    unknown: f32,
}

impl<'t> Vocabulary<'t> {
    /// The words of all tasks of a plan.
    fn new(all: impl Iterator<Item = &'t str>) -> Self {
        let (mut numbers, mut names): (HashMap<&str, u32>, Vec<bool>) = (HashMap::new(), Vec::new());
        let mut times: Vec<f32> = Vec::new();
        let mut count = 0.0_f32;
        for text in all {
            count += 1.0;
            for word in words(text) {
                let number = *numbers.entry(word).or_insert_with(|| {
                    names.push(is_name(word));
                    times.push(0.0);
                    times.len() as u32 - 1
                });
                times[number as usize] += 1.0;
            }
        }
        let weigh = |(word, &number): (&&str, &u32)| {
            let weight = (1.0 + count / times[number as usize]).ln();
            (number, if is_filler(word) { weight * FILLER } else { weight })
        };
        let mut weights = vec![0.0; times.len()];
        for (number, weight) in numbers.iter().map(weigh) {
            weights[number as usize] = weight;
        }
        Self { numbers, weights, names, unknown: (1.0 + count).ln() }
    }

    /// The words of a text, sorted. A word that was not seen before becomes one that no task has.
    fn read(&mut self, text: &'t str) -> Text {
        let mut numbers: Vec<u32> = words(text)
            .map(|word| {
                *self.numbers.entry(word).or_insert_with(|| {
                    self.names.push(is_name(word));
                    self.weights.push(if is_filler(word) { self.unknown * FILLER } else { self.unknown });
                    self.weights.len() as u32 - 1
                })
            })
            .collect();
        numbers.sort_unstable();
        let weight = numbers.iter().map(|&word| self.weights[word as usize]).sum();
        Text { weight, has_names: numbers.iter().any(|&word| self.names[word as usize]), words: numbers }
    }

    /// The share of words in common, each weighed.
    fn share(&self, one: &Text, other: &Text) -> f32 {
        let shared: f32 = common(&one.words, &other.words).map(|word| self.weights[word as usize]).sum();
        let all = one.weight + other.weight;
        if all > 0.0 { 2.0 * shared / all } else { 0.0 }
    }

    /// Whether both name something, and never the same: `Create a.rs`, `Create b.rs`.
    fn name_different_things(&self, one: &Text, other: &Text) -> bool {
        one.has_names
            && other.has_names
            && !common(&one.words, &other.words).any(|word| self.names[word as usize])
    }
}

/// The words of a text by their numbers.
struct Text {
    /// Ascending.
    words: Vec<u32>,
    /// Of all of them.
    weight: f32,
    has_names: bool,
}

/// Pairs of things of the plan and entries whose texts are close, best first; each can stand in several.
/// `all` are the plain titles of all tasks of the plan: a word that many of them have tells little. `places` are those of
/// the entries.
pub(crate) fn close_pairs<'t, T: Copy>(
    all: impl Iterator<Item = &'t str>,
    things: &[(T, &'t str)],
    entries: &[(EntryIndex, &'t str)],
    places: &[Place],
) -> Vec<(T, EntryIndex)> {
    if entries.len() > MOST_LEFT {
        return Vec::new();
    }
    let mut vocabulary = Vocabulary::new(all);
    let texts: Vec<Text> = things.iter().map(|(_, text)| vocabulary.read(text)).collect();
    let mut things_of_words: Vec<Vec<u32>> = vec![Vec::new(); vocabulary.weights.len()];
    for (at, text) in texts.iter().enumerate() {
        for &word in &text.words {
            let things = &mut things_of_words[word as usize];
            if things.len() <= COMMON && things.last() != Some(&(at as u32)) {
                things.push(at as u32);
            }
        }
    }

    let mut pairs = Vec::new();
    let mut votes: HashMap<u32, f32> = HashMap::new();
    let mut chosen: Vec<u32> = Vec::new();
    for (&(entry, text), place) in entries.iter().zip(places) {
        let text = vocabulary.read(text);
        votes.clear();
        for &word in &text.words {
            let things = things_of_words.get(word as usize).filter(|things| things.len() <= COMMON);
            for &thing in things.into_iter().flatten() {
                *votes.entry(thing).or_default() += vocabulary.weights[word as usize];
            }
        }
        let mut best: Vec<(f32, u32)> = votes.iter().map(|(&thing, &vote)| (vote, thing)).collect();
        best.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        chosen.clear();
        chosen.extend(best.iter().take(CANDIDATES).map(|&(_, thing)| thing));
        chosen.extend(place.behind.clone().chain(place.before.clone()).chain(place.between));
        chosen.sort_unstable();
        chosen.dedup();
        for &thing in &chosen {
            let other = &texts[thing as usize];
            let share = vocabulary.share(other, &text);
            let (least, more) = place.judge(thing);
            let other_name = place.between != Some(thing) && vocabulary.name_different_things(other, &text);
            if share >= least && !other_name {
                pairs.push((share + more, thing, entry));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2))));
    pairs.into_iter().map(|(_, thing, entry)| (things[thing as usize].0, entry)).collect()
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
        let places = vec![Place::default(); entries.len()];
        close_pairs(tasks.iter().map(|task| task.1), &tasks, &entries, &places)
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
