//! How the work went: times, rates, and how much of it went on at once.
//!
//! All of it follows from attempts at tasks, whoever tells of them: the history of status.json, its entries, and agents'
//! monitoring files. What two of them tell of the same attempt is one attempt.

use std::collections::{BTreeMap, BTreeSet};

/// One attempt at a task. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The task, so that several attempts at one are known as such.
    pub task: String,
    /// Who tried.
    pub agent: Option<String>,
    /// When it was asked for.
    pub created: Option<i64>,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// How.
    pub outcome: Outcome,
    /// What it cost, in US dollars.
    pub dollars: Option<f64>,
    /// Tokens read and written.
    pub tokens: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is under way, or nobody said how it ended.
    Open,
    /// Well.
    Completed,
    /// Badly, or for its time.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

/// A few numbers of many, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Half of them are no longer.
    pub median: i64,
    /// 95 of a hundred are no longer.
    pub p95: i64,
    /// The longest.
    pub longest: i64,
    /// All together.
    pub sum: i64,
}

/// What one agent did.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentStats {
    /// Who.
    pub agent: String,
    /// How many attempts.
    pub attempts: usize,
    /// How many of them ended well.
    pub completed: usize,
    /// How many of them ended badly.
    pub failed: usize,
    /// How long it worked, in milliseconds; what it did at once counts once.
    pub busy: i64,
    /// Of the time from its first beginning to its last end, the part in which it worked: 0 to 1. `None` if that is no time.
    pub utilisation: Option<f64>,
    /// What it cost, in US dollars.
    pub dollars: Option<f64>,
}

/// How the work went.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// All attempts.
    pub attempts: usize,
    /// Those that ended well.
    pub completed: usize,
    /// Those that ended badly.
    pub failed: usize,
    /// Those that somebody ended.
    pub cancelled: usize,
    /// Those under way.
    pub open: usize,
    /// Tasks that were tried.
    pub tasks: usize,
    /// Of those, the ones that were tried more than once.
    pub retried: usize,
    /// From asked for to begun.
    pub assignment: Option<Spread>,
    /// From begun to ended well.
    pub duration: Option<Spread>,
    /// From begun to ended badly.
    pub failed_duration: Option<Spread>,
    /// The time in which anybody worked, in milliseconds: gaps do not count, nor does what is under way.
    pub wall: i64,
    /// All times worked together, in milliseconds.
    pub worked: i64,
    /// The most that went on at once.
    pub at_once: usize,
    /// What they cost together, in US dollars.
    pub dollars: Option<f64>,
    /// Tokens of all together.
    pub tokens: u64,
    /// By agent, the one with the most attempts first.
    pub agents: Vec<AgentStats>,
}

impl Stats {
    /// Of the attempts that ended well or badly, the part that ended badly: 0 to 1.
    pub fn failure_rate(&self) -> Option<f64> {
        part(self.failed, self.failed + self.completed)
    }

    /// Of the tasks that were tried, the part that was tried more than once: 0 to 1.
    pub fn retry_rate(&self) -> Option<f64> {
        part(self.retried, self.tasks)
    }

    /// All time worked by the time in which anybody worked: how much faster it was than one after the other.
    pub fn speed_up(&self) -> Option<f64> {
        (self.wall > 0).then(|| self.worked as f64 / self.wall as f64)
    }
}

/// Two tellers of one attempt are no further apart than this with its beginning: two minutes.
const SAME: i64 = 120_000;

/// Puts together what two sources tell of the same attempts. Of what both know, `first` is believed.
pub fn together(first: Vec<Attempt>, second: Vec<Attempt>) -> Vec<Attempt> {
    let mut all = first;
    let mut by_task: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, attempt) in all.iter().enumerate() {
        by_task.entry(attempt.task.clone()).or_default().push(at);
    }
    for attempt in second {
        let known = by_task.get_mut(&attempt.task);
        let same = |&at: &usize| match (all[at].started, attempt.started) {
            (Some(one), Some(other)) => (one - other).abs() <= SAME,
            _ => false,
        };
        // Each is matched once: a task that is tried again within two minutes is two attempts.
        match known.and_then(|known| known.iter().position(same).map(|place| known.swap_remove(place))) {
            Some(at) => {
                let mine = &mut all[at];
                mine.agent = mine.agent.take().or(attempt.agent);
                mine.created = mine.created.or(attempt.created);
                mine.ended = mine.ended.or(attempt.ended);
                mine.dollars = mine.dollars.or(attempt.dollars);
                mine.tokens = mine.tokens.max(attempt.tokens);
                if mine.outcome == Outcome::Open {
                    mine.outcome = attempt.outcome;
                }
            }
            None => all.push(attempt),
        }
    }
    all
}

/// Counts attempts. Time worked is that of attempts that ended: one that is under way may have been left behind a year ago.
pub fn stats(attempts: &[Attempt]) -> Stats {
    let count = |outcome| attempts.iter().filter(|attempt| attempt.outcome == outcome).count();
    let took = |outcome| {
        let ended = attempts.iter().filter(move |attempt| attempt.outcome == outcome);
        spread(ended.filter_map(|attempt| length(attempt.started?, attempt.ended?)))
    };
    let mut tries: BTreeMap<&str, usize> = BTreeMap::new();
    for attempt in attempts {
        *tries.entry(&attempt.task).or_default() += 1;
    }
    let (wall, at_once) = union(attempts.iter().filter_map(interval));
    Stats {
        attempts: attempts.len(),
        completed: count(Outcome::Completed),
        failed: count(Outcome::Failed),
        cancelled: count(Outcome::Cancelled),
        open: count(Outcome::Open),
        tasks: tries.len(),
        retried: tries.values().filter(|&&count| count > 1).count(),
        assignment: spread(attempts.iter().filter_map(|attempt| length(attempt.created?, attempt.started?))),
        duration: took(Outcome::Completed),
        failed_duration: took(Outcome::Failed),
        wall,
        worked: attempts
            .iter()
            .filter_map(interval)
            .fold(0, |sum, (start, end)| sum.saturating_add(end - start)),
        at_once,
        dollars: sum(attempts),
        tokens: attempts.iter().fold(0, |sum, attempt| sum.saturating_add(attempt.tokens)),
        agents: by_agent(attempts),
    }
}

fn by_agent(attempts: &[Attempt]) -> Vec<AgentStats> {
    let names: BTreeSet<&str> = attempts.iter().filter_map(|attempt| attempt.agent.as_deref()).collect();
    let mut agents: Vec<AgentStats> = names
        .into_iter()
        .map(|agent| {
            let own: Vec<Attempt> =
                attempts.iter().filter(|attempt| attempt.agent.as_deref() == Some(agent)).cloned().collect();
            let intervals: Vec<(i64, i64)> = own.iter().filter_map(interval).collect();
            let (busy, _) = union(intervals.iter().copied());
            let first = intervals.iter().map(|(start, _)| *start).min();
            let last = intervals.iter().map(|(_, end)| *end).max();
            let there = first.zip(last).map(|(first, last)| last - first).filter(|there| *there > 0);
            let count = |outcome| own.iter().filter(|attempt| attempt.outcome == outcome).count();
            AgentStats {
                agent: agent.to_owned(),
                attempts: own.len(),
                completed: count(Outcome::Completed),
                failed: count(Outcome::Failed),
                busy,
                utilisation: there.map(|there| busy as f64 / there as f64),
                dollars: sum(&own),
            }
        })
        .collect();
    agents.sort_by_key(|agent| std::cmp::Reverse(agent.attempts));
    agents
}

/// A cost is known if one of them is.
fn sum(attempts: &[Attempt]) -> Option<f64> {
    attempts.iter().filter_map(|attempt| attempt.dollars).reduce(|sum, dollars| sum + dollars)
}

fn part(some: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}

/// From one time to a later one; none if it is earlier, as clocks of two machines can have it.
fn length(from: i64, to: i64) -> Option<i64> {
    to.checked_sub(from).filter(|length| *length >= 0)
}

fn interval(attempt: &Attempt) -> Option<(i64, i64)> {
    // Ended, and nobody knows when; or not ended.
    let end = attempt.ended.filter(|_| attempt.outcome != Outcome::Open)?;
    attempt.started.filter(|start| *start <= end).map(|start| (start, end))
}

fn spread(lengths: impl Iterator<Item = i64>) -> Option<Spread> {
    let mut lengths: Vec<i64> = lengths.collect();
    lengths.sort_unstable();
    let count = lengths.len();
    // The smallest that so many hundredths of them are no longer than.
    let quantile = |hundredths: usize| lengths.get((count * hundredths).div_ceil(100).max(1) - 1).copied();
    Some(Spread {
        count,
        median: quantile(50)?,
        p95: quantile(95)?,
        longest: *lengths.last()?,
        sum: lengths.iter().fold(0, |sum, length| sum.saturating_add(*length)),
    })
}

/// How long at least one of the intervals lasts, and how many there are at once at most.
fn union(intervals: impl Iterator<Item = (i64, i64)>) -> (i64, usize) {
    let mut ends: Vec<(i64, bool)> =
        intervals.flat_map(|(start, end)| [(start, true), (end, false)]).collect();
    // An end before a beginning at the same time: one after the other is not at once.
    ends.sort_unstable();
    let (mut wall, mut open, mut most, mut since) = (0, 0usize, 0, 0);
    for (time, begins) in ends {
        if open > 0 {
            wall += time - since;
        }
        since = time;
        // An interval of no length ends before it begins.
        open = if begins { open + 1 } else { open.saturating_sub(1) };
        most = most.max(open);
    }
    (wall, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(task: &str, agent: &str, times: (i64, i64), outcome: Outcome) -> Attempt {
        Attempt {
            task: task.to_owned(),
            agent: Some(agent.to_owned()),
            created: None,
            started: Some(times.0),
            ended: (outcome != Outcome::Open).then_some(times.1),
            outcome,
            dollars: None,
            tokens: 0,
        }
    }

    #[test]
    fn two_at_once_are_twice_as_fast_and_gaps_do_not_count() {
        let attempts = [
            attempt("1", "a", (0, 100), Outcome::Completed),
            attempt("2", "b", (0, 100), Outcome::Completed),
            attempt("3", "a", (1_000, 1_100), Outcome::Failed),
            attempt("3", "a", (1_100, 1_200), Outcome::Completed),
        ];
        let stats = stats(&attempts);
        assert_eq!((stats.attempts, stats.tasks, stats.retried), (4, 3, 1));
        assert_eq!((stats.wall, stats.at_once), (300, 2));
        assert_eq!(stats.speed_up(), Some(400.0 / 300.0));
        assert_eq!(stats.failure_rate(), Some(0.25));
        assert_eq!(stats.retry_rate(), Some(1.0 / 3.0));
        let a = &stats.agents[0];
        assert_eq!((a.agent.as_str(), a.attempts, a.busy), ("a", 3, 300));
        assert_eq!(a.utilisation, Some(0.25));
    }

    #[test]
    fn the_median_and_p95_are_lengths_that_there_are() {
        let attempts: Vec<Attempt> =
            (1..=20).map(|at| attempt(&at.to_string(), "a", (0, at), Outcome::Completed)).collect();
        let spread = stats(&attempts).duration.expect("there are some");
        assert_eq!((spread.median, spread.p95, spread.longest, spread.sum), (10, 19, 20, 210));
    }

    #[test]
    fn what_is_under_way_is_neither_good_nor_bad_and_counts_no_time() {
        let stats = stats(&[attempt("1", "a", (100, 0), Outcome::Open)]);
        assert_eq!((stats.open, stats.wall), (1, 0));
        assert_eq!((stats.failure_rate(), stats.duration, stats.speed_up()), (None, None, None));
    }

    #[test]
    fn the_same_attempt_told_twice_is_one_and_a_quick_retry_is_two() {
        let history = vec![
            attempt("1", "a", (0, 50_000), Outcome::Failed),
            attempt("1", "a", (60_000, 90_000), Outcome::Completed),
        ];
        let mut told = vec![
            attempt("1", "x", (1_000, 49_000), Outcome::Failed),
            attempt("1", "x", (61_000, 89_000), Outcome::Completed),
            attempt("2", "x", (0, 10), Outcome::Completed),
        ];
        told[0].created = Some(-5_000);
        told[1].dollars = Some(0.5);
        let all = together(history, told);
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].created, Some(-5_000));
        assert_eq!(all[1].dollars, Some(0.5));
        assert_eq!(all[0].agent.as_deref(), Some("a"));
    }

    #[test]
    fn clocks_that_disagree_give_no_negative_time() {
        let mut early = attempt("1", "a", (100, 50), Outcome::Completed);
        early.created = Some(200);
        let stats = stats(&[early]);
        assert_eq!((stats.duration, stats.assignment, stats.wall), (None, None, 0));
    }
}
