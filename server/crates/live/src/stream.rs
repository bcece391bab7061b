//! An agent's stream, followed as it grows.

use tallymark_events::Monitored;

/// An agent's stream, followed as it grows.
#[derive(Debug)]
pub struct Stream {
    path: String,
}

impl Stream {
    /// A stream of which nothing is read yet.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned() }
    }

    /// More bytes of it, cut anywhere. `seen` is when they were seen to come, in milliseconds since 1970-01-01 UTC; `None`
    /// where nobody looked when they were written.
    pub fn push(&mut self, _bytes: &[u8], _seen: Option<i64>) {}

    /// What it has said so far; `None` as long as it is not known as one of ours.
    #[must_use]
    pub fn monitored(&self, _modified: i64) -> Option<Monitored> {
        let _ = &self.path;
        None
    }
}
