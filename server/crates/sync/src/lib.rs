//! Where plan and status.json meet: the join, the effective state of each task, progress, the rules and their fixes.
//!
//! Pure: no disk, no clock. What rules need from outside comes in as [`Facts`].

mod analysis;
mod changes;
mod close;
mod digraph;
mod estimate;
mod finding;
mod format;
pub mod graph;
mod ids;
mod join;
mod live;
mod marking;
mod marks;
mod matching;
mod neighbours;
pub mod next;
mod plain;
mod priority;
mod progress;
mod records;
mod rejoin;
mod remarks;
mod renumber;
mod retries;
pub mod rules;
mod state;
pub mod stats;
mod stuck;
mod undoing;
mod words;

pub use analysis::Analysis;
pub use estimate::Effort;
pub use finding::{Facts, File, Finding, Fix, FixAction, Place, Related, Severity, Subject};
pub use format::{Bullet, Format};
pub use graph::{CriticalPath, Graph, Hold};
pub use join::{Counterpart, Joined, Match, MatchKind, join};
pub use live::{LiveTask, LiveTasks, Unknown};
pub use marking::{Mark, Marking, MarkingSequence, Refusal, RefusalKind};
pub use next::Offer;
pub use priority::{Priority, priorities};
pub use progress::Progress;
pub use records::Records;
pub use renumber::{
    Findings, Named, NamedAs, RenumberRefusal, RenumberRefusalKind, Renumbered, Renumbering, names_in,
};
pub use retries::{Limits, Retries};
pub use rules::{Boxes, BrokenRule, Config, Memory, Rule};
pub use state::State;
pub use stuck::{Stuck, stuck};
pub use undoing::half_of_renumbering;
