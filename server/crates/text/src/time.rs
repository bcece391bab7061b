//! Times as files write them: milliseconds since 1970-01-01 UTC, read from a handful of dialects and written in one.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Milliseconds since 1970-01-01 UTC of a time as written, rounded down; `None` if it is no time that we know.
///
/// Known are RFC 3339 with any number of fraction digits up to nine, with `Z` or an offset, a blank for the `T`; Python's
/// doubled zone `+00:00Z`; and naive times, whose zone nobody knows: they are read as UTC, so compare them
/// with the file's own time before you call anything late.
pub fn milliseconds(text: &str) -> Option<i64> {
    instant(text).map(|instant| instant.milliseconds)
}

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Milliseconds since 1970-01-01 UTC, rounded down.
    pub milliseconds: i64,
    /// Whether it says its zone. Without one it was read as UTC.
    pub zone: bool,
}

/// What [`milliseconds`] reads, and whether it says its zone.
pub fn instant(text: &str) -> Option<Instant> {
    if let Some(milliseconds) = usual(text.as_bytes()) {
        return Some(Instant { milliseconds, zone: true });
    }
    let text = text.trim();
    let undoubled = match text.strip_suffix(['Z', 'z']) {
        Some(front) if has_offset(front) => front,
        _ => text,
    };
    if let Ok(time) = undoubled.parse::<Timestamp>() {
        return Some(Instant { milliseconds: floor(time), zone: true });
    }
    let naive: DateTime = undoubled.parse().ok()?;
    let zoned = naive.to_zoned(TimeZone::UTC).ok()?;
    Some(Instant { milliseconds: floor(zoned.timestamp()), zone: false })
}

/// The dialect that nearly every file is written in, `2025-12-23T03:00:00.000Z`, without the general parser. Seconds over 59
/// and days that the month may not have are left to the calendar.
fn usual(text: &[u8]) -> Option<i64> {
    const PATTERN: &[u8; 24] = b"dddd-dd-ddTdd:dd:dd.dddZ";
    let text: &[u8; 24] = text.try_into().ok()?;
    let fits = |(byte, expected): (&u8, &u8)| {
        if *expected == b'd' { byte.is_ascii_digit() } else { byte == expected }
    };
    if !text.iter().zip(PATTERN).all(fits) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let (hour, minute, second) = (number(11..13), number(14..16), number(17..19));
    if !(1..=12).contains(&month)
        || !(1..=28).contains(&day)
        || year == 0
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    // Years that begin in March have the day that comes and goes at their end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    const DAYS_TO_1970: i64 = 719_468;
    Some((((days - DAYS_TO_1970) * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + number(20..23))
}

/// The time as JavaScript writes it, and with it status.json: `2025-12-23T03:00:00.000Z`. What no calendar holds becomes 1970.
pub fn format(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    format!("{time:.3}")
}

/// Whether `text` ends with `+hh:mm`, `-hh:mm`, `+hhmm` or `-hhmm`.
fn has_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    [6, 5].into_iter().any(|width| {
        let Some(tail) = bytes.len().checked_sub(width).and_then(|at| bytes.get(at..)) else { return false };
        matches!(tail[0], b'+' | b'-')
            && tail[1..].iter().enumerate().all(|(at, byte)| match (width, at) {
                (6, 2) => *byte == b':',
                _ => byte.is_ascii_digit(),
            })
            // `2025-08-30`: the day of a date is no offset.
            && memchr::memchr2(b':', b'T', &bytes[..bytes.len() - width]).is_some()
    })
}

fn floor(time: Timestamp) -> i64 {
    time.as_nanosecond().div_euclid(1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::{format, milliseconds, usual};

    #[test]
    fn every_dialect_of_one_instant_is_the_same_time() {
        let instant = Some(1_756_526_004_655);
        for text in [
            "2025-08-30T03:53:24.655Z",
            "2025-08-30T03:53:24.655039Z",
            "2025-08-30T03:53:24.655039+00:00Z",
            "2025-08-30T03:53:24.655039+00:00",
            "2025-08-30T05:53:24.6550391+02:00",
            "2025-08-29T22:53:24.6550-05:00",
            "2025-08-30T03:53:24.655",
            "2025-08-30 03:53:24.655039",
            " 2025-08-30T03:53:24.655Z ",
        ] {
            assert_eq!(milliseconds(text), instant, "{text}");
        }
    }

    #[test]
    fn the_fast_way_agrees_with_the_calendar() {
        // Every eleven hours and a bit of some four hundred years, with leap days and centuries.
        for step in 0..300_000 {
            let time = -4_000_000_000_000 + step * 40_123_457;
            let text = format(time);
            assert_eq!(milliseconds(&text), Some(time), "{text}");
            assert_eq!(milliseconds(&text.replace('Z', "+00:00")), Some(time), "{text}");
        }
        assert_eq!(usual(b"2025-02-29T00:00:00.000Z"), None);
        assert_eq!(milliseconds("2025-02-29T00:00:00.000Z"), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "yesterday", "2025-13-01T00:00:00Z", "1756526004655", "2025-08-30T25:00:00Z", "Z", "+00:00Z"]
        {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_alone_is_its_midnight() {
        assert_eq!(milliseconds("2025-08-30"), Some(1_756_512_000_000));
    }

    #[test]
    fn times_are_written_with_three_digits_and_z() {
        assert_eq!(format(1_756_526_004_655), "2025-08-30T03:53:24.655Z");
        assert_eq!(format(1_756_526_004_000), "2025-08-30T03:53:24.000Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(format(i64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
