//! Finding plans, settings and status files, and reading them: the only room that reads them from disk.

mod discover;
mod load;
mod locate;
mod read;
mod settings;

pub use discover::{Discovery, discover};
pub use load::{Loaded, load, load_text};
pub use locate::{Located, LocatedBy, locate_status};
pub use read::{ReadError, read_source, read_status};
pub use settings::{Settings, SettingsProblem, find_root};
