//! The commands, one file each.

pub mod batch;
pub mod check;
pub mod complete;
pub mod completions;
pub mod dialect;
pub mod explain;
pub mod fail;
pub mod findings;
pub mod git;
pub mod history;
pub mod init;
pub mod lsp;
pub mod merge_driver;
pub mod next;
pub mod progress;
pub mod reopen;
pub mod retry;
pub mod runs;
pub mod sidecar;
pub mod skip;
pub mod start;
pub mod status;
pub mod sync_check;
pub mod undo;
