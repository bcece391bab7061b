//! Finding plans, settings and status files, and reading them: the only room that reads them from disk.

mod discover;
mod findings;
mod layouts;
mod load;
mod locate;
mod monitored;
mod monitoring;
mod nearest;
mod read;
mod root;
mod settings;

pub use discover::{Discovery, PLAN_EXTENSIONS, discover};
pub use findings::findings_files;
pub use load::{
    Loaded, Outside, facts, is_plan, load, load_if_plan, load_text, load_without_findings, may_be_plan,
    missing_files, relative,
};
pub use locate::{Located, LocatedBy, locate_status};
pub use monitored::{
    LiveFacts, MONITORING_LIMIT, MonitoringFiles, has_only_one_plan, read_monitoring, signs_of_life,
};
pub use monitoring::{monitoring_place, monitoring_places};
pub use nearest::nearest;
pub use read::{PLAN_LIMIT, ReadError, STATUS_LIMIT, read_bytes, read_source, read_status};
pub use root::{Repository, find_root};
pub use settings::{
    EditorSettings, FailOn, FormatValues, LimitValues, MonitoringPath, SETTINGS_FILE, Settings, SettingsEdit,
    SettingsProblem, Values, treat_as_plan,
};
