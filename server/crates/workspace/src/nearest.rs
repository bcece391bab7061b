//! "Did you mean …": the names that a person most likely meant.

/// The names that are close to `word`, best first, at most `most`. Close: at most a third of its characters differ (one
/// always may), or one of the two begins with the other. Case does not count.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    let mut close: Vec<(usize, usize, &str)> = names
        .into_iter()
        .enumerate()
        .filter_map(|(order, name)| {
            let other = name.to_lowercase();
            let begins = !word.is_empty() && (other.starts_with(&word) || word.starts_with(&other));
            // A name of quite another length is never close: the costly comparison is spared.
            if !begins && other.len().abs_diff(word.len()) > limit * 4 {
                return None;
            }
            let distance = strsim::osa_distance(&word, &other);
            (distance <= limit || begins && !other.is_empty()).then_some((distance, order, name))
        })
        .collect();
    close.sort_unstable();
    close.into_iter().take(most).map(|(_, _, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_close_and_another_word_is_not() {
        assert_eq!(nearest("dialec", ["plans", "dialect", "rules"], 1), ["dialect"]);
        assert_eq!(nearest("Ruels", ["plans", "dialect", "rules"], 1), ["rules"]);
        assert_eq!(nearest("colour", ["plans", "dialect", "rules"], 1), [""; 0]);
    }

    #[test]
    fn ids_are_ordered_by_closeness_then_by_the_order_given() {
        assert_eq!(nearest("1.3", ["1.1", "1.2", "2.3", "1.3.1"], 3), ["1.1", "1.2", "2.3"]);
        assert_eq!(nearest("T01", ["T001", "T010", "T002"], 2), ["T001", "T010"]);
    }
}
