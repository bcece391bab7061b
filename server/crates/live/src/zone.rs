//! Times without a zone.
//!
//! Python's `datetime.now().isoformat()` writes the clock on the wall and not where the wall stands. But a file is changed
//! in the moment in which its newest time is written, and the file system knows that moment: the zone is the offset that puts
//! the newest such time closest before it. Until the whole file is read the newest is not known; so such times are carried
//! with a mark, far outside of any calendar, and settled at the end.

use tallymark_events::Monitored;

/// Added to the milliseconds of a time whose zone is not known: 36 million years.
const MARK: i64 = 1 << 60;
/// The least mark that a time within the calendar can have.
const MARKED: i64 = 1 << 59;

/// What zones differ by.
const STEP: i64 = 15 * 60 * 1000;
/// The zones of the world, from the west to the east.
const WEST: i64 = -12 * 60 * 60 * 1000;
const EAST: i64 = 14 * 60 * 60 * 1000;
/// How much later than the file system's time the newest may be: some file systems keep whole seconds, some two.
const SLACK: i64 = 2_000;

/// Marks a time, read as if it were UTC, as one whose zone is not known.
pub(crate) fn without(as_if_utc: i64) -> i64 {
    as_if_utc + MARK
}

/// Makes times of the marked ones. Where no zone on earth puts the newest before `modified`, they are left as if they were
/// UTC, and `written` is dropped to say so.
pub(crate) fn settle(monitored: &mut Monitored, modified: i64) {
    let mut newest = None;
    each(monitored, |time| {
        if *time > MARKED {
            newest = newest.max(Some(*time - MARK));
        }
    });
    let Some(newest) = newest else { return };
    let offset = offset(newest, modified);
    each(monitored, |time| {
        if *time > MARKED {
            *time -= MARK + offset.unwrap_or(0);
        }
    });
    if offset.is_none() {
        monitored.written = None;
    }
}

/// By how much the clock on the wall was ahead of UTC.
fn offset(newest: i64, modified: i64) -> Option<i64> {
    let ahead = newest.checked_sub(modified)?.checked_sub(SLACK)?;
    // The next step that is not less.
    let offset = (-(-ahead).div_euclid(STEP)).checked_mul(STEP)?;
    (WEST..=EAST).contains(&offset).then_some(offset)
}

/// All times of a file.
fn each(monitored: &mut Monitored, mut change: impl FnMut(&mut i64)) {
    let mut maybe = |time: &mut Option<i64>| {
        if let Some(time) = time {
            change(time);
        }
    };
    maybe(&mut monitored.written);
    for orchestration in &mut monitored.orchestrations {
        maybe(&mut orchestration.started);
        maybe(&mut orchestration.ended);
    }
    for agent in &mut monitored.agents {
        maybe(&mut agent.started);
        maybe(&mut agent.last_seen);
        maybe(&mut agent.waits_since);
    }
    for run in &mut monitored.runs {
        maybe(&mut run.created);
        maybe(&mut run.started);
        maybe(&mut run.ended);
    }
    for activity in &mut monitored.activities {
        maybe(&mut activity.named);
        maybe(&mut activity.started);
        maybe(&mut activity.ended);
    }
    for heartbeat in &mut monitored.heartbeats {
        change(&mut heartbeat.at);
    }
}

#[cfg(test)]
mod tests {
    use super::offset;

    const HOUR: i64 = 60 * 60 * 1000;

    #[test]
    fn the_offset_puts_the_newest_time_just_before_the_change() {
        let modified = 1_755_000_000_000;
        // Written by a clock in Los Angeles, Kathmandu, Kiritimati, on Baker Island, and in Greenwich; the file was closed a moment later.
        for zone in [-7 * HOUR, 5 * HOUR + 45 * 60_000, 14 * HOUR, -12 * HOUR, 0] {
            for closed_after in [0, 3, 250, 60_000, 14 * 60_000] {
                assert_eq!(
                    offset(modified + zone - closed_after, modified),
                    Some(zone),
                    "{zone} {closed_after}"
                );
            }
            // The file system keeps whole seconds.
            assert_eq!(offset(modified + zone + 999, modified), Some(zone), "{zone}");
        }
    }

    #[test]
    fn a_file_copied_long_after_has_no_offset() {
        let modified = 1_755_000_000_000;
        for newest in [modified - 13 * HOUR, modified + 15 * HOUR, 0, i64::MIN, i64::MAX] {
            assert_eq!(offset(newest, modified), None, "{newest}");
        }
        assert_eq!(offset(0, i64::MIN), None);
    }
}
