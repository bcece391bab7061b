//! The last few of many.

/// Keeps those of the highest rank, in the order they came, and counts the others.
#[derive(Debug)]
pub(crate) struct Keep<T, R> {
    limit: usize,
    kept: Vec<(R, T)>,
    left_out: u64,
}

impl<T, R: Ord + Clone> Keep<T, R> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), left_out: 0 }
    }

    /// One more. Of equal rank the later is kept.
    pub(crate) fn push(&mut self, rank: R, item: T) {
        self.kept.push((rank, item));
        if self.kept.len() >= self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    /// The kept ones, and how many were left out.
    pub(crate) fn finish(mut self) -> (Vec<T>, u64) {
        self.cut();
        (self.kept.into_iter().map(|(_, item)| item).collect(), self.left_out)
    }

    fn cut(&mut self) {
        let Some(too_many) = self.kept.len().checked_sub(self.limit).filter(|number| *number > 0) else {
            return;
        };
        let mut ranks: Vec<(R, usize)> =
            self.kept.iter().enumerate().map(|(at, (rank, _))| (rank.clone(), at)).collect();
        let (_, least_kept, _) = ranks.select_nth_unstable(too_many);
        let least_kept = least_kept.clone();
        let mut at = 0;
        self.kept.retain(|(rank, _)| {
            let keep = (rank, at) >= (&least_kept.0, least_kept.1);
            at += 1;
            keep
        });
        self.left_out += too_many as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::Keep;

    #[test]
    fn the_highest_are_kept_in_the_order_they_came() {
        let mut keep = Keep::new(3);
        for number in [5, 1, 9, 2, 9, 3, 8, 1, 1] {
            keep.push(number, number);
        }
        assert_eq!(keep.finish(), (vec![9, 9, 8], 6));
    }

    #[test]
    fn of_equal_ones_the_last_are_kept() {
        let mut keep = Keep::new(2);
        for name in ["a", "b", "c", "d", "e"] {
            keep.push(0, name);
        }
        assert_eq!(keep.finish(), (vec!["d", "e"], 3));
    }

    #[test]
    fn few_are_all_kept() {
        let mut keep = Keep::new(3);
        keep.push(1, "a");
        assert_eq!(keep.finish(), (vec!["a"], 0));
    }
}
