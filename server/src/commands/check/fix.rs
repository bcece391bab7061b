//! `check --fix` and `check --diff`.

use std::path::Path;
use std::sync::Arc;

use tallymark_sync::{Analysis, FixAction};
use tallymark_text::{apply_edits, unified_diff};
use tallymark_workspace::{Loaded, Outside, Settings, load_text};

use crate::exit::Failure;
use crate::plan_file;

/// A fix can make room for another one; more rounds than this mean that two undo each other.
const ROUNDS: usize = 8;

/// A plan with its safe fixes applied.
pub struct Mended {
    /// The plan afterwards; `None` if nothing was to be mended.
    pub after: Option<Loaded>,
    /// How many findings are gone.
    pub fixed: usize,
}

/// Applies the safe fixes of a plan, in memory, until there are none.
pub fn mend(root: &Path, before: &Loaded, settings: &Settings, outside: Outside<'_>) -> Mended {
    let mut after: Option<Loaded> = None;
    for _ in 0..ROUNDS {
        let current = after.as_ref().unwrap_or(before);
        let source = &current.analysis.joined.plan.source;
        let edits = current.analysis.safe_edits();
        // Edits that cannot be applied are a rule's mistake: the plan stays as it is.
        let Some(text) = apply_edits(source.text(), &edits).ok().filter(|text| text != source.text()) else {
            break;
        };
        let source = Arc::new(source.with_text(&text));
        after = Some(load_text(root, &before.path, source, settings, outside));
    }
    let left = after.as_ref().map_or(before, |after| after).analysis.findings.len();
    Mended { fixed: before.analysis.findings.len().saturating_sub(left), after }
}

impl Mended {
    /// The change as a unified diff.
    pub fn diff(&self, name: &str, before: &Loaded) -> String {
        let text = |loaded: &Loaded| Arc::clone(&loaded.analysis.joined.plan.source);
        self.after
            .as_ref()
            .map_or(String::new(), |after| unified_diff(name, text(before).text(), text(after).text()))
    }

    /// Writes the change.
    ///
    /// # Errors
    /// The plan was changed meanwhile, or cannot be written.
    pub fn write(&self, path: &Path, before: &Loaded) -> Result<(), Failure> {
        let Some(after) = &self.after else { return Ok(()) };
        let text = &after.analysis.joined.plan.source;
        plan_file::replace(path, &before.analysis.joined.plan.source, text.text())
    }
}

/// How many findings have a safe fix.
pub fn fixable(analysis: &Analysis) -> usize {
    let safe = |fix: &tallymark_sync::Fix| fix.safe && matches!(fix.action, FixAction::Plan(_));
    analysis.findings.iter().filter(|finding| analysis.own_fixes(finding).iter().any(safe)).count()
}
