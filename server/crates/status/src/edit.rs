//! Changes of one JSON object that leave every byte of the other members as it is: their order, blanks, escapes and numbers.

use std::borrow::Cow;

use tallymark_text::Span;

use crate::json;

/// A JSON object as the pieces of its text. Without a change it renders to the very same bytes.
#[derive(Clone, Debug)]
pub(crate) struct Object<'a> {
    members: Vec<Member<'a>>,
    /// Between the last value and the closing brace.
    tail: &'a str,
    /// What stands before the key of a member that we add, the first or a later one, and around its colon.
    first_lead: &'a str,
    lead: &'a str,
    colon: &'a str,
}

#[derive(Clone, Debug)]
struct Member<'a> {
    /// Between the value before and the comma: nearly always nothing.
    gap: &'a str,
    /// Between the comma, or the opening brace, and the key: the line break and the indentation.
    lead: &'a str,
    key: Cow<'a, str>,
    /// The key with its quotes.
    raw_key: Cow<'a, str>,
    /// The colon with the blanks around it.
    colon: &'a str,
    value: Cow<'a, str>,
}

impl<'a> Object<'a> {
    /// Takes apart an object that has been read as JSON before, from brace to brace.
    pub(crate) fn new(object: &'a str) -> Self {
        let mut members = Vec::new();
        let read =
            json::members(object, |key, value| members.push((key, json::span_in(object, value.get()))));
        debug_assert!(read.is_ok(), "the object has been read before");
        Self::with_members(object, members.into_iter())
    }

    /// The same for an object of which it is known already where the values of its members are.
    pub(crate) fn with_members(object: &'a str, members: impl Iterator<Item = (Cow<'a, str>, Span)>) -> Self {
        let mut done = 1;
        let take = |(key, value): (Cow<'a, str>, Span)| {
            let before = &object[done..value.start as usize];
            done = value.end as usize;
            Member::new(key, before, &object[value.range()])
        };
        let members: Vec<Member<'a>> = members.map(take).collect();
        let tail = object.get(done..object.len() - 1).unwrap_or("");
        let style = members.get(1).or(members.first());
        let (lead, colon) = style.map_or(("", ": "), |member| (member.lead, member.colon));
        let first_lead = members.first().map_or("", |member| member.lead);
        Self { members, tail, first_lead, lead, colon }
    }

    /// An empty object whose members and brace will stand as those of this one do.
    pub(crate) fn sibling(&self) -> Self {
        Self { members: Vec::new(), ..*self }
    }

    /// An empty object whose keys will stand on lines of their own behind `lead`, and the closing brace behind `tail`; all on
    /// one line if `lead` is none.
    pub(crate) fn with_style(lead: &'a str, colon: &'a str, tail: &'a str) -> Self {
        match lead.contains('\n') {
            true => Self { members: Vec::new(), tail, first_lead: lead, lead, colon },
            false => Self { members: Vec::new(), tail: "", first_lead: "", lead: " ", colon },
        }
    }

    /// What stands before the key of a member that is added, and around its colon.
    pub(crate) fn style(&self) -> (&'a str, &'a str) {
        (self.lead, self.colon)
    }

    /// The value of `key` as it stands in the text. Of a key that stands twice the last counts.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.members.iter().rev().find(|member| member.key == key).map(|member| member.value.as_ref())
    }

    /// The keys in their order; one that stands twice comes twice.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.key.as_ref())
    }

    /// Puts the JSON `value` in the place of what `key` had. A new member comes behind the first key of `after` that
    /// is there, else at the end.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Cow<'a, str>>, after: &[&str]) {
        let value = value.into();
        if let Some(member) = self.members.iter_mut().rev().find(|member| member.key == key) {
            member.value = value;
            return;
        }
        let behind =
            after.iter().find_map(|other| self.members.iter().rposition(|member| member.key == *other));
        let member = Member {
            gap: "",
            lead: if self.members.is_empty() { self.first_lead } else { self.lead },
            key: Cow::Owned(key.to_owned()),
            raw_key: Cow::Owned(json::quote(key)),
            colon: self.colon,
            value,
        };
        self.members.insert(behind.map_or(self.members.len(), |at| at + 1), member);
    }

    /// Takes the members out that a later one of the same key makes void; gives their keys.
    pub(crate) fn drop_shadowed(&mut self) -> Vec<String> {
        let last: Vec<bool> = (0..self.members.len())
            .map(|at| !self.members[at + 1..].iter().any(|later| later.key == self.members[at].key))
            .collect();
        let first = self.members.first().map(|member| member.lead);
        let mut dropped = Vec::new();
        let mut at = 0;
        self.members.retain(|member| {
            at += 1;
            if !last[at - 1] {
                dropped.push(member.key.clone().into_owned());
            }
            last[at - 1]
        });
        if let (Some(lead), Some(member)) = (first, self.members.first_mut()) {
            member.lead = lead;
        }
        dropped
    }

    /// Takes `key` out, wherever it stands, and gives back its last value.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Cow<'a, str>> {
        let mut removed = None;
        // The lead of a first member stays with the one that takes its place.
        let first = self.members.first().map(|member| member.lead);
        self.members.retain(|member| {
            if member.key == key {
                removed = Some(member.value.clone());
                return false;
            }
            true
        });
        if let (Some(lead), Some(member)) = (first, self.members.first_mut()) {
            member.lead = lead;
        }
        removed
    }

    /// The object's text.
    pub(crate) fn render(&self) -> String {
        let length: usize = self.members.iter().map(Member::len).sum();
        let mut text = String::with_capacity(length + self.tail.len() + 2);
        self.render_into(&mut text);
        text
    }

    /// Puts the object's text behind `text`.
    pub(crate) fn render_into(&self, text: &mut String) {
        text.push('{');
        for (index, member) in self.members.iter().enumerate() {
            if index > 0 {
                text.push_str(member.gap);
                text.push(',');
            }
            for piece in [member.lead, &member.raw_key, member.colon, &member.value] {
                text.push_str(piece);
            }
        }
        text.push_str(self.tail);
        text.push('}');
    }
}

impl<'a> Member<'a> {
    /// `before` is what stands between the value before (or the opening brace) and this value: blanks, comma, key, colon.
    fn new(key: Cow<'a, str>, before: &'a str, value: &'a str) -> Self {
        let key_start = before.find('"').unwrap_or(0);
        let key_end = before.rfind('"').map_or(before.len(), |quote| quote + 1);
        let (gap, lead) = before[..key_start].split_once(',').unwrap_or(("", &before[..key_start]));
        Self {
            gap,
            lead,
            key,
            raw_key: Cow::Borrowed(&before[key_start..key_end]),
            colon: &before[key_end..],
            value: Cow::Borrowed(value),
        }
    }

    fn len(&self) -> usize {
        self.gap.len() + 1 + self.lead.len() + self.raw_key.len() + self.colon.len() + self.value.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn without_a_change_every_byte_is_the_same() {
        for text in [
            "{}",
            "{ }",
            "{\n}",
            r#"{"a":1}"#,
            "{ \"a\" : 1 ,\t\"b\":{\"c\":[1 ,2]}\r\n}",
            r#"{"\"x\":,": "y, \"z\": 1"}"#,
        ] {
            assert_eq!(Object::new(text).render(), text);
        }
    }

    /// What `change` makes of `text`.
    fn changed(text: &str, change: impl FnOnce(&mut Object<'_>)) -> String {
        let mut object = Object::new(text);
        change(&mut object);
        object.render()
    }

    #[test]
    fn a_new_member_stands_as_its_neighbours_do() {
        let add = |text| changed(text, |object| object.set("n", "1", &["b", "a"]));
        assert_eq!(add("{\n  \"a\": 1,\n  \"z\": 2\n}"), "{\n  \"a\": 1,\n  \"n\": 1,\n  \"z\": 2\n}");
        assert_eq!(add("{\r\n\t\"a\" :1\r\n}"), "{\r\n\t\"a\" :1,\r\n\t\"n\" :1\r\n}");
        assert_eq!(add(r#"{"z":1}"#), r#"{"z":1,"n":1}"#);
        assert_eq!(add(r#"{"a": 1, "b": 2, "z": 3}"#), r#"{"a": 1, "b": 2, "n": 1, "z": 3}"#);
        assert_eq!(add("{}"), r#"{"n": 1}"#);
    }

    #[test]
    fn what_is_taken_out_leaves_no_hole() {
        let remove = |key| {
            changed("{ \"a\": 1, \"b\": 2 ,\n \"a\": 3 }", |object| assert!(object.remove(key).is_some()))
        };
        assert_eq!(remove("a"), "{ \"b\": 2 }");
        assert_eq!(remove("b"), "{ \"a\": 1,\n \"a\": 3 }".replace("1,", "1 ,"));
        assert_eq!(changed(r#"{"a":1}"#, |object| assert!(object.remove("a").is_some())), "{}");
        assert_eq!(changed(r#"{"a":1}"#, |object| assert!(object.remove("z").is_none())), r#"{"a":1}"#);
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_is_set() {
        assert_eq!(changed(r#"{"a":1,"a":2}"#, |object| object.set("a", "3", &[])), r#"{"a":1,"a":3}"#);
        assert_eq!(Object::new(r#"{"a":1,"\u0061":2}"#).get("a"), Some("2"));
    }
}
