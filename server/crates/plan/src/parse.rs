//! Markdown to plan.

use std::sync::Arc;

use tallymark_text::Source;

use crate::{Dialect, Plan, Verdict};

/// What the caller knows of the file beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The path from the workspace's root, with `/`: dialects are told by it. Empty if unknown.
    pub path: &'a str,
    /// The dialect that the settings name; sniffed if `None`. A file with a dialect from the settings is always a plan.
    pub dialect: Option<Dialect>,
}

/// Reads a plan. Never fails and never panics, whatever the text.
pub fn parse(source: Arc<Source>, options: Options<'_>) -> Plan {
    Plan {
        source,
        dialect: options.dialect.unwrap_or(Dialect::Plain),
        verdict: Verdict::NotAPlan("it has no tasks"),
        title: None,
        phases: Vec::new(),
        tasks: Vec::new(),
        criteria: Vec::new(),
        dependencies: Vec::new(),
        output: None,
        claims: Vec::new(),
        allowances: Vec::new(),
        problems: Vec::new(),
        ignored: Vec::new(),
    }
}
