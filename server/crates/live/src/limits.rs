//! How long something may be silent.

use tallymark_events::Format;

/// How long something may be silent until it is said to be. In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Gadugi's processes beat every 30 s, and its own monitor gives them up after 120 s.
    pub gadugi: i64,
    /// dev_workflow's orchestrators beat every 10 s, and count as dead after 60 s.
    pub dev_workflow: i64,
    /// All others: an agent's stream between two lines while the language model answers, a registry that says when it
    /// last heard of somebody.
    pub silent: i64,
    /// A tool may run for so long without a word: builds and tests do.
    pub tool: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { gadugi: 120_000, dev_workflow: 60_000, silent: 3 * 60_000, tool: 30 * 60_000 }
    }
}

impl Limits {
    /// The limit for signs of life that stand in a file of this format.
    #[must_use]
    pub fn of(&self, format: Format) -> i64 {
        match format {
            Format::GadugiRegistry
            | Format::GadugiHeartbeats
            | Format::GadugiReport
            | Format::GadugiTaskState
            | Format::GadugiCheckpoint => self.gadugi,
            Format::DevWorkflow => self.dev_workflow,
            Format::Orchestra
            | Format::ClaudeStream
            | Format::CodexStream
            | Format::GeminiStream
            | Format::OpencodeStream => self.silent,
        }
    }
}

/// Whether files of this format are agents' streams.
#[must_use]
pub fn is_stream(format: Format) -> bool {
    matches!(
        format,
        Format::ClaudeStream | Format::CodexStream | Format::GeminiStream | Format::OpencodeStream
    )
}
