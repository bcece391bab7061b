//! What a plan remembers of how it was read, so that after an edit it can be read on from the middle.

use memchr::memmem;
use tallymark_text::Span;

use crate::annotations::{Note, OutputLine};
use crate::blocks::Blocks;
use crate::cuts::Cut;
use crate::dialects::{Reading, WholeFile};
use crate::evidence::Counts;
use crate::headings::Heading;
use crate::keys;
use crate::{Dialect, Options, Phase, Plan};

/// What was written down while a plan was read.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    /// The options that it was read with.
    pub path: Box<str>,
    pub dialect: Option<Dialect>,
    pub front: Span,
    /// All phases, where the dialect drops those without tasks.
    pub all_phases: Option<Vec<Phase>>,
    /// What the dialect was told by.
    pub counts: Counts,
    /// Where reading can begin; the first stands where the front matter ends.
    pub cuts: Vec<Cut>,
    /// The headings outside lists and quotes.
    pub headings: Vec<Heading>,
    pub comments: Vec<Span>,
    /// Notes on which tasks run alone or together, with the places of their signs.
    pub notes: Vec<(u32, Note)>,
    pub output: Option<OutputLine>,
    pub keys: keys::Known,
    /// Whether `<task` and `<name>` stand somewhere.
    pub may_have_elements: [bool; 2],
}

impl Trail {
    /// All phases, also those that the dialect drops.
    pub fn all_phases<'a>(&'a self, plan: &'a Plan) -> &'a [Phase] {
        self.all_phases.as_deref().unwrap_or(&plan.phases)
    }

    /// Whether a text read with these options would be read as this one was.
    pub fn fits(&self, options: Options<'_>) -> bool {
        *self.path == *options.path && self.dialect == options.dialect
    }
}

/// Whether what a dialect makes of a part of a text follows from that part and the state before it. The files of the others are
/// short: one task, one story, one phase.
pub(crate) fn can_follow(blocks: &Blocks, reading: &dyn Reading) -> bool {
    !blocks.has_definitions
        && reading.whole_file() == WholeFile::Plan
        && !reading.repeats_headings()
        && !reading.has_phase_index()
        && !reading.nests_by_id()
        && !reading.has_elements()
}

/// Whether `<task` and `<name>` stand in a text: where both do, some of its lines are elements.
pub(crate) fn may_have_elements(text: &str) -> [bool; 2] {
    ["<task", "<name>"].map(|tag| memmem::find(text.as_bytes(), tag.as_bytes()).is_some())
}
