//! JSON read one level at a time: the members of an object, the elements of an array, each as the slice of the text that it is.
//!
//! A map would lose duplicate keys and their order, and `serde_json::Value` the places. Everything below the level asked
//! for is skipped without recursion, so deep nesting costs no stack.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use tallymark_text::Span;

/// The kinds of JSON value, told apart by their first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

impl Kind {
    /// Of a value without blanks before it.
    pub(crate) fn of(value: &str) -> Self {
        match value.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// With its article, for messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "an array",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::Boolean => "a boolean",
            Kind::Null => "null",
        }
    }
}

/// Reads the object at the front of `deserializer`, and hands each member on in the order of the text.
struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> DeserializeSeed<'de> for Members<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            let value: &RawValue = map.next_value()?;
            (self.0)(key, value);
        }
        Ok(())
    }
}

/// A key: borrowed where the text has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// Reads the array at the front of `deserializer`, and hands each element on.
struct Elements<F>(F);

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.0)(element);
        }
        Ok(())
    }
}

impl<'de, F: FnMut(&'de RawValue)> DeserializeSeed<'de> for Elements<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

/// An object whose one long list is read element by element at once, instead of being skipped first and read then.
pub(crate) struct Head<'a> {
    /// The members in the order of the text, duplicates included.
    pub(crate) members: Vec<(Cow<'a, str>, HeadValue<'a>)>,
    /// The bytes from the start of the text to behind the closing brace.
    pub(crate) end: usize,
}

/// The value of a member of a [`Head`].
pub(crate) enum HeadValue<'a> {
    /// Any value.
    Raw(&'a RawValue),
    /// The list, with its brackets, and its elements.
    List(&'a str, Vec<&'a RawValue>),
}

impl<'a> HeadValue<'a> {
    /// The value as it stands in the text.
    pub(crate) fn text(&self) -> &'a str {
        match self {
            HeadValue::Raw(value) => value.get(),
            HeadValue::List(text, _) => text,
        }
    }
}

impl<'a> Head<'a> {
    /// Reads the object at the front of `text`; `list` is the key whose array is read element by element.
    pub(crate) fn read(text: &'a str, list: &'static str) -> serde_json::Result<Self> {
        let members = HeadSeed { text, list }.deserialize(&mut serde_json::Deserializer::from_str(text))?;
        let behind = match members.last() {
            Some((_, last)) => span_in(text, last.text()).end as usize,
            None => text.find('{').map_or(text.len(), |brace| brace + 1),
        };
        Ok(Self { end: behind + blanks(&text[behind..]) + 1, members })
    }
}

struct HeadSeed<'a> {
    text: &'a str,
    list: &'static str,
}

impl<'de> DeserializeSeed<'de> for HeadSeed<'de> {
    type Value = Vec<(Cow<'de, str>, HeadValue<'de>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadSeed<'de> {
    type Value = Vec<(Cow<'de, str>, HeadValue<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let bracket = match &key {
                Cow::Borrowed(key) if *key == self.list => bracket_behind(self.text, key),
                _ => None,
            };
            let value = match bracket {
                None => HeadValue::Raw(map.next_value()?),
                Some(bracket) => {
                    let mut elements: Vec<&RawValue> = Vec::new();
                    map.next_value_seed(Elements(|element| elements.push(element)))?;
                    let last = elements
                        .last()
                        .map_or(bracket + 1, |last| span_in(self.text, last.get()).end as usize);
                    let close = last + blanks(&self.text[last..]);
                    HeadValue::List(&self.text[bracket..=close], elements)
                }
            };
            members.push((key, value));
        }
        Ok(members)
    }
}

/// How many blanks `text` begins with.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// Where the value of `key`, a slice of `text`, begins, if that is with a bracket.
fn bracket_behind(text: &str, key: &str) -> Option<usize> {
    let quote = span_in(text, key).end as usize;
    let colon = quote + 1 + blanks(text.get(quote + 1..)?);
    let value = colon + 1 + blanks(text.get(colon + 1..)?);
    text[value..].starts_with('[').then_some(value)
}

/// Hands on each member of `object`, which begins with its brace.
///
/// # Errors
/// Only a key with half a surrogate pair: the value has been read as JSON before.
pub(crate) fn members<'a>(
    object: &'a str,
    member: impl FnMut(Cow<'a, str>, &'a RawValue),
) -> serde_json::Result<()> {
    Members(member).deserialize(&mut serde_json::Deserializer::from_str(object))
}

/// Hands on each element of `array`, which begins with its bracket.
pub(crate) fn elements<'a>(array: &'a str, element: impl FnMut(&'a RawValue)) -> serde_json::Result<()> {
    serde_json::Deserializer::from_str(array).deserialize_seq(Elements(element))
}

/// The text of a JSON string with its quotes: `None` where it is simply what lies between them.
/// Half a surrogate pair, which JavaScript allows, becomes U+FFFD, one for each of its three bytes.
pub(crate) fn unescape(string: &str) -> Option<Box<str>> {
    struct Bytes;

    impl<'de> Visitor<'de> for Bytes {
        type Value = Box<str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Box<str>, E> {
            Ok(String::from_utf8_lossy(bytes).into())
        }
    }

    memchr::memchr(b'\\', string.as_bytes())?;
    // `deserialize_bytes` is how serde_json reads strings that are no Unicode.
    serde_json::Deserializer::from_str(string).deserialize_bytes(Bytes).ok()
}

/// The text of a JSON string with its quotes.
pub(crate) fn text_of(string: &str) -> Cow<'_, str> {
    match unescape(string) {
        Some(text) => Cow::Owned(text.into()),
        None => {
            Cow::Borrowed(string.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(string))
        }
    }
}

/// `text` as a JSON string with its quotes, as JSON.stringify writes it.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where `slice`, a part of `text`, lies in it.
pub(crate) fn span_in(text: &str, slice: &str) -> Span {
    let start = slice.as_ptr() as usize - text.as_ptr() as usize;
    Span::new(start, start + slice.len())
}
