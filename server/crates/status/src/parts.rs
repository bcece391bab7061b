//! A store of several files: one text to work on, and the way back to the files.

use std::sync::Arc;

use tallymark_text::{Source, Span};

use crate::Status;

/// One of the files that a status was read from.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its name in the folder.
    pub(crate) name: Box<str>,
    /// Where its text begins in that of the status.
    pub(crate) start: u32,
    /// Its text.
    pub(crate) source: Arc<Source>,
}

/// Where a span of a [`Status`] is to be found.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file's name, if the store is a folder.
    pub file: Option<&'a str>,
    /// The file's text.
    pub source: &'a Arc<Source>,
    /// The span in it.
    pub span: Span,
}

impl Status {
    /// The file that a span lies in, and where in it: what lines and columns are counted in.
    pub fn place(&self, span: Span) -> Place<'_> {
        let after = self.parts.partition_point(|part| part.start <= span.start);
        let Some(part) = after.checked_sub(1).map(|at| &self.parts[at]) else {
            return Place { file: None, source: &self.source, span };
        };
        let local = |offset: u32| (offset.saturating_sub(part.start)).min(part.source.len() as u32);
        let span = Span { start: local(span.start), end: local(span.end) };
        Place { file: Some(&part.name), source: &part.source, span }
    }

    /// The names of the files that it was read from, if it is a folder's.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| &*part.name)
    }
}
