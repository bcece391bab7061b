use crate::Span;

/// What one text has in the place of a stretch of another: all before it is the same, and so is all behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// The stretch in the text before.
    pub old: Span,
    /// What stands there now; it begins where `old` begins.
    pub new: Span,
}

impl Replaced {
    /// `length` bytes in the place of `old`.
    pub fn new(old: Span, length: usize) -> Self {
        let start = old.start as usize;
        Self { old, new: Span::new(start, start + length) }
    }

    /// The smallest stretch in which two texts differ, cutting no character; empty where they are equal.
    pub fn between(old: &str, new: &str) -> Self {
        let shorter = old.len().min(new.len());
        let mut front = equal(old.as_bytes().iter().zip(new.as_bytes()));
        while !old.is_char_boundary(front) || !new.is_char_boundary(front) {
            front -= 1;
        }
        let mut back =
            equal(old.as_bytes().iter().rev().zip(new.as_bytes().iter().rev()).take(shorter - front));
        while !old.is_char_boundary(old.len() - back) || !new.is_char_boundary(new.len() - back) {
            back -= 1;
        }
        Self { old: Span::new(front, old.len() - back), new: Span::new(front, new.len() - back) }
    }

    /// This, and `next` after it, as one.
    #[must_use]
    pub fn then(self, next: Replaced) -> Self {
        let start = self.new.start.min(next.old.start);
        // In the text between the two.
        let end = self.new.end.max(next.old.end);
        Self {
            old: Span { start, end: self.old.end + (end - self.new.end) },
            new: Span { start, end: next.new.end + (end - next.old.end) },
        }
    }

    /// How much farther back all stands that stands behind it, in bytes.
    pub fn shift(self) -> i64 {
        i64::from(self.new.end) - i64::from(self.old.end)
    }
}

fn equal<'a>(pairs: impl Iterator<Item = (&'a u8, &'a u8)>) -> usize {
    pairs.take_while(|(old, new)| old == new).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_cuts_no_character() {
        let between = |old, new| Replaced::between(old, new);
        assert_eq!(between("aXb", "aYYb"), Replaced::new(Span::new(1, 2), 2));
        assert_eq!(between("aa", "aaa"), Replaced::new(Span::new(2, 2), 1));
        assert_eq!(between("é", "è"), Replaced::new(Span::new(0, 2), 2));
        assert_eq!(between("same", "same"), Replaced::new(Span::new(4, 4), 0));
        assert_eq!(between("", "x"), Replaced::new(Span::new(0, 0), 1));
    }

    #[test]
    fn one_after_the_other_is_one() {
        // "abcdef" → "aXYcdef" → "aXZZdef"
        let both = Replaced::new(Span::new(1, 2), 2).then(Replaced::new(Span::new(2, 4), 2));
        assert_eq!(both, Replaced::new(Span::new(1, 3), 3));
        // "abcdef" → "abcde" → "Xbcde"
        let apart = Replaced::new(Span::new(5, 6), 0).then(Replaced::new(Span::new(0, 1), 1));
        assert_eq!(apart, Replaced::new(Span::new(0, 6), 5));
    }
}
