//! The fields of an object in JSON, one by one, with what is wrong with them.

use std::{borrow::Cow, collections::HashSet};

use serde_json::value::RawValue;
use tallymark_text::Span;

use crate::{
    Problem, ProblemKind, Text, Time,
    json::{self, Kind},
    time,
};

/// Reads values of known types, and notes what is of another.
pub(crate) struct Reader<'a> {
    /// What all of them are slices of.
    pub(crate) text: &'a str,
    /// What was wrong so far.
    pub(crate) problems: Vec<Problem>,
    /// The keys of the object at hand.
    pub(crate) seen: Seen<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.problems.push(Problem { span, kind });
    }

    pub(crate) fn wrong_type(&mut self, span: Span, field: &str, expected: &'static str) {
        self.problem(span, ProblemKind::WrongType { field: field.to_owned(), expected });
    }

    /// Reports a key that stands in its object already.
    pub(crate) fn key(&mut self, key: Cow<'a, str>, value: &str) {
        if self.seen.twice(key.clone()) {
            let span = match &key {
                // With its quotes.
                Cow::Borrowed(key) => {
                    let inside = json::span_in(self.text, key);
                    Span { start: inside.start - 1, end: inside.end + 1 }
                }
                Cow::Owned(_) => json::span_in(self.text, value),
            };
            self.problem(span, ProblemKind::DuplicateKey(key.into_owned()));
        }
    }

    pub(crate) fn span(&self, value: &RawValue) -> Span {
        json::span_in(self.text, value.get())
    }

    pub(crate) fn text(&self, value: &RawValue) -> Text {
        Text { span: self.span(value), unescaped: json::unescape(value.get()) }
    }

    /// A string; null is as good as absent.
    pub(crate) fn string(&mut self, field: &str, value: &RawValue) -> Option<Text> {
        match Kind::of(value.get()) {
            Kind::String => return Some(self.text(value)),
            Kind::Null => {}
            _ => self.wrong_type(self.span(value), field, "a string"),
        }
        None
    }

    /// An id: a number is reported, and taken as its digits.
    pub(crate) fn id(&mut self, value: &RawValue) -> Option<Text> {
        if Kind::of(value.get()) == Kind::Number {
            self.wrong_type(self.span(value), "id", "a string");
            return Some(Text { span: self.span(value), unescaped: None });
        }
        self.string("id", value)
    }

    /// A list of ids, numbers among them.
    pub(crate) fn ids(&mut self, field: &str, value: &RawValue) -> Vec<Text> {
        const EXPECTED: &str = "a list of task ids";
        let mut ids = Vec::new();
        match Kind::of(value.get()) {
            Kind::Array => {
                let read = json::elements(value.get(), |element| match Kind::of(element.get()) {
                    Kind::String | Kind::Number => ids.push(self.text(element)),
                    _ => self.wrong_type(self.span(element), field, EXPECTED),
                });
                debug_assert!(read.is_ok(), "the value has been read as JSON before");
            }
            Kind::Null => {}
            _ => self.wrong_type(self.span(value), field, EXPECTED),
        }
        ids
    }

    pub(crate) fn integer(
        &mut self,
        field: &str,
        value: &RawValue,
        expected: &'static str,
    ) -> Option<(i64, Span)> {
        let number = whole(value.get());
        if number.is_none() && Kind::of(value.get()) != Kind::Null {
            self.wrong_type(self.span(value), field, expected);
        }
        number.map(|number| (number, self.span(value)))
    }

    /// A time, written as a string or as milliseconds since 1970.
    pub(crate) fn time(&mut self, field: &str, value: &RawValue) -> Option<Time> {
        let text = self.text(value);
        let milliseconds = match Kind::of(value.get()) {
            Kind::Null => return None,
            Kind::Number => whole(value.get()),
            Kind::String => {
                time::milliseconds(text.unescaped.as_deref().unwrap_or(value.get().trim_matches('"')))
            }
            _ => None,
        };
        if milliseconds.is_none() {
            self.wrong_type(text.span, field, "a time like 2025-12-23T03:00:00.000Z");
        }
        matches!(Kind::of(value.get()), Kind::String | Kind::Number).then_some(Time { text, milliseconds })
    }
}

/// A whole number, also one written `1e3` or `5.0`.
fn whole(number: &str) -> Option<i64> {
    if let Ok(number) = number.parse::<i64>() {
        return Some(number);
    }
    // What `i64` cannot hold, a double does not hold exactly.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = if Kind::of(number) == Kind::Number { number.parse::<f64>().ok()? } else { return None };
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// The keys of one object, to find those that stand twice. Nearly always the filter says that a key is new.
#[derive(Default)]
pub(crate) struct Seen<'a> {
    filter: u64,
    keys: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Seen<'a> {
    /// So many keys are compared one by one; an object with more is somebody's experiment and gets a set.
    const FEW: usize = 32;

    pub(crate) fn clear(&mut self) {
        self.filter = 0;
        self.keys.clear();
        self.many.clear();
    }

    /// Whether `key` is here for the second time.
    pub(crate) fn twice(&mut self, key: Cow<'a, str>) -> bool {
        let bytes = key.as_bytes();
        let ends = bytes
            .first()
            .zip(bytes.last())
            .map_or(0, |(first, last)| u64::from(*first) ^ (u64::from(*last) << 2));
        let bit = 1 << ((ends + 7 * bytes.len() as u64) % 64);
        let new = self.filter & bit == 0;
        self.filter |= bit;
        if self.keys.len() < Self::FEW {
            let twice = !new && self.keys.contains(&key);
            self.keys.push(key);
            return twice;
        }
        if self.many.is_empty() {
            self.many.extend(self.keys.iter().cloned());
        }
        !self.many.insert(key)
    }
}
