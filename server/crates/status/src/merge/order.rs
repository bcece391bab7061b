//! The order of the merged entries.

use std::{cmp::Ordering, collections::HashMap};

use crate::Status;

/// The ids of a file in its order.
pub(super) fn ids(status: &Status) -> Vec<&str> {
    status.entries().map(|(index, _)| status.id(index)).collect()
}

/// All ids of both sides: in the order of the side that changed it (of `first`, if both did), and what only the other side
/// has behind the one that it follows there. New ones that came to stand at one place from both sides are sorted by id.
pub(super) fn merge<'a>(base: Option<Vec<&'a str>>, first: &[&'a str], second: &[&'a str]) -> Vec<&'a str> {
    let base = base.unwrap_or_default();
    let in_base = places(&base);
    let (spine, other) = match (in_order(first, &in_base), in_order(second, &in_base)) {
        (true, false) => (second, first),
        _ => (first, second),
    };
    let in_spine = places(spine);
    // What comes behind which entry of the spine; behind none at the very front.
    let mut behind: HashMap<Option<&str>, Vec<&'a str>> = HashMap::new();
    let mut anchor = None;
    for &id in other {
        if in_spine.contains_key(id) {
            anchor = Some(id);
        } else {
            behind.entry(anchor).or_default().push(id);
        }
    }
    let mut order = Vec::with_capacity(spine.len() + other.len());
    let mut rest = spine;
    let mut put = |anchor: Option<&'a str>, rest: &mut &[&'a str], order: &mut Vec<&'a str>| {
        let Some(others) = behind.remove(&anchor) else { return };
        let mut others = others.into_iter().peekable();
        while let Some(&other) = others.peek() {
            let next = rest
                .first()
                .filter(|next| !in_base.contains_key(*next) && !behind.contains_key(&Some(**next)));
            match next {
                Some(next) if natural(next, other).is_lt() => {
                    order.push(next);
                    *rest = &rest[1..];
                }
                _ => {
                    order.push(other);
                    others.next();
                }
            }
        }
    };
    put(None, &mut rest, &mut order);
    while let Some((&id, behind)) = rest.split_first() {
        rest = behind;
        order.push(id);
        put(Some(id), &mut rest, &mut order);
    }
    order
}

fn places<'a>(ids: &[&'a str]) -> HashMap<&'a str, usize> {
    ids.iter().enumerate().map(|(at, id)| (*id, at)).collect()
}

/// Whether those that were there before stand in the order of before.
fn in_order(ids: &[&str], before: &HashMap<&str, usize>) -> bool {
    ids.iter().filter_map(|id| before.get(id)).is_sorted()
}

/// Ids as people order them: `1.9` before `1.10`.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (left, right) = (digits(one), digits(other));
        let order = if left > 0 && right > 0 {
            let number = |text: &str, end: usize| text[..end].trim_start_matches('0').to_owned();
            let (a, b) = (number(one, left), number(other, right));
            one = &one[left..];
            other = &other[right..];
            a.len().cmp(&b.len()).then_with(|| a.cmp(&b))
        } else {
            let (mut a, mut b) = (one.chars(), other.chars());
            let order = match (a.next(), b.next()) {
                (None, None) => return Ordering::Equal,
                (a, b) => a.cmp(&b),
            };
            one = a.as_str();
            other = b.as_str();
            order
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_on_both_sides_is_sorted_and_the_rest_stays() {
        let base = || Some(vec!["1.1", "1.2", "2.1"]);
        let merged =
            merge(base(), &["1.1", "1.2", "1.10", "2.1"], &["1.0", "1.1", "1.2", "1.3", "1.11", "2.1"]);
        assert_eq!(merged, ["1.0", "1.1", "1.2", "1.3", "1.10", "1.11", "2.1"]);
    }

    #[test]
    fn the_side_that_changed_the_order_is_followed() {
        let base = || Some(vec!["a", "b", "c"]);
        assert_eq!(merge(base(), &["a", "b", "n", "c"], &["c", "b", "a"]), ["c", "b", "n", "a"]);
        assert_eq!(merge(base(), &["b", "a", "c"], &["a", "c", "b"]), ["b", "a", "c"]);
    }

    #[test]
    fn ids_are_ordered_as_people_do() {
        let mut ids = ["T10", "T9", "1.10", "1.9a", "1.9", "", "1"];
        ids.sort_by(|a, b| natural(a, b));
        assert_eq!(ids, ["", "1", "1.9", "1.9a", "1.10", "T9", "T10"]);
    }
}
