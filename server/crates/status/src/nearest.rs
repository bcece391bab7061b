//! The ids most like one that is not there.

/// At most three of `ids` that somebody may have meant by `id`, best first.
pub(crate) fn nearest<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = id.chars().flat_map(char::to_lowercase).take(64).collect();
    let limit = (wanted.len() / 3).max(1);
    let mut near: Vec<(usize, &str)> = ids
        .filter_map(|other| {
            let candidate: Vec<char> = other.chars().flat_map(char::to_lowercase).take(64).collect();
            // What only goes on where the other ends is the next best to a typing error: `2` for `2.1`.
            if !wanted.is_empty() && (candidate.starts_with(&wanted) || wanted.starts_with(&candidate)) {
                return Some((1, other));
            }
            let distance = distance(&wanted, &candidate);
            (distance <= limit).then_some((distance, other))
        })
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.dedup_by_key(|(_, other)| *other);
    near.into_iter().take(3).map(|(_, other)| other.to_owned()).collect()
}

/// How many characters must be put in, taken out or replaced.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (other, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[other + 1];
            row[other + 1] = replaced.min(diagonal + 1).min(row[other] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_come_first() {
        let ids = || ["1.1", "1.2", "2.1", "2.10", "T012", "setup"].into_iter();
        assert_eq!(nearest("2.1x", ids()), ["2.1", "2.10"]);
        assert_eq!(nearest("t012", ids()), ["T012"]);
        assert_eq!(nearest("2", ids()), ["2.1", "2.10"]);
        assert_eq!(nearest("1.3", ids()), ["1.1", "1.2"]);
        assert_eq!(nearest("nothing like it", ids()), Vec::<String>::new());
    }
}
