//! What tasks are called, and how people change it. The words are few, so that tasks of one plan resemble one another as
//! those of real plans do.

use crate::chance::Chance;

const VERBS: [&str; 16] = [
    "Create",
    "Add",
    "Implement",
    "Write",
    "Update",
    "Remove",
    "Refactor",
    "Document",
    "Extract",
    "Move",
    "Wire",
    "Validate",
    "Measure",
    "Configure",
    "Migrate",
    "Review",
];

/// Verbs that a person may put for each of [`VERBS`], in the same order.
const OTHER_VERBS: [&str; 16] = [
    "Build",
    "Introduce",
    "Build",
    "Author",
    "Adjust",
    "Drop",
    "Rework",
    "Describe",
    "Pull out",
    "Relocate",
    "Connect",
    "Check",
    "Benchmark",
    "Set up",
    "Port",
    "Audit",
];

const THINGS: [&str; 24] = [
    "login form",
    "session store",
    "settings page",
    "search index",
    "retry queue",
    "export job",
    "status reader",
    "lock file",
    "error page",
    "audit log",
    "billing webhook",
    "user model",
    "rate limiter",
    "file watcher",
    "release script",
    "cache layer",
    "plan parser",
    "command line",
    "feature flags",
    "image upload",
    "database schema",
    "health endpoint",
    "email templates",
    "test fixtures",
];

const KINDS: [&str; 8] = [
    "unit tests",
    "integration tests",
    "documentation",
    "error handling",
    "logging",
    "types",
    "an example",
    "a migration",
];

const TAILS: [&str; 12] = [
    "with tests",
    "behind a flag",
    "for all users",
    "as agreed in the review",
    "without breaking old clients",
    "in the background",
    "on startup",
    "and report progress",
    "before the release",
    "for large files",
    "under load",
    "on Windows",
];

const FOLDERS: [&str; 6] = ["src", "src/api", "lib", "tests", "scripts", "app/models"];

/// What several places of a plan say in the same words.
const REPEATED: [&str; 5] =
    ["Write tests", "Update documentation", "Run the linter and fix warnings", "Code review", "Commit"];

const PHASES: [&str; 12] = [
    "Setup",
    "Foundation",
    "Data model",
    "Core features",
    "User interface",
    "Integration",
    "Hardening",
    "Performance",
    "Documentation",
    "Release",
    "Clean-up",
    "Follow-up",
];

/// A task's title.
pub fn title(chance: &mut Chance) -> String {
    if chance.percent(8) {
        return chance.one_of(&REPEATED).to_owned();
    }
    let (verb, thing) = (chance.one_of(&VERBS), chance.one_of(&THINGS));
    match chance.below(7) {
        0 | 1 => format!("{verb} the {thing}"),
        2 => format!("Write {} for the {thing}", chance.one_of(&KINDS)),
        3 => format!("{verb} the {thing} {}", chance.one_of(&TAILS)),
        4 => format!("{verb} `{}` {}", path(chance, thing), chance.one_of(&TAILS)),
        5 => format!("Add {} to the {thing} {}", chance.one_of(&KINDS), chance.one_of(&TAILS)),
        _ => format!("{verb} the {thing} in {}", path(chance, thing)),
    }
}

fn path(chance: &mut Chance, thing: &str) -> String {
    format!("{}/{}.rs", chance.one_of(&FOLDERS), thing.replace(' ', "_"))
}

/// A criterion's words.
pub fn criterion(chance: &mut Chance) -> String {
    let thing = chance.one_of(&THINGS);
    match chance.below(4) {
        0 => format!("The {thing} works {}", chance.one_of(&TAILS)),
        1 => "All tests pass".to_owned(),
        2 => format!("No warnings in the {thing}"),
        _ => format!("{} for the {thing} exist", chance.one_of(&KINDS)),
    }
}

/// A phase's title; `number` keeps titles of one plan apart.
pub fn phase(chance: &mut Chance, number: usize) -> String {
    let name = PHASES[(number + chance.below(3)) % PHASES.len()];
    if chance.percent(30) { format!("{name} of the {}", chance.one_of(&THINGS)) } else { name.to_owned() }
}

/// The same said a little otherwise: a slip mended, a word more or less, other markup.
pub fn reword_slightly(chance: &mut Chance, title: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    match chance.below(7) {
        0 => with_other_verb(title),
        1 => format!("{title} {}", chance.one_of(&TAILS)),
        2 if words.len() > 2 => {
            words.iter().filter(|word| **word != "the").copied().collect::<Vec<_>>().join(" ")
        }
        3 => format!("**{title}**"),
        4 => {
            // Two letters of the longest word change places.
            let longest = words.iter().copied().max_by_key(|word| word.len()).unwrap_or_default();
            let mut letters: Vec<char> = longest.chars().collect();
            if letters.len() > 3 {
                let at = chance.between(1, letters.len() - 3);
                letters.swap(at, at + 1);
            }
            title.replacen(longest, &letters.into_iter().collect::<String>(), 1)
        }
        5 => format!("{} (optional)", title.replace('`', "")),
        _ => format!("{}.", title.to_lowercase()),
    }
}

fn with_other_verb(title: &str) -> String {
    let (verb, rest) = title.split_once(' ').unwrap_or((title, ""));
    match VERBS.iter().position(|known| *known == verb) {
        Some(at) if !rest.is_empty() => format!("{} {rest}", OTHER_VERBS[at]),
        _ => format!("{title} everywhere"),
    }
}

/// The same meant and said anew: another verb, another end, words put in front; what it is about stays.
pub fn reword_strongly(chance: &mut Chance, title: &str) -> String {
    let about =
        THINGS.iter().find(|thing| title.contains(**thing) || title.contains(&thing.replace(' ', "_")));
    let kind = KINDS.iter().find(|kind| title.contains(**kind));
    let tail = chance.one_of(&TAILS);
    let verb = chance.one_of(&OTHER_VERBS);
    match (about, kind) {
        (Some(thing), Some(kind)) => match chance.below(2) {
            0 => format!("{verb} {kind}: {thing}, {tail}"),
            _ => format!("{thing} needs {kind} {tail}"),
        },
        (Some(thing), None) => match chance.below(3) {
            0 => format!("{verb} a new {thing} {tail}"),
            1 => format!("{thing}: {} it {tail}", verb.to_lowercase()),
            _ => format!("Decide how the {thing} should behave, then {} it", verb.to_lowercase()),
        },
        (None, _) => format!("{verb} what is left: {} {tail}", title.to_lowercase()),
    }
}

/// Two tasks made of one; the first is what the one mostly was.
pub fn split(chance: &mut Chance, title: &str) -> (String, String) {
    let other = match chance.below(3) {
        0 => format!("Write {} for it", chance.one_of(&KINDS)),
        1 => format!("{title}: clean up afterwards"),
        _ => format!("{} (part 2)", title),
    };
    let first = if other.ends_with("(part 2)") { format!("{title} (part 1)") } else { title.to_owned() };
    (first, other)
}
