//! Fields as real files have them: of one type by agreement, of any type in practice. A field of a type that it cannot
//! have is as if it were absent; it never costs the entry that it stands in.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::zone;

/// How many characters of a text are kept.
const LONGEST_TEXT: usize = 200;

/// `text`, cut after 200 characters.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

/// `text` in one line, its blanks made one, cut after 200 characters.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        for character in word.chars().take(LONGEST_TEXT.saturating_sub(length)) {
            line.push(character);
            length += 1;
        }
        if length >= LONGEST_TEXT {
            break;
        }
    }
    line
}

/// Visitor methods that take what is of no use and give the default.
macro_rules! nothing_else {
    () => {
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("any value")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

/// A text. A number is its digits.
#[derive(Debug, Default)]
pub(crate) struct Text<'a>(pub(crate) Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, unless there is none or it is empty.
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The text for keeping, cut.
    pub(crate) fn kept(&self) -> Option<String> {
        self.get().map(cut)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Taker;
        impl<'de> Visitor<'de> for Taker {
            type Value = Text<'de>;
            nothing_else!();
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Text(None))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }
        }
        deserializer.deserialize_any(Taker)
    }
}

/// A number. A text of digits is one too.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl Number {
    /// The number without its fraction, if it is one that an `i64` holds.
    pub(crate) fn whole(self) -> Option<i64> {
        let number = self.0?.trunc();
        // 2^63 and more would be cut to the largest.
        (number.abs() < 9.2e18).then_some(number as i64)
    }

    /// The number as a count; what is below zero is none.
    pub(crate) fn count(self) -> u64 {
        self.whole().and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
    }

    /// The number as a process id. 0 is nobody's.
    pub(crate) fn pid(self) -> Option<u32> {
        self.whole().and_then(|number| u32::try_from(number).ok()).filter(|pid| *pid != 0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Taker;
        impl<'de> Visitor<'de> for Taker {
            type Value = Number;
            nothing_else!();
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Number(text.trim().parse().ok().filter(|number: &f64| number.is_finite())))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Number(None))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Number(Some(number as f64)))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Number(Some(number as f64)))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Number(Some(number)))
            }
        }
        deserializer.deserialize_any(Taker)
    }
}

/// Yes or no; absent where neither is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Taker;
        impl<'de> Visitor<'de> for Taker {
            type Value = Flag;
            nothing_else!();
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Flag(None))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Flag(Some(value)))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Flag(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Flag(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Flag(None))
            }
        }
        deserializer.deserialize_any(Taker)
    }
}

/// A time, in milliseconds since 1970-01-01 UTC: any dialect of [`tallymark_text::time`], or a number of milliseconds or
/// seconds. One without a zone is marked as such ([`zone`]). What .NET writes for "never", the years 1 and 9999, is absent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment(pub(crate) Option<i64>);

/// Midnight before 0002-01-01.
const AFTER_NEVER: i64 = -62_104_060_800_000;
/// Midnight before 9998-12-31: a zone can shift the last moment of 9999 by a day.
const BEFORE_NEVER: i64 = 253_370_678_400_000;
/// Numbers below are seconds: as milliseconds they would lie before March 1973.
const LEAST_MILLISECONDS: f64 = 100_000_000_000.0;

fn unless_never(time: i64) -> Option<i64> {
    (AFTER_NEVER..BEFORE_NEVER).contains(&time).then_some(time)
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Taker;
        fn of_number(number: f64) -> Moment {
            let milliseconds = if number.abs() < LEAST_MILLISECONDS { number * 1000.0 } else { number };
            Moment(Number(Some(milliseconds.floor())).whole().filter(|time| *time > 0).and_then(unless_never))
        }
        impl<'de> Visitor<'de> for Taker {
            type Value = Moment;
            nothing_else!();
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                let Some(instant) = tallymark_text::time::instant(text) else { return Ok(Moment(None)) };
                let time = unless_never(instant.milliseconds);
                Ok(Moment(if instant.zone { time } else { time.map(zone::without) }))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Moment(None))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(of_number(number as f64))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(of_number(number as f64))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(of_number(number))
            }
        }
        deserializer.deserialize_any(Taker)
    }
}
