//! Whether somebody who is said to be at work is.
//!
//! Three witnesses are heard: the stream, the heartbeat, the process. None is believed alone. Of all real registries that
//! were looked at none names a process's id, some that say "running" were left by an orchestrator that died, and an id that
//! is there may be another's by now, or mean a process inside a container.

use tallymark_events::{Activity, Format, Stage, WaitsFor};
use tallymark_text::age;

use crate::Limits;

/// How somebody who is said to be at work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Liveness {
    /// At work.
    Working,
    /// Waits for the language model.
    WaitingForModel,
    /// Waits for a tool that runs.
    WaitingForTool,
    /// Waits for a person: a permission, an answer.
    WaitingForPerson,
    /// There, and has nothing to do.
    Idle,
    /// Has not been heard of for longer than the limit; maybe dead.
    Silent,
    /// Its process is not there any more.
    Gone,
    /// It has ended, and said so.
    Ended,
}

impl Liveness {
    /// Whether it runs: a silent one may be dead, and does not count.
    #[must_use]
    pub fn runs(self) -> bool {
        matches!(
            self,
            Liveness::Working
                | Liveness::WaitingForModel
                | Liveness::WaitingForTool
                | Liveness::WaitingForPerson
        )
    }

    /// The word for it: `working`, `waiting for the model`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Liveness::Working => "working",
            Liveness::WaitingForModel => "waiting for the model",
            Liveness::WaitingForTool => "waiting for a tool",
            Liveness::WaitingForPerson => "waiting for a person",
            Liveness::Idle => "idle",
            Liveness::Silent => "silent",
            Liveness::Gone => "gone",
            Liveness::Ended => "ended",
        }
    }
}

/// How somebody stands, since when, and why that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How.
    pub liveness: Liveness,
    /// Since when, in milliseconds since 1970-01-01 UTC.
    pub since: i64,
    /// What it follows from, without a full stop at its end: `the last heartbeat was 5 m ago`.
    pub why: String,
}

/// A process that a monitoring file names, as the machine has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// There.
    There(u32),
    /// Not there.
    Missing(u32),
    /// Its id is another process's now, which began at this time.
    Another(u32, i64),
}

/// A process's start as a file tells it and as the system does may be so far apart: the file is written after the start, and
/// the system counts from a boot time in whole seconds.
const START_SLACK: i64 = 60_000;

/// A process that is not there is gone; unless it was heard of within so short a time, in which case it was never the one
/// that the file means (a container's, for instance), or has only just ended.
const LAST_WORDS: i64 = 10_000;

/// A person may be away for long; a stream that waits for one for more than a day was left behind.
const PATIENCE: i64 = 24 * 3_600_000;

/// What the system says of a process: `now_started` is when the one with this id was started, if there is one. `started` is
/// when the file says that its process was, `last` when it was last heard of: a process begun after that is another.
pub(crate) fn seen(pid: u32, now_started: Option<i64>, started: Option<i64>, last: Option<i64>) -> Seen {
    match (now_started, started.or(last)) {
        (None, _) => Seen::Missing(pid),
        (Some(begun), Some(claimed)) if begun > claimed.saturating_add(START_SLACK) => {
            Seen::Another(pid, begun)
        }
        (Some(_), _) => Seen::There(pid),
    }
}

/// What a stream says of its agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamSign<'a> {
    /// When it last said something.
    pub last: i64,
    /// What the agent waits for.
    pub waits_for: Option<WaitsFor>,
    /// Since when.
    pub waits_since: Option<i64>,
    /// The last use of a tool that has not ended.
    pub tool: Option<&'a Activity>,
}

/// All that is known of somebody who is said to be at work.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence<'a> {
    /// When it began, as it is said.
    pub started: Option<i64>,
    /// When the file that says so was written.
    pub told: Option<(i64, Option<Format>)>,
    /// The last heartbeat, and the format of the file it stands in.
    pub beat: Option<(i64, Format)>,
    /// The stream.
    pub stream: Option<StreamSign<'a>>,
    /// The process.
    pub process: Option<Seen>,
}

impl Evidence<'_> {
    /// The last sign of life: what only others say of it is none.
    pub(crate) fn last_sign(&self) -> Option<i64> {
        self.beat.map(|(at, _)| at).max(self.stream.map(|stream| stream.last))
    }
}

/// How somebody who is said to be at work stands at `now`.
pub(crate) fn judge(evidence: &Evidence<'_>, limits: &Limits, now: i64) -> Standing {
    if let Some(gone) = gone(evidence, now) {
        return gone;
    }
    match (evidence.stream, evidence.beat) {
        (Some(stream), _) => by_stream(&stream, evidence, limits, now),
        (None, Some((at, format))) => by_heartbeat(at, format, evidence, limits, now),
        (None, None) => by_hearsay(evidence, limits, now),
    }
}

fn gone(evidence: &Evidence<'_>, now: i64) -> Option<Standing> {
    let missing = match evidence.process? {
        Seen::There(_) => return None,
        Seen::Missing(pid) => format!("process {pid} is not there"),
        Seen::Another(pid, _) => format!("process {pid} is another one, begun later"),
    };
    let last = evidence.last_sign();
    if last.is_some_and(|last| now.saturating_sub(last) <= LAST_WORDS) {
        return None;
    }
    let why = match last {
        Some(last) => {
            format!("{missing}, and the last sign of life was {} ago", age(now.saturating_sub(last)))
        }
        None => format!("{missing}, and there is no other sign of life"),
    };
    // Nobody saw it go: it was there when it was last heard of.
    let since = last.or(evidence.started).or(evidence.told.map(|(told, _)| told)).unwrap_or(now);
    Some(Standing { liveness: Liveness::Gone, since, why })
}

fn by_stream(stream: &StreamSign<'_>, evidence: &Evidence<'_>, limits: &Limits, now: i64) -> Standing {
    let silence = now.saturating_sub(stream.last);
    let ago = age(silence);
    let since = stream.waits_since.unwrap_or(stream.last);
    let (liveness, limit, why) = match stream.waits_for {
        Some(WaitsFor::Person) => {
            (Liveness::WaitingForPerson, PATIENCE, "its stream asks a person".to_owned())
        }
        Some(WaitsFor::Tool) => {
            let tool = stream.tool.map_or("a tool", |activity| activity.tool.as_str());
            (Liveness::WaitingForTool, limits.tool, format!("{tool} has not ended in its stream"))
        }
        Some(WaitsFor::Model) => (
            Liveness::WaitingForModel,
            limits.silent,
            "the last thing in its stream was for the model to answer".to_owned(),
        ),
        None => (Liveness::Working, limits.silent, format!("its stream grew {ago} ago")),
    };
    if silence <= limit {
        let since = if stream.waits_for.is_some() { since } else { evidence.started.unwrap_or(stream.last) };
        return Standing { liveness, since, why };
    }
    let else_ = match (evidence.beat, evidence.process) {
        (Some((at, format)), _) if now.saturating_sub(at) <= limits.of(format) => {
            format!(", though its last heartbeat was {} ago", age(now.saturating_sub(at)))
        }
        (_, Some(Seen::There(pid))) => format!(", though process {pid} is there"),
        _ => String::new(),
    };
    Standing {
        liveness: Liveness::Silent,
        since: stream.last,
        why: format!("its stream has not grown for {ago}{else_}"),
    }
}

fn by_heartbeat(at: i64, format: Format, evidence: &Evidence<'_>, limits: &Limits, now: i64) -> Standing {
    let silence = now.saturating_sub(at);
    let last = format!("the last heartbeat was {} ago", age(silence));
    if silence <= limits.of(format) {
        return Standing { liveness: Liveness::Working, since: evidence.started.unwrap_or(at), why: last };
    }
    let there = match evidence.process {
        Some(Seen::There(pid)) => format!(", though process {pid} is there"),
        _ => String::new(),
    };
    Standing { liveness: Liveness::Silent, since: at, why: format!("{last}{there}") }
}

/// Nothing but what a registry says, and maybe the process.
fn by_hearsay(evidence: &Evidence<'_>, limits: &Limits, now: i64) -> Standing {
    if let Some(Seen::There(pid)) = evidence.process {
        let since = evidence.started.or(evidence.told.map(|(told, _)| told)).unwrap_or(now);
        return Standing { liveness: Liveness::Working, since, why: format!("process {pid} is there") };
    }
    let told = evidence.told.map(|(told, _)| told).max(evidence.started);
    let limit =
        evidence.told.and_then(|(_, format)| format).map_or(limits.silent, |format| limits.of(format));
    let silence = told.map_or(0, |told| now.saturating_sub(told));
    let why = format!("it was said {} ago, and there is no other sign of life", age(silence));
    if silence > limit {
        return Standing { liveness: Liveness::Silent, since: told.unwrap_or(now), why };
    }
    Standing { liveness: Liveness::Working, since: evidence.started.or(told).unwrap_or(now), why }
}

/// The last use of a tool that has not ended, of those that have got their input before those that have not.
pub(crate) fn open_tool(activities: &[Activity]) -> Option<&Activity> {
    let open = || activities.iter().rev().filter(|activity| activity.stage != Stage::Ended);
    open().find(|activity| activity.stage != Stage::Named).or_else(|| open().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    fn at(evidence: &Evidence<'_>) -> (Liveness, i64, String) {
        let Standing { liveness, since, why } = judge(evidence, &Limits::default(), NOW);
        (liveness, NOW.saturating_sub(since), why)
    }

    fn stream(silence: i64, waits_for: Option<WaitsFor>) -> Option<StreamSign<'static>> {
        Some(StreamSign { last: NOW - silence, waits_for, waits_since: Some(NOW - silence), tool: None })
    }

    fn beat(silence: i64) -> Option<(i64, Format)> {
        Some((NOW - silence, Format::GadugiHeartbeats))
    }

    #[test]
    fn heartbeats_have_the_limit_of_their_format() {
        let gadugi = |silence| at(&Evidence { beat: beat(silence), ..Evidence::default() }).0;
        assert_eq!(gadugi(120_000), Liveness::Working);
        assert_eq!(gadugi(120_001), Liveness::Silent);
        let beat = Some((NOW - 60_001, Format::DevWorkflow));
        let (liveness, since, why) = at(&Evidence { beat, ..Evidence::default() });
        assert_eq!(
            (liveness, since, why.as_str()),
            (Liveness::Silent, 60_001, "the last heartbeat was 1 m ago")
        );
    }

    #[test]
    fn what_is_waited_for_decides_how_long_silence_is_no_sign() {
        let of = |silence, waits_for| {
            at(&Evidence { stream: stream(silence, waits_for), ..Evidence::default() }).0
        };
        assert_eq!(of(3 * MINUTE, None), Liveness::Working);
        assert_eq!(of(3 * MINUTE + 1, None), Liveness::Silent);
        assert_eq!(of(3 * MINUTE, Some(WaitsFor::Model)), Liveness::WaitingForModel);
        assert_eq!(of(3 * MINUTE + 1, Some(WaitsFor::Model)), Liveness::Silent);
        assert_eq!(of(30 * MINUTE, Some(WaitsFor::Tool)), Liveness::WaitingForTool);
        assert_eq!(of(30 * MINUTE + 1, Some(WaitsFor::Tool)), Liveness::Silent);
        assert_eq!(of(10 * 60 * MINUTE, Some(WaitsFor::Person)), Liveness::WaitingForPerson);
        assert_eq!(of(400 * 24 * 60 * MINUTE, Some(WaitsFor::Person)), Liveness::Silent);
    }

    #[test]
    fn a_process_alone_is_not_believed() {
        let process = Some(Seen::Missing(7));
        let gone = at(&Evidence { process, beat: beat(20_000), ..Evidence::default() });
        assert_eq!(
            gone,
            (
                Liveness::Gone,
                20_000,
                "process 7 is not there, and the last sign of life was 20 s ago".to_owned()
            )
        );
        // A process that beats is there, wherever that is.
        assert_eq!(at(&Evidence { process, beat: beat(10_000), ..Evidence::default() }).0, Liveness::Working);
        let process = Some(Seen::There(7));
        let (liveness, _, why) = at(&Evidence { process, beat: beat(5 * MINUTE), ..Evidence::default() });
        assert_eq!(
            (liveness, why.as_str()),
            (Liveness::Silent, "the last heartbeat was 5 m ago, though process 7 is there")
        );
        let (liveness, _, why) =
            at(&Evidence { process, stream: stream(5 * MINUTE, None), ..Evidence::default() });
        assert_eq!(
            (liveness, why.as_str()),
            (Liveness::Silent, "its stream has not grown for 5 m, though process 7 is there")
        );
    }

    #[test]
    fn a_reused_id_is_another_process() {
        assert_eq!(seen(7, None, Some(NOW), None), Seen::Missing(7));
        assert_eq!(seen(7, Some(NOW - 1000), Some(NOW), None), Seen::There(7));
        assert_eq!(
            seen(7, Some(NOW + 2000), Some(NOW), None),
            Seen::There(7),
            "written shortly before the start"
        );
        assert_eq!(seen(7, Some(NOW + 61_000), Some(NOW), None), Seen::Another(7, NOW + 61_000));
        assert_eq!(seen(7, Some(NOW + 61_000), None, Some(NOW)), Seen::Another(7, NOW + 61_000));
        assert_eq!(seen(7, Some(NOW), None, None), Seen::There(7));
        let process = Some(Seen::Another(7, NOW));
        assert_eq!(at(&Evidence { process, ..Evidence::default() }).0, Liveness::Gone);
    }

    #[test]
    fn without_witnesses_a_registry_is_believed_for_as_long_as_it_is_young() {
        let told = |silence| Evidence {
            told: Some((NOW - silence, Some(Format::GadugiRegistry))),
            ..Evidence::default()
        };
        assert_eq!(at(&told(2 * MINUTE)).0, Liveness::Working);
        assert_eq!(at(&told(3 * 365 * 24 * 60 * MINUTE)).0, Liveness::Silent);
        let process = Some(Seen::There(7));
        let there = Evidence { process, ..told(30 * 24 * 60 * MINUTE) };
        assert_eq!(at(&there).0, Liveness::Working);
    }

    #[test]
    fn clocks_that_run_ahead_harm_nobody() {
        assert_eq!(at(&Evidence { beat: beat(-MINUTE), ..Evidence::default() }).0, Liveness::Working);
        assert_eq!(
            at(&Evidence { beat: Some((i64::MAX, Format::DevWorkflow)), ..Evidence::default() }).0,
            Liveness::Working
        );
        assert_eq!(
            at(&Evidence { beat: Some((i64::MIN, Format::DevWorkflow)), ..Evidence::default() }).0,
            Liveness::Silent
        );
    }
}
