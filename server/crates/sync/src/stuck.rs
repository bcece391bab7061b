//! Tasks that are in progress, and of which nobody has heard for long.

use tallymark_plan::TaskIndex;

use crate::{Joined, State};

/// A task that is in progress without a sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stuck {
    /// Which.
    pub task: TaskIndex,
    /// The last sign of life, in milliseconds since 1970-01-01 UTC.
    pub last_sign: i64,
}

/// A time without a zone is taken for UTC, and can be as much earlier than it was meant.
const ZONES: i64 = 12 * 60 * 60_000;

/// The tasks in progress whose last sign of life is more than `limit` milliseconds before `now`, in document order.
///
/// Signs of life are `startedAt` and what `seen` knows of the task and its entry's id (a change in the
/// history, a heartbeat, a line of a stream). A task with
/// neither is not called stuck: nobody knows since when it runs.
pub fn stuck(
    joined: &Joined,
    limit: i64,
    now: i64,
    seen: impl Fn(TaskIndex, &str) -> Option<i64>,
) -> Vec<Stuck> {
    let Some(status) = joined.status() else { return Vec::new() };
    let running =
        joined.plan.tasks().map(|(task, _)| task).filter(|&task| joined.state(task) == State::InProgress);
    running
        .filter_map(|task| {
            let entry = joined.entry(task)?;
            let started = status.entry(entry).started_at.as_ref().and_then(|time| {
                let zone = if status.names_zone(time) { 0 } else { ZONES };
                Some(time.milliseconds?.saturating_add(zone))
            });
            let last_sign = started.max(seen(task, status.id(entry)))?;
            (now.saturating_sub(last_sign) > limit).then_some(Stuck { task, last_sign })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_plan::{Options, parse};
    use tallymark_status::Status;
    use tallymark_text::Source;

    use super::*;

    const MINUTE: i64 = 60_000;
    /// 2026-01-05T10:00:00Z.
    const START: i64 = 1_767_607_200_000;

    fn found(started: &str, now: i64, seen: Option<i64>) -> Vec<i64> {
        let plan =
            parse(Arc::new(Source::new("# P\n\n## Phase 1: A\n\n- [ ] 1.1 First\n")), Options::default());
        let text =
            format!(r#"{{"tasks":[{{"id":"1.1","description":"First","status":"in_progress"{started}}}]}}"#);
        let joined = crate::join(Arc::new(plan), Some(Arc::new(Status::parse(Arc::new(Source::new(&text))))));
        stuck(&joined, 30 * MINUTE, now, |_, id| seen.filter(|_| id == "1.1"))
            .iter()
            .map(|stuck| stuck.last_sign)
            .collect()
    }

    #[test]
    fn a_task_is_stuck_after_the_limit_and_not_before() {
        let started = r#","startedAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(found(started, START + 30 * MINUTE, None), [0; 0]);
        assert_eq!(found(started, START + 30 * MINUTE + 1, None), [START]);
    }

    #[test]
    fn any_sign_of_life_counts() {
        let started = r#","startedAt":"2026-01-05T10:00:00.000Z""#;
        assert_eq!(found(started, START + 40 * MINUTE, Some(START + 20 * MINUTE)), [0; 0]);
        assert_eq!(found("", START + 40 * MINUTE, Some(START)), [START]);
        assert_eq!(found("", START + 40 * MINUTE, None), [0; 0], "nobody knows since when");
    }

    #[test]
    fn a_time_without_a_zone_may_have_been_meant_later() {
        let started = r#","startedAt":"2026-01-05T10:00:00.000""#;
        assert_eq!(found(started, START + 60 * MINUTE, None), [0; 0]);
        assert_eq!(found(started, START + ZONES + 31 * MINUTE, None), [START + ZONES]);
    }
}
