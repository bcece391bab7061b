use std::ops::Range;

/// A half-open range of bytes in a source's text (its BOM, if any, is not counted).
///
/// Eight bytes and `Copy`, where `Range<usize>` is sixteen and is not: a large plan has a hundred thousand of them.
/// Texts of 4 GiB and more are refused before they become a [`Source`](crate::Source).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`. Offsets beyond `u32::MAX` are clamped; a [`Source`](crate::Source) has none.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// As a range, to index a `str` with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies inside; the end counts only for an empty span.
    pub fn contains(self, offset: usize) -> bool {
        let offset = offset as u64;
        u64::from(self.start) <= offset
            && (offset < u64::from(self.end) || (self.is_empty() && offset == u64::from(self.start)))
    }

    /// Whether `offset` lies inside or just behind the last byte, as a cursor does.
    pub fn touches(self, offset: usize) -> bool {
        (self.start as usize..=self.end as usize).contains(&offset)
    }

    /// Whether the two share a byte, or one is empty and lies in or at an end of the other.
    pub fn meets(self, other: Span) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
            || ((self.is_empty() || other.is_empty()) && self.start <= other.end && other.start <= self.end)
    }

    /// The smallest span that covers both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
