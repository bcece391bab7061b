//! Ages and durations, as people read them.

/// An age or a duration of `milliseconds` in its largest unit, rounded down: `12 s`, `3 m`, `2 h`, `4 d`.
/// A negative one (a clock that runs ahead) is `0 s`.
pub fn age(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} m", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The same in its two largest units: `7 m 44 s`, `2 h`, `1 d 3 h`.
pub fn exact_age(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let seconds = milliseconds / 1000;
    let (large, large_unit, small, small_unit) = match seconds {
        0 if milliseconds > 0 => return format!("{milliseconds} ms"),
        0..60 => return format!("{seconds} s"),
        60..3600 => (seconds / 60, "m", seconds % 60, "s"),
        3600..86_400 => (seconds / 3600, "h", seconds / 60 % 60, "m"),
        _ => (seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    };
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_show_their_largest_unit() {
        let second = 1000;
        let cases = [
            (-5, "0 s"),
            (999, "0 s"),
            (12 * second, "12 s"),
            (60 * second - 1, "59 s"),
            (60 * second, "1 m"),
            (3599 * second, "59 m"),
            (2 * 3600 * second, "2 h"),
            (24 * 3600 * second - 1, "23 h"),
            (4 * 86_400 * second, "4 d"),
            (400 * 86_400 * second, "400 d"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(age(milliseconds), expected, "{milliseconds} ms");
        }
    }

    #[test]
    fn durations_show_two_units() {
        let cases = [
            (464_137, "7 m 44 s"),
            (0, "0 s"),
            (250, "250 ms"),
            (59_999, "59 s"),
            (120_000, "2 m"),
            (3_600_000, "1 h"),
            (9_000_000, "2 h 30 m"),
            (97_200_000, "1 d 3 h"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(exact_age(milliseconds), expected, "{milliseconds} ms");
        }
    }
}
