//! A file that is one object, read key by key and entry by entry, so that what stands before a tear is not lost and a
//! file of any size takes no more room than what is kept of it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use tallymark_events::Unreadable;

use crate::{keys::Key, source::Source, surrogates};

/// Who takes an object's values.
pub(crate) trait Take {
    /// Whether the value of `key` is a list or an object whose entries are taken one by one.
    fn has_entries(&self, key: &str) -> bool;

    /// The value of `key`. An error is a sentence's end: what is wrong with it.
    fn value(&mut self, key: &str, value: &RawValue) -> Result<(), serde_json::Error>;

    /// An entry of `of`; in an object it has a name.
    fn entry(&mut self, of: &str, name: Option<&str>, value: &RawValue) -> Result<(), serde_json::Error>;
}

/// How many problems of one file are told.
const MOST_PROBLEMS: usize = 16;

/// Reads the object that the file begins with, and tells what could not be read.
pub(crate) fn read(source: &Source<'_>, taker: &mut impl Take) -> Vec<Unreadable> {
    let text = source.text();
    let mut problems = Problems::default();
    if let Some(garbled) = source.garbled() {
        problems.add(garbled);
    }
    let mut reading = Reading { source, taker, problems, entries: 0 };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let end = Top(&mut reading).deserialize(&mut deserializer);
    let Reading { mut problems, entries, .. } = reading;
    match end {
        Ok(()) => {
            if let Err(error) = deserializer.end() {
                let at = place(text, &error);
                let rest = text.len() - at;
                problems.add(Unreadable {
                    at: source.place(at),
                    message: format!(
                        "{rest} {} after the end of the value: a write over a longer file left them. The value was read.",
                        if rest == 1 { "byte follows" } else { "bytes follow" }
                    ),
                });
            }
        }
        Err(error) => {
            let read = match entries {
                0 => "Nothing before it could be used.".to_owned(),
                1 => "The 1 entry before it was read.".to_owned(),
                _ => format!("The {entries} entries before it were read."),
            };
            let (at, what) = if error.is_eof() {
                (text.trim_end().len(), "The file ends in the middle of the value.".to_owned())
            } else {
                (place(text, &error), format!("This is no JSON: {}.", reason(&error)))
            };
            problems.add(Unreadable { at: source.place(at), message: format!("{what} {read}") });
        }
    }
    problems.told
}

/// An entry that is an object. What is derived for serde takes a list for an object, too.
pub(crate) fn of_entry<'a, T: Deserialize<'a>>(value: &'a RawValue) -> Result<T, serde_json::Error> {
    if value.get().starts_with('{') {
        serde_json::from_str(value.get())
    } else {
        Err(serde_json::Error::custom("it is no object"))
    }
}

/// What serde_json says, without its line and column: places are bytes here.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The byte that an error is at. serde_json counts lines from 1, and in a line the bytes read.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let line = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |end| end + 1),
    };
    let mut at = (line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first problems of a file.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) told: Vec<Unreadable>,
}

impl Problems {
    pub(crate) fn add(&mut self, problem: Unreadable) {
        if self.told.len() < MOST_PROBLEMS {
            self.told.push(problem);
        }
    }
}

struct Reading<'r, T> {
    source: &'r Source<'r>,
    taker: &'r mut T,
    problems: Problems,
    entries: usize,
}

impl<T: Take> Reading<'_, T> {
    fn report(&mut self, name: &str, value: &RawValue, error: &serde_json::Error) {
        let at = value.get().as_ptr() as usize - self.source.text().as_ptr() as usize;
        self.problems.add(Unreadable {
            at: self.source.place(at),
            message: format!("{name} was left out: {}.", reason(error)),
        });
    }
}

struct Top<'a, 'r, T>(&'a mut Reading<'r, T>);

impl<'de, T: Take> DeserializeSeed<'de> for Top<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Take> Visitor<'de> for Top<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        while let Some(Key(key)) = map.next_key()? {
            if reading.taker.has_entries(&key) {
                map.next_value_seed(Entries { of: &key, reading })?;
            } else {
                let value: &RawValue = map.next_value()?;
                if let Err(error) = reading.taker.value(&key, value) {
                    reading.report(&format!("\u{201c}{key}\u{201d}"), value, &error);
                }
            }
        }
        Ok(())
    }
}

struct Entries<'a, 'r, T> {
    of: &'a str,
    reading: &'a mut Reading<'r, T>,
}

impl<T: Take> Entries<'_, '_, T> {
    fn take(&mut self, name: Option<&str>, value: &RawValue) {
        self.reading.entries += 1;
        let mut end = self.reading.taker.entry(self.of, name, value);
        if end.is_err()
            && let Some(repaired) = surrogates::repaired(value.get())
            && let Ok(repaired) = RawValue::from_string(repaired)
        {
            end = self.reading.taker.entry(self.of, name, &repaired);
        }
        if let Err(error) = end {
            self.reading.entries -= 1;
            let shown = name.map_or_else(|| "An entry".to_owned(), |name| format!("\u{201c}{name}\u{201d}"));
            self.reading.report(&format!("{shown} of {}", self.of), value, &error);
        }
    }
}

impl<'de, T: Take> DeserializeSeed<'de> for Entries<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Take> Visitor<'de> for Entries<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("entries")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            self.take(Some(&name), map.next_value()?);
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element()? {
            self.take(None, value);
        }
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}
