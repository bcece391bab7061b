//! What an object is, told by its keys: read from its beginning, and no further than needed.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// An object's key.
#[derive(Debug, Deserialize)]
pub(crate) struct Key<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// How many keys of an object are looked at.
const MOST_KEYS: usize = 64;

/// The keys of an object, as far as they were read.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    names: Vec<String>,
    /// The text that is its `type`.
    kind: Option<String>,
    /// Those keys whose value is an object or a list, with what is in it first.
    inner: Vec<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    contents: Contents,
}

#[derive(Debug, Default)]
struct Contents {
    /// Its own keys; of a list, none.
    names: Vec<String>,
    /// The keys of the first object in it.
    first: Vec<String>,
    is_empty: bool,
}

impl Keys {
    /// The keys of the object that `text` begins with, cut or not, until `enough` says that it knows.
    pub(crate) fn read(text: &str, enough: impl Fn(&Self) -> bool) -> Self {
        let mut keys = Self::default();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // An error is the end of what can be read, or of what needs to be.
        let _ = Top { keys: &mut keys, enough: &enough }.deserialize(&mut deserializer);
        keys
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|had| had == name)
    }

    pub(crate) fn all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// The text under `type`.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Whether `name` is an object or a list that has nothing in it, or whose first object has all of `keys`.
    pub(crate) fn holds(&self, name: &str, keys: &[&str]) -> bool {
        self.inner.iter().any(|inner| {
            let Contents { first, is_empty, .. } = &inner.contents;
            inner.name == name && (*is_empty || keys.iter().all(|key| first.iter().any(|had| had == key)))
        })
    }

    /// Whether `name` is an object or a list with something in it.
    pub(crate) fn holds_some(&self, name: &str) -> bool {
        self.inner.iter().any(|inner| inner.name == name && !inner.contents.is_empty)
    }

    /// Whether `name` is an object with all of `keys`.
    pub(crate) fn within(&self, name: &str, keys: &[&str]) -> bool {
        self.inner.iter().any(|inner| {
            inner.name == name && keys.iter().all(|key| inner.contents.names.iter().any(|had| had == key))
        })
    }
}

/// Takes the keys of an object; gives up with an error as soon as it is enough.
struct Top<'k, E> {
    keys: &'k mut Keys,
    enough: &'k E,
}

impl<'de, E: Fn(&Keys) -> bool> DeserializeSeed<'de> for Top<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Fn(&Keys) -> bool> Visitor<'de> for Top<'_, E> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            if self.keys.names.len() == MOST_KEYS {
                return Err(A::Error::custom("too many keys"));
            }
            self.keys.names.push(key.clone().into_owned());
            let mut contents = None;
            let end = map.next_value_seed(Value {
                kind: (key == "type").then_some(&mut self.keys.kind),
                contents: &mut contents,
                depth: 0,
            });
            if let Some(contents) = contents {
                self.keys.inner.push(Inner { name: key.into_owned(), contents });
            }
            end?;
            if (self.enough)(self.keys) {
                return Err(A::Error::custom("enough"));
            }
        }
        Ok(())
    }
}

/// Takes a value, two levels deep: whatever else is in it is passed over.
struct Value<'k> {
    /// Where the text goes, if it is asked for.
    kind: Option<&'k mut Option<String>>,
    contents: &'k mut Option<Contents>,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
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
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if let Some(kind) = self.kind {
            *kind = Some(text.to_owned());
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.depth > 0 {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let contents = self.contents.insert(Contents::default());
        let mut first = None;
        let element = Value { kind: None, contents: &mut first, depth: 1 };
        let end = list.next_element_seed(element);
        contents.first = first.map(|first| first.names).unwrap_or_default();
        contents.is_empty = end?.is_none();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { contents, depth, .. } = self;
        let contents = contents.insert(Contents::default());
        let mut number = 0;
        while let Some(Key(key)) = map.next_key()? {
            number += 1;
            if number > MOST_KEYS {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            contents.names.push(key.into_owned());
            if depth == 0 && number == 1 {
                let mut first = None;
                let end = map.next_value_seed(Value { kind: None, contents: &mut first, depth: 1 });
                contents.first = first.map(|first| first.names).unwrap_or_default();
                end?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        contents.is_empty = number == 0;
        Ok(())
    }
}
