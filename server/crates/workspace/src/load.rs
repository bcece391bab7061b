//! One plan with all that belongs to it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tallymark_plan::Plan;
use tallymark_sync::{Analysis, Facts};
use tallymark_text::Source;

use crate::{Located, ReadError, Settings, locate_status, read_source, read_status};

/// A plan, where its status.json is, and what can be said of both.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The plan's path, absolute.
    pub path: PathBuf,
    /// Where its status.json is, or would be.
    pub located: Located,
    /// The join and the findings.
    pub analysis: Analysis,
}

/// Reads a plan and its status.json, joins them and runs the rules. `now`: milliseconds since 1970-01-01 UTC.
///
/// # Errors
/// The plan cannot be read. A status.json that cannot be read is a finding, not an error.
pub fn load(root: &Path, path: &Path, settings: &Settings, now: Option<i64>) -> Result<Loaded, ReadError> {
    Ok(load_text(root, path, Arc::new(read_source(path)?), settings, now))
}

/// The same for a plan whose text is at hand (an unsaved buffer).
pub fn load_text(
    root: &Path,
    path: &Path,
    source: Arc<Source>,
    settings: &Settings,
    now: Option<i64>,
) -> Loaded {
    let relative = relative(root, path);
    let options = tallymark_plan::Options { path: &relative, dialect: settings.dialect(&relative) };
    let plan: Arc<Plan> = Arc::new(tallymark_plan::parse(source, options));
    let located = locate_status(root, path, &plan, settings);
    let status = if located.exists { read_status(&located.path).map(Arc::new) } else { None };
    let facts = Facts {
        now,
        status_path: self::relative(root, &located.path),
        plan_path: relative,
        other_status_path: located.other.as_deref().map(|other| self::relative(root, other)),
        status_expected: located.expected,
    };
    let analysis = Analysis::new(plan, status, facts, settings.rules());
    Loaded { path: path.to_owned(), located, analysis }
}

/// A path from the root, with `/`; the path itself if it lies elsewhere.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}
