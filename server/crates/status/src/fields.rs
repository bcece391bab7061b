//! What a change did to the members of an entry: enough to take it back, and to do it again.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::edit::Object;

/// A member of an entry before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its key.
    pub key: String,
    /// Its value before; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub was: Option<Json>,
    /// Its value afterwards; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub now: Option<Json>,
}

impl FieldChange {
    /// The way back.
    pub(crate) fn reversed(&self) -> Self {
        Self { key: self.key.clone(), was: self.now.clone(), now: self.was.clone() }
    }
}

/// A JSON value as it stands in a file, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// Of a value's text. Line ends, which JSON allows between tokens only, become blanks.
    fn of(text: &str) -> Self {
        Self(text.replace(['\n', '\r'], " "))
    }

    /// Of a text that somebody sent.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str::<&RawValue>(text).map(|value| Self::of(value.get()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// A value that is there, be it `null`: an [`Option`] by itself would take `null` for none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(Some(Json::of(raw.get())))
}

/// The members in which two states of an entry differ, in the order of the entry; `None` stands for no entry.
pub(crate) fn changed(before: Option<&Object<'_>>, after: Option<&Object<'_>>) -> Vec<FieldChange> {
    let value =
        |object: Option<&Object<'_>>, key: &str| object.and_then(|object| object.get(key).map(Json::of));
    let mut changes: Vec<FieldChange> = Vec::new();
    for key in [before, after].into_iter().flatten().flat_map(Object::keys) {
        if changes.iter().any(|change| change.key == key) {
            continue;
        }
        let (was, now) = (value(before, key), value(after, key));
        if was != now {
            changes.push(FieldChange { key: key.to_owned(), was, now });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::{FieldChange, changed};
    use crate::edit::Object;

    #[test]
    fn a_line_of_the_history_keeps_values_as_they_were_written() {
        let before = Object::new("{\"id\": \"1\", \"n\": 1.50, \"error\": null, \"x\": {\n  \"a\": 1\n}}");
        let after = Object::new("{\"id\": \"1\", \"n\": 1.5, \"y\": []}");
        let changes = changed(Some(&before), Some(&after));
        let text = serde_json::to_string(&changes).unwrap();
        assert_eq!(
            text,
            r#"[{"key":"n","was":1.50,"now":1.5},{"key":"error","was":null},{"key":"x","was":{   "a": 1 }},{"key":"y","now":[]}]"#
        );
        let read: Vec<FieldChange> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, changes);
        assert_eq!(changed(None, Some(&after)).len(), 3);
    }
}
