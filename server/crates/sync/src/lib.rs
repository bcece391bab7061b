//! Where plan and status.json meet: the join, the effective state of each task, progress, the rules and their fixes.
//!
//! Pure: no disk, no clock. What rules need from outside comes in as [`Facts`].

mod analysis;
mod close;
mod finding;
mod ids;
mod join;
mod marking;
mod marks;
mod matching;
mod neighbours;
mod plain;
mod progress;
mod retries;
pub mod rules;
mod state;
mod words;

pub use analysis::Analysis;
pub use finding::{Facts, File, Finding, Fix, FixAction, Place, Related, Severity, Subject};
pub use join::{Counterpart, Joined, Match, MatchKind, join};
pub use marking::{Mark, Marking, Refusal, RefusalKind};
pub use progress::Progress;
pub use retries::{Limits, Retries};
pub use rules::{Boxes, BrokenRule, Config, Rule};
pub use state::State;
