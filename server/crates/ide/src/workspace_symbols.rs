//! Finding phases and tasks of many plans by a few letters.
//!
//! [`Matcher`] judges one name and allocates nothing; [`Best`] keeps the best of any number. Whoever has an index of all plans
//! feeds it names; [`workspace_symbols`] feeds it analyses.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tallymark_plan::{PhaseIndex, TaskIndex};
use tallymark_sync::Analysis;
use tallymark_text::Span;

use crate::SymbolKind;
use crate::words::{detail, outline_name, plain_title, task_name};

/// How many symbols are given at the most: nobody reads more, and a client filters what it got as one types on.
pub const MOST_WORKSPACE_SYMBOLS: usize = 256;

/// A query, ready to be held against names. Each of its words has to be in the name: as a whole, or its letters in their
/// order, in whatever case.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// The words, in lower case.
    words: Vec<Vec<char>>,
}

/// How well a name matches; more is better.
pub type Score = u32;

/// What a word is worth that is all of the id, at the front of a word of the name, inside a word, or scattered letters.
const WHOLE: Score = 1000;
const FRONT: Score = 500;
const INSIDE: Score = 300;
const SCATTERED: Score = 100;

impl Matcher {
    /// Reads a query.
    pub fn new(query: &str) -> Self {
        let word = |word: &str| word.chars().flat_map(char::to_lowercase).collect();
        Self { words: query.split_whitespace().map(word).collect() }
    }

    /// How well a task or phase matches; `None` if it does not. The query may hold letters of both its id and its title.
    pub fn score(&self, id: &str, title: &str) -> Option<Score> {
        let mut sum = 1;
        for word in &self.words {
            sum += match (score(word, id), score(word, title)) {
                // An id is short: what stands in it is more likely meant.
                (Some(in_id), in_title) => (in_id + 50).max(in_title.unwrap_or(0)),
                (None, in_title) => in_title?,
            };
        }
        Some(sum)
    }
}

/// How well a word in lower case matches a text.
fn score(word: &[char], text: &str) -> Option<Score> {
    let first = *word.first()?;
    if text.is_ascii() && first.is_ascii() {
        return score_bytes(word, text.as_bytes());
    }
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    scored(word, text.len(), |at| text[at])
}

/// The same for text of ASCII, which most is: without a copy of it.
fn score_bytes(word: &[char], text: &[u8]) -> Option<Score> {
    scored(word, text.len(), |at| char::from(text[at].to_ascii_lowercase()))
}

fn scored(word: &[char], length: usize, text: impl Fn(usize) -> char) -> Option<Score> {
    // All letters in their order, or nothing further needs to be looked at.
    let mut next = 0;
    let mut gaps = 0;
    let mut last = None;
    for at in 0..length {
        if text(at) == word[next] {
            gaps += last.map_or(0, |last: usize| (at - last - 1).min(10) as Score);
            last = Some(at);
            next += 1;
            if next == word.len() {
                break;
            }
        }
    }
    if next < word.len() {
        return None;
    }
    let mut best = None;
    for start in 0..=length.saturating_sub(word.len()) {
        if (0..word.len()).all(|at| text(start + at) == word[at]) {
            if start == 0 && word.len() == length {
                return Some(WHOLE);
            }
            if start == 0 || !text(start - 1).is_alphanumeric() {
                // Earlier in the name is better.
                return Some(FRONT - (start as Score).min(100));
            }
            best = best.or(Some(INSIDE - (start as Score).min(100)));
        }
    }
    best.or(Some(SCATTERED - gaps.min(90)))
}

/// The best of any number of things, by score; of equals those that came first.
#[derive(Debug)]
pub struct Best<T> {
    most: usize,
    count: u32,
    /// The worst of them on top.
    heap: BinaryHeap<Reverse<Ranked<T>>>,
}

/// A thing with its place in the order; the thing itself is never compared.
#[derive(Debug)]
struct Ranked<T> {
    rank: (Score, Reverse<u32>),
    thing: T,
}

impl<T> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl<T> Eq for Ranked<T> {}

impl<T> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl<T> Best<T> {
    /// Keeps at most so many.
    pub fn new(most: usize) -> Self {
        Self { most, count: 0, heap: BinaryHeap::with_capacity(most + 1) }
    }

    /// Takes one, if it is among the best so far.
    pub fn offer(&mut self, score: Score, thing: T) {
        self.count += 1;
        if self.heap.len() == self.most {
            match self.heap.peek() {
                Some(Reverse(worst)) if worst.rank.0 < score => drop(self.heap.pop()),
                _ => return,
            }
        }
        self.heap.push(Reverse(Ranked { rank: (score, Reverse(self.count)), thing }));
    }

    /// The best, the very best first.
    pub fn into_sorted(self) -> impl Iterator<Item = T> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked.thing)
    }
}

/// A phase or task of some plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkspaceSymbol<P> {
    /// Which plan it is of, as it was given.
    pub plan: P,
    /// What it is called.
    pub name: String,
    /// State and progress, as in the outline.
    pub detail: String,
    /// The plan's title, and a task's phase: `Billing › Phase 1: Ledger`.
    pub container: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its line in the plan.
    pub line: Span,
}

/// The phases and tasks of some plans that match a query, the best first. An empty query matches all.
pub fn workspace_symbols<'a, P: Copy>(
    plans: impl Iterator<Item = (P, &'a Analysis)>,
    query: &str,
    most: usize,
) -> Vec<WorkspaceSymbol<P>> {
    #[derive(Clone, Copy)]
    enum Which {
        Phase(PhaseIndex),
        Task(TaskIndex),
    }
    let matcher = Matcher::new(query);
    let mut best = Best::new(most);
    for (name, analysis) in plans.filter(|(_, analysis)| analysis.joined.plan.is_plan()) {
        let plan = &*analysis.joined.plan;
        for (at, phase) in plan.phases.iter().enumerate() {
            if let Some(score) = matcher.score("", plan.slice(phase.title)) {
                best.offer(score, (name, analysis, Which::Phase(PhaseIndex(at as u32))));
            }
        }
        for (task, _) in plan.tasks() {
            if let Some(score) = matcher.score(plan.id(task).unwrap_or(""), plan.title(task)) {
                best.offer(score, (name, analysis, Which::Task(task)));
            }
        }
    }
    best.into_sorted()
        .map(|(name, analysis, which)| match which {
            Which::Phase(phase) => phase_symbol(name, analysis, phase),
            Which::Task(task) => task_symbol(name, analysis, task),
        })
        .collect()
}

fn phase_symbol<P>(plan_name: P, analysis: &Analysis, phase: PhaseIndex) -> WorkspaceSymbol<P> {
    let plan = &*analysis.joined.plan;
    let own = &plan.phases[phase.get()];
    let progress = analysis.joined.phases[phase.get()];
    WorkspaceSymbol {
        plan: plan_name,
        name: outline_name(&plain_title(plan.slice(own.title))),
        detail: if progress.total > 0 { progress.to_string() } else { String::new() },
        container: plan_title(analysis),
        kind: SymbolKind::Phase,
        line: own.heading,
    }
}

fn task_symbol<P>(plan_name: P, analysis: &Analysis, task: TaskIndex) -> WorkspaceSymbol<P> {
    let plan = &*analysis.joined.plan;
    let mut container = plan_title(analysis);
    if let Some(phase) = plan.phase_title(task) {
        container.push_str(" › ");
        container.push_str(&outline_name(&plain_title(phase)));
    }
    WorkspaceSymbol {
        plan: plan_name,
        name: task_name(plan, task),
        detail: detail(&analysis.joined, task),
        container,
        kind: SymbolKind::Task(analysis.joined.state(task)),
        line: plan.task(task).line,
    }
}

/// The plan's title, or its path.
fn plan_title(analysis: &Analysis) -> String {
    match analysis.joined.plan.title {
        Some(title) => outline_name(&plain_title(analysis.joined.plan.slice(title))),
        None => analysis.facts.plan_path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{BILLING, Fixture};

    fn found(query: &str, most: usize) -> Vec<String> {
        let (billing, other) =
            (Fixture::new(BILLING), Fixture::new("# Garden\n\n- [ ] Größe messen\n- [ ] Print the plan\n"));
        let plans = [("billing", &billing.analysis), ("garden", &other.analysis)];
        let found = workspace_symbols(plans.into_iter(), query, most);
        found
            .iter()
            .map(|symbol| {
                let WorkspaceSymbol { plan, name, detail, container, .. } = symbol;
                format!("{plan}: {name} ({detail}) in {container}")
            })
            .collect()
    }

    #[test]
    fn the_best_come_first() {
        assert_eq!(
            found("print", 9),
            [
                "billing: 2.4 Print (unknown) in Billing › Phase 2: Invoices",
                "garden: Print the plan () in Garden",
            ]
        );
        assert_eq!(
            found("1.2", 2)[0],
            "billing: 1.2 Write postings (in progress, 1/2 · 50%) in Billing › Phase 1: Ledger"
        );
        assert_eq!(
            found("2.1 inv", 9),
            ["billing: 2.1 Number invoices (failed) in Billing › Phase 2: Invoices"]
        );
        assert_eq!(found("ph 2", 1), ["billing: Phase 2: Invoices (0/4 · 0%) in Billing"]);
    }

    #[test]
    fn letters_may_be_scattered_and_of_any_case_and_script() {
        assert_eq!(found("RCNCL", 9), ["billing: 1.3 Reconcile nightly () in Billing › Phase 1: Ledger"]);
        assert_eq!(found("GRÖX", 9), [""; 0]);
        assert_eq!(found("gRÖ", 9), ["garden: Größe messen () in Garden"]);
        assert_eq!(found("qqq", 9), [""; 0]);
    }

    #[test]
    fn all_match_nothing_asked_and_no_more_come_than_wanted() {
        assert_eq!(found("", 100).len(), 14);
        assert_eq!(
            found("", 3),
            [
                "billing: Phase 1: Ledger (2/5 · 40%) in Billing",
                "billing: Phase 2: Invoices (0/4 · 0%) in Billing",
                "billing: 1.1 Create the ledger table (completed) in Billing › Phase 1: Ledger",
            ]
        );
    }
}
